import { classifyError, describeError } from '../../cloudwatch/classify-error.js';
import { isTime } from '../../cloudwatch/iso-time.js';
import { MAX_QUERY_LOG_GROUPS, MAX_QUERY_ROWS } from '../../cloudwatch/limits.js';
import { type FoundEvent } from './correlated-event.js';
import { type KnownLogGroup, type LeftOutLogGroup } from '../log-groups/log-group-directory.js';
import { type QueryBuilder } from '../language/query-builder.js';
import { MalformedQueryError } from '../queries/query-errors.js';
import { type QueryProgress, type QueryRow, type RunsQueries } from '../queries/query-runner.js';
import { addStatistics, NO_STATISTICS, type QueryStatistics } from '../queries/query-statistics.js';
import { type ScanBudget } from '../queries/scan-budget.js';

/** A time range in milliseconds since 1970; both ends belong to it. */
export interface TimeRange {
  readonly fromMillis: number;
  readonly toMillis: number;
}

/** The events that some queries found together. */
export interface FoundEvents {
  /** Without an order. */
  readonly events: readonly FoundEvent[];
  readonly statistics: QueryStatistics;
  readonly leftOut: readonly LeftOutLogGroup[];
  /** Seconds that hold more events than one query answers: some of these were not read. */
  readonly overfullSeconds: readonly number[];
  readonly isComplete: boolean;
}

/** How events are read. */
export interface ReadSettings {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMillis?: number | undefined;
  readonly budget: ScanBudget;
  /** Stop when a query of the reading has found so many, newest first. */
  readonly maxEvents: number;
  /** Rows that one query may answer. Default 100,000, the service's cap. */
  readonly rowsOfQuery?: number | undefined;
  /** Told after each poll of a query. */
  readonly onProgress?: ((progress: QueryProgress) => void) | undefined;
  /** Told of groups, by identifier, when they are read to the end. */
  readonly onLogGroupsRead?: ((identifiers: readonly string[]) => void) | undefined;
}

const NOTHING: FoundEvents = {
  events: [],
  statistics: NO_STATISTICS,
  leftOut: [],
  overfullSeconds: [],
  isComplete: true,
};

/**
 * Reads all events of a query over any number of log groups: in several queries beyond 50 groups, in
 * several time ranges beyond the rows that one query answers. A group that the service refuses is left
 * out and named; the others are still read.
 * @param query - shows `@timestamp, @message, @logStream, @log, @ingestionTime`, sorted by `@timestamp desc`
 */
export async function readEvents(
  runner: RunsQueries,
  query: QueryBuilder,
  groups: readonly KnownLogGroup[],
  range: TimeRange,
  settings: ReadSettings,
): Promise<FoundEvents> {
  const shards: KnownLogGroup[][] = [];
  // Groups of different classes do not go into one query.
  for (const ofClass of byClass(groups)) {
    for (let index = 0; index < ofClass.length; index += MAX_QUERY_LOG_GROUPS) {
      shards.push(ofClass.slice(index, index + MAX_QUERY_LOG_GROUPS));
    }
  }
  return mergeFound(
    await allOrStop(shards.map((shard) => () => readShard(runner, query, shard, range, settings))),
  );
}

/** Adds up what several readings found. */
export function mergeFound(found: readonly FoundEvents[]): FoundEvents {
  return {
    events: found.flatMap((one) => one.events),
    statistics: found.map((one) => one.statistics).reduce(addStatistics, NO_STATISTICS),
    leftOut: found.flatMap((one) => one.leftOut),
    overfullSeconds: found.flatMap((one) => one.overfullSeconds),
    isComplete: found.every((one) => one.isComplete),
  };
}

/** Waits for all, so that no query runs on unseen when one fails; then throws the first failure. */
async function allOrStop<T>(tasks: readonly (() => Promise<T>)[]): Promise<T[]> {
  const settled = await Promise.allSettled(tasks.map((task) => task()));
  return settled.map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
}

async function readShard(
  runner: RunsQueries,
  query: QueryBuilder,
  groups: readonly KnownLogGroup[],
  range: TimeRange,
  settings: ReadSettings,
): Promise<FoundEvents> {
  try {
    const found = await readRange(runner, query, groups, range, settings);
    settings.onLogGroupsRead?.(groups.map(({ identifier }) => identifier));
    return found;
  } catch (error) {
    settings.signal?.throwIfAborted();
    const reason = reasonToLeaveOut(error);
    if (reason === undefined) throw error;
    if (groups.length === 1) {
      settings.onLogGroupsRead?.([groups[0]!.identifier]);
      const detail = reason === 'missing' ? 'the log group does not exist (any more)' : describeError(error);
      return { ...NOTHING, leftOut: [{ logGroup: groups[0]!.identifier, reason, detail }] };
    }
    // The answer does not say which group is to blame in a form to rely on: halve until it is alone.
    const middle = Math.ceil(groups.length / 2);
    const halves = [groups.slice(0, middle), groups.slice(middle)];
    return mergeFound(
      await allOrStop(halves.map((half) => () => readShard(runner, query, half, range, settings))),
    );
  }
}

function reasonToLeaveOut(error: unknown): LeftOutLogGroup['reason'] | undefined {
  if (error instanceof MalformedQueryError) {
    // "Query's end date and time is either before the log groups creation time or exceeds the log groups
    // log retention settings": an answer about the group, not about the text.
    return /creation time|retention/i.test(error.problem) ? 'younger_than_range' : undefined;
  }
  const kind = classifyError(error);
  return kind === 'missing' || kind === 'denied' ? kind : undefined;
}

