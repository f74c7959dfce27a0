import { httpStatusOf, retryAfterMillis } from '../../cloudwatch/classify-error.js';
import { classifyReadError } from '../../cloudwatch/not-offered.js';
import { toRequestError } from '../../cloudwatch/request-error.js';
import { sleep } from '../../cloudwatch/sleep.js';

/** Attempts of one call, each after the SDK has given up its own. */
const MAX_ATTEMPTS = 8;
const FIRST_WAIT_MILLIS = 200;
const LONGEST_WAIT_MILLIS = 10_000;

/** How a call to the service is retried. */
export interface RetrySettings {
  readonly signal?: AbortSignal | undefined;
  /** Replaces waiting; for tests. */
  readonly wait?: ((millis: number, signal?: AbortSignal) => Promise<void>) | undefined;
}

/**
 * Makes a call of the service again while the service asks for patience: throttling, too many queries at
 * once (LimitExceededException, which the SDK does not retry), faults of the service. Waits grow and are
 * spread; a `Retry-After` is kept. Errors without an answer of the service are thrown at once: the SDK has
 * tried three times by then, and a user waits.
 * @throws RequestError in place of what the client throws
 */
export async function retryCall<T>(call: () => Promise<T>, settings: RetrySettings = {}): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (thrown) {
      const error = toRequestError(thrown);
      if (attempt >= MAX_ATTEMPTS || settings.signal?.aborted || !asksForPatience(error)) throw error;
      const grown = Math.min(LONGEST_WAIT_MILLIS, FIRST_WAIT_MILLIS * 2 ** (attempt - 1));
      const millis = retryAfterMillis(error) ?? grown * (0.5 + Math.random() / 2);
      await (settings.wait ?? sleep)(millis, settings.signal);
    }
  }
}

function asksForPatience(error: unknown): boolean {
  const kind = classifyReadError(error);
  if (kind === 'throttled') return true;
  return kind === 'retry' && httpStatusOf(error) !== undefined;
}
