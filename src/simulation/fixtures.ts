import { checkMembers } from '../cloudwatch/check-members.js';
import { timeProblem } from '../cloudwatch/check-time.js';
import { checkFlags, checkGivenTexts, checkIterable } from '../cloudwatch/check-values.js';
import { MAX_MESSAGE_BYTES } from '../cloudwatch/limits.js';
import { OptionError } from '../cloudwatch/errors.js';
import { LOG_GROUPS, type LogGroupDocument, logStreamsOf } from './operations/collections.js';
import { expireEvents, findLogGroup } from './operations/find-log-group.js';
import { addLogGroup } from './operations/log-groups.js';
import { addLogStream } from './operations/log-streams.js';
import { storeEvents } from './operations/put-log-events.js';
import type { ServiceContext } from './operations/service-context.js';
import { checkRequest } from './protocol/aws-json.js';
import type { PlacedEvent, PlacedEventFilter, PutOptions } from './placed-event.js';
import { ServiceError } from './service-error.js';

const PUT_MEMBERS = { backdateLogGroups: true } as const satisfies Record<keyof PutOptions, true>;

const FILTER_MEMBERS = { logGroupName: true, logStreamName: true } as const satisfies Record<
  keyof PlacedEventFilter,
  true
>;

/**
 * Stores events without a request: log groups and streams are made where they are missing, any age is taken, and
 * groups that are made here count as old as their first event.
 * @throws OptionError for an event that PutLogEvents would not take for its names, size or form, or whose time is in
 *   seconds, most likely
 */
export async function storeFixtures(
  context: ServiceContext,
  events: Iterable<PlacedEvent>,
  options: PutOptions = {},
): Promise<number> {
  checkIterable('events', events);
  checkMembers('', options, PUT_MEMBERS);
  const { backdateLogGroups = true } = options;
  checkFlags({ backdateLogGroups });
  const streams = new Map<string, PlacedEvent[]>();
  let count = 0;
  for (const event of events) {
    checkEvent(event, count++);
    const key = `${event.logGroupName}\n${event.logStreamName}`;
    const known = streams.get(key);
    if (known) known.push(event);
    else streams.set(key, [event]);
  }
  if (backdateLogGroups) makeGroups(context, streams.values());
  for (const ofStream of streams.values()) {
    const { logGroupName, logStreamName } = ofStream[0]!;
    makePlace(context, logGroupName, logStreamName);
    storeEvents(context, {
      group: findLogGroup(context, logGroupName),
      logStreamName,
      events: ofStream
        .toSorted((a, b) => a.timestamp - b.timestamp)
        .map(({ timestamp, message }) => ({ timestamp, message })),
    });
  }
  await context.settled();
  return count;
}

/** What is stored, in the order of time; events of one millisecond in that of their arrival. */
export function readFixtures(context: ServiceContext, filter: PlacedEventFilter = {}): PlacedEvent[] {
  checkMembers('', filter, FILTER_MEMBERS);
  const { logGroupName, logStreamName } = filter;
  checkGivenTexts({ logGroupName, logStreamName });
  const found: PlacedEvent[] = [];
  for (const [name, group] of context.catalog.list<LogGroupDocument>(LOG_GROUPS)) {
    if (logGroupName !== undefined && name !== logGroupName) continue;
    expireEvents(context, group);
    const range = {
      logGroupName: name,
      ...(logStreamName !== undefined && { logStreamNames: [logStreamName] }),
      order: 'ascending',
    } as const;
    for (const chunk of context.events.read(range)) {
      for (const { logStreamName: stream, timestamp, message } of chunk) {
        found.push({ logGroupName: name, logStreamName: stream, timestamp, message });
      }
    }
  }
  return found.sort((a, b) => a.timestamp - b.timestamp);
}

/** Makes a log group and a stream, unless they are there. */
export function makePlace(context: ServiceContext, logGroupName: string, logStreamName: string): void {
  if (!context.catalog.get(LOG_GROUPS, logGroupName)) addLogGroup(context, { logGroupName });
  if (!context.catalog.get(logStreamsOf(logGroupName), logStreamName)) {
    addLogStream(context, logGroupName, logStreamName);
  }
}

function makeGroups(context: ServiceContext, streams: Iterable<readonly PlacedEvent[]>): void {
  const oldest = new Map<string, number>();
  for (const { logGroupName, timestamp } of [...streams].flat()) {
    oldest.set(logGroupName, Math.min(oldest.get(logGroupName) ?? context.epochMillis(), timestamp));
  }
  for (const [logGroupName, time] of oldest) {
    if (!context.catalog.get(LOG_GROUPS, logGroupName)) addLogGroup(context, { logGroupName }, time);
  }
}

function checkEvent(event: PlacedEvent, index: number): void {
  const { logGroupName, logStreamName, timestamp, message } = Object(event) as PlacedEvent;
  try {
    checkRequest('PutLogEvents', { logGroupName, logStreamName, logEvents: [{ timestamp, message }] });
  } catch (error) {
    /* c8 ignore next */
    if (!(error instanceof ServiceError)) throw error;
    throw new OptionError(`events[${index}]`, `be what PutLogEvents takes (${error.message})`);
  }
  const problem = timeProblem(timestamp);
  if (problem !== undefined) throw new OptionError(`events[${index}].timestamp`, problem, timestamp);
  const bytes = Buffer.byteLength(message);
  if (bytes > MAX_MESSAGE_BYTES) {
    throw new OptionError(`events[${index}]`, `hold at most ${MAX_MESSAGE_BYTES} bytes of message`, bytes);
  }
}
