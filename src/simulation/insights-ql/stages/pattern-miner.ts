import { MAX_PATTERNS, PATTERN_SIMILARITY } from '../undocumented.js';
import { takesTemplate, templateOf } from './pattern-template.js';
import { Kind, PatternWords } from './pattern-words.js';

interface Pattern {
  /** The first text of the pattern, and where its words begin. */
  readonly text: string;
  readonly starts: Uint32Array;
  readonly hashes: Int32Array;
  readonly kinds: Uint8Array;
  /** Texts by side: 0 is the query's own time range, 1 the one that `diff` compares with. */
  readonly counts: [number, number];
  /** Texts that it took since it changed; from {@link TEXTS_BEFORE_TEMPLATE} on there may be a template. */
  unchanged: number;
}

/** Texts that a pattern takes unchanged before it gets a template, which takes time to be made. */
const TEXTS_BEFORE_TEMPLATE = 64;

/** Templates that a text is tried with, those that took one last. */
const MAX_TEMPLATES = 4;

/** Templates are tried no more where of so many tries fewer than half took a text. */
const TEMPLATE_TRIES = 512;

interface Template {
  readonly expression: RegExp;
  readonly pattern: Pattern;
}

/** Texts can only be alike when they have as many words, and the same marks between them. */
interface Shape {
  /** Their marks and times are those of all. */
  readonly patterns: [Pattern, ...Pattern[]];
}

/** A pattern found in texts. */
export interface MinedPattern {
  readonly text: string;
  readonly count: number;
  readonly earlierCount: number;
}

/**
 * Finds the patterns of texts: those of as many words, alike in most of them, share one, in which
 * `<Time-1>` and `<Token-2>` stand for what differs. It looks at each text once and holds patterns only.
 */
export class PatternMiner {
  readonly #words = new PatternWords();
  /** In the order in which they were met. */
  readonly #shapes: Shape[] = [];
  readonly #byHash = new Map<number, Shape[]>();
  #patterns = 0;
  /** Counts what came past the bound. */
  #rest: Pattern | undefined;
  /** Of first patterns of their shapes: a text that is as such a one belongs to no other. */
  readonly #templates: Template[] = [];
  #templateTries = 0;
  #taken = 0;
  #triesTemplates = true;

  /** @param side - 0: the query's time range, 1: the earlier one of `diff` */
  add(text: string, side: 0 | 1): void {
    if (this.#templates.length > 0) {
      const known = this.#byTemplate(text);
      if (known !== undefined) {
        known.counts[side]++;
        return;
      }
    }
    const words = this.#words;
    words.read(text);
    const alike = this.#byHash.get(words.shapeHash);
    const shape = alike?.find(({ patterns }) => hasShape(patterns[0], words));
    if (shape === undefined) {
      // A new shape past the bound joins the overflow, in which everything differs.
      if (this.#patterns >= MAX_PATTERNS) {
        this.#overflow().counts[side]++;
        return;
      }
      const made: Shape = { patterns: [this.#patternOf(words, side)] };
      this.#shapes.push(made);
      if (alike === undefined) this.#byHash.set(words.shapeHash, [made]);
      else alike.push(made);
      return;
    }
    const likest = this.#joined(shape.patterns, words);
    if (likest === undefined) {
      shape.patterns.push(this.#patternOf(words, side));
      return;
    }
    likest.counts[side]++;
    if (likest === shape.patterns[0] && ++likest.unchanged === TEXTS_BEFORE_TEMPLATE)
      this.#addTemplate(likest);
  }

  #byTemplate(text: string): Pattern | undefined {
    this.#countTry();
    const templates = this.#templates;
    for (let index = 0; index < templates.length; index++) {
      const template = templates[index]!;
      if (!takesTemplate(template.expression, text)) continue;
      // The next text is most often like one of the last.
      if (index > 0) {
        templates[index] = templates[index - 1]!;
        templates[index - 1] = template;
      }
      this.#taken++;
      return template.pattern;
    }
    return undefined;
  }

  #countTry(): void {
    if (++this.#templateTries < TEMPLATE_TRIES) return;
    // Where texts are of many patterns, trying costs more than it spares.
    if (this.#taken * 2 < TEMPLATE_TRIES && this.#templates.length === MAX_TEMPLATES) {
      this.#triesTemplates = false;
      this.#templates.length = 0;
    }
    this.#templateTries = 0;
    this.#taken = 0;
  }

  #addTemplate(pattern: Pattern): void {
    if (!this.#triesTemplates) return;
    const expression = templateOf(pattern);
    if (expression === undefined) return;
    if (this.#templates.length >= MAX_TEMPLATES) this.#templates.pop();
    this.#templates.push({ expression, pattern });
  }

  /** A pattern has changed: more texts are of it now. */
  #dropTemplate(pattern: Pattern): void {
    const index = this.#templates.findIndex((template) => template.pattern === pattern);
    if (index >= 0) this.#templates.splice(index, 1);
    pattern.unchanged = 0;
  }

  /** The patterns, most frequent first. */
  patterns(): MinedPattern[] {
    const found: MinedPattern[] = [];
    const all: Pattern[] = this.#shapes.flatMap(({ patterns }) => patterns);
    if (this.#rest !== undefined) all.push(this.#rest);
    for (const pattern of all) {
      const [count, earlierCount] = pattern.counts;
      found.push({ text: printPattern(pattern), count, earlierCount });
    }
    return found.sort((left, right) => right.count - left.count || right.earlierCount - left.earlierCount);
  }

  #overflow(): Pattern {
    return (this.#rest ??= {
      text: '',
      starts: new Uint32Array(2),
      hashes: new Int32Array(1),
      kinds: Uint8Array.of(Kind.token),
      counts: [0, 0],
      unchanged: 0,
    });
  }

  #patternOf(words: PatternWords, side: 0 | 1): Pattern {
    this.#patterns++;
    const { count } = words;
    return {
      text: words.text,
      starts: words.starts.slice(0, count + 1),
      hashes: words.hashes.slice(0, count),
      kinds: words.kinds.slice(0, count),
      counts: side === 0 ? [1, 0] : [0, 1],
      unchanged: 0,
    };
  }

