import {
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  handleWhenResult,
  type CircuitBreakerPolicy,
} from 'cockatiel';
import {
  type Breaker,
  type BreakerParts,
  type BreakerState,
  type CircuitBreakerSettings,
} from './breaker.js';

/** The breaker itself, on cockatiel's. Whoever makes requests loads it through a `BreakerOnDemand`. */
export class ConsecutiveFailuresBreaker<Result> implements Breaker<Result> {
  readonly #policy: CircuitBreakerPolicy;
  readonly #parts: BreakerParts<Result>;
  readonly #settings: CircuitBreakerSettings;
  #lastFailure: Result | undefined;
  #openedAt = 0;
  #probe: Promise<unknown> = Promise.resolve();

  constructor(parts: BreakerParts<Result>, settings: CircuitBreakerSettings) {
    this.#parts = parts;
    this.#settings = settings;
    const isDown = handleWhenResult((result) =>
      parts.isFailure(result as Result, this.state === 'half_open'),
    );
    this.#policy = circuitBreaker(isDown, {
      // It goes by the system's clock, which may be set back by an hour; the time is kept here.
      halfOpenAfter: Number.NEGATIVE_INFINITY,
      breaker: new ConsecutiveBreaker(settings.failures),
    });
    this.#policy.onBreak(() => {
      this.#openedAt = parts.monotonicMillis();
      parts.onOpen?.();
    });
    this.#policy.onReset(() => {
      parts.onClose?.();
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

  async run(request: () => Promise<Result>): Promise<Result> {
    while (this.state === 'half_open') await this.#probe;
    if (this.state === 'open') {
      const afterMillis = this.#openedAt + this.#settings.probeAfterMillis - this.#parts.monotonicMillis();
      // An open breaker has seen failures.
      if (afterMillis > 0) return this.#parts.notMade(this.#lastFailure!, afterMillis);
    }
    const made = this.#policy.execute(async () => {
      const result = await request();
      if (this.#parts.isFailure(result, this.state === 'half_open')) this.#lastFailure = result;
      return result;
    });
    this.#probe = made.catch(() => undefined);
    return made;
  }
}
