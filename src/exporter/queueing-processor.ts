import { type Context } from '@opentelemetry/api';
import { type LogRecordProcessor, type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { OptionError } from '../cloudwatch/errors.js';
import { MAX_BATCH_BYTES } from '../cloudwatch/limits.js';
import { monotonicMillis } from '../delivery/clocks.js';
import { Deadline } from '../delivery/deadline.js';
import { type SendAtOnce } from '../delivery/delivery.js';
import { type RoomForBytes } from '../delivery/room-for-bytes.js';
import { encodingOfShutdown } from '../delivery/shutdown-plan.js';
import { startTimeLimit, within } from '../delivery/time-limit.js';
import { Diagnostics } from '../observability/diagnostics.js';
import { isOwnTelemetry, runAsOwnTelemetry } from '../observability/own-telemetry.js';
import { type ProcessorMetrics } from '../observability/processor-metrics.js';
import { type ProcessorSettings } from '../options/options.js';
import { type TraceContextFunction } from '../options/trace-context-option.js';
import { ExporterCore, type ExporterParts } from './exporter-core.js';
import { type ProcessorStatus } from './exporter-status.js';
import { takeTraceContext } from './foreign-trace-context.js';
import { type HealthCheckOptions, type HealthReport } from './health-check.js';
import { whenLoaded } from './parts-on-demand.js';
import { RecordAhead, type RecordToExport } from '../encoding/record-encoder.js';
import { estimateRecordBytes } from './record-bytes.js';
import { type QueuedBatch, RecordQueue } from './record-queue.js';

/** The question that a logger asks before it makes a record. */
export interface EnabledQuestion {
  readonly context?: Context | undefined;
  readonly severityNumber?: number | undefined;
}

/** How long a flush may take, as OpenTelemetry's processors are told. */
export interface FlushOptions {
  /** Milliseconds. Default `flushTimeoutMillis`. */
  readonly timeoutMillis?: number | undefined;
}

/** The weight of a new batch's measure in the size that the next records are expected to have. */
const LEARNING_PART = 0.2;

/** Most times of an estimate that a record is taken for. */
const MAX_SCALE = 8;

/** The part of the room for records and events that one batch may take: only whole ones can go to a spool. */
const LARGEST_BATCH_PART = 1 / 8;

/** The part of a request that a batch fills by estimate: with a little too much it would be two requests. */
const FULL_REQUEST_PART = 0.9;

/**
 * The processor of checked settings: takes records, and exports them in batches by OpenTelemetry's rules: at once when
 * there are `maxExportBatchSize` of them, or as many bytes as a request takes, and `scheduledDelayMillis` after the
 * first else.
 */
export class QueueingProcessor implements LogRecordProcessor {
  readonly #core: ExporterCore;
  readonly #room: RoomForBytes;
  readonly #settings: ProcessorSettings;
  readonly #queue: RecordQueue;
  readonly #diagnostics: Diagnostics;
  #metrics: ProcessorMetrics | undefined;
  #traceContext: TraceContextFunction | undefined;
  readonly #monotonicMillis: () => number;
  /** Why the queue takes no more: by its records, or by bytes. */
  readonly #fullOfRecords: string;
  readonly #fullOfBytes: string;
  /** Records handed to the exporter. */
  #exported = 0;
  /** Started with the first record of a batch. */
  #timer: NodeJS.Timeout | undefined;
  #isExporting = false;
  /** Bytes of events for each byte that their records were estimated, attributes of the resource included. */
  #eventBytesEach: number | undefined;
  /** The factor by which estimates are multiplied. */
  #scale = 1;
  #shutdown: Promise<void> | undefined;
  /** Attributes of resources are waited for no longer. */
  readonly #hurried: Promise<void>;
  #hurry!: () => void;

  constructor(settings: ProcessorSettings, parts: ExporterParts = {}) {
    this.#settings = settings;
    this.#monotonicMillis = parts.monotonicMillis ?? monotonicMillis;
    const { maxBufferBytes, maxExportBatchSize, maxQueueSize, meterProvider, traceContext, writeAhead } =
      settings;
    this.#diagnostics = parts.diagnostics ?? new Diagnostics();
    this.#core = new ExporterCore(settings, { ...parts, diagnostics: this.#diagnostics, writeAhead });
    this.#room = this.#core.room;
    const largestBatch = Math.min(MAX_BATCH_BYTES, this.#room.max * LARGEST_BATCH_PART);
    this.#queue = new RecordQueue(maxExportBatchSize, largestBatch);
    this.#fullOfRecords = `${maxQueueSize} records wait to be exported (maxQueueSize)`;
    this.#fullOfBytes = `what waits takes ${maxBufferBytes} bytes (maxBufferBytes)`;
    this.#hurried = new Promise((resolve) => {
      this.#hurry = resolve;
    });
    if (typeof traceContext === 'function') this.#traceContext = traceContext;
    else if (traceContext) {
      void import('./trace-context-sources.js').then(
        ({ traceContextOf }) => {
          this.#traceContext = traceContextOf(traceContext);
        },
        (error: unknown) => {
          // Said with the records that miss it.
          this.#traceContext = () => {
            throw error;
          };
        },
      );
    }
    if (meterProvider !== undefined) {
      whenLoaded(({ ProcessorMetrics }) => {
        this.#metrics = new ProcessorMetrics({
          meterProvider,
          read: () => ({
            exported: this.#exported,
            queueFull: this.#core.status().droppedByReason.queue_full ?? 0,
            queued: this.#queue.length,
            maxQueueSize,
            writeAhead: this.#core.writeAheadStatus(),
          }),
        });
      }, parts.onDemand);
    }
  }

  onEmit(record: ReadableLogRecord, context?: Context): void {
    const core = this.#core;
    if (core.isEncoding || isOwnTelemetry() || isOwnTelemetry(context)) {
      core.countLost('own_telemetry', 1);
    } else if (this.#shutdown !== undefined) {
      core.countLost('shutdown', 1, 'it was emitted after shutdown');
    } else if (core.isBelowMinSeverity(record.severityNumber)) {
      core.countLost('below_min_severity', 1);
    } else {
      if (this.#traceContext) {
        const problem = takeTraceContext(record, this.#traceContext);
        if (problem)
          this.#diagnostics.warn('traceContext', `traceContext ${problem}: a record has no trace id`);
      }
      if (record.resource as unknown) core.prepareFor(record.resource);
      const toExport = core.writeAhead(record);
      if (toExport !== undefined) this.#enqueue(toExport);
    }
  }

  /** Records of this package's own delivery are let in as far as `onEmit`, which counts them as dropped. */
  enabled({ severityNumber }: EnabledQuestion): boolean {
    return this.#shutdown === undefined && !this.#core.isBelowMinSeverity(severityNumber);
  }

  prepare(resource?: ReadableLogRecord['resource'], millis?: number): Promise<void> {
    return this.#core.prepare(resource, millis);
  }

  /** As `prepare`, in the background: it keeps no process alive. */
  prepareFor(resource: ReadableLogRecord['resource']): void {
    this.#core.prepareFor(resource);
  }

  /** Other members are not refused: newer SDKs may hand some of their own. */
  forceFlush({ timeoutMillis = this.#settings.flushTimeoutMillis }: FlushOptions = {}): Promise<void> {
    if (!(Number.isFinite(timeoutMillis) && timeoutMillis >= 0)) {
      return Promise.reject(new OptionError('timeoutMillis', 'be a number of milliseconds', timeoutMillis));
    }
    return this.flushBy(Deadline.after(timeoutMillis, this.#monotonicMillis));
  }

  shutdown(): Promise<void> {
    return this.shutdownBy(Deadline.after(this.#settings.shutdownTimeoutMillis, this.#monotonicMillis));
  }

  /** As `forceFlush`, in another time. */
  flushBy(deadline: Deadline): Promise<void> {
    return this.#shutdown ?? this.#flush(deadline);
  }

  /** As `shutdown`, in another time. */
  shutdownBy(deadline: Deadline): Promise<void> {
    this.#shutdown ??= this.#shutdownOnce(deadline);
    return this.#shutdown;
  }

  /**
   * For the end of a process, where nothing asynchronous happens any more: see the exporter's. Records are taken as
   * before, should it go on.
   */
  settleAtOnce(send: SendAtOnce): void {
    if (this.#shutdown !== undefined) return;
    this.#core.settleAtOnce(send, () => {
      this.#queue.close();
      for (let batch = this.#queue.first; batch; batch = this.#queue.first) {
        this.#queue.take();
        this.#exported += batch.records.length;
        void this.#core.handOver(batch.records, batch.bytes);
        batch.end();
      }
    });
  }

  status(): ProcessorStatus {
    const status = this.#core.status();
    const { length: queued } = this.#queue;
    return {
      ...status,
      emitted: status.emitted + queued,
      kept: status.kept + queued,
      queued,
      queuedBytes: this.#room.reserved,
      maxQueueSize: this.#settings.maxQueueSize,
      ...(this.#settings.writeAhead && { writeAhead: this.#core.writeAheadStatus() }),
    };
  }

  /** Counts records that were emitted, and for which there was no room. */
  refuse(count: number, why: string): void {
    this.#core.countLost('queue_full', count, why);
  }

  healthCheck(options?: HealthCheckOptions): Promise<HealthReport> {
    return this.#core.healthCheck(options);
  }

  #enqueue(record: RecordToExport): void {
    const own = record instanceof RecordAhead ? record.bytes : estimateRecordBytes(record);
    const bytes = Math.ceil(own * this.#scale);
    const hasPlace = this.#queue.length < this.#settings.maxQueueSize;
    if (hasPlace && this.#room.tryReserve(bytes)) {
      if (this.#queue.push(record, bytes)) this.#exportSoon();
      else if (this.#timer === undefined) this.#startTimer();
    } else if (!this.#core.leaveWrittenAhead(record)) {
      this.refuse(1, hasPlace ? this.#fullOfBytes : this.#fullOfRecords);
    }
  }

  #startTimer(): void {
    // The timer works for many callers, and must not keep alive what the context of the first one holds.
    runAsOwnTelemetry(() => {
      this.#timer = setTimeout(() => {
        this.#exportAll();
      }, this.#settings.scheduledDelayMillis).unref();
    });
  }

  /** Exports the whole queue, full batch or not. @returns its last batch, where there is one */
  #exportAll(): QueuedBatch | undefined {
    const last = this.#queue.close();
    if (last) this.#exportSoon();
    return last;
  }

  /** Begins in a turn of its own: `emit` is to return at once. */
  #exportSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#isExporting) return;
    this.#isExporting = true;
    runAsOwnTelemetry(() => {
      setImmediate(() => void this.#exportReady());
    });
  }

  /** Encodes one batch after the other, so that they keep their order; none waits for the answer to another. */
  async #exportReady(): Promise<void> {
    for (let batch = this.#queue.first; batch; batch = this.#queue.first) {
      await this.#resourcesOf(batch);
      // Meanwhile the end of the process may have begun, which takes all.
      if (this.#queue.first !== batch) continue;
      this.#queue.take();
      const { records } = batch;
      this.#exported += records.length;
      const eventBytes = await this.#core.handOver(records, batch.bytes);
      this.#learn(eventBytes, batch.bytes);
      batch.end();
    }
    this.#isExporting = false;
  }

  /**
   * Estimates are to bound what records take, and what their events take: with the resource, escapes and characters of
   * several bytes. A batch is full with what one request takes.
   */
  #learn(eventBytes: number, reservedBytes: number): void {
    const measured = (this.#scale * eventBytes) / reservedBytes;
    const before = this.#eventBytesEach ?? measured;
    const expected = before + LEARNING_PART * (measured - before);
    this.#eventBytesEach = expected;
    this.#scale = Math.min(MAX_SCALE, Math.max(1, expected));
    const ofRequest = (MAX_BATCH_BYTES * FULL_REQUEST_PART * this.#scale) / expected;
    this.#queue.maxBatchBytes = Math.min(this.#room.max * LARGEST_BATCH_PART, ofRequest);
  }

  /** Waits for attributes that come later, as long as an export may take. */
  async #resourcesOf({ records }: QueuedBatch): Promise<void> {
    const pending = new Set<ReadableLogRecord['resource']>();
    let last: ReadableLogRecord['resource'] | undefined;
    for (const { resource } of records as { resource?: ReadableLogRecord['resource'] }[]) {
      if (resource === last) continue;
      last = resource;
      if (resource?.asyncAttributesPending === true) pending.add(resource);
    }
    if (pending.size === 0) return;
    const deadline = Deadline.after(this.#settings.exportTimeoutMillis, this.#monotonicMillis);
    const limit = startTimeLimit(deadline, false);
    const waits = [...pending].map(async (resource) => resource.waitForAsyncAttributes?.());
    await Promise.race([Promise.allSettled(waits), limit.over, this.#hurried]);
    limit.clear();
  }

  async #flush(deadline: Deadline): Promise<void> {
    const last = this.#exportAll();
    if (last) await within(deadline, last.handedOver);
    await this.#core.forceFlush(deadline);
    if (this.#settings.writeAhead === undefined) return;
    // Records that earlier processes left, and those for which there was no room in memory.
    const replay = this.#core.replay();
    await this.#core.forceFlush(deadline);
    await within(deadline, replay);
  }

  async #shutdownOnce(deadline: Deadline): Promise<void> {
    const last = this.#exportAll();
    const limit = startTimeLimit(encodingOfShutdown(deadline), true);
    void limit.over.then(() => {
      this.#hurry();
      this.#core.hurry();
    });
    await last?.handedOver;
    limit.clear();
    await this.#core.shutdown(deadline);
    this.#metrics?.freeze();
  }
}
