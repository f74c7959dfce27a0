import { setImmediate as nextTurn } from 'node:timers/promises';

/** Turns of the event loop without work in it after which nothing is about to begin either. */
const QUIET_TURNS = 3;

/**
 * Counts operations of the real world (files, requests) that are under way, so that simulated time can stand
 * still for them: they take no simulated time, and no timeout strikes because this machine is busy.
 */
export class WorkInProgress {
  #count = 0;
  readonly #waiting: (() => void)[] = [];

  begin(): void {
    this.#count++;
  }

  end(): void {
    if (--this.#count > 0) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  async during<T>(operation: Promise<T>): Promise<T> {
    this.begin();
    try {
      return await operation;
    } finally {
      this.end();
    }
  }

  /** Resolves when nothing is under way, and nothing follows from what was. */
  async settled(): Promise<void> {
    for (let quiet = 0; quiet < QUIET_TURNS; quiet++) {
      if (this.#count > 0) {
        await new Promise<void>((resolve) => this.#waiting.push(resolve));
        quiet = 0;
      }
      await nextTurn();
    }
  }
}
