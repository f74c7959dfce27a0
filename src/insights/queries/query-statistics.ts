import { type QueryStatistics as ServiceStatistics } from '@aws-sdk/client-cloudwatch-logs';

/** The amounts that queries read, as the service counts them. */
export interface QueryStatistics {
  /** Queries that were started. */
  readonly queries: number;
  readonly recordsMatched: number;
  readonly recordsScanned: number;
  /** The bytes that the service bills. */
  readonly bytesScanned: number;
  /** The bytes that an index saved, as the service estimates it. */
  readonly estimatedRecordsSkipped: number;
  readonly estimatedBytesSkipped: number;
}

/** The statistics of nothing. */
export const NO_STATISTICS: QueryStatistics = {
  queries: 0,
  recordsMatched: 0,
  recordsScanned: 0,
  bytesScanned: 0,
  estimatedRecordsSkipped: 0,
  estimatedBytesSkipped: 0,
};

/** Adds two up, member by member. */
export function addStatistics(a: QueryStatistics, b: QueryStatistics): QueryStatistics {
  return {
    queries: a.queries + b.queries,
    recordsMatched: a.recordsMatched + b.recordsMatched,
    recordsScanned: a.recordsScanned + b.recordsScanned,
    bytesScanned: a.bytesScanned + b.bytesScanned,
    estimatedRecordsSkipped: a.estimatedRecordsSkipped + b.estimatedRecordsSkipped,
    estimatedBytesSkipped: a.estimatedBytesSkipped + b.estimatedBytesSkipped,
  };
}

/** Reads the statistics of one query; older and other services leave members out. */
export function statisticsOfQuery(statistics: ServiceStatistics | undefined): QueryStatistics {
  return {
    queries: 1,
    recordsMatched: statistics?.recordsMatched ?? 0,
    recordsScanned: statistics?.recordsScanned ?? 0,
    bytesScanned: statistics?.bytesScanned ?? 0,
    estimatedRecordsSkipped: statistics?.estimatedRecordsSkipped ?? 0,
    estimatedBytesSkipped: statistics?.estimatedBytesSkipped ?? 0,
  };
}
