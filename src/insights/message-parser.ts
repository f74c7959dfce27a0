import { REQUEST_ID_KEYS, SPAN_ID_KEYS, TRACE_ID_KEYS } from '../cloudwatch/message-keys.js';
import {
  isJsonObject,
  normalTraceId,
  ownValue,
  parseJsonObject,
  scalarText,
  valueAtField,
} from './json-fields.js';
import { parseSpan } from './parse-span.js';
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
  return json ? parseJsonMessage(json, message) : parseTextMessage(message);
}

const PARENT_ID_KEYS = ['parent_span_id', 'parentSpanId', 'parent_id', 'parentId'];
const SEVERITY_KEYS = ['severity_text', 'severityText', 'level', 'severity', 'log.level', 'levelname', 'lvl'];
const TEXT_KEYS = ['body', 'message', 'msg', 'event', 'errorMessage', 'error'];
const SERVICE_KEYS = ['service', 'service_name', 'service.name', 'serviceName', 'app'];

function parseJsonMessage(json: JsonObject, message: string): ParsedMessage {
  const span = parseSpan(json);
  const attributes = objectAt(json, 'attributes');
  const resource = resourceOf(json);
  const exception = exceptionOf(json, attributes);
  const traceId = firstText(json, TRACE_ID_KEYS);
  const severityNumber = severityNumberIn(json);
  return {
    layout: layoutOf(json, span !== undefined),
    text: span ? span.name : (textOf(json) ?? exception?.message ?? message),
    ...(traceId !== undefined && { traceId: normalTraceId(traceId) }),
    ...optional('spanId', firstText(json, SPAN_ID_KEYS)),
    ...optional('parentSpanId', firstText(json, PARENT_ID_KEYS)),
    ...optional('requestId', firstText(json, REQUEST_ID_KEYS)),
    ...optional('severityText', severityTextIn(json, severityNumber)),
    ...(severityNumber !== undefined && { severityNumber }),
    ...optional('service', serviceOf(json, resource, span !== undefined)),
    ...(exception && { exception }),
    ...(span && { span }),
    attributes,
    resource,
    json,
  };
}

function layoutOf(json: JsonObject, isSpan: boolean): MessageLayout {
  const has = (...keys: readonly string[]): boolean => keys.some((key) => Object.hasOwn(json, key));
  if (isSpan) return 'span';
  if (has('timeUnixNano', 'observedTimeUnixNano', 'severityNumber')) return 'otlp';
  if (has('function_request_id', 'xray_trace_id', 'cold_start')) return 'powertools';
  if (has('severity_number') || (has('body') && has('trace_id', 'severity_text', 'attributes', 'resource'))) {
    return 'otel';
  }
  if (has('xray_TraceId') || (has('requestId') && has('level', 'timestamp'))) return 'lambda';
  // Lambda's platform events: {"time": …, "type": "platform.report", "record": {…}}.
  if (has('record') && String(json.type).startsWith('platform.')) return 'lambda';
  return 'json';
}

function textOf(json: JsonObject): string | undefined {
  for (const key of TEXT_KEYS) {
    const value = ownValue(json, key);
    // OTLP's JSON encoding wraps strings: {"stringValue": "…"}.
    const text = scalarText(isJsonObject(value) && 'stringValue' in value ? value.stringValue : value);
    if (text !== undefined && text !== '') return text;
    if (key === 'body' || key === 'message') {
      if (typeof value === 'object' && value !== null) return JSON.stringify(value);
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
  const fromError = ['err', 'error', 'exception'].map((key) => ownValue(json, key)).find(isJsonObject) ?? {};
  const find = (semantic: string, ...others: readonly unknown[]): string | undefined =>
    [valueAtField(attributes, semantic), ownValue(json, semantic), ...others]
      .map((value) => (Array.isArray(value) ? value.join('\n') : value))
      .find((value): value is string => typeof value === 'string' && value !== '');
  const type = find('exception.type', json.errorType, fromError.type, fromError.name);
  const message = find('exception.message', json.errorMessage, fromError.message);
  const stacktrace = find('exception.stacktrace', json.stackTrace, fromError.stack, fromError.stacktrace);
  if (type === undefined && message === undefined && stacktrace === undefined) return undefined;
  return {
    ...optional('type', type),
    ...optional('message', message),
    ...optional('stacktrace', stacktrace),
  };
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
