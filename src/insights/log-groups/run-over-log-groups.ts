import { type CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { isOnThisMachine } from '../../cloudwatch/client-endpoint.js';
import { checkMembers } from '../../cloudwatch/check-members.js';
import { checkClient } from '../../cloudwatch/client-options.js';
import { OptionError } from '../../cloudwatch/errors.js';
import { MAX_QUERY_LOG_GROUPS } from '../../cloudwatch/limits.js';
import {
  checkLogGroupSelector,
  type KnownLogGroup,
  LogGroupDirectory,
  type LeftOutLogGroup,
} from './log-group-directory.js';
import { notAskedNotes, olderEventsNotes } from './older-events.js';
import { isRowByRow, limitOf, timestampOrder } from '../language/query-commands.js';
import { MalformedQueryError } from '../queries/query-errors.js';
import {
  checkQueryRequest,
  type QueryRequest,
  type QueryRow,
  type QueryRunner,
  type RunsQueries,
} from '../queries/query-runner.js';
import { followingSignal } from '../queries/following-signal.js';
import { ReadCalls } from '../queries/read-calls.js';
import { addStatistics, NO_STATISTICS, type QueryStatistics } from '../queries/query-statistics.js';

/** The answer of a query over any number of log groups. */
export interface OverLogGroupsResult {
  readonly rows: readonly QueryRow[];
  readonly statistics: QueryStatistics;
  readonly logGroups: readonly string[];
  /** Log groups that took no part, and why. */
  readonly leftOut: readonly LeftOutLogGroup[];
  /** Whatever else limits what was found, one sentence each. */
  readonly notes: readonly string[];
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
  asking: { client: CloudWatchLogsClient; runner: QueryRunner },
  request: QueryRequest,
): Promise<OverLogGroupsResult> {
  checkMembers('parts', asking, { client: true, runner: true });
  const { client, runner } = asking;
  checkClient(client);
  if (typeof (runner as Partial<QueryRunner> | null | undefined)?.runUnobserved !== 'function') {
    throw new OptionError('parts.runner', 'be a QueryRunner', runner);
  }
  const parts: Parts = {
    client,
    calls: runner.calls.client === client ? runner.calls : undefined,
    runner: { run: (one) => runner.runUnobserved(one) },
  };
  return runner.observer.observe(
    'query',
    () => runOver(parts, request),
    ({ logGroups, statistics, rows, isComplete }) => ({
      logGroups,
      queries: statistics.queries,
      bytesScanned: statistics.bytesScanned,
      rows: rows.length,
      isComplete,
    }),
  );
}

interface Parts {
  readonly client: CloudWatchLogsClient;
  readonly calls: ReadCalls | undefined;
  readonly runner: RunsQueries;
}

async function runOver(parts: Parts, given: QueryRequest): Promise<OverLogGroupsResult> {
  checkQueryRequest(given);
  const request = { ...given, signal: followingSignal(given.signal) };
  for (const selector of request.logGroups) checkLogGroupSelector(selector);
  if (request.logGroups.length === 0) {
    return { ...(await runOne(parts.runner, request, [])), leftOut: [], notes: [] };
  }
  const directory = new LogGroupDirectory({ ...parts, epochMillis: Date.now });
  const { groups, leftOut, undescribed } = await directory.resolve(request.logGroups, request.signal);
  const range = { fromMillis: Number(request.from), toMillis: Number(request.to) };
  // A group that is younger than the range would make the service refuse the whole query.
  const isYoung = ({ creationMillis }: KnownLogGroup): boolean =>
    creationMillis !== undefined && creationMillis > range.toMillis;
  const queried = groups.filter((group) => !isYoung(group)).map((group) => group.identifier);
  const young = groups.filter(isYoung).map(({ identifier }): LeftOutLogGroup => ({
    logGroup: identifier,
    reason: 'younger_than_range',
    detail: 'it was created after the range',
  }));
  const answer = await runOverQueried(parts.runner, request, queried, leftOut);
  const notes = await olderEventsNotes(
    parts.calls ?? new ReadCalls({ client: parts.client }, { circuitBreaker: false }),
    groups,
    range,
    { isLocal: await isOnThisMachine(parts.client), runner: parts.runner, signal: request.signal },
  );
  return { ...answer, leftOut: [...leftOut, ...young], notes: [...notes, ...notAskedNotes(undescribed)] };
}

/** @param leftOut - what the selectors mean beside the groups that are queried */
async function runOverQueried(
  runner: RunsQueries,
  request: QueryRequest,
  logGroups: readonly string[],
  leftOut: readonly LeftOutLogGroup[],
): Promise<PartResult> {
  if (logGroups.length === 0) {
    const missing = leftOut.filter(({ reason }) => reason === 'missing').map(({ logGroup }) => logGroup);
    await failIfMalformed(runner, request, missing.slice(0, MAX_QUERY_LOG_GROUPS));
    return { rows: [], statistics: NO_STATISTICS, logGroups: [], isComplete: true };
  }
  return logGroups.length <= MAX_QUERY_LOG_GROUPS
    ? runOne(runner, request, logGroups)
    : runDivided(runner, request, logGroups);
}

/**
 * Has the service read a query that has no log group to run over: that its text is wrong is worth more to
 * know than that the group is missing.
 * @throws MalformedQueryError
 */
async function failIfMalformed(
  runner: RunsQueries,
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

type PartResult = Omit<OverLogGroupsResult, 'leftOut' | 'notes'>;

async function runOne(
  runner: RunsQueries,
  request: QueryRequest,
  logGroups: readonly string[],
): Promise<PartResult> {
  const { rows, statistics, isComplete } = await runner.run({ ...request, logGroups });
  return { rows, statistics, isComplete, logGroups };
}

async function runDivided(
  runner: RunsQueries,
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
  const signal = followingSignal(stop.signal, request.signal);
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
