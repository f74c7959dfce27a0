import { type LoggerSource } from './logs-apis.js';

type Logger = ReturnType<LoggerSource['getLogger']>;

/**
 * Instrumentations that take what a logger has under `err` for the exception of the record, whatever it is. The SDK reads
 * of it what exceptions have, and leaves out the rest (`{ err: { message, status: 404 } }`), or all where it has nothing of that.
 */
const SCOPES: ReadonlySet<string> = new Set(
  ['pino', 'bunyan'].map((name) => `@opentelemetry/instrumentation-${name}`),
);

/** Where that rest is given: as OpenTelemetry's transport for winston names an error's cause. */
const KEY = 'err';

/** Lets the records of these loggers keep all that an error holds. */
export function keepWholeErrors(provider: LoggerSource): void {
  const getLogger = provider.getLogger.bind(provider);
  provider.getLogger = (name, ...rest) => {
    const logger = getLogger(name, ...rest);
    if (!SCOPES.has(name)) return logger;
    const { enabled } = logger as { enabled?: (...args: readonly unknown[]) => boolean };
    return {
      emit: (record: Parameters<Logger['emit']>[0]) => {
        logger.emit(withWholeError(record));
      },
      // Versions of the API before 0.205 have none.
      ...(enabled && { enabled: enabled.bind(logger) }),
    } as Logger;
  };
}

/**
 * Never throws: what can't be read is left to the SDK, which reads less of it.
 * @returns a record whose attributes have what is lost of its exception; itself where nothing is
 */
export function withWholeError<Of extends { exception?: unknown; attributes?: unknown }>(record: Of): Of {
  try {
    return wholeErrorOf(record);
  } catch {
    return record;
  }
}

function wholeErrorOf<Of extends { exception?: unknown; attributes?: unknown }>(record: Of): Of {
  const { exception, attributes } = record;
  // The record's own come first: of more than the SDK's limit the last are left out.
  const withMore = (more: object, left: unknown): Of => ({
    ...record,
    exception: left,
    attributes: { ...(attributes as object | undefined), ...more, ...(attributes as object | undefined) },
  });
  // The SDK takes texts and numbers.
  if (typeof exception === 'boolean' || Array.isArray(exception))
    return withMore({ [KEY]: exception }, undefined);
  if (typeof exception !== 'object' || exception === null) return record;
  const { message, stack, code, name, type, ...others } = exception as Record<string, unknown>;
  const isException = Boolean(message) || Boolean(stack) || Boolean(code) || Boolean(name);
  const rest: Record<string, unknown> = { ...others };
  // A code takes the place of the type. pino has the type twice.
  if (code && name) rest.name = name;
  if (type !== undefined && type !== name) rest.type = type;
  const entries = Object.entries(rest).map(([key, value]) => [`${KEY}.${key}`, value] as const);
  if (entries.length === 0 && isException) return record;
  return withMore(Object.fromEntries(entries), isException ? exception : undefined);
}
