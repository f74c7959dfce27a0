import { format, stripVTControlCharacters } from 'node:util';
import { context } from '@opentelemetry/api';
import { isTracingSuppressed } from '@opentelemetry/core';
import { type LogRecordProcessor } from '@opentelemetry/sdk-logs';
import { OWN_TELEMETRY } from '../observability/own-telemetry.js';
import { type LoggerSource } from './logs-apis.js';
import { isInspecting, isPrintedForRecord, type RecordMakers, whilePrinting } from './printed-records.js';

type Logger = ReturnType<LoggerSource['getLogger']>;
type LogRecord = Parameters<Logger['emit']>[0];
type Print = (this: unknown, ...values: unknown[]) => unknown;

/**
 * The methods that make a record, and its severity. `table`, `group`, `count`, `timeEnd` and their like print by `log`,
 * and so make one too. `dir` makes none: it shows one object to somebody at a terminal, and OpenTelemetry's own console
 * exporters print by it, whose output must never become records again, also where a bundler has hidden who prints.
 */
const SEVERITIES = {
  trace: { severityNumber: 1, severityText: 'trace' },
  debug: { severityNumber: 5, severityText: 'debug' },
  log: { severityNumber: 9, severityText: 'info' },
  info: { severityNumber: 9, severityText: 'info' },
  warn: { severityNumber: 13, severityText: 'warn' },
  error: { severityNumber: 17, severityText: 'error' },
  assert: { severityNumber: 17, severityText: 'error' },
} as const;

type Method = keyof typeof SEVERITIES;

/** The name of the scope of its records. */
export const CONSOLE_SCOPE = 'console';

/**
 * Makes log records of what is printed by `console`, which prints it as before. It is a processor too, beside ours, as
 * which it hears of records that others make while something is printed, and of the end.
 */
export class ConsoleCapture implements LogRecordProcessor {
  readonly #console: Console;
  readonly #makers: RecordMakers;
  readonly #replaced = new Map<Method, { readonly original: Print; readonly own: Print }>();
  #logger: Logger | undefined;
  /** Records of all loggers, but for those that arguments of `console` make while they are made a text. */
  #emitted = 0;
  /**
   * The outermost method of the console that is running, while something is printed, or a record is made of it: what is
   * printed meanwhile belongs to that.
   */
  #running: Print | undefined;
  /** Values that are printed by now are read once more, for the record: what they print has been printed. */
  #isReading = false;

  /** @param console - the global one, but for tests */
  constructor(makers: RecordMakers, console: Console = globalThis.console) {
    this.#makers = makers;
    this.#console = console;
  }

  /** @param source - what others get their loggers of, so that whoever gets records of theirs gets these as well */
  start(source: LoggerSource): void {
    this.#logger = source.getLogger(CONSOLE_SCOPE);
    for (const method of Object.keys(SEVERITIES) as Method[]) this.#replace(method);
  }

  onEmit(): void {
    if (!this.#running || !isInspecting(this.#running)) this.#emitted++;
  }

  /** It wants no record: whether one is worth making is for the others to say. */
  enabled(): boolean {
    return false;
  }

  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  /** Gives `console` back; where others have wrapped a method since, ours stays below theirs and only prints. */
  shutdown(): Promise<void> {
    this.#logger = undefined;
    for (const [method, { original, own }] of this.#replaced) {
      if (this.#console[method] === own) this.#console[method] = original;
    }
    return Promise.resolve();
  }

  #replace(method: Method): void {
    const { [method]: original } = this.#console as Partial<Record<Method, Print>>;
    if (typeof original !== 'function') return;
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- `this` in the method is the console's
    const capture = this;
    const own: Print = function (...values) {
      // Node.js's methods are bound to their console; a console of others must not miss it when destructured.
      const self = this ?? capture.#console;
      return capture.#print(method, values, own, () =>
        method === 'trace' ? capture.#printTrace(original, own, self, values) : original.apply(self, values),
      );
    };
    Object.defineProperty(own, 'name', { value: original.name, configurable: true });
    Object.defineProperty(own, 'length', { value: original.length, configurable: true });
    try {
      this.#console[method] = own;
    } catch {
      // A console that somebody has frozen: it prints as before.
      return;
    }
    this.#replaced.set(method, { original, own });
  }

