import {
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  handleWhenResult,
  type CircuitBreakerPolicy,
} from 'cockatiel';
import { type Diagnostics } from '../observability/diagnostics.js';
import { type Outcome, type Unread } from './outcome.js';

/** When requests to an endpoint that is down are no longer made. */
export interface CircuitBreakerSettings {
  /** Requests that fail in a row for the endpoint's sake (network, 5xx, no answer) before it opens. Default 10. */
  readonly failures: number;
  /** Milliseconds for which it stays open; then one request probes. Default 5,000. */
  readonly probeAfterMillis: number;
}

export const DEFAULT_CIRCUIT_BREAKER_SETTINGS: CircuitBreakerSettings = {
  failures: 10,
  probeAfterMillis: 5_000,
};

/** What a closed, half-open or open breaker means to those who send. */
export type BreakerState = 'closed' | 'half_open' | 'open';

/**
 * Stops requests to an endpoint that is down: after some failures in a row none is made for a while, then one
 * that decides. A delivery has one client, so one region and endpoint, so one breaker. What the endpoint
 * answers with knowledge (throttling, a missing permission) shows that it is up.
 */
export class EndpointBreaker {
  readonly #policy: CircuitBreakerPolicy;
  readonly #settings: CircuitBreakerSettings;
  readonly #now: () => number;
  #lastError = new Error('The service is down');
  #openedAt = 0;
  #probe: Promise<unknown> = Promise.resolve();

  /** @param parts - `now` is a monotonic clock in milliseconds */
  constructor(
    parts: { readonly diagnostics: Diagnostics; readonly now: () => number },
    settings: CircuitBreakerSettings,
  ) {
    this.#settings = settings;
    this.#now = parts.now;
    const isDown = handleWhenResult((result) => {
      const outcome = result as Outcome;
      return outcome.kind === 'retry' && outcome.cause === 'retry';
    });
    this.#policy = circuitBreaker(isDown, {
      // It goes by the system's clock, which may be set back by an hour; the time is kept here.
      halfOpenAfter: Number.NEGATIVE_INFINITY,
      breaker: new ConsecutiveBreaker(settings.failures),
    });
    this.#policy.onBreak(() => {
      this.#openedAt = this.#now();
      parts.diagnostics.warn(
        'breaker open',
        `the service does not answer; no requests for ${settings.probeAfterMillis} ms, then one that probes`,
      );
    });
    this.#policy.onReset(() => {
      parts.diagnostics.info('breaker closed', 'the service answers again');
    });
  }

  get state(): BreakerState {
    switch (this.#policy.state) {
      case CircuitState.Open:
        return 'open';
      case CircuitState.HalfOpen:
        return 'half_open';
      default:
        return 'closed';
    }
  }

  /** Makes a request unless the breaker is open. @param send - never rejects */
  async run(send: () => Promise<Outcome | Unread>): Promise<Outcome | Unread> {
    while (this.state === 'half_open') await this.#probe;
    if (this.state === 'open' && this.#now() - this.#openedAt < this.#settings.probeAfterMillis) {
      return {
        kind: 'retry',
        cause: 'retry',
        error: this.#lastError,
        afterMillis: this.#settings.probeAfterMillis,
        wasNotSent: true,
      };
    }
    const request = this.#policy.execute(send);
    this.#probe = request.catch(() => undefined);
    const outcome = await request;
    if (outcome.kind === 'retry' && outcome.cause === 'retry') this.#lastError = outcome.error;
    return outcome;
  }
}
