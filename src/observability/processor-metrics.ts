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
}

/** `otel.component.type` of the processor, of the semantic conventions. */
export const PROCESSOR_TYPE = 'batching_log_processor';

/** Names and units are those of the semantic conventions. */
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
