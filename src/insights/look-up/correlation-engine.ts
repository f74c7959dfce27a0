import { type CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { checkMembers, checkMillisAboveZero } from '../../cloudwatch/check-members.js';
import { checkTime } from '../../cloudwatch/check-time.js';
import {
  checkClock,
  checkFlags,
  checkFunctions,
  checkGivenNames,
  checkSignal,
} from '../../cloudwatch/check-values.js';
import {
  checkClient,
  checkClientOptions,
  CLIENT_MEMBERS,
  type ClientOptions,
  createCloudWatchLogsClient,
} from '../../cloudwatch/client.js';
import { isOnThisMachine } from '../../cloudwatch/client-endpoint.js';
import { DEFAULT_RANGE_MILLIS } from '../../cloudwatch/default-range.js';
import { OptionError } from '../../cloudwatch/errors.js';
import { guardedClient } from '../../cloudwatch/guarded-client.js';
import { isoTime } from '../../cloudwatch/iso-time.js';
import { MAX_FILTER_PATTERN_LENGTH, MAX_QUERY_ROWS } from '../../cloudwatch/limits.js';
import { USD_PER_SCANNED_GIGABYTE } from '../../cloudwatch/prices.js';
import { compareEvents, mergeFoundEvents, toCorrelatedEvent } from './correlated-event.js';
import { type CorrelationResult } from './correlation-result.js';
import { type TimeRange } from './event-reader.js';
import { type NewestEvents, type NewestEventsOptions, readNewestEvents } from './newest-events.js';
import { FieldIndexDirectory } from '../log-groups/field-index-directory.js';
import {
  checkLogGroupSelector,
  type DirectoryAnswer,
  type KnownLogGroup,
  type LeftOutLogGroup,
  LogGroupDirectory,
  type ResolvedLogGroups,
} from '../log-groups/log-group-directory.js';
import {
  filterQuery,
  type LookUp,
  lookUpOfErrors,
  lookUpOfField,
  lookUpOfRequest,
  lookUpOfSpan,
  lookUpOfTrace,
} from './look-up.js';
import {
  QUERY_RUNNER_MEMBERS,
  QueryRunner,
  type QueryRunnerSettings,
  type ReadStatus,
} from '../queries/query-runner.js';
import { AccessDeniedError } from '../queries/query-errors.js';
import { followingSignal } from '../queries/following-signal.js';
import { type ReadCalls } from '../queries/read-calls.js';
import { LookUpProgressCount, type LookUpProgress } from './look-up-progress.js';
import { addStatistics, NO_STATISTICS } from '../queries/query-statistics.js';
import { parentsFirst } from './parents-first.js';
import { runLookUp } from './run-look-up.js';
import { ScanBudget } from '../queries/scan-budget.js';
import { buildTraces } from './trace-tree.js';

/** The log group in which Transaction Search keeps spans. */
export const SPANS_LOG_GROUP = 'aws/spans';

/** How look-ups are made. */
export interface CorrelationEngineOptions extends ClientOptions, QueryRunnerSettings {
  /** Used instead of a client of our own; then region, endpoint and credentials are the client's. */
  readonly client?: CloudWatchLogsClient | undefined;
  /** Those of a query runner, another engine or a tail of the same `client`, so that they have one circuit breaker. */
  readonly calls?: ReadCalls | undefined;
  /** Names, ARNs, or prefixes that end in `*` (`/apps/*`). */
  readonly logGroups: readonly string[];
  /** Looks in the account's spans (`aws/spans`) too, where there are any. Default true. */
  readonly spans?: boolean | undefined;
  /** Further fields that hold a trace id in your logs. */
  readonly traceIdFields?: readonly string[] | undefined;
  /** Further fields that hold a span id. */
  readonly spanIdFields?: readonly string[] | undefined;
  /** Further fields that hold a request id. */
  readonly requestIdFields?: readonly string[] | undefined;
  /**
   * Milliseconds before now in which FilterLogEvents is asked too, because Insights may not answer so
   * fresh events yet. 0 never asks it, for events that are older than their log group neither. Default 120,000.
   */
  readonly freshMillis?: number | undefined;
  /** US dollars for 10^9 scanned bytes, for the estimate. Default 0.005, the list price in us-east-1. */
  readonly usdPerScannedGigabyte?: number | undefined;
  /**
   * Rows that one query answers; a look-up of more reads the time range in pieces. Default 100,000, the
   * service's cap; emulators and older endpoints have 10,000.
   */
  readonly rowsOfQuery?: number | undefined;
  /** Milliseconds since 1970. Default Date.now; for tests. */
  readonly clock?: (() => number) | undefined;
}

/** The options of one look-up. */
export interface LookUpOptions {
  /** Begin of the range, as a date or milliseconds since 1970. Default three hours before its end. */
  readonly from?: Date | number | undefined;
  /** End of the range, itself included, as a date or milliseconds since 1970. Default now. */
  readonly to?: Date | number | undefined;
  /** Stops all queries of the look-up, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Also finds events that hold the value anywhere in their text. It scans everything. Default false. */
  readonly fullText?: boolean | undefined;
  /**
   * Scans every log group for every spelling, also those whose index has answered already. Default false:
   * a group whose index policy names one of the fields, or in which an index found events, is not scanned
   * for the other spellings.
   */
  readonly thorough?: boolean | undefined;
  /** Bytes that the queries together may scan; then the look-up ends with what it has. Default no bound. */
  readonly maxBytesScanned?: number | undefined;
  /** Events at the most, the newest. Default no bound. */
  readonly limit?: number | undefined;
  /** Milliseconds after which a query is stopped and the look-up rejects. Default 15 minutes. */
  readonly timeoutMillis?: number | undefined;
  /** Log groups instead of the engine's. */
  readonly logGroups?: readonly string[] | undefined;
  /** Told how far the look-up is, each time that something changes. Must not throw. */
  readonly onProgress?: ((progress: LookUpProgress) => void) | undefined;
}

const ENGINE_MEMBERS = {
  ...CLIENT_MEMBERS,
  ...QUERY_RUNNER_MEMBERS,
  client: true,
  calls: true,
  logGroups: true,
  spans: true,
  traceIdFields: true,
  spanIdFields: true,
  requestIdFields: true,
  freshMillis: true,
  usdPerScannedGigabyte: true,
  rowsOfQuery: true,
  clock: true,
} as const satisfies Record<keyof CorrelationEngineOptions, true>;

const LIST_MEMBERS = { logGroups: true, signal: true } as const;

const LOOK_UP_MEMBERS = {
  from: true,
  to: true,
  signal: true,
  fullText: true,
  thorough: true,
  maxBytesScanned: true,
  limit: true,
  timeoutMillis: true,
  logGroups: true,
  onProgress: true,
} as const satisfies Record<keyof LookUpOptions, true>;

const NEWEST_MEMBERS = {
  logGroups: true,
  from: true,
  to: true,
  limit: true,
  filterPattern: true,
  signal: true,
} as const satisfies Record<keyof NewestEventsOptions, true>;

/** Errors that are found where no limit is given: whoever wants more says how many. */
const DEFAULT_ERRORS = 100;
/** An id stands in a query once for each field that may hold it, and queries have at most 10,000 characters. */
const MAX_ID_LENGTH = 512;
/** The same for the few places of one field. */
const MAX_VALUE_LENGTH = 2_048;
const DEFAULT_FRESH_MILLIS = 120_000;
const DAY_MILLIS = 86_400_000;

/**
 * Finds every log event of a trace, span, request or any field's value over many log groups.
 * @example
 * const engine = new CorrelationEngine({ logGroups: ['/apps/*'] });
 * const { events, traces } = await engine.correlateByTrace(traceId);
 */
export class CorrelationEngine {
  readonly #options: CorrelationEngineOptions;
  readonly #epochMillis: () => number;
  readonly #runner: QueryRunner;
  readonly #directory: LogGroupDirectory;
  readonly #indexes: FieldIndexDirectory;

  /** @throws OptionError */
  constructor(options: CorrelationEngineOptions) {
    checkMembers('', options, ENGINE_MEMBERS);
    checkSelectors(options.logGroups);
    checkNumber('freshMillis', options.freshMillis, 0);
    checkNumber('usdPerScannedGigabyte', options.usdPerScannedGigabyte, 0);
    checkRows(options.rowsOfQuery);
    const { traceIdFields, spanIdFields, requestIdFields, spans, clock } = options;
    checkGivenNames({ traceIdFields, spanIdFields, requestIdFields });
    checkFlags({ spans });
    checkClock(clock);
    checkClientOptions(options);
    if (options.client !== undefined) checkClient(options.client);
    this.#options = options;
    const client = options.client
      ? guardedClient(options.client, { errorDetails: options.errorDetails })
      : (options.calls?.client ?? createCloudWatchLogsClient(options));
    this.#epochMillis = clock ?? Date.now;
    const { concurrency, firstPollMillis, longestPollMillis, circuitBreaker, meterProvider } = options;
    this.#runner = new QueryRunner(
      { client, calls: options.calls },
      { concurrency, firstPollMillis, longestPollMillis, circuitBreaker, meterProvider },
    );
    const parts = { client, calls: this.#runner.calls, epochMillis: this.#epochMillis };
    this.#directory = new LogGroupDirectory(parts);
    this.#indexes = new FieldIndexDirectory(parts);
  }

  /** The log groups that look-ups read where they name no others: names, ARNs and prefixes. */
  get logGroups(): readonly string[] {
    return this.#options.logGroups;
  }

  /** The calls of this engine: give them to others that read with the same client. */
  get calls(): ReadCalls {
    return this.#runner.calls;
  }

  /** Counts the look-ups, and all calls that were made with {@link calls}. */
  status(): ReadStatus {
    return this.#runner.status();
  }

  /**
   * Finds the events of a trace, under any known spelling of the field.
   * @param traceId - W3C or X-Ray form (both are looked for), or any other non-empty string
   * @throws OptionError, CloudWatchLogsError, the signal's reason, or an error of code `ERR_REQUEST`, with the AWS error's name
   */
  correlateByTrace(traceId: string, options: LookUpOptions = {}): Promise<CorrelationResult> {
    return this.#run('traceId', traceId, (id) => lookUpOfTrace(id, this.#options.traceIdFields), options);
  }

  /** Finds the events of a span. Parameters and errors as {@link correlateByTrace}. */
  correlateBySpan(spanId: string, options: LookUpOptions = {}): Promise<CorrelationResult> {
    return this.#run('spanId', spanId, (id) => lookUpOfSpan(id, this.#options.spanIdFields), options);
  }

  /** Finds the events of a request. Parameters and errors as {@link correlateByTrace}. */
  correlateByRequest(requestId: string, options: LookUpOptions = {}): Promise<CorrelationResult> {
    return this.#run(
      'requestId',
      requestId,
      (id) => lookUpOfRequest(id, this.#options.requestIdFields),
      options,
    );
  }

  /**
   * Finds the events that have a value in a field.
   * @param field - as the query language names it (`order.id`, `@logStream`); a plain name is also looked
   * for among the attributes and the resource of a record
   * @param value - in full
   */
  async correlateBy(
    field: string,
    value: string | number | boolean,
    options: LookUpOptions = {},
  ): Promise<CorrelationResult> {
    if (typeof field !== 'string' || field === '') throw new OptionError('field', 'be a name', field);
    const isBoolean = typeof value === 'boolean';
    if (!isBoolean && typeof value !== 'string' && typeof value !== 'number') {
      throw new OptionError('value', 'be a text, a number or a boolean', value);
    }
    return this.#run(
      'value',
      typeof value === 'string' ? value : String(value),
      (text) => lookUpOfField(field, isBoolean ? value : text),
      options,
    );
  }

  /**
   * Finds the newest errors, whoever logged them: by severity, exception, or a span that failed. No index
   * tells them, so it scans the range.
   * @param options.limit - default 100
   * @throws as {@link correlateByTrace}
   */
  recentErrors(options: LookUpOptions = {}): Promise<CorrelationResult> {
    return this.#observed(lookUpOfErrors, { limit: DEFAULT_ERRORS, ...options });
  }

  /**
   * Reads the newest events with FilterLogEvents, which scans nothing that is billed: for a list of what
   * happened last.
   * @throws OptionError, AccessDeniedError where no group may be read, the signal's reason, or the AWS SDK's error
   */
  async newestEvents(options: NewestEventsOptions = {}): Promise<NewestEvents> {
    checkMembers('', options, NEWEST_MEMBERS);
    checkNumber('limit', options.limit, 1);
    checkFilterPattern(options.filterPattern);
    checkSignal(options.signal);
    if (options.logGroups) checkSelectors(options.logGroups);
    const range = this.#rangeOf(options);
    options.signal?.throwIfAborted();
    const { groups, leftOut } = await this.#groupsOf({ ...options, spans: false }, range);
    // Where a prefix means them too, the spans of all services would leave no room for logs.
    const isAsked = (options.logGroups ?? this.#options.logGroups).includes(SPANS_LOG_GROUP);
    const wanted = isAsked ? groups : groups.filter(({ name }) => name !== SPANS_LOG_GROUP);
    const found = await readNewestEvents(this.calls, wanted, range, options);
    const allLeftOut = uniqueLeftOut([...leftOut, ...found.leftOut]);
    failIfAllDenied(groups, found.leftOut, allLeftOut, 'read');
    return { ...found, range, leftOut: allLeftOut };
  }

  /**
   * Lists the log groups that look-ups read.
   * @throws OptionError, the signal's reason, or the AWS SDK's error
   */
  async listLogGroups(options: Pick<LookUpOptions, 'logGroups' | 'signal'> = {}): Promise<ResolvedLogGroups> {
    checkMembers('', options, LIST_MEMBERS);
    checkSignal(options.signal);
    const selectors = options.logGroups ?? this.#options.logGroups;
    checkSelectors(selectors);
    const { groups, leftOut } = await this.#directory.resolve(selectors, followingSignal(options.signal));
    return { groups, leftOut };
  }

  async #run(
    option: string,
    value: unknown,
    toLookUp: (value: string) => LookUp,
    options: LookUpOptions,
  ): Promise<CorrelationResult> {
    const isField = option === 'value';
    if (typeof value !== 'string' || (isField ? value : value.trim()) === '') {
      throw new OptionError(option, 'be a string that is not empty', value);
    }
    const longest = isField ? MAX_VALUE_LENGTH : MAX_ID_LENGTH;
    if (value.length > longest) {
      throw new OptionError(option, `have at most ${longest} characters; it has ${value.length}`);
    }
    return this.#observed(() => toLookUp(value), options);
  }

  async #observed(toLookUp: () => LookUp, options: LookUpOptions): Promise<CorrelationResult> {
    checkMembers('', options, LOOK_UP_MEMBERS);
    const lookUp = toLookUp();
    const range = this.#rangeOf(options);
    checkNumber('limit', options.limit, 1);
    checkNumber('maxBytesScanned', options.maxBytesScanned, 1);
    checkMillisAboveZero('timeoutMillis', options.timeoutMillis);
    const { fullText, thorough, onProgress, signal } = options;
    checkFlags({ fullText, thorough });
    checkFunctions({ onProgress });
    checkSignal(signal);
    if (options.logGroups) checkSelectors(options.logGroups);
    // A field that no query can name is refused now, not by the first query.
    filterQuery(lookUp).toString();
    signal?.throwIfAborted();
    return this.#runner.observer.observe(
      lookUp.kind,
      () => this.#lookUp(lookUp, range, options),
      ({ logGroups, statistics, events, isComplete }) => ({
        logGroups,
        queries: statistics.queries,
        bytesScanned: statistics.bytesScanned,
        rows: events.length,
        isComplete,
      }),
    );
  }

  async #lookUp(lookUp: LookUp, range: TimeRange, given: LookUpOptions): Promise<CorrelationResult> {
    const options = { ...given, signal: followingSignal(given.signal) };
    const { groups, leftOut, young, undescribed, notes: groupNotes } = await this.#groupsOf(options, range);
    const indexes = await this.#indexes.describe(groups, options.signal);
    const maxEvents = options.limit ?? Infinity;
    const found = await runLookUp(
      { calls: this.calls, runner: { run: (request) => this.#runner.runUnobserved(request) } },
      {
        lookUp,
        range,
        groups,
        youngGroups: young,
        undescribed,
        indexes: indexes.byGroup,
        nowMillis: this.#epochMillis(),
        freshMillis: this.#options.freshMillis ?? DEFAULT_FRESH_MILLIS,
        fullText: options.fullText ?? false,
        thorough: options.thorough ?? false,
        budget: new ScanBudget(options.maxBytesScanned ?? Infinity),
        maxEvents,
        rowsOfQuery: this.#options.rowsOfQuery,
        signal: options.signal,
        timeoutMillis: options.timeoutMillis,
        progress: options.onProgress && new LookUpProgressCount(options.onProgress, groups.length),
        isLocal: await isOnThisMachine(this.calls.client),
      },
    );
    const allLeftOut = uniqueLeftOut([...leftOut, ...found.leftOut]);
    failIfAllDenied(groups, found.leftOut, allLeftOut);

    const merged = parentsFirst(mergeFoundEvents(found.sources).map(toCorrelatedEvent).sort(compareEvents));
    // The query for errors may find an event that only looks like one.
    const ordered = lookUp.kind === 'errors' ? merged.filter(({ isError }) => isError) : merged;
    const events = ordered.length > maxEvents ? ordered.slice(-maxEvents) : ordered;
    const statistics = found.steps.map((step) => step.statistics).reduce(addStatistics, NO_STATISTICS);
    const notes = [
      ...groupNotes,
      ...[...indexes.unknown].map(([group, why]) => `${group} was searched as if it had no index: ${why}`),
      ...found.notes,
      ...(found.hasHitLimit || ordered.length > maxEvents
        ? [
            maxEvents === 1
              ? 'only the newest event is shown'
              : `only the newest ${maxEvents} events are shown`,
          ]
        : []),
    ];
    const usdPerGigabyte = this.#options.usdPerScannedGigabyte ?? USD_PER_SCANNED_GIGABYTE;
    return {
      lookUp,
      range,
      events,
      traces: buildTraces(events),
      steps: found.steps,
      statistics,
      estimatedCostUsd: (statistics.bytesScanned / 1e9) * usdPerGigabyte,
      logGroups: groups.map((group) => group.identifier),
      leftOut: allLeftOut,
      notes,
      isComplete: found.isComplete && !found.hasHitLimit && ordered.length <= maxEvents,
    };
  }

  #rangeOf(options: Pick<LookUpOptions, 'from' | 'to'>): TimeRange {
    const toMillis = options.to === undefined ? this.#epochMillis() : checkTime('to', options.to);
    const fromMillis =
      options.from === undefined ? toMillis - DEFAULT_RANGE_MILLIS : checkTime('from', options.from);
    if (fromMillis > toMillis) {
      throw new OptionError('from', 'not be later than `to`', new Date(fromMillis).toISOString());
    }
    return { fromMillis: Math.max(0, fromMillis), toMillis };
  }

  /** The groups that can have events in the range; of the others those that were made later. */
  async #groupsOf(
    options: Pick<LookUpOptions, 'logGroups' | 'signal'> & { readonly spans?: false },
    range: TimeRange,
  ): Promise<SearchedLogGroups> {
    const selectors = options.logGroups ?? this.#options.logGroups;
    const [resolved, spans] = await Promise.all([
      this.#directory.resolve(selectors, options.signal),
      (options.spans ?? this.#options.spans) === false ? undefined : this.#spansGroup(options.signal),
    ]);
    const all = [...resolved.groups];
    // Where nothing is that was asked for, the account's spans alone would be taken for it.
    const isSpansGroupDue = resolved.groups.length > 0 && !all.some(({ name }) => name === SPANS_LOG_GROUP);
    if (isSpansGroupDue) all.push(...(spans?.groups ?? []));
    const denied = isSpansGroupDue ? spans?.undescribed.get(SPANS_LOG_GROUP) : undefined;
    const notes =
      denied === undefined
        ? []
        : [
            `whether the account keeps spans (${SPANS_LOG_GROUP}) is not known, and none were looked for: ${denied}`,
          ];
    const groups: KnownLogGroup[] = [];
    const young: KnownLogGroup[] = [];
    const leftOut = [...resolved.leftOut];
    for (const group of all) {
      const skipped = reasonToSkip(group, range, this.#epochMillis());
      if (skipped) leftOut.push({ logGroup: group.identifier, ...skipped });
      else groups.push(group);
      if (skipped?.reason === 'younger_than_range') young.push(group);
    }
    return { groups, leftOut, young, undescribed: resolved.undescribed, notes };
  }

  /** None where the account keeps no spans, as most accounts do, or they cannot be seen. */
  async #spansGroup(signal: AbortSignal | undefined): Promise<DirectoryAnswer> {
    const answer = await this.#directory.resolve([SPANS_LOG_GROUP], signal);
    // Without a creation time the group was assumed, as describing is denied: it may well not exist.
    return { ...answer, groups: answer.groups.filter((group) => group.creationMillis !== undefined) };
  }
}

