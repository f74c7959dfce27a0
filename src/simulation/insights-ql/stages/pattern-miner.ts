import { MAX_PATTERN_WORDS, MAX_PATTERNS, PATTERN_SIMILARITY } from '../undocumented.js';

/** A word with what joins its parts (`2024-05-19T06:10:16.682Z`, `a.b-c`), blanks, or one other character. */
const WORDS = /[\p{L}\p{N}_]+(?:[-.:+/@][\p{L}\p{N}_]+)*|\s+|[^\s\p{L}\p{N}_]/gu;
const TIME = /^(?:\d{4}-\d{2}-\d{2}(?:T[\d:.]+(?:Z|[+-][\d:]+)?)?|\d{2}:\d{2}:\d{2}(?:[.:]\d+)?)$/;

/** What stands for a part that changes. */
type Placeholder = 'Time' | 'Token';

interface Pattern {
  /** A text of its own, or what stands for it. */
  readonly words: (string | { readonly placeholder: Placeholder })[];
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

  /** @param side - 0: the query's time range, 1: the earlier one of `diff` */
  add(text: string, side: 0 | 1): void {
    const words = wordsOf(text);
    const shape = shapeOf(words);
    let candidates = this.#byShape.get(shape);
    if (candidates === undefined) {
      // A new shape past the bound joins the overflow, in which all words differ.
      if (this.#patterns >= MAX_PATTERNS) candidates = this.#overflow();
      else this.#byShape.set(shape, (candidates = []));
    }
    const likest = this.#likest(candidates, words);
    if (likest === undefined) {
      const counts: [number, number] = side === 0 ? [1, 0] : [0, 1];
      candidates.push({ words, counts });
      this.#patterns++;
      return;
    }
    likest.counts[side]++;
    for (const [index, word] of likest.words.entries()) {
      if (typeof word === 'string' && word !== words[index]) likest.words[index] = { placeholder: 'Token' };
    }
  }

  /** The patterns, most frequent first. */
  patterns(): MinedPattern[] {
    const found: MinedPattern[] = [];
    for (const candidates of this.#byShape.values()) {
      for (const { words, counts } of candidates) {
        found.push({ text: printPattern(words), count: counts[0], earlierCount: counts[1] });
      }
    }
    return found.sort((left, right) => right.count - left.count || right.earlierCount - left.earlierCount);
  }

  #overflow(): Pattern[] {
    let overflow = this.#byShape.get('');
    if (overflow === undefined) {
      overflow = [{ words: [{ placeholder: 'Token' }], counts: [0, 0] }];
      this.#byShape.set('', overflow);
    }
    return overflow;
  }

  #likest(candidates: readonly Pattern[], words: Pattern['words']): Pattern | undefined {
    if (candidates === this.#byShape.get('')) return candidates[0];
    let best: Pattern | undefined;
    let bestSimilarity = this.#patterns >= MAX_PATTERNS ? -1 : PATTERN_SIMILARITY;
    for (const candidate of candidates) {
      const similarity = similarityOf(candidate.words, words);
      if (similarity > bestSimilarity || (similarity === bestSimilarity && best === undefined)) {
        best = candidate;
        bestSimilarity = similarity;
      }
    }
    return best;
  }
}

function wordsOf(text: string): Pattern['words'] {
  const words: Pattern['words'] = [];
  for (const [word] of text.matchAll(WORDS)) {
    if (words.length >= MAX_PATTERN_WORDS) {
      words.push({ placeholder: 'Token' });
      break;
    }
    if (/\p{N}/u.test(word)) words.push({ placeholder: TIME.test(word) ? 'Time' : 'Token' });
    else words.push(word);
  }
  return words;
}

/** Texts can only be alike when they have as many words, and the same marks between them. */
function shapeOf(words: Pattern['words']): string {
  return words
    .map((word) => {
      if (typeof word !== 'string') return word.placeholder === 'Time' ? 't' : 'w';
      return /[\p{L}_]/u.test(word) ? 'w' : word;
    })
    .join('');
}

function similarityOf(pattern: Pattern['words'], words: Pattern['words']): number {
  let same = 0;
  let compared = 0;
  for (const [index, word] of pattern.entries()) {
    const other = words[index];
    if (typeof word === 'string' ? !/[\p{L}_]/u.test(word) : word.placeholder === 'Time') continue;
    compared++;
    if (typeof word !== 'string' || word === other) same++;
  }
  return compared === 0 ? 1 : same / compared;
}

/** Placeholders are numbered by their place. */
function printPattern(words: Pattern['words']): string {
  const places = { Time: 0, Token: 0 };
  return words
    .map((word) => (typeof word === 'string' ? word : `<${word.placeholder}-${++places[word.placeholder]}>`))
    .join('');
}
