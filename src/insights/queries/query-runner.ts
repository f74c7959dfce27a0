import {
  type CloudWatchLogsClient,
  GetQueryResultsCommand,
  type GetQueryResultsResponse,
  StartQueryCommand,
  StopQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { type MeterProvider } from '@opentelemetry/api';
import { checkMembers, checkMillisAboveZero } from '../../cloudwatch/check-members.js';
import { checkTime } from '../../cloudwatch/check-time.js';
import {
  checkFunctions,
  checkMeterProvider,
  checkSignal,
  checkText,
  checkTexts,
} from '../../cloudwatch/check-values.js';
import { OptionError } from '../../cloudwatch/errors.js';
import {
  MAX_QUERY_LENGTH,
  MAX_QUERY_LOG_GROUPS,
  MAX_QUERY_PAGE_ROWS,
  MAX_QUERY_ROWS,
} from '../../cloudwatch/limits.js';
import { withoutStar } from '../../cloudwatch/named-log-group.js';
import { orAborted, reasonOf, sleep } from '../../cloudwatch/sleep.js';
import { ConcurrencyLimit } from './concurrency-limit.js';
import { type QueryBuilder } from '../language/query-builder.js';
import { followingSignal } from './following-signal.js';
import { QueryFailedError, QueryTimeoutError, toMalformedQueryError } from './query-errors.js';
import { NO_STATISTICS, type QueryStatistics, statisticsOfQuery } from './query-statistics.js';
import { type ScanBudget } from './scan-budget.js';
import { LookUpObserver, type LookUpsStatus } from './look-up-observer.js';
import { ReadCalls, type ReadCallsSettings, type ReadCallsStatus } from './read-calls.js';

/** One row of a result: the value of each column that has one. */
export type QueryRow = Readonly<Record<string, string>>;

/** One query over at most 50 log groups. */
export interface QueryRequest {
  /** A query that was built, or its text. */
  readonly query: QueryBuilder | string;
  /** Names or ARNs; none where the query begins with SOURCE. */
  readonly logGroups: readonly string[];
  /** Milliseconds since 1970, or dates; both ends belong to the range. The service cuts to seconds. */
  readonly from: number | Date;
  /** End of the range; see `from`. */
  readonly to: number | Date;
  /** Rows at the most, 1 to 100,000. Default: the query's own limit, else the service's 10,000. */
  readonly limit?: number | undefined;
  /** Stops the query; `run` then throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds after which the query is stopped. Default 15 minutes. */
  readonly timeoutMillis?: number | undefined;
  /** Stops the query when its bytes are spent; the rows so far are the result. */
  readonly budget?: ScanBudget | undefined;
  /** Told after each poll. */
  readonly onProgress?: ((progress: QueryProgress) => void) | undefined;
}

/** How far a query is. */
export interface QueryProgress {
  readonly queryId: string;
  readonly status: string;
  readonly statistics: QueryStatistics;
}

/** The answer of a query. */
export interface QueryResult {
  readonly queryId: string;
  readonly rows: readonly QueryRow[];
  readonly statistics: QueryStatistics;
  /** False when the query was stopped because its bytes were spent: rows may be missing. */
  readonly isComplete: boolean;
}

/** Runs queries. */
export interface RunsQueries {
  run(request: QueryRequest): Promise<QueryResult>;
}

/** How queries are run. */
export interface QueryRunnerSettings extends ReadCallsSettings {
  /** Queries at once. Default 5; the service allows 100 an account, dashboards included. */
  readonly concurrency?: number | undefined;
  /** Milliseconds before the first look at a query; each further wait is half as long again. Default 100. */
  readonly firstPollMillis?: number | undefined;
  /** Milliseconds between polls at the most. Default 2,000. */
  readonly longestPollMillis?: number | undefined;
  /** Where metrics of calls and look-ups go, `metrics.getMeterProvider()` for the global one. Default: there are none. */
  readonly meterProvider?: MeterProvider | undefined;
}

/** The parts with which a runner makes its queries. */
export interface QueryRunnerParts {
  readonly client: CloudWatchLogsClient;
  /** Those of an engine, another runner or a tail of the same client, so that they have one circuit breaker. */
  readonly calls?: ReadCalls | undefined;
}

/** Counts of queries, and of the calls that they took. */
export interface ReadStatus extends ReadCallsStatus, LookUpsStatus {}

/** The members of {@link QueryRunnerSettings}. */
export const QUERY_RUNNER_MEMBERS = {
  concurrency: true,
  firstPollMillis: true,
  longestPollMillis: true,
  circuitBreaker: true,
  meterProvider: true,
} as const satisfies Record<keyof QueryRunnerSettings, true>;

const PARTS_MEMBERS = { client: true, calls: true } as const satisfies Record<keyof QueryRunnerParts, true>;

/** The members of {@link QueryRequest}. */
export const REQUEST_MEMBERS = {
  query: true,
  logGroups: true,
  from: true,
  to: true,
  limit: true,
  signal: true,
  timeoutMillis: true,
  budget: true,
  onProgress: true,
} as const satisfies Record<keyof QueryRequest, true>;

const DEFAULT_TIMEOUT_MILLIS = 15 * 60_000;
/** How long an aborted look-up waits for the answer to StartQuery, so that it can stop what it started. */
const START_GRACE_MILLIS = 2_000;
/** How long anybody waits for a query to be stopped. */
const STOP_TIMEOUT_MILLIS = 5_000;
const RUNNING = new Set(['Scheduled', 'Running']);

/** Runs queries of CloudWatch Logs Insights to their end. */
export class QueryRunner implements RunsQueries {
  /** The calls of this runner: give them to others that read with the same client. */
  readonly calls: ReadCalls;
  /** @internal */
  readonly observer: LookUpObserver;
  readonly #limit: ConcurrencyLimit;
  readonly #firstPollMillis: number;
  readonly #longestPollMillis: number;

  /** @throws OptionError for a setting that is out of range */
  constructor(parts: QueryRunnerParts, settings: QueryRunnerSettings = {}) {
    checkMembers('parts', parts, PARTS_MEMBERS);
    checkMembers('', settings, QUERY_RUNNER_MEMBERS);
    const concurrency = settings.concurrency ?? 5;
    if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > 100) {
      throw new OptionError('concurrency', 'be a whole number from 1 to 100', concurrency);
    }
    checkMeterProvider(settings.meterProvider);
    this.calls = callsOf(parts, settings);
    this.observer = new LookUpObserver({ meterProvider: settings.meterProvider });
    this.#limit = new ConcurrencyLimit(concurrency);
    this.#firstPollMillis = checkedMillis('firstPollMillis', settings.firstPollMillis ?? 100);
    const { firstPollMillis, longestPollMillis } = settings;
    if (
      firstPollMillis !== undefined &&
      longestPollMillis !== undefined &&
      firstPollMillis > longestPollMillis
    ) {
      const rule = `not be more than longestPollMillis (${longestPollMillis})`;
      throw new OptionError('firstPollMillis', rule, firstPollMillis);
    }
    this.#longestPollMillis = checkedMillis('longestPollMillis', settings.longestPollMillis ?? 2_000);
  }

  /**
   * Starts a query, polls with growing delays, and reads all pages of the result. Throttling and "too many
   * queries" are waited out. A query that is not read to its end is stopped.
   * @throws MalformedQueryError, QueryFailedError, QueryTimeoutError, OptionError, the signal's reason, or
   * an error of code `ERR_REQUEST` with the AWS error's name
   */
  run(request: QueryRequest): Promise<QueryResult> {
    return this.observer.observe(
      'query',
      () => this.runUnobserved(request),
      ({ statistics, rows, isComplete }) => ({
        logGroups: request.logGroups,
        queries: statistics.queries,
        bytesScanned: statistics.bytesScanned,
        rows: rows.length,
        isComplete,
      }),
    );
  }

  /** Counts the queries, and all calls that were made with {@link calls}. */
  status(): ReadStatus {
    return { ...this.observer.status(), ...this.calls.status() };
  }

  /**
   * One query of several that are a look-up together, which is what counts and gets a span.
   * @internal
   */
  async runUnobserved(request: QueryRequest): Promise<QueryResult> {
    checkQueryRequest(request);
    checkGroupCount(request.logGroups);
    const queryString = textOfQuery(request.query);
    return this.#limit.run(async () => {
      if (request.budget?.isSpent()) {
        return { queryId: '', rows: [], statistics: NO_STATISTICS, isComplete: false };
      }
      const timeoutMillis = request.timeoutMillis ?? DEFAULT_TIMEOUT_MILLIS;
      const timeout = new AbortController();
      const timer = setTimeout(() => {
        timeout.abort(new QueryTimeoutError(timeoutMillis));
      }, timeoutMillis);
      try {
        return await this.#runToEnd(request, queryString, followingSignal(timeout.signal, request.signal));
      } finally {
        clearTimeout(timer);
      }
    });
  }

  async #runToEnd(request: QueryRequest, queryString: string, signal: AbortSignal): Promise<QueryResult> {
    const queryId = await this.#start(request, queryString, signal);
    let hasEnded = false;
    try {
      let delay = this.#firstPollMillis;
      for (;;) {
        await sleep(delay, signal);
        delay = Math.min(delay * 1.5, this.#longestPollMillis);
        const page = await this.#page(queryId, undefined, signal);
        const status = page.status ?? 'Unknown';
        const statistics = statisticsOfQuery(page.statistics);
        request.budget?.note(queryId, statistics.bytesScanned);
        request.onProgress?.({ queryId, status, statistics });
        const isComplete = status === 'Complete';
        if (isComplete) hasEnded = true;
        if (isComplete || (RUNNING.has(status) && request.budget?.isSpent())) {
          const rows = await this.#allRows(queryId, page, signal);
          return { queryId, rows, statistics, isComplete };
        }
        if (!RUNNING.has(status)) {
          hasEnded = true;
          throw new QueryFailedError(queryId, status);
        }
      }
    } catch (error) {
      throw signal.aborted ? reasonOf(signal) : error;
    } finally {
      // A query that nobody waits for goes on scanning, and costs.
      if (!hasEnded) await this.#stop(queryId);
    }
  }

  async #start(request: QueryRequest, queryString: string, signal: AbortSignal): Promise<string> {
    const command = new StartQueryCommand({
      queryString,
      startTime: Math.floor(toMillis(request.from) / 1000),
      endTime: Math.floor(toMillis(request.to) / 1000),
      ...(request.limit !== undefined && { limit: request.limit }),
      ...logGroupMembers(request.logGroups),
    });
    try {
      signal.throwIfAborted();
      // Not cut off by the signal: a query that has started unseen could not be stopped.
      const started = this.calls.make((client) => client.send(command), { signal, isUncut: true });
      const answer = await orAborted(started, signal);
      if (answer) return answer.queryId!;
      const late = await Promise.race([started, sleep(START_GRACE_MILLIS)]);
      if (late?.queryId !== undefined) await this.#stop(late.queryId);
    } catch (error) {
      if (!signal.aborted) throw toMalformedQueryError(error, queryString) ?? error;
    }
    throw reasonOf(signal);
  }

  async #allRows(queryId: string, first: GetQueryResultsResponse, signal: AbortSignal): Promise<QueryRow[]> {
    const rows: QueryRow[] = [];
    for (let page = first; ;) {
      for (const cells of page.results ?? []) rows.push(toRow(cells));
      if (!page.nextToken) return rows;
      page = await this.#page(queryId, page.nextToken, signal);
    }
  }

  #page(
    queryId: string,
    nextToken: string | undefined,
    signal: AbortSignal,
  ): Promise<GetQueryResultsResponse> {
    const command = new GetQueryResultsCommand({
      queryId,
      maxItems: MAX_QUERY_PAGE_ROWS,
      ...(nextToken !== undefined && { nextToken }),
    });
    return this.calls.make((client, options) => client.send(command, options), { signal });
  }

  async #stop(queryId: string): Promise<void> {
    try {
      const signal = AbortSignal.timeout(STOP_TIMEOUT_MILLIS);
      const command = new StopQueryCommand({ queryId });
      await this.calls.once(() => this.calls.client.send(command, { abortSignal: signal }), { signal });
    } catch {
      // It has ended meanwhile, or the service is away: there is nothing left to do about it.
    }
  }
}

