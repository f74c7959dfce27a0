import { type CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { checkClient, createCloudWatchLogsClient } from '../cloudwatch/client.js';
import { clientTarget, isOfAws } from '../cloudwatch/client-endpoint.js';
import { OptionError } from '../cloudwatch/errors.js';
import { logGroupNameProblem, logStreamNameProblem } from '../cloudwatch/names.js';
import { isForsakenPromise } from '../cloudwatch/is-thenable.js';
import { USD_PER_INGESTED_GIGABYTE } from '../cloudwatch/prices.js';
import { EVENT_OVERHEAD_BYTES, MAX_MESSAGE_BYTES } from '../cloudwatch/limits.js';
import { sleep } from '../cloudwatch/sleep.js';
import { createDelivery } from '../delivery/create-delivery.js';
import { type Delivery } from '../delivery/delivery.js';
import { type EncodedEvent, type LogEventBatch } from '../delivery/encoded-event.js';
import { cutIntoBatches } from '../encoding/batcher.js';
import { encodeEvent } from '../encoding/encode-event.js';
import { Diagnostics } from '../observability/diagnostics.js';
import { Losses, type LossReason } from '../observability/losses.js';
import { ReplayNotAgreedError, ReplaySourceError, ReplayStoppedError } from './replay-errors.js';
import { type ReplayEvent, type ReplaySource } from './replay-event.js';
import {
  checkCallOptions,
  checkReplayEvent,
  checkReplayOptions,
  type LogReplayOptions,
  type ReplayCallOptions,
  type ReplayDestination,
} from './replay-options.js';
import { mappedTime, mapTimes, type ReplayCheckpoint, type TimeMapping } from './replay-times.js';

/** Events, and bytes of them, that are sent and confirmed together. */
const PART_EVENTS = 10_000;
const PART_BYTES = 4_000_000;

const PART_TIMEOUT_MILLIS = 120_000;

/** What a replay will do. */
export interface ReplayPlan {
  /** Events of the source, those that `transform` leaves out among them. */
  readonly events: number;
  /** Events that will be sent, and their bytes as the service bills them. */
  readonly sendEvents: number;
  readonly sendBytes: number;
  /** Milliseconds since 1970 of the source's events; undefined where there is none. */
  readonly oldestMillis?: number | undefined;
  readonly newestMillis?: number | undefined;
  /** Log groups that will get events. */
  readonly logGroupNames: readonly string[];
  /** Whether AWS gets the events, and bills them. */
  readonly isAws: boolean;
  /** What ingestion costs in us-east-1, in US dollars; 0 where AWS is not asked. */
  readonly usd: number;
}

/** What a replay did. */
export interface ReplayResult {
  /** Events of the source that were gone through, those before `resume` left out. */
  readonly events: number;
  readonly delivered: number;
  /** Events that `transform` left out. */
  readonly leftOut: number;
  readonly lost: number;
  readonly lostByReason: Readonly<Partial<Record<LossReason, number>>>;
}

/**
 * Sends log events of a file or a log group once more, to any group: into a local service, or a test account.
 * @example
 * const source = ndjsonSource('incident.ndjson');
 * await new LogReplay({ source, endpoint: local.endpoint, logGroupName: '/replayed' }).run();
 */
export class LogReplay {
  readonly #options: LogReplayOptions;
  readonly #source: ReplaySource;
  readonly #epochMillis: () => number;
  #plan: Promise<ReplayPlan> | undefined;

  /** @throws OptionError for a wrong option */
  constructor(options: LogReplayOptions) {
    checkReplayOptions(options);
    const { source, client } = options;
    if (client !== undefined) checkClient(client);
    this.#options = options;
    this.#source = 'open' in source ? source : { name: 'the given events', open: () => source };
    this.#epochMillis = options.clock ?? Date.now;
  }

  /** Reads the source to its end, sends nothing, and says what a replay will do. @throws OptionError, ReplaySourceError */
  plan(options: ReplayCallOptions = {}): Promise<ReplayPlan> {
    checkCallOptions(options);
    const { signal } = options;
    this.#plan ??= this.#withClient((client) => this.#measure(client, signal)).catch((error: unknown) => {
      this.#plan = undefined;
      throw error;
    });
    return this.#plan;
  }

  /**
   * Sends the events. Order is kept in each stream; what a part of the way failed is sent again, by the rules of the
   * exporter. Log groups and streams are made where they are missing.
   * @throws ReplayNotAgreedError where AWS would bill and `yes` is not given; ReplayStoppedError, with a checkpoint,
   * where it can't go on; ReplaySourceError
   */
  run(options: ReplayCallOptions = {}): Promise<ReplayResult> {
    checkCallOptions(options);
    const { signal } = options;
    return this.#withClient(async (client) => {
      const plan = await this.plan({ signal });
      if (plan.isAws && this.#options.yes !== true) throw new ReplayNotAgreedError(billOf(plan));
      return new Run(client, this.#options, this.#epochMillis, plan).through(this.#source, signal);
    });
  }

  async #measure(client: CloudWatchLogsClient, signal: AbortSignal | undefined): Promise<ReplayPlan> {
    const options = this.#options;
    const groups = new Set<string>();
    let events = 0;
    let sendEvents = 0;
    let sendBytes = 0;
    let oldestMillis = Infinity;
    let newestMillis = -Infinity;
    for await (const event of this.#source.open(signal)) {
      signal?.throwIfAborted();
      const position = events++;
      checkReplayEvent(event, position);
      oldestMillis = Math.min(oldestMillis, event.timestamp);
      newestMillis = Math.max(newestMillis, event.timestamp);
      if (position < (options.resume?.position ?? 0)) continue;
      const sent = transformed(event, options, position);
      if (!sent) continue;
      groups.add(destinationOf(sent, options, position).logGroupName);
      sendEvents++;
      sendBytes += Buffer.byteLength(sent.message) + EVENT_OVERHEAD_BYTES;
    }
    const isAws = isOfAws(await clientTarget(client));
    return {
      events,
      sendEvents,
      sendBytes,
      ...(events > 0 && { oldestMillis, newestMillis }),
      logGroupNames: [...groups].sort(),
      isAws,
      usd: isAws ? (sendBytes / 1e9) * USD_PER_INGESTED_GIGABYTE : 0,
    };
  }

  async #withClient<T>(use: (client: CloudWatchLogsClient) => Promise<T>): Promise<T> {
    const { client: given } = this.#options;
    if (given) return use(given);
    const own = createCloudWatchLogsClient(this.#options);
    try {
      return await use(own);
    } finally {
      own.destroy();
    }
  }
}

