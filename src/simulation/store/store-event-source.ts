import {
  type EventScan,
  type EventSource,
  type QueryableEvent,
  type ScanStatistics,
} from '../insights-ql/event-source.js';
import { type EventStore, type StoredEvent } from './event-store.js';
import { textPrefilter } from './text-prefilter.js';

/** What queries have to know of a log group, as the catalog has it. */
export interface QueryableLogGroup {
  readonly logGroupName: string;
  readonly logGroupClass: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Milliseconds; queries do not see events with an earlier timestamp. */
  readonly creationTime: number;
  /** Fields that are no longer indexed, and since when (milliseconds). */
  readonly formerIndexFields?: Readonly<Record<string, number>> | undefined;
}

/** How long the index of a field is used that no policy names any more. Source: DeleteIndexPolicy. */
export const INDEX_AFTERLIFE_MILLIS = 30 * 24 * 60 * 60 * 1000;

/** Who the service is, and which groups it has. */
export interface EventSourceSettings {
  readonly accountId: string;
  readonly region: string;
  /** Milliseconds since 1970. */
  epochMillis(): number;
  logGroups(): Iterable<QueryableLogGroup>;
  /** Whether queries see events that are older than their group, as those of the service do not. */
  readonly answersOlder?: boolean | undefined;
  /** Hears of a group whose events a query leaves out for that reason. */
  onOlderLeftOut?(group: QueryableLogGroup): void;
}

/** What the query engine reads from: the events of a store. */
export function createEventSource(store: EventStore, settings: EventSourceSettings): EventSource {
  return {
    accountId: settings.accountId,
    region: settings.region,
    logGroups: () => settings.logGroups(),
    scan: (scan, statistics) => scanGroups(store, settings, scan, statistics),
  };
}

function* scanGroups(
  store: EventStore,
  settings: EventSourceSettings,
  scan: EventScan,
  statistics: ScanStatistics,
): Generator<readonly QueryableEvent[]> {
  const known = new Map<string, QueryableLogGroup>();
  for (const group of settings.logGroups()) known.set(group.logGroupName, group);
  const now = settings.epochMillis();
  const groups: Iterator<readonly StoredEvent[]>[] = [];
  for (const logGroupName of new Set(scan.logGroupNames)) {
    const group = known.get(logGroupName);
    if (group === undefined) continue;
    const since = settings.answersOlder ? 0 : group.creationTime;
    if (settings.onOlderLeftOut && leavesOut(store, group, scan, since)) settings.onOlderLeftOut(group);
    groups.push(scanGroup(store, group, { ...scan, since, now }, statistics));
    statistics.logGroupsScanned++;
  }
  const mayMatch = textPrefilter(scan.indexConditions);
  for (const chunk of newestFirst(groups)) {
    statistics.recordsScanned += chunk.length;
    for (const { messageBytes } of chunk) statistics.bytesScanned += messageBytes;
    // An empty chunk too gives other work its turn.
    yield mayMatch ? chunk.filter(({ message }) => mayMatch(message)) : chunk;
  }
}

/** Whether a group has events in the range of a scan that are older than what is read of it. */
function leavesOut(
  store: EventStore,
  { logGroupName }: QueryableLogGroup,
  scan: EventScan,
  since: number,
): boolean {
  const endTimeMillis = Math.min(scan.endTimeMillis, since - 1);
  if (scan.startTimeMillis > endTimeMillis) return false;
  const { startTimeMillis } = scan;
  for (const chunk of store.read({ logGroupName, startTimeMillis, endTimeMillis, order: 'descending' })) {
    if (chunk.length > 0) return true;
  }
  return false;
}

function* scanGroup(
  store: EventStore,
  { logGroupName, formerIndexFields = {} }: QueryableLogGroup,
  scan: EventScan & { readonly now: number; readonly since: number },
  statistics: ScanStatistics,
): Generator<readonly StoredEvent[]> {
  const isUsed = (field: string): boolean => {
    const since = Object.hasOwn(formerIndexFields, field) ? formerIndexFields[field]! : Infinity;
    return scan.now - since < INDEX_AFTERLIFE_MILLIS;
  };
  const conditions = scan.indexConditions.filter(({ field }) => isUsed(field));
  const missesRequired = scan.indexConditions.some(({ field, required }) => required && !isUsed(field));
  const range = {
    logGroupName,
    startTimeMillis: Math.max(scan.startTimeMillis, scan.since),
    endTimeMillis: scan.endTimeMillis,
    order: 'descending',
  } as const;
  if (missesRequired) return;
  if (conditions.length === 0) {
    yield* store.read(range);
    return;
  }
  const skipped = { records: 0, bytes: 0 };
  try {
    yield* store.readIndexed({ ...range, conditions }, skipped);
  } finally {
    statistics.estimatedRecordsSkipped += skipped.records;
    statistics.estimatedBytesSkipped += skipped.bytes;
  }
}

/** Merges what several groups give, each newest first. */
function* newestFirst(
  groups: readonly Iterator<readonly StoredEvent[]>[],
): Generator<readonly StoredEvent[]> {
  const heads: Head[] = [];
  try {
    for (const group of groups) {
      const head = new Head(group);
      if (head.event) heads.push(head);
    }
    while (heads.length > 1) {
      const chunk: StoredEvent[] = [];
      heads.sort(isOlder);
      while (chunk.length < MERGED_CHUNK_EVENTS && heads.length > 1) {
        const newest = heads[0]!;
        // Runs of one group are common: the others only move when they are passed.
        do {
          chunk.push(newest.event!);
          newest.next();
        } while (newest.event && isOlder(newest, heads[1]!) <= 0 && chunk.length < MERGED_CHUNK_EVENTS);
        heads.shift();
        if (newest.event) insertHead(heads, newest);
      }
      yield chunk;
    }
    if (heads[0]) yield* heads[0].rest();
  } finally {
    for (const group of groups) group.return?.();
  }
}

const MERGED_CHUNK_EVENTS = 1024;

/** Where the merge is in one group. */
class Head {
  readonly #group: Iterator<readonly StoredEvent[]>;
  #chunk: readonly StoredEvent[] = [];
  #at = 0;

  constructor(group: Iterator<readonly StoredEvent[]>) {
    this.#group = group;
    this.#fill();
  }

  get event(): StoredEvent | undefined {
    return this.#chunk[this.#at];
  }

  next(): void {
    this.#at++;
    if (this.#at >= this.#chunk.length) this.#fill();
  }

  *rest(): Generator<readonly StoredEvent[]> {
    while (this.event) {
      yield this.#at === 0 ? this.#chunk : this.#chunk.slice(this.#at);
      this.#fill();
    }
  }

  #fill(): void {
    const result = this.#group.next();
    this.#chunk = result.done ? [] : result.value;
    this.#at = 0;
  }
}

function isOlder(left: Head, right: Head): number {
  return (
    right.event!.timestamp - left.event!.timestamp || right.event!.ingestionTime - left.event!.ingestionTime
  );
}

function insertHead(heads: Head[], head: Head): void {
  let at = 0;
  while (at < heads.length && isOlder(heads[at]!, head) <= 0) at++;
  heads.splice(at, 0, head);
}
