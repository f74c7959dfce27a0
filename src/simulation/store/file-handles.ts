import { closeSync, openSync } from 'node:fs';

const MAX_OPEN_FILES = 128;

/** Keeps the files open that were used last, so that a store of any size gets by with few descriptors. */
export class FileHandles {
  readonly #open = new Map<string, number>();

  /** A descriptor of an existing file, for reading and writing; good until the next call. */
  descriptor(path: string): number {
    const known = this.#open.get(path);
    if (known !== undefined) {
      this.#open.delete(path);
      this.#open.set(path, known);
      return known;
    }
    const descriptor = openSync(path, 'r+');
    this.#open.set(path, descriptor);
    if (this.#open.size > MAX_OPEN_FILES) this.release(this.#open.keys().next().value!);
    return descriptor;
  }

  release(path: string): void {
    const descriptor = this.#open.get(path);
    if (descriptor === undefined) return;
    this.#open.delete(path);
    closeSync(descriptor);
  }

  close(): void {
    for (const path of [...this.#open.keys()]) this.release(path);
  }
}
