import { type EncodedBatch } from './encoded-batch.js';
import { parseEventId } from './event-id.js';
import {
  type IndexedRead,
  type ReadRange,
  type SkipCounts,
  type StoredEvent,
  type StreamStatistics,
  type TimeSpan,
} from './event-store.js';
import { EVENT_OVERHEAD_BYTES } from '../../cloudwatch/limits.js';
import { candidatePositions, coversRequired } from './index-lookup.js';
import { IndexedValues, isEventField } from './indexed-values.js';
import { mergeSegments, type MergeInput } from './merge-segments.js';
import { type Segment } from './segment.js';
import { type ReadBounds, SegmentCursor, type SegmentPart, timeRange } from './segment-cursor.js';
import { type EventGroup, eventsAt } from './stored-event.js';

/** Where a group's segments come from, and what outlives the process. */
export interface GroupStorage {
  createSegment(summary: {
    firstSequence: number;
    firstIngestionTime: number;
    indexedFields: readonly string[];
  }): Segment;
  /** Events with a timestamp before `time`, that arrived before `endSequence`, are gone. */
  recordExpiry(time: number, endSequence: number): void;
  /** Events of a stream that arrived before `endSequence` are gone. */
  recordStreamDeletion(logStreamName: string, endSequence: number): void;
  /** The group has no segment left; the next event has this number. */
  recordSequence(nextSequence: number): void;
  recordIndexedFields(fields: readonly string[]): void;
  /** Called before the segments are dropped. */
  recordGroupDrop(): void;
  dropGroup(): void;
}

/** When a segment is full. */
export interface SegmentLimits {
  readonly maxSegmentBytes: number;
  readonly maxSegmentEvents: number;
}

/** What a group was when its files were closed. */
export interface GroupState {
  readonly segments: readonly Segment[];
  readonly nextSequence: number;
  readonly indexedFields: readonly string[];
}

/** Ingestion times of a segment are kept as 32 bits of milliseconds behind its first. */
const MAX_INGESTION_SPAN = 2 ** 32 - 1;

/** Events are read in chunks: small ones first, as many readers want but a page. */
const FIRST_CHUNK_EVENTS = 64;
const MAX_CHUNK_EVENTS = 1024;
const MAX_CHUNK_BYTES = 2 * 1024 * 1024;

/** The events of one log group. */
export class GroupEvents implements EventGroup {
  readonly logGroupName: string;
  readonly groupNumber: number;
  readonly #storage: GroupStorage;
  readonly #limits: SegmentLimits;
  #segments: Segment[];
  #nextSequence: number;
  #indexedFields: readonly string[];
  #values: IndexedValues;
  /** The last segment, when it still takes events. */
  #active: Segment | undefined;
  #streams: Map<string, StreamStatistics> | undefined;

  constructor(group: EventGroup, state: GroupState, storage: GroupStorage, limits: SegmentLimits) {
    this.logGroupName = group.logGroupName;
    this.groupNumber = group.groupNumber;
    this.#storage = storage;
    this.#limits = limits;
    this.#segments = [...state.segments];
    this.#nextSequence = state.nextSequence;
    this.#indexedFields = state.indexedFields;
    this.#values = this.#indexedValues();
  }

  get segments(): readonly Segment[] {
    return this.#segments;
  }

  get indexedFields(): readonly string[] {
    return this.#indexedFields;
  }

