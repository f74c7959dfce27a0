/** When requests to an endpoint that is down are no longer made. */
export interface CircuitBreakerSettings {
  /** Requests that fail in a row for the endpoint's sake (network, 5xx, no answer) before it opens. */
  readonly failures: number;
  /** Milliseconds for which it stays open; then one request probes. */
  readonly probeAfterMillis: number;
}

/** A closed breaker lets requests through, an open one holds them back, a half-open one waits for its probe. */
export type BreakerState = 'closed' | 'half_open' | 'open';

/**
 * Stops requests to an endpoint that is down: after some failures in a row none is made for a while, then one
 * that decides.
 */
export interface Breaker<Result> {
  readonly state: BreakerState;
  /** Makes a request unless the breaker is open. @param request - never rejects: its result tells what failed */
  run(request: () => Promise<Result>): Promise<Result>;
}

/** What a breaker has to know of its requests. */
export interface BreakerParts<Result> {
  /**
   * Whether a request failed for the endpoint's sake: an answer that shows knowledge shows that it is up.
   * @param isProbe - whether the breaker waits for this result, to close or to open again
   */
  readonly isFailure: (result: Result, isProbe: boolean) => boolean;
  /**
   * The result of a request that was not made.
   * @param lastFailure - the result for which the breaker is open
   * @param afterMillis - until the next probe
   */
  readonly notMade: (lastFailure: Result, afterMillis: number) => Result;
  readonly onOpen?: (() => void) | undefined;
  readonly onClose?: (() => void) | undefined;
  /** A monotonic clock in milliseconds. */
  readonly monotonicMillis: () => number;
}
