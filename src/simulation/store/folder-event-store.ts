import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type EventStore } from './event-store.js';
import { FolderSegmentContent, type FolderParts } from './folder-segment.js';
import { GroupJournal } from './group-journal.js';
import { GroupEvents, type GroupStorage, type SegmentLimits } from './group-events.js';
import { DEFAULT_INDEXED_FIELDS } from './indexed-values.js';
import { Journal } from './journal.js';
import { makeFolder } from './make-folder.js';
import { type EventStoreSettings } from './memory-event-store.js';
import { Segment } from './segment.js';
import { segmentLimits } from './segment-limits.js';
import { SegmentedEventStore, type StoreStorage } from './segmented-event-store.js';

/** What of a folder could not be read when it was opened. */
export interface FolderRecovery {
  /** Bytes of a write that an earlier process did not end, which was never acknowledged; they were cut off. */
  tornBytes: number;
  /** Bytes of batches of events that are harmed; they stay in their files. */
  harmedBytes: number;
  /** Files of events of which nothing could be read; they are kept, those with a harmed head as `*.harmed`. */
  harmedSegments: number;
  /** Entries of journals (log groups, streams, settings) that are harmed; they were left out. */
  harmedEntries: number;
}

/** A folder that is whole, or none. */
export function nothingHarmed(): FolderRecovery {
  return { tornBytes: 0, harmedBytes: 0, harmedSegments: 0, harmedEntries: 0 };
}

/**
 * An event store in a folder.
 * @param directory - an existing folder that this process holds
 */
export function openFolderEventStore(
  directory: string,
  parts: FolderParts,
  settings: EventStoreSettings,
): { events: EventStore; recovery: FolderRecovery } {
  const storage = new FolderStorage(directory, parts, settings);
  const events = new SegmentedEventStore(storage, { maxBytes: settings.maxBytes ?? Infinity });
  return { events, recovery: storage.recovery };
}

type StoreEntry =
  | { readonly kind: 'group'; readonly number: number }
  | { readonly kind: 'evicted'; readonly events: number; readonly bytes: number }
  | { readonly kind: 'expired'; readonly events: number };

/**
 * `store.journal` has the counts and the last group number. Each group has a folder `groups/<number>` with
 * its journal (name, settings, removals) and its segments; see {@link FolderSegmentContent}.
 */
class FolderStorage implements StoreStorage {
  readonly groups: GroupEvents[] = [];
  readonly defaultIndexedFields: readonly string[];
  readonly recovery = nothingHarmed();
  evictedEvents = 0;
  evictedBytes = 0;
  expiredEvents = 0;
  readonly #directory: string;
  readonly #parts: FolderParts;
  readonly #limits: SegmentLimits;
  readonly #journal: Journal<StoreEntry>;
  #lastGroupNumber = 0;
  #nextSegmentNumber = 0;

