/**
 * A bound on requests per second, with what was not used in the last second still to be used: the service's
 * quota is counted by the second and for the whole account.
 */
export class RequestRate {
  readonly #perMillisecond: number;
  readonly #burst: number;
  #tokens: number;
  #filledAt: number;

  /** @param now - milliseconds, as in all calls */
  constructor(requestsPerSecond: number, now: number) {
    this.#perMillisecond = requestsPerSecond / 1000;
    this.#burst = Math.max(1, requestsPerSecond);
    this.#tokens = this.#burst;
    this.#filledAt = now;
  }

  /** Takes the right to one request. @returns 0, or the milliseconds to wait before asking again */
  take(now: number): number {
    const gained = Math.max(0, now - this.#filledAt) * this.#perMillisecond;
    this.#tokens = Math.min(this.#burst, this.#tokens + gained);
    this.#filledAt = now;
    // The sum of many small gains may fall short of a whole by a rounding error.
    if (this.#tokens >= 1 - 1e-9) {
      this.#tokens -= 1;
      return 0;
    }
    return (1 - this.#tokens) / this.#perMillisecond;
  }
}
