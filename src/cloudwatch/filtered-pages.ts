import {
  type CloudWatchLogsClient,
  type FilteredLogEvent,
  FilterLogEventsCommand,
  type FilterLogEventsCommandInput,
} from '@aws-sdk/client-cloudwatch-logs';

/** A page of FilterLogEvents; it may be empty while there are more. */
export interface FilteredPage {
  readonly events: readonly FilteredLogEvent[];
  /** Of the next page. */
  readonly nextToken?: string | undefined;
}

/**
 * All pages of FilterLogEvents, in the order of time.
 * @throws the AWS SDK's error, or the signal's reason
 */
export async function* filteredPages(
  client: CloudWatchLogsClient,
  input: FilterLogEventsCommandInput,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): AsyncGenerator<FilteredPage, void, undefined> {
  let { nextToken } = input;
  for (;;) {
    signal?.throwIfAborted();
    const command = new FilterLogEventsCommand({ ...input, nextToken });
    const answer = await client.send(command, signal && { abortSignal: signal });
    // A service that repeats its token would otherwise be asked for ever.
    const next = answer.nextToken === nextToken ? undefined : answer.nextToken;
    yield { events: answer.events ?? [], nextToken: next };
    if (next === undefined) return;
    nextToken = next;
  }
}
