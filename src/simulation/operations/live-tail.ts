import { randomUUID } from 'node:crypto';

import {
  encodeStreamEvent,
  encodeStreamException,
  EVENT_STREAM_CONTENT_TYPE,
} from '../event-stream/event-stream-message.js';
import type { FaultRule } from '../faults/fault-rule.js';
import type { Exchange } from '../protocol/http-server.js';
import type { RequestOf } from '../protocol/request-shapes.js';
import { invalidOperation, invalidParameter, limitExceeded } from '../service-error.js';
import { logGroupArn, logGroupNameOf } from './arns.js';
import { compileFilterPattern } from './filter-pattern.js';
import { findLogGroup } from './find-log-group.js';
import type { FreshEvents } from './event-feed.js';
import type { ServiceContext } from './service-context.js';

const UPDATE_MILLIS = 1000;
/** Source: StartLiveTail: more events of one second are sampled; a session ends after three hours. */
const MAX_UPDATE_EVENTS = 500;
const MAX_SESSION_MILLIS = 3 * 60 * 60 * 1000;
/** UTF-16 units of the messages of one update, but for one that is longer alone. Not documented; the rest is sampled. */
const MAX_UPDATE_TEXT = 2 * 1024 * 1024;
/** Updates that wait for a client that reads slowly; then the oldest go. Source: StartLiveTail. */
const MAX_BUFFERED_UPDATES = 10;
/** Source: "CloudWatch Logs quotas", live tail sessions at once. */
const MAX_SESSIONS = 15;

const sessions = new WeakMap<object, number>();

interface TailEvent {
  readonly logStreamName: string;
  readonly logGroupIdentifier: string;
  readonly message: string;
  readonly timestamp: number;
  readonly ingestionTime: number;
}

/**
 * Answers StartLiveTail with a stream of the events that come from now on.
 * @param fault - one that strikes when the session has begun
 * @throws ServiceError where the request names groups that can't be followed
 */
export function answerLiveTail(
  context: ServiceContext,
  { request: { socket }, response, requestId }: Exchange,
  request: RequestOf<'StartLiveTail'>,
  fault: FaultRule | undefined,
): void {
  const matches = createMatcher(context, request);
  const open = sessions.get(context.feed) ?? 0;
  if (open >= MAX_SESSIONS) throw limitExceeded();
  sessions.set(context.feed, open + 1);

  let waiting: TailEvent[] = [];
  let waitingText = 0;
  const buffered: Buffer[] = [];
  let sampled = false;
  const take = (fresh: FreshEvents): void => {
    const { logGroupName } = fresh.group;
    for (const { timestamp, message } of fresh.events) {
      if (!matches(logGroupName, fresh.logStreamName, message)) continue;
      const isFull =
        waiting.length >= MAX_UPDATE_EVENTS ||
        (waiting.length > 0 && waitingText + message.length > MAX_UPDATE_TEXT);
      if (isFull) {
        sampled = true;
        return;
      }
      waitingText += message.length;
      waiting.push({
        logStreamName: fresh.logStreamName,
        logGroupIdentifier: `${context.accountId}:${logGroupName}`,
        message,
        timestamp,
        ingestionTime: fresh.ingestionTime,
      });
    }
  };
  const unsubscribe = context.feed.subscribe(take, () => response.end());
  const updates = setInterval(() => {
    const update = { sessionMetadata: { sampled }, sessionResults: waiting };
    waiting = [];
    waitingText = 0;
    sampled = false;
    buffered.push(encodeStreamEvent('sessionUpdate', update));
    if (buffered.length > MAX_BUFFERED_UPDATES) buffered.shift();
    writeBuffered();
  }, UPDATE_MILLIS);
  const writeBuffered = (): void => {
    while (buffered.length > 0 && !response.writableNeedDrain) response.write(buffered.shift()!);
  };
  response.on('drain', writeBuffered);
  const timeout = setTimeout(() => {
    response.end(encodeStreamException('SessionTimeoutException', 'The session has timed out.'));
  }, MAX_SESSION_MILLIS);
  updates.unref();
  timeout.unref();
  response.once('close', () => {
    clearInterval(updates);
    clearTimeout(timeout);
    unsubscribe();
    sessions.set(context.feed, (sessions.get(context.feed) ?? 1) - 1);
  });

  if (fault?.kind === 'reset-after') {
    socket.resetAndDestroy();
    return;
  }
  response.writeHead(200, { 'Content-Type': EVENT_STREAM_CONTENT_TYPE });
  response.write(encodeStreamEvent('initial-response', {}));
  const start = encodeStreamEvent('sessionStart', {
    requestId,
    sessionId: randomUUID(),
    logGroupIdentifiers: request.logGroupIdentifiers,
    logStreamNames: request.logStreamNames ?? [],
    logStreamNamePrefixes: request.logStreamNamePrefixes ?? [],
    logEventFilterPattern: request.logEventFilterPattern,
  });
  if (fault?.kind === 'truncate') {
    response.write(start.subarray(0, start.length / 2), () => socket.destroy());
    return;
  }
  response.write(start);
}

function createMatcher(
  context: ServiceContext,
  request: RequestOf<'StartLiveTail'>,
): (logGroupName: string, logStreamName: string, message: string) => boolean {
  const { logGroupIdentifiers, logStreamNames, logStreamNamePrefixes, logEventFilterPattern } = request;
  if (logStreamNames && logStreamNamePrefixes) {
    throw invalidParameter('logStreamNames and logStreamNamePrefixes are mutually exclusive parameters.');
  }
  if ((logStreamNames ?? logStreamNamePrefixes) && logGroupIdentifiers.length > 1) {
    throw invalidParameter('Log streams can only be selected in a single log group.');
  }
  const matches = compileFilterPattern(logEventFilterPattern);
  const names = new Set(logGroupIdentifiers.map((identifier) => followedGroup(context, identifier)));
  return (logGroupName, logStreamName, message) =>
    names.has(logGroupName) &&
    (logStreamNames === undefined || logStreamNames.includes(logStreamName)) &&
    (logStreamNamePrefixes === undefined ||
      logStreamNamePrefixes.some((prefix) => logStreamName.startsWith(prefix))) &&
    (matches === undefined || matches(message));
}

function followedGroup(context: ServiceContext, identifier: string): string {
  const name = identifier.startsWith('arn:') ? logGroupNameOf(context, identifier) : undefined;
  // Source: StartLiveTail, `logGroupIdentifiers`: ARNs, without a star at the end.
  if (name === undefined || identifier !== logGroupArn(context, name)) {
    throw invalidParameter(`The log group identifier ${identifier} is not the ARN of a log group.`);
  }
  const group = findLogGroup(context, name);
  if (group.logGroupClass !== 'STANDARD') {
    throw invalidOperation('Live tail is only supported for log groups in the Standard log class.');
  }
  return name;
}