function callsOf({ client, calls }: QueryRunnerParts, settings: QueryRunnerSettings): ReadCalls {
  if (calls === undefined) {
    return new ReadCalls(
      { client, meterProvider: settings.meterProvider },
      { circuitBreaker: settings.circuitBreaker },
    );
  }
  if (settings.circuitBreaker !== undefined) {
    throw new OptionError('circuitBreaker', 'not be given together with `calls`, which has its own');
  }
  checkCalls(calls);
  if (calls.client !== client) throw new OptionError('calls', 'be made with the same client');
  return calls;
}

/** @throws OptionError for what makes no calls */
export function checkCalls(calls: unknown): asserts calls is ReadCalls {
  if (typeof (calls as Partial<ReadCalls> | null | undefined)?.once === 'function') return;
  throw new OptionError('calls', 'be those of an engine or a query runner', calls);
}

function toRow(cells: readonly { field?: string | undefined; value?: string | undefined }[]): QueryRow {
  // Without a prototype: a log's own key may be `__proto__`.
  const row = Object.create(null) as Record<string, string>;
  for (const { field, value } of cells) {
    if (field !== undefined && value !== undefined) row[field] = value;
  }
  return row;
}

function logGroupMembers(logGroups: readonly string[]): {
  logGroupNames?: string[];
  logGroupIdentifiers?: string[];
} {
  if (logGroups.length === 0) return {};
  // Names alone go by the member that every version of the service and every emulator knows.
  return logGroups.some((group) => group.startsWith('arn:'))
    ? { logGroupIdentifiers: logGroups.map(withoutStar) }
    : { logGroupNames: [...logGroups] };
}

