import { randomUUID } from 'node:crypto';

import type { EventSource } from '../insights-ql/event-source.js';
import { limitExceeded } from '../service-error.js';
import type { CompiledQuery, QueryRange, QueryRun, QueryStatistics, ResultRow } from './query-engine.js';

export type QueryStatus = 'Scheduled' | 'Running' | 'Complete' | 'Failed' | 'Cancelled' | 'Timeout';

/** Source: GetQueryResults, `status`. */
const MAX_RUN_MILLIS = 60 * 60 * 1000;
/** Source: user guide, "Analyzing log data": results can be fetched for 7 days. */
const KEPT_MILLIS = 7 * 24 * 60 * 60 * 1000;
/** Ended queries, and rows of them, that are kept: the oldest go first. */
const MAX_KEPT_QUERIES = 2000;
const MAX_KEPT_ROWS = 1_000_000;
/** UTF-16 units of their names and values that are kept, too; those of the newest query always are. */
const MAX_KEPT_TEXT = 256 * 1024 * 1024;
/**
 * Queries that are worked on at a time; further ones wait as `Scheduled`. They share one thread: more at once
 * would end no sooner, and hold the groups and rows of all of them in memory.
 */
const MAX_WORKED_ON = 8;
/** The part of the time of a running query that may go into showing its rows so far is one in so many. */
const PREVIEW_SHARE = 10;

/** The longest that a timer waits. */
const MAX_TIMER_MILLIS = 2_147_483_647;

/** One query, from its start until its results are forgotten. */
export interface Query {
  readonly queryId: string;
  /** As DescribeQueries shows it. */
  readonly queryString: string;
  readonly logGroupNames: readonly string[];
  readonly createTime: number;
  readonly status: QueryStatus;
  /** Why the status is Failed, which no operation of the service tells. */
  readonly failure: string | undefined;
  /** Milliseconds it took; 0 while it runs. */
  readonly durationMillis: number;
  rows(): readonly ResultRow[];
  statistics(): QueryStatistics;
}

/** Runs queries, some at once, and keeps their results. */
export class QueryService {
  readonly #events: EventSource;
  readonly #epochMillis: () => number;
  readonly #maxConcurrent: number;
  readonly #maxConcurrentInfrequent: number;
  readonly #onFailure: (query: Query) => void;
  readonly #queries = new Map<string, RunningQuery>();
  readonly #waiting: RunningQuery[] = [];
  #workedOn = 0;

  /**
   * @param parts - `onFailure` hears of each query that fails
   * @param settings - `maxConcurrent`: queries that may run at once; `maxConcurrentInfrequent`: of them, those
   * that read log groups of the Infrequent Access class
   */
  constructor(
    parts: {
      readonly events: EventSource;
      readonly epochMillis: () => number;
      readonly onFailure?: (query: Query) => void;
    },
    settings: { readonly maxConcurrent: number; readonly maxConcurrentInfrequent: number },
  ) {
    this.#events = parts.events;
    this.#epochMillis = parts.epochMillis;
    this.#onFailure = parts.onFailure ?? (() => undefined);
    this.#maxConcurrent = settings.maxConcurrent;
    this.#maxConcurrentInfrequent = settings.maxConcurrentInfrequent;
  }

