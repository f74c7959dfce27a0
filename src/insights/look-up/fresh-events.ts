import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { describeWithRemedy } from '../../cloudwatch/denied-action.js';
import { namedLogGroup } from '../../cloudwatch/named-log-group.js';
import { ConcurrencyLimit } from '../queries/concurrency-limit.js';
import { type FoundEvent } from './correlated-event.js';
import { type TimeRange } from './event-reader.js';
import { type KnownLogGroup } from '../log-groups/log-group-directory.js';
import { filterPatternsOf, hasText, hasValue, type LookUp } from './look-up.js';
import { type ReadCalls } from '../queries/read-calls.js';

/** Events that FilterLogEvents has and queries do not answer: not yet, or never. */
export interface FreshEvents {
  readonly events: readonly FoundEvent[];
  /** Groups that could not be read, and why; and groups that were read in part. */
  readonly notes: readonly string[];
}

/** Requests at once: the operation's quota is tens a second, shared with people at the console. */
const REQUESTS_AT_ONCE = 4;
/** Pages of one group and value: an event that is looked for now and then costs little more than one. */
const MAX_PAGES = 50;

/** The part of a log group that is read. */
export interface FreshPart {
  readonly group: KnownLogGroup;
  readonly range: TimeRange;
}

/**
 * Reads events with FilterLogEvents, which sees them before Insights does, and those that are older than
 * their log group too. Never throws but for an aborted signal: what fails is a note.
 * @param settings.what - names the events in notes
 */
export async function readFreshEvents(
  calls: ReadCalls,
  lookUp: LookUp,
  parts: readonly FreshPart[],
  settings: {
    readonly what: 'fresh' | 'older';
    readonly fullText: boolean;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<FreshEvents> {
  const { what, fullText, signal } = settings;
  const limit = new ConcurrencyLimit(REQUESTS_AT_ONCE);
  const matches = (event: FoundEvent): boolean =>
    hasValue(lookUp, event) || (fullText && hasText(lookUp, event));
  const notes = new Set<string>();
  const patterns = filterPatternsOf(lookUp);
  const readings = parts.flatMap((part) =>
    patterns.map((pattern) =>
      limit.run(async (): Promise<Map<string, FoundEvent>> => {
        const reading = await readGroup(calls, part, pattern, matches, signal);
        if (reading.problem !== undefined) {
          notes.add(`${what} events of ${part.group.identifier} were ${reading.problem}`);
        }
        return reading.byId;
      }),
    ),
  );
  // An event that has two forms of the id answers to two patterns: its id tells.
  const byId = new Map<string, FoundEvent>();
  for (const reading of await Promise.all(readings)) for (const [id, event] of reading) byId.set(id, event);
  return { events: [...byId.values()], notes: [...notes] };
}

async function readGroup(
  calls: ReadCalls,
  { group, range }: FreshPart,
  filterPattern: string,
  matches: (event: FoundEvent) => boolean,
  signal: AbortSignal | undefined,
): Promise<{ byId: Map<string, FoundEvent>; problem?: string }> {
  const byId = new Map<string, FoundEvent>();
  let nextToken: string | undefined;
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const command = new FilterLogEventsCommand({
      ...namedLogGroup(group.identifier),
      startTime: Math.floor(range.fromMillis),
      endTime: Math.ceil(range.toMillis),
      ...(filterPattern !== '' && { filterPattern }),
      ...(nextToken !== undefined && { nextToken }),
    });
    let page;
    try {
      page = await calls.make((client, options) => client.send(command, options), { signal });
    } catch (error) {
      signal?.throwIfAborted();
      return { byId, problem: `not read: ${describeWithRemedy(error, 'FilterLogEvents')}` };
    }
    for (const event of page.events ?? []) {
      const found: FoundEvent = {
        timestampMillis: event.timestamp ?? 0,
        ...(event.ingestionTime !== undefined && { ingestionMillis: event.ingestionTime }),
        logGroup: group.identifier,
        logStream: event.logStreamName ?? '',
        message: event.message ?? '',
      };
      if (matches(found)) byId.set(`${group.identifier} ${event.eventId ?? String(byId.size)}`, found);
    }
    nextToken = page.nextToken;
    if (nextToken === undefined) return { byId };
  }
  return { byId, problem: 'read in part: they are too many' };
}
