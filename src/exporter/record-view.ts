import { type ReadableLogRecord } from '@opentelemetry/sdk-logs';

/** A log record whose members can be set. */
export type RecordView = { -readonly [Name in keyof ReadableLogRecord]: ReadableLogRecord[Name] };

const NO_RESOURCE = { attributes: {} } as unknown as ReadableLogRecord['resource'];
const NO_SCOPE: ReadableLogRecord['instrumentationScope'] = { name: '' };

/**
 * A plain copy of a record, one level deep. The members of the SDK's records are getters of a class, which
 * `{ ...record }` would lose: functions of the application get this view, so that they may spread and set.
 */
export function viewOf(record: ReadableLogRecord): RecordView {
  const view = {
    hrTime: record.hrTime,
    hrTimeObserved: record.hrTimeObserved,
    spanContext: record.spanContext,
    severityText: record.severityText,
    severityNumber: record.severityNumber,
    body: record.body,
    eventName: record.eventName,
    resource: record.resource,
    instrumentationScope: record.instrumentationScope,
    attributes: record.attributes,
    droppedAttributesCount: record.droppedAttributesCount,
  };
  return view as RecordView;
}

/** The record itself, or a view of it that has what a record made by hand may lack. */
export function withResourceAndScope(record: ReadableLogRecord): ReadableLogRecord {
  const { resource, instrumentationScope } = record as Partial<ReadableLogRecord>;
  if (resource && instrumentationScope) return record;
  return {
    ...viewOf(record),
    resource: resource ?? NO_RESOURCE,
    instrumentationScope: instrumentationScope ?? NO_SCOPE,
  };
}
