import { RequestError } from '../failures.js';

/** Bounds how many requests of one kind are answered at once. */
export class Running {
  readonly #most: number;
  readonly #what: string;
  #count = 0;

  /** @param what - in the plural, as the refusal names it */
  constructor(most: number, what: string) {
    this.#most = most;
    this.#what = what;
  }

  /**
   * Begins one.
   * @returns what ends it; a second call does nothing
   * @throws RequestError where as many run as may
   */
  begin(): () => void {
    if (this.#count >= this.#most) {
      throw new RequestError(429, 'too_many', `Too many ${this.#what} are running. Try again in a moment.`, {
        'retry-after': '2',
      });
    }
    this.#count++;
    let hasEnded = false;
    return () => {
      if (!hasEnded) this.#count--;
      hasEnded = true;
    };
  }
}
