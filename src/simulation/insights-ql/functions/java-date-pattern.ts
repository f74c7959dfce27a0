import { MONTHS, WEEKDAYS } from './strftime.js';
import { findTimeZone, fromLocalTime, type TimeZone } from './time-zone.js';

/** A piece of a Java DateTimeFormatter pattern. */
type Element =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'number'; readonly field: Field; readonly min: number; readonly max: number }
  | {
      readonly kind: 'names';
      readonly field: Field;
      readonly names: readonly string[];
      readonly first: number;
    }
  | { readonly kind: 'fraction'; readonly digits: number }
  | { readonly kind: 'offset'; readonly expression: RegExp }
  | { readonly kind: 'zone' }
  | { readonly kind: 'optional'; readonly elements: readonly Element[] };

type Field =
  | 'year'
  | 'shortYear'
  | 'month'
  | 'day'
  | 'dayOfYear'
  | 'hour'
  | 'hour12'
  | 'half'
  | 'minute'
  | 'second'
  | 'weekday'
  | 'era';

/** What was read so far. */
interface Reading {
  readonly fields: Map<Field, number>;
  millisOfSecond: number;
  zone: TimeZone | undefined;
}

const shortNames = (names: readonly string[]): readonly string[] => names.map((name) => name.slice(0, 3));

const OFFSETS: Readonly<Record<string, RegExp>> = {
  X: /Z|[+-]\d{2}(?:\d{2})?/iy,
  XX: /Z|[+-]\d{4}/iy,
  XXX: /Z|[+-]\d{2}:\d{2}/iy,
  XXXX: /Z|[+-]\d{4}(?:\d{2})?/iy,
  XXXXX: /Z|[+-]\d{2}:\d{2}(?::\d{2})?/iy,
  x: /[+-]\d{2}(?:\d{2})?/y,
  xx: /[+-]\d{4}/y,
  xxx: /[+-]\d{2}:\d{2}/y,
  Z: /[+-]\d{4}/y,
  ZZ: /[+-]\d{4}/y,
  ZZZ: /[+-]\d{4}/y,
  ZZZZ: /GMT(?:[+-]\d{2}:\d{2})?/y,
  ZZZZZ: /Z|[+-]\d{2}:\d{2}/iy,
  O: /GMT(?:[+-]\d{1,2}(?::\d{2})?)?/y,
  OOOO: /GMT(?:[+-]\d{2}:\d{2})?/y,
};
const ZONE_NAME = /[A-Za-z][A-Za-z0-9/_+-]*(?::\d{2})?/y;

const NUMBERS: Readonly<Record<string, Field>> = {
  d: 'day',
  D: 'dayOfYear',
  H: 'hour',
  k: 'hour',
  h: 'hour12',
  K: 'hour12',
  m: 'minute',
  s: 'second',
};

/** The largest value of each field, where it has one. */
const LARGEST: Readonly<Partial<Record<Field, number>>> = {
  month: 12,
  day: 31,
  dayOfYear: 366,
  hour: 24,
  hour12: 12,
  minute: 59,
  second: 59,
};

/** Optional sections within optional sections: more would use up the stack. */
const MAX_OPTIONAL_DEPTH = 50;

const MAX_PATTERNS = 64;
const compiled = new Map<string, readonly Element[] | undefined>();

/**
 * Parses a date as Java's DateTimeFormatter with a pattern (English names, smart resolution: 31 April is
 * 30 April). Not documented: without a time it is midnight; without day or month the first one; a pattern
 * without a year has no moment.
 * @param zone - of dates that name none
 * @returns milliseconds since 1970; undefined when text or pattern are wrong
 */
export function parseJavaDate(text: string, pattern: string, zone: TimeZone): number | undefined {
  const elements = compilePattern(pattern);
  if (elements === undefined) return undefined;
  const reading: Reading = { fields: new Map(), millisOfSecond: 0, zone: undefined };
  const end = readAll(elements, text, 0, reading);
  return end === text.length ? resolve(reading, zone) : undefined;
}

function compilePattern(pattern: string): readonly Element[] | undefined {
  if (!compiled.has(pattern)) {
    if (compiled.size >= MAX_PATTERNS) compiled.clear();
    compiled.set(pattern, compile(pattern));
  }
  return compiled.get(pattern);
}

