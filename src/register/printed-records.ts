import { AsyncLocalStorage } from 'node:async_hooks';
import { type LoggerSource } from './logs-apis.js';

/**
 * Tells what a logger prints by `console` from what the application does. A logger whose records come by OpenTelemetry may
 * print each of them as well: winston by `forceConsole` or a transport of the application's, pino by a stream, LogTape by
 * its console sink. What it prints is no second record.
 */

/** Set in all that a logger does for one record, whenever it does it. */
const printing = new AsyncLocalStorage<true>();
let isWatched = false;

/** Runs what a logger does for a record that OpenTelemetry gets too. It costs nothing where nobody watches. */
export function whilePrinting<T>(work: () => T): T {
  return isWatched ? printing.run(true, work) : work();
}

/** Loggers that make records by OpenTelemetry: their folder, and the scope of which they, or what they bring, get a logger. */
const LOGGERS: readonly { readonly folder: string; readonly scope: RegExp }[] = [
  // By winston's instrumentation alone there are no records; its transport makes them.
  { folder: '/node_modules/winston/', scope: /winston-transport/ },
  { folder: '/node_modules/pino/', scope: /\bpino\b/ },
  { folder: '/node_modules/bunyan/', scope: /\bbunyan\b/ },
  { folder: '/node_modules/@logtape/', scope: /\blogtape\b/ },
  { folder: '/node_modules/log4js/', scope: /\blog4js\b/ },
  { folder: '/node_modules/tslog/', scope: /\btslog\b/ },
  { folder: '/node_modules/consola/', scope: /\bconsola\b/ },
  { folder: '/node_modules/roarr/', scope: /\broarr\b/ },
  // Its loggers alone: what handlers of requests print is called by its other folders.
  { folder: '/node_modules/@nestjs/common/services/', scope: /\bnestjs\b/ },
];

/** Whose diagnostics and exporters print what is about records already. */
const OPENTELEMETRY = '/node_modules/@opentelemetry/';

/** Frames above `console` that are looked at. Between a logger and what it prints by lie a few streams. */
const FRAMES = 40;

/** Which loggers make records, as far as they have got an OpenTelemetry logger. */
export class RecordMakers {
  readonly #folders = new Set<string>();

  constructor() {
    isWatched = true;
  }

  get folders(): ReadonlySet<string> {
    return this.#folders;
  }

  /** Notes who gets a logger of a provider from now on. */
  watch(provider: LoggerSource): void {
    const getLogger = provider.getLogger.bind(provider);
    provider.getLogger = (name, ...rest) => {
      for (const logger of LOGGERS) if (logger.scope.test(name)) this.#folders.add(logger.folder);
      return getLogger(name, ...rest);
    };
  }
}

/**
 * Says whether `console` is called for a record: by a logger that makes one, or by OpenTelemetry.
 * @param own - the function in the place of the console's, to whose callers this is asked of
 */
export function isPrintedForRecord({ folders }: RecordMakers, own: (...values: never[]) => unknown): boolean {
  if (printing.getStore() === true) return true;
  const files = callers(own);
  if (files[0]?.includes(OPENTELEMETRY) === true) return true;
  return folders.size > 0 && files.some((file) => [...folders].some((folder) => file.includes(folder)));
}

/** Where Node.js makes texts of values, for `console` too. */
const INSPECTION = 'node:internal/util/inspect';

/**
 * Frames that are looked at for it: above it lie the value's own method, the logger that it calls, with its streams, and
 * OpenTelemetry.
 */
const FRAMES_OF_INSPECTION = 100;

/**
 * Says whether a value that is printed is being made a text, by which it may log: such a record is not one of what is printed.
 * @param own - the function in the place of the console's that prints; who calls it may be making a text as well
 */
export function isInspecting(own: (...values: never[]) => unknown): boolean {
  const inspections = (below: (...values: never[]) => unknown): number =>
    filesBelow(below, FRAMES_OF_INSPECTION).filter((file) => file.startsWith(INSPECTION)).length;
  return inspections(isInspecting) > inspections(own);
}

/** The files of the functions that are running below one, the innermost first; without Node.js's own. */
function callers(below: (...values: never[]) => unknown): string[] {
  return filesBelow(below, FRAMES).filter((file) => !file.startsWith('node:'));
}

function filesBelow(below: (...values: never[]) => unknown, frames: number): string[] {
  const { stackTraceLimit } = Error;
  // eslint-disable-next-line @typescript-eslint/unbound-method -- it is put back as it was
  const { prepareStackTrace } = Error;
  try {
    // By call sites, since a text would be made by source maps where those are switched on.
    Error.prepareStackTrace = (_, sites) => sites;
    Error.stackTraceLimit = frames;
    const place: { stack?: unknown } = {};
    Error.captureStackTrace(place, below);
    const { stack } = place;
    // Within the making of a stack, as by a getter of an error that is printed, V8 makes none by call sites.
    if (typeof stack === 'string') return stack.split('\n').slice(1).map(placeOf);
    if (!Array.isArray(stack)) return [];
    return (stack as NodeJS.CallSite[]).map((site) => site.getFileName()?.replaceAll('\\', '/') ?? 'node:');
  } catch {
    // Frozen intrinsics: nothing can be told.
    return [];
  } finally {
    Reflect.set(Error, 'stackTraceLimit', stackTraceLimit);
    Reflect.set(Error, 'prepareStackTrace', prepareStackTrace);
  }
}

/** A line of a stack, from where Node.js's own files begin; it is looked at for folders, which it has in it. */
function placeOf(line: string): string {
  return line.slice(Math.max(0, line.indexOf('node:'))).replaceAll('\\', '/');
}
