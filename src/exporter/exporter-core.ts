import { setImmediate as nextTurn } from 'node:timers/promises';
import { type CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { type LogRecordExporter, type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { checkObject } from '../cloudwatch/check-members.js';
import { checkClient, planClient } from '../cloudwatch/client-options.js';
import { usdPerMillion } from '../cloudwatch/prices.js';
import { CloudWatchLogsError } from '../cloudwatch/errors.js';
import { type Clocks, monotonicMillis } from '../delivery/clocks.js';
import { Deadline } from '../delivery/deadline.js';
import {
  type Delivery,
  type DeliveryParts,
  type DeliverySettings,
  type SendAtOnce,
} from '../delivery/delivery.js';
import { RoomForBytes } from '../delivery/room-for-bytes.js';
import { closingOfShutdown, deliveryOfShutdown, encodingOfShutdown } from '../delivery/shutdown-plan.js';
import { startTimeLimit, within } from '../delivery/time-limit.js';
import {
  type EncodedRecords,
  reason,
  RecordEncoder,
  type RecordToExport,
} from '../encoding/record-encoder.js';
import { Diagnostics } from '../observability/diagnostics.js';
import { type ExporterMetrics } from '../observability/exporter-metrics.js';
import { Losses, type LossReason } from '../observability/losses.js';
import { runAsOwnTelemetry } from '../observability/own-telemetry.js';
import { warnOfLosses } from '../observability/warn-of-losses.js';
import { type ExporterSettings } from '../options/options.js';
import {
  WriteAheadLog,
  type WriteAheadSettings,
  type WriteAheadStatus,
} from '../write-ahead/write-ahead-log.js';
import { DeliveryOnDemand } from './delivery-on-demand.js';
import { deliverySettings, provisioningSettings } from './delivery-settings.js';
import { type ExporterStatus } from './exporter-status.js';
import { type HealthCheckOptions, type HealthReport } from './health-check.js';
import { type LateParts, type PartsOnDemand, partsOnDemand } from './parts-on-demand.js';
import { WrittenRecord } from './written-record.js';

/** The parts that an exporter needs, for tests; everything has a default. */
export interface ExporterParts {
  readonly client?: CloudWatchLogsClient;
  readonly diagnostics?: Diagnostics;
  readonly createDelivery?: (parts: DeliveryParts, settings: Partial<DeliverySettings>) => Delivery;
  /** Milliseconds since 1970. */
  readonly epochMillis?: () => number;
  /** Milliseconds, monotonic. */
  readonly monotonicMillis?: () => number;
  /** Writes records to files before `emit` returns; see {@link ExporterCore.writeAhead}. */
  readonly writeAhead?: WriteAheadSettings | undefined;
  readonly onDemand?: PartsOnDemand;
}

/** Records that are being encoded a step at a time. */
interface Encoding {
  /** Encodes some more of them. @returns whether all are encoded, and with delivery */
  isThroughAfterStep(): boolean;
}

const WHAT_IS_MISSING = 'a part of this package could not be loaded';

/**
 * Encodes records and brings them to delivery. `CloudWatchLogExporter` hands it whole exports; our processor, which
 * bounds what waits before it by {@link room}, batches of its queue.
 */
export class ExporterCore implements LogRecordExporter {
  /** Bytes of records and events in memory, from the processor's queue to the requests in flight. */
  readonly room: RoomForBytes;
  /** What functions of the application log meanwhile would have them called again, and so on without end. */
  isEncoding = false;
  readonly #settings: ExporterSettings;
  readonly #diagnostics: Diagnostics;
  readonly #losses: Losses;
  /** Its own client or the application's; an own one is made together with delivery. */
  #client: CloudWatchLogsClient | undefined;
  readonly #onDemand: PartsOnDemand;
  readonly #createClient: CreateClient;
  readonly #delivery: Delivery;
  readonly #encoder: RecordEncoder;
  /** Exports under way, to the answer of delivery. */
  readonly #exports = new Set<Promise<unknown>>();
  /** Encodings under way. */
  readonly #encodings = new Set<Promise<unknown>>();
  /** The same, to be brought to their end at once. */
  readonly #unfinished = new Set<Encoding>();
  readonly #prepared = new WeakMap<object, Promise<void>>();
  /** The log group whose name is known from the start is tried to be made. */
  readonly #preparedAhead: Promise<void>;
  #emitted = 0;
  #addedBySplit = 0;
  #batches = 0;
  #metrics: ExporterMetrics | undefined;
  readonly #monotonicMillis: () => number;
  /** The resource of the last records, for the health check. */
  #lastResource: ReadableLogRecord['resource'] | undefined;
  #shutdown: Promise<void> | undefined;
  /** Little time is left: what is encoded lets nobody work in between. */
  #isHurried = false;
  /** Message of the error with which the last export failed. */
  #lastFailure: string | undefined;
  readonly #writeAhead: WriteAheadLog | undefined;
  /** Events that only a write-ahead file had, which another process took. */
  #takenAhead = 0;

  constructor(settings: ExporterSettings, parts: ExporterParts = {}) {
    this.#settings = settings;
    this.#onDemand = parts.onDemand ?? partsOnDemand;
    this.#diagnostics = parts.diagnostics ?? new Diagnostics();
    this.#losses = new Losses(warnOfLosses(this.#diagnostics));
    const { client } = parts;
    this.#createClient = client ? () => client : clientOf(settings);
    const clocks = {
      epochMillis: parts.epochMillis ?? Date.now,
      monotonicMillis: parts.monotonicMillis ?? monotonicMillis,
    };
    this.#monotonicMillis = clocks.monotonicMillis;
    this.room = new RoomForBytes(settings.maxBufferBytes);
    const create = (loaded: LateParts): Delivery => {
      const { meterProvider } = settings;
      if (meterProvider !== undefined) {
        this.#metrics = new loaded.ExporterMetrics({ meterProvider, read: () => this.status(), ...clocks });
      }
      return (parts.createDelivery ?? loaded.createDelivery)(
        {
          client: this.#clientOf(loaded),
          losses: this.#losses,
          diagnostics: this.#diagnostics,
          ...clocks,
          room: this.room,
          onRequest: (request) => {
            if (request.isAccepted) this.#batches++;
            this.#metrics?.requestEnded(request);
          },
        },
        deliverySettings(settings),
      );
    };
    const late = this.#onDemand.now();
    this.#delivery = late
      ? create(late)
      : new DeliveryOnDemand({
          load: async () => create(await this.#onDemand.load()),
          room: this.room,
          losses: this.#losses,
          diagnostics: this.#diagnostics,
        });
    this.#encoder = new RecordEncoder(
      { losses: this.#losses, diagnostics: this.#diagnostics, ...clocks },
      settings,
    );
    this.#preparedAhead = this.#prepareAhead();
    if (parts.writeAhead) this.#writeAhead = this.#createWriteAhead(parts.writeAhead, clocks);
  }

  /** Never throws, and calls back once, when every record is delivered, kept for later, or counted as lost. */
  export(records: ReadableLogRecord[], resultCallback: (result: ExportResult) => void): void {
    if (this.#shutdown !== undefined) {
      this.countLost('shutdown', records.length);
      callBack(
        resultCallback,
        failure(new CloudWatchLogsError('ERR_SHUT_DOWN', 'the exporter is shut down')),
      );
      return;
    }
    const exported = this.#export(records).then(
      (result) => {
        callBack(resultCallback, this.#isEcho(records, result) ? SUCCESS : result);
      },
      (error: unknown) => {
        this.#reportFailure(error);
        callBack(resultCallback, failure(error instanceof Error ? error : new Error(String(error))));
      },
    );
    track(this.#exports, exported);
  }

  /**
   * Encodes records of a queue and hands them to delivery, which waits for nothing of them: they have their room
   * already. Resolves when it has them, to the bytes of their events; never rejects.
   * @param reservedBytes - what was reserved for them in {@link room}
   */
  async handOver(records: readonly RecordToExport[], reservedBytes: number): Promise<number> {
    let bytes = 0;
    try {
      const { delivered } = await this.#encode(records, async (batches) => {
        for (const batch of batches) bytes += batch.bytes;
        // Delivery counts and reports their fate.
        await this.#delivery.deliver(batches, { reservedBytes, untilSafe: true });
      });
      const reported = delivered.catch((error: unknown) => {
        this.#reportFailure(error);
      });
      track(this.#exports, reported);
    } catch (error) {
      this.room.unreserve(reservedBytes);
      this.#reportFailure(error);
    }
    return bytes;
  }

  /**
   * Sends what is kept without waiting longer between attempts, and waits for it.
   * @param deadline - another time than `flushTimeoutMillis`
   */
  async forceFlush(
    deadline = Deadline.after(this.#settings.flushTimeoutMillis, this.#monotonicMillis),
  ): Promise<void> {
    await Promise.all(this.#encodings);
    await this.#delivery.forceFlush(deadline);
  }

  /**
   * Sends what is left; what is not delivered then is lost (`shutdown`), or in the spool.
   * @param deadline - another time than `shutdownTimeoutMillis`
   */
  shutdown(
    deadline = Deadline.after(this.#settings.shutdownTimeoutMillis, this.#monotonicMillis),
  ): Promise<void> {
    this.#shutdown ??= this.#shutdownOnce(deadline);
    return this.#shutdown;
  }

  /**
   * For the end of a process, where nothing asynchronous happens any more: what is not delivered goes through `send`,
   * and what that leaves to the spool or the write-ahead files, or is counted as lost.
   * @param handOverRest - may call {@link handOver}
   */
  settleAtOnce(send: SendAtOnce, handOverRest: () => void): void {
    this.#delivery.settleAtOnce?.(send, () => {
      this.#finishEncoding();
      const wasHurried = this.#isHurried;
      this.#isHurried = true;
      handOverRest();
      this.#isHurried = wasHurried;
    });
  }

  /** From now on what is encoded is encoded at once, whatever else waits for its turn. */
  hurry(): void {
    this.#isHurried = true;
  }

  /** The fate of the records so far. */
  status(): ExporterStatus {
    const {
      deliveredEvents: delivered,
      inheritedEvents: inherited = 0,
      handedOnEvents = 0,
      breaker = 'closed',
      spool,
      lastError,
      lastErrorAt,
      recentEventBytes = NaN,
      ...figures
    } = this.#delivery.status();
    const dropped = this.#losses.total();
    const handedOn = handedOnEvents + this.#takenAhead;
    return {
      emitted: this.#emitted,
      addedBySplit: this.#addedBySplit,
      delivered,
      // Records neither delivered nor lost are still with us: encoded, waiting for room, held or in flight.
      kept: this.#emitted + this.#addedBySplit + inherited - handedOn - delivered - dropped,
      inherited,
      handedOn,
      spool,
      dropped,
      droppedByReason: this.#losses.byReason(),
      ...figures,
      usdPerMillion:
        usdPerMillion(recentEventBytes) / (this.#settings.logGroupClass === 'INFREQUENT_ACCESS' ? 2 : 1) ||
        undefined,
      batches: this.#batches,
      breaker,
      lastError,
      lastErrorAt,
    };
  }

  /** Says whether this exporter can deliver now; see the exporter's. Never rejects. */
  async healthCheck(options: HealthCheckOptions = {}): Promise<HealthReport> {
    const resource = this.#lastResource;
    // Requests in the background let the process end; whoever asks waits for the answer.
    const wait = setInterval(() => undefined, 60_000);
    try {
      const late = this.#onDemand.now() ?? (await this.#onDemand.load().catch(() => undefined));
      if (late === undefined) return NOT_LOADED;
      return await late.checkHealth(
        {
          client: this.#clientOf(late),
          isShutDown: this.#shutdown !== undefined,
          breaker: () => this.#delivery.status().breaker ?? 'closed',
          destination: () => this.#encoder.destinationAhead(resource),
          checkSpool: () => this.#delivery.checkSpool?.() ?? Promise.resolve(undefined),
          checkWriteAhead: () => this.#writeAhead?.check(),
        },
        provisioningSettings(this.#settings),
        options,
      );
    } finally {
      clearInterval(wait);
    }
  }

  #clientOf(late: LateParts): CloudWatchLogsClient {
    return (this.#client ??= this.#createClient(late));
  }

  /** Makes the log group and stream of a record's resource, unless they are made, or being made. */
  prepareFor(resource: ReadableLogRecord['resource']): void {
    // Nearly always it is the one of the record before.
    if (resource !== this.#lastResource && !this.#prepared.has(resource)) void this.#prepareOnce(resource);
  }

  /**
   * As {@link prepareFor}, and waits; see the exporter's. Keeps the process alive meanwhile.
   * @param millis - for which it waits
   */
  async prepare(
    resource?: ReadableLogRecord['resource'],
    millis = this.#settings.requestTimeoutMillis,
  ): Promise<void> {
    if (resource !== undefined) checkObject('resource', resource);
    const deadline = Deadline.after(millis, this.#monotonicMillis);
    await within(deadline, Promise.all([this.#preparedAhead, resource && this.#prepareOnce(resource)]));
  }

  /** Counts records that a processor in front of this exporter dropped, so that the sum still holds. */
  countLost(reason: LossReason, count: number, detail?: string): void {
    this.#emitted += count;
    this.#losses.record(reason, count, detail);
  }

  /** Says whether `minSeverity` drops records of a severity. */
  isBelowMinSeverity(severityNumber: number | undefined): boolean {
    return this.#encoder.isBelowMinSeverity(severityNumber);
  }

  /**
   * Encodes a record and hands it to the operating system, where records are written ahead.
   * @returns what to export, or to leave to {@link leaveWrittenAhead}; undefined where the record is lost, which is counted
   */
  writeAhead(record: ReadableLogRecord): RecordToExport | undefined {
    if (this.#writeAhead === undefined) return record;
    this.isEncoding = true;
    let encoded;
    try {
      encoded = this.#encoder.encode(record);
    } finally {
      this.isEncoding = false;
    }
    if (encoded !== undefined) return new WrittenRecord(this.#writeAhead, record, encoded);
    this.#emitted++;
    return undefined;
  }

  /**
   * Counts a record as emitted that stays in the write-ahead log alone, to be sent when there is room.
   * @returns false for one that is not there
   */
  leaveWrittenAhead(record: RecordToExport): boolean {
    const events = leave(record);
    if (events === 0) return false;
    this.#emitted++;
    this.#addedBySplit += events - 1;
    return true;
  }

  writeAheadStatus(): WriteAheadStatus | undefined {
    return this.#writeAhead?.status();
  }

  /** Sends what earlier processes left, as far as there is room. */
  async replay(): Promise<void> {
    await this.#writeAhead?.replay();
  }

  async #export(records: readonly ReadableLogRecord[]): Promise<ExportResult> {
    const { delivered } = await this.#encode(records, async (batches) => {
      if (batches.length === 0) return SUCCESS;
      const result = await this.#delivery.deliver(batches, { untilSafe: true });
      return result.lost > 0 && result.error !== undefined ? failure(result.error) : SUCCESS;
    });
    return await delivered;
  }

  /**
   * Encodes records and hands them on in the same turn: a flush that waits for the encoding is to find the batches
   * with delivery.
   */
  #encode<T>(
    records: readonly RecordToExport[],
    deliver: (batches: EncodedRecords['batches']) => Promise<T>,
  ): Promise<{ delivered: Promise<T> }> {
    this.#emitted += records.length;
    this.#lastResource = records[0]?.resource ?? this.#lastResource;
    const encoding = this.#encodeInSteps(records, deliver);
    track(this.#encodings, encoding);
    return encoding;
  }

  async #encodeInSteps<T>(
    records: readonly RecordToExport[],
    deliver: (batches: EncodedRecords['batches']) => Promise<T>,
  ): Promise<{ delivered: Promise<T> }> {
    const { EventCollector } = this.#onDemand.now() ?? (await this.#loadFor(records));
    const steps = this.#encoder.encodeInSteps(records, EventCollector, this.#writeAhead);
    let delivered: Promise<T> | undefined;
    const encoding: Encoding = {
      isThroughAfterStep: () => {
        if (delivered) return true;
        const step = this.#next(steps);
        if (step.done !== true) return false;
        this.#addedBySplit += step.value.addedBySplit;
        delivered = deliver(step.value.batches);
        return true;
      },
    };
    this.#unfinished.add(encoding);
    try {
      while (!encoding.isThroughAfterStep()) {
        // Lets the application's own work in between the steps.
        if (!this.#isHurried) await nextTurn();
      }
    } finally {
      this.#unfinished.delete(encoding);
    }
    return { delivered: delivered! };
  }

  #next<T>(steps: Iterator<unknown, T>): IteratorResult<unknown, T> {
    this.isEncoding = true;
    try {
      return steps.next();
    } finally {
      this.isEncoding = false;
    }
  }

  /** @throws what loading them does, with the records counted */
  async #loadFor(records: readonly RecordToExport[]): Promise<LateParts> {
    try {
      return await this.#onDemand.load();
    } catch (error) {
      const lost = records.filter((record) => leave(record) === 0).length;
      this.#losses.record('delivery_failed', lost, WHAT_IS_MISSING);
      throw error;
    }
  }

  #finishEncoding(): void {
    for (const encoding of this.#unfinished) {
      try {
        while (!encoding.isThroughAfterStep());
      } catch (error) {
        this.#reportFailure(error);
      }
    }
  }

  #reportFailure(error: unknown): void {
    this.#diagnostics.error('export', `an export failed: ${reason(error)}`);
  }

  /**
   * Says whether records are nothing but what the application's logger made of the last failure that was
   * handed to its processor. OpenTelemetry's processors give each failure to the global error handler after
   * an await, where no context tells that it is ours: to fail for such a record again would never end.
   */
  #isEcho(records: readonly ReadableLogRecord[], { error }: ExportResult): boolean {
    if (error === undefined) return false;
    const last = this.#lastFailure;
    if (last && records.every((record) => isAbout(record.body, last))) return true;
    this.#lastFailure = error.message;
    return false;
  }

  #createWriteAhead(settings: WriteAheadSettings, clocks: Clocks): WriteAheadLog {
    const log: WriteAheadLog = new WriteAheadLog(
      {
        diagnostics: this.#diagnostics,
        ...clocks,
        hasRoom: () => this.room.used < this.room.max / 2,
        deliver: async ({ events, destination, entity }) => {
          // Whoever found them came with it.
          const { cutIntoBatches } = this.#onDemand.now()!;
          await this.#delivery.deliver([...cutIntoBatches(events, destination, entity, log)]);
        },
        onFound: (events, lost, where) => {
          this.#emitted += events;
          this.countLost('spool_corrupt', lost, `${where} is damaged`);
        },
        onGone: (how, events, where) => {
          if (how === 'taken') this.#takenAhead += events;
          else this.#losses.record('spool_corrupt', events, `${where} was removed`);
        },
        replay: this.#onDemand,
      },
      settings,
    );
    return log;
  }

  async #shutdownOnce(deadline: Deadline): Promise<void> {
    const millis = deadline.leftMillis;
    const limit = startTimeLimit(encodingOfShutdown(deadline), true);
    void limit.over.then(() => {
      this.hurry();
    });
    await Promise.all(this.#encodings);
    limit.clear();
    await this.#delivery.shutdown(this.#writeAhead ? deliveryOfShutdown(deadline) : deadline);
    await Promise.all(this.#exports);
    // A disk may hang; one that works gets what it needs though the service took all of the time.
    if (this.#writeAhead) await within(closingOfShutdown(deadline, millis), this.#writeAhead.close());
    this.#diagnostics.flush();
    this.#metrics?.freeze();
    if (this.#settings.client === undefined) this.#client?.destroy();
  }

  #prepareOnce(resource: ReadableLogRecord['resource']): Promise<void> {
    let prepared = this.#prepared.get(resource);
    if (!prepared) {
      this.#lastResource = resource;
      prepared = this.#prepareResource(resource);
      this.#prepared.set(resource, prepared);
    }
    return prepared;
  }

  async #prepareResource(resource: ReadableLogRecord['resource']): Promise<void> {
    if (resource.asyncAttributesPending === true) {
      try {
        await resource.waitForAsyncAttributes?.();
      } catch {
        return;
      }
    }
    await this.#prepareAhead(resource);
  }

  async #prepareAhead(resource?: ReadableLogRecord['resource']): Promise<void> {
    try {
      const destination = this.#encoder.destinationAhead(resource);
      if (destination !== undefined) {
        await this.#delivery.prepare([destination]);
        return;
      }
      const group = this.#encoder.groupAhead();
      if (group !== undefined) await this.#delivery.prepareGroup(group);
    } catch (error) {
      this.#diagnostics.debug('prepare', `the log group could not be made ahead: ${reason(error)}`);
    }
  }
}

type CreateClient = (late: Pick<LateParts, 'createPlannedClient' | 'guardedClient'>) => CloudWatchLogsClient;

/** @throws OptionError at once for a client that can't be made, or used */
function clientOf(settings: ExporterSettings): CreateClient {
  const { client, region, endpoint, credentials, maxAttempts, retryMode, errorDetails } = settings;
  if (client !== undefined) {
    checkClient(client);
    return ({ guardedClient }) => guardedClient(client, { errorDetails });
  }
  const options = { region, endpoint, credentials, maxAttempts, retryMode, errorDetails };
  const plan = planClient(options, process.env);
  return ({ createPlannedClient }) => createPlannedClient(plan, { isInBackground: true });
}

const NOT_LOADED: HealthReport = {
  healthy: false,
  problems: [{ kind: 'refused', message: WHAT_IS_MISSING }],
};

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

/** Leaves a record that nobody will export now to its file. @returns how many events a file has of it */
function leave(record: RecordToExport): number {
  return record instanceof WrittenRecord ? record.leave() : 0;
}

/** Holds a promise until it is settled. */
function track(set: Set<Promise<unknown>>, promise: Promise<unknown>): void {
  set.add(promise);
  const forget = (): void => void set.delete(promise);
  promise.then(forget, forget);
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
