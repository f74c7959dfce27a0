import { EVENT_OVERHEAD_BYTES } from '../../cloudwatch/limits.js';
import { type EncodedBatch } from './encoded-batch.js';
import { type EventEntity, type TimeSpan } from './event-store.js';
import { type HashIndex, hashValue } from './hash-index.js';
import { type IndexedValues } from './indexed-values.js';
import { type SegmentColumns } from './segment-columns.js';

/** Places of events that follow one another: the first, and that behind the last. */
export type PositionRange = readonly [first: number, end: number];

/** A stream and an entity that events of a segment came with, and what is still there of them. */
export interface Origin {
  readonly logStreamName: string;
  readonly entity: EventEntity | undefined;
  firstTimestamp: number;
  lastTimestamp: number;
  lastIngestionTime: number;
  eventCount: number;
  messageBytes: number;
}

/** What is kept of each segment in memory at all times. */
export interface SegmentSummary {
  /** Number of the first event in its group; the others follow without a gap. */
  readonly firstSequence: number;
  /** Order of the segments of a store by age. */
  readonly number: number;
  readonly firstIngestionTime: number;
  /** Fields of the message that are indexed for all of its events. */
  readonly indexedFields: readonly string[];
  readonly origins: Origin[];
}

/** Text, or where its bytes are. */
export type MessageText =
  string | { readonly bytes: Buffer; readonly offset: number; readonly length: number };

/** Where a segment's columns, indexes and messages are: in memory or in files. */
export interface SegmentContent {
  columns(): SegmentColumns;
  /** @param field - one of the segment's indexed fields */
  index(field: string): HashIndex;
  /** Reads the messages of some positions; undefined for one that can't be read any more. */
  messages(positions: readonly number[]): (MessageText | undefined)[];
  /**
   * Stores the messages of a batch, all or none.
   * @param position - of its first event
   * @returns where the first message begins
   */
  write(batch: EncodedBatch, position: number): number;
  /**
   * @param lose - called when events turn out to be unreadable, before any of their columns is used
   * @returns by `lose`: how many of them were still there
   */
  onLost?(lose: (lost: readonly PositionRange[], columns: SegmentColumns) => number): void;
  /** Nothing is written any more. */
  seal(summary: SegmentSummary): void;
  /** More is written after all. */
  resume(): void;
  /** Removes everything. */
  drop(): void;
}

/** Events of one log group that arrived one after the other. */
export class Segment {
  readonly summary: SegmentSummary;
  readonly content: SegmentContent;
  /** Events it was given, removed ones included. */
  count = 0;
  /** Bytes of their messages. */
  messageBytes = 0;
  liveCount = 0;
  liveMessageBytes = 0;
  /** Of the events that are left. */
  firstTimestamp = Infinity;
  lastTimestamp = -Infinity;
  dropped = false;
  readonly #originNumbers = new Map<string, number>();
  #removed: Uint8Array | undefined;
  /** Of fields that were asked for, with how many events there were then. */
  readonly #indexedTimes = new Map<string, TimeSpan & { readonly state: string }>();

  /** @param lost - places of events of which nothing is there; the origins do not count them */
  constructor(summary: SegmentSummary, content: SegmentContent, lost: readonly PositionRange[] = []) {
    this.summary = summary;
    this.content = content;
    for (const [number, origin] of summary.origins.entries()) {
      this.#originNumbers.set(originKey(origin.logStreamName, origin.entity), number);
    }
    this.#addUpOrigins();
    this.count = this.liveCount + lost.reduce((sum, [first, end]) => sum + end - first, 0);
    this.messageBytes = this.liveMessageBytes;
    if (lost.length > 0) this.#mark(lost);
    content.onLost?.((unreadable, columns) => {
      const before = this.liveCount;
      this.#mark(unreadable);
      this.#recount(columns);
      return before - this.liveCount;
    });
  }

  get firstSequence(): number {
    return this.summary.firstSequence;
  }

  get endSequence(): number {
    return this.summary.firstSequence + this.count;
  }

  /** Bytes it takes, as the bound of a store counts them: removed events are still there. */
  get occupiedBytes(): number {
    return this.messageBytes + this.count * EVENT_OVERHEAD_BYTES;
  }

  isRemoved(position: number): boolean {
    return this.#removed?.[position] === 1;
  }

  /** Stores a batch. */
  append(batch: EncodedBatch, values: IndexedValues): void {
    this.admit(batch, this.content.write(batch, this.count), values);
  }

  /** Takes in a batch that is already stored. @param offset - where its first message begins */
  admit(batch: EncodedBatch, offset: number, values: IndexedValues): void {
    const { firstIngestionTime, origins } = this.summary;
    const columns = this.content.columns();
    const indexes = values.fields.map((field) => this.content.index(field));
    const originNumber = this.#originNumber(batch);
    const origin = origins[originNumber]!;
    const ingestionOffset = batch.ingestionTime - firstIngestionTime;
    let position = this.count;
    const addToIndex = (field: number, key: string): void => {
      indexes[field]!.add(hashValue(key), position);
    };
    columns.reserve(batch.events.length);
    let messageOffset = offset;
    for (const [index, event] of batch.events.entries()) {
      const length = batch.lengths[index]!;
      columns.push(event.timestamp, ingestionOffset, messageOffset, length, originNumber);
      addToOrigin(origin, event.timestamp, batch.ingestionTime, length);
      if (event.timestamp < this.firstTimestamp) this.firstTimestamp = event.timestamp;
      if (event.timestamp > this.lastTimestamp) this.lastTimestamp = event.timestamp;
      if (indexes.length > 0) values.each(event.message, addToIndex);
      messageOffset += length;
      position++;
    }
    const bytes = messageOffset - offset;
    this.count = position;
    this.messageBytes += bytes;
    this.liveCount += batch.events.length;
    this.liveMessageBytes += bytes;
  }

