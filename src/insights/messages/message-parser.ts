import {
  REQUEST_ID_KEYS,
  SPAN_ID_KEYS,
  TRACE_HEADER_KEYS,
  TRACE_ID_KEYS,
} from '../../cloudwatch/message-keys.js';
import { type GivenTraceId, readTraceId } from '../../cloudwatch/trace-ids.js';
import { toJsonText } from '../../cloudwatch/write-json.js';
import {
  isJsonObject,
  normalTraceId,
  ownValue,
  parseJsonObject,
  scalarText,
  valueAtField,
} from './json-fields.js';
import { parseSpan } from './parse-span.js';
import { spanText } from './span-text.js';
import {
  type JsonObject,
  type MessageLayout,
  type ParsedException,
  type ParsedMessage,
} from './parsed-message.js';
import { parseTextMessage } from './parse-text-message.js';
import { severityName, severityNumberOf, severityNumberOfLevel } from './severity.js';

/**
 * Reads the message of a log event: this package's layouts, CloudWatch's OTLP endpoint and spans, Lambda's
 * JSON and text, Powertools, the JSON of the usual loggers, and plain text. Never throws: what it does not
 * understand is text.
 * @param message - as stored
 */
export function parseMessage(message: string): ParsedMessage {
  const json = parseJsonObject(message);
  if (json) return parseJsonMessage(json, message);
  const parsed = parseTextMessage(message);
  // Lambda puts its own words before the JSON that a function logs.
  return parsed.json ? { ...parseJsonMessage(parsed.json, parsed.text), ...withoutEmpty(parsed) } : parsed;
}

/** The members of a line that say something: those of the JSON in it fill up the others. */
function withoutEmpty({
  text: _,
  attributes: _a,
  resource: _r,
  ...rest
}: ParsedMessage): Partial<ParsedMessage> {
  return rest;
}

const PARENT_ID_KEYS = ['parent_span_id', 'parentSpanId', 'parent_id', 'parentId'];
const SEVERITY_KEYS = ['severity_text', 'severityText', 'level', 'severity', 'log.level', 'levelname', 'lvl'];
const TEXT_KEYS = ['body', 'message', 'msg', 'event', 'errorMessage', 'error'];
const ERROR_KEYS = ['err', 'error', 'exception'];
const STACK_KEYS = ['stack', 'stacktrace', 'stack_trace', 'stackTrace', 'traceback'];
const EVENT_NAME_KEYS = ['event_name', 'eventName', 'event.name'];
const SERVICE_KEYS = ['service', 'service_name', 'service.name', 'serviceName', 'app'];

function parseJsonMessage(json: JsonObject, message: string): ParsedMessage {
  const span = parseSpan(json);
  const attributes = objectAt(json, 'attributes');
  const resource = resourceOf(json);
  const exception = exceptionOf(json, attributes);
  const header = headerIn(json);
  const traceId = firstText(json, TRACE_ID_KEYS) ?? header?.traceId;
  const severityNumber = severityNumberIn(json);
  const eventName = firstText(json, EVENT_NAME_KEYS);
  return {
    layout: layoutOf(json, span !== undefined),
    text: span ? spanText(span.name, attributes) : (textOf(json) ?? exception?.message ?? message),
    ...(traceId !== undefined && { traceId: normalTraceId(traceId) }),
    ...optional('spanId', firstText(json, SPAN_ID_KEYS) ?? header?.spanId),
    ...optional('parentSpanId', firstText(json, PARENT_ID_KEYS)),
    ...optional('requestId', firstText(json, REQUEST_ID_KEYS)),
    ...optional('severityText', severityTextIn(json, severityNumber)),
    ...(severityNumber !== undefined && { severityNumber }),
    ...optional('service', serviceOf(json, resource, span !== undefined)),
    ...optional('eventName', eventName),
    ...(exception && { exception }),
    ...(span && { span }),
    attributes: withForeignMembers(attributes, json, span !== undefined),
    resource,
    json,
  };
}

