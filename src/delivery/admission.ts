import { type PendingBatch } from './pending-batch.js';

/** What one `deliver` has found room for, and what it has not; some of its batches may still wait for room. */
export class Admission {
  /** Resolves when none of its batches waits for room any more. */
  readonly through: Promise<void>;
  readonly admitted: PendingBatch[] = [];
  /** Events without room that are kept elsewhere. */
  kept = 0;
  /** Events that were turned away and counted as lost. */
  lost = 0;
  /** Why the last of them was turned away. */
  error: Error | undefined;
  #isThrough = false;
  #resolve!: () => void;

  constructor() {
    this.through = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  get isThrough(): boolean {
    return this.#isThrough;
  }

  /** All batches are in, or turned away. */
  finish(): void {
    this.#isThrough = true;
    this.#resolve();
  }
}
