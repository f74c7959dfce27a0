import {
  type EventScan,
  type EventSource,
  type QueryableEvent,
  type ScanStatistics,
} from './event-source.js';
import { HeldText, TextAccount } from './execution/held-text.js';
import { Row } from './execution/row.js';
import { type Stage, type StageFactory } from './execution/stage.js';
import { type EvaluationContext } from './functions/index.js';
import { MAX_LIMIT, planQuery, type QueryPlan } from './plan.js';
import { resolveSource, type TimeRange } from './resolve-source.js';
import { type LookupTables } from './stages/lookup.js';
import { earlierSink } from './stages/pattern.js';
import { type DiffWindow, type Query } from './tree.js';
import { discoverFields } from './values/discovery.js';
import { formatCell } from './values/value.js';

/** One cell of a result. */
export interface ResultField {
  readonly field: string;
  readonly value: string;
}

/** What a query cost; `recordsMatched` are the events that passed its filters. */
export interface QueryStatistics extends ScanStatistics {
  recordsMatched: number;
}

export type ExecutionStatus = 'Scheduled' | 'Running' | 'Complete' | 'Failed' | 'Cancelled';

/** What a query runs over. */
export interface ExecutionSettings extends TimeRange {
  /** A SOURCE in the query takes their place. */
  readonly logGroupNames: readonly string[];
  /** The `limit` of StartQuery. */
  readonly limit?: number | undefined;
  /** Milliseconds since 1970: when the query began. */
  readonly nowMillis: number;
  /** Milliseconds on a clock that only goes forward, for the time that subqueries may take. Default: the process's. */
  readonly elapsedMillis?: (() => number) | undefined;
  /** For an inner query: its rows are wanted with all fields of their events, see {@link QueryExecution.rawRows}. */
  readonly keepsRows?: boolean | undefined;
  /** Of an inner query: where the text that it holds is counted. */
  readonly textAccount?: TextAccount | undefined;
  /** Tables for `lookup`, by name. */
  readonly lookupTables?: LookupTables | undefined;
}

/** Milliseconds that a subquery of `in` may take. Source: User Guide, subqueries. */
const MAX_SUBQUERY_MILLIS = 30_000;

const DAY_MILLIS = 86_400_000;
const WINDOW_MILLIS: Readonly<Record<DiffWindow, number>> = {
  previousDay: DAY_MILLIS,
  previousWeek: 7 * DAY_MILLIS,
  previousMonth: 30 * DAY_MILLIS,
};

/** Taken when the module loads, so that a test's fake clock does not stop queries. */
const nextTurn = setImmediate;

/** Runs one query over a source, one chunk of events at a time. */
export class QueryExecution {
  readonly statistics: QueryStatistics = {
    recordsMatched: 0,
    recordsScanned: 0,
    bytesScanned: 0,
    estimatedRecordsSkipped: 0,
    estimatedBytesSkipped: 0,
    logGroupsScanned: 0,
  };
  readonly #source: EventSource;
  readonly #settings: ExecutionSettings;
  readonly #plan: QueryPlan;
  readonly #range: TimeRange;
  readonly #logGroupNames: readonly string[];
  readonly #elapsedMillis: () => number;
  readonly #text: TextAccount;
  readonly #stages: Stage[];
  readonly #collected: Result = { rows: [], printed: [] };
  #status: ExecutionStatus = 'Scheduled';
  #error: Error | undefined;
  /** Nothing behind the filters wants a row any more; they go on counting. */
  #isSatisfied = false;
  /** On the clock of the settings: what reads longer fails. */
  #endsAt = Infinity;

