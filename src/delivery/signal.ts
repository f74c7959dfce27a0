/**
 * Something that happens once. Its promise is made when it is asked for, and let go of: in an outage there are tens of
 * thousands of batches.
 */
export class Signal {
  #isGiven = false;
  #waiting: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;

  /** Resolves when it is given. */
  get given(): Promise<void> {
    if (this.#isGiven) return Promise.resolve();
    if (!this.#waiting) {
      let resolve!: () => void;
      const promise = new Promise<void>((answer) => {
        resolve = answer;
      });
      this.#waiting = { promise, resolve };
    }
    return this.#waiting.promise;
  }

  give(): void {
    this.#isGiven = true;
    this.#waiting?.resolve();
    this.#waiting = undefined;
  }
}
