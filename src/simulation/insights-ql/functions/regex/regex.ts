import { Automaton, GAVE_UP } from './automaton.js';
import { backtrackingSteps, isOftenSlow } from './backtracking-cost.js';
import { CharacterRuns } from './character-runs.js';
import { isOfUnits, repeatsGroups, toJavaScript } from './javascript.js';
import { indexOfText } from '../../../text-matching/text-search.js';
import { MatchRange, textAlone } from './match-range.js';
import { search, searchAll } from './matcher.js';
import { parseRegex } from './parser.js';
import { compileProgram } from './program.js';
import { holdsInOrder, longestOf, requiredLiterals } from './required-literals.js';
import { QuickerWay } from './quicker-way.js';
import { SingleLiterals } from './single-literals.js';
import { TextSequence } from './text-sequence.js';
import { hasGroups, type RegexNode } from './tree.js';

export { RegexError } from './tree.js';

/**
 * Steps that JavaScript's backtracking matcher may take at the worst on one text; where it could take more,
 * the linear matcher searches.
 */
const MAX_BACKTRACKING_STEPS = 2_000_000;

/** Of longer texts the matches are asked for one by one, as a caller may want few of them. */
const MAX_LISTED_LENGTH = 1 << 16;

/** What a search found. */
export interface RegexMatch {
  /** Position of the match and of its end, in UTF-16 units. */
  readonly index: number;
  readonly end: number;
  /** The whole match, then each group; undefined for one that took no part. */
  readonly captures: readonly (string | undefined)[];
  /** The named groups that took part. */
  readonly groups: Readonly<Record<string, string>>;
}

/** A regular expression that can't hang. */
export interface CompiledRegex {
  readonly source: string;
  /** In the order in which they open. */
  readonly groupNames: readonly string[];
  readonly groupCount: number;
  /** Where a named group stands in the captures. */
  groupNumber(name: string): number;
  /** Whether the text holds a match anywhere. */
  test(text: string): boolean;
  /** The first match at `from` or after it; for several see {@link CompiledRegex.matches}. */
  exec(text: string, from?: number): RegexMatch | undefined;
  /** All matches, each behind the one before; together they take no longer than one. */
  matches(text: string): Iterable<RegexMatch>;
  /**
   * The texts of all {@link CompiledRegex.matches}, where each group is all of a match, too.
   * @returns undefined where they have to be asked for one by one
   */
  wholeMatches(text: string): readonly string[] | undefined;
  /**
   * The text with all {@link CompiledRegex.matches} replaced.
   * @param replacement - as `String.replace` takes it; groups by two digits
   * @returns undefined where JavaScript's matcher may take long
   */
  replaceAll(text: string, replacement: string): string | undefined;
  /**
   * As {@link CompiledRegex.replaceAll}, in less time.
   * @param replacement - as it is written into the text
   * @returns undefined where the expression, the text or the replacement is not simple enough
   */
  replaceRuns(text: string, replacement: string): string | undefined;
}

/**
 * Compiles a regular expression of the dialect of Logs Insights (RE2 and Hyperscan: no back-references, no
 * look-around). Its searches take time in proportion to the text's length, whatever the expression.
 * @throws RegexError with a reason in words
 */
export function compileRegex(
  source: string,
  options: { readonly caseInsensitive?: boolean } = {},
): CompiledRegex {
  return new LinearRegex(source, options);
}

class LinearRegex implements CompiledRegex {
  readonly source: string;
  readonly groupNames: readonly string[];
  readonly groupCount: number;
  readonly #groups: ReadonlyMap<string, number>;
  readonly #program: ReturnType<typeof compileProgram>;
  readonly #literals: readonly string[];
  readonly #literal: string;
  /** The expression is a text: whatever holds it matches. */
  readonly #text: string | undefined;
  readonly #sequence: TextSequence | undefined;
  readonly #isLazySequence: boolean;
  readonly #runs: CharacterRuns | undefined;
  readonly #native: RegExp;
  /** Texts up to this length are safe with JavaScript's matcher. */
  readonly #nativeLength: number;
  readonly #nativeCaptures: boolean;
  /** Each group is all of the match. */
  readonly #isGroup: boolean;
  /** The automaton has to say first whether, and where, a match begins. */
  readonly #isOftenSlow: boolean;
  /** Texts up to the length are safe with JavaScript's matcher where each of these stands in them once. */
  readonly #single: SingleLiterals | undefined;
  readonly #singleLength: number;
  /** Whether JavaScript's matcher, which is unsure, or the automaton is the quicker one where both may search. */
  readonly #quicker = new QuickerWay();
  /** For searches by the automaton. */
  readonly #range: MatchRange;
  #automaton: Automaton | 'none' | undefined;

