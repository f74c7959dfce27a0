import { seededRandom } from '../../src/simulation/seeded-random.js';

/** What a seed decides, so that a fuzz run can be repeated. */
export class Random {
  /** From 0 inclusive to 1 exclusive. */
  readonly next: () => number;

  constructor(seed: number) {
    this.next = seededRandom(seed);
  }

  /** A whole number from 0 to `bound` - 1. */
  below(bound: number): number {
    return Math.floor(this.next() * bound);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)]!;
  }

  /** From `least` to `most` items. */
  many<Item>(least: number, most: number, make: () => Item): Item[] {
    return Array.from({ length: least + this.below(most - least + 1) }, make);
  }

  /** A text of odd characters: quotes, backslashes, controls, surrogates, wide letters. */
  text(most = 12): string {
    return this.many(0, most, () => this.pick(ODD_CHARACTERS)).join('');
  }

  /** Changes a text at one to four places: drops, doubles, replaces or inserts. */
  mutate(text: string): string {
    let mutated = text;
    for (let left = 1 + this.below(4); left > 0; left--) {
      const at = this.below(mutated.length + 1);
      const until = Math.min(mutated.length, at + 1 + this.below(6));
      mutated = this.pick([
        () => mutated.slice(0, at) + mutated.slice(until),
        () => mutated.slice(0, until) + mutated.slice(at),
        () => mutated.slice(0, at) + this.pick(ODD_CHARACTERS) + mutated.slice(until),
        () => mutated.slice(0, at) + this.text(5) + mutated.slice(at),
      ])();
    }
    return mutated;
  }
}

const ODD_CHARACTERS = [
  ...Array.from('abcXYZ012 _@.$'),
  ...Array.from('"\'`\\/|#[]{}()<>=!~*?%&-+^,;:\n\r\t'),
  '\0',
  '\u001b',
  '\u0085',
  '\u2028',
  '\ud83d',
  '\ude00',
  'ä',
  '日',
  '😀',
  '\ufeff',
  '٣',
];
