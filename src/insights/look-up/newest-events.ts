import { FilterLogEventsCommand, type FilterLogEventsCommandOutput } from '@aws-sdk/client-cloudwatch-logs';
import { classifyError } from '../../cloudwatch/classify-error.js';
import { describeWithRemedy } from '../../cloudwatch/denied-action.js';
import { namedLogGroup } from '../../cloudwatch/named-log-group.js';
import { ConcurrencyLimit } from '../queries/concurrency-limit.js';
import { type ReadCalls } from '../queries/read-calls.js';
import { type KnownLogGroup, type LeftOutLogGroup } from '../log-groups/log-group-directory.js';
import {
  type CorrelatedEvent,
  compareEvents,
  type FoundEvent,
  toCorrelatedEvent,
} from './correlated-event.js';
import { type TimeRange } from './event-reader.js';
import { parentsFirst } from './parents-first.js';

/** The options of reading the newest events. */
export interface NewestEventsOptions {
  /** Log groups instead of the engine's. */
  readonly logGroups?: readonly string[] | undefined;
  /** Begin of the range, as a date or milliseconds since 1970. Default three hours before its end. */
  readonly from?: Date | number | undefined;
  /** End of the range, itself included, as a date or milliseconds since 1970. Default now. */
  readonly to?: Date | number | undefined;
  /** Events at the most. Default 500. */
  readonly limit?: number | undefined;
  /** A filter pattern of the service, which events must match. Default none. */
  readonly filterPattern?: string | undefined;
  /** Ends the reading, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** The newest events of some log groups. */
export interface NewestEvents {
  readonly range: TimeRange;
  /** In time order. */
  readonly events: readonly CorrelatedEvent[];
  /** Log groups that were read. */
  readonly logGroups: readonly string[];
  /** Log groups that were not, and why. */
  readonly leftOut: readonly LeftOutLogGroup[];
  /** Whatever else limits what was found, one sentence each. */
  readonly notes: readonly string[];
}

const DEFAULT_LIMIT = 500;
/** Requests at once: the operation's quota is tens a second, shared with people at the console. */
const REQUESTS_AT_ONCE = 4;
/** Groups that are read: each costs a request or more. */
const MAX_GROUPS = 100;
/** Pages of one group, or of one stretch of it: pages may be empty while the service searches on. */
const MAX_PAGES = 20;
/** Events of one page. Source: FilterLogEvents, `limit`. */
const MAX_PAGE_EVENTS = 10_000;
/** The earliest begin of a search with the newest first. Source: FilterLogEvents, `startFromHead`. */
const NEWEST_FIRST_SINCE = Date.UTC(2024, 0, 1);
/** How far the first look back goes where the newest can't be asked for; each further is four times as long. */
const FIRST_STRETCH_MILLIS = 60_000;

/**
 * Reads the newest events of log groups.
 * @throws CircuitOpenError, the signal's reason, or the AWS SDK's error where it is about no single group
 */
export async function readNewestEvents(
  calls: ReadCalls,
  groups: readonly KnownLogGroup[],
  range: TimeRange,
  options: Pick<NewestEventsOptions, 'limit' | 'filterPattern' | 'signal'>,
): Promise<Omit<NewestEvents, 'range'>> {
  const limit = options.limit ?? DEFAULT_LIMIT;
  const readable = groups.filter(({ logGroupClass }) => (logGroupClass ?? 'STANDARD') === 'STANDARD');
  const read = readable.slice(0, MAX_GROUPS);
  const leftOut: LeftOutLogGroup[] = groups
    .filter((group) => !readable.includes(group))
    .map(({ identifier }) => ({
      logGroup: identifier,
      reason: 'not_queryable',
      detail: 'only groups of class STANDARD are read for the newest events',
    }));
  const notes: string[] = [];
  const atOnce = new ConcurrencyLimit(REQUESTS_AT_ONCE);
  const found = await Promise.all(
    read.map((group) =>
      atOnce.run(async (): Promise<readonly FoundEvent[]> => {
        try {
          const reading = new GroupReading(calls, group, options);
          const newest = await reading.newest(range, limit);
          if (reading.hasGivenUp) {
            notes.push(
              `${group.identifier} was not read to the end for the newest events: the service answered ${MAX_PAGES} pages ` +
                'and had more; a shorter range reads all of it',
            );
          }
          return newest;
        } catch (error) {
          options.signal?.throwIfAborted();
          const reason = classifyError(error);
          if (reason !== 'missing' && reason !== 'denied') throw error;
          const detail = describeWithRemedy(error, 'FilterLogEvents');
          leftOut.push({ logGroup: group.identifier, reason, detail });
          return [];
        }
      }),
    ),
  );
  const events = parentsFirst(found.flat().map(toCorrelatedEvent).sort(compareEvents));
  const refused = new Set(leftOut.map(({ logGroup }) => logGroup));
  return {
    events: events.slice(-limit),
    logGroups: read.map(({ identifier }) => identifier).filter((group) => !refused.has(group)),
    leftOut,
    notes: [
      ...(readable.length > read.length
        ? [`only ${MAX_GROUPS} of ${readable.length} log groups were read for the newest events`]
        : []),
      ...notes,
    ],
  };
}

/** The reading of one group. */
class GroupReading {
  /** True where pages were left that may hold events of the range. */
  hasGivenUp = false;
  readonly #calls: ReadCalls;
  readonly #group: KnownLogGroup;
  readonly #options: Pick<NewestEventsOptions, 'filterPattern' | 'signal'>;

