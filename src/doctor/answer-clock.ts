import { type CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';

/** The time of the service, as its answers told it. */
export interface AnswerClock {
  /** Milliseconds by which the service's clock is ahead of ours; undefined before the first answer. */
  readonly skewMillis: number | undefined;
}

/**
 * Reads the `Date` of each answer that a client gets, errors too.
 * @param epochMillis - milliseconds since 1970
 */
export function watchAnswerDates(client: CloudWatchLogsClient, epochMillis: () => number): AnswerClock {
  const clock: { skewMillis: number | undefined } = { skewMillis: undefined };
  client.middlewareStack.add(
    (next) => async (args) => {
      const sentAt = epochMillis();
      const result = await next(args);
      const { headers } = result.response as { headers?: Record<string, string> };
      const date = Date.parse(headers?.date ?? headers?.Date ?? '');
      // The answer was made between both; a Date has whole seconds, so half of one is added.
      if (!Number.isNaN(date)) clock.skewMillis = date + 500 - (sentAt + epochMillis()) / 2;
      return result;
    },
    // Next to the wire, where an answer that becomes an error is still an answer.
    { step: 'deserialize', priority: 'low', name: 'watchAnswerDates' },
  );
  return clock;
}
