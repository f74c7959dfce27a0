import { type SeededRandom, seededRandom } from '../seeded-random.js';

/** Choices that are the same for the same seed. */
export class Dice {
  readonly #random: SeededRandom;
  readonly #hasIds: boolean;

  constructor(seed: number | SeededRandom, hasIds = true) {
    this.#random = typeof seed === 'number' ? seededRandom(seed) : seed;
    this.#hasIds = hasIds;
  }

  /** Dice that fall from here on as these will, and whose ids are empty: they are most of the throws, and decide nothing. */
  copyWithoutIds(): Dice {
    return new Dice(this.#random.copy(), false);
  }

  /** A whole number from `from` to `to`, both included. */
  whole(from: number, to: number): number {
    return from + Math.floor(this.#random() * (to - from + 1));
  }

  pick<T>(items: readonly T[]): T {
    return items[this.whole(0, items.length - 1)]!;
  }

  /** So many hexadecimal digits, not all zero. */
  hex(digits: number): string {
    let text = '';
    if (!this.#hasIds) {
      this.#random.skip(digits);
      return text;
    }
    while (text.length < digits) text += this.whole(text === '' ? 1 : 0, 15).toString(16);
    return text;
  }

  /** In the form of a UUID, version 4. */
  uuid(): string {
    const variant = this.pick(['8', '9', 'a', 'b']);
    return `${this.hex(8)}-${this.hex(4)}-4${this.hex(3)}-${variant}${this.hex(3)}-${this.hex(12)}`;
  }

  /** A wait whose average is given, as between visitors who know nothing of each other; whole milliseconds. */
  wait(averageMillis: number): number {
    return Math.round(-Math.log(1 - this.#random()) * averageMillis);
  }
}
