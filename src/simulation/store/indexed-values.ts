import { isDelimitedField } from '../insights-ql/values/delimited-fields.js';
import { extractField } from '../insights-ql/values/discovery.js';
import { indexKey } from '../insights-ql/values/value.js';

/** Fields that are known of every event without looking at its message: an index of messages has none of them. */
const EVENT_FIELDS: ReadonlySet<string> = new Set([
  '@logStream',
  '@ingestionTime',
  '@aws.account',
  '@aws.region',
  '@source.log',
  '@data_source_name',
  '@data_source_type',
  '@data_format',
]);

/**
 * Fields that Standard-class groups index without a policy. Source: User Guide, "Create field indexes", and
 * the type documentation of PutIndexPolicy.
 */
export const DEFAULT_INDEXED_FIELDS: readonly string[] = [
  '@logStream',
  '@aws.region',
  '@aws.account',
  '@source.log',
  '@data_source_name',
  '@data_source_type',
  '@data_format',
  'traceId',
  'severityText',
  'attributes.session.id',
];

/** Whether a field is one of the event, not of its message. */
export function isEventField(field: string): boolean {
  return EVENT_FIELDS.has(field);
}

/** Finds the values under which an event is indexed. */
export class IndexedValues {
  readonly fields: readonly string[];
  readonly #searches: readonly FieldSearch[];
  readonly #logGroupName: string;

  /**
   * @param fields - of the message; see {@link isEventField}
   * @param logGroupName - decides whether Lambda's fields are looked for
   */
  constructor(fields: readonly string[], logGroupName: string) {
    this.fields = fields;
    this.#searches = fields.map(fieldSearch);
    this.#logGroupName = logGroupName;
  }

  /**
   * Calls `add` with each value that a field may have, in the form of `indexKey`. It may be called with values
   * that the field doesn't have (a key of that name elsewhere in the record), never misses the one it has: the
   * index only has to leave out what can't match. That is why no message needs to be parsed.
   */
  each(message: string, add: (field: number, key: string) => void): void {
    // In JSON a key can be written with escapes; only then can a field be there without its name.
    const mayHideKeys = message.includes('\\u') || message.includes('\\/');
    for (let field = 0; field < this.#searches.length; field++) {
      const search = this.#searches[field]!;
      if (search.keyEnd === undefined || mayHideKeys) {
        const value = extractField(message, search.field, this.#logGroupName);
        if (value !== undefined) add(field, indexKey(value));
        if (search.keyEnd === undefined) continue;
      }
      let at = message.indexOf(search.keyEnd);
      while (at >= 0) {
        if (beginsKey(message, at)) {
          const key = valueAt(message, at + search.keyEnd.length);
          if (key !== undefined) add(field, key);
        }
        at = message.indexOf(search.keyEnd, at + 1);
      }
    }
  }
}

interface FieldSearch {
  readonly field: string;
  /** What stands in each message that has the field: the end of its last key and the quote. */
  readonly keyEnd: string | undefined;
}

/** A last key that can be searched: a JSON key without need of escapes, … */
const PLAIN_KEY = /^[\w $:#/-]+$/;
/** … and not a position in an array. */
const LETTER = /[A-Za-z_]/;

function fieldSearch(field: string): FieldSearch {
  // A field of discovered keys only: `@requestId` and the like come from the text of a message.
  const lastKey = field.slice(field.lastIndexOf('.') + 1);
  const searchable =
    !field.startsWith('@') && PLAIN_KEY.test(lastKey) && LETTER.test(lastKey) && !isDelimitedField(field);
  return { field, keyEnd: searchable ? `${lastKey}"` : undefined };
}

/** A dotted field may be one key (`session.id`), or its last key alone. */
function beginsKey(message: string, at: number): boolean {
  const before = message.charCodeAt(at - 1);
  return before === QUOTE || before === DOT;
}

const QUOTE = 0x22;
const DOT = 0x2e;
const COLON = 0x3a;

/** The index key of the JSON scalar that follows a key's closing quote; undefined where none follows. */
function valueAt(message: string, afterKey: number): string | undefined {
  let at = skipBlanks(message, afterKey);
  if (message.charCodeAt(at) !== COLON) return undefined;
  at = skipBlanks(message, at + 1);
  if (message.charCodeAt(at) !== QUOTE) return literalAt(message, at);
  const end = message.indexOf('"', at + 1);
  if (end < 0) return undefined;
  const text = message.slice(at + 1, end);
  return indexKey(text.includes('\\') ? escapedTextAt(message, at) : text);
}

function skipBlanks(message: string, from: number): number {
  let at = from;
  while (isBlank(message.charCodeAt(at))) at++;
  return at;
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

const LITERAL = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false/y;

function literalAt(message: string, at: number): string | undefined {
  LITERAL.lastIndex = at;
  const literal = LITERAL.exec(message)?.[0];
  if (literal === undefined) return undefined;
  if (literal === 'true') return '1';
  if (literal === 'false') return '0';
  return indexKey(literal);
}

const STRING = /"(?:[^"\\]|\\.)*"/sy;

function escapedTextAt(message: string, at: number): string {
  STRING.lastIndex = at;
  const literal = STRING.exec(message)?.[0];
  try {
    return literal === undefined ? '' : (JSON.parse(literal) as string);
  } catch {
    return ''; // No JSON, so there is no field of that name either.
  }
}
