import { type MeterProvider } from '@opentelemetry/api';
import { ComponentMetrics, type Figure } from './component-metrics.js';

/** The part of a processor's status that becomes metrics. */
export interface ProcessorFigures {
  /** Records handed to the exporter. */
  readonly exported: number;
  /** Records dropped because the queue was full. */
  readonly queueFull: number;
  /** Records in the queue, and how many it takes. */
  readonly queued: number;
  readonly maxQueueSize: number;
  /** The files of `writeAhead`; undefined without them. */
  readonly writeAhead?: WriteAheadFigures | undefined;
}

/** The part of a write-ahead log's status that becomes metrics. */
export interface WriteAheadFigures {
  readonly bytes: number;
  readonly events: number;
  readonly oldestAgeMillis: number | undefined;
  readonly unprotected: number;
  readonly replayed: number;
  readonly possibleDuplicates: number;
  readonly unreadableFiles: number;
}

/** `otel.component.type` of the processor, of the semantic conventions. */
export const PROCESSOR_TYPE = 'batching_log_processor';

const WRITE_AHEAD = 'cloudwatch_logs.processor.write_ahead';

/** Names and units of `otel.*` are those of the semantic conventions. */
export const PROCESSOR_FIGURES: readonly Figure<ProcessorFigures>[] = [
  {
    name: 'otel.sdk.processor.log.processed',
    kind: 'counter',
    unit: '{log_record}',
    description:
      'The number of log records for which the processing has finished, either successful or failed (error.type).',
    read: ({ exported, queueFull }) => ({ '': exported, ...(queueFull > 0 && { queue_full: queueFull }) }),
  },
  {
    name: 'otel.sdk.processor.log.queue.size',
    kind: 'upDownCounter',
    unit: '{log_record}',
    description: 'The number of log records in the queue.',
    read: (status) => status.queued,
  },
  {
    name: 'otel.sdk.processor.log.queue.capacity',
    kind: 'upDownCounter',
    unit: '{log_record}',
    description: 'The maximum number of log records the queue can hold.',
    read: (status) => status.maxQueueSize,
  },
  {
    name: `${WRITE_AHEAD}.size`,
    kind: 'upDownCounter',
    unit: 'By',
    description: 'Bytes of the write-ahead files of this process.',
    read: ({ writeAhead }) => writeAhead?.bytes,
  },
  {
    name: `${WRITE_AHEAD}.events`,
    kind: 'upDownCounter',
    unit: '{event}',
    description: 'Log events in write-ahead files that are neither delivered nor stored elsewhere nor lost.',
    read: ({ writeAhead }) => writeAhead?.events,
  },
  {
    name: `${WRITE_AHEAD}.oldest.age`,
    kind: 'gauge',
    unit: 's',
    description:
      'Time since the oldest write-ahead file was begun that holds such events; 0 where none does.',
    read: ({ writeAhead }) => writeAhead && (writeAhead.oldestAgeMillis ?? 0) / 1000,
  },
  {
    name: `${WRITE_AHEAD}.unprotected`,
    kind: 'counter',
    unit: '{log_record}',
    description: 'Log records that could not be written ahead, so that they were in memory alone.',
    read: ({ writeAhead }) => writeAhead?.unprotected,
  },
  {
    name: `${WRITE_AHEAD}.replayed`,
    kind: 'counter',
    unit: '{event}',
    description: 'Log events taken over from write-ahead files of earlier processes.',
    read: ({ writeAhead }) => writeAhead?.replayed,
  },
  {
    name: `${WRITE_AHEAD}.possible_duplicates`,
    kind: 'counter',
    unit: '{event}',
    description: 'Of the replayed events those that the earlier process may have delivered.',
    read: ({ writeAhead }) => writeAhead?.possibleDuplicates,
  },
  {
    name: `${WRITE_AHEAD}.unreadable`,
    kind: 'upDownCounter',
    unit: '{file}',
    description: 'Write-ahead files that stay as they are: of a later version, or unreadable.',
    read: ({ writeAhead }) => writeAhead?.unreadableFiles,
  },
];

/** All metrics of a processor. */
export class ProcessorMetrics {
  readonly #component: ComponentMetrics<ProcessorFigures>;

  constructor(parts: { meterProvider: MeterProvider; read: () => ProcessorFigures }) {
    this.#component = new ComponentMetrics(parts, { type: PROCESSOR_TYPE, figures: PROCESSOR_FIGURES });
  }

  /** See {@link ComponentMetrics.freeze}. */
  freeze(): void {
    this.#component.freeze();
  }
}
