import { type Application } from './application.js';
import { whilePrinting } from './printed-records.js';

/**
 * OpenTelemetry's transport for winston takes the first value behind a message for its exception (`log.info('A %s', 'x')`
 * gave `exception.message: "x"` and hid the error behind it), leaves out what an object in `error` holds besides its
 * message, and attributes that are no JSON are dropped after it. All are put right before it sees what was logged.
 */

const TRANSPORT = '@opentelemetry/winston-transport';
/** winston's own: the values that were given behind the message. */
const SPLAT = Symbol.for('splat');
/** Where the transport looks for an exception; it leaves these attributes out. */
const EXCEPTION_KEYS = ['err', 'error'];
const WRAPPED = Symbol.for('opentelemetry-cloudwatch-logs.winston-values');

/** Errors among the values behind a message, before formats of the application change those. */
const ERRORS = Symbol.for('opentelemetry-cloudwatch-logs.winston-errors');

type Method = (this: unknown, ...values: unknown[]) => unknown;

interface Transport {
  log?: Method;
  once?: Method;
  [WRAPPED]?: boolean;
}

interface Logger {
  write?: Method;
  [WRAPPED]?: boolean;
}

/** Wraps the transport of the application's tree, once; nothing where it is not installed. */
export function giveWinstonReadableValues(application: Application): void {
  const holders = ['@opentelemetry/instrumentation-winston', '@opentelemetry/auto-instrumentations-node'];
  if (application.resolve(TRANSPORT, holders) === undefined) return;
  const loaded = application.load(TRANSPORT, holders) as
    { OpenTelemetryTransportV3?: { prototype: Transport } } | undefined;
  const transport = loaded?.OpenTelemetryTransportV3?.prototype;
  const { log, once } = transport ?? {};
  if (!transport || !log || !once || transport[WRAPPED]) return;
  transport[WRAPPED] = true;
  transport.log = function (info, ...rest) {
    return log.call(this, readableInfo(info), ...rest);
  };
  // Each transport waits once for the logger that it is added to.
  transport.once = function (event, listener, ...rest) {
    if (event !== 'pipe' || typeof listener !== 'function') return once.call(this, event, listener, ...rest);
    const hear = function (this: unknown, logger: unknown): unknown {
      noteErrorsOf(logger as Logger);
      return (listener as Method).call(this, logger);
    };
    return once.call(this, event, hear, ...rest);
  };
}

/** `format.splat()` takes an error that stands behind the placeholders' values away: it is noted before. */
function noteErrorsOf(logger: Logger): void {
  const { write } = logger;
  if (!write || logger[WRAPPED]) return;
  const value: Method = function (info, ...rest) {
    noteErrors(info);
    return whilePrinting(() => write.call(this, info, ...rest));
  };
  Object.defineProperty(logger, 'write', { value, writable: true, configurable: true, enumerable: false });
  Object.defineProperty(logger, WRAPPED, { value: true });
}

function noteErrors(info: unknown): void {
  if (typeof info !== 'object' || info === null || !Object.isExtensible(info)) return;
  const logged = info as Record<PropertyKey, unknown>;
  const errors = errorsIn(logged[SPLAT]);
  if (errors.length > 0) logged[ERRORS] = errors;
}

function errorsIn(splat: unknown): unknown[] {
  return Array.isArray(splat) ? splat.filter(isError) : [];
}

/** Turns the values that winston hands to a transport into those that OpenTelemetry takes. Never throws. */
export function readableInfo(info: unknown): unknown {
  if (typeof info !== 'object' || info === null || info instanceof Error) return info;
  try {
    const copy: Record<PropertyKey, unknown> = { ...info };
    for (const key of Object.keys(copy)) copy[key] = readable(copy[key], new Set([info]));
    for (const key of EXCEPTION_KEYS) Object.assign(copy, besideException(key, copy[key]));
    if (SPLAT in copy || ERRORS in copy) copy[SPLAT] = copy[ERRORS] ?? errorsIn(copy[SPLAT]);
    return copy;
  } catch {
    // A getter that throws: the transport does what it does.
    return info;
  }
}

/**
 * Of an object that the transport takes for an exception without a stack (`{ error: { message, status: 404 } }`), it
 * reads what exceptions have: the rest is given beside it, named as it names an error's cause.
 */
function besideException(key: string, value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || isError(value)) return {};
  const { message, cause: _, ...rest } = value as Record<string, unknown>;
  if ((message ?? rest.name ?? rest.code) === undefined) return {};
  return Object.fromEntries(Object.entries(rest).map(([name, item]) => [`${key}.${name}`, item]));
}

/** An exception has a stack; a type alone may be any object's `name`. */
function isError(value: unknown): boolean {
  return (
    value instanceof Error ||
    (typeof value === 'object' && value !== null && typeof (value as { stack?: unknown }).stack === 'string')
  );
}

function readable(value: unknown, ancestors: Set<unknown>): unknown {
  switch (typeof value) {
    case 'bigint':
    case 'symbol':
      return String(value);
    case 'object':
      break;
    default:
      return value;
  }
  // Errors and bytes are read by the transport.
  if (value === null || value instanceof Error || ArrayBuffer.isView(value)) return value;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? String(value) : value.toISOString();
  if (ancestors.has(value)) return '[Circular]';
  const inner = new Set(ancestors).add(value);
  if (Array.isArray(value) || value instanceof Set) return [...value].map((item) => readable(item, inner));
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === 'function') return readable(toJSON.call(value), inner);
  if (value instanceof RegExp) return String(value);
  const entries: Iterable<[unknown, unknown]> = value instanceof Map ? value : Object.entries(value);
  return Object.fromEntries([...entries].map(([key, item]) => [String(key), readable(item, inner)]));
}