type Settings = Omit<LogReplayOptions, 'source'>;

function transformed(event: ReplayEvent, { transform }: Settings, position: number): ReplayEvent | undefined {
  if (!transform) return event;
  let changed: ReplayEvent | undefined;
  try {
    changed = transform(event);
  } catch (cause) {
    throw new ReplaySourceError(`transform failed for event ${position + 1}`, { cause });
  }
  if (changed === undefined) return undefined;
  isForsakenPromise(changed);
  if (typeof changed.message === 'string' && Number.isFinite(changed.timestamp)) return changed;
  throw new OptionError('transform', 'return an event with timestamp and message, or undefined', changed);
}

function destinationOf(event: ReplayEvent, settings: Settings, position: number): ReplayDestination {
  const {
    logGroupName: group = event.logGroupName,
    logStreamName: stream = event.logStreamName ?? 'replay',
  } = settings;
  const logGroupName = typeof group === 'function' ? group(event) : group;
  const logStreamName = typeof stream === 'function' ? stream(event) : stream;
  if (logGroupName === undefined || logGroupName === '') {
    throw new OptionError('logGroupName', `be given: event ${position + 1} does not say where it came from`);
  }
  if (/^aws\//i.test(logGroupName)) {
    const remedy =
      group === event.logGroupName ? ': give another, or leave such events out by transform' : '';
    throw new OptionError('logGroupName', `not begin with aws/, as AWS's own do${remedy}`, logGroupName);
  }
  const problem = logGroupNameProblem(logGroupName);
  if (problem !== undefined) throw new OptionError('logGroupName', problem, logGroupName);
  const streamProblem = logStreamNameProblem(logStreamName);
  if (streamProblem !== undefined) throw new OptionError('logStreamName', streamProblem, logStreamName);
  return { logGroupName, logStreamName };
}

function billOf({ sendEvents, sendBytes, usd, logGroupNames }: ReplayPlan): string {
  const groups = logGroupNames.length === 1 ? logGroupNames[0]! : `${logGroupNames.length} log groups`;
  return (
    `the replay would send ${sendEvents} events, ${sendBytes} bytes, to ${groups} in AWS, which bills the ingestion ` +
    `(about $${usd.toFixed(usd < 0.01 ? 4 : 2)} in us-east-1) and the storage; give yes: true to agree`
  );
}

/** One going through of a source. */
class Run {
  readonly #settings: Settings;
  readonly #epochMillis: () => number;
  readonly #plan: ReplayPlan;
  readonly #losses = new Losses();
  readonly #delivery: Delivery;
  readonly #times: TimeMapping;
  #delivered = 0;
  #leftOut = 0;
  #last: ReplayCheckpoint | undefined;

