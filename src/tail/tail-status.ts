/** How a tail stands. */
export interface TailStatus {
  /** Streams of log groups that are open: live sessions and polled sets. */
  readonly streamsActive: number;
  /** Live sessions among these, which are billed by the minute. */
  readonly liveSessions: number;
  /** Log groups that are followed. */
  readonly logGroups: readonly string[];
  /** `open` while no request is made, because several failed in a row. */
  readonly breaker: 'closed' | 'open';
  /** Requests made, and those that failed. */
  readonly calls: number;
  readonly errors: number;
  /** The code of the last error, for example `ThrottlingException`, and when it came. */
  readonly lastError?: string | undefined;
  readonly lastErrorAtMillis?: number | undefined;
  /** Events that the service sent, also those that were not shown. */
  readonly eventsSeen: number;
  readonly eventsShown: number;
  /** Events that another source or an earlier poll had brought. */
  readonly eventsDeduplicated: number;
  /** Events left out for `traceId` or `minSeverity`. */
  readonly eventsFiltered: number;
  /** Events left out for `samplingRatio`. */
  readonly eventsSampledOut: number;
  /** Updates of which the service sent a part. */
  readonly sampledUpdates: number;
  readonly gaps: number;
  readonly unfilledGaps: number;
  /** Milliseconds between the ingestion of the newest event and its arrival; undefined before the first. */
  readonly lagMillis?: number | undefined;
  /** Milliseconds of live sessions together. */
  readonly liveMillis: number;
}
