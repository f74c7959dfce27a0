import { MAX_FILTER_PATTERN_LENGTH } from '../../cloudwatch/limits.js';
import {
  REQUEST_ID_KEYS,
  SPAN_ID_KEYS,
  TRACE_HEADER_KEYS,
  TRACE_ID_KEYS,
} from '../../cloudwatch/message-keys.js';
import { readTraceId, traceIdForms } from '../../cloudwatch/trace-ids.js';
import { type FoundEvent } from './correlated-event.js';
import { ERROR_PATTERNS, errorFilter, errorTextFilter, isErrorEvent } from './error-look-up.js';
import { FilterBuilder } from '../language/filter-builder.js';
import { scalarText, valueAtField } from '../messages/json-fields.js';
import { parseMessage } from '../messages/message-parser.js';
import { QueryBuilder } from '../language/query-builder.js';

/**
 * The subject of a look-up: an event matches that has one of the values in one of the fields, one of the parts inside one
 * of the header fields, or, in a message that is text, a name and a value beside it.
 */
export interface LookUp {
  /** `errors` have neither value nor fields: their severity tells them. */
  readonly kind: 'trace' | 'span' | 'request' | 'field' | 'errors';
  /** As the caller gave it; empty for errors. */
  readonly value: string;
  /** Fields, as the query language names them. */
  readonly fields: readonly string[];
  /** The value in all its forms. */
  readonly values: readonly string[];
  /** Fields that hold a whole header, of which the value is a part. */
  readonly headerFields: readonly string[];
  /** How a text writes it: an expression for the name before it; undefined where only fields count. */
  readonly textName: string | undefined;
}

/**
 * Looks for a trace id in the fields of all known writers, as W3C and as X-Ray id.
 * @param traceId - in any form that `readTraceId` reads
 */
export function lookUpOfTrace(traceId: string, moreFields: readonly string[] = []): LookUp {
  const { traceId: id, isKnownForm } = readTraceId(traceId);
  const forms = traceIdForms(id);
  return {
    kind: 'trace',
    value: traceId,
    fields: unique([...TRACE_ID_KEYS, ...moreFields]),
    // Loggers write in either case; Datadog's in decimal, of the lower half.
    values: isKnownForm
      ? unique([...forms, ...forms.map((form) => form.toUpperCase()), lowerHalfInDecimal(id)])
      : unique([id, traceId]),
    headerFields: isKnownForm ? TRACE_HEADER_KEYS : [],
    textName: isKnownForm ? '(?:trace[_.-]?id|traceparent)' : undefined,
  };
}

export function lookUpOfSpan(spanId: string, moreFields: readonly string[] = []): LookUp {
  const id = spanId.trim();
  const isKnownForm = SPAN_ID.test(id);
  const lower = id.toLowerCase();
  return {
    kind: 'span',
    value: spanId,
    fields: unique([...SPAN_ID_KEYS, ...moreFields]),
    values: isKnownForm ? unique([lower, id.toUpperCase(), inDecimal(id)]) : unique([id, spanId]),
    headerFields: [],
    textName: isKnownForm ? 'span[_.-]?id' : undefined,
  };
}

export function lookUpOfRequest(requestId: string, moreFields: readonly string[] = []): LookUp {
  const id = requestId.trim();
  return {
    kind: 'request',
    value: requestId,
    fields: unique([...REQUEST_ID_KEYS, ...moreFields]),
    values: unique([id, requestId]),
    headerFields: [],
    // Nothing that could end the value early, or be taken for more of it.
    textName: /^[\w-]{8,128}$/.test(id) ? 'request[_.-]?id' : undefined,
  };
}

/** A span id: 16 hex digits. Source: W3C "Trace Context", parent id. */
export const SPAN_ID = /^[0-9a-f]{16}$/i;

function lowerHalfInDecimal(traceId: string): string {
  return inDecimal(traceId.slice(16));
}

function inDecimal(hex: string): string {
  return BigInt(`0x${hex}`).toString();
}

/**
 * Looks in the field itself and where the layouts put a record's or resource's attribute of that name.
 * @param value - true and false are looked for as JSON has them, which queries see as 1 and 0, and as words
 */
export function lookUpOfField(field: string, value: string | boolean): LookUp {
  const values = typeof value === 'boolean' ? [String(Number(value)), String(value)] : [value];
  const isPath = /^(?:@|attributes\.|resource\.)/.test(field);
  const places = isPath ? [] : ['attributes', 'resource', 'resource.attributes'];
  return {
    kind: 'field',
    value: String(value),
    fields: [field, ...places.map((place) => `${place}.${field}`)],
    values,
    headerFields: [],
    textName: undefined,
  };
}

