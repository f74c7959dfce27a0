import { crc32 } from 'node:zlib';

/** Bytes of a file that have one checksum: so much is read where a single message is asked for first. */
export const BLOCK_BYTES = 64 * 1024;

/** The CRC-32 of each block of a file that grows; the last block may be shorter. */
export class BlockChecksums {
  #checksums: Uint32Array;
  #bytes: number;

  /** @param bytes - of the file that the checksums are for */
  constructor(checksums: Uint32Array = new Uint32Array(0), bytes = 0) {
    this.#checksums = Uint32Array.from(checksums);
    this.#bytes = bytes;
  }

  /** Of all blocks, in order. */
  get values(): Uint32Array {
    return this.#checksums.subarray(0, Math.ceil(this.#bytes / BLOCK_BYTES));
  }

  get count(): number {
    return Math.ceil(this.#bytes / BLOCK_BYTES);
  }

  /** Takes in what was written at the end of the file. */
  add(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      const block = Math.floor(this.#bytes / BLOCK_BYTES);
      const part = bytes.subarray(at, at + BLOCK_BYTES - (this.#bytes % BLOCK_BYTES));
      if (block === this.#checksums.length) this.#grow();
      // A checksum goes on from that of what stands before in the block.
      this.#checksums[block] = crc32(part, this.#checksums[block]);
      this.#bytes += part.length;
      at += part.length;
    }
  }

  /** Whether a block is as it was written. @param content - the whole block */
  matches(block: number, content: Uint8Array): boolean {
    return crc32(content) === this.#checksums[block];
  }

  #grow(): void {
    const checksums = new Uint32Array(Math.max(16, this.#checksums.length * 2));
    checksums.set(this.#checksums);
    this.#checksums = checksums;
  }
}
