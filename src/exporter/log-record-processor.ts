import { type Context } from '@opentelemetry/api';
import { ExportResultCode } from '@opentelemetry/core';
import {
  BatchLogRecordProcessor,
  type LogRecordExporter,
  type LogRecordProcessor,
  type ReadableLogRecord,
} from '@opentelemetry/sdk-logs';
import { CloudWatchLogsError } from '../cloudwatch/errors.js';
import { startTimeLimit } from '../delivery/time-limit.js';
import { Diagnostics } from '../observability/diagnostics.js';
import { isOwnTelemetry, runAsOwnTelemetry } from '../observability/own-telemetry.js';
import { ProcessorMetrics } from '../observability/processor-metrics.js';
import { warnOfUnknownVariables } from './cloudwatch-log-exporter.js';
import { type HealthCheckOptions, type HealthReport } from './health-check.js';
import {
  type CloudWatchLogRecordProcessorOptions,
  type ProcessorSettings,
  readProcessorOptions,
} from './options.js';
import { type ExporterParts, type ExporterStatus, RecordExporter } from './record-exporter.js';
import { type WriteAheadStatus } from './write-ahead/write-ahead-log.js';

/** What became of the records; `emitted` counts from `emit`, `kept` includes those in the queue. */
export interface ProcessorStatus extends ExporterStatus {
  /** Records in the batch processor's queue, and how many it takes. */
  readonly queued: number;
  readonly maxQueueSize: number;
  /** The files of `writeAhead`, where it is in use. */
  readonly writeAhead?: WriteAheadStatus | undefined;
}

/** Of the time given to shutdown, the part in which exports of what is queued wait for their answers. */
const WAITING_SHARE = 0.5;

/** Of the time given to shutdown, the part in which the queue is emptied. */
const QUEUE_SHARE = 0.8;

/** Of what is left then, the part for delivery, which stores and closes files after it. */
const DELIVERY_SHARE = 0.8;

/** A batch processor for CloudWatch Logs that accounts for every record from `emit` on. */
export interface CloudWatchLogRecordProcessor extends LogRecordProcessor {
  /** What became of the records so far: `emitted + addedBySplit` is `delivered + kept + dropped`. */
  status(): ProcessorStatus;
  /**
   * Makes the log group and stream of a resource's records before the first of them comes, where neither name
   * holds record data. Returns at once. Without it they are made with the first record.
   */
  prepare(resource: ReadableLogRecord['resource']): void;
  /** Says whether records can be delivered now, and what is missing; see the exporter's. Never rejects. */
  healthCheck(options?: HealthCheckOptions): Promise<HealthReport>;
}

type BatchProcessorClass = new (options: {
  exporter: LogRecordExporter;
  maxExportBatchSize: number;
  maxQueueSize: number;
  scheduledDelayMillis: number;
  exportTimeoutMillis: number;
}) => LogRecordProcessor;

/**
 * Makes OpenTelemetry's `BatchLogRecordProcessor` with an exporter to CloudWatch Logs: batches as large as
 * one PutLogEvents takes, a queue of several of them, and a count of what the queue drops.
 * @param options - those of the exporter and of the queue; each may come from the environment instead
 * @throws OptionError for a wrong option
 * @throws CloudWatchLogsError with code `ERR_SDK_LOGS_VERSION` where the loaded `@opentelemetry/sdk-logs` is
 *   older than 0.220, whose processor would take the exporter without a word and export nothing
 */
export function createCloudWatchLogRecordProcessor(
  options?: CloudWatchLogRecordProcessorOptions,
): CloudWatchLogRecordProcessor {
  const settings = readProcessorOptions(options, process.env);
  const diagnostics = new Diagnostics();
  warnOfUnknownVariables(diagnostics, process.env);
  return new CountingProcessor(settings, { diagnostics });
}

/** The processor of checked settings. */
export class CountingProcessor implements CloudWatchLogRecordProcessor {
  readonly #exporter: RecordExporter;
  readonly #batches: LogRecordProcessor;
  readonly #settings: ProcessorSettings;
  /** Records given to the batch processor that it has not exported yet. */
  #queued = 0;
  /** Records handed to the exporter. */
  #exported = 0;
  readonly #metrics: ProcessorMetrics | undefined;
  readonly #now: () => number;
  /** The last flush asked for: through, or its time is over. */
  #flush: Promise<void> = Promise.resolve();
  #flushes = 0;
  /** The batch processor's, which knows no time of ours. */
  #batchFlush: Promise<void> = Promise.resolve();
  #flushDeadline = 0;
  #shutdown: Promise<void> | undefined;
  /** When the time given to shutdown is over, on the monotonic clock. */
  #deadline = Number.POSITIVE_INFINITY;

