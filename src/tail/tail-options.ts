import { type CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { type MeterProvider } from '@opentelemetry/api';
import { checkMembers } from '../cloudwatch/check-members.js';
import { checkTime } from '../cloudwatch/check-time.js';
import { checkClock, checkMeterProvider, checkSignal } from '../cloudwatch/check-values.js';
import { checkClient, checkClientOptions, CLIENT_MEMBERS, type ClientOptions } from '../cloudwatch/client.js';
import { OptionError } from '../cloudwatch/errors.js';
import { MAX_FILTER_PATTERN_LENGTH } from '../cloudwatch/limits.js';
import { checkLogGroupSelector } from '../insights/log-groups/log-group-directory.js';
import { severityNumberOf } from '../insights/messages/severity.js';
import { type ReadCalls } from '../insights/queries/read-calls.js';
import { type TailCheckpoint } from './checkpoint.js';

/** The log groups to follow, and how. */
export interface TailOptions extends ClientOptions {
  /** Used instead of a client of our own; then region, endpoint and credentials are the client's. */
  readonly client?: CloudWatchLogsClient | undefined;
  /** Those of an engine or query runner (`engine.calls`), so that they have one circuit breaker; the client is theirs. */
  readonly calls?: ReadCalls | undefined;
  /** Names, ARNs, or prefixes that end in `*` (`/apps/*`); groups that appear later under a prefix join. */
  readonly logGroups: readonly string[];
  /** A filter pattern of CloudWatch Logs: the service sends only events that match. */
  readonly filterPattern?: string | undefined;
  /** A logger's word (`warn`), or OpenTelemetry's number, 1 to 24. Events without a severity pass. */
  readonly minSeverity?: string | number | undefined;
  /** Only events of this trace, in any form of the id. */
  readonly traceId?: string | undefined;
  /** Also events since then, as a date or milliseconds since 1970. Default: what is ingested from now on. */
  readonly from?: Date | number | undefined;
  /** The newest events first, so many, 1 to 10,000. Not together with `from` and `checkpoint`. Default: none. */
  readonly last?: number | undefined;
  /** Goes on when the events of `from`, `last` or `checkpoint` are read. Default true. */
  readonly follow?: boolean | undefined;
  /** Goes on where another tail's `checkpoint()` stood. Not together with `from`. */
  readonly checkpoint?: TailCheckpoint | undefined;
  /**
   * `auto`: live tail where the service allows it, else polling. `live`: nothing else; a group that can't be followed
   * ends the tail. `polling`: FilterLogEvents alone, which costs nothing but requests. Default `auto`.
   */
  readonly source?: 'auto' | 'live' | 'polling' | undefined;
  /** Milliseconds between two polls of a log group. Default 2,000. */
  readonly intervalMillis?: number | undefined;
  /** Share of the events that is shown, 0 to 1; events of a trace stay together. Default 1. */
  readonly samplingRatio?: number | undefined;
  /**
   * Milliseconds for which an event is remembered, so that it is shown once, and for which polling looks back for
   * events that arrive late. Default 600,000.
   */
  readonly deduplicationWindowMillis?: number | undefined;
  /** Events that wait for a slow reader at the most; then the sources wait too. Default 1,000. */
  readonly batchSize?: number | undefined;
  /** Ends the tail: its iterator ends with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Where metrics go. Default: there are none. */
  readonly meterProvider?: MeterProvider | undefined;
  /** Milliseconds since 1970. Default Date.now; for tests. */
  readonly clock?: (() => number) | undefined;
}

/** Options of a tail, checked and complete. */
export interface TailSettings {
  readonly logGroups: readonly string[];
  readonly filterPattern: string | undefined;
  readonly minSeverity: number | undefined;
  readonly traceId: string | undefined;
  readonly fromMillis: number | undefined;
  readonly last: number | undefined;
  readonly follow: boolean;
  readonly checkpoint: TailCheckpoint | undefined;
  readonly source: 'auto' | 'live' | 'polling';
  readonly intervalMillis: number;
  readonly samplingRatio: number;
  readonly deduplicationWindowMillis: number;
  readonly batchSize: number;
}

const TAIL_MEMBERS = {
  ...CLIENT_MEMBERS,
  client: true,
  calls: true,
  logGroups: true,
  filterPattern: true,
  minSeverity: true,
  traceId: true,
  from: true,
  last: true,
  follow: true,
  checkpoint: true,
  source: true,
  intervalMillis: true,
  samplingRatio: true,
  deduplicationWindowMillis: true,
  batchSize: true,
  signal: true,
  meterProvider: true,
  clock: true,
} as const satisfies Record<keyof TailOptions, true>;

interface NumberRule {
  readonly min: number;
  readonly max: number;
  readonly default: number;
  readonly isWhole: boolean;
}

const NUMBERS = {
  intervalMillis: { min: 100, max: 3_600_000, default: 2_000, isWhole: true },
  samplingRatio: { min: 0, max: 1, default: 1, isWhole: false },
  deduplicationWindowMillis: { min: 1_000, max: 86_400_000, default: 600_000, isWhole: true },
  batchSize: { min: 1, max: 100_000, default: 1_000, isWhole: true },
} as const satisfies Record<string, NumberRule>;

/** The environment variable of a number: `intervalMillis` is `OTEL_CWLOGS_TAIL_INTERVAL_MILLIS`. */
function variableOf(name: string): string {
  return `OTEL_CWLOGS_TAIL_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

/**
 * Checks the options of a tail; interval, ratio, window and batch size may come from the environment.
 * @throws OptionError
 */
export function readTailOptions(
  options: TailOptions,
  environment: Readonly<Record<string, string | undefined>>,
): TailSettings {
  checkMembers('', options, TAIL_MEMBERS);
  const { logGroups, filterPattern, minSeverity, traceId, from, checkpoint, source = 'auto' } = options;
  if (!Array.isArray(logGroups) || logGroups.length === 0) {
    throw new OptionError('logGroups', 'hold at least one name, ARN or prefix of log groups', logGroups);
  }
  const selectors: readonly unknown[] = logGroups;
  for (const selector of selectors) checkLogGroupSelector(selector);
  checkClientOptions(options);
  checkClock(options.clock);
  checkMeterProvider(options.meterProvider);
  checkSignal(options.signal);
  if (options.client !== undefined) checkClient(options.client);
  const { calls } = options;
  if (calls !== undefined && typeof (calls as Partial<ReadCalls> | null)?.once !== 'function') {
    throw new OptionError('calls', 'be those of an engine or a query runner', calls);
  }
  if (calls !== undefined && options.client !== undefined && options.client !== calls.client) {
    throw new OptionError('client', 'be the one of calls, or not be given');
  }
  if (
    filterPattern !== undefined &&
    !(typeof filterPattern === 'string' && filterPattern.length <= MAX_FILTER_PATTERN_LENGTH)
  ) {
    const rule = `be text of at most ${MAX_FILTER_PATTERN_LENGTH} characters`;
    throw new OptionError('filterPattern', rule, filterPattern);
  }
  if (traceId !== undefined && (typeof traceId !== 'string' || traceId.trim() === '')) {
    throw new OptionError('traceId', 'be a string that is not empty', traceId);
  }
  if (!['auto', 'live', 'polling'].includes(source)) {
    throw new OptionError('source', 'be auto, live or polling', source);
  }
  const { last, follow = true } = options;
  const beginnings = { from, last, checkpoint };
  const [first, second] = Object.entries(beginnings).flatMap(([name, value]) =>
    value === undefined ? [] : [name],
  );
  if (second !== undefined) throw new OptionError(first!, `not be given together with ${second}`);
  if (last !== undefined && !(Number.isInteger(last) && last >= 1 && last <= 10_000)) {
    throw new OptionError('last', 'be a whole number from 1 to 10000', last);
  }
  if (typeof follow !== 'boolean') throw new OptionError('follow', 'be true or false', follow);
  if (!follow && first === undefined) {
    throw new OptionError('follow', 'be true where neither from, last nor checkpoint is given', follow);
  }
  const number = (name: keyof typeof NUMBERS): number => readNumber(name, options[name], environment);
  return {
    logGroups: [...(selectors as readonly string[])],
    filterPattern: filterPattern === '' ? undefined : filterPattern,
    minSeverity: minSeverity === undefined ? undefined : readSeverity(minSeverity),
    traceId,
    fromMillis: from === undefined ? undefined : checkTime('from', from),
    last,
    follow,
    checkpoint: checkpoint === undefined ? undefined : readCheckpoint(checkpoint),
    source,
    intervalMillis: number('intervalMillis'),
    samplingRatio: number('samplingRatio'),
    deduplicationWindowMillis: number('deduplicationWindowMillis'),
    batchSize: number('batchSize'),
  };
}

function readNumber(
  name: keyof typeof NUMBERS,
  given: unknown,
  environment: Readonly<Record<string, string | undefined>>,
): number {
  const { min, max, default: otherwise, isWhole } = NUMBERS[name];
  const variable = variableOf(name);
  const text = environment[variable]?.trim();
  const isFromText = given === undefined && text !== undefined && text !== '';
  const value = isFromText ? (/^\d+(?:\.\d+)?$/.test(text) ? Number(text) : text) : (given ?? otherwise);
  if (typeof value !== 'number' || !(value >= min && value <= max) || (isWhole && !Number.isInteger(value))) {
    const rule = `be a ${isWhole ? 'whole number' : 'number'} from ${min} to ${max}`;
    throw new OptionError(isFromText ? variable : name, rule, value);
  }
  return value;
}

function readSeverity(value: string | number): number {
  const number = typeof value === 'string' ? severityNumberOf(value) : value;
  if (typeof number !== 'number' || !Number.isInteger(number) || number < 1 || number > 24) {
    throw new OptionError('minSeverity', 'be a severity such as warn, or a number from 1 to 24', value);
  }
  return number;
}

function readCheckpoint(value: unknown): TailCheckpoint {
  const { version, ingestedMillis, seen } = (value ?? {}) as Partial<TailCheckpoint>;
  const isRight =
    version === 1 &&
    typeof ingestedMillis === 'number' &&
    Number.isFinite(ingestedMillis) &&
    Array.isArray(seen) &&
    seen.every((one) => typeof one === 'string');
  if (!isRight) throw new OptionError('checkpoint', 'be what checkpoint() of a tail returned');
  return { version, ingestedMillis, seen: [...seen] };
}