/** Keys whose values stand elsewhere in a parsed message, or that say nothing to a person. */
const KNOWN_KEYS: ReadonlySet<string> = new Set([
  ...TRACE_ID_KEYS,
  ...SPAN_ID_KEYS,
  ...REQUEST_ID_KEYS,
  ...TRACE_HEADER_KEYS,
  ...PARENT_ID_KEYS,
  ...SEVERITY_KEYS,
  ...TEXT_KEYS,
  ...STACK_KEYS,
  ...SERVICE_KEYS,
  ...EVENT_NAME_KEYS,
  ...['severity_number', 'severityNumber', 'attributes', 'resource', 'scope', 'instrumentation_scope'],
  ...['trace_flags', 'traceFlags', 'flags', 'v', 'dropped_attributes_count', 'droppedAttributesCount'],
  ...['time', 'timestamp', '@timestamp', 'ts', 'timeUnixNano', 'observedTimeUnixNano'],
  ...ERROR_KEYS,
  ...['errorType', 'exception.type', 'exception.message', 'exception.stacktrace'],
]);
/** The members of an error that an exception is read from. */
const ERROR_MEMBERS: ReadonlySet<string> = new Set(['type', 'name', 'message', 'msg', ...STACK_KEYS]);

/** The members of a span that {@link parseSpan} reads. */
const SPAN_KEYS: ReadonlySet<string> = new Set([
  ...['name', 'kind', 'status', 'startTimeUnixNano', 'endTimeUnixNano', 'durationNano'],
  ...['start_time_unix_nano', 'end_time_unix_nano', 'duration_nano'],
]);

/** Known keys whose values are objects or lists; one of another key is news: `event: { orderId: … }`. */
const STRUCTURED_KEYS: ReadonlySet<string> = new Set([
  ...['body', 'message', 'attributes', 'resource', 'scope', 'instrumentation_scope', 'service'],
  ...ERROR_KEYS,
  ...STACK_KEYS,
]);

/** The attributes, and what the writer of a message said beside all that is known: tenant, component, context. */
function withForeignMembers(attributes: JsonObject, json: JsonObject, isSpan: boolean): JsonObject {
  const isNews = ([key, value]: [string, unknown]): boolean =>
    value !== null && value !== '' && !isKnown(key, value) && !(isSpan && SPAN_KEYS.has(key));
  const foreign = [...Object.entries(json).filter(isNews), ...restOfError(json)];
  // No copy where none is needed: a look-up holds very many events.
  return foreign.length === 0 ? attributes : { ...Object.fromEntries(foreign), ...attributes };
}

function isKnown(key: string, value: unknown): boolean {
  return KNOWN_KEYS.has(key) && (typeof value !== 'object' || STRUCTURED_KEYS.has(key));
}

/** The members of an error beside type, message and stack: `error: { code: 'E42', … }` as `error.code`. */
function restOfError(json: JsonObject): [string, unknown][] {
  return ERROR_KEYS.flatMap((key) => {
    const error = ownValue(json, key);
    if (!isJsonObject(error)) return [];
    return Object.entries(error)
      .filter(([name, value]) => value !== null && value !== '' && !ERROR_MEMBERS.has(name))
      .map(([name, value]): [string, unknown] => [`${key}.${name}`, value]);
  });
}

/** The ids that a whole `traceparent` or `X-Amzn-Trace-Id` holds. */
function headerIn(json: JsonObject): GivenTraceId | undefined {
  const header = firstText(json, TRACE_HEADER_KEYS);
  const given = header === undefined ? undefined : readTraceId(header);
  return given?.isKnownForm ? given : undefined;
}

function layoutOf(json: JsonObject, isSpan: boolean): MessageLayout {
  const has = (...keys: readonly string[]): boolean => keys.some((key) => Object.hasOwn(json, key));
  if (isSpan) return 'span';
  if (has('timeUnixNano', 'observedTimeUnixNano', 'severityNumber')) return 'otlp';
  if (has('function_request_id', 'xray_trace_id', 'cold_start')) return 'powertools';
  if (has('severity_number') || (has('body') && has('trace_id', 'severity_text', 'attributes', 'resource'))) {
    return 'collector';
  }
  if (has('xray_TraceId') || (has('requestId') && has('level', 'timestamp'))) return 'lambda';
  // Lambda's platform events: {"time": …, "type": "platform.report", "record": {…}}.
  if (has('record') && scalarText(json.type)?.startsWith('platform.') === true) return 'lambda';
  return 'json';
}

