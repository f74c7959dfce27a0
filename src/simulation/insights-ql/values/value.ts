import { MISSING_FIELD_DIFFERS, PRINTS_TINY_NUMBERS_WHOLE } from '../undocumented.js';
import { LazyMap } from './lazy-map.js';

/**
 * The values of a query: what a field holds, what a function takes and gives, how two of them compare and
 * how a result cell prints them. Source of the rules: CloudWatch Logs User Guide, "Logs Insights query
 * syntax" (filter, sort, functions). What it leaves open is decided here and tested as "not documented".
 */

/** A moment in milliseconds since 1970; prints as `2024-05-19 06:10:16.682` (UTC). */
export class Timestamp {
  constructor(readonly millis: number) {}
}

/** Whether the calendar has this moment. */
export function isMoment(millis: number): boolean {
  return Math.abs(millis) <= 8.64e15;
}

/** A map as jsonParse or histogram makes it. */
export type ValueMap = ReadonlyMap<string, Value>;

/** Any value of a query; null is a missing field or the result of a function that has none. */
export type Value = null | string | number | boolean | Timestamp | readonly Value[] | ValueMap;

/** The operators that compare two values in a condition. */
export type ComparisonOperator = '=' | '!=' | '<' | '<=' | '>' | '>=';

/** A decimal number as logs hold it: no hexadecimal, no `Infinity`, blanks around it allowed. */
const NUMBER = /^\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?\s*$/;
const INTEGER = /^\s*[+-]?\d+\s*$/;

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

export function isMap(value: Value): value is ValueMap {
  return value instanceof LazyMap || value instanceof Map;
}

/** True for maps and lists: they equal nothing, and are null to string, number and date functions. */
export function isStructure(value: Value): value is readonly Value[] | ValueMap {
  return isList(value) || isMap(value);
}

/**
 * The number that a value is or spells: timestamps are their milliseconds, booleans 1 and 0.
 * @returns undefined for anything else
 */
export function toNumber(value: Value): number | undefined {
  switch (typeof value) {
    case 'number':
      return value;
    case 'string':
      return parseNumber(value);
    case 'boolean':
      return value ? 1 : 0;
    default:
      return value instanceof Timestamp ? value.millis : undefined;
  }
}

/** Reads a decimal number that takes up the whole text. */
export function parseNumber(text: string): number | undefined {
  // Most texts of logs are not numbers: one look at the first character spares them the expression.
  const first = text.charCodeAt(0);
  if (first > 0x39 && first !== 0xa0 && first < 0x1680) return undefined;
  const digits = digitsNumber(text);
  if (digits !== undefined) return digits;
  if (!NUMBER.test(text)) return undefined;
  const number = Number(text);
  return Number.isFinite(number) ? number : undefined;
}

/** Digits that a double holds, whatever they are. */
const MAX_PLAIN_DIGITS = 15;

/** The number of a text of few digits and nothing else, which most numbers of logs are. */
function digitsNumber(text: string): number | undefined {
  if (text.length === 0 || text.length > MAX_PLAIN_DIGITS) return undefined;
  let number = 0;
  for (let at = 0; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    number = number * 10 + digit;
  }
  return number;
}

/**
 * What a value is as text to string functions.
 * @returns undefined for null, maps and lists, which those functions take as null
 */
export function toText(value: Value): string | undefined {
  return isStructure(value) ? undefined : formatValue(value);
}

/**
 * Whether a value holds as a condition, as in `filter isValidIp(f)`: true, a number other than 0. Not
 * documented for others: text holds when it spells `true` or a number other than 0; timestamps hold; null,
 * maps and lists don't.
 */
export function truthy(value: Value): boolean {
  if (typeof value === 'boolean') return value;
  if (value === null || isStructure(value)) return false;
  if (value instanceof Timestamp) return true;
  const number = toNumber(value);
  return number === undefined ? typeof value === 'string' && value.toLowerCase() === 'true' : number !== 0;
}

/**
 * Compares two values in a condition.
 *
 * A map or list compared to anything is false (documented). Not documented, and decided here:
 * - null is equal, less or greater to nothing, nor different (see {@link MISSING_FIELD_DIFFERS});
 * - a number and a text compare as numbers where the text spells one; else `=` is false, and `<` compares
 *   texts;
 * - two texts are equal when they are the same text, and compare as numbers where both spell one;
 * - a timestamp compares as its milliseconds.
 */