  setIndexedFields(fields: readonly string[]): void {
    if (sameFields(fields, this.#indexedFields)) return;
    this.#storage.recordIndexedFields(fields);
    this.#indexedFields = [...new Set(fields)];
    this.#values = this.#indexedValues();
    // All events of a segment have the same fields indexed.
    this.#seal();
  }

  /** @returns the number of the first event */
  append(batch: EncodedBatch): number {
    const first = this.#nextSequence;
    if (batch.events.length === 0) return first;
    const segment = this.#segmentFor(batch);
    segment.append(batch, this.#values);
    this.#nextSequence = segment.endSequence;
    this.#streams = undefined;
    return first;
  }

  /** Writes what is open; nothing is appended any more. */
  close(): void {
    this.#seal();
    // Others grow too whose index was missing or harmed: the next process opens them by one.
    for (const { content, summary } of this.#segments) content.seal(summary);
  }

  *read(range: ReadRange): Generator<readonly StoredEvent[]> {
    const bounds = readBounds(range);
    const parts = this.#parts(range, bounds);
    yield* this.#chunks(mergeInputs(parts, bounds), bounds.descending);
  }

  *readIndexed(read: IndexedRead, skipped: SkipCounts): Generator<readonly StoredEvent[]> {
    const bounds = readBounds(read);
    const parts: SegmentPart[] = [];
    for (const part of this.#parts(read, bounds)) {
      const positions = coversRequired(part.segment, read.conditions)
        ? candidatePositions(part.segment, read.conditions)
        : NONE;
      if (positions) countSkipped(part.segment, positions, bounds, skipped);
      if (positions?.length !== 0) parts.push({ ...part, positions });
    }
    yield* this.#chunks(mergeInputs(parts, bounds), bounds.descending);
  }

  eventBySequence(sequence: number): StoredEvent | undefined {
    const segment = this.#segments.find(
      ({ firstSequence, endSequence }) => firstSequence <= sequence && sequence < endSequence,
    );
    if (!segment) return undefined;
    const position = sequence - segment.firstSequence;
    if (segment.isRemoved(position)) return undefined;
    return eventsAt(this, segment, segment.content.columns(), [position])[0];
  }

  streams(): ReadonlyMap<string, StreamStatistics> {
    this.#streams ??= streamStatistics(this.#segments);
    return this.#streams;
  }

  indexedTimes(field: string): TimeSpan | undefined {
    let firstTimestamp = Infinity;
    let lastTimestamp = -Infinity;
    for (const segment of this.#segments) {
      if (segment.liveCount === 0 || !segment.summary.indexedFields.includes(field)) continue;
      const times = segment.indexedTimes(field);
      firstTimestamp = Math.min(firstTimestamp, times.firstTimestamp);
      lastTimestamp = Math.max(lastTimestamp, times.lastTimestamp);
    }
    return firstTimestamp === Infinity ? undefined : { firstTimestamp, lastTimestamp };
  }

  get eventCount(): number {
    return this.#segments.reduce((sum, { liveCount }) => sum + liveCount, 0);
  }

  get storedBytes(): number {
    return this.#segments.reduce(
      (sum, { liveMessageBytes, liveCount }) => sum + liveMessageBytes + liveCount * EVENT_OVERHEAD_BYTES,
      0,
    );
  }

  /** @returns how many events are gone */
  expireBefore(time: number): number {
    if (!this.#segments.some(({ firstTimestamp }) => firstTimestamp < time)) return 0;
    this.#storage.recordExpiry(time, this.#nextSequence);
    const removed = this.removeBefore(time, this.#nextSequence);
    this.dropEmpty();
    return removed;
  }

  deleteStream(logStreamName: string): void {
    if (!this.streams().has(logStreamName)) return;
    this.#storage.recordStreamDeletion(logStreamName, this.#nextSequence);
    this.removeStream(logStreamName, this.#nextSequence);
    this.dropEmpty();
  }

  /** Takes events out that were removed before; see {@link GroupStorage.recordExpiry}. */
  removeBefore(time: number, endSequence: number): number {
    this.#streams = undefined;
    let removed = 0;
    for (const segment of this.#segments) {
      if (segment.firstTimestamp >= time || segment.firstSequence >= endSequence) continue;
      removed += segment.remove(endSequence, (position, { timestamps }) => timestamps[position]! < time);
    }
    return removed;
  }

  /** Takes events out that were removed before; see {@link GroupStorage.recordStreamDeletion}. */
  removeStream(logStreamName: string, endSequence: number): void {
    this.#streams = undefined;
    for (const segment of this.#segments) {
      const accepted = acceptedOrigins(segment, (name) => name === logStreamName);
      if (!accepted.includes(1) || segment.firstSequence >= endSequence) continue;
      segment.remove(endSequence, (position, { origins }) => accepted[origins[position]!] === 1);
    }
  }

  /** Removes one segment with all that is in it. */
  dropSegment(segment: Segment): void {
    this.#streams = undefined;
    if (segment === this.#active) this.#active = undefined;
    // A new array: readers may be on the old one.
    this.#segments = this.#segments.filter((other) => other !== segment);
    if (this.#segments.length === 0) this.#storage.recordSequence(this.#nextSequence);
    segment.dropped = true;
    segment.content.drop();
  }

  /** Removes the group with all that is in it. */
  drop(): void {
    this.#storage.recordGroupDrop();
    for (const segment of this.#segments) segment.dropped = true;
    for (const segment of this.#segments) segment.content.drop();
    this.#segments = [];
    this.#active = undefined;
    this.#storage.dropGroup();
  }

  /** Removes segments of which no event is left. */
  dropEmpty(): void {
    for (const segment of this.#segments) {
      if (segment.liveCount === 0) this.dropSegment(segment);
    }
  }

  #segmentFor(batch: EncodedBatch): Segment {
    if (this.#active && !this.#hasRoomFor(this.#active, batch)) this.#seal();
    this.#active ??= this.#resumeLast(batch);
    if (!this.#active) {
      this.#active = this.#storage.createSegment({
        firstSequence: this.#nextSequence,
        firstIngestionTime: batch.ingestionTime,
        indexedFields: this.#messageFields(),
      });
      this.#segments = [...this.#segments, this.#active];
    }
    return this.#active;
  }

  /** After a restart, the last segment may have room left. */
  #resumeLast(batch: EncodedBatch): Segment | undefined {
    const last = this.#segments.at(-1);
    if (last?.endSequence !== this.#nextSequence || !this.#hasRoomFor(last, batch)) return undefined;
    const fields = this.#messageFields();
    if (!sameFields(last.summary.indexedFields, fields)) return undefined;
    last.content.resume();
    return last;
  }

  #hasRoomFor(segment: Segment, batch: EncodedBatch): boolean {
    const sinceFirst = batch.ingestionTime - segment.summary.firstIngestionTime;
    return (
      segment.count + batch.events.length <= this.#limits.maxSegmentEvents &&
      segment.messageBytes + batch.bytes.length <= this.#limits.maxSegmentBytes &&
      sinceFirst >= 0 &&
      sinceFirst <= MAX_INGESTION_SPAN
    );
  }

  #seal(): void {
    const active = this.#active;
    this.#active = undefined;
    active?.content.seal(active.summary);
  }

  #indexedValues(): IndexedValues {
    return new IndexedValues(this.#messageFields(), this.logGroupName);
  }

  #messageFields(): string[] {
    return this.#indexedFields.filter((field) => !isEventField(field));
  }

  /** The segments that may have events of a range. */
  #parts(range: ReadRange, bounds: ReadBounds): SegmentPart[] {
    const acceptsStream = streamFilter(range);
    const parts: SegmentPart[] = [];
    for (const segment of this.#segments) {
      const { firstTimestamp, lastTimestamp, liveCount, count } = segment;
      if (liveCount === 0) continue;
      if (lastTimestamp < bounds.startTimeMillis || firstTimestamp > bounds.endTimeMillis) continue;
      const originAccepted = acceptsStream && acceptedOrigins(segment, acceptsStream);
      if (!originAccepted || originAccepted.includes(1)) parts.push({ segment, count, originAccepted });
    }
    return parts;
  }

  *#chunks(inputs: readonly MergeInput[], descending: boolean): Generator<readonly StoredEvent[]> {
    let maxEvents = FIRST_CHUNK_EVENTS;
    let chunk: StoredEvent[] = [];
    let chunkBytes = 0;
    for (const run of mergeSegments(inputs, descending)) {
      const { cursor } = run;
      const { segment, columns } = cursor;
      while (run.isNext()) {
        const positions: number[] = [];
        do {
          const position = cursor.position;
          positions.push(position);
          chunkBytes += columns.messageLengths[position]!;
          cursor.next();
        } while (chunk.length + positions.length < maxEvents && chunkBytes < MAX_CHUNK_BYTES && run.isNext());
        // Between two chunks, others may have removed the segment.
        if (!segment.dropped) {
          for (const event of eventsAt(this, segment, columns, positions)) chunk.push(event);
        }
        if (chunk.length < maxEvents && chunkBytes < MAX_CHUNK_BYTES) continue;
        if (chunk.length > 0) yield chunk;
        chunk = [];
        chunkBytes = 0;
        maxEvents = Math.min(maxEvents * 2, MAX_CHUNK_EVENTS);
      }
    }
    if (chunk.length > 0) yield chunk;
  }
}

const NONE = new Uint32Array(0);

function sameFields(left: readonly string[], right: readonly string[]): boolean {
  const known = new Set(right);
  return new Set(left).size === known.size && left.every((field) => known.has(field));
}

function readBounds({ startTimeMillis, endTimeMillis, order, after }: ReadRange): ReadBounds {
  const position = after === undefined ? undefined : parseEventId(after);
  if (after !== undefined && !position) throw new RangeError('after must be an event id or a position');
  return {
    startTimeMillis: startTimeMillis ?? -Infinity,
    endTimeMillis: endTimeMillis ?? Infinity,
    after: position,
    descending: order === 'descending',
  };
}

/** @returns undefined when every stream is read */
function streamFilter(range: ReadRange): ((logStreamName: string) => boolean) | undefined {
  const { logStreamNames, logStreamNamePrefix } = range;
  if (logStreamNames === undefined && !logStreamNamePrefix) return undefined;
  const names = logStreamNames && new Set(logStreamNames);
  const prefix = logStreamNamePrefix ?? '';
  return (name) => (names?.has(name) ?? true) && name.startsWith(prefix);
}

function acceptedOrigins(segment: Segment, accepts: (logStreamName: string) => boolean): Uint8Array {
  return Uint8Array.from(segment.summary.origins, ({ logStreamName, eventCount }) =>
    eventCount > 0 && accepts(logStreamName) ? 1 : 0,
  );
}

function mergeInputs(parts: readonly SegmentPart[], bounds: ReadBounds): MergeInput[] {
  return parts.map((part) => ({
    firstTimestamp: bounds.descending ? part.segment.lastTimestamp : part.segment.firstTimestamp,
    firstSequence: part.segment.firstSequence,
    open: () => new SegmentCursor(part, bounds),
  }));
}

function countSkipped(
  segment: Segment,
  candidates: Uint32Array,
  bounds: ReadBounds,
  skipped: SkipCounts,
): void {
  const { firstSequence, liveCount, liveMessageBytes, count } = segment;
  if (candidates.length === 0 && isWithin(segment, bounds)) {
    skipped.records += liveCount;
    skipped.bytes += liveMessageBytes;
    return;
  }
  const columns = segment.content.columns();
  const [low, high] = timeRange(columns, columns.order(), firstSequence, bounds);
  const [candidateLow, candidateHigh] = timeRange(columns, candidates, firstSequence, bounds);
  // Where events of a segment were removed, or are out of range, the figures are estimates.
  const share = count === 0 ? 0 : (high - low) / count;
  let candidateBytes = 0;
  for (let at = candidateLow; at < candidateHigh; at++) {
    candidateBytes += columns.messageLengths[candidates[at]!]!;
  }
  skipped.records += Math.max(0, Math.round(liveCount * share) - (candidateHigh - candidateLow));
  skipped.bytes += Math.max(0, Math.round(liveMessageBytes * share) - candidateBytes);
}

/** Whether every event of a segment is in the range: then its columns need not be read to count them. */
function isWithin({ firstTimestamp, lastTimestamp }: Segment, bounds: ReadBounds): boolean {
  return (
    bounds.after === undefined &&
    firstTimestamp >= bounds.startTimeMillis &&
    lastTimestamp <= bounds.endTimeMillis
  );
}

function streamStatistics(segments: readonly Segment[]): Map<string, StreamStatistics> {
  const streams = new Map<string, StreamStatistics>();
  for (const { summary } of segments) {
    for (const origin of summary.origins) {
      if (origin.eventCount === 0) continue;
      const known = streams.get(origin.logStreamName);
      const storedBytes = origin.messageBytes + origin.eventCount * EVENT_OVERHEAD_BYTES;
      streams.set(origin.logStreamName, {
        firstEventTimestamp: Math.min(known?.firstEventTimestamp ?? Infinity, origin.firstTimestamp),
        lastEventTimestamp: Math.max(known?.lastEventTimestamp ?? -Infinity, origin.lastTimestamp),
        lastIngestionTime: Math.max(known?.lastIngestionTime ?? -Infinity, origin.lastIngestionTime),
        eventCount: (known?.eventCount ?? 0) + origin.eventCount,
        storedBytes: (known?.storedBytes ?? 0) + storedBytes,
      });
    }
  }
  return streams;
}
