import { expect } from 'chai';
import fc from 'fast-check';
import {
  type MinedPattern,
  PatternMiner,
} from '../../../../src/simulation/insights-ql/stages/pattern-miner.js';
import {
  MAX_PATTERN_WORDS,
  MAX_PATTERNS,
  PATTERN_SIMILARITY,
} from '../../../../src/simulation/insights-ql/undocumented.js';

describe('PatternMiner', () => {
  it('finds what the naive way finds, in common lines', () => {
    fc.assert(fc.property(fc.array(line(), { maxLength: 40 }), agrees), { numRuns: 300 });
  });

  it('finds what the naive way finds, in texts of any characters', () => {
    const unit = fc.constantFrom(
      ...Array.from('aZ_09-.:+/@ \t\n\u00a0\u2028"{,é١²Ⅻ中\u0301\ud83d\ude00\u200d'),
      '𝒜',
      '𝟘',
      '\ud83d',
      '\ude00',
    );
    const text = fc.oneof(
      fc.array(unit, { maxLength: 24 }).map((units) => units.join('')),
      fc.string({ unit: 'binary', maxLength: 24 }),
    );
    fc.assert(fc.property(fc.array(fc.tuple(text, side()), { maxLength: 40 }), agrees), { numRuns: 1000 });
  });

  it('finds what the naive way finds, in texts that are like many before', () => {
    const edit = fc.tuple(
      fc.nat(40),
      fc.nat(3),
      fc.constantFrom(
        '',
        'x',
        '7',
        '-',
        '.',
        ' ',
        '  ',
        'é',
        '-é',
        '\u0301',
        '10:20:30',
        '2024-05-19T06:10:16.5Z',
        '2024-05-19-',
        '😀',
      ),
    );
    const edited = (text: string, [at, length, by]: [number, number, string]): string =>
      text.slice(0, at) + by + text.slice(at + length);
    fc.assert(
      fc.property(
        fc.array(line(), { minLength: 1, maxLength: 3 }),
        fc.array(fc.tuple(fc.nat(2), side(), fc.array(edit, { maxLength: 2 })), { maxLength: 60 }),
        (first, then) => {
          const texts: [string, 0 | 1][] = [];
          for (const [text, of] of first) for (let times = 0; times < 66; times++) texts.push([text, of]);
          for (const [index, of, edits] of then) {
            texts.push([edits.reduce(edited, first[index % first.length]![0]), of]);
          }
          // What has changed gets a template anew.
          for (let times = 0; times < 66; times++) texts.push(texts[texts.length - 1]!);
          for (const [index, of, edits] of then) {
            texts.push([edits.reduce(edited, first[index % first.length]![0]), of]);
          }
          agrees(texts);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('finds what the naive way finds, where no template takes most texts', () => {
    const texts: [string, 0 | 1][] = [];
    for (let index = 0; index < 3_000; index++) {
      const marks = '!'.repeat(index < 400 ? 1 + (index % 5) : 1 + (index % 40));
      texts.push([`a ${marks} b ${index}`, 0]);
    }
    agrees(texts);
  });

  it('takes a joint for the part of a word between two parts alone', () => {
    for (const text of ['a-b', 'a--b', '-a', 'a-', 'a-b-', 'a.b:c', 'a-\ud835\udc9c-1', 'a:+b', '1-2.', '']) {
      agrees([[text, 0]]);
    }
  });

  it('tells times from other words with digits', () => {
    const times = [
      '2024-05-19',
      '2024-05-19T06:10:16.682Z',
      '2024-05-19T06+01:00',
      '06:10:16',
      '06:10:16:99',
      '06:10:16.1',
    ];
    const others = [
      '2024-05-1',
      '12024-05-19',
      '2024-05-19T',
      '06:10:1',
      '6:10:16',
      '06:10:16:',
      '٠٦:١٠:١٦',
      '2024-05-19Z',
    ];
    agrees([...times, ...others].map((text) => [`at ${text} it was`, 0]));
  });

  it('finds what the naive way finds, past the bound of words', () => {
    const text = fc.tuple(
      fc.integer({ min: MAX_PATTERN_WORDS - 3, max: MAX_PATTERN_WORDS + 3 }),
      fc.constantFrom('a', '!', '7'),
      fc.constantFrom('b', '?', ' '),
    );
    const long = text.map(([words, word, last]): [string, 0 | 1] => [
      `${word}|`.repeat(words / 2) + last + last,
      0,
    ]);
    fc.assert(fc.property(fc.array(long, { maxLength: 6 }), agrees), { numRuns: 60 });
  });

  it('finds what the naive way finds, past the bound of patterns', () => {
    const texts: [string, 0 | 1][] = [];
    for (let index = 0; index < MAX_PATTERNS + 50; index++) {
      texts.push([
        `a ${'!'.repeat(index % 70)}${'?'.repeat(Math.floor(index / 70))} b c`,
        index % 3 === 0 ? 1 : 0,
      ]);
    }
    for (const text of ['x ! y z', 'a ! y z', 'a ! b c', '§', '§ §']) texts.push([text, 0]);
    agrees(texts);
  });
});

/** Lines as applications write them, of few forms, so that many share one. */
function line(): fc.Arbitrary<[string, 0 | 1]> {
  const word = fc.constantFrom(
    'info',
    'error',
    'took',
    'order',
    'retry',
    'a-1',
    '42',
    '17ms',
    '2024-05-19',
    '10:20:30',
    'x.y',
  );
  const mark = fc.constantFrom(' ', ', ', '":"', '  ', ': ');
  const text = fc
    .tuple(fc.array(word, { minLength: 3, maxLength: 7 }), mark)
    .map(([words, between]) => words.join(between));
  return fc.tuple(text, side());
}

function side(): fc.Arbitrary<0 | 1> {
  return fc.constantFrom(0, 0, 0, 1);
}

function agrees(texts: readonly (readonly [string, 0 | 1])[]): void {
  const miner = new PatternMiner();
  const naive = new NaiveMiner();
  for (const [text, of] of texts) {
    miner.add(text, of);
    naive.add(text, of);
  }
  expect(miner.patterns()).to.deep.equal(naive.patterns());
}

const WORDS = /[\p{L}\p{N}_]+(?:[-.:+/@][\p{L}\p{N}_]+)*|\s+|[^\s\p{L}\p{N}_]/gu;
const TIME = /^(?:\d{4}-\d{2}-\d{2}(?:T[\d:.]+(?:Z|[+-][\d:]+)?)?|\d{2}:\d{2}:\d{2}(?:[.:]\d+)?)$/;

interface Words {
  readonly texts: string[];
  readonly kinds: ('word' | 'token' | 'time' | 'mark')[];
  readonly shape: string;
}

interface NaivePattern extends Words {
  readonly counts: [number, number];
}

/** The reference: words by an expression, shapes and words as texts, and all candidates compared in full. */
class NaiveMiner {
  readonly #byShape = new Map<string, NaivePattern[]>();
  #patterns = 0;
  #rest: NaivePattern | undefined;

  add(text: string, of: 0 | 1): void {
    const words = naiveWords(text);
    let candidates = this.#byShape.get(words.shape);
    if (candidates === undefined) {
      if (this.#patterns >= MAX_PATTERNS) {
        this.#rest ??= { texts: [''], kinds: ['token'], shape: '', counts: [0, 0] };
        this.#rest.counts[of]++;
        return;
      }
      this.#byShape.set(words.shape, (candidates = []));
    }
    let best: NaivePattern | undefined;
    let bestSimilarity = this.#patterns >= MAX_PATTERNS ? 0 : PATTERN_SIMILARITY;
    for (const candidate of candidates) {
      const similarity = similarityOf(candidate, words);
      if (similarity > bestSimilarity || (similarity === bestSimilarity && best === undefined)) {
        best = candidate;
        bestSimilarity = similarity;
      }
    }
    if (best === undefined) {
      candidates.push({ ...words, counts: of === 0 ? [1, 0] : [0, 1] });
      this.#patterns++;
      return;
    }
    best.counts[of]++;
    for (const [index, kind] of best.kinds.entries()) {
      const differs = words.kinds[index] !== kind || words.texts[index] !== best.texts[index];
      if (kind === 'word' && differs) best.kinds[index] = 'token';
    }
  }

  patterns(): MinedPattern[] {
    const all = [...this.#byShape.values()].flat();
    if (this.#rest !== undefined) all.push(this.#rest);
    return all
      .map((pattern) => ({
        text: printed(pattern),
        count: pattern.counts[0],
        earlierCount: pattern.counts[1],
      }))
      .sort((left, right) => right.count - left.count || right.earlierCount - left.earlierCount);
  }
}

function naiveWords(text: string): Words {
  const texts: string[] = [];
  const kinds: Words['kinds'] = [];
  let shape = '';
  for (const [word] of text.matchAll(WORDS)) {
    const kind = texts.length >= MAX_PATTERN_WORDS ? 'token' : kindOf(word);
    texts.push(word);
    kinds.push(kind);
    shape += kind === 'mark' ? word : kind === 'time' ? 't' : 'w';
    if (texts.length > MAX_PATTERN_WORDS) break;
  }
  return { texts, kinds, shape };
}

function kindOf(word: string): Words['kinds'][number] {
  if (/\p{N}/u.test(word)) return TIME.test(word) ? 'time' : 'token';
  return /[\p{L}_]/u.test(word) ? 'word' : 'mark';
}

function similarityOf(pattern: NaivePattern, words: Words): number {
  let same = 0;
  let compared = 0;
  for (const [index, kind] of pattern.kinds.entries()) {
    if (kind === 'mark' || kind === 'time') continue;
    compared++;
    if (kind === 'token' || pattern.texts[index] === words.texts[index]) same++;
  }
  return compared === 0 ? 1 : same / compared;
}

function printed({ texts, kinds }: NaivePattern): string {
  let times = 0;
  let tokens = 0;
  return kinds
    .map((kind, index) => {
      if (kind === 'time') return `<Time-${++times}>`;
      return kind === 'token' ? `<Token-${++tokens}>` : texts[index]!;
    })
    .join('');
}