  constructor(
    calls: ReadCalls,
    group: KnownLogGroup,
    options: Pick<NewestEventsOptions, 'filterPattern' | 'signal'>,
  ) {
    this.#calls = calls;
    this.#group = group;
    this.#options = options;
  }

  /** In the order in which they were logged, which times alone do not tell of events of one millisecond. */
  async newest({ fromMillis, toMillis }: TimeRange, limit: number): Promise<FoundEvent[]> {
    const from = Math.max(fromMillis, NEWEST_FIRST_SINCE);
    const { events, isCut, isOldestFirst } = await this.#read(from, toMillis, limit, true);
    // Services and SDKs of before June 2026 do not know of it, and answer the oldest.
    if (isCut && isOldestFirst) return this.#backwards(fromMillis, toMillis, limit);
    return isOldestFirst ? events : events.reverse();
  }

  /** Looks back in stretches, each longer than the one before, until enough was found. */
  async #backwards(fromMillis: number, toMillis: number, limit: number): Promise<FoundEvent[]> {
    const found: FoundEvent[] = [];
    let end = toMillis;
    for (let length = FIRST_STRETCH_MILLIS; end >= fromMillis && found.length < limit; length *= 4) {
      const start = Math.max(fromMillis, end - length);
      found.push(...(await this.#read(start, end, Infinity, false)).events);
      end = start - 1;
    }
    return found.sort((a, b) => a.timestampMillis - b.timestampMillis).slice(-limit);
  }

  async #read(
    fromMillis: number,
    toMillis: number,
    limit: number,
    newestFirst: boolean,
  ): Promise<{ events: FoundEvent[]; isCut: boolean; isOldestFirst: boolean }> {
    const events: FoundEvent[] = [];
    let nextToken: string | undefined;
    for (let pages = 0; pages < MAX_PAGES; pages++) {
      const page = await this.#page(fromMillis, toMillis, limit - events.length, newestFirst, nextToken);
      for (const event of page.events ?? []) events.push(this.#toFoundEvent(event));
      nextToken = page.nextToken;
      const isOldestFirst = newestFirst && areOldestFirst(events);
      if (nextToken === undefined || events.length >= limit || isOldestFirst) {
        return { events, isCut: nextToken !== undefined, isOldestFirst };
      }
    }
    this.hasGivenUp = true;
    return { events, isCut: true, isOldestFirst: false };
  }

  #page(
    fromMillis: number,
    toMillis: number,
    limit: number,
    newestFirst: boolean,
    nextToken: string | undefined,
  ): Promise<FilterLogEventsCommandOutput> {
    const { identifier } = this.#group;
    const { filterPattern, signal } = this.#options;
    const command = new FilterLogEventsCommand({
      ...namedLogGroup(identifier),
      startTime: Math.floor(fromMillis),
      endTime: Math.ceil(toMillis),
      limit: Math.min(limit, MAX_PAGE_EVENTS),
      ...(newestFirst && { startFromHead: false }),
      ...(filterPattern !== undefined && filterPattern !== '' && { filterPattern }),
      ...(nextToken !== undefined && { nextToken }),
    });
    return this.#calls.make((client, options) => client.send(command, options), { signal });
  }

  #toFoundEvent(event: NonNullable<FilterLogEventsCommandOutput['events']>[number]): FoundEvent {
    return {
      timestampMillis: event.timestamp ?? 0,
      ...(event.ingestionTime !== undefined && { ingestionMillis: event.ingestionTime }),
      logGroup: this.#group.identifier,
      logStream: event.logStreamName ?? '',
      message: event.message ?? '',
      ...(event.eventId !== undefined && { eventId: event.eventId }),
    };
  }
}

/** Tells whether events that were asked for with the newest first came the other way: by their times, else by their ids. */
function areOldestFirst(events: readonly FoundEvent[]): boolean {
  const [first] = events;
  const last = events.at(-1);
  if (!first || !last) return false;
  if (first.timestampMillis !== last.timestampMillis || first.logStream !== last.logStream) {
    return events.some(({ timestampMillis }) => timestampMillis > first.timestampMillis);
  }
  // Ids of one stream are numbers that grow.
  return isNumber(first.eventId) && isNumber(last.eventId) && BigInt(last.eventId) > BigInt(first.eventId);
}

function isNumber(id: string | undefined): id is string {
  return id !== undefined && /^\d{1,100}$/.test(id);
}
