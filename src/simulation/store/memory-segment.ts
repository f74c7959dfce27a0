import { type EncodedBatch } from './encoded-batch.js';
import { HashIndex } from './hash-index.js';
import { type MessageText, type SegmentContent } from './segment.js';
import { SegmentColumns } from './segment-columns.js';

const FIRST_CAPACITY = 4096;

/** A segment in memory: its messages stand in one buffer. */
export class MemorySegmentContent implements SegmentContent {
  readonly #columns = new SegmentColumns();
  readonly #indexes: ReadonlyMap<string, HashIndex>;
  #bytes = Buffer.allocUnsafeSlow(FIRST_CAPACITY);
  #end = 0;

  constructor(indexedFields: readonly string[]) {
    this.#indexes = new Map(indexedFields.map((field) => [field, new HashIndex()]));
  }

  columns(): SegmentColumns {
    return this.#columns;
  }

  index(field: string): HashIndex {
    return this.#indexes.get(field)!;
  }

  messages(positions: readonly number[]): MessageText[] {
    // Texts are made when they are asked for: the bytes are in memory anyway, and stay as they are.
    return positions.map((position) => ({
      bytes: this.#bytes,
      offset: this.#columns.messageOffsets[position]!,
      length: this.#columns.messageLengths[position]!,
    }));
  }

  write({ bytes }: EncodedBatch): number {
    const start = this.#end;
    if (start + bytes.length > this.#bytes.length) {
      this.#resize(Math.max(start + bytes.length, this.#bytes.length * 2));
    }
    bytes.copy(this.#bytes, start);
    this.#end = start + bytes.length;
    return start;
  }

  seal(): void {
    if (this.#bytes.length === this.#end) return;
    this.#resize(this.#end);
    this.#columns.trim();
    for (const index of this.#indexes.values()) index.seal();
  }

  resume(): void {
    // Columns, indexes and the buffer grow again by themselves.
  }

  drop(): void {
    // What still reads from the buffers keeps them; nothing else does.
  }

  #resize(capacity: number): void {
    const bytes = Buffer.allocUnsafeSlow(capacity);
    this.#bytes.copy(bytes, 0, 0, this.#end);
    this.#bytes = bytes;
  }
}
