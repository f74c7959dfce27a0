/** One page of a list, and the token of the next. */
export interface Page<Item> {
  readonly items: readonly Item[] | undefined;
  readonly nextToken: string | undefined;
}

/** What all lists take. */
export interface ListOptions {
  /** Ends the list: the next step throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** The members of {@link ListOptions}. */
export const LIST_MEMBERS = { signal: true } as const satisfies Record<keyof ListOptions, true>;

/** Goes through all pages of a list, asking for the next one when it is needed. */
export async function* pages<Item>(
  fetchPage: (nextToken: string | undefined) => Promise<Page<Item>>,
  signal?: AbortSignal,
): AsyncGenerator<Item, void, undefined> {
  let token: string | undefined;
  for (;;) {
    signal?.throwIfAborted();
    const page = await fetchPage(token);
    yield* page.items ?? [];
    // A service that repeats its token would otherwise be asked for ever.
    if (page.nextToken === undefined || page.nextToken === token) return;
    token = page.nextToken;
  }
}
