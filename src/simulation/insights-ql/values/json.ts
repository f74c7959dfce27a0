import {
  AloneTrials,
  isPlainObject,
  MAX_MEMBERS_ALONE,
  memberText,
  memberTextOfPlain,
} from './json-member.js';
import { LazyMap } from './lazy-map.js';
import { type Value } from './value.js';

/** Nesting beyond which a text is not taken as JSON: no log has it, and walking it would use up the stack. */
export const MAX_JSON_DEPTH = 500;

/** What JSON.parse makes. */
export type PlainJson = null | string | number | boolean | readonly PlainJson[] | PlainObject;

/** An object as JSON.parse makes it. */
export interface PlainObject {
  readonly [key: string]: PlainJson;
}

/** Digits in a row with which a number may be one that a double doesn't hold. */
const LONG_NUMBER_DIGITS = 16;
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"?|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/gs;

/**
 * Parses JSON without losing digits: a number that a double doesn't hold (nanoseconds, 64-bit ids) becomes
 * its text.
 * @returns undefined when the text is not JSON
 */
export function parsePlainJson(text: string): PlainJson | undefined {
  try {
    const parsed = JSON.parse(text) as PlainJson;
    return holdsLongNumber(text) ? (JSON.parse(quoteLongNumbers(text)) as PlainJson) : parsed;
  } catch {
    return undefined;
  }
}

/** Whether so many digits stand in a row. Of these one stands at each place that is looked at first. */
function holdsLongNumber(text: string): boolean {
  for (let at = LONG_NUMBER_DIGITS - 1; at < text.length; at += LONG_NUMBER_DIGITS) {
    if (!isDigitAt(text, at)) continue;
    let first = at;
    while (first > 0 && isDigitAt(text, first - 1)) first--;
    let end = at + 1;
    while (end - first < LONG_NUMBER_DIGITS && end < text.length && isDigitAt(text, end)) end++;
    if (end - first >= LONG_NUMBER_DIGITS) return true;
  }
  return false;
}

function isDigitAt(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 0x30 && unit <= 0x39;
}

function quoteLongNumbers(text: string): string {
  return text.replace(TOKEN, (token) => {
    if (token.length < 16 || token.startsWith('"')) return token;
    return String(Number(token)) === token ? token : `"${token}"`;
  });
}

/**
 * Parses JSON into the values of a query: objects are maps, arrays lists.
 * @returns undefined when the text is not JSON, or nested too deep ({@link MAX_JSON_DEPTH})
 */
export function parseJson(text: string): Value | undefined {
  // Each level takes two characters: short texts can't be nested too deep.
  const isShort = text.length < 2 * MAX_JSON_DEPTH;
  if (isShort && text.charCodeAt(0) === 0x7b && trials.isNext()) {
    // Of two numbers with many digits only one may be long: that is decided for the text as a whole.
    const isPlain = isPlainObject(text) && !holdsLongNumber(text);
    trials.tried(isPlain);
    if (isPlain) return new PlainTextMap(text);
  }
  const plain = parsePlainJson(text);
  if (plain === undefined) return undefined;
  return isShort ? toLazyValue(plain) : toValue(plain, 0);
}

const trials = new AloneTrials();

/** The map of a text that is known to be a plain object: asked for one member alone, it parses no other. */
class PlainTextMap extends LazyMap<PlainJson, Value> {
  readonly #text: string;
  #asked = 0;

  constructor(text: string) {
    super(() => JSON.parse(text) as PlainObject, toLazyValue);
    this.#text = text;
  }

  override get(key: string): Value | undefined {
    const asked = this.#asked++;
    if (asked < MAX_MEMBERS_ALONE) {
      const member =
        memberTextOfPlain(this.#text, key) ?? (asked === 0 ? memberText(this.#text, key) : undefined);
      if (member !== undefined) return toLazyValue(JSON.parse(member) as PlainJson);
    }
    if (asked > 0) {
      trials.several();
      // It is parsed from now on.
      this.#asked = MAX_MEMBERS_ALONE;
    }
    return super.get(key);
  }
}

/** As {@link toValue}, where maps make their values when they are asked for. */
function toLazyValue(plain: PlainJson): Value {
  if (typeof plain !== 'object' || plain === null) return plain;
  return isArray(plain) ? plain.map(toLazyValue) : new LazyMap(plain, toLazyValue);
}

function toValue(plain: PlainJson, depth: number): Value | undefined {
  if (typeof plain !== 'object' || plain === null) return plain;
  if (depth >= MAX_JSON_DEPTH) return undefined;
  if (isArray(plain)) {
    const list: Value[] = [];
    for (const item of plain) {
      const value = toValue(item, depth + 1);
      if (value === undefined) return undefined;
      list.push(value);
    }
    return list;
  }
  const map = new Map<string, Value>();
  for (const key of Object.keys(plain)) {
    const value = toValue(plain[key]!, depth + 1);
    if (value === undefined) return undefined;
    map.set(key, value);
  }
  return map;
}

/** Array.isArray that knows read-only arrays. */
export function isArray(plain: PlainJson): plain is readonly PlainJson[] {
  return Array.isArray(plain);
}
