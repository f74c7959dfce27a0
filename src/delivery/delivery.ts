import { type CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { type Diagnostics } from '../observability/diagnostics.js';
import { type Losses, type LossReason } from '../observability/losses.js';
import { type RequestObserver } from '../observability/request-observer.js';
import { type ProvisioningSettings } from '../resources/ensure-log-group.js';
import { type BreakerState, type CircuitBreakerSettings } from './breaker.js';
import { type Deadline } from './deadline.js';
import { type Destination, type LogEventBatch } from './encoded-event.js';
import { type RoomForBytes } from './room-for-bytes.js';
import { type FileSystem } from './spool/private-files.js';
import { type SpoolSettings, type SpoolStatus } from './spool/spool.js';

/** The fate of the events of one `deliver`, by the time it was answered. */
export interface DeliveryResult {
  /** Events that the service has accepted. */
  readonly delivered: number;
  /** Events held in memory, in the spool or by their keeper, to be sent in the background or by another process. */
  readonly kept: number;
  /** Events counted as lost, with their reason, in `Losses`. */
  readonly lost: number;
  /** The last error, where anything was kept or lost for one. */
  readonly error?: Error;
}

/** Figures of a delivery since it was made. */
export interface DeliveryStatus {
  readonly deliveredEvents: number;
  /** As the service bills them: messages plus 26 bytes an event. */
  readonly deliveredBytes: number;
  /** The mean of {@link deliveredBytes} over about the last million events; undefined before the first. */
  readonly recentEventBytes?: number | undefined;
  /** Events now held in memory: in flight, waiting for another attempt, or for room in the buffer. */
  readonly heldEvents: number;
  readonly heldBytes: number;
  readonly requests: number;
  readonly retries: number;
  readonly throttles: number;
  /** The last error of all; it stays when what comes after it is delivered. */
  readonly lastError?: Error | undefined;
  /** Milliseconds since 1970. */
  readonly lastErrorAt?: number | undefined;
  /** Whether requests are held back because the endpoint is down. */
  readonly breaker?: BreakerState | undefined;
  /** Events and files on disk; undefined without a spool. */
  readonly spool?: SpoolStatus | undefined;
  /** Events that earlier or other processes left in the spool, and this one took over. */
  readonly inheritedEvents?: number | undefined;
  /** Events in the spool that another process took over from this one, which it took for dead. */
  readonly handedOnEvents?: number | undefined;
}

/** The fate of a batch that was sent while the process stood still; events in neither figure are left. */
export interface SentAtOnce {
  readonly delivered: number;
  /** Events that the service refused. */
  readonly lost: number;
}

/** The fate of all of them. */
export interface AllSentAtOnce {
  /** By the places of the batches; nothing for one of which nothing is known. */
  readonly batches: readonly (SentAtOnce | undefined)[];
  /** Refused events, by reason. */
  readonly lostByReason: Readonly<Partial<Record<LossReason, number>>>;
  /** The last error, in words that hold nothing of the service's. */
  readonly problem?: string | undefined;
  /** Events in the spool, of whomever; undefined where that is not known. */
  readonly spooled: number | undefined;
}

/** Sends batches while the process stands still: nothing asynchronous will happen any more. */
export type SendAtOnce = (
  batches: readonly LogEventBatch[],
  options: {
    /** There is something in the spool, which is to be sent first. */
    readonly isSpoolLeft: boolean;
  },
) => AllSentAtOnce;

/** How one `deliver` waits. */
export interface DeliverOptions {
  /**
   * The bytes reserved for the batches in {@link DeliveryParts.room}: they are in memory already, and wait for no
   * room. Nobody asks what becomes of each of them: those that wait for the same stream may be sent together, and then
   * count as kept in the result.
   */
  readonly reservedBytes?: number | undefined;
  /**
   * It resolves already when the endpoint is known to fail and what is not delivered is safe: on disk, or in memory
   * without a spool. Default false: it waits for answers up to `deliveryTimeoutMillis`.
   */
  readonly untilSafe?: boolean | undefined;
}

/** Brings encoded events to the service. */
export interface Delivery {
  /**
   * Resolves when every event of the batches is delivered, kept (will be retried in the background) or
   * counted as lost. Never rejects.
   */
  deliver(batches: readonly LogEventBatch[], options?: DeliverOptions): Promise<DeliveryResult>;
  /**
   * Makes group and stream of destinations that are known ahead. Resolves when that is tried: failure is no error yet.
   * Never rejects.
   */
  prepare(destinations: readonly Destination[]): Promise<void>;
  /** Makes a group that is known ahead of its streams. Resolves when that is tried; never rejects. */
  prepareGroup(logGroupName: string): Promise<void>;
  /**
   * Cuts backoff waits short and waits for what is in flight and kept, in memory and in the spool, up to
   * `flushTimeoutMillis`. What earlier processes left in the spool is looked for first. What is not delivered
   * then is in the spool, where there is one. After `shutdown` it waits for that alone. Never rejects.
   * @param deadline - another time than `flushTimeoutMillis`
   */
  forceFlush(deadline?: Deadline): Promise<void>;
  /**
   * As `forceFlush`, within `shutdownTimeoutMillis`; what is left is counted as lost with reason `shutdown`. With a
   * spool, what is not delivered at the first attempt, or in half of the time, goes there and is left to the next
   * process.
   * @param deadline - another time than `shutdownTimeoutMillis`
   */
  shutdown(deadline?: Deadline): Promise<void>;
  /**
   * For the end of a process, where nothing asynchronous happens any more. What `deliver` is given meanwhile is not
   * sent; then what is in memory alone goes through `send`, which takes over the spool. What it leaves goes to the
   * spool or its keeper, or is lost (`shutdown`).
   * @param deliverRest - may call `deliver`
   */
  settleAtOnce?(send: SendAtOnce, deliverRest: () => void): void;
  status(): DeliveryStatus;
  /** Tries whether the spool can be written to; undefined without one. Never rejects. */
  checkSpool?(): Promise<SpoolStatus | undefined>;
  /** Resolves when what other processes left in the spool has been looked for once more. */
  ready?(): Promise<void>;
}

/** How delivery behaves; {@link DEFAULT_DELIVERY_SETTINGS} has the defaults. */
export interface DeliverySettings {
  /** PutLogEvents requests in flight at once. Default 4. */
  readonly concurrency: number;
  /** Bytes of events (as the service counts them) held in memory, in flight included. Default 32 MiB. */
  readonly maxBufferBytes: number;
  /** Milliseconds that `deliver` may take; what is not delivered then is kept. Default 20,000. */
  readonly deliveryTimeoutMillis: number;
  /** Milliseconds for one request with the SDK's own retries. Default 10,000. */
  readonly requestTimeoutMillis: number;
  /** Milliseconds that `forceFlush` may take. Default 20,000. */
  readonly flushTimeoutMillis: number;
  /** Milliseconds that `shutdown` may take. Default 5,000. */
  readonly shutdownTimeoutMillis: number;
  /** Default `gzip`. */
  readonly compression: 'gzip' | 'none';
  /** Waits between attempts: doubled from the first to the last, with jitter. Default 200 and 30,000 ms. */
  readonly retry: { readonly initialDelayMillis: number; readonly maxDelayMillis: number };
  readonly provisioning: ProvisioningSettings;
  /** PutLogEvents requests a second, for what the account's quota leaves to this process. Default no bound. */
  readonly requestsPerSecond?: number | undefined;
  /** Stops requests to an endpoint that is down; `false` for never. Default after 10 failures, for 5,000 ms. */
  readonly circuitBreaker?: CircuitBreakerSettings | false | undefined;
  /** Keeps on disk what can't be delivered now. Default none: it is kept in memory. */
  readonly spool?: SpoolSettings | undefined;
}

/** The parts that delivery needs. */
export interface DeliveryParts {
  readonly client: CloudWatchLogsClient;
  readonly losses: Losses;
  readonly diagnostics: Diagnostics;
  /** A monotonic clock in milliseconds; `performance.now` by default. */
  readonly monotonicMillis?: (() => number) | undefined;
  /** Milliseconds since 1970; `Date.now` by default. */
  readonly epochMillis?: (() => number) | undefined;
  /** From 0 to 1, for jitter; `Math.random` by default. */
  readonly random?: (() => number) | undefined;
  /** Where the spool's files are; `node:fs/promises` by default. */
  readonly fileSystem?: FileSystem | undefined;
  /** Shared with who holds events before they come here; by default one of `maxBufferBytes`. */
  readonly room?: RoomForBytes | undefined;
  /** Told of each PutLogEvents request, for metrics. */
  readonly onRequest?: RequestObserver | undefined;
}

export const DEFAULT_DELIVERY_SETTINGS: DeliverySettings = {
  concurrency: 4,
  maxBufferBytes: 32 * 1024 * 1024,
  deliveryTimeoutMillis: 20_000,
  requestTimeoutMillis: 10_000,
  flushTimeoutMillis: 20_000,
  shutdownTimeoutMillis: 5_000,
  compression: 'gzip',
  retry: { initialDelayMillis: 200, maxDelayMillis: 30_000 },
  provisioning: { provision: 'all' },
};
