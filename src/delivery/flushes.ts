import { type Deadline } from './deadline.js';
import { type DispatchLoop, type DispatchState } from './dispatch-state.js';
import { type PendingBatch } from './pending-batch.js';
import { answersOfFlush, lookingOfFlush } from './shutdown-plan.js';
import { type SpooledBatches } from './spooled-batches.js';
import { startTimeLimit, type TimeLimit } from './time-limit.js';

/**
 * Milliseconds for a flush after one in vain, as long as the service takes nothing. OpenTelemetry's own batch
 * processor flushes after each batch of its queue when it is shut down: their times would add up.
 */
const REPEATED_FLUSH_MILLIS = 1_000;

/** The batches that a flush waits for. */
interface Awaited {
  /** The place of the last batch that was there when it began. */
  readonly upTo: number;
  /** The last attempt before it began. */
  readonly firstAttempt: number;
}

/** The flushes under way. */
export class Flushes {
  readonly #state: DispatchState;
  readonly #loop: Pick<DispatchLoop, 'pump'>;
  readonly #spooled: SpooledBatches | undefined;
  readonly #checks = new Set<() => void>();
  readonly #limits = new Set<TimeLimit>();
  /** Events delivered so far when a flush ended in vain. */
  #deliveredInVain: number | undefined;

  constructor(state: DispatchState, loop: Pick<DispatchLoop, 'pump'>, spooled: SpooledBatches | undefined) {
    this.#state = state;
    this.#loop = loop;
    this.#spooled = spooled;
  }

  /** Somebody waits for one. */
  get areUnderWay(): boolean {
    return this.#limits.size > 0;
  }

  /**
   * Looks for what earlier processes left, which is part of what a flush sends, then flushes. After a flush in
   * vain it gives up soon, unless the service takes something now.
   */
  async flushWithFound(deadline: Deadline): Promise<void> {
    const { accounts, lanes } = this.#state;
    const delivered = accounts.deliveredEvents;
    if (this.#spooled) await this.#within(lookingOfFlush(deadline), this.#spooled.scan());
    const isRepeated = this.#deliveredInVain === delivered;
    if (isRepeated) await this.#flushIfOpen(deadline.within(REPEATED_FLUSH_MILLIS));
    if (!isRepeated || accounts.deliveredEvents > delivered) await this.#flushIfOpen(deadline);
    const isInVain = accounts.deliveredEvents === delivered && [...lanes].some((lane) => lane.holdsSomething);
    this.#deliveredInVain = isInVain ? delivered : undefined;
  }

  async #flushIfOpen(deadline: Deadline): Promise<void> {
    if (this.#state.phase !== 'open') return;
    const hasSpool = this.#spooled !== undefined;
    const upTo = await this.flush(answersOfFlush(deadline, { hasSpool }));
    // A shutdown says itself what becomes of the rest.
    if (this.#hasEnded()) return;
    const rest = [...this.#batchesUpTo(upTo)];
    if (this.#spooled) await this.#within(deadline, this.#spooled.store(rest));
    if (this.#hasEnded()) return;
    for (const pending of rest) pending.reportKept();
  }

  /**
   * Tries everything at once, then with short waits, until all that is here now is gone, or fails for what
   * waiting does not mend, or the time is over.
   * @returns the place of the last batch that was there when it began
   */
  async flush(answersUntil: Deadline): Promise<number> {
    const { lanes, pace, parts } = this.#state;
    const upTo = this.#state.lastSequence;
    const limit = startTimeLimit(answersUntil, true);
    this.#add(limit);
    pace.pausedUntil = 0;
    for (const lane of lanes) lane.retryNow();
    await this.#until({ upTo, firstAttempt: this.#state.attempts }, limit);
    await Promise.race([parts.provisioner.settled(), limit.over]);
    this.#remove(limit);
    return upTo;
  }

  /** Something changed that a flush may wait for. */
  check(): void {
    for (const check of [...this.#checks]) check();
  }

  /** Ends the time of all flushes. */
  cutShort(): void {
    for (const limit of this.#limits) limit.clear();
  }

  #hasEnded(): boolean {
    return this.#state.phase !== 'open';
  }

  async #within(deadline: Deadline, what: Promise<void>): Promise<void> {
    const limit = startTimeLimit(deadline, true);
    this.#add(limit);
    await Promise.race([what, limit.over]);
    this.#remove(limit);
  }

  #add(limit: TimeLimit): void {
    this.#limits.add(limit);
    this.#state.pace.isHurried = true;
  }

  #remove(limit: TimeLimit): void {
    this.#limits.delete(limit);
    this.#state.pace.isHurried = this.#limits.size > 0;
    limit.clear();
  }

  #until(awaited: Awaited, limit: TimeLimit): Promise<void> {
    return new Promise<void>((resolve) => {
      const end = (): void => {
        this.#checks.delete(check);
        resolve();
      };
      const check = (): void => {
        if (this.#isThrough(awaited)) end();
      };
      this.#checks.add(check);
      void limit.over.then(end);
      this.#loop.pump();
      check();
    });
  }

  #isThrough({ upTo, firstAttempt }: Awaited): boolean {
    const { accounts, lanes, phase, room } = this.#state;
    const isClosing = phase !== 'open';
    // Batches on disk need no more of the time given to shutdown.
    if (isClosing && this.#spooled && accounts.heldEvents === 0) return true;
    let isSomethingLeft = false;
    for (const lane of lanes) {
      if (!lane.holdsUpTo(upTo, isClosing)) continue;
      if (!lane.isHopelessSince(firstAttempt)) return false;
      isSomethingLeft = true;
    }
    const waiting = [...this.#state.admissions].filter(({ sequence }) => sequence <= upTo);
    if (waiting.length === 0) return true;
    // Only what is hopeless takes the room that the rest waits for, and nobody who was given room is to come yet.
    return isSomethingLeft && room.waiting === this.#state.admissions.size;
  }

  *#batchesUpTo(place: number): Generator<PendingBatch> {
    for (const pending of this.#state.lanes.batches()) if (pending.sequence <= place) yield pending;
  }
}