  /**
   * The first of those that have most words in common with the text, if these are enough; what differs in it is known
   * to change then.
   */
  #joined(candidates: readonly Pattern[], words: PatternWords): Pattern | undefined {
    const { compared } = words;
    let best: Pattern | undefined;
    // Words that may differ in one that is liker than the best.
    let mayDiffer = compared;
    for (const candidate of candidates) {
      const different = differences(candidate, words, mayDiffer);
      if (different > mayDiffer) continue;
      if (best === undefined && this.#patterns < MAX_PATTERNS) {
        const similarity = compared === 0 ? 1 : (compared - different) / compared;
        if (similarity < PATTERN_SIMILARITY) continue;
      }
      if (different === 0) return candidate;
      best = candidate;
      mayDiffer = different - 1;
    }
    if (best !== undefined) {
      markDifferences(best, words);
      this.#dropTemplate(best);
    }
    return best;
  }
}

/** Whether the words between the marks are of the pattern's number, and the marks the same. */
function hasShape(pattern: Pattern, words: PatternWords): boolean {
  const { kinds } = pattern;
  const { count, kinds: others } = words;
  if (kinds.length !== count) return false;
  for (let index = 0; index < count; index++) {
    const kind = kinds[index]!;
    if (kind <= Kind.token) {
      if (others[index]! > Kind.token) return false;
    } else if (others[index] !== kind || (kind === Kind.mark && !isSame(pattern, words, index))) {
      return false;
    }
  }
  return true;
}

/** How many words differ, where no more do than may; words that are known to change are equal to any. */
function differences(pattern: Pattern, words: PatternWords, may: number): number {
  const { kinds } = pattern;
  let different = 0;
  for (let index = 0; index < kinds.length; index++) {
    if (kinds[index] === Kind.word && !isSame(pattern, words, index) && ++different > may) break;
  }
  return different;
}

function markDifferences(pattern: Pattern, words: PatternWords): void {
  const { kinds } = pattern;
  for (let index = 0; index < kinds.length; index++) {
    if (kinds[index] === Kind.word && !isSame(pattern, words, index)) kinds[index] = Kind.token;
  }
}

/** Whether a word is that of the pattern. */
function isSame({ hashes, starts, text: first }: Pattern, words: PatternWords, index: number): boolean {
  if (hashes[index] !== words.hashes[index]) return false;
  const start = starts[index]!;
  const length = starts[index + 1]! - start;
  const from = words.starts[index]!;
  if (words.starts[index + 1]! - from !== length) return false;
  // The hash of one unit is the unit.
  if (length === 1) return true;
  const { text } = words;
  for (let at = 0; at < length; at++) {
    if (text.charCodeAt(from + at) !== first.charCodeAt(start + at)) return false;
  }
  return true;
}

/** Placeholders are numbered by their place. */
function printPattern({ text, starts, kinds }: Pattern): string {
  let times = 0;
  let tokens = 0;
  let printed = '';
  for (const [index, kind] of kinds.entries()) {
    if (kind === Kind.time) printed += `<Time-${++times}>`;
    else if (kind === Kind.token) printed += `<Token-${++tokens}>`;
    else printed += text.slice(starts[index], starts[index + 1]);
  }
  return printed;
}
