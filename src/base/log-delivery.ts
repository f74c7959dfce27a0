import { type Context } from '@opentelemetry/api';
import { type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { OptionError } from '../cloudwatch/errors.js';
import { sendWithin } from '../cloudwatch/send-within.js';
import { createBreakerOnDemand } from '../delivery/breaker-on-demand.js';
import { monotonicMillis } from '../delivery/clocks.js';
import { Deadline } from '../delivery/deadline.js';
import { type DeliveryResult } from '../delivery/delivery.js';
import { Dispatcher } from '../delivery/dispatcher.js';
import { type Destination, type EncodedEvent, type LogEventBatch } from '../delivery/encoded-event.js';
import { Spool } from '../delivery/spool/spool.js';
import { RoomForBytes } from '../delivery/room-for-bytes.js';
import { closingOfShutdown, deliveryOfShutdown } from '../delivery/shutdown-plan.js';
import { within } from '../delivery/time-limit.js';
import { type ComponentMetrics } from '../observability/component-metrics.js';
import { type Diagnostics } from '../observability/diagnostics.js';
import { isWanted, Losses } from '../observability/losses.js';
import { isOwnTelemetry, runAsOwnTelemetry } from '../observability/own-telemetry.js';
import { warnOfLosses } from '../observability/warn-of-losses.js';
import { WriteAheadLog, type WriteAheadSettings } from '../write-ahead/write-ahead-log.js';
import { type BackEnd } from './back-end.js';
import { describeThrown } from './back-end-error.js';
import { createBaseDiagnostics } from './base-diagnostics.js';
import { createBaseMetrics } from './base-metrics.js';
import { BaseSender, createOpener } from './base-sender.js';
import { cutBatches } from './cut-batches.js';
import { Intake, isKept, type WaitingEvents } from './intake.js';
import { type LogDeliveryOptions, readOptions, type BaseSettings } from './options.js';
import { type LogDeliveryHealth, type LogDeliveryStatus } from './log-delivery-status.js';
import { Places } from './places.js';
import { RecordEncoding } from './record-encoding.js';
import { Session } from './session.js';

/** Brings records to a back end. {@link createLogDelivery} makes it. */
export class LogDelivery<LogRecord = ReadableLogRecord> {
  /** The back end's. */
  readonly name: string;
  readonly #backEnd: BackEnd<LogRecord, unknown>;
  readonly #settings: BaseSettings;
  readonly #diagnostics: Diagnostics;
  readonly #losses: Losses;
  readonly #places: Places;
  readonly #session: Session;
  readonly #spool: Spool | undefined;
  readonly #room: RoomForBytes;
  readonly #dispatcher: Dispatcher;
  readonly #intake: Intake;
  readonly #writeAhead: WriteAheadLog | undefined;
  /** Events that write-ahead files of other processes had, and those of ours that another process took. */
  #foundAhead = 0;
  #takenAhead = 0;
  readonly #metrics: ComponentMetrics<LogDeliveryStatus> | undefined;
  readonly #encoding: RecordEncoding<LogRecord>;
  /** What `encode` itself logs would have it called again, and so on without end. */
  #isEncoding = false;
  #emitted = 0;
  #shutdown: Promise<void> | undefined;

  /** @internal */
  constructor(options: LogDeliveryOptions<LogRecord, never, never>) {
    const settings = readOptions(options);
    const backEnd = options as unknown as BackEnd<LogRecord, unknown>;
    const places = new Places(backEnd.name);
    const diagnostics = createBaseDiagnostics(backEnd.name, places);
    const { requestTimeoutMillis } = settings.delivery;
    this.name = backEnd.name;
    this.#backEnd = backEnd;
    this.#settings = settings;
    this.#places = places;
    this.#diagnostics = diagnostics;
    this.#encoding = new RecordEncoding({ backEnd, places, limits: settings.limits, diagnostics });
    this.#losses = new Losses(warnOfLosses(diagnostics));
    this.#session = new Session({ backEnd, epochMillis: Date.now, timeoutMillis: requestTimeoutMillis });
    const { limits, spool } = settings;
    const session = this.#session;
    const sender = new BaseSender({ backEnd, session, places, limits, diagnostics, requestTimeoutMillis });
    this.#spool = spool && new Spool({ diagnostics }, spool);
    this.#room = new RoomForBytes(settings.delivery.maxBufferBytes);
    this.#dispatcher = new Dispatcher(
      {
        sender,
        room: this.#room,
        provisioner: createOpener(sender, session, new AbortController().signal),
        breaker: createBreakerOnDemand({ diagnostics, monotonicMillis }, settings.delivery.circuitBreaker),
        spool: this.#spool,
        losses: this.#losses,
        diagnostics,
        monotonicMillis,
        random: Math.random,
      },
      settings.delivery,
    );
    this.#intake = new Intake({
      room: this.#room,
      limits,
      delayMillis: settings.scheduledDelayMillis,
      handOver: (waiting) => {
        this.#handOver(waiting);
      },
    });
    this.#writeAhead = settings.writeAhead && this.#createWriteAhead(settings.writeAhead);
    const { meterProvider } = options;
    this.#metrics =
      meterProvider &&
      createBaseMetrics({ meterProvider, read: () => this.status(), backEndName: backEnd.name });
  }

  /**
   * Encodes records and sends them. Resolves when each is delivered, kept (sent later, by this process or the next one) or
   * counted as lost. Rejects only where `records` can't be gone through (`OptionError`), or throws while it is, with none of
   * them taken.
   */
  async deliver(records: Iterable<LogRecord>): Promise<DeliveryResult> {
    if (typeof (records as Partial<Iterable<LogRecord>> | undefined)?.[Symbol.iterator] !== 'function') {
      throw new OptionError('records', 'be an array of records, or something else to go through', records);
    }
    const { batches, lost } = this.#encode([...records]);
    const result = await this.#dispatcher.deliver(batches);
    return { ...result, lost: result.lost + lost };
  }

  /**
   * Encodes a record and sends it with others, in the background. With `writeAhead` it is in a file when this returns. Never
   * throws. What is made in the context of this package's own requests is not sent (`own_telemetry`): it would feed on itself.
   * @param of - the context in which it was made, beside the active one
   */
  emit(record: LogRecord, of?: Context): void {
    this.#emitted++;
    if (this.#isEncoding || isOwnTelemetry() || isOwnTelemetry(of)) {
      this.#losses.record('own_telemetry');
      return;
    }
    if (this.#shutdown !== undefined) {
      this.#losses.record('shutdown', 1, 'they came after shutdown');
      return;
    }
    const encoded = this.#encodeOne(record);
    if ('reason' in encoded) {
      this.#losses.record(encoded.reason, 1, encoded.detail);
      return;
    }
    const { destination } = encoded;
    const written = this.#writeAhead?.append(destination, undefined, [encoded.event]);
    const event: EncodedEvent = written === undefined ? encoded.event : written[0]!;
    if (this.#intake.add(destination, event) || isKept(event, this.#writeAhead)) return;
    this.#losses.record('queue_full', 1, `${this.#room.used} bytes wait to be delivered`);
  }

  /**
   * Sends what is kept, in memory and in the spool, without waiting longer between attempts; waits for it up to
   * `flushTimeoutMillis`. What earlier processes left is looked for first. Never rejects.
   */
  async forceFlush(): Promise<void> {
    this.#intake.handOverAll();
    await this.#writeAhead?.replay();
    await this.#dispatcher.forceFlush();
  }

  /**
   * Sends what is left, up to `shutdownTimeoutMillis`, and closes the back end. What is not delivered then is in the spool, for
   * the next process; without one it is lost (`shutdown`). Never rejects.
   */
  shutdown(): Promise<void> {
    this.#shutdown ??= this.#close();
    return this.#shutdown;
  }

  /**
   * For `process.on('exit')`, where nothing asynchronous happens any more: what is in memory goes to the spool, for the next
   * process; without one it is lost (`shutdown`). What is under way may be there twice: nobody reads its answer.
   */
  storeAtOnce(): void {
    this.#dispatcher.settleAtOnce(
      () => ({ batches: [], lostByReason: {}, spooled: undefined }),
      () => {
        this.#intake.handOverAll();
      },
    );
  }

  /** The fate of the records so far. */
  status(): LogDeliveryStatus {
    const status = this.#dispatcher.status();
    const { deliveredEvents, inheritedEvents = 0, handedOnEvents = 0 } = status;
    const inherited = inheritedEvents + this.#foundAhead;
    const handedOn = handedOnEvents + this.#takenAhead;
    const dropped = this.#losses.total();
    return {
      emitted: this.#emitted,
      delivered: deliveredEvents,
      kept: this.#emitted + inherited - handedOn - deliveredEvents - dropped,
      dropped,
      droppedByReason: this.#losses.byReason(),
      inherited,
      handedOn,
      heldEvents: status.heldEvents + this.#intake.count,
      heldBytes: this.#room.used,
      requests: status.requests,
      retries: status.retries,
      throttles: status.throttles,
      breaker: status.breaker ?? 'closed',
      spool: status.spool,
      writeAhead: this.#writeAhead?.status(),
      lastError: status.lastError,
      lastErrorAt: status.lastErrorAt,
    };
  }

  /**
   * Says whether events can be delivered now: opens the back end, asks its `health`, and tries whether the spool can be written
   * to. Never rejects.
   */
  async health(): Promise<LogDeliveryHealth> {
    const problems: string[] = [];
    if (this.#shutdown !== undefined) problems.push('delivery is shut down');
    else {
      const backEnd = await runAsOwnTelemetry(() => this.#askBackEnd());
      if (backEnd !== undefined) problems.push(backEnd);
      const { breaker } = this.status();
      if (breaker !== 'closed') problems.push('requests are held back, because the back end did not answer');
      const spool = await this.#spool?.check();
      if (spool?.isWritable === false)
        problems.push(`the spool can't be written to: ${describeThrown(spool.writeError)}`);
      const writeError = this.#writeAhead?.check().writeError;
      if (writeError) problems.push(`records can't be written ahead: ${describeThrown(writeError)}`);
      if (spool?.isFull) problems.push(`the spool is full: it drops its oldest events`);
    }
    return { healthy: problems.length === 0, problems };
  }

  async #askBackEnd(): Promise<string | undefined> {
    const { health } = this.#backEnd;
    const { signal } = new AbortController();
    // Whoever asks waits for the answer, which keeps no process alive by itself.
    const wait = setInterval(() => undefined, 60_000);
    let member = 'authenticate';
    try {
      const credentials = await this.#session.credentials(signal);
      member = 'open';
      await this.#session.open(signal);
      member = 'health';
      await sendWithin(
        async ({ abortSignal }) => {
          await health?.({ signal: abortSignal, credentials });
        },
        this.#settings.delivery.requestTimeoutMillis,
        signal,
      );
      return undefined;
    } catch (error) {
      return `${this.name}: ${member}: ${describeThrown(error)}`;
    } finally {
      clearInterval(wait);
    }
  }

  #encodeOne(record: LogRecord): ReturnType<RecordEncoding<LogRecord>['encode']> {
    this.#isEncoding = true;
    try {
      return this.#encoding.encode(record);
    } finally {
      this.#isEncoding = false;
    }
  }

  /** Batches of all records that could be encoded; the others are counted, and those of them that are lost against all wish. */
  #encode(records: readonly LogRecord[]): { batches: LogEventBatch[]; lost: number } {
    const { limits } = this.#settings;
    const places = this.#places;
    let lost = 0;
    const byDestination = new Map<Destination, EncodedEvent[]>();
    for (const record of records) {
      this.#emitted++;
      const encoded = this.#encodeOne(record);
      if ('reason' in encoded) {
        this.#losses.record(encoded.reason, 1, encoded.detail);
        if (!isWanted(encoded.reason)) lost++;
        continue;
      }
      const { destination, event } = encoded;
      const events = byDestination.get(destination);
      if (events) events.push(event);
      else byDestination.set(destination, [event]);
    }
    const batches = [...byDestination].flatMap(([destination, events]) => [
      ...cutBatches(events, { destination, limits, places }),
    ]);
    return { batches, lost };
  }

  #handOver({ destination, events, reservedBytes }: WaitingEvents): void {
    const { limits } = this.#settings;
    const places = this.#places;
    const batches = [...cutBatches(events, { destination, limits, places, keeper: this.#writeAhead })];
    // Delivery counts and reports their fate.
    void this.#dispatcher.deliver(batches, { reservedBytes, untilSafe: true });
  }

  #createWriteAhead(settings: WriteAheadSettings): WriteAheadLog {
    const { limits } = this.#settings;
    const places = this.#places;
    const diagnostics = this.#diagnostics;
    const log: WriteAheadLog = new WriteAheadLog(
      {
        diagnostics,
        epochMillis: Date.now,
        monotonicMillis,
        hasRoom: () => this.#room.used < this.#room.max / 2,
        deliver: async ({ events, destination }) => {
          if (!places.isOwn(destination)) {
            log.giveBack(events);
            const { logGroupName } = destination;
            diagnostics.warn(
              'foreign',
              `events of ${logGroupName} are in ${settings.directory}; they stay there`,
            );
            return;
          }
          const own = places.of(places.keyOf(destination)) ?? destination;
          await this.#dispatcher.deliver([
            ...cutBatches(events, { destination: own, limits, places, keeper: log }),
          ]);
        },
        onFound: (events, lost, where) => {
          this.#foundAhead += events + lost;
          this.#losses.record('spool_corrupt', lost, `${where} is damaged`);
        },
        onGone: (how, events, where) => {
          if (how === 'taken') this.#takenAhead += events;
          else this.#losses.record('spool_corrupt', events, `${where} was removed`);
        },
        replay: { now: () => undefined, load: () => import('../write-ahead/replay.js') },
      },
      settings,
    );
    return log;
  }

  async #close(): Promise<void> {
    const { shutdownTimeoutMillis } = this.#settings.delivery;
    const deadline = Deadline.after(shutdownTimeoutMillis);
    this.#intake.handOverAll();
    await this.#dispatcher.shutdown(this.#writeAhead ? deliveryOfShutdown(deadline) : deadline);
    if (this.#writeAhead) {
      await within(closingOfShutdown(deadline, shutdownTimeoutMillis), this.#writeAhead.close());
    }
    // It gets a little time though delivery took all of it.
    const closing = deadline.atLeast(shutdownTimeoutMillis * CLOSING_PART);
    await within(
      closing,
      runAsOwnTelemetry(() => this.#closeBackEnd()),
    );
    this.#metrics?.freeze();
    this.#diagnostics.flush();
  }

  async #closeBackEnd(): Promise<void> {
    try {
      await this.#backEnd.close?.();
    } catch (error) {
      this.#diagnostics.warn('close', `the back end could not be closed: ${describeThrown(error)}`);
    }
  }
}

/** The part of a shutdown's time that the back end's `close` gets at the least. */
const CLOSING_PART = 0.1;

/**
 * Makes the delivery to a back end: retry with backoff, a circuit breaker, a bound on memory, a spool on disk, and an
 * account of every record.
 * @throws OptionError for a wrong option, which it names with its value and what would be right
 */
export function createLogDelivery<LogRecord = ReadableLogRecord, Credentials = undefined, Response = unknown>(
  options: LogDeliveryOptions<LogRecord, Credentials, Response>,
): LogDelivery<LogRecord> {
  return new LogDelivery(options as unknown as LogDeliveryOptions<LogRecord, never, never>);
}