async function readRange(
  runner: RunsQueries,
  query: QueryBuilder,
  groups: readonly KnownLogGroup[],
  range: TimeRange,
  settings: ReadSettings,
): Promise<FoundEvents> {
  const rowsOfQuery = settings.rowsOfQuery ?? MAX_QUERY_ROWS;
  const limit = Math.min(rowsOfQuery, settings.maxEvents);
  const nameOf = logGroupNames(groups);
  const shared = sharedTexts();
  const events: FoundEvent[] = [];
  const overfullSeconds: number[] = [];
  let statistics = NO_STATISTICS;
  let toMillis = range.toMillis;
  for (;;) {
    const result = await runner.run({
      query: query.limit(limit),
      logGroups: groups.map((group) => group.identifier),
      from: range.fromMillis,
      to: toMillis,
      limit,
      ...(settings.signal && { signal: settings.signal }),
      ...(settings.timeoutMillis !== undefined && { timeoutMillis: settings.timeoutMillis }),
      budget: settings.budget,
      ...(settings.onProgress && { onProgress: settings.onProgress }),
    });
    statistics = addStatistics(statistics, result.statistics);
    const found = result.rows.map((row) => toFoundEvent(row, nameOf, shared));
    const done = (isComplete: boolean): FoundEvents => ({
      // Seconds are the service's grain; the range's is milliseconds.
      events: events.filter(({ timestampMillis: at }) => at >= range.fromMillis && at <= range.toMillis),
      statistics,
      leftOut: [],
      overfullSeconds,
      isComplete,
    });
    if (!result.isComplete || found.length < limit) {
      append(events, found);
      return done(result.isComplete);
    }
    // The rows are the newest of the range. The oldest second among them may be cut, so it is read again
    // with the rest of the range, and its rows of this query are dropped.
    const oldest = found.reduce((least, { timestampMillis: at }) => Math.min(least, at), Infinity);
    const oldestSecond = Math.floor(oldest / 1000);
    const whole = found.filter(({ timestampMillis: at }) => Math.floor(at / 1000) > oldestSecond);
    if (events.length + found.length >= settings.maxEvents) {
      append(events, found);
      return done(true);
    }
    if (whole.length === 0) {
      // One second holds more than a query answers, and seconds are the finest range that there is.
      overfullSeconds.push(oldestSecond);
      append(events, found);
      toMillis = Math.min(toMillis - 1000, (oldestSecond - 1) * 1000);
    } else {
      append(events, whole);
      // Earlier in any case: of answers with times outside of the range there would be no end.
      toMillis = Math.min(toMillis - 1, oldestSecond * 1000);
    }
    if (Math.floor(toMillis / 1000) < Math.floor(range.fromMillis / 1000)) return done(true);
  }
}

/** Not `push(...)`: more arguments than some hundred thousand overflow the stack. */
function append(events: FoundEvent[], more: readonly FoundEvent[]): void {
  for (const event of more) events.push(event);
}

/** Gives equal texts as one: each row of an answer has a copy of its group's and stream's name. */
function sharedTexts(): (text: string) => string {
  const texts = new Map<string, string>();
  return (text) => {
    const known = texts.get(text);
    if (known !== undefined) return known;
    texts.set(text, text);
    return text;
  };
}

function toFoundEvent(
  row: QueryRow,
  nameOf: (log: string) => string,
  shared: (text: string) => string,
): FoundEvent {
  const ingestionMillis = parseQueryTime(row['@ingestionTime']);
  return {
    timestampMillis: parseQueryTime(row['@timestamp']) ?? 0,
    ...(ingestionMillis !== undefined && { ingestionMillis }),
    logGroup: shared(nameOf(row['@log'] ?? '')),
    logStream: shared(row['@logStream'] ?? ''),
    message: row['@message'] ?? '',
    ...(row['@ptr'] !== undefined && { pointer: row['@ptr'] }),
  };
}

/** Reads a time of a query's row: `2026-11-21 07:00:00.000` in UTC, or milliseconds since 1970. */
export function parseQueryTime(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const millis = /^\d+$/.test(text) ? Number(text) : Date.parse(`${text.replace(' ', 'T')}Z`);
  return isTime(millis) ? millis : undefined;
}

/** From `@log` (`account:group`) to the name by which the caller knows the group. */
function logGroupNames(groups: readonly KnownLogGroup[]): (log: string) => string {
  const byLog = new Map<string, string>();
  for (const { identifier, name } of groups) {
    const account = /^arn:[^:]+:logs:[^:]*:(\d{12}):/.exec(identifier)?.[1];
    if (account !== undefined) byLog.set(`${account}:${name}`, identifier);
  }
  // Emulators leave `@log` out; with one group there is no doubt.
  const only = groups.length === 1 ? groups[0]!.identifier : undefined;
  return (log) => byLog.get(log) ?? (log === '' && only !== undefined ? only : log.replace(/^\d{12}:/, ''));
}

function byClass(groups: readonly KnownLogGroup[]): KnownLogGroup[][] {
  const classes = new Map<string, KnownLogGroup[]>();
  for (const group of groups) {
    const name = group.logGroupClass ?? 'STANDARD';
    const list = classes.get(name);
    if (list) list.push(group);
    else classes.set(name, [group]);
  }
  return [...classes.values()];
}
