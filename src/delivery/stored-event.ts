import { type EncodedEvent } from './encoded-event.js';
import { messageJsonIn } from './event-frame.js';

/** Bytes that are taken from the system at a time. */
const CHUNK_BYTES = 256 * 1024;

let chunk = Buffer.alloc(0);
let used = 0;

/**
 * An event that stands in bytes as it will stand in a request's body. Many share a piece of memory outside of the heap:
 * texts of which each lives for a second would be most of what garbage collection has to move.
 */
export class StoredEvent implements EncodedEvent {
  readonly timestamp: number;
  readonly messageBytes: number;
  /** Where it begins, and where it ends with its comma. */
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;

  /** @param from - bytes that others use again, from where the event begins to where it ends with its comma */
  constructor(timestamp: number, messageBytes: number, from: Buffer, start: number, end: number) {
    const length = end - start;
    this.timestamp = timestamp;
    this.messageBytes = messageBytes;
    // A large one has memory of its own.
    if (length > CHUNK_BYTES / 8) {
      this.bytes = Buffer.from(from.subarray(start, end));
      this.start = 0;
    } else {
      if (used + length > chunk.length) {
        chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
        used = 0;
      }
      this.bytes = chunk;
      this.start = used;
      from.copy(chunk, used, start, end);
      used += length;
    }
    this.end = this.start + length;
  }

  get stored(): this {
    return this;
  }

  get messageJson(): string {
    return messageJsonIn(this.bytes, this.start, this.end, this.timestamp);
  }
}
