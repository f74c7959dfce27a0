import { IngestionError, type IngestedEvent } from './ingestion-error.js';
import { compactJson, memberText, sliceJsonValues } from './json-slices.js';

/** What an endpoint took out of a body. */
export interface IngestedBody {
  readonly events: readonly IngestedEvent[];
  /** Values that the endpoint passes over. */
  readonly skipped: number;
}

type JsonObject = Readonly<Record<string, unknown>>;

const ISO_DATE = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}|$)/;

/**
 * `/ingest/bulk`: one JSON value a line, lists as their elements; lines that are no JSON are skipped. Source:
 * User Guide, "Sending logs using the NDJSON endpoint".
 * @param nowMillis - the time of events that name none
 */
export function decodeNdjson(body: string, nowMillis: number): IngestedBody {
  return collect(ndjsonValues(body), (text, value) => ({
    message: messageOf(text, value),
    timestamp: timestampOf(value, nowMillis),
  }));
}

/** Values of all lines; a line that is no JSON is one value, which will be skipped. */
function* ndjsonValues(body: string): Generator<string> {
  for (const line of body.split('\n')) {
    const text = line.trim();
    if (text === '') continue;
    if (text.startsWith('[') && parse(text) !== undefined) yield* sliceJsonValues(text);
    else yield text;
  }
}

/**
 * `/ingest/json`: an object, or a list of objects; everything else is skipped, as is what follows the first
 * value. Source: User Guide, "Sending logs using the Structured JSON endpoint".
 * @throws IngestionError when the body does not begin with JSON
 */
export function decodeStructuredJson(body: string, nowMillis: number): IngestedBody {
  const values = body.trimStart().startsWith('[') ? sliceJsonValues(wholeList(body)) : firstValue(body);
  return collect(values, (text, value) =>
    isObject(value) ? { message: compactJson(text), timestamp: timestampOf(value, nowMillis) } : undefined,
  );
}

function wholeList(body: string): string {
  if (parse(body) === undefined) throw new IngestionError('The request body is not valid JSON.');
  return body;
}

function firstValue(body: string): readonly string[] {
  const first = sliceJsonValues(body).next();
  if (first.done === true || parse(first.value) === undefined) {
    throw new IngestionError('The request body is not valid JSON.');
  }
  return [first.value];
}

/**
 * `/services/collector/event`: objects with an `event`, one behind another or in a list; others are skipped.
 * `time` is in seconds. Source: User Guide, "Sending logs using the HLC endpoint".
 * @throws IngestionError when a value is no JSON
 */
export function decodeHlc(body: string, nowMillis: number): IngestedBody {
  return collect(validValues(body), (text, value) => {
    const event = isObject(value) ? memberText(text, 'event') : undefined;
    if (event === undefined) return undefined;
    const { event: parsed, time } = value as JsonObject;
    return { message: messageOf(event, parsed), timestamp: secondsOf(time, nowMillis) };
  });
}

function* validValues(body: string): Generator<string> {
  for (const text of sliceJsonValues(body)) {
    if (parse(text) === undefined) throw new IngestionError('The request body is not valid JSON.');
    yield text;
  }
}

function collect(
  values: Iterable<string>,
  decode: (text: string, value: unknown) => IngestedEvent | undefined,
): IngestedBody {
  const events: IngestedEvent[] = [];
  let skipped = 0;
  for (const text of values) {
    const parsed = parse(text);
    const event = parsed && decode(text, parsed.value);
    if (event === undefined || event.message === '') skipped++;
    else events.push(event);
  }
  return { events, skipped };
}

function parse(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

/** A text is stored as it is, anything else as JSON. */
function messageOf(text: string, value: unknown): string {
  return typeof value === 'string' ? value : compactJson(text);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The `timestamp` of an object: milliseconds as number or text, or a date in ISO 8601; without a good one it
 * is the time of arrival.
 */
function timestampOf(value: unknown, nowMillis: number): number {
  const timestamp = isObject(value) ? value.timestamp : undefined;
  if (typeof timestamp === 'string' && ISO_DATE.test(timestamp)) {
    return goodMillis(Date.parse(timestamp), nowMillis);
  }
  return goodMillis(numberOf(timestamp), nowMillis);
}

function secondsOf(time: unknown, nowMillis: number): number {
  return goodMillis(Math.round(numberOf(time) * 1000), nowMillis);
}

function numberOf(value: unknown): number {
  if (typeof value === 'string') return /^\s*\d+(?:\.\d*)?\s*$/.test(value) ? Number(value) : Number.NaN;
  return typeof value === 'number' ? value : Number.NaN;
}

function goodMillis(millis: number, nowMillis: number): number {
  const whole = Math.floor(millis);
  return Number.isSafeInteger(whole) && whole >= 0 ? whole : nowMillis;
}
