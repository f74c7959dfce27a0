import { EVENT_OVERHEAD_BYTES } from '../../cloudwatch/limits.js';
import { BatchEncoder } from './encoded-batch.js';
import { formatEventId, formatPtr, parsePtr } from './event-id.js';
import {
  type Append,
  type Appended,
  type EventStore,
  type IndexedRead,
  type ReadRange,
  type SkipCounts,
  type StoredEvent,
  type StoreStatistics,
  type StreamStatistics,
  type TimeSpan,
} from './event-store.js';
import { type GroupEvents } from './group-events.js';
import { type Segment } from './segment.js';

/** Where a store's groups come from, and what outlives the process. */
export interface StoreStorage {
  /** Groups there were before. */
  readonly groups: Iterable<GroupEvents>;
  /** Of groups without settings. */
  readonly defaultIndexedFields: readonly string[];
  createGroup(logGroupName: string): GroupEvents;
  recordEviction(events: number, bytes: number): void;
  recordExpired(events: number): void;
  readonly evictedEvents: number;
  readonly evictedBytes: number;
  readonly expiredEvents: number;
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** An event store over segments, wherever those are. */
export class SegmentedEventStore implements EventStore {
  readonly #storage: StoreStorage;
  readonly #maxBytes: number;
  readonly #encoder = new BatchEncoder();
  readonly #byName = new Map<string, GroupEvents>();
  readonly #byNumber = new Map<number, GroupEvents>();
  #occupiedBytes = 0;
  #closed = false;

  /** @param maxBytes - bytes of messages, and 26 for each event, over which the oldest segments go */
  constructor(storage: StoreStorage, { maxBytes }: { maxBytes: number }) {
    this.#storage = storage;
    this.#maxBytes = maxBytes;
    for (const group of storage.groups) this.#admit(group);
    this.#occupiedBytes = this.#countBytes();
    this.#evict(undefined);
  }

  append({ logGroupName, logStreamName, events, ingestionTime, entity }: Append): Appended {
    this.#expectOpen();
    const group = this.#groupFor(logGroupName);
    const batch = this.#encoder.encode({ logStreamName, events, ingestionTime, entity });
    const first = group.append(batch);
    this.#occupiedBytes += batch.bytes.length + events.length * EVENT_OVERHEAD_BYTES;
    this.#evict(group.segments.at(-1));
    const { groupNumber } = group;
    return {
      count: events.length,
      eventId: (index) => formatEventId(events[index]!.timestamp, groupNumber, first + index),
      ptr: (index) => formatPtr(groupNumber, first + index),
    };
  }

  read(range: ReadRange): Iterable<readonly StoredEvent[]> {
    return this.#byName.get(range.logGroupName)?.read(range) ?? [];
  }

  readIndexed(read: IndexedRead, skipped: SkipCounts): Iterable<readonly StoredEvent[]> {
    return this.#byName.get(read.logGroupName)?.readIndexed(read, skipped) ?? [];
  }

  eventByPtr(ptr: string): StoredEvent | undefined {
    const parsed = parsePtr(ptr);
    return parsed && this.#byNumber.get(parsed.groupNumber)?.eventBySequence(parsed.sequence);
  }

  logGroupNames(): readonly string[] {
    return [...this.#byName.keys()];
  }

  streamStatistics(logGroupName: string, logStreamName: string): StreamStatistics | undefined {
    return this.groupStreams(logGroupName).get(logStreamName);
  }

  groupStreams(logGroupName: string): ReadonlyMap<string, StreamStatistics> {
    return this.#byName.get(logGroupName)?.streams() ?? new Map<string, StreamStatistics>();
  }

  storedBytes(logGroupName: string): number {
    return this.#byName.get(logGroupName)?.storedBytes ?? 0;
  }

  statistics(): StoreStatistics {
    let eventCount = 0;
    let storedBytes = 0;
    for (const group of this.#byName.values()) {
      eventCount += group.eventCount;
      storedBytes += group.storedBytes;
    }
    const { evictedEvents, evictedBytes, expiredEvents } = this.#storage;
    return { eventCount, storedBytes, evictedEvents, evictedBytes, expiredEvents };
  }

  deleteLogGroup(logGroupName: string): void {
    this.#expectOpen();
    const group = this.#byName.get(logGroupName);
    if (!group) return;
    this.#byName.delete(logGroupName);
    this.#byNumber.delete(group.groupNumber);
    group.drop();
    this.#occupiedBytes = this.#countBytes();
  }

  deleteLogStream(logGroupName: string, logStreamName: string): void {
    this.#expectOpen();
    this.#byName.get(logGroupName)?.deleteStream(logStreamName);
    this.#occupiedBytes = this.#countBytes();
  }

  expireBefore(logGroupName: string, time: number): number {
    this.#expectOpen();
    const expired = this.#byName.get(logGroupName)?.expireBefore(time) ?? 0;
    if (expired > 0) {
      this.#storage.recordExpired(expired);
      this.#occupiedBytes = this.#countBytes();
    }
    return expired;
  }

  setIndexedFields(logGroupName: string, fields: readonly string[]): void {
    this.#expectOpen();
    this.#groupFor(logGroupName).setIndexedFields(fields);
  }

  indexedFields(logGroupName: string): readonly string[] {
    return this.#byName.get(logGroupName)?.indexedFields ?? this.#storage.defaultIndexedFields;
  }

  indexedTimes(logGroupName: string, field: string): TimeSpan | undefined {
    return this.#byName.get(logGroupName)?.indexedTimes(field);
  }

  settled(): Promise<void> {
    return this.#storage.settled();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const group of this.#byName.values()) group.close();
    await this.#storage.close();
  }

  #groupFor(logGroupName: string): GroupEvents {
    let group = this.#byName.get(logGroupName);
    if (!group) this.#admit((group = this.#storage.createGroup(logGroupName)));
    return group;
  }

  #admit(group: GroupEvents): void {
    this.#byName.set(group.logGroupName, group);
    this.#byNumber.set(group.groupNumber, group);
  }

  /** Removes the oldest segments of all groups until the bound holds; `latest` stays. */
  #evict(latest: Segment | undefined): void {
    while (this.#occupiedBytes > this.#maxBytes) {
      const oldest = this.#oldestSegment(latest);
      if (!oldest) return;
      const { segment, group } = oldest;
      const { liveCount, liveMessageBytes, occupiedBytes } = segment;
      this.#storage.recordEviction(liveCount, liveMessageBytes + liveCount * EVENT_OVERHEAD_BYTES);
      group.dropSegment(segment);
      this.#occupiedBytes -= occupiedBytes;
    }
  }

  #oldestSegment(except: Segment | undefined): { group: GroupEvents; segment: Segment } | undefined {
    let oldest: { group: GroupEvents; segment: Segment } | undefined;
    for (const group of this.#byName.values()) {
      const segment = group.segments[0];
      if (!segment || segment === except) continue;
      if (!oldest || segment.summary.number < oldest.segment.summary.number) oldest = { group, segment };
    }
    return oldest;
  }

  #countBytes(): number {
    let bytes = 0;
    for (const group of this.#byName.values()) {
      for (const segment of group.segments) bytes += segment.occupiedBytes;
    }
    return bytes;
  }

  #expectOpen(): void {
    if (this.#closed) throw new Error('the store is closed');
  }
}