  constructor(source: string, options: { readonly caseInsensitive?: boolean }) {
    const tree = parseRegex(source, options);
    this.source = source;
    this.groupNames = [...tree.groupNames.keys()];
    this.groupCount = tree.groupCount;
    this.#groups = tree.groupNames;
    this.#program = compileProgram(tree);
    this.#literals = requiredLiterals(tree.node);
    this.#literal = longestOf(this.#literals);
    this.#text = textAlone(tree.node);
    this.#range = new MatchRange(tree.node, this.#literals);
    this.#sequence = TextSequence.of(tree.node, tree.groupCount);
    this.#runs = CharacterRuns.of(tree.node);
    this.#isOftenSlow = isOftenSlow(tree.node);
    this.#nativeLength = largestLength((length) => backtrackingSteps(tree.node, length));
    this.#single = SingleLiterals.of(tree.node);
    this.#singleLength = largestLength((length) => this.#single?.steps(length) ?? Infinity);
    this.#isLazySequence = this.#sequence?.isLazy ?? false;
    const isUsed = this.#isLazySequence || Math.max(this.#nativeLength, this.#singleLength) > 0;
    this.#native = new RegExp(isUsed ? toJavaScript(tree.node) : '(?!)', isOfUnits(tree.node) ? 'g' : 'ug');
    this.#isGroup = isGroupAlone(tree.node);
    this.#nativeCaptures = !repeatsGroups(tree.node);
  }

  groupNumber(name: string): number {
    return this.#groups.get(name)!;
  }

