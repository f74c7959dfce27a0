import { setImmediate as nextTurn } from 'node:timers/promises';
import { type CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { type LogRecordExporter, type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { checkClient, createCloudWatchLogsClient } from '../cloudwatch/client.js';
import { CloudWatchLogsError } from '../cloudwatch/errors.js';
import { createDelivery } from '../delivery/create-delivery.js';
import { type Delivery, type DeliveryParts, type DeliverySettings } from '../delivery/delivery.js';
import { type SpoolStatus } from '../delivery/spool/spool.js';
import { within } from '../delivery/time-limit.js';
import { Diagnostics } from '../observability/diagnostics.js';
import { ExporterMetrics } from '../observability/exporter-metrics.js';
import { runAsOwnTelemetry } from '../observability/own-telemetry.js';
import { Losses, type LossReason } from '../observability/losses.js';
import { type ProvisioningSettings } from '../resources/ensure-log-group.js';
import { checkHealth, type HealthCheckOptions, type HealthReport } from './health-check.js';
import { type ExporterSettings } from './options.js';
import { cutIntoBatches } from './batcher.js';
import { type EncodedRecords, RecordEncoder } from './record-encoder.js';
import {
  WriteAheadLog,
  type WriteAheadSettings,
  type WriteAheadStatus,
} from './write-ahead/write-ahead-log.js';
import { WriteAheadRecords, type WrittenAhead } from './write-ahead/write-ahead-records.js';

/**
 * What became of the records so far. At every moment `emitted + addedBySplit + inherited` is
 * `delivered + kept + dropped + handedOn`.
 */
export interface ExporterStatus {
  /** Log records handed to the exporter, and those that its processor dropped before. */
  readonly emitted: number;
  /** Log events beyond one a record: the further parts of records that `oversize: 'split'` split. */
  readonly addedBySplit: number;
  /** Log events that the service accepted. */
  readonly delivered: number;
  /** Records and events on their way: being written, in flight, or waiting, in memory or in the spool. */
  readonly kept: number;
  readonly dropped: number;
  readonly droppedByReason: Partial<Record<LossReason, number>>;
  /** As the service bills them: messages plus 26 bytes an event. */
  readonly deliveredBytes: number;
  /** Log events in memory: {@link kept} without the records that are being written, and those in the spool. */
  readonly heldEvents: number;
  readonly heldBytes: number;
  /** PutLogEvents requests that the service accepted. */
  readonly batches: number;
  readonly requests: number;
  readonly retries: number;
  readonly throttles: number;
  /** `open` while requests are held back because the endpoint is down. */
  readonly breaker: 'closed' | 'open' | 'half_open';
  /** Log events that other processes left in the spool, and this one took over. */
  readonly inherited: number;
  /** Log events in the spool that another process took over from this one, which it took for dead. */
  readonly handedOn: number;
  /** What this process has in the spool; undefined without one. */
  readonly spool: SpoolStatus | undefined;
  /** The last error of all: it stays when later requests succeed, so look at {@link lastErrorAt} and `breaker`. */
  readonly lastError?: Error | undefined;
  /** When it came, in milliseconds since 1970. */
  readonly lastErrorAt?: number | undefined;
}

/** What an exporter works with, for tests; everything has a default. */
export interface ExporterParts {
  readonly client?: CloudWatchLogsClient;
  readonly diagnostics?: Diagnostics;
  readonly createDelivery?: (parts: DeliveryParts, settings: Partial<DeliverySettings>) => Delivery;
  /** Milliseconds since 1970. */
  readonly wallClock?: () => number;
  /** Milliseconds, monotonic. */
  readonly now?: () => number;
  /** Writes records to files before `emit` returns; see {@link RecordExporter.writeAhead}. */
  readonly writeAhead?: WriteAheadSettings | undefined;
}

/** Drops that are meant: counted, but nothing to report. */
const WANTED: ReadonlySet<LossReason> = new Set([
  'below_min_severity',
  'dropped_by_transform',
  'own_telemetry',
]);

/** Of the time given to shutdown, what the last sync of the write-ahead files gets at least. */
const LEAST_CLOSING_SHARE = 0.1;

/** An exporter built of checked settings; `CloudWatchLogExporter` is the one that takes options. */
export class RecordExporter implements LogRecordExporter {
  readonly #settings: ExporterSettings;
  readonly #diagnostics: Diagnostics;
  readonly #losses: Losses;
  readonly #client: CloudWatchLogsClient;
  readonly #delivery: Delivery;
  readonly #encoder: RecordEncoder;
  readonly #exports = new Set<Promise<void>>();
  readonly #prepared = new WeakSet();
  #emitted = 0;
  #addedBySplit = 0;
  /** Records of exports that are not with delivery yet. */
  #encoding = 0;
  #batches = 0;
  readonly #metrics: ExporterMetrics | undefined;
  readonly #now: () => number;
  /** Of the last records, for the health check. */
  #lastResource: ReadableLogRecord['resource'] | undefined;
  #shutdown: Promise<void> | undefined;
  /** Message of the error with which the last export failed. */
  #lastFailure: string | undefined;
  readonly #writeAhead: WriteAheadRecords | undefined;
  /** Events that only a write-ahead file had, which another process took. */
  #takenAhead = 0;

  constructor(settings: ExporterSettings, parts: ExporterParts = {}) {
    this.#settings = settings;
    this.#diagnostics = parts.diagnostics ?? new Diagnostics();
    this.#losses = new Losses((reason, count, detail) => {
      this.#report(reason, count, detail);
    });
    this.#client = parts.client ?? clientOf(settings);
    const wallClock = parts.wallClock ?? Date.now;
    const now = parts.now ?? (() => performance.now());
    this.#now = now;
    this.#delivery = (parts.createDelivery ?? createDelivery)(
      {
        client: this.#client,
        losses: this.#losses,
        diagnostics: this.#diagnostics,
        wallClock,
        now,
        onRequest: (request) => {
          if (request.isAccepted) this.#batches++;
          this.#metrics?.requestEnded(request);
        },
      },
      deliverySettings(settings),
    );
    const { meterProvider } = settings;
    if (meterProvider !== undefined) {
      this.#metrics = new ExporterMetrics({ meterProvider, read: () => this.status(), wallClock });
    }
    this.#encoder = new RecordEncoder(
      { losses: this.#losses, diagnostics: this.#diagnostics, wallClock, now },
      settings,
    );
    this.#prepareAhead();
    if (parts.writeAhead) this.#writeAhead = this.#createWriteAhead(parts.writeAhead, wallClock, now);
  }

  /** Never throws, and calls back once, when every record is delivered, kept for later, or counted as lost. */
  export(records: ReadableLogRecord[], resultCallback: (result: ExportResult) => void): void {
    if (this.#shutdown !== undefined) {
      this.#refuse(records);
      callBack(
        resultCallback,
        failure(new CloudWatchLogsError('ERR_SHUT_DOWN', 'the exporter is shut down')),
      );
      return;
    }
    this.#emitted += records.length;
    this.#encoding += records.length;
    this.#lastResource = records[0]?.resource ?? this.#lastResource;
    const exported = this.#export(records).then(
      (result) => {
        callBack(resultCallback, this.#isEcho(records, result) ? SUCCESS : result);
      },
      (error: unknown) => {
        this.#diagnostics.error(
          'export',
          `an export failed: ${error instanceof Error ? error.name : typeof error}`,
        );
        callBack(resultCallback, failure(error instanceof Error ? error : new Error(String(error))));
      },
    );
    this.#exports.add(exported);
    void exported.then(() => this.#exports.delete(exported));
  }

  /** Sends what is kept without waiting longer between attempts, and waits for it up to `flushTimeoutMillis`. */
  forceFlush(): Promise<void> {
    return this.forceFlushWithin(this.#settings.flushTimeoutMillis);
  }

  /**
   * Flushes in a time other than `flushTimeoutMillis`.
   * @internal
   */
  async forceFlushWithin(timeoutMillis: number): Promise<void> {
    await this.#encoded();
    await this.#delivery.forceFlush(timeoutMillis);
  }

  /** Sends what is left, up to `shutdownTimeoutMillis`; what is not delivered then is lost (`shutdown`). */
  shutdown(): Promise<void> {
    return this.shutdownWithin(this.#settings.shutdownTimeoutMillis);
  }

  /**
   * Shuts down in a time other than `shutdownTimeoutMillis`.
   * @internal
   */
  shutdownWithin(timeoutMillis: number): Promise<void> {
    this.#shutdown ??= this.#shutdownOnce(timeoutMillis);
    return this.#shutdown;
  }

  /**
   * From now on exports and flushes wait for no answer: what is not delivered is kept.
   * @internal
   */
  stopWaiting(): void {
    this.#delivery.stopWaiting();
  }

  /** What became of the records so far. */
  status(): ExporterStatus {
    const delivery = this.#delivery.status();
    const { inheritedEvents: inherited = 0, handedOnEvents = 0 } = delivery;
    const handedOn = handedOnEvents + this.#takenAhead;
    return {
      emitted: this.#emitted,
      addedBySplit: this.#addedBySplit,
      delivered: delivery.deliveredEvents,
      // What is neither delivered nor lost is still with us: encoded, waiting for room, held or in flight.
      kept:
        this.#emitted +
        this.#addedBySplit +
        inherited -
        handedOn -
        delivery.deliveredEvents -
        this.#losses.total(),
      inherited,
      handedOn,
      spool: delivery.spool,
      dropped: this.#losses.total(),
      droppedByReason: this.#losses.byReason(),
      deliveredBytes: delivery.deliveredBytes,
      heldEvents: delivery.heldEvents,
      heldBytes: delivery.heldBytes,
      batches: this.#batches,
      requests: delivery.requests,
      retries: delivery.retries,
      throttles: delivery.throttles,
      breaker: delivery.breaker ?? 'closed',
      lastError: delivery.lastError,
      lastErrorAt: delivery.lastErrorAt,
    };
  }

  /**
   * Asks the service whether this exporter can deliver now, and says which permission or resource is missing.
   * It stores no log event: it sends one of 1970 to the destination, which the service leaves out and does
   * not bill. Where group or stream are missing it makes them, as `provision` allows. Never rejects.
   */
  async healthCheck(options: HealthCheckOptions = {}): Promise<HealthReport> {
    const resource = this.#lastResource;
    // Requests in the background let the process end; whoever asks waits for the answer.
    const wait = setInterval(() => undefined, 60_000);
    return await checkHealth(
      {
        client: this.#client,
        isShutDown: this.#shutdown !== undefined,
        destination: () => this.#encoder.destinationAhead(resource),
        checkSpool: () => this.#delivery.checkSpool?.() ?? Promise.resolve(undefined),
        checkWriteAhead: () => this.#writeAhead?.keeper.check(),
      },
      provisioningSettings(this.#settings),
      options,
    ).finally(() => {
      clearInterval(wait);
    });
  }

  /**
   * Makes the log group and stream of a resource's records before the first of them comes, where neither
   * name holds record data: queries do not find events that are older than their group. Returns at once.
   */
  prepare(resource: ReadableLogRecord['resource']): void {
    if (this.#prepared.has(resource)) return;
    this.#prepared.add(resource);
    this.#lastResource = resource;
    if (resource.asyncAttributesPending !== true) {
      this.#prepareAhead(resource);
      return;
    }
    void resource.waitForAsyncAttributes?.().then(
      () => {
        this.#prepareAhead(resource);
      },
      () => undefined,
    );
  }

  /**
   * Counts records that a processor in front of this exporter dropped, so that the sum still holds.
   * @internal
   */
  countBeforeExport(reason: LossReason, count: number, detail?: string): void {
    this.#emitted += count;
    this.#losses.record(reason, count, detail);
  }

  /** @internal */
  isBelowMinSeverity(record: Pick<ReadableLogRecord, 'severityNumber'>): boolean {
    return this.#encoder.isBelowMinSeverity(record);
  }

  /**
   * Encodes a record and hands it to the operating system. It is to be exported, or left to
   * {@link leaveWrittenAhead}, unless it is lost.
   * @internal
   */
  writeAhead(record: ReadableLogRecord): WrittenAhead {
    if (this.#writeAhead === undefined) return 'unprotected';
    const outcome = this.#writeAhead.write(record, () => this.#encoder.encode(record));
    if (outcome === 'lost') this.#emitted++;
    return outcome;
  }

  /**
   * Counts a record as emitted that stays in the write-ahead log alone, to be sent when there is room.
   * @returns false for one that is not there
   * @internal
   */
  leaveWrittenAhead(record: ReadableLogRecord): boolean {
    const events = this.#writeAhead?.leave(record) ?? 0;
    if (events === 0) return false;
    this.#emitted++;
    this.#addedBySplit += events - 1;
    return true;
  }

  /** @internal */
  writeAheadStatus(): WriteAheadStatus | undefined {
    return this.#writeAhead?.keeper.status();
  }

  /** Sends what earlier processes left, as far as there is room. @internal */
  async replay(): Promise<void> {
    await this.#writeAhead?.keeper.replay();
  }

  async #export(records: readonly ReadableLogRecord[]): Promise<ExportResult> {
    const steps = this.#encoder.encodeInSteps(records, this.#writeAhead);
    let encoded: EncodedRecords | undefined;
    while (encoded === undefined) {
      const step = steps.next();
      if (step.done) encoded = step.value;
      // Lets the application's own work in between the steps.
      else await nextTurn();
    }
    // No await from here to deliver: a flush that waits for the encoding must find the batches there.
    this.#encoding -= records.length;
    this.#addedBySplit += encoded.addedBySplit;
    if (encoded.batches.length === 0) return { code: ExportResultCode.SUCCESS };
    const result = await this.#delivery.deliver(encoded.batches);
    if (result.lost > 0 && result.error !== undefined) return failure(result.error);
    return { code: ExportResultCode.SUCCESS };
  }

  /**
   * Says whether records are nothing but what the application's logger made of the last failure that was
   * handed to its processor. OpenTelemetry's processors give each failure to the global error handler after
   * an await, where no context tells that it is ours: to fail for such a record again would never end.
   */
  #isEcho(records: readonly ReadableLogRecord[], { error }: ExportResult): boolean {
    if (error === undefined) return false;
    const last = this.#lastFailure;
    if (last !== undefined && last !== '' && records.every((record) => isAbout(record.body, last)))
      return true;
    this.#lastFailure = error.message;
    return false;
  }

  /** After shutdown: what a file has is sent by the next process. */
  #refuse(records: readonly ReadableLogRecord[]): void {
    const lost = records.filter((record) => !this.leaveWrittenAhead(record)).length;
    this.countBeforeExport('shutdown', lost);
  }

  #createWriteAhead(
    settings: WriteAheadSettings,
    wallClock: () => number,
    now: () => number,
  ): WriteAheadRecords {
    const log = new WriteAheadLog(
      {
        diagnostics: this.#diagnostics,
        wallClock,
        now,
        hasRoom: () => this.#delivery.status().heldBytes < this.#settings.maxBufferBytes / 2,
        deliver: async ({ events, destination, entity }) => {
          await this.#delivery.deliver([...cutIntoBatches(events, destination, entity, log)]);
        },
        onFound: (events, lost, where) => {
          this.#emitted += events;
          this.countBeforeExport('spool_corrupt', lost, `${where} is damaged`);
        },
        onGone: (how, events, where) => {
          if (how === 'taken') this.#takenAhead += events;
          else this.#losses.record('spool_corrupt', events, `${where} was removed`);
        },
      },
      settings,
    );
    return new WriteAheadRecords(log);
  }

  async #encoded(): Promise<void> {
    while (this.#encoding > 0) await nextTurn();
  }

  async #shutdownOnce(timeoutMillis: number): Promise<void> {
    const startedAt = this.#now();
    await this.#encoded();
    await this.#delivery.shutdown(timeoutMillis);
    await Promise.all(this.#exports);
    if (this.#writeAhead) {
      const rest = timeoutMillis - (this.#now() - startedAt);
      // A disk may hang; one that works gets what it needs though the service took all of the time.
      await within(Math.max(rest, timeoutMillis * LEAST_CLOSING_SHARE), this.#writeAhead.keeper.close());
    }
    this.#diagnostics.flush();
    this.#metrics?.freeze();
    if (this.#settings.client === undefined) this.#client.destroy();
  }

  #prepareAhead(resource?: ReadableLogRecord['resource']): void {
    try {
      const destination = this.#encoder.destinationAhead(resource);
      if (destination !== undefined) {
        this.#delivery.prepare([destination]);
        return;
      }
      const group = this.#encoder.groupAhead();
      if (group !== undefined) this.#delivery.prepareGroup(group);
    } catch (error) {
      this.#diagnostics.debug(
        'prepare',
        `the log group could not be made ahead: ${error instanceof Error ? error.name : typeof error}`,
      );
    }
  }

  #report(reason: LossReason, count: number, detail: string | undefined): void {
    if (WANTED.has(reason)) return;
    const records = count === 1 ? '1 log record' : `${count} log records`;
    this.#diagnostics.warn(`loss ${reason}`, `${records} lost (${reason})${detail ? `: ${detail}` : ''}`);
  }
}

