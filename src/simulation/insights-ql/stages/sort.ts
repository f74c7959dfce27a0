import { HeldText } from '../execution/held-text.js';
import { type Evaluate } from '../execution/compile-expression.js';
import { type Row } from '../execution/row.js';
import { holdingStage, type StageFactory } from '../execution/stage.js';
import { putInPlace } from '../values/put-in-place.js';
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
    const values: Value[] = [];
    for (let index = 0; index < this.#keys.length; index++) {
      const { evaluate, direction } = this.#keys[index]!;
      const value = evaluate(row);
      values.push(value);
      // Most rows fall out by their first key.
      if (index === 0 && this.#last && compareForSort(value, this.#last.values[0]!, direction) > 0) return;
    }
    const entry = { row, values, arrival: this.#arrivals++ };
    if (this.#last !== undefined && this.#compare(entry, this.#last) > 0) return;
    this.#text.addRow(row);
    this.#entries.push(entry);
    this.#isSorted = false;
    if (this.#entries.length >= 2 * this.#most + SLACK) this.#cut();
  }

  rows(): Row[] {
    this.#cut();
    if (!this.#isSorted) this.#entries.sort(this.#order);
    this.#isSorted = true;
    return this.#entries.map(({ row }) => row);
  }

  clear(): void {
    this.#entries = [];
    this.#last = undefined;
  }

  /** Lets go of what is not wanted. The others are not sorted: more may come before them. */
  #cut(): void {
    const entries = this.#entries;
    const most = this.#most;
    if (entries.length <= most) return;
    if (!this.#isSorted && !putInPlace(entries, Math.max(0, most - 1), this.#order))
      entries.sort(this.#order);
    entries.length = most;
    this.#last = entries[most - 1];
    this.#text.recount(entries.map(({ row }) => row));
  }

  readonly #order = (left: Entry, right: Entry): number => this.#compare(left, right);

  #compare(left: Entry, right: Entry): number {
    for (let index = 0; index < this.#keys.length; index++) {
      const { direction } = this.#keys[index]!;
      const order = compareForSort(left.values[index]!, right.values[index]!, direction);
      if (order !== 0) return order;
    }
    return left.arrival - right.arrival;
  }
}
