import { MAX_PATTERN_WORDS, MAX_PATTERNS, PATTERN_SIMILARITY } from '../undocumented.js';

/** A word with what joins its parts (`2024-05-19T06:10:16.682Z`, `a.b-c`), blanks, or one other character. */
const WORDS = /[\p{L}\p{N}_]+(?:[-.:+/@][\p{L}\p{N}_]+)*|\s+|[^\s\p{L}\p{N}_]/gu;
const DIGIT = /\p{N}/u;
const LETTER = /[\p{L}_]/u;
const TIME = /^(?:\d{4}-\d{2}-\d{2}(?:T[\d:.]+(?:Z|[+-][\d:]+)?)?|\d{2}:\d{2}:\d{2}(?:[.:]\d+)?)$/;

/** What a word is: letters, a part that changes, a time, or marks and blanks. */
type Kind = 'word' | 'token' | 'time' | 'mark';

interface Words {
  readonly texts: string[];
  readonly kinds: Kind[];
  /** Texts can only be alike when they have as many words, and the same marks between them. */
  readonly shape: string;
}

interface Pattern {
  readonly texts: readonly string[];
  readonly kinds: Kind[];
  /** Texts by side: 0 is the query's own time range, 1 the one that `diff` compares with. */
  readonly counts: [number, number];
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
  readonly #byShape = new Map<string, Pattern[]>();
  #patterns = 0;
  /** Counts what came past the bound. */
  #rest: Pattern | undefined;

  /** @param side - 0: the query's time range, 1: the earlier one of `diff` */
  add(text: string, side: 0 | 1): void {
    const words = wordsOf(text);
    let candidates = this.#byShape.get(words.shape);
    if (candidates === undefined) {
      // A new shape past the bound joins the overflow, in which everything differs.
      if (this.#patterns >= MAX_PATTERNS) candidates = [this.#overflow()];
      else this.#byShape.set(words.shape, (candidates = []));
    }
    const likest = this.#likest(candidates, words);
    if (likest === undefined) {
      const counts: [number, number] = side === 0 ? [1, 0] : [0, 1];
      candidates.push({ texts: words.texts, kinds: words.kinds, counts });
      this.#patterns++;
      return;
    }
    likest.counts[side]++;
    if (likest === this.#rest) return;
    for (const [index, kind] of likest.kinds.entries()) {
      const differs = words.kinds[index] !== kind || words.texts[index] !== likest.texts[index];
      if (kind === 'word' && differs) likest.kinds[index] = 'token';
    }
  }

  /** The patterns, most frequent first. */
  patterns(): MinedPattern[] {
    const found: MinedPattern[] = [];
    const all = [...this.#byShape.values()].flat();
    if (this.#rest !== undefined) all.push(this.#rest);
    for (const pattern of all) {
      const [count, earlierCount] = pattern.counts;
      found.push({ text: printPattern(pattern), count, earlierCount });
    }
    return found.sort((left, right) => right.count - left.count || right.earlierCount - left.earlierCount);
  }

  #overflow(): Pattern {
    return (this.#rest ??= { texts: [''], kinds: ['token'], counts: [0, 0] });
  }

  #likest(candidates: readonly Pattern[], words: Words): Pattern | undefined {
    let best: Pattern | undefined;
    let bestSimilarity = this.#patterns >= MAX_PATTERNS ? 0 : PATTERN_SIMILARITY;
    for (const candidate of candidates) {
      const similarity = candidate === this.#rest ? 1 : similarityOf(candidate, words);
      if (similarity > bestSimilarity || (similarity === bestSimilarity && best === undefined)) {
        best = candidate;
        bestSimilarity = similarity;
      }
    }
    return best;
  }
}

function wordsOf(text: string): Words {
  const texts: string[] = [];
  const kinds: Kind[] = [];
  let shape = '';
  for (const [word] of text.matchAll(WORDS)) {
    const kind = texts.length >= MAX_PATTERN_WORDS ? 'token' : kindOf(word);
    texts.push(word);
    kinds.push(kind);
    // Marks are no letters, so the shape can be read in one way.
    shape += kind === 'mark' ? word : kind === 'time' ? 't' : 'w';
    if (texts.length > MAX_PATTERN_WORDS) break;
  }
  return { texts, kinds, shape };
}

function kindOf(word: string): Kind {
  if (DIGIT.test(word)) return TIME.test(word) ? 'time' : 'token';
  return LETTER.test(word) ? 'word' : 'mark';
}

/** The part of the words that is equal; words that are known to change are equal to any. */
function similarityOf(pattern: Pattern, words: Words): number {
  let same = 0;
  let compared = 0;
  for (let index = 0; index < pattern.kinds.length; index++) {
    const kind = pattern.kinds[index]!;
    if (kind === 'mark' || kind === 'time') continue;
    compared++;
    if (kind === 'token' || pattern.texts[index] === words.texts[index]) same++;
  }
  return compared === 0 ? 1 : same / compared;
}

/** Placeholders are numbered by their place. */
function printPattern({ texts, kinds }: Pattern): string {
  let times = 0;
  let tokens = 0;
  let text = '';
  for (const [index, kind] of kinds.entries()) {
    if (kind === 'time') text += `<Time-${++times}>`;
    else if (kind === 'token') text += `<Token-${++tokens}>`;
    else text += texts[index]!;
  }
  return text;
}