  /** @throws QuerySyntaxError for a query that the service would refuse */
  constructor(query: Query, source: EventSource, settings: ExecutionSettings) {
    const { startTimeMillis, endTimeMillis, nowMillis, limit, lookupTables } = settings;
    const context: EvaluationContext = {
      queryStartMillis: startTimeMillis,
      queryEndMillis: endTimeMillis,
      nowMillis,
    };
    this.#source = source;
    this.#settings = settings;
    this.#plan = planQuery(query, { context, limit, lookupTables });
    const named = query.source && resolveSource(query.source, source, nowMillis);
    this.#logGroupNames = named?.logGroupNames ?? settings.logGroupNames;
    this.#range = {
      startTimeMillis: named?.startTimeMillis ?? startTimeMillis,
      endTimeMillis: named?.endTimeMillis ?? endTimeMillis,
    };
    this.#elapsedMillis = settings.elapsedMillis ?? (() => performance.now());
    this.#text = settings.textAccount ?? new TextAccount();
    this.#stages = this.#text.making(() => this.#build());
  }

  get status(): ExecutionStatus {
    return this.#status;
  }

  /** Why the status is Failed. */
  get error(): Error | undefined {
    return this.#error;
  }

  /** The groups that are read: those of the settings, or those that SOURCE found. */
  get logGroupNames(): readonly string[] {
    return this.#logGroupNames;
  }

  /** The groups of subqueries and of the right sides of joins. */
  innerLogGroupNames(): readonly string[] {
    const { subqueries, joins } = this.#plan;
    const inner = [...subqueries.map(({ query }) => query), ...joins.map(({ command }) => command.query)];
    const names = inner.flatMap(({ source }) =>
      source === undefined ? [] : resolveSource(source, this.#source, this.#settings.nowMillis).logGroupNames,
    );
    return [...new Set(names)];
  }

  /**
   * Reads the source to its end; other work runs between its chunks. Rejects when the query fails (more
   * groups or join keys than are kept, a source that throws); its status is then Failed.
   * @param signal - stops the query between two chunks; its status is then Cancelled
   */
  async run(signal?: AbortSignal): Promise<void> {
    this.#status = 'Running';
    try {
      await this.#prepare(signal);
      await this.#readMain(signal);
      this.#stages[0]!.finish();
      this.#status = 'Complete';
    } catch (error) {
      if (error instanceof CancelledError) {
        this.#status = 'Cancelled';
      } else {
        this.#status = 'Failed';
        this.#error = error instanceof Error ? error : new Error(String(error));
        throw this.#error;
      }
    } finally {
      if (this.#settings.textAccount === undefined) this.#text.close();
    }
  }

  /** The rows so far, as the service prints them. */
  rows(): readonly (readonly ResultField[])[] {
    const { rows, printed } = this.#status === 'Running' ? this.#preview() : this.#collected;
    return this.#settings.keepsRows === true ? rows.map((row) => this.#print(row)) : printed;
  }

  /** The rows of a query that has ended, with their values; none unless the settings say `keepsRows`. */
  rawRows(): readonly Row[] {
    return this.#collected.rows;
  }

  /** What must be known before the first event: subqueries, the right side of joins, the window of `diff`. */
  async #prepare(signal: AbortSignal | undefined): Promise<void> {
    for (const { query, column, values } of this.#plan.subqueries) {
      const rows = await this.#runInner(query, signal, MAX_SUBQUERY_MILLIS);
      for (const row of rows) values.add(row.resolve(column, column.split('.')));
    }
    for (const { command, table } of this.#plan.joins) {
      for (const row of await this.#runInner(command.query, signal)) table.add(row);
    }
    const { diff } = this.#plan;
    if (diff === undefined) return;
    const shift =
      diff.window === undefined
        ? this.#range.endTimeMillis - this.#range.startTimeMillis + 1
        : WINDOW_MILLIS[diff.window];
    const first = chain(diff.stages, earlierSink(diff.input, diff.miner))[0]!;
    const earlier = {
      startTimeMillis: this.#range.startTimeMillis - shift,
      endTimeMillis: this.#range.endTimeMillis - shift,
    };
    // Its groups are those of the query, which are counted once.
    const groups = this.statistics.logGroupsScanned;
    await this.#read(earlier, signal, (event) => first.push(this.#rowOf(event)));
    this.statistics.logGroupsScanned = groups;
    first.finish();
  }

  /** @param mayTakeMillis - the query fails when the inner one is not through by then */
  async #runInner(
    query: Query,
    signal: AbortSignal | undefined,
    mayTakeMillis = Infinity,
  ): Promise<readonly Row[]> {
    const limit = Math.max(this.#settings.limit ?? 0, MAX_LIMIT);
    const unlimited = query.commands.some(({ kind }) => kind === 'Limit') ? undefined : limit;
    const inner = new QueryExecution(query, this.#source, {
      ...this.#settings,
      limit: unlimited,
      keepsRows: true,
      textAccount: this.#text,
    });
    inner.#endsAt = this.#elapsedMillis() + mayTakeMillis;
    await inner.run(signal);
    const { recordsMatched: _, ...scanned } = inner.statistics;
    for (const [name, count] of Object.entries(scanned)) {
      this.statistics[name as keyof ScanStatistics] += count;
    }
    if (inner.status === 'Cancelled') throw new CancelledError();
    return inner.rawRows();
  }

  async #readMain(signal: AbortSignal | undefined): Promise<void> {
    const first = this.#stages[0]!;
    const countsOnly = this.#plan.matchedAfter === 0;
    await this.#read(this.#range, signal, (event) => {
      if (countsOnly && this.#isSatisfied && !this.#plan.stopsEarly) {
        this.statistics.recordsMatched++;
        return true;
      }
      return first.push(this.#rowOf(event));
    });
  }

  async #read(
    range: TimeRange,
    signal: AbortSignal | undefined,
    take: (event: QueryableEvent) => boolean,
  ): Promise<void> {
    const scan: EventScan = {
      logGroupNames: this.#logGroupNames,
      startTimeMillis: range.startTimeMillis,
      endTimeMillis: range.endTimeMillis,
      indexConditions: this.#plan.indexConditions,
    };
    throwIfAborted(signal);
    for (const chunk of this.#source.scan(scan, this.statistics)) {
      for (const event of chunk) if (!take(event)) return;
      await new Promise((resolve) => nextTurn(resolve));
      throwIfAborted(signal);
      if (this.#elapsedMillis() > this.#endsAt) {
        throw new RangeError(`a subquery took longer than ${MAX_SUBQUERY_MILLIS / 1000} seconds`);
      }
    }
  }

  #rowOf(event: QueryableEvent): Row {
    return new Row(event, discoverFields(event, this.#source));
  }

  /** All stages of the plan, with the one that counts matches, and the one that collects at the end. */
  #build(): Stage[] {
    const { stages, matchedAfter } = this.#plan;
    const behind = chain(stages.slice(matchedAfter), this.#collector(this.#collected));
    const counter = this.#counter(behind[0]!);
    const before = chain(stages.slice(0, matchedAfter), counter);
    return [...before, ...behind];
  }

  #counter(next: Stage): Stage {
    return {
      push: (row) => {
        this.statistics.recordsMatched++;
        if (!this.#isSatisfied) this.#isSatisfied = !next.push(row);
        // The service's figures count every match, so only `limit any` ends the scan.
        return !(this.#isSatisfied && this.#plan.stopsEarly);
      },
      finish: () => {
        next.finish();
      },
    };
  }

  /** Rows are printed as they come: what a result shows is often a small part of what its events hold. */
  #collector({ rows, printed }: Result): Stage {
    const { limit } = this.#plan;
    const keepsRows = this.#settings.keepsRows === true;
    const text = new HeldText();
    let count = 0;
    return {
      push: (row) => {
        if (count >= limit) return false;
        if (keepsRows) {
          text.addRow(row);
          rows.push(row);
        } else {
          const cells = this.#print(row);
          for (const { value } of cells) text.add(value.length);
          printed.push(cells);
        }
        count++;
        return count < limit;
      },
      finish: () => undefined,
    };
  }

  /** What the result would be if no more events came: rows that a stage holds back, through the rest. */
  #preview(): Result {
    const holding = this.#stages.findIndex((stage) => stage.heldRows !== undefined);
    if (holding === -1) return this.#collected;
    const result: Result = { rows: [], printed: [] };
    // The counter stands between the plan's stages.
    const rest = this.#plan.stages.slice(holding > this.#plan.matchedAfter ? holding : holding + 1);
    const [first] = chain(rest, this.#collector(result));
    for (const row of this.#stages[holding]!.heldRows!()) if (!first!.push(row.copy())) break;
    first!.finish();
    return result;
  }

  #print(row: Row): readonly ResultField[] {
    const cells: ResultField[] = [];
    for (const field of this.#plan.columns) {
      if (field === '@ptr') continue;
      const value = formatCell(row.get(field));
      if (value !== undefined) cells.push({ field, value });
    }
    if (this.#plan.showsPtr && row.event !== undefined) cells.push({ field: '@ptr', value: row.event.ptr });
    return cells;
  }
}

/** What came out of the last stage: rows for an outer query, or their cells. */
interface Result {
  readonly rows: Row[];
  readonly printed: (readonly ResultField[])[];
}

/** Stages one behind the other, `last` at the end. */
function chain(factories: readonly StageFactory[], last: Stage): Stage[] {
  const stages = [last];
  for (const factory of factories.toReversed()) stages.unshift(factory(stages[0]!));
  return stages;
}

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new CancelledError();
}

/** Ends the reading; never leaves this file. */
class CancelledError extends Error {}