export function compareWith(operator: ComparisonOperator, left: Value, right: Value): boolean {
  if (operator === '=') return equalsValue(left, right);
  if (operator === '!=') return isComparable(left) && isComparable(right) && !equalsValue(left, right);
  const order = orderValues(left, right);
  if (order === undefined) return false;
  switch (operator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}

/** Whether a value can differ from another: no map or list does, nor a missing field. */
export function isComparable(value: Value): boolean {
  return !isStructure(value) && (value !== null || MISSING_FIELD_DIFFERS);
}

/** `left = right` in a condition: see {@link compareWith}. */
export function equalsValue(left: Value, right: Value): boolean {
  if (left === null || right === null) return false;
  if (typeof left === 'string' && typeof right === 'string') return left === right;
  if (isStructure(left) || isStructure(right)) return false;
  const leftNumber = toNumber(left);
  return leftNumber !== undefined && leftNumber === toNumber(right);
}

/**
 * The order of two values in a condition: see {@link compareWith}.
 * @returns undefined where they have none (null, maps, lists, a timestamp beside other text)
 */
export function orderValues(left: Value, right: Value): number | undefined {
  if (left === null || right === null || isStructure(left) || isStructure(right)) return undefined;
  const leftNumber = toNumber(left);
  const rightNumber = leftNumber === undefined ? undefined : toNumber(right);
  if (leftNumber !== undefined && rightNumber !== undefined) {
    return leftNumber === rightNumber ? compareLongIntegers(left, right) : leftNumber - rightNumber;
  }
  if (left instanceof Timestamp || right instanceof Timestamp) return undefined;
  return compareCodePoints(formatValue(left) ?? '', formatValue(right) ?? '');
}

/** Nanosecond timestamps and long ids differ beyond what a double holds. */
function compareLongIntegers(left: Value, right: Value): number {
  if (typeof left !== 'string' || typeof right !== 'string' || left.length < 16 || right.length < 16)
    return 0;
  if (!INTEGER.test(left) || !INTEGER.test(right)) return 0;
  return compareOrdered(BigInt(left.trim().replace('+', '')), BigInt(right.trim().replace('+', '')));
}

/**
 * Order of `sort`, ascending: non-numbers before numbers; numbers by value; others in chunks, digits by
 * length and then value, everything else by code point. Source: User Guide, sort. Not documented: nulls come
 * last, and any text that spells a number counts as one.
 */
export function compareValues(left: Value, right: Value): number {
  if (left === null || right === null) return left === right ? 0 : left === null ? 1 : -1;
  return compareNonNull(left, right);
}

/** As {@link compareValues}, in either direction: not documented: nulls come last in both. */
export function compareForSort(left: Value, right: Value, direction: 'asc' | 'desc'): number {
  if (left === null || right === null || direction === 'asc') return compareValues(left, right);
  return compareNonNull(right, left);
}

function compareNonNull(left: Value, right: Value): number {
  const leftNumber = toNumber(left);
  const rightNumber = toNumber(right);
  if (leftNumber !== undefined && rightNumber !== undefined) {
    return leftNumber === rightNumber ? compareLongIntegers(left, right) : leftNumber - rightNumber;
  }
  if (leftNumber !== undefined) return 1;
  if (rightNumber !== undefined) return -1;
  return compareInChunks(formatValue(left) ?? '', formatValue(right) ?? '');
}

/** `img9` before `img12`: digit runs compare by length and then value, the rest by code point. */
function compareInChunks(left: string, right: string): number {
  const shorter = Math.min(left.length, right.length);
  let at = 0;
  while (at < shorter && left.charCodeAt(at) === right.charCodeAt(at)) at++;
  // The digits around the difference: what stands before is the same in both.
  let start = at;
  while (start > 0 && isDigit(left.charCodeAt(start - 1))) start--;
  const digits = digitsEnd(left, at) - start;
  const otherDigits = digitsEnd(right, at) - start;
  if (digits > 0 && otherDigits > 0 && digits !== otherDigits) return digits - otherDigits;
  if (at > 0 && isFirstOfPair(left.charCodeAt(at - 1))) {
    const byPair = (left.codePointAt(at - 1) ?? 0) - (right.codePointAt(at - 1) ?? 0);
    if (byPair !== 0) return byPair;
  }
  if (at === shorter) return left.length - right.length;
  return left.codePointAt(at)! - right.codePointAt(at)!;
}

function isFirstOfPair(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function digitsEnd(text: string, from: number): number {
  let end = from;
  while (end < text.length && isDigit(text.charCodeAt(end))) end++;
  return end;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function compareCodePoints(left: string, right: string): number {
  let at = 0;
  while (at < left.length && at < right.length && left.charCodeAt(at) === right.charCodeAt(at)) at++;
  if (at === left.length || at === right.length) return left.length - right.length;
  // Within a pair the second halves decide, and are in the order of their code points.
  return left.codePointAt(at)! - right.codePointAt(at)!;
}

function compareOrdered<T extends string | bigint>(left: T, right: T): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Decimals of a number that a query computed. Source: recorded answers of GetQueryResults (`93.4601`, `38.147`). */
const PRINTED_DECIMALS = 4;

/**
 * What a result cell prints: a value as {@link formatValue} has it, but a number cut to four decimals, without
 * zeros at its end. What a log holds is not computed, and stays as it is written: see {@link asLogged}.
 * @returns undefined for null: such a cell is left out of its row
 */
export function formatCell(value: Value): string | undefined {
  if (typeof value !== 'number' || hasFewDecimals(value) || Math.abs(value) >= 1e21)
    return formatValue(value);
  const rounded = Number(value.toFixed(PRINTED_DECIMALS));
  return formatNumber(rounded === 0 && PRINTS_TINY_NUMBERS_WHOLE ? value : rounded);
}

/**
 * A number as a log holds it. One with more decimals than results print of a computed number is a text, so that
 * it stays as it is written.
 */
export function asLogged(number: number): number | string {
  return hasFewDecimals(number) ? number : (formatNumber(number) ?? number);
}

function hasFewDecimals(number: number): boolean {
  const scale = 10 ** PRINTED_DECIMALS;
  return Number.isInteger(number) || Math.round(number * scale) / scale === number;
}

/**
 * The text of a value, to be compared, searched and joined with others.
 *
 * Not documented, and decided here: numbers print in the shortest decimal form (whole ones bare), maps and
 * lists as JSON.
 * @returns undefined for null
 */
export function formatValue(value: Value): string | undefined {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
      return formatNumber(value);
    case 'boolean':
      return value ? '1' : '0';
    default:
      if (value === null) return undefined;
      return value instanceof Timestamp ? formatTimestamp(value.millis) : toJson(value);
  }
}

/** `2024-05-19 06:10:16.682`, as results print times (UTC). */
export function formatTimestamp(millis: number): string | undefined {
  const date = new Date(millis);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString().replace('T', ' ').replace('Z', '');
}

function formatNumber(number: number): string | undefined {
  // Most numbers are whole and small; of -0 this is 0, too.
  const whole = number | 0;
  if (whole === number) return String(whole);
  if (!Number.isFinite(number)) return undefined;
  if (Object.is(number, -0)) return '0';
  const text = String(number);
  return text.includes('e') ? withoutExponent(text) : text;
}

/** `6e-7` as `0.0000006`, `1.5e+21` with all its zeros. */
function withoutExponent(text: string): string {
  const [, sign, whole, fraction = '', exponent] = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text)!;
  const digits = whole! + fraction;
  const point = 1 + Number(exponent);
  if (point <= 0) return `${sign!}0.${'0'.repeat(-point)}${digits}`;
  return sign! + digits.padEnd(point, '0');
}

/** A value as JSON text: what jsonStringify gives, and how maps and lists print. */
export function toJson(value: Value): string {
  return JSON.stringify(toPlain(value));
}

function toPlain(value: Value): unknown {
  if (isList(value)) return value.map(toPlain);
  if (isMap(value)) return plainObject(value);
  return value instanceof Timestamp ? formatTimestamp(value.millis) : value;
}

function plainObject(map: ValueMap): Record<string, unknown> {
  // Without a prototype, a key such as __proto__ is a key like any other.
  const plain = Object.create(null) as Record<string, unknown>;
  for (const [key, value] of map) plain[key] = toPlain(value);
  return plain;
}

/**
 * The key under which an index keeps a value, and looks it up: two values that a condition finds equal have
 * the same key. Applying it twice changes nothing, so a look-up may pass what a query says as text.
 */
export function indexKey(text: string): string {
  const number = parseNumber(text);
  return number === undefined ? text : (formatNumber(number) ?? text);
}
