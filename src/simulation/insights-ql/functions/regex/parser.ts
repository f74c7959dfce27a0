import {
  ANYTHING,
  DIGITS,
  foldCase,
  MAX_CODE_POINT,
  negate,
  NOT_NEWLINE,
  POSIX_CLASSES,
  SPACE,
  unicodeProperty,
  union,
  WORD,
  type CharacterSet,
} from './character-set.js';
import { RegexError, type Assertion, type RegexNode, type RegexTree } from './tree.js';

/** The largest count of `{n,m}`, as in RE2. */
const MAX_REPEAT = 1000;

/** Groups inside groups; deeper ones would use up the stack. */
const MAX_DEPTH = 200;

interface Flags {
  readonly ignoreCase: boolean;
  readonly multiLine: boolean;
  readonly dotAll: boolean;
  readonly swapGreed: boolean;
  readonly extended: boolean;
}

const NO_FLAGS: Flags = {
  ignoreCase: false,
  multiLine: false,
  dotAll: false,
  swapGreed: false,
  extended: false,
};

const FLAG_LETTERS: Readonly<Record<string, keyof Flags>> = {
  i: 'ignoreCase',
  m: 'multiLine',
  s: 'dotAll',
  U: 'swapGreed',
  x: 'extended',
};

const CLASS_ESCAPES: Readonly<Record<string, CharacterSet>> = {
  d: DIGITS,
  D: negate(DIGITS),
  w: WORD,
  W: negate(WORD),
  s: SPACE,
  S: negate(SPACE),
  h: [
    [0x09, 0x09],
    [0x20, 0x20],
  ],
};

const CONTROL_ESCAPES: Readonly<Record<string, number>> = { a: 7, e: 27, f: 12, n: 10, r: 13, t: 9, v: 11 };

const ASSERTION_ESCAPES: Readonly<Record<string, Assertion>> = {
  A: 'text start',
  z: 'text end',
  Z: 'text end or last newline',
  b: 'word boundary',
  B: 'no word boundary',
};

const EMPTY: RegexNode = { kind: 'Empty' };

/**
 * Parses a regular expression of the dialect that Logs Insights takes (what RE2 and Hyperscan share).
 * @throws {@link RegexError} with a reason in words, also for back-references and look-around
 */
export function parseRegex(source: string, options: { readonly caseInsensitive?: boolean } = {}): RegexTree {
  return new RegexParser(source).parse({ ...NO_FLAGS, ignoreCase: options.caseInsensitive ?? false });
}

class RegexParser {
  readonly #source: string;
  readonly #names = new Map<string, number>();
  #at = 0;
  #groups = 0;
  #depth = 0;
  #flags: Flags = NO_FLAGS;

  constructor(source: string) {
    this.#source = source;
  }

