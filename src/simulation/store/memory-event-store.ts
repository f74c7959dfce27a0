import { type EventStore } from './event-store.js';
import { GroupEvents, type GroupStorage, type SegmentLimits } from './group-events.js';
import { DEFAULT_INDEXED_FIELDS } from './indexed-values.js';
import { MemorySegmentContent } from './memory-segment.js';
import { Segment } from './segment.js';
import { segmentLimits } from './segment-limits.js';
import { SegmentedEventStore, type StoreStorage } from './segmented-event-store.js';

/** Settings that every event store has. */
export interface EventStoreSettings {
  /**
   * Bytes that events may take (message bytes and 26 for each event) before the oldest go, at least 1 MiB;
   * unbounded when left out. Events go by the segment: a few percent of the bound at a time.
   */
  readonly maxBytes?: number | undefined;
  /**
   * Events in one segment (1 to 131,072, default 131,072): of fewer, less goes at once when the bound is
   * reached, and look-ups have more to do. A request with more events still is one segment.
   */
  readonly maxSegmentEvents?: number | undefined;
  /** Fields that a group indexes until `setIndexedFields` says otherwise. Default: those of the Standard class. */
  readonly defaultIndexedFields?: readonly string[] | undefined;
}

/** An event store that lives and ends with the process. */
export function createMemoryEventStore(settings: EventStoreSettings = {}): EventStore {
  const maxBytes = settings.maxBytes ?? Infinity;
  return new SegmentedEventStore(new MemoryStorage(settings), { maxBytes });
}

class MemoryStorage implements StoreStorage {
  readonly groups: Iterable<GroupEvents> = [];
  readonly defaultIndexedFields: readonly string[];
  evictedEvents = 0;
  evictedBytes = 0;
  expiredEvents = 0;
  readonly #limits: SegmentLimits;
  #groupCount = 0;
  #segmentCount = 0;

  constructor(settings: EventStoreSettings) {
    this.#limits = segmentLimits(settings.maxBytes, settings.maxSegmentEvents);
    this.defaultIndexedFields = settings.defaultIndexedFields ?? DEFAULT_INDEXED_FIELDS;
  }

  createGroup(logGroupName: string): GroupEvents {
    return new GroupEvents(
      { logGroupName, groupNumber: ++this.#groupCount },
      { segments: [], nextSequence: 0, indexedFields: this.defaultIndexedFields },
      this.#groupStorage(),
      this.#limits,
    );
  }

  recordEviction(events: number, bytes: number): void {
    this.evictedEvents += events;
    this.evictedBytes += bytes;
  }

  recordExpired(events: number): void {
    this.expiredEvents += events;
  }

  settled(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #groupStorage(): GroupStorage {
    return {
      createSegment: (summary) => {
        const content = new MemorySegmentContent(summary.indexedFields);
        return new Segment({ ...summary, number: this.#segmentCount++, origins: [] }, content);
      },
      // Nothing outlives the process.
      recordExpiry: () => undefined,
      recordStreamDeletion: () => undefined,
      recordSequence: () => undefined,
      recordIndexedFields: () => undefined,
      recordGroupDrop: () => undefined,
      dropGroup: () => undefined,
    };
  }
}