  /**
   * Starts a query; it runs in the background.
   * @throws ServiceError when as many are running as may
   */
  start(compiled: CompiledQuery, range: QueryRange, queryString: string): Query {
    const running = [...this.#queries.values()].filter(({ ended }) => !ended);
    refuseMore(running, this.#maxConcurrent);
    if (range.isInfrequent) {
      refuseMore(
        running.filter(({ isInfrequent }) => isInfrequent),
        this.#maxConcurrentInfrequent,
      );
    }
    const query = new RunningQuery(compiled.start(this.#events, range), {
      queryString,
      logGroupNames: range.logGroupNames,
      isInfrequent: range.isInfrequent ?? false,
      createTime: this.#epochMillis(),
      runsUntil: range.runsMillis === undefined ? undefined : this.#epochMillis() + range.runsMillis,
      epochMillis: this.#epochMillis,
    });
    this.#forget();
    this.#queries.set(query.queryId, query);
    this.#waiting.push(query);
    this.#workOn();
    return query;
  }

  /** @returns undefined for one that never was, or is forgotten */
  find(queryId: string): Query | undefined {
    this.#forget();
    const query = this.#queries.get(queryId);
    query?.endWhenDue();
    return query;
  }

  /** @returns whether it was running */
  cancel(queryId: string): boolean {
    return this.#queries.get(queryId)?.end('Cancelled') ?? false;
  }

  /** Newest first. */
  list(): readonly Query[] {
    this.#forget();
    for (const query of this.#queries.values()) query.endWhenDue();
    return [...this.#queries.values()].reverse();
  }

  /** Ends what runs. */
  stop(): void {
    for (const query of this.#queries.values()) query.end('Cancelled');
  }

  #workOn(): void {
    while (this.#workedOn < MAX_WORKED_ON && this.#waiting.length > 0) {
      const query = this.#waiting.shift()!;
      if (query.ended) continue;
      this.#workedOn++;
      void query.run().finally(() => {
        this.#workedOn--;
        if (query.failure !== undefined) this.#onFailure(query);
        this.#workOn();
      });
    }
  }

  #forget(): void {
    const horizon = this.#epochMillis() - KEPT_MILLIS;
    let rows = 0;
    let text = 0;
    let count = 0;
    for (const query of [...this.#queries.values()].reverse()) {
      if (!query.ended) continue;
      rows += query.rows().length;
      text += query.textLength;
      count++;
      const tooLarge = rows > MAX_KEPT_ROWS || text > MAX_KEPT_TEXT;
      const tooMany = count > MAX_KEPT_QUERIES || (tooLarge && count > 1);
      if (tooMany || query.createTime < horizon) this.#queries.delete(query.queryId);
    }
  }
}

function refuseMore(running: readonly unknown[], max: number): void {
  if (running.length < max) return;
  throw limitExceeded(`Account maximum query concurrency limit of [${max}] reached.`);
}

class RunningQuery implements Query {
  readonly queryId = randomUUID();
  readonly queryString: string;
  readonly logGroupNames: readonly string[];
  readonly isInfrequent: boolean;
  readonly createTime: number;
  readonly #epochMillis: () => number;
  readonly #runsUntil: number;
  durationMillis = 0;
  /** UTF-16 units of the names and values of an ended query's rows. */
  textLength = 0;
  /** Undefined once it has ended, so that its result is all that is held of it. */
  #run: QueryRun | undefined;
  #hasAllRows = false;
  readonly #abort = new AbortController();
  readonly #began = performance.now();
  #status: QueryStatus = 'Scheduled';
  #failure: string | undefined;
  /** Of an ended query all; before, those last shown. */
  #rows: readonly ResultRow[] = [];
  #statistics: QueryStatistics;
  /** Until when a running query shows the same rows again: it takes time to sort and to print them. */
  #previewedUntil = 0;

  constructor(
    run: QueryRun,
    facts: {
      readonly queryString: string;
      readonly logGroupNames: readonly string[];
      readonly isInfrequent: boolean;
      readonly createTime: number;
      readonly runsUntil: number | undefined;
      readonly epochMillis: () => number;
    },
  ) {
    this.#run = run;
    this.#statistics = run.statistics();
    this.queryString = facts.queryString;
    this.logGroupNames = facts.logGroupNames;
    this.isInfrequent = facts.isInfrequent;
    this.createTime = facts.createTime;
    this.#runsUntil = facts.runsUntil ?? -Infinity;
    this.#epochMillis = facts.epochMillis;
  }

  get status(): QueryStatus {
    return this.#status;
  }

  get failure(): string | undefined {
    return this.#failure;
  }

  get ended(): boolean {
    return this.#status !== 'Scheduled' && this.#status !== 'Running';
  }

  rows(): readonly ResultRow[] {
    const now = performance.now();
    if (this.#run === undefined || now < this.#previewedUntil) return this.#rows;
    try {
      this.#rows = this.#run.rows();
    } catch (error) {
      // What can't be shown now can't be in the end either.
      this.#fail(error);
    }
    this.#previewedUntil = now + (performance.now() - now) * PREVIEW_SHARE;
    return this.#rows;
  }

  statistics(): QueryStatistics {
    return this.#run?.statistics() ?? this.#statistics;
  }

  async run(): Promise<void> {
    const run = this.#run!;
    // The answer to StartQuery goes out before the work begins.
    await new Promise(setImmediate);
    if (this.ended) return;
    const timeout = setTimeout(() => this.end('Timeout'), MAX_RUN_MILLIS);
    timeout.unref();
    try {
      this.#status = 'Running';
      await run.run(this.#abort.signal);
      this.#hasAllRows = true;
      this.endWhenDue();
      this.#endLater();
    } catch (error) {
      this.#fail(error);
    } finally {
      clearTimeout(timeout);
    }
  }

  /** Ends a query whose rows are all there, unless it is to run on for a while by the service's clock. */
  endWhenDue(): void {
    if (this.#hasAllRows && this.#epochMillis() >= this.#runsUntil) this.end('Complete');
  }

  /** The service's clock may stand still, or be asked by nobody. */
  #endLater(): void {
    if (this.ended) return;
    const timer = setTimeout(
      () => this.end('Complete'),
      Math.min(this.#runsUntil - this.#epochMillis(), MAX_TIMER_MILLIS),
    );
    timer.unref();
    this.#abort.signal.addEventListener('abort', () => {
      clearTimeout(timer);
    });
  }

  /** @returns false for a query that has already ended */
  end(status: QueryStatus): boolean {
    const run = this.#run;
    if (run === undefined) return false;
    this.#status = status;
    this.durationMillis = Math.round(performance.now() - this.#began);
    this.#run = undefined;
    this.#statistics = { ...run.statistics() };
    try {
      this.#rows = run.rows();
      this.textLength = textLengthOf(this.#rows);
    } catch (error) {
      // A value that is longer than any text can be.
      this.#status = 'Failed';
      this.#failure ??= reasonOf(error);
      this.#rows = [];
    }
    this.#abort.abort();
    return true;
  }

  #fail(error: unknown): void {
    if (this.#run !== undefined) this.#failure = reasonOf(error);
    this.end('Failed');
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function textLengthOf(rows: readonly ResultRow[]): number {
  let length = 0;
  for (const row of rows) for (const { field, value } of row) length += field.length + value.length;
  return length;
}
