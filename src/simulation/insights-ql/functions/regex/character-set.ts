/** A set of code points as pairs of first and last, ascending and apart from each other. */
export type CharacterSet = readonly (readonly [first: number, last: number])[];

export const MAX_CODE_POINT = 0x10ffff;

/** Digits, word characters and white space are those of ASCII, as in RE2 and Hyperscan. */
export const DIGITS: CharacterSet = [[0x30, 0x39]];
export const WORD: CharacterSet = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
];
export const SPACE: CharacterSet = [
  [0x09, 0x0d],
  [0x20, 0x20],
];
export const ANYTHING: CharacterSet = [[0, MAX_CODE_POINT]];
export const NOT_NEWLINE: CharacterSet = negate([[0x0a, 0x0a]]);

/** `[:alpha:]` and the others inside brackets. */
export const POSIX_CLASSES: ReadonlyMap<string, CharacterSet> = new Map<string, CharacterSet>([
  ['alnum', ranges('09AZaz')],
  ['alpha', ranges('AZaz')],
  ['ascii', [[0, 0x7f]]],
  ['blank', ranges('\t\t  ')],
  ['cntrl', [[0, 0x1f], [0x7f, 0x7f]]], // prettier-ignore
  ['digit', DIGITS],
  ['graph', ranges('!~')],
  ['lower', ranges('az')],
  ['print', ranges(' ~')],
  ['punct', ranges('!/:@[`{~')],
  ['space', SPACE],
  ['upper', ranges('AZ')],
  ['word', WORD],
  ['xdigit', ranges('09AFaf')],
]);

function ranges(text: string): CharacterSet {
  const pairs: [number, number][] = [];
  for (let at = 0; at < text.length; at += 2) pairs.push([text.charCodeAt(at), text.charCodeAt(at + 1)]);
  return pairs;
}

/** Sorts and joins pairs that may overlap. */
export function union(...sets: readonly CharacterSet[]): CharacterSet {
  const pairs = sets.flat().sort((a, b) => a[0] - b[0]);
  const joined: [number, number][] = [];
  for (const [first, last] of pairs) {
    const previous = joined[joined.length - 1];
    if (previous !== undefined && first <= previous[1] + 1) previous[1] = Math.max(previous[1], last);
    else joined.push([first, last]);
  }
  return joined;
}

export function negate(set: CharacterSet): CharacterSet {
  const rest: [number, number][] = [];
  let next = 0;
  for (const [first, last] of set) {
    if (first > next) rest.push([next, first - 1]);
    next = last + 1;
  }
  if (next <= MAX_CODE_POINT) rest.push([next, MAX_CODE_POINT]);
  return rest;
}

/** Past this many characters outside ASCII a set is not walked for the other case of each. */
const MAX_FOLDED = 4096;

/** Adds the other case of each letter. */
export function foldCase(set: CharacterSet): CharacterSet {
  const folded: [number, number][] = [];
  let walked = 0;
  for (const [first, last] of set) {
    for (let point = first; point <= last && walked < MAX_FOLDED; point++, walked++) {
      for (const variant of caseVariants(point)) folded.push([variant, variant]);
    }
  }
  return union(set, folded);
}

function caseVariants(point: number): number[] {
  const character = String.fromCodePoint(point);
  return [character.toLowerCase(), character.toUpperCase()]
    .filter((variant) => variant !== character && Array.from(variant).length === 1)
    .map((variant) => variant.codePointAt(0)!);
}

/** Divides the range of surrogates and that of all code points. */
const WALKED_AT_ONCE = 2048;

const properties = new Map<string, CharacterSet | undefined>();

/** The characters of `\p{name}`. @returns undefined for an unknown name */
export function unicodeProperty(name: string): CharacterSet | undefined {
  if (!properties.has(name)) properties.set(name, walkProperty(name));
  return properties.get(name);
}

function walkProperty(name: string): CharacterSet | undefined {
  const expression = propertyExpression(name);
  if (expression === undefined) return undefined;
  const pairs: [number, number][] = [];
  for (let start = 0; start <= MAX_CODE_POINT; start += WALKED_AT_ONCE) {
    // Surrogates are no characters: beside each other they would be read as others.
    if (start >= 0xd800 && start <= 0xdfff) continue;
    const points = Array.from({ length: WALKED_AT_ONCE }, (_, index) => start + index);
    for (const match of String.fromCodePoint(...points).matchAll(expression)) {
      pairs.push([match[0].codePointAt(0)!, lastCodePoint(match[0])]);
    }
  }
  return union(pairs);
}

function lastCodePoint(text: string): number {
  const point = text.codePointAt(text.length - 2);
  return point !== undefined && point > 0xffff ? point : text.charCodeAt(text.length - 1);
}

function propertyExpression(name: string): RegExp | undefined {
  if (!/^\w+$/.test(name)) return undefined;
  for (const spelled of [name, `Script=${name}`]) {
    try {
      return new RegExp(`\\p{${spelled}}+`, 'gu');
    } catch {
      // Not a category: perhaps a script.
    }
  }
  return undefined;
}

/** The character of a set of one. Half a pair is none: where it is found decides what stands beside it. */
export function onlyCharacter(set: CharacterSet): string | undefined {
  const [range] = set;
  if (set.length !== 1 || range![0] !== range![1]) return undefined;
  const isHalf = range![0] >= 0xd800 && range![0] <= 0xdfff;
  return isHalf ? undefined : String.fromCodePoint(range![0]);
}
