import { type Context } from '@opentelemetry/api';
import { type LogRecordProcessor, type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { Diagnostics } from '../observability/diagnostics.js';
import {
  type CloudWatchLogRecordProcessorOptions,
  collectProcessorOptions,
  settingsOf,
} from '../options/options.js';
import { type ProcessorStatus } from './exporter-status.js';
import { type HealthCheckOptions, type HealthReport } from './health-check.js';
import { type EnabledQuestion, type FlushOptions, QueueingProcessor } from './queueing-processor.js';
import { warnOfOptions } from './warn-of-options.js';

/**
 * Batches log records and sends them to Amazon CloudWatch Logs. It takes the place of OpenTelemetry's
 * `BatchLogRecordProcessor` and an exporter, with the same options and flush rules: but it makes several exports at a
 * time, bounds what waits in bytes too, and accounts for every record from `emit` on.
 */
export class CloudWatchLogRecordProcessor implements LogRecordProcessor {
  readonly #processor: QueueingProcessor;

  /**
   * @param options - those of the exporter and of the queue; each may come from the environment instead; only
   *   `logGroupName` has no default
   * @throws OptionError for a wrong option, which it names with its value and what would be right
   */
  constructor(options?: CloudWatchLogRecordProcessorOptions) {
    const reading = collectProcessorOptions(options, process.env);
    const settings = settingsOf(reading);
    const diagnostics = new Diagnostics();
    warnOfOptions(diagnostics, reading, process.env);
    this.#processor = new QueueingProcessor(settings, { diagnostics });
  }

  /** Takes a record. Never throws; what there is no room for is counted as `queue_full`. */
  onEmit(record: ReadableLogRecord, context?: Context): void {
    this.#processor.onEmit(record, context);
  }

  /** Says whether a record of this severity would be sent, so that a logger need not make one that `minSeverity` drops. */
  enabled(question: EnabledQuestion): boolean {
    return this.#processor.enabled(question);
  }

  /**
   * Sends what is queued and kept without waiting longer between attempts, and waits for it up to
   * `flushTimeoutMillis`, or as long as the options say.
   */
  forceFlush(options?: FlushOptions): Promise<void> {
    return this.#processor.forceFlush(options);
  }

  /**
   * Sends what is queued and kept, up to `shutdownTimeoutMillis`. What is not delivered then is in the spool, or lost
   * (`shutdown`) without one.
   */
  shutdown(): Promise<void> {
    return this.#processor.shutdown();
  }

  /** The fate of the records so far: `emitted + addedBySplit` is `delivered + kept + dropped`. */
  status(): ProcessorStatus {
    return this.#processor.status();
  }

  /**
   * Makes the log group before the first record comes, as far as its name holds no record data, and the stream of a
   * resource's records: queries show no event that is older than its group. It begins when it is called; who awaits it
   * logs to a group that is there. Resolves within some seconds, whatever the service does; rejects with an `OptionError` for what
   * is no resource, and for nothing else.
   * @param resource - of the records to come; not needed for a group with a fixed name, which is made from the start
   */
  prepare(resource?: ReadableLogRecord['resource']): Promise<void> {
    return this.#processor.prepare(resource);
  }

  /** Says whether records can be delivered now, and what is missing; see the exporter's. */
  healthCheck(options?: HealthCheckOptions): Promise<HealthReport> {
    return this.#processor.healthCheck(options);
  }
}

/**
 * The same as `new CloudWatchLogRecordProcessor(options)`.
 * @deprecated Use the class.
 */
export function createCloudWatchLogRecordProcessor(
  options?: CloudWatchLogRecordProcessorOptions,
): CloudWatchLogRecordProcessor {
  return new CloudWatchLogRecordProcessor(options);
}
