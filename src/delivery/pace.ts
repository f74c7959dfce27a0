import { backoffMillis, type BackoffSettings } from './backoff.js';
import { RequestRate } from './request-rate.js';

/** Waits between attempts while somebody waits for a flush. */
const MAX_DELAY_IN_FLUSH_MILLIS = 1_000;

interface PaceParts {
  readonly monotonicMillis: () => number;
  readonly random: () => number;
}

interface PaceSettings {
  readonly concurrency: number;
  readonly requestsPerSecond?: number | undefined;
  readonly retry: BackoffSettings;
}

/** How fast requests follow one another: what the settings allow, and less while the service throttles. */
export class Pace {
  /** No request before this time: the service throttles the account, not a stream. */
  pausedUntil = 0;
  /** Somebody waits for a flush. */
  isHurried = false;
  throttles = 0;
  readonly #parts: PaceParts;
  readonly #settings: PaceSettings;
  readonly #rate: RequestRate | undefined;
  /** Requests allowed at once: halved when the service throttles, raised again with each success. */
  #limit: number;

  constructor(parts: PaceParts, settings: PaceSettings) {
    this.#parts = parts;
    this.#settings = settings;
    this.#limit = settings.concurrency;
    const { requestsPerSecond } = settings;
    if (requestsPerSecond !== undefined)
      this.#rate = new RequestRate(requestsPerSecond, parts.monotonicMillis());
  }

  /** Says whether one more request may be in flight beside others. */
  allowsBeside(inFlight: number): boolean {
    return inFlight < this.#limit;
  }

  /** Takes the right to one request. @returns 0, or the milliseconds to wait before asking again */
  takeTurn(now: number): number {
    return this.#rate?.take(now) ?? 0;
  }

  /**
   * Milliseconds before the next attempt.
   * @param failures - so far, at least 1
   * @param afterMillis - what the service asks for
   */
  delay(failures: number, afterMillis: number | undefined): number {
    const delay = Math.max(
      afterMillis ?? 0,
      backoffMillis(failures, this.#settings.retry, this.#parts.random()),
    );
    return this.isHurried ? Math.min(delay, MAX_DELAY_IN_FLUSH_MILLIS) : delay;
  }

  /** The service throttles: fewer requests at once, and none before a time. */
  slowDown(until: number, now: number): void {
    this.throttles++;
    if (this.pausedUntil <= now) this.#limit = Math.max(1, this.#limit / 2);
    this.pausedUntil = Math.max(this.pausedUntil, until);
  }

  succeeded(): void {
    this.#limit = Math.min(this.#settings.concurrency, this.#limit + 1 / Math.ceil(this.#limit));
  }
}
