import { MAX_CODE_POINT, type CharacterSet } from './character-set.js';
import { holds } from './program.js';

/** Classes that one expression may need: their numbers are kept in bytes. */
const MAX_CLASSES = 255;

/** Characters that the same sets hold are one class: an automaton asks for classes only, so its tables are small. */
export class CharacterClasses {
  /** A character of each class, by its number. */
  readonly examples: readonly number[];
  /** Class of each ASCII character. */
  readonly ascii: Uint8Array;
  /** Where each stretch of one class begins, ascending. */
  readonly #starts: readonly number[];
  readonly #classes: Uint8Array;
  /** Class of each UTF-16 unit, made when the first text outside ASCII comes. */
  #units: Uint8Array | undefined;

  private constructor(examples: readonly number[], starts: readonly number[], classes: Uint8Array) {
    this.examples = examples;
    this.#starts = starts;
    this.#classes = classes;
    this.ascii = this.#tableOf(128);
  }

  /** @returns undefined where the sets make more classes than a table of bytes can number */
  static of(sets: readonly CharacterSet[]): CharacterClasses | undefined {
    const bounds = new Set([0]);
    for (const [first, last] of sets.flat()) bounds.add(first).add(last + 1);
    const starts = [...bounds].filter((point) => point <= MAX_CODE_POINT).sort((a, b) => a - b);
    const numbers = new Map<string, number>();
    const examples: number[] = [];
    const classes = new Uint8Array(starts.length);
    for (const [index, start] of starts.entries()) {
      const members = sets.map((set) => (holds(set, start) ? '1' : '0')).join('');
      let number = numbers.get(members);
      if (number === undefined) {
        if (examples.length === MAX_CLASSES) return undefined;
        number = examples.push(start) - 1;
        numbers.set(members, number);
      }
      classes[index] = number;
    }
    return new CharacterClasses(examples, starts, classes);
  }

  /** Class of a UTF-16 unit that is no half of a pair. */
  ofUnit(unit: number): number {
    this.#units ??= this.#tableOf(0x10000);
    return this.#units[unit]!;
  }

  ofPoint(point: number): number {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#starts[middle]! <= point) low = middle;
      else high = middle - 1;
    }
    return this.#classes[low]!;
  }

  #tableOf(size: number): Uint8Array {
    const table = new Uint8Array(size);
    for (const [index, start] of this.#starts.entries()) {
      if (start < size) table.fill(this.#classes[index]!, start, this.#starts[index + 1]);
    }
    return table;
  }
}
