import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type ClosedJournals } from './closed-journals.js';
import { type EventStore } from './event-store.js';
import { eventsOf, FolderSegmentContent, type FolderParts, type SegmentRecord } from './folder-segment.js';
import { GroupJournal } from './group-journal.js';
import { GroupEvents, type GroupStorage, type SegmentLimits } from './group-events.js';
import { DEFAULT_INDEXED_FIELDS } from './indexed-values.js';
import { Journal, type JournalEnd } from './journal.js';
import { makeFoldersAtOnce } from '../../file-ownership/make-folders.js';
import { type EventStoreSettings } from './memory-event-store.js';
import { Segment } from './segment.js';
import { openIndexFile } from './segment-index-file.js';
import { segmentLimits } from './segment-limits.js';
import { SegmentedEventStore, type StoreStorage } from './segmented-event-store.js';

/**
 * An event store in a folder.
 * @param directory - an existing folder that this process holds
 */
export function openFolderEventStore(
  directory: string,
  parts: FolderParts,
  settings: EventStoreSettings,
  closed: ClosedJournals,
): FolderEvents {
  const storage = new FolderStorage(directory, parts, settings, closed);
  const events = new SegmentedEventStore(storage, { maxBytes: settings.maxBytes ?? Infinity });
  return { events, journals: () => storage.journals() };
}

/** An event store in a folder, and its journals. */
export interface FolderEvents {
  readonly events: EventStore;
  /** Where the journals end now, by their paths in the folder. */
  journals(): Iterable<readonly [path: string, end: JournalEnd]>;
}

type StoreEntry =
  | { readonly kind: 'group'; readonly number: number }
  | { readonly kind: 'folder'; readonly number: number; readonly logGroupName: string }
  | { readonly kind: 'folder gone'; readonly number: number }
  | { readonly kind: 'evicted'; readonly events: number; readonly bytes: number }
  | { readonly kind: 'expired'; readonly events: number };

/**
 * `store.journal` has the counts and the last group number. Each group has a folder `groups/<number>` with
 * its journal (name, settings, removals) and its segments; see {@link FolderSegmentContent}.
 */
class FolderStorage implements StoreStorage {
  readonly groups: GroupEvents[] = [];
  readonly defaultIndexedFields: readonly string[];
  evictedEvents = 0;
  evictedBytes = 0;
  expiredEvents = 0;
  readonly #directory: string;
  readonly #parts: FolderParts;
  readonly #limits: SegmentLimits;
  readonly #journal: Journal<StoreEntry>;
  readonly #closed: ClosedJournals;
  /** Names of the groups that have a folder, by its number. */
  readonly #folders = new Map<number, string>();
  readonly #groupJournals = new Map<number, GroupJournal>();
  #lastGroupNumber = 0;
  #nextSegmentNumber = 0;