/** The groups of a look-up. */
interface SearchedLogGroups extends DirectoryAnswer {
  readonly young: readonly KnownLogGroup[];
  /** Sentences about what could not be learnt of them. */
  readonly notes: readonly string[];
}

function reasonToSkip(
  group: KnownLogGroup,
  range: TimeRange,
  nowMillis: number,
): Pick<LeftOutLogGroup, 'reason' | 'detail'> | undefined {
  if (group.logGroupClass === 'DELIVERY') {
    return { reason: 'not_queryable', detail: 'Insights does not query groups of class DELIVERY' };
  }
  if (group.creationMillis !== undefined && group.creationMillis > range.toMillis) {
    const since = isoTime(group.creationMillis);
    return { reason: 'younger_than_range', detail: `it was created at ${since}, after the range` };
  }
  if (
    group.retentionInDays !== undefined &&
    range.toMillis < nowMillis - group.retentionInDays * DAY_MILLIS
  ) {
    return { reason: 'expired', detail: `it keeps events for ${group.retentionInDays} days only` };
  }
  return undefined;
}

/** A result that is empty because nothing may be read would be taken for an answer. */
function failIfAllDenied(
  groups: readonly KnownLogGroup[],
  leftOutByQueries: readonly LeftOutLogGroup[],
  leftOut: readonly LeftOutLogGroup[],
  what: 'queried' | 'read' = 'queried',
): void {
  const denied = leftOut.filter(({ reason }) => reason === 'denied');
  const refused = new Set(leftOutByQueries.map(({ logGroup }) => logGroup));
  if (
    denied.length > 0 &&
    denied.length === leftOut.length &&
    groups.every((one) => refused.has(one.identifier))
  ) {
    throw new AccessDeniedError(what, denied[0]!.detail);
  }
}

