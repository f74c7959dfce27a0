/** Whether a value is a promise, of whichever kind. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function';
}

/**
 * As {@link isThenable}, of what a function gave that must not be async. Nobody else sees what such a promise rejects with,
 * which would end the process.
 */
export function isForsakenPromise(value: unknown): boolean {
  if (!isThenable(value)) return false;
  value.then(undefined, () => undefined);
  return true;
}
