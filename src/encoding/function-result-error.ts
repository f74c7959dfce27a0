import { isForsakenPromise } from '../cloudwatch/is-thenable.js';

/** A function of the application (transform, layout) gave something of the wrong kind. The message is ours. */
export class FunctionResultError extends TypeError {}

/** @throws FunctionResultError for a promise */
export function refusePromise(result: unknown, what: string): void {
  if (isForsakenPromise(result))
    throw new FunctionResultError(`${what} returned a promise; it must not be async`);
}