  #print(method: Method, values: unknown[], own: Print, print: () => unknown): unknown {
    if (this.#isReading) return undefined;
    const logger = this.#running ? undefined : this.#logger;
    const isWanted =
      logger !== undefined &&
      !(method === 'assert' && Boolean(values[0])) &&
      // Exporters run so, ours and others', and what they have to say of an export.
      !isTracingSuppressed(context.active()) &&
      !isPrintedForRecord(this.#makers, own);
    const outer = this.#running;
    const timestamp = Date.now();
    const emittedBefore = this.#emitted;
    this.#running = outer ?? own;
    try {
      return print();
    } finally {
      // Where somebody makes records of what is written to standard output, this text is one by now.
      if (isWanted && this.#emitted === emittedBefore) this.#emit(logger, method, values, timestamp, own);
      this.#running = outer;
    }
  }

  /** Never throws. What can't be read of the values is left out of the record. */
  #emit(logger: Logger, method: Method, values: unknown[], timestamp: number, own: Print): void {
    try {
      const record = {
        timestamp,
        ...(SEVERITIES[isProcessWarning(method, values) ? 'warn' : method] as object),
        ...this.#read(() => ({
          body: bodyOf(method, values),
          attributes: {
            ...exceptionOf(values),
            ...(method === 'trace' && stackAttributeOf(own)),
          },
        })),
      } as LogRecord;
      // What its way to an exporter prints, now or later, is no record.
      whilePrinting(() => {
        logger.emit(record);
      });
    } catch {
      // A logger that throws: what is printed is printed.
    }
  }

  /** Reads values once more, which may log as they did when they were printed: none of it is printed or exported twice. */
  #read<T>(read: () => T): T {
    this.#isReading = true;
    try {
      return context.with(context.active().setValue(OWN_TELEMETRY, true), read);
    } finally {
      this.#isReading = false;
    }
  }

  /**
   * `console.trace` prints, by `error`, the stack below itself, where our functions would stand first. It is printed
   * without them, and with as many lines as before.
   */
  #printTrace(original: Print, own: Print, self: unknown, values: unknown[]): unknown {
    const { error } = this.#console as Record<Method, Print>;
    const { stackTraceLimit } = Error;
    try {
      // What can't be set, as with frozen intrinsics, is printed with our frames.
      Reflect.set(this.#console, 'error', (text: unknown, ...rest: unknown[]) => {
        error.call(self, typeof text === 'string' ? withoutOurFrames(text, own) : text, ...rest);
      });
      Reflect.set(Error, 'stackTraceLimit', stackTraceLimit + OWN_FRAMES);
      return original.apply(self, values);
    } finally {
      Reflect.set(Error, 'stackTraceLimit', stackTraceLimit);
      Reflect.set(this.#console, 'error', error);
    }
  }
}

/** Functions of ours between the caller of `console.trace` and Node.js's own. */
const OWN_FRAMES = 4;

/** The text of a stack without our frames, which stand above the first of those below us. */
function withoutOurFrames(text: string, own: Print): string {
  const first = stackOf(own)?.split('\n', 1)[0];
  const lines = text.split('\n');
  const at = first === undefined ? -1 : lines.indexOf(first);
  if (at > OWN_FRAMES) lines.splice(at - OWN_FRAMES, OWN_FRAMES);
  return lines.join('\n');
}

/** The stack below a function, without a heading; undefined where there is none, or the application makes stacks its own way. */
function stackOf(below: Print): string | undefined {
  const place: { stack?: unknown } = {};
  const stack = attempt(() => {
    Error.captureStackTrace(place, below);
    return place.stack;
  });
  if (typeof stack !== 'string') return undefined;
  const lines = stack.split('\n').filter((line) => line.startsWith('    at '));
  return lines.length > 0 ? lines.join('\n') : undefined;
}

function stackAttributeOf(own: Print): Record<string, string> {
  const stack = stackOf(own);
  return stack === undefined ? {} : { 'code.stacktrace': stack };
}

/** Node.js prints its warnings by `console.error`. */
function isProcessWarning(method: Method, [text]: readonly unknown[]): boolean {
  return (
    method === 'error' &&
    typeof text === 'string' &&
    text.startsWith(`(${process.release.name}:${process.pid}) `)
  );
}

function bodyOf(method: Method, values: readonly unknown[]): string {
  if (method !== 'assert') return textOf(values);
  const [, message, ...rest] = values;
  if (values.length < 2) return 'Assertion failed';
  return typeof message === 'string'
    ? textOf([`Assertion failed: ${message}`, ...rest])
    : textOf(['Assertion failed:', message, ...rest]);
}

/** The text that is printed; where a value can't be made a text, those of the others. */
function textOf(values: readonly unknown[]): string {
  const texts = attempt(() => format(...values));
  return stripVTControlCharacters(
    texts ?? values.map((value) => attempt(() => format(value)) ?? UNREADABLE).join(' '),
  );
}

/** In the place of a value that throws when it is read. */
const UNREADABLE = '[unreadable]';

/** OpenTelemetry's attributes of an exception, for the first error among some values. */
function exceptionOf(values: readonly unknown[]): Record<string, string> {
  const error = values.find((value) => attempt(() => value instanceof Error || isErrorOfElsewhere(value)));
  if (error === undefined) return {};
  const textIn = (attribute: string, name: keyof Error): Record<string, string> => {
    const text: unknown = attempt(() => (error as Error)[name]);
    return typeof text === 'string' ? { [attribute]: text } : {};
  };
  return {
    ...textIn('exception.type', 'name'),
    ...textIn('exception.message', 'message'),
    ...textIn('exception.stacktrace', 'stack'),
  };
}

/** An error of another realm, such as that of `node:vm` or of a test runner. */
function isErrorOfElsewhere(value: unknown): boolean {
  return Object.prototype.toString.call(value) === '[object Error]';
}

/** Does what a value may spoil; undefined where it throws. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
