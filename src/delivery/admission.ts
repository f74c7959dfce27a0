import { type PendingBatch } from './pending-batch.js';

/** The batches of one `deliver`; some may still wait for room. */
export class Admission {
  /** The place of its first batch in the order of arrival. */
  readonly sequence: number;
  /** Resolves when none of its batches waits for room any more. */
  readonly through: Promise<void>;
  readonly batches: PendingBatch[] = [];
  /** Those that are not in their lane yet, nor turned away. */
  readonly waiting = new Set<PendingBatch>();
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
