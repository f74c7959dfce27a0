/** Runs at most so many tasks at once; the others wait in the order in which they came. */
export class ConcurrencyLimit {
  readonly #atOnce: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  /** @param atOnce - tasks, at least 1 */
  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  /** Runs the task when its turn comes. Ends as the task ends. */
  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#atOnce) {
      // The place is handed over, so that nobody can come in between.
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else this.#running++;
    try {
      return await task();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running--;
    }
  }
}
