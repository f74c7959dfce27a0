import { type EventEntity, type IncomingEvent } from './event-store.js';

/** The events of one append as they are stored. */
export interface EncodedBatch {
  readonly logStreamName: string;
  readonly entity: EventEntity | undefined;
  readonly ingestionTime: number;
  readonly events: readonly IncomingEvent[];
  /** The messages one behind the other, in UTF-8. Valid until the next batch is encoded. */
  readonly bytes: Buffer;
  /** UTF-8 bytes of each message. */
  readonly lengths: Uint32Array;
}

/** UTF-8 takes at most three bytes for a UTF-16 code unit. */
const MAX_BYTES_PER_UNIT = 3;

/** Room is kept between batches up to this size. */
const MAX_KEPT_ROOM = 8 * 1024 * 1024;

/** Encodes batches, in room that is used again. */
export class BatchEncoder {
  #room = Buffer.allocUnsafeSlow(64 * 1024);

  encode(batch: Omit<EncodedBatch, 'bytes' | 'lengths'>): EncodedBatch {
    let units = 0;
    for (const event of batch.events) units += event.message.length;
    const room = this.#roomFor(units * MAX_BYTES_PER_UNIT);
    const lengths = new Uint32Array(batch.events.length);
    let end = 0;
    for (const [index, event] of batch.events.entries()) {
      const length = room.write(event.message, end, 'utf8');
      lengths[index] = length;
      end += length;
    }
    return { ...batch, bytes: room.subarray(0, end), lengths };
  }

  #roomFor(bytes: number): Buffer {
    if (bytes <= this.#room.length) return this.#room;
    const room = Buffer.allocUnsafeSlow(bytes);
    if (bytes <= MAX_KEPT_ROOM) this.#room = room;
    return room;
  }
}
