import {
  EVENT_OVERHEAD_BYTES,
  MAX_BATCH_BYTES,
  MAX_BATCH_SPAN_MILLIS,
  MAX_FUTURE_MILLIS,
  MAX_PAST_MILLIS,
} from '../../cloudwatch/limits.js';
import type { RequestOf } from '../protocol/request-shapes.js';
import { invalidParameter } from '../service-error.js';
import type { IncomingEvent } from '../store/event-store.js';
import type { LogGroupDocument } from './collections.js';
import { type Entity, entityProblem } from './entities.js';
import { expiryTime, findLogGroup, findLogStream } from './find-log-group.js';
import { SEQUENCE_TOKEN } from './log-streams.js';
import { expectSequenceToken, nextSequenceToken } from './sequence-tokens.js';
import type { Answer, Handlers, RequestContext, ServiceContext } from './service-context.js';

/** Which events of a request, by index, the service does not take. Source: `RejectedLogEventsInfo`. */
export interface RejectedEvents {
  readonly tooNewLogEventStartIndex?: number;
  readonly tooOldLogEventEndIndex?: number;
  readonly expiredLogEventEndIndex?: number;
}

function putLogEvents(context: RequestContext, request: RequestOf<'PutLogEvents'>): Answer {
  const { logGroupName, logStreamName, logEvents } = request;
  checkSizes(logEvents);
  checkOrder(logEvents);
  if (/^aws\//i.test(logGroupName)) {
    throw invalidParameter('Log groups starting with AWS/ are reserved for AWS.');
  }
  const group = findLogGroup(context, logGroupName);
  findLogStream(context, logGroupName, logStreamName);
  if (context.sequenceTokens) expectSequenceToken(context, request);

  const { accepted, rejected } =
    context.fault?.kind === 'reject-partially'
      ? rejectPart(logEvents, context.fault.fraction ?? 0.5)
      : splitByAge(logEvents, context.epochMillis(), expiryTime(context, group));
  checkSpan(accepted);
  const entity = checkEntity(group, request.entity);
  storeEvents(context, { group, logStreamName, events: accepted, entity: entity.accepted });
  return {
    nextSequenceToken: context.sequenceTokens ? nextSequenceToken(context, request) : SEQUENCE_TOKEN,
    rejectedLogEventsInfo: rejected,
    rejectedEntityInfo: entity.rejected,
  };
}

/** Stores events that have passed every check and passes them to whoever listens. */
export function storeEvents(
  context: ServiceContext,
  put: {
    readonly group: LogGroupDocument;
    readonly logStreamName: string;
    readonly events: readonly IncomingEvent[];
    readonly entity?: Entity | undefined;
  },
): void {
  if (put.events.length === 0) return;
  const { group, logStreamName, events, entity } = put;
  const ingestionTime = context.epochMillis();
  const appended = context.events.append({
    logGroupName: group.logGroupName,
    logStreamName,
    events,
    ingestionTime,
    entity,
  });
  context.feed.publish({ group, logStreamName, events, appended, ingestionTime });
}

function checkSizes(events: readonly IncomingEvent[]): void {
  let requestBytes = 0;
  for (const { message } of events) {
    const bytes = Buffer.byteLength(message) + EVENT_OVERHEAD_BYTES;
    if (bytes > MAX_BATCH_BYTES) {
      throw invalidParameter(`Log event too large: ${bytes} bytes exceeds limit of ${MAX_BATCH_BYTES}`);
    }
    requestBytes += bytes;
  }
  if (requestBytes > MAX_BATCH_BYTES) {
    throw invalidParameter(`Upload too large: ${requestBytes} bytes exceeds limit of ${MAX_BATCH_BYTES}`);
  }
}

function checkOrder(events: readonly IncomingEvent[]): void {
  for (let index = 1; index < events.length; index++) {
    if (events[index]!.timestamp < events[index - 1]!.timestamp) {
      throw invalidParameter('Log events in a single PutLogEvents request must be in chronological order.');
    }
  }
}

/** Events refused for their age do not count. */
function checkSpan(events: readonly IncomingEvent[]): void {
  if (events.length > 1 && events.at(-1)!.timestamp - events[0]!.timestamp > MAX_BATCH_SPAN_MILLIS) {
    throw invalidParameter(
      'The batch of log events in a single PutLogEvents request cannot span more than 24 hours.',
    );
  }
}

/**
 * Parts the events that the service refuses for their age from the others.
 * @param events - in time order
 * @param retained - milliseconds since 1970 before which the group's events have expired
 */
export function splitByAge(
  events: readonly IncomingEvent[],
  now: number,
  retained: number | undefined,
): { accepted: readonly IncomingEvent[]; rejected: RejectedEvents | undefined } {
  const before = (time: number): number => {
    const index = events.findIndex(({ timestamp }) => timestamp >= time);
    return index === -1 ? events.length : index;
  };
  const tooOld = before(now - MAX_PAST_MILLIS);
  // A retention of 14 days or more expires nothing that is not already too old.
  const expired = retained === undefined || retained <= now - MAX_PAST_MILLIS ? 0 : before(retained);
  const tooNew = before(now + MAX_FUTURE_MILLIS + 1);
  if (tooOld === 0 && expired === 0 && tooNew === events.length)
    return { accepted: events, rejected: undefined };
  return {
    accepted: events.slice(Math.max(tooOld, expired), tooNew),
    rejected: {
      ...(tooNew < events.length && { tooNewLogEventStartIndex: tooNew }),
      ...(tooOld > 0 && { tooOldLogEventEndIndex: tooOld }),
      ...(expired > 0 && { expiredLogEventEndIndex: expired }),
    },
  };
}

/** The fault of that name: the first of the events count as too old. */
function rejectPart(
  events: readonly IncomingEvent[],
  fraction: number,
): { accepted: readonly IncomingEvent[]; rejected: RejectedEvents | undefined } {
  const rejected = Math.ceil(events.length * fraction);
  if (rejected === 0) return { accepted: events, rejected: undefined };
  return { accepted: events.slice(rejected), rejected: { tooOldLogEventEndIndex: rejected } };
}

function checkEntity(
  group: LogGroupDocument,
  entity: RequestOf<'PutLogEvents'>['entity'],
): { accepted?: Entity; rejected?: { errorType: string } } {
  if (entity === undefined) return {};
  if (group.logGroupClass !== 'STANDARD') return { rejected: { errorType: 'UnsupportedLogGroupType' } };
  const problem = entityProblem(entity);
  if (problem) return { rejected: { errorType: problem } };
  return {
    accepted: { keyAttributes: { ...entity.keyAttributes }, attributes: { ...entity.attributes } },
  };
}

export const PUT_LOG_EVENTS_HANDLERS = { PutLogEvents: putLogEvents } satisfies Handlers;
