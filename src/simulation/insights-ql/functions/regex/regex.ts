import { backtrackingSteps } from './backtracking-cost.js';
import { repeatsGroups, toJavaScript } from './javascript.js';
import { search } from './matcher.js';
import { parseRegex } from './parser.js';
import { compileProgram } from './program.js';
import { requiredLiteral } from './required-literals.js';

export { RegexError } from './tree.js';

/**
 * Steps that JavaScript's backtracking matcher may take at the worst on one text; where it could take more,
 * the linear matcher searches.
 */
const MAX_BACKTRACKING_STEPS = 2_000_000;

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
  /** Whether the text holds a match anywhere. */
  test(text: string): boolean;
  /** The first match at `from` or after it. */
  exec(text: string, from?: number): RegexMatch | undefined;
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
  readonly #literal: string;
  readonly #native: RegExp;
  /** Texts up to this length are safe with JavaScript's matcher. */
  readonly #nativeLength: number;
  readonly #nativeCaptures: boolean;

  constructor(source: string, options: { readonly caseInsensitive?: boolean }) {
    const tree = parseRegex(source, options);
    this.source = source;
    this.groupNames = [...tree.groupNames.keys()];
    this.groupCount = tree.groupCount;
    this.#groups = tree.groupNames;
    this.#program = compileProgram(tree);
    this.#literal = requiredLiteral(tree.node);
    this.#nativeLength = largestLength((length) => backtrackingSteps(tree.node, length));
    this.#native = new RegExp(this.#nativeLength > 0 ? toJavaScript(tree.node) : '(?!)', 'ug');
    this.#nativeCaptures = !repeatsGroups(tree.node);
  }

  test(text: string): boolean {
    if (!text.includes(this.#literal)) return false;
    if (text.length > this.#nativeLength) return search(this.#program, text, 0) !== undefined;
    this.#native.lastIndex = 0;
    return this.#native.test(text);
  }

  exec(text: string, from = 0): RegexMatch | undefined {
    if (from > text.length || !text.includes(this.#literal, from)) return undefined;
    if (this.#nativeCaptures && text.length <= this.#nativeLength) {
      this.#native.lastIndex = from;
      const match = this.#native.exec(text);
      return match ? this.#matchOf(match.index, match.index + match[0].length, [...match]) : undefined;
    }
    const slots = search(this.#program, text, from);
    if (slots === undefined) return undefined;
    const captures: (string | undefined)[] = [];
    for (let slot = 0; slot < slots.length; slot += 2) {
      const start = slots[slot]!;
      const end = slots[slot + 1]!;
      captures.push(start < 0 || end < start ? undefined : text.slice(start, end));
    }
    return this.#matchOf(slots[0]!, slots[1]!, captures);
  }

  #matchOf(index: number, end: number, captures: readonly (string | undefined)[]): RegexMatch {
    const groups = Object.create(null) as Record<string, string>;
    for (const [name, group] of this.#groups) {
      const text = captures[group];
      if (text !== undefined) groups[name] = text;
    }
    return { index, end, captures, groups };
  }
}

/** The largest length whose cost stays inside the budget; 0 where even short texts don't. */
function largestLength(cost: (length: number) => number): number {
  let length = 1 << 21;
  while (length >= 16 && !(cost(length) <= MAX_BACKTRACKING_STEPS)) length >>= 1;
  return length >= 16 ? length : 0;
}