function checkGroupCount({ length }: readonly string[]): void {
  if (length > MAX_QUERY_LOG_GROUPS) {
    throw new OptionError('logGroups', `hold at most ${MAX_QUERY_LOG_GROUPS}`, length);
  }
}

/** Checks a query over any number of log groups, before anything is asked. @throws OptionError */
export function checkQueryRequest(request: QueryRequest): void {
  checkMembers('', request, REQUEST_MEMBERS);
  checkTexts('logGroups', request.logGroups);
  checkMillisAboveZero('timeoutMillis', request.timeoutMillis);
  const queryString = textOfQuery(request.query);
  if (queryString.length > MAX_QUERY_LENGTH) {
    throw new OptionError('query', `have at most ${MAX_QUERY_LENGTH} characters`, queryString.length);
  }
  checkTime('from', request.from);
  checkTime('to', request.to);
  if (toMillis(request.from) > toMillis(request.to)) {
    throw new OptionError('from', 'not be later than `to`', new Date(request.from).toISOString());
  }
  const { limit, signal, budget, onProgress } = request;
  if (limit !== undefined && !(Number.isInteger(limit) && limit >= 1 && limit <= MAX_QUERY_ROWS)) {
    throw new OptionError('limit', `be a whole number from 1 to ${MAX_QUERY_ROWS}`, limit);
  }
  checkSignal(signal);
  checkFunctions({ onProgress });
  if (budget !== undefined && typeof (budget as Partial<ScanBudget> | null)?.isSpent !== 'function') {
    throw new OptionError('budget', 'be a ScanBudget', budget);
  }
}

/** @throws OptionError for what is neither a text nor a builder */
export function textOfQuery(query: QueryBuilder | string): string {
  // Any object has a `toString`; the builder may be another copy's of this package.
  if (typeof (query as Partial<QueryBuilder> | null | undefined)?.toQuery === 'function') {
    return query.toString();
  }
  checkText('query', query);
  return query;
}

function checkedMillis(option: string, value: number): number {
  if (!(value >= 1 && value <= 3_600_000)) {
    throw new OptionError(option, 'be milliseconds from 1 to 3,600,000', value);
  }
  return value;
}

function toMillis(time: number | Date): number {
  return Number(time);
}