function textOf(json: JsonObject): string | undefined {
  for (const key of TEXT_KEYS) {
    const value = ownValue(json, key);
    // OTLP's JSON encoding wraps strings: {"stringValue": "…"}.
    const text = scalarText(isJsonObject(value) && 'stringValue' in value ? value.stringValue : value);
    if (text !== undefined && text !== '') return text;
    if (key === 'body' || key === 'message') {
      // Not JSON.stringify: it ends in a RangeError where a log nests some thousand levels deep.
      if (typeof value === 'object' && value !== null) return toJsonText(value);
    }
  }
  const type = scalarText(ownValue(json, 'type'));
  return type?.startsWith('platform.') ? type : undefined;
}

function severityNumberIn(json: JsonObject): number | undefined {
  for (const key of ['severity_number', 'severityNumber']) {
    const value = ownValue(json, key);
    if (typeof value === 'number' && value >= 1 && value <= 24) return value;
  }
  for (const key of SEVERITY_KEYS) {
    const value = ownValue(json, key);
    if (typeof value === 'number') {
      const number = severityNumberOfLevel(value);
      if (number !== undefined) return number;
    } else if (typeof value === 'string') {
      const number = severityNumberOf(value);
      if (number !== undefined) return number;
    }
  }
  return undefined;
}

function severityTextIn(json: JsonObject, severityNumber: number | undefined): string | undefined {
  for (const key of SEVERITY_KEYS) {
    const value = ownValue(json, key);
    if (typeof value === 'string' && value !== '') return value;
  }
  return severityNumber === undefined ? undefined : severityName(severityNumber);
}

function resourceOf(json: JsonObject): JsonObject {
  const resource = objectAt(json, 'resource');
  const attributes = ownValue(resource, 'attributes');
  return isJsonObject(attributes) ? attributes : resource;
}

function serviceOf(json: JsonObject, resource: JsonObject, isSpan: boolean): string | undefined {
  const named = scalarText(valueAtField(resource, 'service.name'));
  if (named !== undefined) return named;
  // Bunyan and pino put the application's name under `name`; a span's name is its own.
  for (const key of isSpan ? SERVICE_KEYS : [...SERVICE_KEYS, 'name']) {
    const value = valueAtField(json, key);
    if (typeof value === 'string' && value !== '') return value;
  }
  return undefined;
}

function exceptionOf(json: JsonObject, attributes: JsonObject): ParsedException | undefined {
  const fromError =
    [json, attributes].flatMap((place) => ERROR_KEYS.map((key) => ownValue(place, key))).find(isJsonObject) ??
    {};
  const find = (semantic: string, ...others: readonly unknown[]): string | undefined =>
    [valueAtField(attributes, semantic), ownValue(json, semantic), ...others]
      .map((value) => (Array.isArray(value) ? linesOf(value) : value))
      .find((value): value is string => typeof value === 'string' && value !== '');
  const type = find(
    'exception.type',
    json.errorType,
    ownValue(json, 'error.type'),
    fromError.type,
    fromError.name,
  );
  const message = find(
    'exception.message',
    json.errorMessage,
    ownValue(json, 'error.message'),
    fromError.message,
    fromError.msg,
  );
  const stacktrace = find(
    'exception.stacktrace',
    json.stackTrace,
    ownValue(json, 'error.stack_trace'),
    ...STACK_KEYS.map((key) => ownValue(json, key)),
    ...STACK_KEYS.map((key) => ownValue(fromError, key)),
  );
  if (type === undefined && message === undefined && stacktrace === undefined) return undefined;
  return {
    ...optional('type', type),
    ...optional('message', message),
    ...optional('stacktrace', stacktrace),
  };
}

/** The lines of a stack; what is no line is left out, as to turn it into one may fail. */
function linesOf(values: readonly unknown[]): string {
  return values.flatMap((value) => scalarText(value) ?? []).join('\n');
}

function firstText(json: JsonObject, fields: readonly string[]): string | undefined {
  for (const field of fields) {
    const text = scalarText(valueAtField(json, field));
    if (text !== undefined && text !== '') return text;
  }
  return undefined;
}

function objectAt(json: JsonObject, key: string): JsonObject {
  const value = ownValue(json, key);
  return isJsonObject(value) ? value : {};
}

function optional<K extends string>(key: K, value: string | undefined): Partial<Record<K, string>> {
  return (value === undefined ? {} : { [key]: value }) as Partial<Record<K, string>>;
}
