import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';

/** Handed to the exporter, but nothing is promised yet. */
export const ISSUED = 1;
/** Promised: `emit` returned, or the exporter reported success. */
export const PROMISED = 2;
/** Taken while the disk was full: in memory alone, as the exporter's status says. */
export const IN_MEMORY = 3;

/**
 * What a sender was promised, one byte a record in a plain file: whoever kills the sender still finds it,
 * because each mark is with the operating system before the sender goes on.
 */
export class PromiseMarks {
  readonly #descriptor: number;

  constructor(path: string) {
    this.#descriptor = openSync(path, 'r+');
  }

  set(first: number, count: number, mark: number): void {
    writeSync(this.#descriptor, Buffer.alloc(count, mark), 0, count, first);
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

/** @returns a mark for each record of a sender */
export function readMarks(path: string): Uint8Array {
  return readFileSync(path);
}

/**
 * The record that the next life of a killed sender begins with. The one after the last mark may be out
 * without a mark, so its number is not used again.
 */
export function nextRecord(marks: Uint8Array): number {
  const last = marks.findLastIndex((mark) => mark !== 0);
  return last === -1 ? 0 : last + 2;
}