  constructor(directory: string, parts: FolderParts, settings: EventStoreSettings) {
    this.#directory = join(directory, 'groups');
    this.#parts = parts;
    this.#limits = segmentLimits(settings.maxBytes, settings.maxSegmentEvents);
    this.defaultIndexedFields = settings.defaultIndexedFields ?? DEFAULT_INDEXED_FIELDS;
    makeFolder(this.#directory);
    this.#journal = new Journal(join(directory, 'store.journal'), parts);
    this.#readJournal();
    for (const name of readdirSync(this.#directory)) this.#openGroup(name);
  }

  createGroup(logGroupName: string): GroupEvents {
    const number = this.#lastGroupNumber + 1;
    this.#journal.append({ kind: 'group', number });
    this.#lastGroupNumber = number;
    const directory = join(this.#directory, String(number));
    mkdirSync(directory, { mode: 0o700 });
    this.#parts.syncer.changed(this.#directory);
    const journal = new GroupJournal(join(directory, 'group.journal'), this.#parts);
    journal.append({ kind: 'name', logGroupName });
    return this.#group(number, directory, journal, {
      logGroupName,
      segments: [],
      nextSequence: 0,
      indexedFields: this.defaultIndexedFields,
    });
  }

  recordEviction(events: number, bytes: number): void {
    this.#journal.append({ kind: 'evicted', events, bytes });
    this.evictedEvents += events;
    this.evictedBytes += bytes;
  }

  recordExpired(events: number): void {
    this.#journal.append({ kind: 'expired', events });
    this.expiredEvents += events;
  }

  settled(): Promise<void> {
    return this.#parts.syncer.settled();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #readJournal(): void {
    for (const entry of this.#journal.open()) {
      if (entry.kind === 'group') this.#lastGroupNumber = Math.max(this.#lastGroupNumber, entry.number);
      else if (entry.kind === 'expired') this.expiredEvents += entry.events;
      else {
        this.evictedEvents += entry.events;
        this.evictedBytes += entry.bytes;
      }
    }
    this.recovery.harmedEntries += this.#journal.harmedEntries;
    this.#journal.rewrite([
      { kind: 'group', number: this.#lastGroupNumber },
      { kind: 'expired', events: this.expiredEvents },
      { kind: 'evicted', events: this.evictedEvents, bytes: this.evictedBytes },
    ]);
  }

  #openGroup(name: string): void {
    const directory = join(this.#directory, name);
    const number = Number(name);
    if (!/^\d+$/.test(name)) {
      // A group whose removal was cut short.
      if (name.startsWith(DELETED_PREFIX)) rmSync(directory, { recursive: true, force: true });
      return;
    }
    this.#lastGroupNumber = Math.max(this.#lastGroupNumber, number);
    const journal = new GroupJournal(join(directory, 'group.journal'), this.#parts);
    this.recovery.harmedEntries += journal.harmedEntries;
    const { logGroupName } = journal;
    if (logGroupName === undefined) {
      // Its creation was cut short before any event came, or else its journal is harmed.
      const segments = readdirSync(directory).filter((file) => file.endsWith('.log'));
      if (segments.length > 0) this.recovery.harmedSegments += segments.length;
      else rmSync(directory, { recursive: true, force: true });
      return;
    }
    const segments = this.#openSegments(directory, logGroupName);
    const nextSequence = Math.max(journal.nextSequence, segments.at(-1)?.endSequence ?? 0);
    journal.forgetBefore(segments[0]?.firstSequence ?? nextSequence);
    const group = this.#group(number, directory, journal, {
      logGroupName,
      segments,
      nextSequence,
      indexedFields: journal.indexedFields ?? this.defaultIndexedFields,
    });
    for (const { before, end } of journal.expiries) group.removeBefore(before, end);
    for (const [logStreamName, end] of journal.deletedStreams) group.removeStream(logStreamName, end);
    group.dropEmpty();
    this.groups.push(group);
  }

  #openSegments(directory: string, logGroupName: string): Segment[] {
    const segments: Segment[] = [];
    const files = readdirSync(directory);
    const known = new Set(files);
    for (const file of files) {
      const path = join(directory, file.replace(/\.\w+$/, ''));
      if (file.endsWith('.next')) rmSync(join(directory, file), { force: true });
      if (file.endsWith('.idx') && !known.has(file.replace(/idx$/, 'log'))) rmSync(join(directory, file));
      if (!file.endsWith('.log')) continue;
      const opened = FolderSegmentContent.open(path, { ...this.#parts, logGroupName });
      if (!opened) {
        this.#setAside(path);
        continue;
      }
      this.recovery.tornBytes += opened.tornBytes;
      this.recovery.harmedBytes += opened.harmedBytes;
      segments.push(opened.segment);
      this.#nextSegmentNumber = Math.max(this.#nextSegmentNumber, opened.segment.summary.number + 1);
    }
    return segments.sort((left, right) => left.firstSequence - right.firstSequence);
  }

  /** A segment whose header is harmed is kept for whoever wants to look, but not read. */
  #setAside(path: string): void {
    this.recovery.harmedSegments++;
    renameSync(`${path}.log`, `${path}.harmed`);
    rmSync(`${path}.idx`, { force: true });
  }

  #group(
    groupNumber: number,
    directory: string,
    journal: GroupJournal,
    state: {
      logGroupName: string;
      segments: Segment[];
      nextSequence: number;
      indexedFields: readonly string[];
    },
  ): GroupEvents {
    const storage = this.#groupStorage(directory, state.logGroupName, journal);
    return new GroupEvents({ logGroupName: state.logGroupName, groupNumber }, state, storage, this.#limits);
  }

  #groupStorage(directory: string, logGroupName: string, journal: GroupJournal): GroupStorage {
    return {
      createSegment: (summary) => {
        const number = this.#nextSegmentNumber++;
        const path = join(directory, String(number).padStart(10, '0'));
        const content = FolderSegmentContent.create(
          path,
          { ...summary, number },
          { ...this.#parts, logGroupName },
        );
        return new Segment({ ...summary, number, origins: [] }, content);
      },
      recordExpiry: (before, end) => {
        journal.append({ kind: 'expiry', before, end });
      },
      recordStreamDeletion: (logStreamName, end) => {
        journal.append({ kind: 'stream', logStreamName, end });
      },
      recordSequence: (next) => {
        journal.append({ kind: 'sequence', next });
      },
      recordIndexedFields: (fields) => {
        journal.append({ kind: 'fields', fields });
      },
      dropGroup: () => {
        // Under another name it is gone at once, even if its files are not all removed.
        const deleted = join(
          this.#directory,
          `${DELETED_PREFIX}${directory.slice(this.#directory.length + 1)}`,
        );
        this.#parts.handles.release(join(directory, 'group.journal'));
        if (existsSync(directory)) renameSync(directory, deleted);
        rmSync(deleted, { recursive: true, force: true });
        this.#parts.syncer.changed(this.#directory);
      },
    };
  }
}

const DELETED_PREFIX = 'deleted-';