  test(text: string): boolean {
    if (this.#text !== undefined) return indexOfText(text, this.#text) >= 0;
    if (this.#sequence?.takes(text)) return this.#sequence.test(text);
    if (indexOfText(text, this.#literal) < 0) return false;
    if (!this.#isOftenSlow && text.length <= this.#nativeLength) {
      this.#native.lastIndex = 0;
      return this.#native.test(text);
    }
    const range = this.#range;
    if (!range.find(text, 0)) return false;
    const holds = this.#usableAutomaton()?.test(text, range.start, range.end) ?? GAVE_UP;
    return holds === GAVE_UP ? search(this.#program, text, 0) !== undefined : holds;
  }

  exec(text: string, from = 0): RegexMatch | undefined {
    if (from === 0 && this.#sequence?.takes(text)) {
      if (this.#isLazySequence) return this.#sequence.test(text) ? this.#execNative(text, 0) : undefined;
      const slots = this.#sequence.find(text);
      return slots && this.#slotsMatch(text, slots);
    }
    if (from > text.length || indexOfText(text, this.#literal, from) < 0) return undefined;
    if (!this.#isOftenSlow && this.#isNative(text)) return this.#execNative(text, from);
    const range = this.#range;
    if (!range.find(text, from)) return undefined;
    if (this.#mayBeNative(text, range.start)) {
      const isNative = this.#quicker.isUnsure();
      const match = isNative ? this.#execNative(text, range.start) : this.#execSure(text, from);
      this.#quicker.ended();
      return match;
    }
    return this.#execSure(text, from);
  }

  /** Whether JavaScript's matcher can search a text in time that is bounded, from a position on. */
  #mayBeNative(text: string, from: number): boolean {
    if (this.#isNative(text)) return true;
    if (!this.#nativeCaptures || text.length > this.#singleLength) return false;
    return this.#single!.standIn(text, from);
  }

  /** In the range that was found. */
  #execSure(text: string, from: number): RegexMatch | undefined {
    const range = this.#range;
    const automaton = this.#usableAutomaton();
    if (automaton !== undefined) {
      if (this.#isNative(text)) {
        // JavaScript's matcher is quicker with captures, when it need not try where no match begins.
        const start = automaton.findStart(text, range.start, range.end);
        if (start !== GAVE_UP) return start < 0 ? undefined : this.#execNative(text, start);
      } else {
        const slots = automaton.find(text, range.start, range.end);
        if (slots !== GAVE_UP) return slots && this.#slotsMatch(text, slots);
      }
    }
    const slots = search(this.#program, text, from);
    return slots && this.#slotsMatch(text, slots);
  }

  #execNative(text: string, from: number): RegexMatch | undefined {
    this.#native.lastIndex = from;
    const match = this.#native.exec(text);
    return match ? this.#nativeMatch(match) : undefined;
  }

  *matches(text: string): Generator<RegexMatch, void> {
    if (!holdsInOrder(text, this.#literals, 0)) return;
    // The bound on the steps of JavaScript's matcher is one on a try at each position, and none is tried twice.
    if (this.#isNativeForAll(text)) {
      // As `matchAll`, which would compile the expression once more for each text.
      for (let at = 0; at <= text.length;) {
        const match = this.#execNative(text, at);
        if (match === undefined) break;
        yield match;
        at =
          match.end > match.index ? match.end : match.end + (text.codePointAt(match.end)! > 0xffff ? 2 : 1);
      }
    } else {
      const range = this.#range;
      if (!range.find(text, 0)) return;
      let all = this.#usableAutomaton()?.findAll(text, range.start, range.end) ?? GAVE_UP;
      if (all === GAVE_UP) all = searchAll(this.#program, text);
      for (const slots of all) yield this.#slotsMatch(text, slots);
    }
  }

  wholeMatches(text: string): readonly string[] | undefined {
    if (!this.#isGroup || text.length > MAX_LISTED_LENGTH || !this.#isNativeForAll(text)) return undefined;
    return holdsInOrder(text, this.#literals, 0) ? (text.match(this.#native) ?? []) : [];
  }

  replaceAll(text: string, replacement: string): string | undefined {
    if (!holdsInOrder(text, this.#literals, 0)) return text;
    return this.#isNativeForAll(text) ? text.replace(this.#native, replacement) : undefined;
  }

  replaceRuns(text: string, replacement: string): string | undefined {
    return this.#runs?.replace(text, replacement);
  }

  /** Whether all matches can be looked for by JavaScript's matcher: it tries none at a place twice. */
  #isNativeForAll(text: string): boolean {
    return !this.#isOftenSlow && this.#isNative(text);
  }

  /** Made by the first search that needs it: most expressions are JavaScript's matcher's alone. */
  #usableAutomaton(): Automaton | undefined {
    this.#automaton ??= Automaton.of(this.#program) ?? 'none';
    return this.#automaton === 'none' || this.#automaton.isRetired ? undefined : this.#automaton;
  }

  /** Whether JavaScript's matcher finds the same captures, and can't take long. */
  #isNative(text: string): boolean {
    return this.#nativeCaptures && text.length <= this.#nativeLength;
  }

  #nativeMatch(match: RegExpExecArray): RegexMatch {
    return new Match(match.index, match.index + match[0].length, match, this.#groups);
  }

  #slotsMatch(text: string, slots: Int32Array): RegexMatch {
    const captures: (string | undefined)[] = [];
    for (let slot = 0; slot < slots.length; slot += 2) {
      const start = slots[slot]!;
      const end = slots[slot + 1]!;
      captures.push(start < 0 || end < start ? undefined : text.slice(start, end));
    }
    return new Match(slots[0]!, slots[1]!, captures, this.#groups);
  }
}

class Match implements RegexMatch {
  readonly index: number;
  readonly end: number;
  readonly captures: readonly (string | undefined)[];
  readonly #groups: ReadonlyMap<string, number>;

  constructor(
    index: number,
    end: number,
    captures: readonly (string | undefined)[],
    groups: ReadonlyMap<string, number>,
  ) {
    this.index = index;
    this.end = end;
    this.captures = captures;
    this.#groups = groups;
  }

  get groups(): Readonly<Record<string, string>> {
    const groups = Object.create(null) as Record<string, string>;
    for (const [name, group] of this.#groups) {
      const text = this.captures[group];
      if (text !== undefined) groups[name] = text;
    }
    return groups;
  }
}

/** Whether an expression is a group, maybe of a group, with none beside it. */
function isGroupAlone(node: RegexNode): boolean {
  if (node.kind !== 'Group') return false;
  return isGroupAlone(node.node) || !hasGroups(node.node);
}

/** The largest length whose cost stays inside the budget; below 0, not even an empty text, where short ones don't. */
function largestLength(cost: (length: number) => number): number {
  let length = 1 << 21;
  while (length >= 16 && !(cost(length) <= MAX_BACKTRACKING_STEPS)) length >>= 1;
  return length >= 16 ? length : -1;
}
