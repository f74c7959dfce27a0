import { type Histogram, type MeterProvider, SpanStatusCode, trace } from '@opentelemetry/api';
import { CloudWatchLogsError } from '../../cloudwatch/errors.js';
import { ATTR_ERROR_TYPE } from '../../observability/component-metrics.js';

/** The kind of a look-up: for an id, a field's value, errors, or a query as it stands. */
export type ObservedKind = 'trace' | 'span' | 'request' | 'field' | 'errors' | 'query';

/** The amounts of one look-up. */
export interface ObservedLookUp {
  readonly logGroups: readonly string[];
  readonly queries: number;
  readonly bytesScanned: number;
  /** Events found, or rows. */
  readonly rows: number;
  readonly isComplete: boolean;
}

/** Counts of look-ups. */
export interface LookUpsStatus {
  /** Look-ups that ended, also those that failed. */
  readonly lookUps: number;
  readonly lookUpsFailed: number;
  /** Bytes that their queries scanned together, which the service bills. */
  readonly bytesScanned: number;
  /** Events and rows that they found. */
  readonly rows: number;
}

const NAME = 'opentelemetry-cloudwatch-logs';
const ATTR_KIND = 'cloudwatch_logs.look_up.kind';
/** The names are those of OpenTelemetry's semantic conventions. */
const ATTR_LOG_GROUPS = 'aws.log.group.names';
/** Names of log groups on a span: a prefix may mean thousands. */
const MAX_NAMES = 50;

/** Seconds: look-ups take from a tenth of one to minutes. */
const DURATION_BUCKETS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900];
/** Bytes, 1 kB to 1 TB: an index leaves little to scan, and without one it is all. */
const BYTES_BUCKETS = [0, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12];
const ROWS_BUCKETS = [0, 1, 10, 100, 1_000, 10_000, 100_000, 1_000_000];

/**
 * Observes look-ups: counts them, measures them where there is a meter provider, and makes one span of each
 * where the application traces. Ids and values that are looked for stay out of both.
 */
export class LookUpObserver {
  readonly #monotonicMillis: () => number;
  readonly #tracer = trace.getTracer(NAME);
  readonly #duration: Histogram | undefined;
  readonly #scanned: Histogram | undefined;
  readonly #rows: Histogram | undefined;
  #status: LookUpsStatus = { lookUps: 0, lookUpsFailed: 0, bytesScanned: 0, rows: 0 };

  /** @param parts.now - a monotonic clock in milliseconds */
  constructor(
    parts: {
      readonly meterProvider?: MeterProvider | undefined;
      readonly monotonicMillis?: (() => number) | undefined;
    } = {},
  ) {
    this.#monotonicMillis = parts.monotonicMillis ?? (() => performance.now());
    const meter = parts.meterProvider?.getMeter(NAME);
    this.#duration = meter?.createHistogram('cloudwatch_logs.look_up.duration', {
      unit: 's',
      description: 'The duration of a look-up or query.',
      advice: { explicitBucketBoundaries: DURATION_BUCKETS },
    });
    this.#scanned = meter?.createHistogram('cloudwatch_logs.look_up.scanned', {
      unit: 'By',
      description: 'Bytes that the queries of a look-up scanned, which the service bills.',
      advice: { explicitBucketBoundaries: BYTES_BUCKETS },
    });
    this.#rows = meter?.createHistogram('cloudwatch_logs.look_up.rows', {
      unit: '{row}',
      description: 'Events or rows that a look-up found.',
      advice: { explicitBucketBoundaries: ROWS_BUCKETS },
    });
  }

  /** Counts the look-ups so far. */
  status(): LookUpsStatus {
    return this.#status;
  }

  /**
   * Makes a look-up, observed.
   * @param describe - what it did
   * @throws what `lookUp` throws
   */
  observe<T>(
    kind: ObservedKind,
    lookUp: () => Promise<T>,
    describe: (found: T) => ObservedLookUp,
  ): Promise<T> {
    const start = this.#monotonicMillis();
    return this.#tracer.startActiveSpan(`cloudwatch_logs look-up ${kind}`, async (span) => {
      span.setAttribute(ATTR_KIND, kind);
      try {
        const found = await lookUp();
        const { logGroups, queries, bytesScanned, rows, isComplete } = describe(found);
        span.setAttributes({
          [ATTR_LOG_GROUPS]: logGroups.slice(0, MAX_NAMES),
          'cloudwatch_logs.look_up.log_groups': logGroups.length,
          'cloudwatch_logs.look_up.queries': queries,
          'cloudwatch_logs.look_up.scanned': bytesScanned,
          'cloudwatch_logs.look_up.rows': rows,
          'cloudwatch_logs.look_up.is_complete': isComplete,
        });
        this.#ended(kind, start, { bytesScanned, rows });
        return found;
      } catch (error) {
        const errorType = typeOf(error);
        span.setAttribute(ATTR_ERROR_TYPE, errorType);
        // Without the message: it may quote what was looked for.
        span.setStatus({ code: SpanStatusCode.ERROR });
        this.#ended(kind, start, undefined, errorType);
        throw error;
      } finally {
        span.end();
      }
    });
  }

  #ended(
    kind: ObservedKind,
    start: number,
    found: { readonly bytesScanned: number; readonly rows: number } | undefined,
    errorType?: string,
  ): void {
    const { lookUps, lookUpsFailed, bytesScanned, rows } = this.#status;
    this.#status = {
      lookUps: lookUps + 1,
      lookUpsFailed: lookUpsFailed + (found ? 0 : 1),
      bytesScanned: bytesScanned + (found?.bytesScanned ?? 0),
      rows: rows + (found?.rows ?? 0),
    };
    const attributes = {
      [ATTR_KIND]: kind,
      ...(errorType !== undefined && { [ATTR_ERROR_TYPE]: errorType }),
    };
    this.#duration?.record((this.#monotonicMillis() - start) / 1000, attributes);
    if (found === undefined) return;
    this.#scanned?.record(found.bytesScanned, attributes);
    this.#rows?.record(found.rows, attributes);
  }
}

/** Our code, or the error's name. */
function typeOf(error: unknown): string {
  if (error instanceof CloudWatchLogsError) return error.code;
  return error instanceof Error ? error.name : typeof error;
}
