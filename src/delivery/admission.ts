import { type PendingBatch } from './pending-batch.js';

/** The batches of one `deliver` that found room, and those that did not; some may still wait for it. */
export class Admission {
  /** The place of its first batch in the order of arrival. */
  readonly sequence: number;
  /** Resolves when none of its batches waits for room any more. */
  readonly through: Promise<void>;
  readonly admitted: PendingBatch[] = [];
  /** Events without room that are kept elsewhere. */
  kept = 0;
  /** Events that were turned away and counted as lost. */
  lost = 0;
  /** Why the last of them was turned away. */
  error: Error | undefined;
  #resolve!: () => void;

  constructor(sequence: number) {
    this.sequence = sequence;
    this.through = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** All batches are in, or turned away. */
  finish(): void {
    this.#resolve();
  }
}
