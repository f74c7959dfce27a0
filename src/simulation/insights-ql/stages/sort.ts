import { HeldText } from '../execution/held-text.js';
import { type Evaluate } from '../execution/compile-expression.js';
import { type Row } from '../execution/row.js';
import { holdingStage, type StageFactory } from '../execution/stage.js';
import { compareForSort, type Value } from '../values/value.js';

/** What rows are ordered by. */
export interface SortKeyPlan {
  readonly evaluate: Evaluate;
  readonly direction: 'asc' | 'desc';
}

interface Entry {
  readonly row: Row;
  readonly values: readonly Value[];
  readonly arrival: number;
}

/** Rows above the wanted number that are taken in before the worst are dropped. */
const SLACK = 1_000;

/**
 * Orders rows; equal ones stay as they came.
 * @param most - of the first rows, how many are wanted; no more than about twice as many are held
 */
export function sortStage(keys: readonly SortKeyPlan[], most: number): StageFactory {
  return (next) => holdingStage(next, new TopRows(keys, most));
}

class TopRows {
  readonly #keys: readonly SortKeyPlan[];
  readonly #most: number;
  readonly #text = new HeldText();
  #entries: Entry[] = [];
  #isSorted = true;
  #arrivals = 0;
  /** The last of the rows that are wanted so far: what comes behind it is not. */
  #last: Entry | undefined;

  constructor(keys: readonly SortKeyPlan[], most: number) {
    this.#keys = keys;
    this.#most = most;
  }

  push(row: Row): void {
    const values = this.#keys.map(({ evaluate }) => evaluate(row));
    const entry = { row, values, arrival: this.#arrivals++ };
    if (this.#last !== undefined && this.#compare(entry, this.#last) > 0) return;
    this.#text.addRow(row);
    this.#entries.push(entry);
    this.#isSorted = false;
    if (this.#entries.length >= 2 * this.#most + SLACK) this.#cut();
  }

  rows(): Row[] {
    this.#cut();
    return this.#entries.map(({ row }) => row);
  }

  clear(): void {
    this.#entries = [];
    this.#last = undefined;
  }

  #cut(): void {
    if (!this.#isSorted) this.#entries.sort((left, right) => this.#compare(left, right));
    this.#isSorted = true;
    if (this.#entries.length < this.#most) return;
    this.#entries.length = this.#most;
    this.#last = this.#entries[this.#most - 1];
    this.#text.recount(this.#entries.map(({ row }) => row));
  }

  #compare(left: Entry, right: Entry): number {
    for (const [index, { direction }] of this.#keys.entries()) {
      const order = compareForSort(left.values[index]!, right.values[index]!, direction);
      if (order !== 0) return order;
    }
    return left.arrival - right.arrival;
  }
}
