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

/** One query, from its start until its results are forgotten. */
export interface Query {
  readonly queryId: string;
  /** As DescribeQueries shows it. */
  readonly queryString: string;
  readonly logGroupNames: readonly string[];
  readonly createTime: number;
  readonly status: QueryStatus;
  /** Milliseconds it took; 0 while it runs. */
  readonly durationMillis: number;
  rows(): readonly ResultRow[];
  statistics(): QueryStatistics;
}

/** Runs queries, some at once, and keeps their results. */
export class QueryService {
  readonly #events: EventSource;
  readonly #now: () => number;
  readonly #maxConcurrent: number;
  readonly #queries = new Map<string, RunningQuery>();

  /** @param settings - `maxConcurrent`: queries that may run at once */
  constructor(
    parts: { readonly events: EventSource; readonly now: () => number },
    settings: { readonly maxConcurrent: number },
  ) {
    this.#events = parts.events;
    this.#now = parts.now;
    this.#maxConcurrent = settings.maxConcurrent;
  }

  /**
   * Starts a query; it runs in the background.
   * @throws ServiceError when as many are running as may
   */
  start(compiled: CompiledQuery, range: QueryRange, queryString: string): Query {
    const running = [...this.#queries.values()].filter(({ ended }) => !ended).length;
    if (running >= this.#maxConcurrent) {
      throw limitExceeded(`Account maximum query concurrency limit of [${this.#maxConcurrent}] reached.`);
    }
    const query = new RunningQuery(compiled.start(this.#events, range), {
      queryString,
      logGroupNames: range.logGroupNames,
      createTime: this.#now(),
    });
    this.#forget();
    this.#queries.set(query.queryId, query);
    void query.run();
    return query;
  }

  /** @returns undefined for one that never was, or is forgotten */
  find(queryId: string): Query | undefined {
    this.#forget();
    return this.#queries.get(queryId);
  }

  /** @returns whether it was running */
  cancel(queryId: string): boolean {
    return this.#queries.get(queryId)?.end('Cancelled') ?? false;
  }

  /** Newest first. */
  list(): readonly Query[] {
    this.#forget();
    return [...this.#queries.values()].reverse();
  }

  /** Ends what runs. */
  stop(): void {
    for (const query of this.#queries.values()) query.end('Cancelled');
  }

  #forget(): void {
    const horizon = this.#now() - KEPT_MILLIS;
    let rows = 0;
    let count = 0;
    for (const query of [...this.#queries.values()].reverse()) {
      if (!query.ended) continue;
      rows += query.rows().length;
      count++;
      const tooMany = count > MAX_KEPT_QUERIES || (rows > MAX_KEPT_ROWS && count > 1);
      if (tooMany || query.createTime < horizon) this.#queries.delete(query.queryId);
    }
  }
}

class RunningQuery implements Query {
  readonly queryId = randomUUID();
  readonly queryString: string;
  readonly logGroupNames: readonly string[];
  readonly createTime: number;
  durationMillis = 0;
  readonly #run: QueryRun;
  readonly #abort = new AbortController();
  readonly #began = performance.now();
  #status: QueryStatus = 'Scheduled';
  /** Of an ended query; before, each call prints them anew. */
  #rows: readonly ResultRow[] | undefined;

  constructor(
    run: QueryRun,
    facts: {
      readonly queryString: string;
      readonly logGroupNames: readonly string[];
      readonly createTime: number;
    },
  ) {
    this.#run = run;
    this.queryString = facts.queryString;
    this.logGroupNames = facts.logGroupNames;
    this.createTime = facts.createTime;
  }

  get status(): QueryStatus {
    return this.#status;
  }

  get ended(): boolean {
    return this.#status !== 'Scheduled' && this.#status !== 'Running';
  }

  rows(): readonly ResultRow[] {
    return this.#rows ?? this.#run.rows();
  }

  statistics(): QueryStatistics {
    return this.#run.statistics();
  }

  async run(): Promise<void> {
    const timeout = setTimeout(() => this.end('Timeout'), MAX_RUN_MILLIS);
    timeout.unref();
    // The answer to StartQuery goes out before the work begins.
    await new Promise(setImmediate);
    try {
      if (!this.ended) {
        this.#status = 'Running';
        await this.#run.run(this.#abort.signal);
      }
      this.end('Complete');
    } catch {
      this.end('Failed');
    } finally {
      clearTimeout(timeout);
    }
  }

  /** @returns false for a query that has already ended */
  end(status: QueryStatus): boolean {
    if (this.ended) return false;
    this.#status = status;
    this.durationMillis = Math.round(performance.now() - this.#began);
    this.#rows = this.#run.rows();
    this.#abort.abort();
    return true;
  }
}
