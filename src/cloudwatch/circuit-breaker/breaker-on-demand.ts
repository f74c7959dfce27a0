import { type Breaker, type BreakerParts, type BreakerState } from './breaker.js';

/**
 * A breaker that is loaded with the first failure: most processes never see one, and its library takes as
 * long to load as half of this package. Failures that come while it loads count like later ones.
 */
export class BreakerOnDemand<Result> implements Breaker<Result> {
  readonly #load: () => Promise<Breaker<Result>>;
  readonly #isFailure: BreakerParts<Result>['isFailure'];
  readonly #onLoadFailure: (error: unknown) => void;
  #breaker: Breaker<Result> | undefined;
  #isLoading = false;
  /** Failures in a row that the breaker has not heard of. */
  #failures: Result[] = [];

  /** @param parts - `load` gives the breaker, which is new; `onLoadFailure` hears why it can't be loaded, once */
  constructor(parts: {
    readonly load: () => Promise<Breaker<Result>>;
    readonly isFailure: BreakerParts<Result>['isFailure'];
    readonly onLoadFailure: (error: unknown) => void;
  }) {
    this.#load = parts.load;
    this.#isFailure = parts.isFailure;
    this.#onLoadFailure = parts.onLoadFailure;
  }

  get state(): BreakerState {
    return this.#breaker?.state ?? 'closed';
  }

  async run(request: () => Promise<Result>): Promise<Result> {
    const loaded = this.#loaded();
    if (loaded !== undefined) return await loaded.run(request);
    const result = await request();
    // One that was loaded while this request was under way hears of its result.
    const loadedSince = this.#loaded();
    if (loadedSince !== undefined) return await loadedSince.run(() => Promise.resolve(result));
    if (!this.#isFailure(result, false)) {
      this.#failures = [];
      return result;
    }
    this.#failures.push(result);
    if (!this.#isLoading) {
      this.#isLoading = true;
      void this.#start();
    }
    return result;
  }

  #loaded(): Breaker<Result> | undefined {
    return this.#breaker;
  }

  async #start(): Promise<void> {
    try {
      const breaker = await this.#load();
      this.#breaker = breaker;
      for (const result of this.#failures) await breaker.run(() => Promise.resolve(result));
    } catch (error) {
      // Requests go on without one: whoever makes them waits longer after each failure in any case.
      this.#onLoadFailure(error);
    }
    this.#failures = [];
  }
}
