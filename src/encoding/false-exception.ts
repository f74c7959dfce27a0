import { type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { viewOf } from './record-view.js';

const WINSTON = '@opentelemetry/winston-transport';

/**
 * OpenTelemetry's transport for winston makes an exception of the first value behind a message: `log.info('A %s', 'x')`
 * has `exception.message: "x"`. An exception has a type or a stack; without either it is left out.
 * @returns the record itself, or a view of it
 */
export function withoutFalseException(record: ReadableLogRecord): ReadableLogRecord {
  // Records made by hand may lack anything.
  const { instrumentationScope, attributes } = record as Partial<ReadableLogRecord>;
  if (instrumentationScope?.name !== WINSTON || attributes?.['exception.message'] === undefined)
    return record;
  if (attributes['exception.type'] !== undefined || attributes['exception.stacktrace'] !== undefined) {
    return record;
  }
  const { 'exception.message': _, ...others } = attributes;
  return { ...viewOf(record), attributes: others };
}
