import { type PendingBatch } from './pending-batch.js';

/**
 * Stored batches of which the service took a part, while their files still have all: who is killed now leaves them to
 * be sent again. They keep their place among the requests that may be under way, so that these are not many.
 */
export class Halfway {
  readonly #batches = new Set<PendingBatch>();

  /** How many there are, without those that are in flight. */
  get count(): number {
    // Some are dropped, taken over or written anew meanwhile.
    for (const pending of this.#batches) if (!isHalfway(pending)) this.#batches.delete(pending);
    return this.#batches.size;
  }

  /** Whether a batch is one of them: it may start where no other may. */
  has(pending: PendingBatch): boolean {
    return this.#batches.has(pending);
  }

  /** A request for a batch is over. @returns whether the batch is one of them now */
  add(pending: PendingBatch): boolean {
    if (!isHalfway(pending)) return false;
    this.#batches.add(pending);
    return true;
  }

  /** A batch is in flight, or there is no way to have its file say what is left. */
  remove(pending: PendingBatch): void {
    this.#batches.delete(pending);
  }
}

function isHalfway({ stored, isReduced, events }: PendingBatch): boolean {
  return stored !== undefined && isReduced && events > 0;
}