  constructor(client: CloudWatchLogsClient, settings: Settings, epochMillis: () => number, plan: ReplayPlan) {
    this.#settings = settings;
    this.#last = settings.resume;
    this.#epochMillis = epochMillis;
    this.#plan = plan;
    const half = (settings.timeoutMillis ?? PART_TIMEOUT_MILLIS) / 2;
    this.#delivery = createDelivery(
      { client, losses: this.#losses, diagnostics: new Diagnostics() },
      { deliveryTimeoutMillis: half, flushTimeoutMillis: half },
    );
    const { oldestMillis = 0, newestMillis = 0 } = plan;
    this.#times =
      settings.resume?.times ??
      mapTimes({ oldestMillis, newestMillis }, epochMillis(), {
        speed: settings.speed ?? Infinity,
        keepTimes: settings.keepTimes ?? false,
      });
  }

  async through(source: ReplaySource, signal: AbortSignal | undefined): Promise<ReplayResult> {
    const begin = this.#settings.resume?.position ?? 0;
    let position = 0;
    let part = new Part();
    try {
      for await (const event of source.open(signal)) {
        if (position++ < begin) continue;
        const sent = transformed(event, this.#settings, position - 1);
        if (!sent) {
          this.#leftOut++;
          continue;
        }
        const timestamp = mappedTime(this.#times, sent.timestamp);
        if (part.isFull || this.#waitMillis(timestamp) > 0) {
          await this.#send(part, position - 1, signal);
          part = new Part();
          await pause(this.#waitMillis(timestamp), signal);
        }
        this.#add(part, sent, timestamp, position - 1);
      }
      await this.#send(part, position, signal);
    } finally {
      await this.#delivery.shutdown();
    }
    return {
      events: Math.max(0, position - begin),
      delivered: this.#delivered,
      leftOut: this.#leftOut,
      lost: this.#losses.total(),
      lostByReason: this.#losses.byReason(),
    };
  }

  /** Milliseconds until an event is due; 0 where no pace is asked for. */
  #waitMillis(timestamp: number): number {
    const { speed = Infinity } = this.#settings;
    return speed === Infinity ? 0 : Math.max(0, timestamp - this.#epochMillis());
  }

  #add(part: Part, event: ReplayEvent, timestamp: number, position: number): void {
    const encoded = encodeEvent(timestamp, event.message.toWellFormed());
    if (encoded.messageBytes === 0) this.#losses.record('empty');
    else if (encoded.messageBytes > MAX_MESSAGE_BYTES) this.#losses.record('oversize');
    else part.add(destinationOf(event, this.#settings, position), encoded);
  }

  /** Sends a part and waits until each of its events is delivered or lost. @param position - behind the part */
  async #send(part: Part, position: number, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    if (part.events > 0) {
      const lostBefore = this.#losses.total();
      const { kept, error } = await this.#delivery.deliver([...part.batches()]);
      if (kept > 0) await this.#delivery.forceFlush();
      if (this.#delivery.status().heldEvents > 0) {
        throw new ReplayStoppedError(
          `the service does not take the events: ${error?.message ?? 'no answer in time'}`,
          this.#last,
          { cause: error },
        );
      }
      this.#delivered += part.events - (this.#losses.total() - lostBefore);
    }
    this.#last = { position, times: this.#times };
    this.#settings.onProgress?.({
      position,
      events: this.#plan.events,
      delivered: this.#delivered,
      lost: this.#losses.total(),
      checkpoint: this.#last,
    });
  }
}

/** Events that are sent together. */
class Part {
  readonly #byPlace = new Map<string, { destination: ReplayDestination; events: EncodedEvent[] }>();
  #bytes = 0;
  events = 0;

  get isFull(): boolean {
    return this.events >= PART_EVENTS || this.#bytes >= PART_BYTES;
  }

  add(destination: ReplayDestination, event: EncodedEvent): void {
    const key = `${destination.logGroupName}\n${destination.logStreamName}`;
    const known = this.#byPlace.get(key);
    if (known) known.events.push(event);
    else this.#byPlace.set(key, { destination, events: [event] });
    this.events++;
    this.#bytes += event.messageBytes;
  }

  *batches(): Generator<LogEventBatch, void, undefined> {
    for (const { destination, events } of this.#byPlace.values()) yield* cutIntoBatches(events, destination);
  }
}

/** Waits for a time that may be long, unless it is interrupted. */
async function pause(millis: number, signal: AbortSignal | undefined): Promise<void> {
  if (millis <= 0) return;
  await sleep(millis, signal).catch(() => undefined);
  signal?.throwIfAborted();
}
