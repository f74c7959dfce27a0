import { checkMembers } from '../cloudwatch/check-members.js';
import { checkFunctions } from '../cloudwatch/check-values.js';
import { hasConsole } from '../cloudwatch/console-links.js';
import { OptionError } from '../cloudwatch/errors.js';
import { shownUrl } from '../cloudwatch/shown-url.js';
import { wholeNumber } from './check-options.js';
import { type LiveSource } from './live-source.js';
import { checkEngine, type LookUpEngine } from './look-up-engine.js';
import { createPollingLiveSource } from './polling-live-source.js';

/** How look-ups are answered over HTTP. */
export interface LookupHandlerOptions {
  /** Makes the look-ups; its log groups are all that a request may name. */
  readonly engine: LookUpEngine;
  /**
   * Decides who may look: true lets a request through, false answers 403, a Response is answered as it is
   * (such as a redirect to a login). Asked before anything else is done, also for the page. Default: only
   * requests of this machine are answered.
   */
  readonly authorize?: ((request: Request) => boolean | Response | Promise<boolean | Response>) | undefined;
  /** Path under which the handler is mounted, such as `/logs`. Default: the root. */
  readonly basePath?: string | undefined;
  /** Events of one answer at the most, the newest. Default 100,000. */
  readonly maxEvents?: number | undefined;
  /** Bytes of messages in one answer at the most, the newest. Default 200,000,000. */
  readonly maxMessageBytes?: number | undefined;
  /** Bytes that the queries of one look-up may scan. Default no bound: what the engine's groups hold is. */
  readonly maxBytesScanned?: number | undefined;
  /**
   * Milliseconds after which a look-up is stopped on the service and answered with an error, and after which an answer
   * that nobody reads on is given up. Default 60,000.
   */
  readonly timeoutMillis?: number | undefined;
  /** Look-ups at once, each until its answer is read; one more is answered with 429. Default 10. */
  readonly concurrency?: number | undefined;
  /**
   * AWS region whose console the page links to, such as `eu-west-1`. Default: no links, as for a service
   * that is not AWS's.
   */
  readonly consoleRegion?: string | undefined;
  /** URL of a service that is not AWS's, which the copied command line names. Default: none. */
  readonly endpoint?: string | undefined;
  /**
   * Where the start page and the live view get their events from; false for no live view. Default: the newest
   * events are read again and again with FilterLogEvents.
   */
  readonly live?: LiveSource | false | undefined;
  /** Hears the errors of the service, whose own text no answer holds. Must not throw. */
  readonly onError?: ((error: unknown) => void) | undefined;
  /** Milliseconds since 1970. Default Date.now; for tests. */
  readonly clock?: (() => number) | undefined;
}

/** The options, checked and with their defaults. */
export interface HandlerSettings {
  readonly engine: LookUpEngine;
  readonly authorize: LookupHandlerOptions['authorize'];
  /** Without a slash at its end: empty for the root. */
  readonly basePath: string;
  readonly maxEvents: number;
  readonly maxMessageBytes: number;
  readonly maxBytesScanned: number | undefined;
  readonly timeoutMillis: number;
  readonly concurrency: number;
  readonly consoleRegion: string | undefined;
  readonly endpoint: string | undefined;
  readonly live: LiveSource | undefined;
  readonly onError: (error: unknown) => void;
  readonly epochMillis: () => number;
}

const MEMBERS = {
  engine: true,
  authorize: true,
  basePath: true,
  maxEvents: true,
  maxMessageBytes: true,
  maxBytesScanned: true,
  timeoutMillis: true,
  concurrency: true,
  consoleRegion: true,
  endpoint: true,
  live: true,
  onError: true,
  clock: true,
} as const satisfies Record<keyof LookupHandlerOptions, true>;

/** @throws OptionError for the first option that is wrong */
export function readHandlerOptions(options: LookupHandlerOptions): HandlerSettings {
  checkMembers('', options, MEMBERS);
  const { engine, authorize, consoleRegion, onError, clock } = options;
  checkEngine(engine);
  checkFunctions({ authorize, onError, clock });
  if (options.live && typeof (options.live as Partial<LiveSource>).follow !== 'function') {
    throw new OptionError('live', 'be a source with a method `follow`, or false', options.live);
  }
  if (consoleRegion !== undefined && !hasConsole(consoleRegion)) {
    throw new OptionError('consoleRegion', 'be the name of an AWS region, such as eu-west-1', consoleRegion);
  }
  const epochMillis = clock ?? Date.now;
  return {
    engine,
    authorize,
    basePath: readBasePath(options.basePath ?? ''),
    maxEvents: wholeNumber('maxEvents', options.maxEvents, 100_000),
    maxMessageBytes: wholeNumber('maxMessageBytes', options.maxMessageBytes, 200_000_000),
    maxBytesScanned: wholeNumber('maxBytesScanned', options.maxBytesScanned, undefined),
    timeoutMillis: wholeNumber('timeoutMillis', options.timeoutMillis, 60_000),
    concurrency: wholeNumber('concurrency', options.concurrency, 10),
    consoleRegion,
    endpoint: readEndpoint(options.endpoint),
    live:
      options.live === false ? undefined : (options.live ?? createPollingLiveSource({ engine, epochMillis })),
    onError: onError ?? (() => undefined),
    epochMillis,
  };
}

/** Without what is secret in it: it stands in answers. */
function readEndpoint(endpoint: unknown): string | undefined {
  if (endpoint === undefined) return undefined;
  if (typeof endpoint !== 'string' || !URL.canParse(endpoint)) {
    throw new OptionError('endpoint', 'be a URL, such as http://127.0.0.1:4586', endpoint);
  }
  return shownUrl(endpoint);
}

function readBasePath(path: unknown): string {
  const rule = 'be a path of letters, digits and - . _ ~ that begins with a slash, such as /logs';
  if (typeof path !== 'string') throw new OptionError('basePath', rule, path);
  const trimmed = /^((?:\/[\w.~-]+)*)\/*$/.exec(path)?.[1];
  if (trimmed === undefined) throw new OptionError('basePath', rule, path);
  if (/\/\.{1,2}(?:\/|$)/.test(trimmed)) throw new OptionError('basePath', rule, path);
  return trimmed;
}
