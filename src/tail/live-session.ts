import {
  type CloudWatchLogsClient,
  StartLiveTailCommand,
  type StartLiveTailResponseStream,
} from '@aws-sdk/client-cloudwatch-logs';
import { CloudWatchLogsError } from '../cloudwatch/errors.js';
import { withoutStar } from '../cloudwatch/named-log-group.js';
import { type FoundEvent } from '../insights/look-up/correlated-event.js';
import { type KnownLogGroup } from '../insights/log-groups/log-group-directory.js';
import { type TailCalls } from './tail-calls.js';

/** Log groups of one session. Source: StartLiveTail, `logGroupIdentifiers`. */
export const MAX_SESSION_LOG_GROUPS = 10;

/** The service sends an update each second, also an empty one; so long without any, the stream is dead. */
const SILENCE_MILLIS = 15_000;

/** The events of one second. */
export interface LiveUpdate {
  readonly events: readonly FoundEvent[];
  /** The service left some out: it sends 500 of one second at the most. */
  readonly isSampled: boolean;
}

/** An open session of live tail. */
export interface LiveSession {
  readonly updates: AsyncIterator<LiveUpdate>;
  /** Closes the stream. */
  close(): void;
}

/**
 * Opens a session of live tail.
 * @param groups - at most 10, each with its ARN
 * @throws the AWS SDK's error; so do the updates
 */
export async function openLiveSession(
  parts: { readonly client: CloudWatchLogsClient; readonly calls: TailCalls; readonly signal: AbortSignal },
  groups: readonly KnownLogGroup[],
  filterPattern: string | undefined,
): Promise<LiveSession> {
  const stop = new AbortController();
  const command = new StartLiveTailCommand({
    logGroupIdentifiers: groups.map((group) => arnOf(group)!),
    ...(filterPattern !== undefined && { logEventFilterPattern: filterPattern }),
  });
  const abortSignal = AbortSignal.any([parts.signal, stop.signal]);
  try {
    const { responseStream } = await parts.calls.make(() => parts.client.send(command, { abortSignal }));
    if (responseStream === undefined) throw deadStream('it holds no events');
    const updates = readUpdates(responseStream[Symbol.asyncIterator](), groups, parts.signal);
    return {
      updates,
      close() {
        stop.abort();
        // A stream that was aborted may reject what is waited for no longer.
        void updates.return().catch(() => undefined);
      },
    };
  } catch (error) {
    stop.abort();
    throw error;
  }
}

/** The ARN without the star that lists put behind it. @returns undefined where it is not known */
export function arnOf({ identifier, arn }: KnownLogGroup): string | undefined {
  const known = identifier.startsWith('arn:') ? identifier : arn;
  return known === undefined ? undefined : withoutStar(known);
}

async function* readUpdates(
  stream: AsyncIterator<StartLiveTailResponseStream>,
  groups: readonly KnownLogGroup[],
  signal: AbortSignal,
): AsyncGenerator<LiveUpdate, void, undefined> {
  const nameOf = groupNames(groups);
  for (;;) {
    const next = await orSilence(stream.next(), signal);
    if (next.done === true) return;
    const { value } = next;
    if (value.SessionTimeoutException) return;
    if (value.SessionStreamingException) throw value.SessionStreamingException;
    const update = value.sessionUpdate;
    if (update === undefined) continue;
    yield {
      isSampled: update.sessionMetadata?.sampled === true,
      events: (update.sessionResults ?? []).map((event) => ({
        timestampMillis: event.timestamp ?? 0,
        ...(event.ingestionTime !== undefined && { ingestionMillis: event.ingestionTime }),
        logGroup: nameOf(event.logGroupIdentifier ?? ''),
        logStream: event.logStreamName ?? '',
        message: event.message ?? '',
      })),
    };
  }
}

/** From `account:group`, the group's name or its ARN to what the group is called here. */
function groupNames(groups: readonly KnownLogGroup[]): (identifier: string) => string {
  const names = new Map(
    groups.flatMap((group) => {
      const arn = arnOf(group);
      const account = arn?.split(':')[4] ?? '';
      const known = [group.name, `${account}:${group.name}`, ...(arn === undefined ? [] : [arn])];
      return known.map((name): [string, string] => [name, group.identifier]);
    }),
  );
  return (identifier) => names.get(identifier.replace(/:\*$/, '')) ?? identifier.replace(/^\d{12}:/, '');
}

async function orSilence<T>(next: Promise<T>, signal: AbortSignal): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let onAbort: (() => void) | undefined;
  const ended = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(deadStream(`it was silent for ${SILENCE_MILLIS / 1000} s`));
    }, SILENCE_MILLIS);
    onAbort = () => {
      reject(deadStream('it was closed'));
    };
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([next, ended]);
  } finally {
    clearTimeout(timer);
    if (onAbort) signal.removeEventListener('abort', onAbort);
    // Whichever of the two was not waited for may still fail.
    next.catch(() => undefined);
    ended.catch(() => undefined);
  }
}

function deadStream(why: string): CloudWatchLogsError {
  return new CloudWatchLogsError('ERR_LIVE_TAIL', `the stream of live tail ended: ${why}`);
}
