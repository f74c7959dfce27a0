/** A log event, and where it is or shall be stored. */
export interface PlacedEvent {
  readonly logGroupName: string;
  readonly logStreamName: string;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly message: string;
}

/** Which stored events are meant; all when left out. */
export interface PlacedEventFilter {
  readonly logGroupName?: string | undefined;
  readonly logStreamName?: string | undefined;
}

/** A place that events are put into without a request: see `put` of LocalCloudWatchLogs. */
export interface PutOptions {
  /**
   * Whether log groups that are made for the events count as old as the oldest of them, so that queries find all.
   * Default true; false makes them now.
   */
  readonly backdateLogGroups?: boolean | undefined;
}
