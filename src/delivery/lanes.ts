import { type Destination } from './encoded-event.js';
import { Lane } from './lane.js';
import { type PendingBatch } from './pending-batch.js';

/** The lanes of all streams, in the order in which they take their turns. */
export class Lanes {
  readonly #lanes = new Map<string, Lane>();
  readonly #keepOrder: boolean;

  /** @param settings - `keepOrder`: the batches of a stream arrive in the order in which they came */
  constructor({ keepOrder }: { readonly keepOrder: boolean }) {
    this.#keepOrder = keepOrder;
  }

  /** The lane of a stream, made where there is none. */
  of(destination: Destination): Lane {
    const key = keyOf(destination);
    let lane = this.#lanes.get(key);
    if (!lane) {
      lane = new Lane(destination, this.#keepOrder);
      this.#lanes.set(key, lane);
    }
    return lane;
  }

  /** The lane of a stream, where there is one. */
  find(destination: Destination): Lane | undefined {
    return this.#lanes.get(keyOf(destination));
  }

  /** All lanes in turn; one that is moved to the end meanwhile comes once more. */
  [Symbol.iterator](): Iterator<Lane> {
    return this.#lanes.values();
  }

  moveToEnd(lane: Lane): void {
    const key = keyOf(lane.destination);
    this.#lanes.delete(key);
    this.#lanes.set(key, lane);
  }

  forget(lane: Lane): void {
    this.#lanes.delete(keyOf(lane.destination));
  }

  /** The batches of all lanes. */
  batches(): PendingBatch[] {
    return [...this].flatMap((lane) => [...lane.batches()]);
  }

  clear(): void {
    this.#lanes.clear();
  }
}

function keyOf({ logGroupName, logStreamName }: Destination): string {
  // Neither name may hold a line break, so no two destinations share a key.
  return `${logGroupName}\n${logStreamName}`;
}
