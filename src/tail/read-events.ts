import { type CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { filteredPages } from '../cloudwatch/filtered-pages.js';
import { namedLogGroup } from '../cloudwatch/named-log-group.js';
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
  const input = {
    ...namedLogGroup(group.identifier),
    startTime: Math.max(0, Math.floor(range.fromMillis)),
    ...(range.toMillis !== undefined && { endTime: Math.ceil(range.toMillis) }),
    ...(filterPattern !== undefined && { filterPattern }),
  };
  const make = <T>(request: () => Promise<T>): Promise<T> => makeTwice(parts.calls, request);
  for await (const { events } of filteredPages(parts.client, input, { signal: parts.signal, make })) {
    for (const event of events) {
      yield {
        timestampMillis: event.timestamp ?? 0,
        ...(event.ingestionTime !== undefined && { ingestionMillis: event.ingestionTime }),
        logGroup: group.identifier,
        logStream: event.logStreamName ?? '',
        message: event.message ?? '',
      };
    }
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
