import { putInPlace } from '../values/put-in-place.js';

/** Numbers that are collected first and looked at later, eight bytes each. */
export class NumberList {
  #numbers = new Float64Array(16);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  add(number: number): void {
    if (this.#length === this.#numbers.length) {
      const larger = new Float64Array(this.#length * 2);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#numbers[this.#length++] = number;
  }

  /** The numbers, smallest first. */
  sorted(): Float64Array {
    return this.#numbers.subarray(0, this.#length).sort();
  }

  /** The number with so many before it in their order; undefined where there are no more. */
  nth(place: number): number | undefined {
    const numbers = this.#numbers.subarray(0, this.#length);
    return putInPlace(numbers, place, (left, right) => left - right) ? numbers[place] : this.sorted()[place];
  }
}