  parse(flags: Flags): RegexTree {
    this.#flags = flags;
    const node = this.#parseEither();
    if (this.#at < this.#source.length) throw this.#error('a ")" has no "("');
    return { node, groupCount: this.#groups, groupNames: this.#names };
  }

  /** Either : Sequence ( `|` Sequence )* */
  #parseEither(): RegexNode {
    const nodes = [this.#parseSequence()];
    while (this.#take('|')) nodes.push(this.#parseSequence());
    return nodes.length === 1 ? nodes[0]! : { kind: 'Either', nodes };
  }

  /** Sequence : ( ( Quoted | Atom ) Quantifier? )* */
  #parseSequence(): RegexNode {
    const nodes: RegexNode[] = [];
    for (;;) {
      if (this.#flags.extended) this.#skipBlanks();
      const next = this.#source[this.#at];
      if (next === undefined || next === '|' || next === ')') break;
      const atoms = this.#parseQuoted() ?? [this.#parseAtom()];
      // A repetition behind quoted text is of its last character.
      const last = atoms.pop();
      nodes.push(...atoms);
      if (last !== undefined) nodes.push(this.#parseQuantified(last));
    }
    return nodes.length === 0 ? EMPTY : nodes.length === 1 ? nodes[0]! : { kind: 'Sequence', nodes };
  }

  #skipBlanks(): void {
    const blank = /(?:\s|#[^\n]*)*/y;
    blank.lastIndex = this.#at;
    this.#at += blank.exec(this.#source)?.[0].length ?? 0;
  }

  /** Quoted : `\Q` text `\E` */
  #parseQuoted(): RegexNode[] | undefined {
    if (!this.#take('\\Q')) return undefined;
    const end = this.#source.indexOf('\\E', this.#at);
    const text = this.#source.slice(this.#at, end < 0 ? undefined : end);
    this.#at = end < 0 ? this.#source.length : end + 2;
    return Array.from(text, (character) => this.#literal(character.codePointAt(0)!));
  }

  #parseQuantified(atom: RegexNode): RegexNode {
    let node = atom;
    let quantified = false;
    for (;;) {
      if (this.#flags.extended) this.#skipBlanks();
      const at = this.#at;
      const range = this.#parseQuantifier();
      if (range === undefined) return node;
      if (quantified) {
        throw this.#error('a repetition follows a repetition (possessive ones are not supported)', at);
      }
      quantified = true;
      const greedy = this.#take('?') === this.#flags.swapGreed;
      node = { kind: 'Repeat', node, min: range.min, max: range.max, greedy };
    }
  }

  /** Quantifier : `*` | `+` | `?` | `{` n `}` | `{` n `,` m? `}` */
  #parseQuantifier(): { min: number; max: number } | undefined {
    if (this.#take('*')) return { min: 0, max: Number.POSITIVE_INFINITY };
    if (this.#take('+')) return { min: 1, max: Number.POSITIVE_INFINITY };
    if (this.#take('?')) return { min: 0, max: 1 };
    const counted = /\{(\d+)(?:(,)(\d*))?\}/y;
    counted.lastIndex = this.#at;
    const match = counted.exec(this.#source);
    // A brace that opens no count is a character.
    if (!match) return undefined;
    const min = Number(match[1]);
    const max = match[2] === undefined ? min : match[3] === '' ? Number.POSITIVE_INFINITY : Number(match[3]);
    if (min > MAX_REPEAT || (max > MAX_REPEAT && max !== Number.POSITIVE_INFINITY)) {
      throw this.#error(`a repetition counts more than ${MAX_REPEAT}`);
    }
    if (max < min) throw this.#error('a repetition ends before it begins');
    this.#at += match[0].length;
    return { min, max };
  }

  /** Atom : `(` … `)` | `[` … `]` | `.` | `^` | `$` | `\` escape | character */
  #parseAtom(): RegexNode {
    const start = this.#at;
    const point = this.#source.codePointAt(start)!;
    const character = String.fromCodePoint(point);
    this.#at += character.length;
    switch (character) {
      case '(':
        return this.#parseGroup(start);
      case '[':
        return { kind: 'Set', set: this.#parseBrackets(start) };
      case '.':
        return { kind: 'Set', set: this.#flags.dotAll ? ANYTHING : NOT_NEWLINE };
      case '^':
        return { kind: 'Assert', assertion: this.#flags.multiLine ? 'line start' : 'text start' };
      case '$':
        return {
          kind: 'Assert',
          assertion: this.#flags.multiLine ? 'line end' : 'text end or last newline',
        };
      case '\\':
        return this.#parseEscape(start);
      case '*':
      case '+':
      case '?':
        throw this.#error('nothing stands before a repetition', start);
      default:
        return this.#literal(point);
    }
  }

  #literal(point: number): RegexNode {
    const set: CharacterSet = [[point, point]];
    return { kind: 'Set', set: this.#flags.ignoreCase ? foldCase(set) : set };
  }

  /** Group : `(` ( `?:` | `?flags:` | `?<name>` | `?P<name>` )? Either `)` | `(?flags)` */
  #parseGroup(start: number): RegexNode {
    if (++this.#depth > MAX_DEPTH) throw this.#error('groups are nested too deep', start);
    const flags = this.#flags;
    const opening = this.#parseGroupOpening(start);
    if (opening === 'flags') {
      this.#depth--;
      return EMPTY;
    }
    const node = this.#parseEither();
    if (!this.#take(')')) throw this.#error('a "(" is not closed', start);
    this.#flags = flags;
    this.#depth--;
    return opening === 'plain' ? node : { kind: 'Group', index: opening, node };
  }

  /** @returns the group's index, or what kind it is */
  #parseGroupOpening(start: number): number | 'plain' | 'flags' {
    if (this.#source[this.#at] !== '?') return ++this.#groups;
    const rest = this.#source.slice(this.#at, this.#at + 4);
    if (/^\?<?[=!]/.test(rest)) {
      const direction = rest.startsWith('?<') ? 'behind' : 'ahead';
      throw this.#error(`look-${direction} is not supported`, start);
    }
    if (rest.startsWith('?>')) throw this.#error('atomic groups are not supported', start);
    if (rest.startsWith('?(')) throw this.#error('conditional groups are not supported', start);
    if (rest.startsWith('?#')) throw this.#error('comments in groups are not supported', start);
    if (/^\?(?:P?[<']|P)/.test(rest)) return this.#parseGroupName(start);
    return this.#parseFlags(start);
  }

  #parseGroupName(start: number): number {
    const named = /\?P?<([^>]*)>|\?'([^']*)'/y;
    named.lastIndex = this.#at;
    const match = named.exec(this.#source);
    if (!match) throw this.#error('recursion and back-references by name are not supported', start);
    const name = match[1] ?? match[2]!;
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw this.#error(`"${name}" is no name of a group`, start);
    if (this.#names.has(name)) throw this.#error(`two groups are named "${name}"`, start);
    this.#at += match[0].length;
    this.#names.set(name, ++this.#groups);
    return this.#groups;
  }

  /** `(?i)`, `(?s-m)`, `(?i:` */
  #parseFlags(start: number): 'plain' | 'flags' {
    const flags = /\?([imsUx]*)(?:-([imsUx]+))?([:)])/y;
    flags.lastIndex = this.#at;
    const match = flags.exec(this.#source);
    if (!match) throw this.#error('this kind of group is not supported', start);
    this.#at += match[0].length;
    const changed: Partial<Record<keyof Flags, boolean>> = {};
    for (const letter of match[1]!) changed[FLAG_LETTERS[letter]!] = true;
    for (const letter of match[2] ?? '') changed[FLAG_LETTERS[letter]!] = false;
    this.#flags = { ...this.#flags, ...changed };
    return match[3] === ':' ? 'plain' : 'flags';
  }

  #parseEscape(start: number): RegexNode {
    const character = this.#source[this.#at];
    const assertion = character === undefined ? undefined : ASSERTION_ESCAPES[character];
    if (assertion !== undefined) {
      this.#at++;
      return { kind: 'Assert', assertion };
    }
    const set = this.#parseEscapedSet(start);
    return { kind: 'Set', set: this.#flags.ignoreCase ? foldCase(set) : set };
  }

  /** What stands behind a backslash, in brackets or outside. */
  #parseEscapedSet(start: number): CharacterSet {
    const point = this.#source.codePointAt(this.#at);
    if (point === undefined) throw this.#error('a "\\" stands at the end', start);
    const character = String.fromCodePoint(point);
    this.#at += character.length;
    const known = CLASS_ESCAPES[character];
    if (known !== undefined) return known;
    if (character === 'p' || character === 'P') return this.#parseProperty(start, character === 'P');
    if (character === 'x') return single(this.#parseHexadecimal(start));
    if (character === 'u') return single(this.#parseUnicode(start));
    if (character === '0') return single(this.#parseOctal());
    if (/[1-9]/.test(character) || character === 'k' || character === 'g') {
      throw this.#error('back-references are not supported', start);
    }
    const control = CONTROL_ESCAPES[character];
    if (control !== undefined) return single(control);
    if (/[A-Za-z]/.test(character)) throw this.#error(`"\\${character}" has no meaning`, start);
    return single(point);
  }

  #parseProperty(start: number, negated: boolean): CharacterSet {
    const written = /\{(\^?)([^}]*)\}|([A-Za-z])/y;
    written.lastIndex = this.#at;
    const match = written.exec(this.#source);
    const set = match && unicodeProperty(match[2] ?? match[3]!);
    if (!match || !set) throw this.#error('this Unicode property is not known', start);
    this.#at += match[0].length;
    return negated !== (match[1] === '^') ? negate(set) : set;
  }

  #parseHexadecimal(start: number): number {
    return this.#parseDigits(
      /\{([0-9A-Fa-f]{1,6})\}|([0-9A-Fa-f]{2})/y,
      start,
      '"\\x" needs two hexadecimal digits',
    );
  }

  #parseUnicode(start: number): number {
    return this.#parseDigits(
      /\{([0-9A-Fa-f]{1,6})\}|([0-9A-Fa-f]{4})/y,
      start,
      '"\\u" needs four hexadecimal digits',
    );
  }

  #parseDigits(expression: RegExp, start: number, problem: string): number {
    expression.lastIndex = this.#at;
    const match = expression.exec(this.#source);
    const point = Number.parseInt(match?.[1] ?? match?.[2] ?? '', 16);
    if (!match || point > MAX_CODE_POINT) throw this.#error(problem, start);
    this.#at += match[0].length;
    return point;
  }

  #parseOctal(): number {
    const octal = /[0-7]{0,2}/y;
    octal.lastIndex = this.#at;
    const digits = octal.exec(this.#source)?.[0] ?? '';
    this.#at += digits.length;
    return digits === '' ? 0 : Number.parseInt(digits, 8);
  }

  /** Brackets : `[` `^`? ( `[:name:]` | character ( `-` character )? )+ `]` */
  #parseBrackets(start: number): CharacterSet {
    const negated = this.#take('^');
    const sets: CharacterSet[] = [];
    for (;;) {
      if (this.#at >= this.#source.length) throw this.#error('a "[" is not closed', start);
      // A "]" right behind the opening is a character.
      if (sets.length > 0 && this.#take(']')) break;
      sets.push(this.#parseBracketItem());
    }
    const set = this.#flags.ignoreCase ? foldCase(union(...sets)) : union(...sets);
    return negated ? negate(set) : set;
  }

  #parseBracketItem(): CharacterSet {
    const start = this.#at;
    const posix = this.#parsePosixClass(start);
    if (posix !== undefined) return posix;
    const first = this.#parseBracketCharacter();
    const opensRange = this.#source[this.#at] === '-' && this.#source[this.#at + 1] !== ']';
    if (!opensRange || this.#at + 1 >= this.#source.length) return first;
    const low = singleOf(first);
    if (low === undefined) return first;
    this.#at++;
    const high = singleOf(this.#parseBracketCharacter());
    if (high === undefined || high < low)
      throw this.#error('a range in brackets ends before it begins', start);
    return [[low, high]];
  }

  #parsePosixClass(start: number): CharacterSet | undefined {
    const written = /\[:(\^?)([a-z]+):\]/y;
    written.lastIndex = this.#at;
    const match = written.exec(this.#source);
    if (!match) return undefined;
    const set = POSIX_CLASSES.get(match[2]!);
    if (set === undefined) throw this.#error(`"${match[0]}" is not known`, start);
    this.#at += match[0].length;
    return match[1] === '^' ? negate(set) : set;
  }

  #parseBracketCharacter(): CharacterSet {
    const start = this.#at;
    const point = this.#source.codePointAt(start)!;
    this.#at += point > 0xffff ? 2 : 1;
    if (point !== 0x5c) return single(point);
    if (this.#take('b')) return single(8);
    return this.#parseEscapedSet(start);
  }

  #take(text: string): boolean {
    if (!this.#source.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  #error(reason: string, offset = this.#at): RegexError {
    return new RegexError(`${reason} in the regular expression at position ${offset}`, offset);
  }
}

function single(point: number): CharacterSet {
  return [[point, point]];
}

function singleOf(set: CharacterSet): number | undefined {
  const [pair] = set;
  return set.length === 1 && pair![0] === pair![1] ? pair![0] : undefined;
}
