import type { QueryableEvent } from '../insights-ql/event-source.js';

/** One event as PutLogEvents brings it, already validated. */
export interface IncomingEvent {
  /** Milliseconds since 1970; a whole number, zero or more. */
  readonly timestamp: number;
  readonly message: string;
}

/** The entity of a PutLogEvents request. */
export interface EventEntity {
  readonly keyAttributes: Record<string, string>;
  readonly attributes: Record<string, string>;
}

/** Events of one PutLogEvents request. */
export interface Append {
  readonly logGroupName: string;
  readonly logStreamName: string;
  /** In any time order. */
  readonly events: readonly IncomingEvent[];
  /** Milliseconds since 1970. */
  readonly ingestionTime: number;
  readonly entity?: EventEntity | undefined;
}

/** What became of an {@link Append}; ids are made when they are asked for. */
export interface Appended {
  readonly count: number;
  /** The id of the event at `index` of the request's events. */
  eventId(index: number): string;
  /** The `@ptr` of the event at `index` of the request's events. */
  ptr(index: number): string;
}

/**
 * A stored event. Its properties are getters of a class: copy the members that you need by name, not by
 * spreading.
 */
export interface StoredEvent extends QueryableEvent {
  /**
   * 56 digits, unique in the store, ordered as events are read: by timestamp, then arrival. It is also the
   * event's position, see {@link ReadRange.after}.
   */
  readonly eventId: string;
  /** UTF-8 bytes of the message. */
  readonly messageBytes: number;
}

/** Which events of a log group are read, and in which order. */
export interface ReadRange {
  readonly logGroupName: string;
  /** Only these streams; all when left out. */
  readonly logStreamNames?: readonly string[] | undefined;
  /** Only streams whose name begins so. */
  readonly logStreamNamePrefix?: string | undefined;
  /** Milliseconds, inclusive. */
  readonly startTimeMillis?: number | undefined;
  /** Milliseconds, inclusive (GetLogEvents' `endTime` is exclusive: give one less). */
  readonly endTimeMillis?: number | undefined;
  /** By timestamp, then arrival (so by ingestion time). */
  readonly order: 'ascending' | 'descending';
  /**
   * Go on behind this position in reading direction: an `eventId`, or one of `positionAt`. It stays right
   * when events arrive out of time order, are deleted, or after a restart.
   */
  readonly after?: string | undefined;
}

/** What DescribeLogStreams tells of a stream's events. */
export interface StreamStatistics {
  readonly firstEventTimestamp: number;
  readonly lastEventTimestamp: number;
  readonly lastIngestionTime: number;
  readonly eventCount: number;
  /** UTF-8 bytes of the messages and 26 for each event, as the service counts. */
  readonly storedBytes: number;
}

/** Milliseconds since 1970, both inclusive. */
export interface TimeSpan {
  readonly firstTimestamp: number;
  readonly lastTimestamp: number;
}

/** What a store holds, and what it had to give up. */
export interface StoreStatistics {
  readonly eventCount: number;
  readonly storedBytes: number;
  /** Events removed, oldest first, because of `maxBytes`. */
  readonly evictedEvents: number;
  readonly evictedBytes: number;
  /** Events removed because their retention ended. */
  readonly expiredEvents: number;
}

/** A search for field values that an index may narrow; see `IndexCondition`. */
export interface IndexedRead extends ReadRange {
  readonly conditions: readonly IndexedCondition[];
}

/** `field = value` or `field in [values]`. */
export interface IndexedCondition {
  readonly field: string;
  readonly values: readonly string[];
  /** Leave out events for which the field was not indexed. */
  readonly required: boolean;
}

/** What an {@link IndexedRead} left out; added to while it is read. */
export interface SkipCounts {
  records: number;
  bytes: number;
}

/**
 * Where the local service keeps log events. Log groups and streams exist here as soon as they have events;
 * whether they exist for clients is the catalog's matter.
 *
 * Calls return at once; {@link EventStore.settled} waits until what was written is as safe as the store's
 * fsync policy promises.
 */
export interface EventStore {
  /** Stores the events of one request, all or none. */
  append(append: Append): Appended;

  /** Reads events in chunks. It sees what was stored when it began; what is deleted meanwhile may be missing. */
  read(range: ReadRange): Iterable<readonly StoredEvent[]>;

  /**
   * As {@link EventStore.read}, leaving out events that can't match by the index of the group. What comes
   * still has to be filtered: events from before the index, and values whose hash is the same, are among it.
   */
  readIndexed(read: IndexedRead, skipped: SkipCounts): Iterable<readonly StoredEvent[]>;

  /** The event of a `@ptr`. @returns undefined when there is no such event (any more). */
  eventByPtr(ptr: string): StoredEvent | undefined;

  /** Groups that have, or had, events or settings, and were not deleted. */
  logGroupNames(): readonly string[];

  /** @returns undefined for a stream without events */
  streamStatistics(logGroupName: string, logStreamName: string): StreamStatistics | undefined;

  /** Statistics of all streams of a group that have events, by stream name. */
  groupStreams(logGroupName: string): ReadonlyMap<string, StreamStatistics>;

  /** UTF-8 bytes of the messages and 26 for each event. */
  storedBytes(logGroupName: string): number;

  statistics(): StoreStatistics;

  deleteLogGroup(logGroupName: string): void;
  deleteLogStream(logGroupName: string, logStreamName: string): void;

  /** Removes the events of a group with a timestamp before `time` (milliseconds). @returns how many */
  expireBefore(logGroupName: string, time: number): number;

  /** Fields whose values are indexed for events appended from now on; earlier events stay as they are. */
  setIndexedFields(logGroupName: string, fields: readonly string[]): void;
  indexedFields(logGroupName: string): readonly string[];

  /**
   * When the first and the last of the events happened that an index of a field holds (a field of messages; an
   * event may be among them that has a key of that name elsewhere). @returns undefined where there is none
   */
  indexedTimes(logGroupName: string, field: string): TimeSpan | undefined;

  /** Resolves when everything appended or removed so far is as safe as the fsync policy promises. */
  settled(): Promise<void>;

  /** Writes what is open and lets go of files. Calls after it throw. */
  close(): Promise<void>;
}
