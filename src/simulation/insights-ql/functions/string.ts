import { containsText, splitText } from '../../text-matching/text-search.js';
import { isStructure, parseNumber, toNumber, toText, truthy, type Value } from '../values/value.js';
import { bounded, MAX_RESULT_LENGTH, ofText, ofTexts, scalar } from './define.js';
import { type ScalarFunction } from './function.js';
import { regexReplace } from './regex-replace.js';

const ANY_NUMBER = Number.POSITIVE_INFINITY;
const SURROGATE = /[\ud800-\udfff]/;

/** String functions. Source: User Guide, "String functions". */
export const stringFunctions: readonly ScalarFunction[] = [
  scalar('isempty', 1, 1, ([value]) => ((toText(value!) ?? '') === '' ? 1 : 0)),
  scalar('isblank', 1, 1, ([value]) => ((toText(value!) ?? '').trim() === '' ? 1 : 0)),
  scalar('concat', 1, ANY_NUMBER, concat),
  trimming('ltrim', true, false),
  trimming('rtrim', false, true),
  trimming('trim', true, true),
  ofText('strlen', 1, 1, (text) => codePointLength(text)),
  ofText('toupper', 1, 1, (text) => text.toUpperCase()),
  ofText('tolower', 1, 1, (text) => text.toLowerCase()),
  ofText('substr', 2, 3, substr),
  ofTexts('replace', 3, 3, (text, searched, replacement) => replaceAll(text, searched, replacement)),
  ofTexts('regexReplace', 3, 3, regexReplace),
  // Seen to work, beside the name in the guide.
  ofTexts('regex_replace', 3, 3, regexReplace),
  scalar('strcontains', 2, 3, ([value, searched, ignoreCase]) =>
    contains(value!, searched!, truthy(ignoreCase ?? null)),
  ),
  scalar('startsWith', 2, 2, ([value, searched]) => testTexts(value!, searched!, (a, b) => a.startsWith(b))),
  scalar('endsWith', 2, 2, ([value, searched]) => testTexts(value!, searched!, (a, b) => a.endsWith(b))),
  ofText('urlencode', 1, 1, (text) => encodeURIComponent(text.toWellFormed())),
  ofText('urldecode', 1, 1, urlDecode),
  ofText('base64encode', 1, 1, (text) => Buffer.from(text, 'utf8').toString('base64')),
  ofText('base64decode', 1, 1, base64Decode),
  ofTexts('split', 2, 2, (text, delimiter) => splitText(text, delimiter)),
  ofText('hexToAscii', 1, 1, hexToAscii),
  ofText('hexToDec', 1, 1, hexToDec),
  scalar('decToHex', 1, 1, ([value]) => decToHex(value!)),
];

/** Not documented: missing parts are left out; without any part the result is null. */
function concat(args: readonly Value[]): Value {
  const texts = args.map(toText).filter((text) => text !== undefined);
  return texts.length === 0 ? null : bounded(texts.join(''));
}

function trimming(name: string, left: boolean, right: boolean): ScalarFunction {
  return ofText(name, 1, 2, (text, [chars]) => {
    if (chars === undefined) {
      return left && right ? text.trim() : left ? text.trimStart() : text.trimEnd();
    }
    const set = toText(chars);
    return set === undefined ? null : trimCharacters(text, charactersOf(set), left, right);
  });
}

/** A query has the same characters taken off many texts. */
let lastCharacters: { readonly text: string; readonly set: ReadonlySet<string> } = {
  text: '',
  set: new Set(),
};

function charactersOf(text: string): ReadonlySet<string> {
  if (lastCharacters.text !== text) lastCharacters = { text, set: new Set(text) };
  return lastCharacters.set;
}

/** Takes characters of a set off the ends; white space is not taken off then. */
function trimCharacters(text: string, set: ReadonlySet<string>, left: boolean, right: boolean): string {
  let start = 0;
  let end = text.length;
  while (left && start < end) {
    const character = String.fromCodePoint(text.codePointAt(start)!);
    if (!set.has(character)) break;
    start += character.length;
  }
  while (right && end > start) {
    // The character that ends here: of a pair its second half is no character by itself.
    const pair = end - 2 >= start ? String.fromCodePoint(text.codePointAt(end - 2)!) : '';
    const character = pair.length === 2 ? pair : text.charAt(end - 1);
    if (!set.has(character)) break;
    end -= character.length;
  }
  return text.slice(start, end);
}

function codePointLength(text: string): number {
  if (!SURROGATE.test(text)) return text.length;
  let length = 0;
  for (const _character of text) length++;
  return length;
}

/** Zero-based, in code points. Not documented: a negative start is 0, a negative length none. */
function substr(text: string, [start, length]: readonly Value[]): Value {
  const from = toNumber(start!);
  const count = length === undefined ? ANY_NUMBER : toNumber(length);
  if (from === undefined || count === undefined) return null;
  const first = Math.max(0, Math.trunc(from));
  const end = first + Math.max(0, Math.trunc(count));
  if (!SURROGATE.test(text)) return text.slice(first, end);
  return Array.from(text).slice(first, end).join('');
}

function replaceAll(text: string, searched: string, replacement: string): Value {
  if (searched === '') return text;
  const parts = splitText(text, searched);
  const length = text.length + (parts.length - 1) * (replacement.length - searched.length);
  return length > MAX_RESULT_LENGTH ? null : parts.join(replacement);
}

function contains(value: Value, searched: Value, ignoreCase: boolean): number {
  return testTexts(value, searched, (text, part) =>
    ignoreCase ? containsText(text.toLowerCase(), part.toLowerCase()) : containsText(text, part),
  );
}

/** 1 or 0; a missing field holds nothing. */
function testTexts(left: Value, right: Value, test: (left: string, right: string) => boolean): number {
  const a = toText(left);
  const b = toText(right);
  return a !== undefined && b !== undefined && test(a, b) ? 1 : 0;
}

function urlDecode(text: string): Value {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return null;
  }
}

function base64Decode(text: string): Value {
  return /^[A-Za-z0-9+/_-]*={0,2}$/.test(text) ? Buffer.from(text, 'base64').toString('utf8') : null;
}

function hexToAscii(text: string): Value {
  const digits = text.replace(/^0[xX]/, '');
  return digits.length % 2 === 0 && /^[0-9a-fA-F]*$/.test(digits)
    ? Buffer.from(digits, 'hex').toString('latin1')
    : null;
}

/** A number beyond what a double holds stays text, digit by digit. */
function hexToDec(text: string): Value {
  const match = /^\s*(-?)(?:0[xX])?([0-9a-fA-F]{1,64})\s*$/.exec(text);
  if (!match) return null;
  const exact = BigInt(`0x${match[2]!}`) * (match[1] ? -1n : 1n);
  const number = Number(exact);
  return Number.isSafeInteger(number) ? number : exact.toString();
}

/** `0xff` for 255, `-0xff` for -255; what stands behind the point is cut off. */
function decToHex(value: Value): Value {
  if (isStructure(value)) return null;
  const long = typeof value === 'string' && /^\s*-?\d{16,64}\s*$/.test(value);
  const number = typeof value === 'string' ? parseNumber(value) : toNumber(value);
  if (number === undefined || !Number.isFinite(number)) return null;
  const exact = long ? BigInt(value.trim()) : BigInt(Math.trunc(number));
  return exact < 0n ? `-0x${(-exact).toString(16)}` : `0x${exact.toString(16)}`;
}