function clientOf(settings: ExporterSettings): CloudWatchLogsClient {
  if (settings.client !== undefined) {
    checkClient(settings.client);
    return settings.client;
  }
  const { region, endpoint, credentials, maxAttempts, retryMode } = settings;
  const options = { region, endpoint, credentials, maxAttempts, retryMode };
  return createCloudWatchLogsClient(options, process.env, { isInBackground: true });
}

function deliverySettings(settings: ExporterSettings): DeliverySettings {
  return {
    concurrency: settings.concurrency,
    maxBufferBytes: settings.maxBufferBytes,
    exportTimeoutMillis: settings.exportTimeoutMillis,
    requestTimeoutMillis: settings.requestTimeoutMillis,
    flushTimeoutMillis: settings.flushTimeoutMillis,
    shutdownTimeoutMillis: settings.shutdownTimeoutMillis,
    compression: settings.compression,
    retry: {
      initialDelayMillis: settings.retryInitialDelayMillis,
      maxDelayMillis: settings.retryMaxDelayMillis,
    },
    requestsPerSecond: settings.requestsPerSecond,
    circuitBreaker: settings.circuitBreaker,
    spool: settings.spool,
    provisioning: provisioningSettings(settings),
  };
}

export function provisioningSettings(settings: ExporterSettings): ProvisioningSettings {
  return {
    provision: settings.provision,
    retentionInDays: settings.retentionInDays,
    logGroupClass: settings.logGroupClass,
    kmsKeyId: settings.kmsKeyId,
    tags: settings.tags,
    indexFields: settings.indexFields,
    facetFields: settings.facetFields,
  };
}

const SUCCESS: ExportResult = { code: ExportResultCode.SUCCESS };

/** Error handlers write a message as it is or, with the stack, as JSON. */
function isAbout(body: unknown, message: string): boolean {
  return (
    typeof body === 'string' &&
    (body.includes(message) || body.includes(JSON.stringify(message).slice(1, -1)))
  );
}

function failure(error: Error): ExportResult {
  return { code: ExportResultCode.FAILED, error };
}

/**
 * A callback that throws is the processor's fault, and must not become an unhandled rejection of ours. What
 * it says right away about a failure is ours.
 */
function callBack(resultCallback: (result: ExportResult) => void, result: ExportResult): void {
  try {
    runAsOwnTelemetry(() => {
      resultCallback(result);
    });
  } catch {
    // Nothing to do: the records are accounted for.
  }
}
