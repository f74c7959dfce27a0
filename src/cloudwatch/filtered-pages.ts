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

/** How pages are asked for. */
export interface FilteredPagesSettings {
  readonly signal?: AbortSignal | undefined;
  /** Makes a request: for whoever counts requests, or makes one that failed again. Default: once. */
  readonly make?: (<T>(request: () => Promise<T>) => Promise<T>) | undefined;
}

/**
 * All pages of FilterLogEvents, in the order of time. There is no bound on them, as each may hold 10,000 events or none.
 * @throws the AWS SDK's error, what `make` throws, or the signal's reason
 */
export async function* filteredPages(
  client: CloudWatchLogsClient,
  input: FilterLogEventsCommandInput,
  { signal, make = (request) => request() }: FilteredPagesSettings = {},
): AsyncGenerator<FilteredPage, void, undefined> {
  let { nextToken } = input;
  for (;;) {
    signal?.throwIfAborted();
    const command = new FilterLogEventsCommand({ ...input, nextToken });
    const answer = await make(() => client.send(command, signal && { abortSignal: signal }));
    // A service that repeats its token would otherwise be asked for ever.
    const next = answer.nextToken === nextToken ? undefined : answer.nextToken;
    yield { events: answer.events ?? [], nextToken: next };
    if (next === undefined) return;
    nextToken = next;
  }
}
