/** One stored log event as the query engine sees it. */
export interface QueryableEvent {
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly ingestionTime: number;
  readonly message: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
  /** The opaque `@ptr`, which GetLogRecord takes. */
  readonly ptr: string;
  readonly entity?:
    | { readonly keyAttributes: Record<string, string>; readonly attributes: Record<string, string> }
    | undefined;
}

/**
 * A top-level `field = value` or `field in [values]` of a query, which an index may answer. The field is one
 * of the stored event: never an alias, nor made by a command before.
 */
export interface IndexCondition {
  readonly field: string;
  readonly values: readonly string[];
  /** From `filterIndex`: groups and events in which the field is not indexed are left out. */
  readonly required: boolean;
}

/** What a query wants to read. */
export interface EventScan {
  readonly logGroupNames: readonly string[];
  /** Milliseconds, both inclusive. */
  readonly startTimeMillis: number;
  readonly endTimeMillis: number;
  /** All of them must hold; a source may use them to skip events, never has to (but for `required`). */
  readonly indexConditions: readonly IndexCondition[];
}

/** What reading cost; a source adds to it while it scans. */
export interface ScanStatistics {
  recordsScanned: number;
  bytesScanned: number;
  estimatedRecordsSkipped: number;
  estimatedBytesSkipped: number;
  logGroupsScanned: number;
}

/** Where queries read from: the local service's store. */
export interface EventSource {
  readonly accountId: string;
  readonly region: string;
  /** The groups that `SOURCE logGroups(...)` and joins may name. */
  logGroups(): Iterable<{
    readonly logGroupName: string;
    readonly logGroupClass: string;
    readonly tags: Readonly<Record<string, string>>;
  }>;
  /**
   * Reads events in chunks, newest first (by timestamp, then ingestion time); between chunks the executor
   * lets other work run. Events from before their group's creation are left out.
   */
  scan(scan: EventScan, statistics: ScanStatistics): Iterable<readonly QueryableEvent[]>;
}
