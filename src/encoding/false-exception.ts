import { type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { viewOf } from './record-view.js';

const WINSTON = '@opentelemetry/winston-transport';

/**
 * OpenTelemetry's transport for winston makes an exception of the first value behind a message: `log.info('A %s', 'x')`
 * has `exception.message: "x"`. An exception has a type or a stack; without either it is left out where the body says it.
 * Elsewhere it is all that is left of an attribute that the transport took away: `{ error: 'timeout' }`.
 * @returns the record itself, or a view of it
 */
export function withoutFalseException(record: ReadableLogRecord): ReadableLogRecord {
  // Records made by hand may lack anything.
  const { instrumentationScope, attributes, body } = record as Partial<ReadableLogRecord>;
  if (instrumentationScope?.name !== WINSTON || attributes?.['exception.message'] === undefined)
    return record;
  const { 'exception.message': message, ...others } = attributes;
  const isException = (others['exception.type'] ?? others['exception.stacktrace']) !== undefined;
  if (isException || typeof body !== 'string' || !body.includes(message as string)) return record;
  return { ...viewOf(record), attributes: others };
}
