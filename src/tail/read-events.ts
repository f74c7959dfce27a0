import { type CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { type FoundEvent } from '../insights/look-up/correlated-event.js';
import { type KnownLogGroup } from '../insights/log-groups/log-group-directory.js';
import { isPassing, type TailCalls } from './tail-calls.js';

/**
 * Reads the events of a group by FilterLogEvents, in the order of their times.
 * @param range - milliseconds since 1970; both ends belong to it
 * @throws the AWS SDK's error, or the signal's reason
 */
export async function* readEvents(
  parts: { readonly client: CloudWatchLogsClient; readonly calls: TailCalls; readonly signal: AbortSignal },
  group: KnownLogGroup,
  range: { readonly fromMillis: number; readonly toMillis?: number | undefined },
  filterPattern: string | undefined,
): AsyncGenerator<FoundEvent, void, undefined> {
  let nextToken: string | undefined;
  // No bound on the pages, each of which may hold 10,000 events or none: one would lose events without a word.
  for (;;) {
    const command = new FilterLogEventsCommand({
      ...(group.identifier.startsWith('arn:')
        ? { logGroupIdentifier: group.identifier }
        : { logGroupName: group.identifier }),
      startTime: Math.max(0, Math.floor(range.fromMillis)),
      ...(range.toMillis !== undefined && { endTime: Math.ceil(range.toMillis) }),
      ...(filterPattern !== undefined && { filterPattern }),
      ...(nextToken !== undefined && { nextToken }),
    });
    const answer = await makeTwice(parts.calls, () =>
      parts.client.send(command, { abortSignal: parts.signal }),
    );
    for (const event of answer.events ?? []) {
      yield {
        timestampMillis: event.timestamp ?? 0,
        ...(event.ingestionTime !== undefined && { ingestionMillis: event.ingestionTime }),
        logGroup: group.identifier,
        logStream: event.logStreamName ?? '',
        message: event.message ?? '',
      };
    }
    // A service that repeats its token would otherwise be asked for ever.
    if (answer.nextToken === undefined || answer.nextToken === nextToken) return;
    nextToken = answer.nextToken;
  }
}

/** A page that fails once is asked for again, so that the reading need not begin anew. */
async function makeTwice<T>(calls: TailCalls, request: () => Promise<T>): Promise<T> {
  try {
    return await calls.make(request);
  } catch (error) {
    if (!isPassing(error)) throw error;
    return await calls.make(request);
  }
}
