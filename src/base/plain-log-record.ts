import { type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { isObject } from '../cloudwatch/is-object.js';
import { jsonText } from '../encoding/json-text.js';
import { eventTimestamp, unixNanos } from '../encoding/record-time.js';
import { withResourceAndScope } from '../encoding/record-view.js';
import { severityTextOf } from '../encoding/severity.js';
import { checkOption } from './check-option.js';

/** A log record of OpenTelemetry's in plain values, which `JSON.stringify` writes without surprises. */
export interface PlainLogRecord {
  /** When it happened, in milliseconds since 1970; when it was observed where it has no time of its own. */
  readonly timestampMillis: number;
  /** The same in nanoseconds, as exact digits. */
  readonly timestampNanos: string;
  /** From 1 (trace) to 24 (fatal). Source: OpenTelemetry logs data model, "SeverityNumber". */
  readonly severityNumber?: number | undefined;
  /** Its own, or the name of its number: `INFO`, `WARN2`. */
  readonly severityText?: string | undefined;
  /** Errors are `{type, message, stack, cause}`, bytes are base64, integers past 2^53 are texts. */
  readonly body: unknown;
  /** The body as one text: a text as it is, anything else as JSON. */
  readonly bodyText: string;
  readonly eventName?: string | undefined;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly resource: Readonly<Record<string, unknown>>;
  /** Of the logger that made it. */
  readonly scopeName: string;
  /** 32 hex digits. */
  readonly traceId?: string | undefined;
  /** 16 hex digits. */
  readonly spanId?: string | undefined;
  /** W3C trace flags: 1 where the trace is sampled. */
  readonly traceFlags?: number | undefined;
}

/** Makes plain values of a record: what JSON can't hold becomes what it can. @throws OptionError for what is no record */
export function plainLogRecord(record: ReadableLogRecord): PlainLogRecord {
  checkOption(isObject(record), 'record', 'be a log record of OpenTelemetry');
  const view = withResourceAndScope(record);
  const { spanContext, severityNumber, eventName } = view;
  const timestampMillis = eventTimestamp(view.hrTime, view.hrTimeObserved, Date.now);
  const body = plain(view.body);
  return {
    timestampMillis,
    timestampNanos: unixNanos(view.hrTime) ?? unixNanos(view.hrTimeObserved) ?? `${timestampMillis}000000`,
    severityNumber,
    severityText: wellFormed(severityTextOf(view)),
    body,
    bodyText: typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body),
    eventName: eventName === '' ? undefined : wellFormed(eventName),
    attributes: plainAttributes(view.attributes),
    resource: plainResource(view.resource),
    scopeName: wellFormed(view.instrumentationScope.name),
    traceId: spanContext?.traceId,
    spanId: spanContext?.spanId,
    traceFlags: spanContext?.traceFlags,
  };
}

/** All records of a process share a resource or two. */
const resources = new WeakMap<object, PlainLogRecord['resource']>();

function plainResource(resource: ReadableLogRecord['resource']): PlainLogRecord['resource'] {
  const known = resources.get(resource);
  if (known !== undefined) return known;
  const attributes = plainAttributes(resource.attributes);
  // Attributes of detectors come later.
  if (resource.asyncAttributesPending !== true) resources.set(resource, attributes);
  return attributes;
}

function plainAttributes(attributes: unknown): Readonly<Record<string, unknown>> {
  return (plain(attributes) ?? {}) as Readonly<Record<string, unknown>>;
}

/** Halves of surrogate pairs, which UTF-8 and many a database do not have, become U+FFFD. */
function wellFormed<T>(text: T): T | string {
  // A logger that is not typed may give anything.
  return typeof text === 'string' ? text.toWellFormed() : text;
}

function plain(value: unknown): unknown {
  const text = jsonText(value);
  return text === undefined ? undefined : JSON.parse(text);
}