function uniqueLeftOut(leftOut: readonly LeftOutLogGroup[]): LeftOutLogGroup[] {
  return [...new Map(leftOut.map((one) => [one.logGroup, one])).values()];
}

function checkSelectors(logGroups: readonly string[]): void {
  if (!Array.isArray(logGroups) || logGroups.length === 0) {
    throw new OptionError('logGroups', 'hold at least one name, ARN or prefix of log groups', logGroups);
  }
  for (const selector of logGroups as readonly unknown[]) checkLogGroupSelector(selector);
}

function checkRows(rows: number | undefined): void {
  if (rows !== undefined && !(Number.isInteger(rows) && rows >= 1 && rows <= MAX_QUERY_ROWS)) {
    throw new OptionError('rowsOfQuery', `be a whole number from 1 to ${MAX_QUERY_ROWS}`, rows);
  }
}

function checkNumber(option: string, value: number | undefined, minimum: number): void {
  if (value !== undefined && !(typeof value === 'number' && value >= minimum)) {
    throw new OptionError(option, `be a number from ${minimum}`, value);
  }
}

function checkFilterPattern(pattern: unknown): void {
  if (pattern === undefined) return;
  if (typeof pattern === 'string' && pattern.length <= MAX_FILTER_PATTERN_LENGTH) return;
  const rule = `be text of at most ${MAX_FILTER_PATTERN_LENGTH} characters`;
  throw new OptionError('filterPattern', rule, pattern);
}
