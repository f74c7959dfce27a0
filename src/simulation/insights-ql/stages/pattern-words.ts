import { MAX_PATTERN_WORDS } from '../undocumented.js';

/** What a word is: letters, a part that changes, a time, or marks and blanks. */
export const Kind = { word: 0, token: 1, time: 2, mark: 3 } as const;

/** A time as a word of a text. */
const TIME = /^(?:\d{4}-\d{2}-\d{2}(?:T[\d:.]+(?:Z|[+-][\d:]+)?)?|\d{2}:\d{2}:\d{2}(?:[.:]\d+)?)$/;
const SHORTEST_TIME = 8;

const NUMBER_CHARACTER = /^\p{N}$/u;
const LETTER_CHARACTER = /^\p{L}$/u;
const BLANK_CHARACTER = /^\s$/u;

/** What a character is. A joint stands between two parts of a word (`2024-05-19T06:10:16.682Z`, `a.b-c`). */
const Class = { letter: 0, digit: 1, blank: 2, joint: 3, mark: 4 } as const;
const ASCII = Uint8Array.from({ length: 128 }, (_, unit) => classOfPoint(unit));

const HASH_FACTOR = 0x01000193;

/**
 * Cuts texts into words: letters and digits with what joins their parts, blanks, or one other character. It writes into
 * arrays that it uses again, so that a text costs no string for each of its words.
 */
export class PatternWords {
  text = '';
  count = 0;
  /** Where each word begins; it ends where the next one does. */
  readonly starts = new Uint32Array(MAX_PATTERN_WORDS + 2);
  readonly kinds = new Uint8Array(MAX_PATTERN_WORDS + 1);
  /** Of words with different numbers none is the other; of one unit it is the unit itself. */
  readonly hashes = new Int32Array(MAX_PATTERN_WORDS + 1);
  /** As {@link hashes}, of marks, and of which other words there are between them. */
  shapeHash = 0;
  /** Words that are neither marks nor times. */
  compared = 0;

  read(text: string): void {
    const { starts, kinds, hashes } = this;
    const end = text.length;
    let shapeHash = 0;
    let compared = 0;
    let count = 0;
    let at = 0;
    while (at < end && count <= MAX_PATTERN_WORDS) {
      const start = at;
      let unit = text.charCodeAt(at);
      let characterClass = unit < 128 ? ASCII[unit]! : classAt(text, at);
      let hash = unit;
      let kind: number = Kind.mark;
      at += unit >= 0xd800 ? widthAt(text, at) : 1;
      if (at - start === 2) hash = hashWith(hash, text.charCodeAt(start + 1));
      if (characterClass <= Class.digit) {
        let digits = characterClass;
        // A joint is the word's only where a part follows.
        let wordEnd = at;
        let wordHash = hash;
        while (at < end) {
          unit = text.charCodeAt(at);
          characterClass = unit < 128 ? ASCII[unit]! : classAt(text, at);
          if (characterClass > Class.digit && (characterClass !== Class.joint || wordEnd !== at)) break;
          hash = hashWith(hash, unit);
          at++;
          if (characterClass > Class.digit) continue;
          if (unit >= 0xd800 && widthAt(text, at - 1) === 2) hash = hashWith(hash, text.charCodeAt(at++));
          digits |= characterClass;
          wordEnd = at;
          wordHash = hash;
        }
        at = wordEnd;
        hash = wordHash;
        kind = digits === 0 ? Kind.word : isTime(text, start, at) ? Kind.time : Kind.token;
      } else if (characterClass === Class.blank) {
        while (at < end && isBlankAt(text, at)) {
          hash = hashWith(hash, text.charCodeAt(at));
          at++;
        }
      }
      if (count === MAX_PATTERN_WORDS) kind = Kind.token;
      starts[count] = start;
      kinds[count] = kind;
      hashes[count] = hash;
      count++;
      if (kind <= Kind.token) compared++;
      // Of two kinds alone is told that they are there, by what no unit of a mark is.
      const seen = kind === Kind.mark ? hash : kind === Kind.time ? 0x20000 : 0x10000;
      shapeHash = (Math.imul(shapeHash, HASH_FACTOR) ^ seen) + (shapeHash >>> 15);
    }
    starts[count] = at;
    this.text = text;
    this.count = count;
    this.shapeHash = shapeHash | 0;
    this.compared = compared;
  }
}

function hashWith(hash: number, unit: number): number {
  return Math.imul(hash, HASH_FACTOR) ^ unit;
}

function isTime(text: string, start: number, end: number): boolean {
  if (end - start < SHORTEST_TIME) return false;
  // Most words with digits are none, which one character tells.
  if (text.charCodeAt(start + 4) !== 0x2d && text.charCodeAt(start + 2) !== 0x3a) return false;
  return TIME.test(text.slice(start, end));
}

function isBlankAt(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return (unit < 128 ? ASCII[unit]! : classAt(text, at)) === Class.blank;
}

/** Units of the character. */
function widthAt(text: string, at: number): number {
  return text.codePointAt(at)! > 0xffff ? 2 : 1;
}

function classAt(text: string, at: number): number {
  return classOfPoint(text.codePointAt(at)!);
}

function classOfPoint(point: number): number {
  const character = String.fromCodePoint(point);
  if (character === '_' || LETTER_CHARACTER.test(character)) return Class.letter;
  if (NUMBER_CHARACTER.test(character)) return Class.digit;
  if (BLANK_CHARACTER.test(character)) return Class.blank;
  return '-.:+/@'.includes(character) ? Class.joint : Class.mark;
}
