import { type FoundEvent } from '../insights/look-up/correlated-event.js';

/** What is followed. */
export interface LiveRequest {
  /** Log groups instead of all. */
  readonly logGroups?: readonly string[] | undefined;
  /** Events of the past that come first, at the most. */
  readonly backlog: number;
  /** Ends the following. */
  readonly signal: AbortSignal;
}

/** Some events, and what is said of them. */
export interface LiveBatch {
  /** In time order; a batch may hold none. */
  readonly events: readonly FoundEvent[];
  /** Log groups that are followed. */
  readonly logGroups: readonly string[];
  /** What limits what is seen, one sentence each, without the service's text. */
  readonly notes: readonly string[];
}

/** Where the live view gets its events from. */
export interface LiveSource {
  /**
   * Follows log groups: first the newest events, then those that arrive, until the signal is aborted.
   * @throws what the service answered, or the signal's reason
   */
  follow(request: LiveRequest): AsyncIterable<LiveBatch>;
}
