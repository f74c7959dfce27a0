import { CIRCULAR, DEEP, MAX_JSON_DEPTH, UNREADABLE } from './json-marks.js';

/** How JSON is laid out. */
export interface JsonLayout {
  /** Blanks of one level; 0 writes all on one line. Default 0. */
  readonly indent?: number | undefined;
}

/**
 * Levels that stand on lines of their own. What lies deeper stands on one line: of a chain of thousands of
 * spans the blanks alone would be gigabytes.
 */
const MAX_INDENTED_LEVELS = 40;

/** Characters that are handed on at once. */
const PIECE_LENGTH = 65_536;

/** Gives what is written in place of a value. */
type Replace = (value: unknown) => unknown;

/** A list or object that is being written. */
interface OpenValue {
  /** As it was found, before `toJSON` and what else takes its place. */
  readonly original: unknown;
  readonly value: object;
  /** Of an object. */
  readonly keys: readonly string[] | undefined;
  readonly length: number;
  next: number;
  isEmpty: boolean;
}

/**
 * Writes a value as JSON.stringify does, but at any depth, where that ends in a RangeError, and in pieces, so
 * that no length is too long for one string.
 * @param write - given pieces of the text, none of which cuts a string or a number
 * @throws TypeError for a value that holds itself, and for a BigInt
 */
export function writeJson(
  value: unknown,
  write: (piece: string) => void,
  { indent = 0 }: JsonLayout = {},
): void {
  writeValue(value, write, indent, undefined);
}

/** The same as one text. @throws RangeError where it is longer than a string can be */
export function toJsonText(value: unknown, { indent = 0 }: JsonLayout = {}): string {
  return textOf(value, indent, undefined);
}

/**
 * The JSON of a value of an application's, which may hold anything: a BigInt is written as a text, and marks stand in
 * place of what holds itself, lies too deep, or throws when it is read.
 * @param replace - gives what is written in place of a value, as of an error, of which JSON shows nothing
 * @throws RangeError where it is longer than a string can be
 */
export function toJsonTextOfAny(value: unknown, replace: Replace = (one) => one): string {
  return textOf(value, 0, replace);
}

function textOf(value: unknown, indent: number, replace: Replace | undefined): string {
  const pieces: string[] = [];
  writeValue(value, (piece) => pieces.push(piece), indent, replace);
  return pieces.join('');
}

/** @param replace - given for a value of which nothing is known: then nothing throws */
function writeValue(
  value: unknown,
  write: (piece: string) => void,
  indent: number,
  replace: Replace | undefined,
): void {
  const open: OpenValue[] = [];
  const within = new Set<unknown>();
  let piece = '';
  const add = (text: string): void => {
    piece += text;
    if (piece.length < PIECE_LENGTH) return;
    write(piece);
    piece = '';
  };
  const lineBreak = (level: number): string =>
    indent === 0 || level > MAX_INDENTED_LEVELS ? '' : `\n${' '.repeat(indent * level)}`;
  /** Writes a value that holds no others, or the beginning of one that does. */
  const begin = ({ original, value: one }: FoundValue): void => {
    if (typeof one !== 'object' || one === null) {
      add(isWritten(one) ? JSON.stringify(replace && typeof one === 'bigint' ? String(one) : one) : 'null');
      return;
    }
    // The original too: what `toJSON` makes of it may be another object each time.
    const isCircle = within.has(one) || within.has(original);
    if (isCircle && !replace) throw new TypeError('a value that holds itself is no JSON');
    if (isCircle || (replace && open.length >= MAX_JSON_DEPTH)) {
      add(`"${isCircle ? CIRCULAR : DEEP}"`);
      return;
    }
    const keys = Array.isArray(one) ? undefined : Object.keys(one);
    const { length } = keys ?? (one as unknown[]);
    within.add(one);
    if (typeof original === 'object' && original !== null) within.add(original);
    add(keys ? '{' : '[');
    open.push({ original, value: one, keys, length, next: 0, isEmpty: true });
  };
  const find = (read: () => unknown, key: string): FoundValue => {
    if (!replace) return found(read(), key);
    try {
      const { original, value: one } = found(read(), key);
      const replaced = replace(one);
      // Of some objects not even the names of their members can be asked for.
      if (typeof replaced === 'object' && replaced !== null && !Array.isArray(replaced))
        Object.keys(replaced);
      return { original, value: replaced };
    } catch {
      return { original: undefined, value: UNREADABLE };
    }
  };

  begin(find(() => value, ''));
  for (let top = open.at(-1); top; top = open.at(-1)) {
    if (top.next === top.length) {
      open.pop();
      within.delete(top.value);
      within.delete(top.original);
      // The line breaks of an inner level are as many as its outer one begins.
      if (!top.isEmpty && open.length < MAX_INDENTED_LEVELS) add(lineBreak(open.length));
      add(top.keys ? '}' : ']');
      continue;
    }
    const { value: owner, keys, next } = top;
    const key = keys?.[next] ?? String(next);
    const member = find(() => (owner as Record<string, unknown>)[key], key);
    top.next++;
    if (top.keys && !isWritten(member.value)) continue;
    add(top.isEmpty ? lineBreak(open.length) : `,${lineBreak(open.length)}`);
    top.isEmpty = false;
    if (top.keys) {
      const isSpaced = indent > 0 && open.length <= MAX_INDENTED_LEVELS;
      add(`${JSON.stringify(key)}:${isSpaced ? ' ' : ''}`);
    }
    begin(member);
  }
  write(piece);
}

/** A value, and what is written of it. */
interface FoundValue {
  readonly original: unknown;
  readonly value: unknown;
}

/** What `toJSON` makes of a value, as of a date. */
function found(original: unknown, key: string): FoundValue {
  const { toJSON } = (typeof original === 'object' && original !== null ? original : {}) as {
    toJSON?: unknown;
  };
  const hasOwn = typeof toJSON === 'function';
  return { original, value: hasOwn ? (toJSON as (key: string) => unknown).call(original, key) : original };
}

/** JSON.stringify leaves these out of objects. */
function isWritten(value: unknown): boolean {
  return value !== undefined && typeof value !== 'function' && typeof value !== 'symbol';
}