/** Pattern : ( letters | `'` text `'` | `[` Pattern `]` | other characters )* */
function compile(pattern: string): readonly Element[] | undefined {
  const open: Element[][] = [[]];
  const token = /'((?:[^']|'')*)'|([A-Za-z])\2*|[\s\S]/gy;
  for (const match of pattern.matchAll(token)) {
    const [written, quoted, letter] = match;
    const elements = open[open.length - 1]!;
    if (letter !== undefined) {
      const element = compileLetters(letter, written.length);
      if (element === undefined) return undefined;
      elements.push(element);
    } else if (quoted !== undefined) {
      elements.push({ kind: 'literal', text: quoted === '' ? "'" : quoted.replaceAll("''", "'") });
    } else if (written === '[') {
      if (open.length > MAX_OPTIONAL_DEPTH) return undefined;
      open.push([]);
    } else if (written === ']') {
      if (open.length === 1) return undefined;
      open.pop();
      open[open.length - 1]!.push({ kind: 'optional', elements: reserveDigits(elements) });
    } else if (written === "'" || written === '{' || written === '}' || written === '#') {
      return undefined;
    } else {
      elements.push({ kind: 'literal', text: written });
    }
  }
  // An optional section may stay open to the end.
  while (open.length > 1) {
    const elements = open.pop()!;
    open[open.length - 1]!.push({ kind: 'optional', elements: reserveDigits(elements) });
  }
  return reserveDigits(open[0]!);
}

function compileLetters(letter: string, count: number): Element | undefined {
  switch (letter) {
    case 'y':
    case 'u':
      if (count === 2) return { kind: 'number', field: 'shortYear', min: 2, max: 2 };
      return { kind: 'number', field: 'year', min: count, max: 9 };
    case 'M':
    case 'L':
      if (count === 3) return { kind: 'names', field: 'month', names: shortNames(MONTHS), first: 1 };
      if (count === 4) return { kind: 'names', field: 'month', names: MONTHS, first: 1 };
      return count > 4 ? undefined : { kind: 'number', field: 'month', min: count, max: 2 };
    case 'E':
      if (count > 4) return undefined;
      return {
        kind: 'names',
        field: 'weekday',
        names: count < 4 ? shortNames(WEEKDAYS) : WEEKDAYS,
        first: 0,
      };
    case 'a':
      return { kind: 'names', field: 'half', names: ['AM', 'PM'], first: 0 };
    case 'G':
      return { kind: 'names', field: 'era', names: ['BC', 'AD'], first: 0 };
    case 'S':
      return count > 9 ? undefined : { kind: 'fraction', digits: count };
    case 'V':
    case 'z':
    case 'v':
      return { kind: 'zone' };
    default: {
      const field = NUMBERS[letter];
      if (field !== undefined) return compileNumber(field, count);
      const expression = OFFSETS[letter.repeat(count)];
      return expression && { kind: 'offset', expression };
    }
  }
}

function compileNumber(field: Field, count: number): Element | undefined {
  const longest = field === 'dayOfYear' ? 3 : 2;
  return count > longest ? undefined : { kind: 'number', field, min: count, max: longest };
}

/** In `yyyyMMdd` a number takes no digits that belong to the numbers that follow without a space. */
function reserveDigits(elements: readonly Element[]): readonly Element[] {
  return elements.map((element, index) => {
    const next = elements[index + 1];
    const adjoins = next?.kind === 'number' || next?.kind === 'fraction';
    return element.kind === 'number' && adjoins ? { ...element, max: element.min } : element;
  });
}

/** @returns the position behind what was read; undefined when the text doesn't fit */
function readAll(
  elements: readonly Element[],
  text: string,
  start: number,
  reading: Reading,
): number | undefined {
  let at: number | undefined = start;
  for (const element of elements) {
    at = read(element, text, at, reading);
    if (at === undefined) return undefined;
  }
  return at;
}

function read(element: Element, text: string, at: number, reading: Reading): number | undefined {
  switch (element.kind) {
    case 'literal':
      return text.startsWith(element.text, at) ? at + element.text.length : undefined;
    case 'number':
      return readNumber(element, text, at, reading);
    case 'names':
      return readName(element, text, at, reading);
    case 'fraction': {
      const digits = text.slice(at, at + element.digits);
      if (digits.length < element.digits || !/^\d+$/.test(digits)) return undefined;
      reading.millisOfSecond = Math.trunc(Number(digits.slice(0, 3).padEnd(3, '0')));
      return at + element.digits;
    }
    case 'offset':
      return readZone(element.expression, text, at, reading);
    case 'zone':
      return readZone(ZONE_NAME, text, at, reading);
    case 'optional':
      return readOptional(element.elements, text, at, reading);
  }
}

