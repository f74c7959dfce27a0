import { type CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { OptionError } from '../cloudwatch/errors.js';
import { MAX_QUERY_LOG_GROUPS } from '../cloudwatch/limits.js';
import { checkLogGroupSelector, LogGroupDirectory, type LeftOutLogGroup } from './log-group-directory.js';
import { isRowByRow, limitOf, timestampOrder } from './query-commands.js';
import { MalformedQueryError } from './query-errors.js';
import { type QueryRequest, type QueryRow, type QueryRunner } from './query-runner.js';
import { addStatistics, NO_STATISTICS, type QueryStatistics } from './query-statistics.js';

/** What a query over any number of log groups answered. */
export interface OverLogGroupsResult {
  readonly rows: readonly QueryRow[];
  readonly statistics: QueryStatistics;
  readonly logGroups: readonly string[];
  /** Log groups that took no part, and why. */
  readonly leftOut: readonly LeftOutLogGroup[];
  /** False when bytes were spent before the end: rows may be missing. */
  readonly isComplete: boolean;
}

/**
 * Runs a query over log groups given as names, ARNs or prefixes. Beyond 50 groups it becomes several
 * queries, if it looks at each event alone (no stats, dedup, other sort …).
 * @param request.logGroups - selectors; none where the query begins with SOURCE
 * @throws OptionError for a query over more than 50 groups that cannot be divided; else as QueryRunner.run
 */
export async function runOverLogGroups(
  parts: { client: CloudWatchLogsClient; runner: QueryRunner },
  request: QueryRequest,
): Promise<OverLogGroupsResult> {
  for (const selector of request.logGroups) checkLogGroupSelector(selector);
  if (request.logGroups.length === 0) return { ...(await runOne(parts.runner, request, [])), leftOut: [] };
  const directory = new LogGroupDirectory({ client: parts.client, clock: Date.now });
  const { groups, leftOut } = await directory.resolve(request.logGroups, request.signal);
  // A group that is younger than the range would make the service refuse the whole query.
  const [queried, young] = [
    groups.filter(
      ({ creationMillis }) => !(creationMillis !== undefined && creationMillis > Number(request.to)),
    ),
    groups.filter(
      ({ creationMillis }) => creationMillis !== undefined && creationMillis > Number(request.to),
    ),
  ];
  const allLeftOut = [
    ...leftOut,
    ...young.map(({ identifier }): LeftOutLogGroup => ({
      logGroup: identifier,
      reason: 'younger_than_range',
      detail: 'it was created after the range',
    })),
  ];
  const identifiers = queried.map((group) => group.identifier);
  if (identifiers.length === 0) {
    const missing = leftOut.filter(({ reason }) => reason === 'missing').map(({ logGroup }) => logGroup);
    await failIfMalformed(parts.runner, request, missing.slice(0, MAX_QUERY_LOG_GROUPS));
    return { rows: [], statistics: NO_STATISTICS, logGroups: [], leftOut: allLeftOut, isComplete: true };
  }
  if (identifiers.length <= MAX_QUERY_LOG_GROUPS) {
    return { ...(await runOne(parts.runner, request, identifiers)), leftOut: allLeftOut };
  }
  return { ...(await runDivided(parts.runner, request, identifiers)), leftOut: allLeftOut };
}

/**
 * Has the service read a query that has no log group to run over: that its text is wrong is worth more to
 * know than that the group is missing.
 * @throws MalformedQueryError
 */
async function failIfMalformed(
  runner: QueryRunner,
  request: QueryRequest,
  logGroups: readonly string[],
): Promise<void> {
  if (logGroups.length === 0) return;
  try {
    await runOne(runner, request, logGroups);
  } catch (error) {
    request.signal?.throwIfAborted();
    if (error instanceof MalformedQueryError) throw error;
    // The group is missing, as is known already, or nothing can be told of the text.
  }
}

type PartResult = Omit<OverLogGroupsResult, 'leftOut'>;

async function runOne(
  runner: QueryRunner,
  request: QueryRequest,
  logGroups: readonly string[],
): Promise<PartResult> {
  const { rows, statistics, isComplete } = await runner.run({ ...request, logGroups });
  return { rows, statistics, isComplete, logGroups };
}

async function runDivided(
  runner: QueryRunner,
  request: QueryRequest,
  logGroups: readonly string[],
): Promise<PartResult> {
  const text = String(request.query);
  if (!isRowByRow(text)) {
    throw new OptionError(
      'logGroups',
      `mean at most ${MAX_QUERY_LOG_GROUPS} log groups for this query, whose rows depend on more than one ` +
        'event; name fewer groups, or let the query begin with SOURCE logGroups(namePrefix: [...])',
      logGroups.length,
    );
  }
  // One failure stops the others: nobody would read them, and they cost.
  const stop = new AbortController();
  const signal = request.signal ? AbortSignal.any([request.signal, stop.signal]) : stop.signal;
  const parts: Promise<PartResult>[] = [];
  for (let index = 0; index < logGroups.length; index += MAX_QUERY_LOG_GROUPS) {
    const shard = logGroups.slice(index, index + MAX_QUERY_LOG_GROUPS);
    parts.push(
      runOne(runner, { ...request, signal }, shard).catch((error: unknown) => {
        stop.abort(error);
        throw error;
      }),
    );
  }
  const settled = await Promise.allSettled(parts);
  if (stop.signal.aborted) throw stop.signal.reason;
  const results = settled.map((one) => (one as PromiseFulfilledResult<PartResult>).value);
  const rows = results.flatMap((one) => one.rows);
  const sign = timestampOrder(text) === 'asc' ? 1 : -1;
  // Times are written so that their text sorts as they do.
  rows.sort((a, b) => sign * compare(a['@timestamp'] ?? '', b['@timestamp'] ?? ''));
  const limit = Math.min(request.limit ?? Infinity, limitOf(text) ?? Infinity);
  return {
    rows: rows.slice(0, limit),
    statistics: results.map((one) => one.statistics).reduce(addStatistics, NO_STATISTICS),
    logGroups,
    isComplete: results.every((one) => one.isComplete),
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