  /** Leaves room for events of which nothing is there, up to a place. */
  leaveOut(end: number): void {
    if (end <= this.count) return;
    const columns = this.content.columns();
    columns.reserve(end - this.count);
    // The time before keeps the order: such places are passed over wherever events are read.
    const timestamp = columns.timestamps[this.count - 1] ?? 0;
    const first = this.count;
    for (; this.count < end; this.count++) columns.push(timestamp, 0, 0, 0, NO_ORIGIN);
    this.#mark([[first, end]]);
  }

  /**
   * Removes events.
   * @param endSequence - only those that arrived before this one
   * @returns how many there were
   */
  remove(endSequence: number, matches: (position: number, columns: SegmentColumns) => boolean): number {
    const columns = this.content.columns();
    const end = Math.min(this.count, endSequence - this.firstSequence);
    const marks = new Uint8Array(Math.max(columns.count, this.#removed?.length ?? 0));
    if (this.#removed) marks.set(this.#removed);
    let removed = 0;
    for (let position = 0; position < end; position++) {
      if (marks[position] === 1 || !matches(position, columns)) continue;
      marks[position] = 1;
      removed++;
    }
    if (removed > 0) {
      this.#removed = marks;
      this.#recount(columns);
    }
    return removed;
  }

  /**
   * When the first and the last of its events happened that the index of a field holds; infinite where none
   * does.
   */
  indexedTimes(field: string): TimeSpan {
    const state = `${this.count} ${this.liveCount}`;
    const known = this.#indexedTimes.get(field);
    if (known?.state === state) return known;
    const { timestamps } = this.content.columns();
    const times = { state, firstTimestamp: Infinity, lastTimestamp: -Infinity };
    for (const position of this.content.index(field).pairs.positions) {
      if (this.isRemoved(position)) continue;
      times.firstTimestamp = Math.min(times.firstTimestamp, timestamps[position]!);
      times.lastTimestamp = Math.max(times.lastTimestamp, timestamps[position]!);
    }
    this.#indexedTimes.set(field, times);
    return times;
  }

  #mark(ranges: readonly PositionRange[]): void {
    const marks = new Uint8Array(Math.max(this.count, this.#removed?.length ?? 0));
    if (this.#removed) marks.set(this.#removed);
    for (const [first, end] of ranges) marks.fill(1, first, end);
    this.#removed = marks;
  }

  #originNumber({ logStreamName, entity }: EncodedBatch): number {
    const key = originKey(logStreamName, entity);
    let number = this.#originNumbers.get(key);
    if (number === undefined) {
      number = this.summary.origins.push(newOrigin(logStreamName, entity)) - 1;
      this.#originNumbers.set(key, number);
    }
    return number;
  }

  #recount(columns: SegmentColumns): void {
    const left = originTotals(this.summary, columns, (position) => !this.isRemoved(position));
    for (const [number, origin] of this.summary.origins.entries()) Object.assign(origin, left[number]);
    this.#addUpOrigins();
  }

  #addUpOrigins(): void {
    this.liveCount = 0;
    this.liveMessageBytes = 0;
    this.firstTimestamp = Infinity;
    this.lastTimestamp = -Infinity;
    for (const origin of this.summary.origins) {
      this.liveCount += origin.eventCount;
      this.liveMessageBytes += origin.messageBytes;
      this.firstTimestamp = Math.min(this.firstTimestamp, origin.firstTimestamp);
      this.lastTimestamp = Math.max(this.lastTimestamp, origin.lastTimestamp);
    }
  }
}

/** The origins of a segment with what came from them, as its columns say. */
export function originTotals(
  { origins, firstIngestionTime }: SegmentSummary,
  columns: SegmentColumns,
  counts: (position: number) => boolean = () => true,
): Origin[] {
  const totals = origins.map(({ logStreamName, entity }) => newOrigin(logStreamName, entity));
  for (let position = 0; position < columns.count; position++) {
    const origin = totals[columns.origins[position]!];
    if (!counts(position) || !origin) continue;
    addToOrigin(
      origin,
      columns.timestamps[position]!,
      firstIngestionTime + columns.ingestionOffsets[position]!,
      columns.messageLengths[position]!,
    );
  }
  return totals;
}

/** In the columns, the origin of an event of which nothing is there. */
export const NO_ORIGIN = 0xffff_ffff;

/** What tells an origin from the others of its segment. */
export function originKey(logStreamName: string, entity: EventEntity | undefined): string {
  // A stream name holds no control characters; even if it did, JSON begins with a brace.
  return entity ? `${logStreamName}\n${JSON.stringify(entity)}` : logStreamName;
}

function newOrigin(logStreamName: string, entity: EventEntity | undefined): Origin {
  return {
    logStreamName,
    entity,
    firstTimestamp: Infinity,
    lastTimestamp: -Infinity,
    lastIngestionTime: -Infinity,
    eventCount: 0,
    messageBytes: 0,
  };
}

function addToOrigin(origin: Origin, timestamp: number, ingestionTime: number, messageBytes: number): void {
  if (timestamp < origin.firstTimestamp) origin.firstTimestamp = timestamp;
  if (timestamp > origin.lastTimestamp) origin.lastTimestamp = timestamp;
  if (ingestionTime > origin.lastIngestionTime) origin.lastIngestionTime = ingestionTime;
  origin.eventCount++;
  origin.messageBytes += messageBytes;
}
