import { MIN_VIEW_LENGTH } from './own-text.js';
import { asLogged, type Value } from './value.js';

/** Longer texts are parsed. */
const MAX_TEXT_LENGTH = 16_384;

/** Digits and signs of a number that a double holds, whatever they are. */
const MAX_NUMBER_LENGTH = 15;

// JSON without escapes, with one blank at most behind a comma or a colon, as programs write it.
const STRING = '"[^"\\\\\\x00-\\x1f]*"';
const NUMBER = '-?(?:0|[1-9]\\d*)(?:\\.\\d+)?(?:[eE][+-]?\\d+)?';
const SCALAR = `(?:${STRING}|${NUMBER}|true|false|null)`;
const COMMA = ', ?';
const COLON = ': ?';
const VALUE = `(?:${SCALAR}|${listOf('\\[', SCALAR, '\\]')}|${listOf('\\{', STRING + COLON + SCALAR, '\\}')})`;
const OBJECT = new RegExp(`^${listOf('\\{', STRING + COLON + VALUE, '\\}')}$`);

function listOf(open: string, item: string, close: string): string {
  return `${open}(?:${item}(?:${COMMA}${item})*)?${close}`;
}

/** Queries ask each event for the same few names. */
const MAX_KEPT = 200;
const kept = new Map<string, RegExp>();
let lastKey = '';
let lastExpression: RegExp | undefined;

/** A key that is written as it is, in an expression too. */
const PLAIN_KEY = /^[A-Za-z0-9_@: -]+$/;

/**
 * Each character of a text is read in one way only: what begins with a quote, a digit or a bracket is a string, a number
 * or a list, and the key is no other member's. So where the text is no such object the search fails in proportion to
 * its length.
 */
function expressionOf(key: string): RegExp | undefined {
  if (key === lastKey) return lastExpression;
  let expression = kept.get(key);
  if (expression === undefined && PLAIN_KEY.test(key)) {
    const other = `(?!"${key}")${STRING}${COLON}${VALUE}`;
    expression = new RegExp(`^\\{(?:${other}${COMMA})*"${key}"${COLON}(${VALUE})(?:${COMMA}${other})*\\}$`);
    if (kept.size >= MAX_KEPT) kept.clear();
    kept.set(key, expression);
  }
  lastKey = key;
  lastExpression = expression;
  return expression;
}

/** Whether a text is a plain JSON object: one of which {@link memberText} finds most members. */
export function isPlainObject(text: string): boolean {
  return text.length <= MAX_TEXT_LENGTH && text.charCodeAt(0) === 0x7b && OBJECT.test(text);
}

/**
 * The text of one member's value in a text that is a plain JSON object.
 * @returns undefined where the text has to be parsed: it is no JSON object, has escapes, more nesting than one level, or
 * the key twice or not at all
 */
export function memberText(text: string, key: string): string | undefined {
  if (text.length > MAX_TEXT_LENGTH || text.charCodeAt(0) !== 0x7b) return undefined;
  return expressionOf(key)?.exec(text)?.[1];
}

/** A key that can't be taken for what stands between two strings. */
const WORD_KEY = /^[A-Za-z0-9_@-]+$/;

let lastWord = '';
let lastIsWord = false;

/**
 * As {@link memberText}, of a text that is known to be a plain JSON object, in a fraction of the time: there a key and its
 * colon stand nowhere else, for strings have no escapes, and without another bracket they are no inner object's.
 * @returns undefined also where that is not so sure
 */
export function memberTextOfPlain(text: string, key: string): string | undefined {
  if (key !== lastWord) {
    lastWord = key;
    lastIsWord = WORD_KEY.test(key);
  }
  if (!lastIsWord || text.includes('{', 1)) return undefined;
  const sought = `"${key}":`;
  const found = text.indexOf(sought);
  if (found < 0 || text.includes(sought, found + sought.length)) return undefined;
  let start = found + sought.length;
  if (text.charCodeAt(start) === 0x20) start++;
  const end = endOfValue(text, start);
  return end === start ? undefined : text.slice(start, end);
}

/** Where a value ends that begins at a place of a plain object; at its beginning where that is not known. */
function endOfValue(text: string, start: number): number {
  switch (text.charCodeAt(start)) {
    case 0x22:
      return text.indexOf('"', start + 1) + 1;
    case 0x5b: {
      const end = text.indexOf(']', start) + 1;
      const quote = text.indexOf('"', start);
      return quote >= 0 && quote < end ? start : end;
    }
    default: {
      const comma = text.indexOf(',', start);
      return comma < 0 ? text.length - 1 : comma;
    }
  }
}

/**
 * The value of one member of a text that is a plain JSON object: what parsing all of it finds, in a fifth of the time.
 * @returns undefined as {@link memberText}, and where the member is a list, an object or a long number
 */
export function plainMember(text: string, key: string): Value | undefined {
  return memberValue(memberText(text, key));
}

/** As {@link plainMember}, where another member was found so: see {@link memberTextOfPlain}. */
export function otherPlainMember(text: string, key: string): Value | undefined {
  return memberValue(memberTextOfPlain(text, key));
}

function memberValue(written: string | undefined): Value | undefined {
  if (written === undefined) return undefined;
  switch (written.charCodeAt(0)) {
    case 0x22:
      return written.length < MIN_VIEW_LENGTH + 2 ? written.slice(1, -1) : (JSON.parse(written) as string);
    case 0x6e:
      return null;
    case 0x74:
      return 1;
    case 0x66:
      return 0;
    case 0x5b:
    case 0x7b:
      return undefined;
    default:
      return written.length > MAX_NUMBER_LENGTH ? undefined : asLogged(Number(written));
  }
}

/** Members of one object that are found alone: more take as long as parsing it. */
export const MAX_MEMBERS_ALONE = 4;

/** Where several members of one object are asked for, so many texts behind it are parsed at once. */
const TEXTS_OF_SEVERAL = 64;

/**
 * Says whether a text is to be asked for one member alone, which takes longer than parsing it where others follow, or
 * where it is not plain. A query asks each of its texts for the same.
 */
export class AloneTrials {
  #pause = 0;
  #nextPause = 1;

  /** Whether the next text is to be tried. */
  isNext(): boolean {
    if (this.#pause === 0) return true;
    this.#pause--;
    return false;
  }

  /** Several members were asked for, and not found alone. */
  several(): void {
    this.#pause = TEXTS_OF_SEVERAL;
  }

  /** Whether it was found: the more texts in a row are not plain, the more are not tried. */
  tried(isFound: boolean): void {
    if (isFound) {
      this.#nextPause = 1;
    } else {
      this.#pause = this.#nextPause;
      this.#nextPause = Math.min(TEXTS_OF_SEVERAL, this.#nextPause * 2);
    }
  }
}
