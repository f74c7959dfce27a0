import { checkMembers, checkMillisAboveZero } from '../cloudwatch/check-members.js';
import { OptionError } from '../cloudwatch/errors.js';
import { isThenable } from '../cloudwatch/is-thenable.js';
import { contextOf, type LambdaContext, withFlushingEnds } from './invocation-context.js';

/** What {@link flushAfterInvocation} works with. */
export interface InvocationFlushOptions {
  /** What is flushed: OpenTelemetry's `LoggerProvider`, or a processor or exporter of this package. */
  readonly provider: {
    /** Sends what waits. */
    forceFlush(): Promise<unknown>;
  };
  /**
   * Milliseconds that the end of an invocation waits for its records, never more than what is left of the
   * function's timeout. Default 2,000. What is not delivered then is sent in the next invocation.
   */
  readonly timeoutMillis?: number | undefined;
}

const MEMBERS = {
  provider: true,
  timeoutMillis: true,
} as const satisfies Record<keyof InvocationFlushOptions, true>;

const DEFAULT_TIMEOUT_MILLIS = 2_000;

/** What the answer of an invocation needs of the function's timeout. */
const RESPONSE_MILLIS = 200;

/** A function that is about to be timed out is flushed so long before, or a quarter of its time where that is less. */
const BEFORE_TIMEOUT_MILLIS = 1_000;

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- handlers of every kind
type AnyHandler = (...args: any[]) => any;

/**
 * Wraps a handler of AWS Lambda so that what an invocation logs is delivered before the invocation ends:
 * Lambda freezes the process after it, for minutes or for good. For handlers that return a promise, that
 * call back (or `context.succeed`, `fail`, `done`), and that stream their response
 * (`awslambda.streamifyResponse`, around or inside). Also flushes shortly before the function's timeout,
 * after which Lambda kills the process. A flush that fails or takes too long changes nothing of the response.
 *
 * ```ts
 * export const handler = flushAfterInvocation(async (event) => { … }, { provider });
 * ```
 * @typeParam Handler - the handler's own type, which the wrapped one has too
 * @throws OptionError where `handler` is no function, for a `provider` without `forceFlush`, for a
 *   `timeoutMillis` that is no number above 0, and for a member that is no option
 */
export function flushAfterInvocation<Handler extends (...args: never[]) => unknown>(
  handler: Handler,
  options: InvocationFlushOptions,
): Handler {
  if (typeof handler !== 'function') throw new OptionError('handler', 'be a function', handler);
  const { provider, timeoutMillis = DEFAULT_TIMEOUT_MILLIS } = checked(options);
  const invoke = (original: Handler, self: unknown, args: unknown[]): unknown => {
    const context = contextOf(args);
    const timer = flushBeforeTimeout(provider, context);
    const flush = async (): Promise<void> => {
      clearTimeout(timer);
      await flushWithin(provider, timeFor(timeoutMillis, context));
    };
    let result: unknown;
    try {
      result = Reflect.apply(original as AnyHandler, self, withFlushingEnds(args, context, flush));
    } catch (error) {
      return flush().then(() => {
        throw error;
      });
    }
    if (isThenable(result)) return flushAfter(result, flush);
    // Without a callback what is returned is the response, as in Node.js 24 and later.
    return args.some((argument) => typeof argument === 'function')
      ? result
      : flushAfter(Promise.resolve(result), flush);
  };

  // The runtime looks at the number of parameters, and at the symbols that mark a streaming handler: they are the handler's.
  return new Proxy(handler, { apply: invoke });
}

function checked(options: InvocationFlushOptions): InvocationFlushOptions {
  const { provider, timeoutMillis } = (options as Partial<InvocationFlushOptions> | undefined) ?? {};
  if (typeof provider?.forceFlush !== 'function') {
    throw new OptionError('provider', 'have a method forceFlush, as a LoggerProvider has', provider);
  }
  checkMillisAboveZero('timeoutMillis', timeoutMillis);
  checkMembers('', options, MEMBERS);
  return { provider, timeoutMillis };
}

async function flushAfter(result: PromiseLike<unknown>, flush: () => Promise<void>): Promise<unknown> {
  try {
    return await result;
  } finally {
    await flush();
  }
}

function timeFor(timeoutMillis: number, context: LambdaContext | undefined): number {
  const remaining = context?.getRemainingTimeInMillis?.() ?? Number.POSITIVE_INFINITY;
  return Math.max(0, Math.min(timeoutMillis, remaining - RESPONSE_MILLIS));
}

function flushBeforeTimeout(
  provider: InvocationFlushOptions['provider'],
  context: LambdaContext | undefined,
): NodeJS.Timeout | undefined {
  const remaining = context?.getRemainingTimeInMillis?.();
  if (remaining === undefined) return undefined;
  // Not in delivery's plan of deadlines: it cuts the time of the invocation, which is no deadline of a flush. A short one
  // keeps three quarters for the handler.
  const lead = Math.min(BEFORE_TIMEOUT_MILLIS, remaining / 4);
  return setTimeout(() => {
    void flushWithin(provider, lead);
  }, remaining - lead).unref();
}

/** Never rejects: what a failed flush loses, the exporter has counted and reported. */
async function flushWithin(provider: InvocationFlushOptions['provider'], millis: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    // Not unref'd: with nothing left to do, the runtime would take the invocation for ended.
    timer = setTimeout(resolve, millis);
  });
  const flushed = (async () => {
    await provider.forceFlush();
  })().catch(() => undefined);
  await Promise.race([flushed, late]);
  clearTimeout(timer);
}
