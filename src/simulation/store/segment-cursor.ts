import { type Segment } from './segment.js';
import { SegmentColumns } from './segment-columns.js';

/** Where reading begins and ends: whole milliseconds, and from one position on. */
export interface ReadBounds {
  /** Milliseconds, inclusive. */
  readonly startTimeMillis: number;
  readonly endTimeMillis: number;
  /** Go on behind this event in reading direction. */
  readonly after: { readonly timestamp: number; readonly sequence: number } | undefined;
  readonly descending: boolean;
}

/** What is read of a segment. */
export interface SegmentPart {
  readonly segment: Segment;
  /** Events there were when reading began: later ones could be out of order with what was read already. */
  readonly count: number;
  /** 1 for each origin whose events are read; all when left out. */
  readonly originAccepted: Uint8Array | undefined;
  /** Only these, in time order; all when left out. */
  readonly positions?: Uint32Array | undefined;
}

/** Reads the positions of a segment in time order. */
export class SegmentCursor {
  readonly segment: Segment;
  readonly columns: SegmentColumns;
  readonly #order: Uint32Array | undefined;
  readonly #originAccepted: Uint8Array | undefined;
  readonly #count: number;
  readonly #step: 1 | -1;
  /** Where the next position stands in the order, and where there are no more. */
  #at: number;
  readonly #end: number;

  constructor({ segment, count, originAccepted, positions }: SegmentPart, bounds: ReadBounds) {
    this.segment = segment;
    this.columns = segment.dropped ? new SegmentColumns() : segment.content.columns();
    this.#order = segment.dropped ? undefined : (positions ?? this.columns.order());
    this.#originAccepted = originAccepted;
    this.#count = count;
    const [low, high] = timeRange(this.columns, this.#order, segment.firstSequence, bounds);
    this.#step = bounds.descending ? -1 : 1;
    this.#at = bounds.descending ? high - 1 : low;
    this.#end = bounds.descending ? low - 1 : high;
    this.#skip();
  }

  get done(): boolean {
    return this.#step === 1 ? this.#at >= this.#end : this.#at <= this.#end;
  }

  /** The position that comes next; only while it isn't done. */
  get position(): number {
    return this.#order ? this.#order[this.#at]! : this.#at;
  }

  get timestamp(): number {
    return this.columns.timestamps[this.position]!;
  }

  get sequence(): number {
    return this.segment.firstSequence + this.position;
  }

  next(): void {
    this.#at += this.#step;
    this.#skip();
  }

  #skip(): void {
    while (!this.done && !this.#isAccepted(this.position)) this.#at += this.#step;
  }

  #isAccepted(position: number): boolean {
    if (position >= this.#count || this.segment.isRemoved(position)) return false;
    return this.#originAccepted === undefined || this.#originAccepted[this.columns.origins[position]!] === 1;
  }
}

/** The part of an order that lies within bounds: from the first index, to before the second. */
export function timeRange(
  columns: SegmentColumns,
  order: Uint32Array | undefined,
  firstSequence: number,
  { startTimeMillis, endTimeMillis, after, descending }: ReadBounds,
): [low: number, high: number] {
  const count = order?.length ?? columns.count;
  /** First index of which `(timestamp, sequence)` is not before the given. */
  const lowerBound = (timestamp: number, sequence: number): number => {
    let low = 0;
    let high = count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const position = order ? order[middle]! : middle;
      const difference = columns.timestamps[position]! - timestamp;
      const isBefore = difference < 0 || (difference === 0 && firstSequence + position < sequence);
      if (isBefore) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  let low = lowerBound(startTimeMillis, -Infinity);
  let high = lowerBound(endTimeMillis, Infinity);
  if (after && descending) high = Math.min(high, lowerBound(after.timestamp, after.sequence));
  if (after && !descending) low = Math.max(low, lowerBound(after.timestamp, after.sequence + 1));
  return [low, Math.max(low, high)];
}