  constructor(
    settings: ProcessorSettings,
    parts: ExporterParts = {},
    BatchProcessor: BatchProcessorClass = BatchLogRecordProcessor,
  ) {
    checkBatchProcessor(BatchProcessor);
    this.#settings = settings;
    this.#now = parts.now ?? (() => performance.now());
    const { writeAhead } = settings;
    this.#exporter = new RecordExporter(settings, { ...parts, writeAhead });
    this.#batches = new BatchProcessor({
      exporter: this.#countingExporter(),
      maxExportBatchSize: settings.maxExportBatchSize,
      // Never reached: the bound is kept here, where what is dropped can be counted.
      maxQueueSize: settings.maxQueueSize + 1,
      scheduledDelayMillis: settings.scheduledDelayMillis,
      exportTimeoutMillis: settings.processorTimeoutMillis,
    });
    const { meterProvider, maxQueueSize } = settings;
    if (meterProvider !== undefined) {
      this.#metrics = new ProcessorMetrics({
        meterProvider,
        read: () => ({
          exported: this.#exported,
          queueFull: this.#exporter.status().droppedByReason.queue_full ?? 0,
          queued: this.#queued,
          maxQueueSize,
          writeAhead: this.#exporter.writeAheadStatus(),
        }),
      });
    }
  }

  onEmit(record: Parameters<LogRecordProcessor['onEmit']>[0], context?: Context): void {
    if (isOwnTelemetry() || (context !== undefined && isOwnTelemetry(context))) {
      this.#exporter.countBeforeExport('own_telemetry', 1);
    } else if (this.#shutdown !== undefined) {
      this.#exporter.countBeforeExport('shutdown', 1, 'it was emitted after shutdown');
    } else if (this.#exporter.isBelowMinSeverity(record)) {
      this.#exporter.countBeforeExport('below_min_severity', 1);
    } else {
      if (record.resource as unknown) this.#exporter.prepare(record.resource);
      if (this.#settings.writeAhead !== undefined && this.#exporter.writeAhead(record) === 'lost') return;
      this.#enqueue(record, context);
    }
  }

  #enqueue(record: Parameters<LogRecordProcessor['onEmit']>[0], context?: Context): void {
    if (this.#queued < this.#settings.maxQueueSize) {
      this.#queued++;
      // What it says of a failed or late export it says from the context in which it was called.
      runAsOwnTelemetry(() => {
        this.#batches.onEmit(record, context);
      });
    } else if (!this.#exporter.leaveWrittenAhead(record)) {
      this.#exporter.countBeforeExport(
        'queue_full',
        1,
        `${this.#settings.maxQueueSize} records wait for the exporter (maxQueueSize)`,
      );
    }
  }

  prepare(resource: ReadableLogRecord['resource']): void {
    this.#exporter.prepare(resource);
  }

  forceFlush(): Promise<void> {
    return this.forceFlushWithin(this.#settings.flushTimeoutMillis);
  }

  /**
   * Flushes in a time other than `flushTimeoutMillis`. It waits for a flush under way first: a second call of
   * the batch processor's would return at once.
   */
  forceFlushWithin(timeoutMillis: number): Promise<void> {
    if (this.#shutdown !== undefined) return this.#shutdown;
    this.#flushes++;
    const flush = this.#flushOnce(this.#flush, timeoutMillis);
    this.#flush = flush;
    // One whose time is over still waits for its exports.
    void Promise.allSettled([flush, flush.then(() => this.#batchFlush)]).then(() => {
      this.#flushes--;
    });
    return this.#flush;
  }

  async #flushOnce(before: Promise<void>, timeoutMillis: number): Promise<void> {
    const limit = startTimeLimit(timeoutMillis, true);
    const deadline = this.#now() + timeoutMillis;
    const left = (): number => Math.max(0, deadline - this.#now());
    await Promise.race([before, limit.over]);
    // Also of what the batch processor asks our exporter for at the end of its own flush.
    this.#flushDeadline = deadline;
    this.#batchFlush = this.#batchFlush.then(() => runAsOwnTelemetry(() => this.#batches.forceFlush()));
    await Promise.race([this.#batchFlush, limit.over]);
    await this.#exporter.forceFlushWithin(left());
    if (this.#settings.writeAhead !== undefined) {
      // What earlier processes left, and what there was no room for in memory.
      const replay = this.#exporter.replay();
      await this.#exporter.forceFlushWithin(left());
      await Promise.race([replay, limit.over]);
    }
    limit.clear();
  }

  shutdown(): Promise<void> {
    return this.shutdownWithin(this.#settings.shutdownTimeoutMillis);
  }

  /** Shuts down in a time other than `shutdownTimeoutMillis`. */
  shutdownWithin(timeoutMillis: number): Promise<void> {
    this.#shutdown ??= this.#shutdownOnce(timeoutMillis);
    return this.#shutdown;
  }

  status(): ProcessorStatus {
    const status = this.#exporter.status();
    return {
      ...status,
      emitted: status.emitted + this.#queued,
      kept: status.kept + this.#queued,
      queued: this.#queued,
      maxQueueSize: this.#settings.maxQueueSize,
      ...(this.#settings.writeAhead && { writeAhead: this.#exporter.writeAheadStatus() }),
    };
  }

  healthCheck(options?: HealthCheckOptions): Promise<HealthReport> {
    return this.#exporter.healthCheck(options);
  }

  /**
   * The batch processor exports what is queued one batch after another, and waits for each. When the service is
   * down that takes too long: at half of the time delivery stops waiting, so that the whole queue comes into the
   * spool, or into memory, and is part of what delivery still tries to send. Where that takes long as well (no
   * room, a resource that does not come), delivery is shut down, and what is still queued is counted as lost.
   */
  async #shutdownOnce(timeoutMillis: number): Promise<void> {
    this.#deadline = performance.now() + timeoutMillis;
    // A flush under way has waited for answers already.
    const waitingMillis = this.#flushes > 0 ? 0 : timeoutMillis * WAITING_SHARE;
    const timers = [
      setTimeout(() => {
        this.#exporter.stopWaiting();
      }, waitingMillis),
      setTimeout(() => {
        void this.#shutdownDelivery();
      }, timeoutMillis * QUEUE_SHARE),
    ];
    for (const timer of timers) timer.unref();
    try {
      // During a flush the batch processor's shutdown would not wait for what is being flushed.
      await this.#batchFlush;
      await runAsOwnTelemetry(() => this.#batches.shutdown());
    } finally {
      for (const timer of timers) clearTimeout(timer);
      await this.#shutdownDelivery();
      // What the batch processor lost without an export: a resource that could not be waited for.
      this.#exporter.countBeforeExport('shutdown', this.#queued);
      this.#queued = 0;
      this.#metrics?.freeze();
    }
  }

  #shutdownDelivery(): Promise<void> {
    const leftMillis = Math.max(0, this.#deadline - performance.now());
    return this.#exporter.shutdownWithin(Math.max(1, Math.floor(leftMillis * DELIVERY_SHARE)));
  }

  #countingExporter(): LogRecordExporter {
    const exporter = this.#exporter;
    return {
      export: (records: ReadableLogRecord[], resultCallback) => {
        this.#queued -= records.length;
        this.#exported += records.length;
        // Failures are counted and reported, a kind of them once a minute. The batch processor would hand each to
        // the global error handler, and one that logs through this provider makes a record of each batch.
        exporter.export(records, () => {
          resultCallback({ code: ExportResultCode.SUCCESS });
        });
      },
      forceFlush: () => {
        const left =
          this.#shutdown === undefined
            ? this.#flushDeadline - this.#now()
            : this.#deadline - performance.now();
        return exporter.forceFlushWithin(Math.max(0, left));
      },
      shutdown: () => this.#shutdownDelivery(),
    };
  }
}

/**
 * Checks that a batch processor reads `{ exporter }`. Up to 0.219 its constructor took the exporter itself;
 * given the options it constructs all the same and then exports nothing. The package tells its version to
 * no one, so the constructor is tried with options that know whether they are read.
 * @throws CloudWatchLogsError
 */
export function checkBatchProcessor(BatchProcessor: BatchProcessorClass): void {
  let isRead = false as boolean; // set by the getter, which the compiler does not see
  const nothing: LogRecordExporter = {
    export: () => undefined,
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
  const probe = {
    get exporter() {
      isRead = true;
      return nothing;
    },
    maxExportBatchSize: 1,
    maxQueueSize: 1,
    scheduledDelayMillis: 1,
    exportTimeoutMillis: 1,
  };
  let cause: unknown;
  try {
    new BatchProcessor(probe);
  } catch (error) {
    cause = error;
  }
  if (isRead && cause === undefined) return;
  throw new CloudWatchLogsError(
    'ERR_SDK_LOGS_VERSION',
    'createCloudWatchLogRecordProcessor needs @opentelemetry/sdk-logs 0.220 or newer; the BatchLogRecordProcessor that ' +
      'was loaded is older and would export nothing. Install @opentelemetry/sdk-logs@^0.220 (or 3), or use ' +
      'CloudWatchLogExporter with the processor that you have',
    { cause },
  );
}
