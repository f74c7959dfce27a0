/** How one field of a message is written. */
export interface FieldSchema {
  /** Its name in JSON. */
  readonly name: string;
  readonly type: ScalarType | MessageSchema | (() => MessageSchema);
  readonly repeated?: true;
  /** Of an enumeration: its names by number, without the common prefix. */
  readonly names?: readonly string[];
  readonly namePrefix?: string;
}

/** `id` is bytes that JSON writes as hexadecimal digits (OTLP), `bytes` in Base64. */
export type ScalarType =
  'string' | 'id' | 'bytes' | 'bool' | 'double' | 'int64' | 'fixed64' | 'uint32' | 'fixed32' | 'enum';

/** Fields by their numbers. */
export interface MessageSchema {
  readonly fields: Readonly<Record<number, FieldSchema>>;
}

/** Names of the span kinds, by number. */
export const SPAN_KINDS = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'] as const;

/** Names of the status codes, by number. */
export const STATUS_CODES = ['UNSET', 'OK', 'ERROR'] as const;

const SEVERITIES = [
  'UNSPECIFIED',
  ...['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'].flatMap((name) => [
    name,
    `${name}2`,
    `${name}3`,
    `${name}4`,
  ]),
];

const anyValue = (): MessageSchema => ANY_VALUE;

const KEY_VALUE: MessageSchema = {
  fields: { 1: { name: 'key', type: 'string' }, 2: { name: 'value', type: anyValue } },
};
const VALUES: MessageSchema = { fields: { 1: { name: 'values', type: anyValue, repeated: true } } };
const KEY_VALUES: MessageSchema = { fields: { 1: { name: 'values', type: KEY_VALUE, repeated: true } } };
const ANY_VALUE: MessageSchema = {
  fields: {
    1: { name: 'stringValue', type: 'string' },
    2: { name: 'boolValue', type: 'bool' },
    3: { name: 'intValue', type: 'int64' },
    4: { name: 'doubleValue', type: 'double' },
    5: { name: 'arrayValue', type: VALUES },
    6: { name: 'kvlistValue', type: KEY_VALUES },
    7: { name: 'bytesValue', type: 'bytes' },
  },
};

const attributes: FieldSchema = { name: 'attributes', type: KEY_VALUE, repeated: true };
const droppedAttributesCount: FieldSchema = { name: 'droppedAttributesCount', type: 'uint32' };

const RESOURCE: MessageSchema = { fields: { 1: attributes, 2: droppedAttributesCount } };
const SCOPE: MessageSchema = {
  fields: {
    1: { name: 'name', type: 'string' },
    2: { name: 'version', type: 'string' },
    3: attributes,
    4: droppedAttributesCount,
  },
};

const LOG_RECORD: MessageSchema = {
  fields: {
    1: { name: 'timeUnixNano', type: 'fixed64' },
    2: { name: 'severityNumber', type: 'enum', names: SEVERITIES, namePrefix: 'SEVERITY_NUMBER_' },
    3: { name: 'severityText', type: 'string' },
    5: { name: 'body', type: anyValue },
    6: attributes,
    7: droppedAttributesCount,
    8: { name: 'flags', type: 'fixed32' },
    9: { name: 'traceId', type: 'id' },
    10: { name: 'spanId', type: 'id' },
    11: { name: 'observedTimeUnixNano', type: 'fixed64' },
    12: { name: 'eventName', type: 'string' },
  },
};

const SPAN_EVENT: MessageSchema = {
  fields: {
    1: { name: 'timeUnixNano', type: 'fixed64' },
    2: { name: 'name', type: 'string' },
    3: attributes,
    4: droppedAttributesCount,
  },
};
const SPAN_LINK: MessageSchema = {
  fields: {
    1: { name: 'traceId', type: 'id' },
    2: { name: 'spanId', type: 'id' },
    3: { name: 'traceState', type: 'string' },
    4: attributes,
    5: droppedAttributesCount,
    6: { name: 'flags', type: 'fixed32' },
  },
};
const STATUS: MessageSchema = {
  fields: {
    2: { name: 'message', type: 'string' },
    3: { name: 'code', type: 'enum', names: STATUS_CODES, namePrefix: 'STATUS_CODE_' },
  },
};
const SPAN: MessageSchema = {
  fields: {
    1: { name: 'traceId', type: 'id' },
    2: { name: 'spanId', type: 'id' },
    3: { name: 'traceState', type: 'string' },
    4: { name: 'parentSpanId', type: 'id' },
    5: { name: 'name', type: 'string' },
    6: { name: 'kind', type: 'enum', names: SPAN_KINDS, namePrefix: 'SPAN_KIND_' },
    7: { name: 'startTimeUnixNano', type: 'fixed64' },
    8: { name: 'endTimeUnixNano', type: 'fixed64' },
    9: attributes,
    10: droppedAttributesCount,
    11: { name: 'events', type: SPAN_EVENT, repeated: true },
    12: { name: 'droppedEventsCount', type: 'uint32' },
    13: { name: 'links', type: SPAN_LINK, repeated: true },
    14: { name: 'droppedLinksCount', type: 'uint32' },
    15: { name: 'status', type: STATUS },
    16: { name: 'flags', type: 'fixed32' },
  },
};

/** ExportLogsServiceRequest. Source: opentelemetry-proto 1.x. */
export const LOGS_REQUEST = request('resourceLogs', 'scopeLogs', 'logRecords', LOG_RECORD);

/** ExportTraceServiceRequest. Source: opentelemetry-proto 1.x. */
export const TRACES_REQUEST = request('resourceSpans', 'scopeSpans', 'spans', SPAN);

function request(resources: string, scopes: string, records: string, record: MessageSchema): MessageSchema {
  const ofScope: MessageSchema = {
    fields: {
      1: { name: 'scope', type: SCOPE },
      2: { name: records, type: record, repeated: true },
      3: { name: 'schemaUrl', type: 'string' },
    },
  };
  const ofResource: MessageSchema = {
    fields: {
      1: { name: 'resource', type: RESOURCE },
      2: { name: scopes, type: ofScope, repeated: true },
      3: { name: 'schemaUrl', type: 'string' },
    },
  };
  return { fields: { 1: { name: resources, type: ofResource, repeated: true } } };
}
