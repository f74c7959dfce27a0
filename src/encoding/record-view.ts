import { type ReadableLogRecord } from '@opentelemetry/sdk-logs';

/** A log record whose members can be set. */
export type RecordView = { -readonly [Name in keyof ReadableLogRecord]: ReadableLogRecord[Name] };

const RECORD_MEMBERS = [
  'hrTime',
  'hrTimeObserved',
  'severityText',
  'severityNumber',
  'eventName',
  'attributes',
  'droppedAttributesCount',
] as const;
const VIEW_MEMBERS = [...RECORD_MEMBERS, 'spanContext', 'body', 'resource', 'instrumentationScope'] as const;

const NO_RESOURCE = { attributes: {} } as unknown as ReadableLogRecord['resource'];
const NO_SCOPE: ReadableLogRecord['instrumentationScope'] = { name: '' };

/**
 * A plain copy of a record, one level deep. The members of the SDK's records are getters of a class, which
 * `{ ...record }` would lose: functions of the application get this view, so that they may spread and set.
 */
export function viewOf(record: ReadableLogRecord): RecordView {
  const view: Record<string, unknown> = {};
  for (const name of VIEW_MEMBERS) view[name] = record[name];
  return view as unknown as RecordView;
}

/**
 * A view of a record made by hand, without the members that throw when they are read.
 * @throws what its body throws: without it the record would say nothing
 */
export function readableView(record: ReadableLogRecord): ReadableLogRecord {
  const { spanContext, resource, instrumentationScope } = readable(record, [
    'spanContext',
    'resource',
    'instrumentationScope',
  ]);
  return withResourceAndScope({
    ...readable(record, RECORD_MEMBERS),
    body: record.body,
    ...(isObject(spanContext) && { spanContext: readable(spanContext, ['traceId', 'spanId', 'traceFlags']) }),
    resource: isObject(resource) ? readable(resource, ['attributes']) : NO_RESOURCE,
    instrumentationScope: isObject(instrumentationScope)
      ? readable(instrumentationScope, ['name', 'version', 'attributes'])
      : NO_SCOPE,
  });
}

function readable<Owner extends object>(owner: Owner, names: readonly (keyof Owner)[]): Owner {
  const read: Partial<Owner> = {};
  for (const name of names) {
    try {
      read[name] = owner[name];
    } catch {
      // Left out.
    }
  }
  return read as Owner;
}

/** Parts of records that were looked at before. */
export interface WholeParts {
  resource: object | undefined;
  scope: object | undefined;
}

/**
 * The record itself, or a view of it that has what a record made by hand may lack.
 * @param known - what was found whole the last time, which need not be looked at again
 */
export function withResourceAndScope(record: ReadableLogRecord, known?: WholeParts): ReadableLogRecord {
  const { resource, instrumentationScope } = record as Partial<ReadableLogRecord>;
  if (known !== undefined && resource === known.resource && instrumentationScope === known.scope) {
    if (resource !== undefined && instrumentationScope !== undefined) return record;
  }
  const hasResource = isObject(resource) && isObject(resource.attributes);
  const hasScope = isObject(instrumentationScope);
  if (hasResource && hasScope) {
    if (known !== undefined) {
      known.resource = resource;
      known.scope = instrumentationScope;
    }
    return record;
  }
  return {
    ...viewOf(record),
    resource: hasResource ? resource : NO_RESOURCE,
    instrumentationScope: hasScope ? instrumentationScope : NO_SCOPE,
  };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
