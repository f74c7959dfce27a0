import { type CloudWatchLogsClientConfig } from '@aws-sdk/client-cloudwatch-logs';

/** A retry strategy of the AWS SDK, in the form that has been there since version 3.229. */
type RetryStrategy = Exclude<
  NonNullable<CloudWatchLogsClientConfig['retryStrategy']>,
  { mode?: string; retry: unknown }
>;
type RetryToken = Awaited<ReturnType<RetryStrategy['acquireInitialRetryToken']>>;
type RetryErrorInfo = Parameters<RetryStrategy['refreshRetryTokenForRetry']>[1];

/*
 * Figures of the SDK's standard retry mode. Source: AWS SDKs and Tools Reference Guide, "Retry behavior", and
 * `@smithy/util-retry`.
 */
const DELAY_MILLIS = 100;
const THROTTLING_DELAY_MILLIS = 500;
const MAX_DELAY_MILLIS = 20_000;
const CAPACITY = 500;
const RETRY_COST = 5;
const TRANSIENT_COST = 10;
const CAPACITY_BACK = 1;

/** The error types after which the same request may succeed. */
const RETRYABLE: ReadonlySet<string> = new Set(['THROTTLING', 'TRANSIENT', 'SERVER_ERROR']);

/** A retry in the making. */
class Token implements RetryToken {
  readonly #count: number;
  readonly #cost: number | undefined;

  constructor(count: number, cost: number | undefined) {
    this.#count = count;
    this.#cost = cost;
  }

  getRetryCount(): number {
    return this.#count;
  }

  /** It was waited for already. */
  getRetryDelay(): number {
    return 0;
  }

  getRetryCost(): number | undefined {
    return this.#cost;
  }
}

/**
 * The SDK's standard retry mode, of which no wait keeps the process alive: the SDK's own waits do, for up to twenty
 * seconds each, so that an application could not end while a request is tried again.
 */
export class BackgroundRetries implements RetryStrategy {
  readonly #maxAttempts: number;
  readonly #random: () => number;
  #capacity = CAPACITY;

  /** @param maxAttempts - of one request, the first included @param random - from 0 to 1 */
  constructor(maxAttempts: number, random: () => number = Math.random) {
    this.#maxAttempts = maxAttempts;
    this.#random = random;
  }

  acquireInitialRetryToken(): Promise<RetryToken> {
    return Promise.resolve(new Token(0, undefined));
  }

  /** @throws where the request is not to be tried again */
  async refreshRetryTokenForRetry(token: RetryToken, info: RetryErrorInfo): Promise<RetryToken> {
    const { errorType } = info;
    const attempts = token.getRetryCount() + 1;
    const cost = errorType === 'TRANSIENT' ? TRANSIENT_COST : RETRY_COST;
    if (!RETRYABLE.has(errorType) || attempts >= this.#maxAttempts || cost > this.#capacity) {
      throw new Error('No retry token available');
    }
    this.#capacity -= cost;
    const millis = Math.max(this.#delay(errorType, attempts), askedMillis(info));
    await new Promise<void>((resolve) => {
      setTimeout(resolve, millis).unref();
    });
    return new Token(attempts, cost);
  }

  recordSuccess(token: RetryToken): void {
    const cost = token instanceof Token ? token.getRetryCost() : undefined;
    this.#capacity = Math.min(CAPACITY, this.#capacity + (cost ?? CAPACITY_BACK));
  }

  #delay(errorType: string, attempts: number): number {
    const base = errorType === 'THROTTLING' ? THROTTLING_DELAY_MILLIS : DELAY_MILLIS;
    return Math.min(MAX_DELAY_MILLIS, Math.floor(this.#random() * base * 2 ** (attempts - 1)));
  }
}

/** Milliseconds that `Retry-After` asks for, up to what one waits at all. */
function askedMillis({ retryAfterHint }: RetryErrorInfo): number {
  if (retryAfterHint === undefined) return 0;
  return Math.min(MAX_DELAY_MILLIS, retryAfterHint.getTime() - Date.now());
}
