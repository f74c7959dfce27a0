import { traceIdForms } from '../cloudwatch/trace-ids.js';
import { REQUEST_ID_KEYS, SPAN_ID_KEYS, TRACE_ID_KEYS } from '../cloudwatch/message-keys.js';
import { type FoundEvent } from './correlated-event.js';
import { FilterBuilder } from './filter-builder.js';
import { scalarText, valueAtField } from './json-fields.js';
import { parseMessage } from './message-parser.js';
import { QueryBuilder } from './query-builder.js';

/** What is looked for: an event matches that has one of the values in one of the fields. */
export interface LookUp {
  readonly kind: 'trace' | 'span' | 'request' | 'field';
  /** As the caller gave it. */
  readonly value: string;
  /** Fields, as the query language names them. */
  readonly fields: readonly string[];
  /** The value in all its forms. */
  readonly values: readonly string[];
}

/** Looks for a trace id in the fields of all known writers, as W3C and as X-Ray id. */
export function lookUpOfTrace(traceId: string, moreFields: readonly string[] = []): LookUp {
  return {
    kind: 'trace',
    value: traceId,
    fields: unique([...TRACE_ID_KEYS, ...moreFields]),
    // As given too: a log may keep an id in upper case.
    values: unique([...traceIdForms(traceId), traceId]),
  };
}

export function lookUpOfSpan(spanId: string, moreFields: readonly string[] = []): LookUp {
  const lower = /^[0-9a-f]{16}$/i.test(spanId) ? [spanId.toLowerCase()] : [];
  return {
    kind: 'span',
    value: spanId,
    fields: unique([...SPAN_ID_KEYS, ...moreFields]),
    values: unique([...lower, spanId]),
  };
}

export function lookUpOfRequest(requestId: string, moreFields: readonly string[] = []): LookUp {
  return {
    kind: 'request',
    value: requestId,
    fields: unique([...REQUEST_ID_KEYS, ...moreFields]),
    values: [requestId],
  };
}

/** Looks in the field itself and where the layouts put a record's or resource's attribute of that name. */
export function lookUpOfField(field: string, value: string): LookUp {
  const isPath = /^(?:@|attributes\.|resource\.)/.test(field);
  const places = isPath ? [] : ['attributes', 'resource', 'resource.attributes'];
  return {
    kind: 'field',
    value,
    fields: [field, ...places.map((place) => `${place}.${field}`)],
    values: [value],
  };
}

const COLUMNS = ['@timestamp', '@message', '@logStream', '@log', '@ingestionTime'] as const;

/** The first step: reads only where the field is indexed. */
export function indexQuery(lookUp: LookUp, field: string): QueryBuilder {
  return new QueryBuilder()
    .fields(...COLUMNS)
    .filterIndex(field, lookUp.values)
    .sort('@timestamp', 'desc');
}

/** The second step: one scan for all spellings. */
export function filterQuery(lookUp: LookUp): QueryBuilder {
  return eventQuery(fieldFilter(lookUp));
}

/** The third step: also events that hold a value anywhere in their text. */
export function textQuery(lookUp: LookUp): QueryBuilder {
  return eventQuery(new FilterBuilder().any(fieldFilter(lookUp), textFilter(lookUp)));
}

/**
 * The second step for log groups whose class has no field discovery (Infrequent Access): a search in the
 * text, of which only the events with the value in a field are kept afterwards.
 */
export function undiscoveredQuery(lookUp: LookUp): QueryBuilder {
  return eventQuery(textFilter(lookUp));
}

function eventQuery(filter: FilterBuilder): QueryBuilder {
  return new QueryBuilder()
    .fields(...COLUMNS)
    .filter(filter)
    .sort('@timestamp', 'desc');
}

function fieldFilter(lookUp: LookUp): FilterBuilder {
  const none = new FilterBuilder();
  return none.any(...lookUp.fields.map((field) => none.in(field, lookUp.values)));
}

function textFilter(lookUp: LookUp): FilterBuilder {
  const none = new FilterBuilder();
  return none.any(...textsOf(lookUp).map((text) => none.contains('@message', text)));
}

/** The values as they may stand in a message: plain, and escaped as JSON has them. */
function textsOf(lookUp: LookUp): string[] {
  return unique(lookUp.values.flatMap((value) => [value, JSON.stringify(value).slice(1, -1)]));
}

/** Whether the text of an event holds a value. */
export function hasText(lookUp: LookUp, event: FoundEvent): boolean {
  return textsOf(lookUp).some((text) => event.message.includes(text));
}

/** Whether an event has a value in a field: what a query's `filter` decides, for events read otherwise. */
export function hasValue(lookUp: LookUp, event: FoundEvent): boolean {
  const values = new Set(lookUp.values);
  const parsed = parseMessage(event.message);
  const { json } = parsed;
  if (json && lookUp.fields.some((field) => isOneOf(values, valueAtField(json, field)))) return true;
  // Fields that the service discovers in Lambda's text.
  if (parsed.layout === 'lambda') {
    if (lookUp.fields.includes('@requestId') && isOneOf(values, parsed.requestId)) return true;
    if (lookUp.fields.includes('@xrayTraceId') && isOneOf(values, parsed.traceId)) return true;
  }
  const system: Readonly<Record<string, string>> = {
    '@logStream': event.logStream,
    '@message': event.message,
  };
  return lookUp.fields.some((field) => Object.hasOwn(system, field) && values.has(system[field]!));
}

function isOneOf(values: ReadonlySet<string>, value: unknown): boolean {
  const text = scalarText(value);
  return text !== undefined && values.has(text);
}

/** Terms of a filter pattern hold these without any escape. */
const SAFE_RUN = /[A-Za-z0-9_.:/@+=-]+/g;

/**
 * A filter pattern that every event with a value matches; others may match as well. It is made of plain
 * runs of the value's characters: how quotes are escaped in patterns is not documented, nor how a message
 * writes them.
 */
export function filterPatternOf(value: string): string {
  const runs = value.match(SAFE_RUN) ?? [];
  let pattern = '';
  for (const run of runs) {
    const term = `"${run}"`;
    if (pattern.length + term.length + 1 > 1024) break;
    pattern += pattern === '' ? term : ` ${term}`;
  }
  return pattern;
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}