/** Looks for errors, whoever wrote them. */
export function lookUpOfErrors(): LookUp {
  return { kind: 'errors', value: '', fields: [], values: [], headerFields: [], textName: undefined };
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
  if (lookUp.kind === 'errors') return filterQuery(lookUp);
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
  if (lookUp.kind === 'errors') return errorFilter();
  const none = new FilterBuilder();
  const inText = textForm(lookUp);
  return none.any(
    ...lookUp.fields.map((field) => none.in(field, lookUp.values)),
    ...lookUp.headerFields.map((field) => none.any(...partsOfHeader(lookUp, field, none))),
    ...(inText === undefined ? [] : [none.matches('@message', `(?i)${inText}`)]),
  );
}

/** A W3C header holds the id in that form, X-Ray's in its own. */
function partsOfHeader(lookUp: LookUp, field: string, none: FilterBuilder): FilterBuilder[] {
  return lookUp.values.slice(0, 2).map((value) => none.contains(field, value));
}

/**
 * How a message that is text has the value: its name, a sign, perhaps a quote, the value, and no more of it. Names and
 * values hold no character that an expression would take for its own, but for those that are escaped here.
 */
function textForm({ textName, kind, values }: LookUp): string | undefined {
  if (textName === undefined) return undefined;
  const forms = kind === 'trace' ? [...values.slice(0, 2), `00-${values[0]!}`] : values.slice(0, 1);
  const escaped = forms.map((form) => form.replaceAll('-', '\\-'));
  return `${textName}["']? {0,3}[=:] {0,3}["']?(?:${escaped.join('|')})(?:[^\\w]|$)`;
}

function textFilter(lookUp: LookUp): FilterBuilder {
  if (lookUp.kind === 'errors') return errorTextFilter();
  const none = new FilterBuilder();
  return none.any(...textsOf(lookUp).map((text) => none.contains('@message', text)));
}

/** The values as they may stand in a message: plain, and escaped as JSON has them. */
function textsOf(lookUp: LookUp): string[] {
  return unique(lookUp.values.flatMap((value) => [value, JSON.stringify(value).slice(1, -1)]));
}

/** Tells whether the text of an event holds a value. */
export function hasText(lookUp: LookUp, event: FoundEvent): boolean {
  return textsOf(lookUp).some((text) => event.message.includes(text));
}

/** Tells whether an event has a value in a field, as a query's `filter` does, for events that were read without a query. */
export function hasValue(lookUp: LookUp, event: FoundEvent): boolean {
  if (lookUp.kind === 'errors') return isErrorEvent(event);
  const values = new Set(lookUp.values);
  const parsed = parseMessage(event.message);
  const { json } = parsed;
  if (json && lookUp.fields.some((field) => isOneOf(values, valueAtField(json, field)))) return true;
  if (json && lookUp.headerFields.some((field) => hasPart(lookUp, valueAtField(json, field)))) return true;
  const inText = textForm(lookUp);
  if (inText !== undefined && new RegExp(inText, 'i').test(event.message)) return true;
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

function hasPart(lookUp: LookUp, value: unknown): boolean {
  const text = scalarText(value);
  return text !== undefined && lookUp.values.slice(0, 2).some((part) => text.includes(part));
}

function isOneOf(values: ReadonlySet<string>, value: unknown): boolean {
  const text = scalarText(value);
  return text !== undefined && values.has(text);
}

/** Terms of a filter pattern hold these without any escape. */
const SAFE_RUN = /[A-Za-z0-9_.:/@+=-]+/g;

/**
 * Filter patterns that together match every event with a value; other events may match as well. Values of one run of
 * plain characters share a pattern; those of several have one each, in which all runs must stand: how quotes are
 * escaped in patterns is not documented, nor how a message writes them.
 */
export function filterPatternsOf({ kind, values }: LookUp): readonly string[] {
  if (kind === 'errors') return ERROR_PATTERNS;
  const runs = values.map((value) => value.match(SAFE_RUN) ?? []);
  const single = unique(runs.filter(({ length }) => length === 1).map(([run]) => `"${run}"`));
  const several = runs.filter(({ length }) => length !== 1).map((terms) => joinTerms(terms.map(quoted)));
  if (single.length === 0) return unique(several);
  // A pattern that is too long could not be sent: then each value has its own.
  const shared = single.length === 1 ? single[0]! : single.map((term) => `?${term}`).join(' ');
  const ofSingle =
    shared.length <= MAX_FILTER_PATTERN_LENGTH ? [shared] : single.map((term) => joinTerms([term]));
  return unique([...ofSingle, ...several]);
}

function quoted(run: string): string {
  return `"${run}"`;
}

function joinTerms(terms: readonly string[]): string {
  let pattern = '';
  for (const term of terms) {
    if (pattern.length + term.length + 1 > MAX_FILTER_PATTERN_LENGTH) break;
    pattern += pattern === '' ? term : ` ${term}`;
  }
  return pattern;
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}