function readNumber(
  { field, min, max }: Extract<Element, { kind: 'number' }>,
  text: string,
  at: number,
  reading: Reading,
): number | undefined {
  let end = at;
  while (end < text.length && end - at < max && text[end]! >= '0' && text[end]! <= '9') end++;
  if (end - at < min) return undefined;
  const number = Number(text.slice(at, end));
  if (number > (LARGEST[field] ?? number)) return undefined;
  reading.fields.set(field, number);
  return end;
}

function readName(
  { field, names, first }: Extract<Element, { kind: 'names' }>,
  text: string,
  at: number,
  reading: Reading,
): number | undefined {
  const rest = text.slice(at, at + 10).toLowerCase();
  const index = names.findIndex((name) => rest.startsWith(name.toLowerCase()));
  if (index < 0) return undefined;
  reading.fields.set(field, index + first);
  return at + names[index]!.length;
}

function readZone(expression: RegExp, text: string, at: number, reading: Reading): number | undefined {
  expression.lastIndex = at;
  const name = expression.exec(text)?.[0];
  const zone =
    name === undefined ? undefined : findTimeZone(name.replace(/:\d{2}(?=$)(?<=:\d{2}:\d{2})/, ''));
  if (zone === undefined) return undefined;
  reading.zone = zone;
  return at + name!.length;
}

function readOptional(elements: readonly Element[], text: string, at: number, reading: Reading): number {
  const fields = new Map(reading.fields);
  const { millisOfSecond, zone } = reading;
  const end = readAll(elements, text, at, reading);
  if (end !== undefined) return end;
  reading.fields.clear();
  for (const [field, value] of fields) reading.fields.set(field, value);
  reading.millisOfSecond = millisOfSecond;
  reading.zone = zone;
  return at;
}

function resolve({ fields, millisOfSecond, zone }: Reading, defaultZone: TimeZone): number | undefined {
  const year = resolveYear(fields);
  const hour = resolveHour(fields);
  if (year === undefined || hour === undefined) return undefined;
  const days = resolveDays(year, fields);
  if (days === undefined) return undefined;
  const minutes = hour * 60 + (fields.get('minute') ?? 0);
  const local = days * 86_400_000 + minutes * 60_000 + (fields.get('second') ?? 0) * 1000 + millisOfSecond;
  const millis = fromLocalTime(local, zone ?? defaultZone);
  return Number.isFinite(millis) ? millis : undefined;
}

function resolveYear(fields: ReadonlyMap<Field, number>): number | undefined {
  const short = fields.get('shortYear');
  // Two digits are of this century, as in java.time.
  const year = fields.get('year') ?? (short === undefined ? undefined : 2000 + short);
  return year !== undefined && fields.get('era') === 0 ? 1 - year : year;
}

function resolveHour(fields: ReadonlyMap<Field, number>): number | undefined {
  const hour = fields.get('hour');
  if (hour !== undefined) return hour === 24 ? 0 : hour;
  const hour12 = fields.get('hour12');
  if (hour12 === undefined) return 0;
  return (hour12 % 12) + 12 * (fields.get('half') ?? 0);
}

/** Days since 1970 of a date. */
function resolveDays(year: number, fields: ReadonlyMap<Field, number>): number | undefined {
  const dayOfYear = fields.get('dayOfYear');
  const month = dayOfYear === undefined ? (fields.get('month') ?? 1) : 1;
  const day = dayOfYear ?? fields.get('day') ?? 1;
  if (month < 1 || day < 1) return undefined;
  const inMonth = new Date(utc(year, month, 0)).getUTCDate();
  return utc(year, month - 1, dayOfYear === undefined ? Math.min(day, inMonth) : day) / 86_400_000;
}

/** Date.UTC that takes years below 100 as they are. */
function utc(year: number, month: number, day: number): number {
  const date = new Date(0);
  return date.setUTCFullYear(year, month, day);
}
