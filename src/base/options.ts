import { join } from 'node:path';
import { type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { type MeterProvider } from '@opentelemetry/api';
import { checkMembers } from '../cloudwatch/check-members.js';
import { OptionError } from '../cloudwatch/errors.js';
import { MAX_BATCH_BYTES, MAX_BATCH_EVENTS } from '../cloudwatch/limits.js';
import { DEFAULT_CIRCUIT_BREAKER_SETTINGS } from '../delivery/breaker.js';
import { DEFAULT_DELIVERY_SETTINGS, type DeliverySettings } from '../delivery/delivery.js';
import { BACK_END_FOLDER } from '../delivery/spool/spool-folder.js';
import { DEFAULT_SPOOL_SETTINGS, type SpoolSettings } from '../delivery/spool/spool-settings.js';
import { type WriteAheadSettings } from '../write-ahead/write-ahead-log.js';
import { WRITE_AHEAD_NUMBERS } from '../write-ahead/write-ahead-numbers.js';
import { type BackEnd, type BackEndLimits } from './back-end.js';
import { type Limits, MAX_REQUEST_BYTES } from './cut-batches.js';

/** Where events are kept on disk that can't be delivered now. */
export interface LogDeliverySpoolOptions {
  /**
   * A folder, made where it is missing. Several processes and back ends may share it: each back end has a folder of its own in
   * it.
   */
  readonly directory: string;
  /** Bytes of the back end's files, of all processes together; beyond it the oldest are dropped (`spool_full`). Default 1 GiB. */
  readonly maxBytes?: number | undefined;
  /** Milliseconds after which events are dropped (`spool_expired`). Default 14 days. */
  readonly maxAgeMillis?: number | undefined;
  /** Whether events outlive a power cut once they are kept. Default true. */
  readonly fsync?: boolean | undefined;
}

/** Files that a record is in before `emit` returns, so that a process killed at any moment loses none. */
export interface LogDeliveryWriteAheadOptions {
  /** A folder, made where it is missing; each back end has a folder of its own in it. */
  readonly directory: string;
  /** Milliseconds between two times that the device is told to keep what was written; 0 for never. Default 1,000. */
  readonly fsyncIntervalMillis?: number | undefined;
  /** Bytes of files that one process may have; beyond it records are in memory alone. Default 256 MiB. */
  readonly maxBytes?: number | undefined;
}

/** How a delivery behaves. */
export interface LogDeliverySettings {
  /** Keeps on disk what can't be delivered now, also past the end of the process. Default none: it is kept in memory. */
  readonly spool?: LogDeliverySpoolOptions | undefined;
  /** Writes records to files before `emit` returns. Default none. Of `deliver`, whose caller waits, nothing is written. */
  readonly writeAhead?: LogDeliveryWriteAheadOptions | undefined;
  /** Milliseconds that records of `emit` wait for others to fill a request. Default 1,000. */
  readonly scheduledDelayMillis?: number | undefined;
  /** Requests under way at once. With a spool, one at a time to each destination, so that its order is kept. Default 4. */
  readonly concurrency?: number | undefined;
  /**
   * Bytes of events in memory; what comes beyond it waits, or is lost (`buffer_full`; of `emit`: `queue_full`). Default 32 MiB, or
   * four requests where that is more.
   */
  readonly maxBufferBytes?: number | undefined;
  /** Milliseconds that `deliver` waits for answers; what is not delivered then is kept, and sent later. Default 20,000. */
  readonly deliveryTimeoutMillis?: number | undefined;
  /** Milliseconds for one request, and for each of `open` and `authenticate`. Default 10,000. */
  readonly requestTimeoutMillis?: number | undefined;
  /** Milliseconds that `forceFlush` waits. Default 20,000. */
  readonly flushTimeoutMillis?: number | undefined;
  /** Milliseconds that `shutdown` takes. Default 5,000. */
  readonly shutdownTimeoutMillis?: number | undefined;
  /** Waits between attempts, doubled from the first to the last. Default 200 and 30,000 ms. */
  readonly retry?:
    | { readonly initialDelayMillis?: number | undefined; readonly maxDelayMillis?: number | undefined }
    | undefined;
  /**
   * Stops requests while the back end is down: after so many failures in a row none is made for a while, then one that probes;
   * `false` for never. Default after 10, for 5,000 ms.
   */
  readonly circuitBreaker?:
    | false
    | { readonly failures?: number | undefined; readonly probeAfterMillis?: number | undefined }
    | undefined;
  /** Requests a second at the most. Default no bound. */
  readonly requestsPerSecond?: number | undefined;
  /** Shows the figures of `status()` as metrics. Default none. */
  readonly meterProvider?: MeterProvider | undefined;
}

/** A back end, and how delivery to it behaves. */
export interface LogDeliveryOptions<
  LogRecord = ReadableLogRecord,
  Credentials = undefined,
  Response = unknown,
>
  extends BackEnd<LogRecord, Credentials, Response>, LogDeliverySettings {}

/** What the options come to. */
export interface BaseSettings {
  readonly limits: Limits;
  readonly delivery: DeliverySettings;
  readonly spool: SpoolSettings | undefined;
  readonly writeAhead: WriteAheadSettings | undefined;
  readonly scheduledDelayMillis: number;
}

const MEMBERS = {
  name: true,
  limits: true,
  encode: true,
  send: true,
  classify: true,
  open: true,
  authenticate: true,
  health: true,
  close: true,
  spool: true,
  writeAhead: true,
  scheduledDelayMillis: true,
  concurrency: true,
  maxBufferBytes: true,
  deliveryTimeoutMillis: true,
  requestTimeoutMillis: true,
  flushTimeoutMillis: true,
  shutdownTimeoutMillis: true,
  retry: true,
  circuitBreaker: true,
  requestsPerSecond: true,
  meterProvider: true,
} as const satisfies Record<keyof LogDeliveryOptions, true>;

const LIMIT_MEMBERS = {
  maxEvents: true,
  maxBytes: true,
  maxEventBytes: true,
  eventOverheadBytes: true,
} as const satisfies Record<keyof BackEndLimits, true>;

const SPOOL_MEMBERS = {
  directory: true,
  maxBytes: true,
  maxAgeMillis: true,
  fsync: true,
} as const satisfies Record<keyof LogDeliverySpoolOptions, true>;

const NAME = /^[a-z][a-z\d-]{0,39}$/;

/** Requests of the largest size for which there is room in memory by default. */
const BUFFERED_REQUESTS = 4;

/** Milliseconds that a timer can wait. */
const MAX_MILLIS = 2 ** 31 - 1;

/** @throws OptionError for the first option that is wrong */
export function readOptions(options: LogDeliveryOptions<never, never, never>): BaseSettings {
  checkMembers('', options, MEMBERS);
  checkBackEnd(options);
  const defaults = DEFAULT_DELIVERY_SETTINGS;
  const millis = (name: `${'delivery' | 'request' | 'flush' | 'shutdown'}TimeoutMillis`): number =>
    whole(name, options[name] ?? defaults[name], 1, MAX_MILLIS);
  const limits = readLimits(options.limits);
  const largest = Math.max(MAX_BATCH_BYTES, limits.maxBytes);
  const { meterProvider, requestsPerSecond } = options;
  if (
    meterProvider !== undefined &&
    typeof (meterProvider as Partial<MeterProvider>).getMeter !== 'function'
  ) {
    throw new OptionError('meterProvider', 'be a MeterProvider of OpenTelemetry', meterProvider);
  }
  if (requestsPerSecond !== undefined && !(Number.isFinite(requestsPerSecond) && requestsPerSecond > 0)) {
    throw new OptionError('requestsPerSecond', 'be a number above 0', requestsPerSecond);
  }
  return {
    limits,
    spool: readSpool(options.spool, options.name, largest),
    writeAhead: readWriteAhead(options.writeAhead, options.name, largest),
    scheduledDelayMillis: whole('scheduledDelayMillis', options.scheduledDelayMillis ?? 1_000, 1, MAX_MILLIS),
    delivery: {
      ...defaults,
      concurrency: whole('concurrency', options.concurrency ?? defaults.concurrency, 1, 50),
      maxBufferBytes: whole(
        'maxBufferBytes',
        options.maxBufferBytes ?? Math.max(defaults.maxBufferBytes, BUFFERED_REQUESTS * largest),
        largest,
        Number.MAX_SAFE_INTEGER,
      ),
      deliveryTimeoutMillis: millis('deliveryTimeoutMillis'),
      requestTimeoutMillis: millis('requestTimeoutMillis'),
      flushTimeoutMillis: millis('flushTimeoutMillis'),
      shutdownTimeoutMillis: millis('shutdownTimeoutMillis'),
      retry: readRetry(options.retry),
      circuitBreaker: readBreaker(options.circuitBreaker),
      requestsPerSecond,
    },
  };
}

function checkBackEnd(options: LogDeliveryOptions<never, never, never>): void {
  const { name } = options as { name?: unknown };
  if (typeof name !== 'string' || !NAME.test(name)) {
    const rule = 'be 1 to 40 lower-case letters, digits and -, of which the first is a letter';
    throw new OptionError('name', rule, name);
  }
  for (const member of ['encode', 'send', 'classify'] as const) {
    const value: unknown = options[member];
    if (typeof value !== 'function') throw new OptionError(member, 'be a function', value);
  }
  for (const member of ['open', 'authenticate', 'health', 'close'] as const) {
    const value: unknown = options[member];
    if (value === undefined || typeof value === 'function') continue;
    throw new OptionError(member, 'be a function, or be left out', value);
  }
}

function readLimits(limits: BackEndLimits): Limits {
  checkMembers('limits', limits, LIMIT_MEMBERS);
  const { maxEvents, maxBytes, maxEventBytes, eventOverheadBytes = 1 } = limits;
  const checked = {
    maxEvents: whole('limits.maxEvents', maxEvents, 1, MAX_BATCH_EVENTS),
    maxBytes: whole('limits.maxBytes', maxBytes, 1, MAX_REQUEST_BYTES),
    maxEventBytes: whole('limits.maxEventBytes', maxEventBytes, 1, maxBytes),
    eventOverheadBytes: whole('limits.eventOverheadBytes', eventOverheadBytes, 0, MAX_REQUEST_BYTES),
  };
  if (maxEventBytes + eventOverheadBytes > maxBytes) {
    const rule = `leave room for limits.eventOverheadBytes in limits.maxBytes: be ${maxBytes - eventOverheadBytes} or less`;
    throw new OptionError('limits.maxEventBytes', rule, maxEventBytes);
  }
  return checked;
}

/** @param largest - bytes of a request */
function readSpool(
  spool: LogDeliverySpoolOptions | undefined,
  name: string,
  largest: number,
): SpoolSettings | undefined {
  if (spool === undefined) return undefined;
  checkMembers('spool', spool, SPOOL_MEMBERS);
  const { maxBytes, maxAgeMillis, fsync } = { ...DEFAULT_SPOOL_SETTINGS, ...given(spool) };
  const directory = folderOf('spool.directory', spool.directory, name);
  if (typeof fsync !== 'boolean') throw new OptionError('spool.fsync', 'be true or false', fsync);
  return {
    directory,
    maxBytes: whole('spool.maxBytes', maxBytes, 2 * largest, Number.MAX_SAFE_INTEGER),
    maxAgeMillis: whole('spool.maxAgeMillis', maxAgeMillis, 1, Number.MAX_SAFE_INTEGER),
    fsync,
  };
}

/** @param largest - bytes of a request */
function readWriteAhead(
  writeAhead: LogDeliveryWriteAheadOptions | undefined,
  name: string,
  largest: number,
): WriteAheadSettings | undefined {
  if (writeAhead === undefined) return undefined;
  checkMembers('writeAhead', writeAhead, { directory: true, fsyncIntervalMillis: true, maxBytes: true });
  const number = (member: keyof typeof WRITE_AHEAD_NUMBERS): number => {
    const { min, max, default: otherwise } = WRITE_AHEAD_NUMBERS[member];
    const least = member === 'maxBytes' ? Math.max(min, 2 * largest) : min;
    return whole(`writeAhead.${member}`, writeAhead[member] ?? otherwise, least, max);
  };
  return {
    directory: folderOf('writeAhead.directory', writeAhead.directory, name),
    fsyncIntervalMillis: number('fsyncIntervalMillis'),
    maxBytes: number('maxBytes'),
  };
}

/** Each back end has its own folder: what another one has stored is not even looked at. */
function folderOf(option: string, directory: unknown, name: string): string {
  if (typeof directory !== 'string' || directory.trim() === '') {
    throw new OptionError(option, 'be the path of a folder', directory);
  }
  return join(directory, `${BACK_END_FOLDER}${name}`);
}

function readRetry(retry: LogDeliverySettings['retry'] = {}): DeliverySettings['retry'] {
  checkMembers('retry', retry, { initialDelayMillis: true, maxDelayMillis: true });
  const { initialDelayMillis, maxDelayMillis } = { ...DEFAULT_DELIVERY_SETTINGS.retry, ...given(retry) };
  whole('retry.initialDelayMillis', initialDelayMillis, 1, MAX_MILLIS);
  whole('retry.maxDelayMillis', maxDelayMillis, initialDelayMillis, MAX_MILLIS);
  return { initialDelayMillis, maxDelayMillis };
}

function readBreaker(
  breaker: LogDeliverySettings['circuitBreaker'] = {},
): DeliverySettings['circuitBreaker'] {
  if (breaker === false) return false;
  checkMembers('circuitBreaker', breaker, { failures: true, probeAfterMillis: true });
  const { failures, probeAfterMillis } = { ...DEFAULT_CIRCUIT_BREAKER_SETTINGS, ...given(breaker) };
  return {
    failures: whole('circuitBreaker.failures', failures, 1, 1_000_000),
    probeAfterMillis: whole('circuitBreaker.probeAfterMillis', probeAfterMillis, 1, MAX_MILLIS),
  };
}

/** Members that are there but undefined are as good as left out. */
function given<T extends object>(options: T): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  const members = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(members) as { [Name in keyof T]?: Exclude<T[Name], undefined> };
}

function whole(option: string, value: unknown, min: number, max: number): number {
  if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max) return value as number;
  const range = max === Number.MAX_SAFE_INTEGER ? `${min} or more` : `from ${min} to ${max}`;
  throw new OptionError(option, `be a whole number, ${range}`, value);
}
