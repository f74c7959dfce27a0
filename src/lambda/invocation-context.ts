/** What is used of the context that Lambda's runtime gives to a handler. */
export interface LambdaContext {
  getRemainingTimeInMillis?(): number;
  readonly awsRequestId?: unknown;
}

/** The functions of older handlers that end an invocation. */
const ENDING: ReadonlySet<PropertyKey> = new Set(['done', 'fail', 'succeed']);

/** The context among a handler's arguments: (event, context, callback), or (event, responseStream, context). */
export function contextOf(args: readonly unknown[]): LambdaContext | undefined {
  return [args[1], args[2]].find(
    (argument): argument is LambdaContext =>
      typeof (argument as LambdaContext | null | undefined)?.getRemainingTimeInMillis === 'function',
  );
}

/**
 * A handler's arguments, in which the callback and the context's `done`, `fail` and `succeed` wait for a
 * flush. Whatever else the handler reads from the context, or sets in it, is the runtime's own.
 */
export function withFlushingEnds(
  args: readonly unknown[],
  context: LambdaContext | undefined,
  flush: () => Promise<void>,
): unknown[] {
  const after =
    (end: (...results: unknown[]) => unknown) =>
    (...results: unknown[]): void => {
      void flush().then(() => end(...results));
    };
  const wrappedContext =
    context &&
    new Proxy(context, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key);
        return ENDING.has(key) && typeof value === 'function'
          ? after((...results) => Reflect.apply(value, target, results) as unknown)
          : value;
      },
      set: (target, key, value) => Reflect.set(target, key, value),
    });
  return args.map((argument, index) => {
    if (argument === context && context !== undefined) return wrappedContext;
    return index === 2 && typeof argument === 'function'
      ? after(argument as (...results: unknown[]) => unknown)
      : argument;
  });
}