  constructor(directory: string, parts: FolderParts, settings: EventStoreSettings, closed: ClosedJournals) {
    this.#closed = closed;
    this.#directory = join(directory, 'groups');
    this.#parts = parts;
    this.#limits = segmentLimits(settings.maxBytes, settings.maxSegmentEvents);
    this.defaultIndexedFields = settings.defaultIndexedFields ?? DEFAULT_INDEXED_FIELDS;
    makeFoldersAtOnce(this.#directory);
    this.#journal = new Journal(
      join(directory, STORE_JOURNAL),
      parts,
      (entry) => 'kind' in entry && STORE_KINDS.has(entry.kind),
    );
    this.#readJournal();
    for (const name of readdirSync(this.#directory)) this.#openGroup(name);
    this.#missFolders();
    this.#shortenJournal();
  }

  *journals(): Generator<readonly [path: string, end: JournalEnd]> {
    yield [STORE_JOURNAL, this.#journal.end];
    for (const [number, journal] of this.#groupJournals) yield [groupJournalOf(number), journal.end];
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
    // Only now: a folder that is noted and not there is one that somebody removed.
    this.#journal.append({ kind: 'folder', number, logGroupName });
    this.#folders.set(number, logGroupName);
    this.#groupJournals.set(number, journal);
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
    for (const entry of this.#journal.open(this.#closed.get(STORE_JOURNAL))) {
      switch (entry.kind) {
        case 'group':
          this.#lastGroupNumber = Math.max(this.#lastGroupNumber, entry.number);
          break;
        case 'folder':
          this.#folders.set(entry.number, entry.logGroupName);
          break;
        case 'folder gone':
          this.#folders.delete(entry.number);
          this.#removeFolder(entry.number);
          break;
        case 'expired':
          this.expiredEvents += entry.events;
          break;
        case 'evicted':
          this.evictedEvents += entry.events;
          this.evictedBytes += entry.bytes;
      }
    }
  }

  /** What was added up on the way becomes one entry, when there is much of it. */
  #shortenJournal(): void {
    if (this.#journal.end.entries < this.#folders.size + MAX_SPARE_ENTRIES) return;
    this.#journal.rewrite([
      { kind: 'group', number: this.#lastGroupNumber },
      { kind: 'expired', events: this.expiredEvents },
      { kind: 'evicted', events: this.evictedEvents, bytes: this.evictedBytes },
      ...Array.from(this.#folders, ([number, logGroupName]) => ({
        kind: 'folder' as const,
        number,
        logGroupName,
      })),
    ]);
  }

  /** A removal that was cut short. */
  #removeFolder(number: number): void {
    rmSync(join(this.#directory, String(number)), { recursive: true, force: true });
  }

  #missFolders(): void {
    for (const number of [...this.#folders.keys()]) {
      this.#lastGroupNumber = Math.max(this.#lastGroupNumber, number);
      if (this.#groupJournals.has(number) || existsSync(join(this.#directory, String(number)))) continue;
      this.#parts.damage.found({ missingFiles: 1 });
      this.#folders.delete(number);
    }
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
    const journal = this.#openGroupJournal(number, directory);
    // The store's journal knows the name too.
    const logGroupName = journal.logGroupName ?? this.#folders.get(number);
    const isTwin = this.groups.some((group) => group.logGroupName === logGroupName);
    if (logGroupName === undefined || isTwin) {
      // Its creation was cut short before any event came, or else its journal is harmed.
      const segments = readdirSync(directory).filter((file) => file.endsWith('.log'));
      if (segments.length > 0) this.#parts.damage.found({ harmedSegments: segments.length });
      else rmSync(directory, { recursive: true, force: true });
      return;
    }
    if (journal.logGroupName === undefined) journal.append({ kind: 'name', logGroupName });
    // A folder of the first format has no list of its groups yet.
    if (!this.#folders.has(number)) this.#journal.append({ kind: 'folder', number, logGroupName });
    this.#folders.set(number, logGroupName);
    this.#groupJournals.set(number, journal);
    const segments = this.#openSegments(directory, logGroupName, journal);
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

  #openGroupJournal(number: number, directory: string): GroupJournal {
    const path = join(directory, 'group.journal');
    const known = this.#closed.get(groupJournalOf(number));
    const name = this.#folders.get(number);
    const wasThere = existsSync(path);
    if (!wasThere && name !== undefined) this.#parts.damage.found({ missingFiles: 1 });
    const journal = new GroupJournal(path, this.#parts, known);
    if (name === undefined || journal.logGroupName === name || !wasThere) return journal;
    // The name is its first entry. What another's says of removals and settings is not of these events.
    this.#parts.damage.found({ harmedEntries: Math.max(1, journal.end.entries) });
    if (journal.logGroupName === undefined) return journal;
    this.#parts.handles.release(path);
    renameSync(path, `${path}.harmed`);
    return new GroupJournal(path, this.#parts);
  }

  #openSegments(directory: string, logGroupName: string, journal: GroupJournal): Segment[] {
    const segments: Segment[] = [];
    const files = new Set(readdirSync(directory));
    const numbers = new Set([...files].flatMap((file) => segmentNumber(file) ?? []));
    for (const file of files) if (file.endsWith('.next')) rmSync(join(directory, file), { force: true });
    for (const number of numbers) {
      this.#nextSegmentNumber = Math.max(this.#nextSegmentNumber, number + 1);
      const path = join(directory, segmentName(number));
      if (!files.has(`${segmentName(number)}.log`) || journal.wasDropped(number)) {
        this.#clearAway(path, number, journal);
        continue;
      }
      const known = journal.segments.get(number);
      const parts = { ...this.#parts, logGroupName, record: recordIn(journal) };
      const segment = FolderSegmentContent.open(path, number, known, parts);
      if (!segment) {
        this.#setAside(path, number, journal);
        continue;
      }
      segments.push(segment);
      const { firstSequence: first, count: events } = segment;
      if (!known) journal.append({ kind: 'segment', number, first, events });
    }
    for (const [number, { events }] of journal.segments) {
      this.#nextSegmentNumber = Math.max(this.#nextSegmentNumber, number + 1);
      if (files.has(`${segmentName(number)}.log`)) continue;
      this.#parts.damage.found({ missingFiles: 1, missingEvents: events });
      journal.append({ kind: 'dropped', number });
    }
    return segments.sort((left, right) => left.firstSequence - right.firstSequence);
  }

  /** What is left of a segment that was dropped, or an index without its segment. */
  #clearAway(path: string, number: number, journal: GroupJournal): void {
    const index = openIndexFile(`${path}.idx`, number);
    const isMissed = journal.wasDropped(number) || journal.segments.has(number);
    // A folder of the first format has no list of its segments: there the index alone tells that one is gone.
    if (index && !isMissed)
      this.#parts.damage.found({ missingFiles: 1, missingEvents: eventsOf(index.header) });
    rmSync(`${path}.log`, { force: true });
    rmSync(`${path}.idx`, { force: true });
  }

  /** A segment of which nothing can be read is kept for whoever wants to look. */
  #setAside(path: string, number: number, journal: GroupJournal): void {
    this.#parts.damage.found({ harmedSegments: 1 });
    renameSync(`${path}.log`, `${path}.harmed`);
    rmSync(`${path}.idx`, { force: true });
    journal.append({ kind: 'dropped', number });
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
        const path = join(directory, segmentName(number));
        const parts = { ...this.#parts, logGroupName, record: recordIn(journal) };
        const content = FolderSegmentContent.create(path, { ...summary, number }, parts);
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
      recordGroupDrop: () => {
        const number = groupNumberOf(directory);
        this.#journal.append({ kind: 'folder gone', number });
        this.#folders.delete(number);
        this.#groupJournals.delete(number);
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

/** The store's journal is written anew when it has this many more entries than it needs. */
const MAX_SPARE_ENTRIES = 1000;

const STORE_KINDS: ReadonlySet<unknown> = new Set<StoreEntry['kind']>([
  'group',
  'folder',
  'folder gone',
  'evicted',
  'expired',
]);

const DELETED_PREFIX = 'deleted-';
const STORE_JOURNAL = 'store.journal';

/** From the store's folder. */
function groupJournalOf(number: number): string {
  return `groups/${number}/group.journal`;
}

function groupNumberOf(directory: string): number {
  return Number(basename(directory));
}

function segmentName(number: number): string {
  return String(number).padStart(10, '0');
}

/** @returns undefined for what is no file of a segment */
function segmentNumber(file: string): number | undefined {
  const digits = /^(\d{10,15})\.(?:log|idx)$/.exec(file)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function recordIn(journal: GroupJournal): SegmentRecord {
  return {
    noteSegment: (number, segment) => {
      journal.append({ kind: 'segment', number, ...segment });
    },
    noteDroppedSegment: (number) => {
      journal.append({ kind: 'dropped', number });
    },
  };
}
