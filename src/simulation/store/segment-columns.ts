import { sortByTime } from './time-order.js';

const FIRST_CAPACITY = 64;

/**
 * What is known of each event of a segment, but its message: one typed array for each property, because an
 * object for each of ten million events would not fit. An event's place in them is its arrival number in the
 * segment.
 */
export class SegmentColumns {
  count = 0;
  timestamps = new Float64Array(FIRST_CAPACITY);
  /** Milliseconds after the segment's first ingestion time. */
  ingestionOffsets = new Uint32Array(FIRST_CAPACITY);
  /** Where the message begins in the segment's bytes, and how many bytes it has. */
  messageOffsets = new Uint32Array(FIRST_CAPACITY);
  messageLengths = new Uint32Array(FIRST_CAPACITY);
  /** Which of the segment's origins (stream and entity) it came from. */
  origins = new Uint32Array(FIRST_CAPACITY);

  /** Whether arrival order is time order so far. */
  #inTimeOrder = true;
  #order: Uint32Array | undefined;

  /** Columns as they were written, all of the same length. */
  static from(columns: {
    timestamps: Float64Array;
    ingestionOffsets: Uint32Array;
    messageOffsets: Uint32Array;
    messageLengths: Uint32Array;
    origins: Uint32Array;
  }): SegmentColumns {
    const made = new SegmentColumns();
    Object.assign(made, columns);
    made.count = columns.timestamps.length;
    for (let at = 1; at < made.count && made.#inTimeOrder; at++) {
      made.#inTimeOrder = columns.timestamps[at - 1]! <= columns.timestamps[at]!;
    }
    return made;
  }

  /** Bytes of memory that the arrays take. */
  get bytes(): number {
    return this.timestamps.length * 24 + (this.#order ? this.#order.length * 4 : 0);
  }

  /** Makes room for `count` more events. */
  reserve(count: number): void {
    const needed = this.count + count;
    if (needed <= this.timestamps.length) return;
    this.#resize(Math.max(needed, this.timestamps.length * 2));
  }

  /** Lets go of room for further events. */
  trim(): void {
    this.#resize(this.count);
  }

  push(
    timestamp: number,
    ingestionOffset: number,
    messageOffset: number,
    messageLength: number,
    origin: number,
  ): void {
    const at = this.count;
    if (at > 0 && timestamp < this.timestamps[at - 1]!) this.#inTimeOrder = false;
    this.timestamps[at] = timestamp;
    this.ingestionOffsets[at] = ingestionOffset;
    this.messageOffsets[at] = messageOffset;
    this.messageLengths[at] = messageLength;
    this.origins[at] = origin;
    this.count = at + 1;
  }

  /**
   * Events in time order, equal timestamps by arrival. Undefined where arrival order is that order. The
   * array is never changed afterwards: a reader may keep it while events arrive.
   */
  order(): Uint32Array | undefined {
    if (this.#inTimeOrder) return undefined;
    const known = this.#order;
    if (known?.length === this.count) return known;
    const positions = new Uint32Array(this.count);
    if (known) positions.set(known);
    for (let at = known?.length ?? 0; at < this.count; at++) positions[at] = at;
    this.#order = sortByTime(this.timestamps, positions);
    return this.#order;
  }

  #resize(capacity: number): void {
    this.timestamps = resized(this.timestamps, new Float64Array(capacity));
    this.ingestionOffsets = resized(this.ingestionOffsets, new Uint32Array(capacity));
    this.messageOffsets = resized(this.messageOffsets, new Uint32Array(capacity));
    this.messageLengths = resized(this.messageLengths, new Uint32Array(capacity));
    this.origins = resized(this.origins, new Uint32Array(capacity));
  }
}

function resized<T extends Float64Array | Uint32Array>(from: T, to: T): T {
  to.set(from.length > to.length ? from.subarray(0, to.length) : from);
  return to;
}
