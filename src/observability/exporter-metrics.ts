import { type Histogram, type MeterProvider } from '@opentelemetry/api';
import { ATTR_ERROR_TYPE, ComponentMetrics, type Figure } from './component-metrics.js';
import { isWanted, type LossReason } from './losses.js';
import { type ObservedRequest } from './request-observer.js';
import { sharedFigures } from './shared-figures.js';

/** The part of an exporter's status that becomes metrics. */
export interface ExporterFigures {
  readonly delivered: number;
  readonly kept: number;
  readonly droppedByReason: Partial<Record<LossReason, number>>;
  readonly deliveredBytes: number;
  readonly heldEvents: number;
  readonly heldBytes: number;
  readonly batches: number;
  readonly requests: number;
  readonly retries: number;
  readonly throttles: number;
  readonly breaker: 'closed' | 'open' | 'half_open';
  /** What this process has on disk; undefined without a spool. */
  readonly spool?: SpoolFigures | undefined;
}

/** The part of a spool's status that becomes metrics. */
export interface SpoolFigures {
  readonly bytes: number;
  readonly batches: number;
  readonly events: number;
  readonly oldestAgeMillis: number | undefined;
  readonly unreadableBatches: number;
  readonly isFull: boolean;
  readonly isWritable: boolean;
}

/** `otel.component.type` of the exporter. The conventions have none for it. */
export const EXPORTER_TYPE = 'cloudwatch_logs_exporter';

/** It was lost before the exporter: no failure of an export. */
const OF_THE_QUEUE: LossReason = 'queue_full';

/** Losses for which the service is the reason. */
const REJECTED: ReadonlySet<string> = new Set<LossReason>(['too_old', 'too_new', 'expired', 'rejected']);

/** Seconds. Deliveries take from milliseconds to, in an outage, hours. */
const DURATION_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const LAG_BUCKETS = [0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3_600, 21_600, 86_400];

const OURS = 'cloudwatch_logs.exporter';

/** What is read at each collection; names and units of `otel.*` are those of the semantic conventions. */
export const EXPORTER_FIGURES: readonly Figure<ExporterFigures>[] = [
  ...sharedFigures(OURS),
  {
    name: 'otel.sdk.exporter.log.exported',
    kind: 'counter',
    unit: '{log_record}',
    description:
      'The number of log records for which the export has finished, either successful or failed (error.type).',
    read: (status) => ({
      '': status.delivered,
      ...reasons(status.droppedByReason, (reason) => reason !== OF_THE_QUEUE && !isWanted(reason)),
    }),
  },
  {
    name: `${OURS}.rejected`,
    kind: 'counter',
    unit: '{event}',
    description: 'Log events that the service refused, by reason (error.type).',
    read: (status) => reasons(status.droppedByReason, (reason) => REJECTED.has(reason)),
  },
  {
    name: `${OURS}.billed`,
    kind: 'counter',
    unit: 'By',
    description: 'Bytes that the service accepted, as it bills them: messages plus 26 bytes an event.',
    read: (status) => status.deliveredBytes,
  },
  {
    name: `${OURS}.batches`,
    kind: 'counter',
    unit: '{batch}',
    description: 'PutLogEvents requests that the service accepted.',
    read: (status) => status.batches,
  },
  {
    name: `${OURS}.requests`,
    kind: 'counter',
    unit: '{request}',
    description: "PutLogEvents requests as they went over the wire, the AWS SDK's own retries among them.",
    read: (status) => status.requests,
  },
  {
    name: `${OURS}.throttles`,
    kind: 'counter',
    unit: '{throttle}',
    description: 'Times that delivery slowed down because the service throttled.',
    read: (status) => status.throttles,
  },
  {
    name: `${OURS}.held.events`,
    kind: 'upDownCounter',
    unit: '{event}',
    description: 'Log events in the delivery buffer, those in flight included.',
    read: (status) => status.heldEvents,
  },
  {
    name: `${OURS}.breaker.open`,
    kind: 'gauge',
    unit: '1',
    description: '1 while the circuit breaker holds requests back because the endpoint is down, else 0.',
    read: (status) => (status.breaker === 'closed' ? 0 : 1),
  },
  {
    name: `${OURS}.spool.batches`,
    kind: 'upDownCounter',
    unit: '{batch}',
    description: 'Batches that this process has in the spool.',
    read: ({ spool }) => spool?.batches,
  },
  {
    name: `${OURS}.spool.events`,
    kind: 'upDownCounter',
    unit: '{event}',
    description: 'Log events that this process has in the spool.',
    read: ({ spool }) => spool?.events,
  },
  {
    name: `${OURS}.spool.oldest.age`,
    kind: 'gauge',
    unit: 's',
    description: 'Time since the oldest batch in the spool was stored; 0 for an empty spool.',
    read: ({ spool }) => spool && (spool.oldestAgeMillis ?? 0) / 1000,
  },
  {
    name: `${OURS}.spool.unreadable`,
    kind: 'upDownCounter',
    unit: '{batch}',
    description: 'Batches in the spool that stay as they are: of a later version, or unreadable for now.',
    read: ({ spool }) => spool?.unreadableBatches,
  },
  {
    name: `${OURS}.spool.full`,
    kind: 'gauge',
    unit: '1',
    description: '1 while the spool drops its oldest batches for its bound, else 0.',
    read: ({ spool }) => spool && Number(spool.isFull),
  },
];

/** All metrics of an exporter. */
export class ExporterMetrics {
  readonly #component: ComponentMetrics<ExporterFigures>;
  readonly #duration: Histogram;
  readonly #lag: Histogram;
  readonly #epochMillis: () => number;

  /** @param parts - `epochMillis` gives milliseconds since 1970 */
  constructor(parts: {
    meterProvider: MeterProvider;
    read: () => ExporterFigures;
    epochMillis: () => number;
  }) {
    this.#component = new ComponentMetrics(parts, { type: EXPORTER_TYPE, figures: EXPORTER_FIGURES });
    this.#epochMillis = parts.epochMillis;
    const { meter } = this.#component;
    this.#duration = meter.createHistogram('otel.sdk.exporter.operation.duration', {
      unit: 's',
      description: 'The duration of exporting a batch of telemetry records.',
      advice: { explicitBucketBoundaries: DURATION_BUCKETS },
    });
    this.#lag = meter.createHistogram(`${OURS}.delivery.lag`, {
      unit: 's',
      description: 'Age of the oldest log event of a batch when the service accepted it.',
      advice: { explicitBucketBoundaries: LAG_BUCKETS },
    });
  }

  requestEnded(request: ObservedRequest): void {
    const { attributes } = this.#component;
    this.#duration.record(request.durationSeconds, {
      ...attributes,
      ...(request.errorType !== undefined && { [ATTR_ERROR_TYPE]: request.errorType }),
      ...(request.httpStatus !== undefined && { 'http.response.status_code': request.httpStatus }),
    });
    if (!request.isAccepted) return;
    const lagMillis = this.#epochMillis() - request.oldestTimestamp;
    this.#lag.record(Math.max(0, lagMillis) / 1000, attributes);
  }

  /** See {@link ComponentMetrics.freeze}. */
  freeze(): void {
    this.#component.freeze();
  }
}

function reasons(
  dropped: ExporterFigures['droppedByReason'],
  counts: (reason: string) => boolean,
): Record<string, number | undefined> {
  return Object.fromEntries(Object.entries(dropped).filter(([reason]) => counts(reason)));
}
