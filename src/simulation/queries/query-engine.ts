import type { EventSource } from '../insights-ql/event-source.js';
import type { LookupTables } from '../insights-ql/index.js';

/** One cell of a row, as GetQueryResults prints it. */
export interface ResultCell {
  readonly field: string;
  readonly value: string;
}

export type ResultRow = readonly ResultCell[];

/** What a query read and found. Source: the model's `QueryStatistics`. */
export interface QueryStatistics {
  readonly recordsMatched: number;
  readonly recordsScanned: number;
  readonly estimatedRecordsSkipped: number;
  readonly bytesScanned: number;
  readonly estimatedBytesSkipped: number;
  readonly logGroupsScanned: number;
}

/** Which events a query reads, and how many rows it may give. */
export interface QueryRange {
  readonly logGroupNames: readonly string[];
  /** Milliseconds since 1970, both inclusive. */
  readonly startTimeMillis: number;
  readonly endTimeMillis: number;
  /** Whether a group of the Infrequent Access class is among them. */
  readonly isInfrequent?: boolean | undefined;
  /** Rows that the request asks for at most; the query may have a limit of its own. */
  readonly limit?: number | undefined;
  /** Milliseconds since 1970: what `now()` gives. */
  readonly now: number;
  /** Asked for each group that only an inner query reads; throws for one that can't be read. */
  readonly expectLogGroup?: ((logGroupName: string) => void) | undefined;
  /** What `lookup` may name. */
  readonly lookupTables: LookupTables;
  /** Milliseconds since its start for which the query shows as running, though its rows may be there. */
  readonly runsMillis?: number | undefined;
}

/** A query that is being answered. */
export interface QueryRun {
  /** Resolves when all rows are there or the signal aborted; rejects where the query fails. */
  run(signal: AbortSignal): Promise<void>;
  /** The rows so far. */
  rows(): readonly ResultRow[];
  statistics(): QueryStatistics;
}

/** What a query's own SOURCE command names. */
export interface QuerySource {
  readonly logGroupNames: readonly string[];
  readonly startTimeMillis?: number | undefined;
  readonly endTimeMillis?: number | undefined;
}

/** A query whose text is right. */
export interface CompiledQuery {
  /** @returns undefined for a query without SOURCE */
  source(events: EventSource, now: number): QuerySource | undefined;
  start(events: EventSource, range: QueryRange): QueryRun;
}

/** What runs queries; all that the operations know of the query language. */
export interface QueryEngine {
  /** @throws ServiceError `MalformedQueryException` */
  compile(queryString: string): CompiledQuery;
}
