import { type Destination } from './encoded-event.js';
import { type RetryCause } from './outcome.js';
import { type PendingBatch } from './pending-batch.js';

/** The batches of one stream that wait to be sent, in order of arrival, and how sending them goes. */
export class Lane {
  readonly destination: Destination;
  readonly inFlight = new Set<PendingBatch>();
  /** Group or stream is being made: nothing is sent until then. */
  isBlocked = false;
  /** Failed attempts since the last success. */
  failures = 0;
  /** No attempt before this time, on the dispatcher's clock. */
  readyAt = 0;
  /** Since when no attempt succeeded; undefined while all is well. */
  failingSince: number | undefined;
  /** Since when every answer was one that is given some seconds to pass, and means a loss after them. */
  inGraceSince: number | undefined;
  lastCause: RetryCause | undefined;
  /** Its last attempt was held back by the circuit breaker. */
  isHeldBack = false;
  /** The attempt (by number) that last failed for something that waiting a little will not mend. */
  lastHopelessAttempt = 0;
  /** The endpoint wants sequence tokens, so requests to this stream go one by one. */
  wantsTokens = false;
  sequenceToken: string | undefined;
  /** Wrong tokens in a row. */
  tokenCorrections = 0;
  readonly #waiting: PendingBatch[] = [];

  constructor(destination: Destination) {
    this.destination = destination;
  }

  /** What it is called in diagnostics. */
  get name(): string {
    const { logGroupName, logStreamName } = this.destination;
    return `log group ${logGroupName}, stream ${logStreamName}`;
  }

  /** Nothing is here, and nothing is to be remembered. */
  get isForgettable(): boolean {
    return !this.holdsSomething && !this.isBlocked && !this.wantsTokens && !this.lastCause;
  }

  /** Some of what waits is on disk: what comes now is behind it. */
  get hasStored(): boolean {
    return this.#waiting[0]?.stored !== undefined;
  }

  /** Batches of it are neither delivered nor lost. */
  get holdsSomething(): boolean {
    return this.#waiting.length > 0 || this.inFlight.size > 0;
  }

  get hasWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  /**
   * Says whether one more request may start. The service wants no order between requests of a stream; it is
   * kept where it costs nothing: after a failure one request probes, and the others follow. What comes from
   * disk is sent one by one, in the order in which it was emitted.
   */
  get mayStart(): boolean {
    if (this.inFlight.size === 0) return true;
    if (this.wantsTokens || this.failures > 0 || this.hasStored) return false;
    for (const { stored } of this.inFlight) if (stored) return false;
    return true;
  }

  /** All its batches, the oldest first. */
  *batches(): Generator<PendingBatch> {
    yield* [...this.inFlight, ...this.#waiting].sort((a, b) => a.sequence - b.sequence);
  }

  add(batch: PendingBatch): void {
    this.#waiting.push(batch);
  }

  /** Takes the oldest waiting batch; it is in flight from now on. */
  start(): PendingBatch {
    const batch = this.#waiting.shift()!;
    this.inFlight.add(batch);
    return batch;
  }

  /** Puts a batch that was in flight back to its place. */
  putBack(batch: PendingBatch): void {
    // What an earlier process left comes in order, by the thousand.
    if ((this.#waiting.at(-1)?.sequence ?? Number.NEGATIVE_INFINITY) < batch.sequence) {
      this.#waiting.push(batch);
      return;
    }
    // No two have the same place, so the last one at least is later.
    const later = this.#waiting.findIndex((other) => other.sequence > batch.sequence);
    this.#waiting.splice(later, 0, batch);
  }

  /** Takes a waiting batch out, without sending it. */
  remove(batch: PendingBatch): void {
    const index = this.#waiting.indexOf(batch);
    if (index !== -1) this.#waiting.splice(index, 1);
  }

  /** Takes the oldest waiting batch out, without sending it. */
  evictOldest(): PendingBatch | undefined {
    return this.#waiting.shift();
  }

  succeeded(): void {
    this.failures = 0;
    this.readyAt = 0;
    this.failingSince = undefined;
    this.inGraceSince = undefined;
    this.lastCause = undefined;
  }
}
