import { type HeldFolder, type StoredBatch } from './stored-batch.js';

/** Batches that are gone and not yet taken off the list by age, before it is tidied. */
const MAX_GONE = 64;

/** The batches that this process has on disk: their sums, and which is the oldest. */
export class StoredBatches {
  readonly #all = new Set<StoredBatch>();
  readonly #inFolder = new Map<HeldFolder, number>();
  /** The oldest first, once sorted; some are gone. */
  #byAge: StoredBatch[] = [];
  #isSorted = true;
  #bytes = 0;
  #events = 0;

  get size(): number {
    return this.#all.size;
  }

  /** Bytes of their files. */
  get bytes(): number {
    return this.#bytes;
  }

  get events(): number {
    return this.#events;
  }

  /** How many of them are in a folder. */
  countIn(folder: HeldFolder): number {
    return this.#inFolder.get(folder) ?? 0;
  }

  add(stored: StoredBatch): void {
    const last = this.#byAge.at(-1);
    if (last && last.name.createdMillis > stored.name.createdMillis) this.#isSorted = false;
    this.#byAge.push(stored);
    this.#all.add(stored);
    this.#inFolder.set(stored.folder, this.countIn(stored.folder) + 1);
    this.#bytes += stored.name.fileBytes;
    this.#events += stored.events;
  }

  /** @returns false for one that is not there */
  remove(stored: StoredBatch): boolean {
    if (!this.#all.delete(stored)) return false;
    const rest = this.countIn(stored.folder) - 1;
    if (rest > 0) this.#inFolder.set(stored.folder, rest);
    else this.#inFolder.delete(stored.folder);
    this.#bytes -= stored.name.fileBytes;
    this.#events -= stored.events;
    return true;
  }

  /** Fewer events of it are left. */
  reduce(stored: StoredBatch, events: number): void {
    if (!this.#all.has(stored)) return;
    this.#events -= stored.events - events;
    stored.events = events;
  }

  /** By when they were stored. While it runs, any may be removed. */
  *oldestFirst(): Generator<StoredBatch, undefined> {
    this.#tidy();
    const byAge = this.#byAge;
    for (const stored of byAge) if (this.#all.has(stored)) yield stored;
    return undefined;
  }

  #tidy(): void {
    let first = 0;
    while (first < this.#byAge.length && !this.#all.has(this.#byAge[first]!)) first++;
    const isFew = first <= MAX_GONE && this.#byAge.length <= 2 * this.#all.size + MAX_GONE;
    if (!isFew) this.#byAge = this.#byAge.filter((stored) => this.#all.has(stored));
    if (this.#isSorted) return;
    this.#byAge.sort((a, b) => a.name.createdMillis - b.name.createdMillis);
    this.#isSorted = true;
  }
}
