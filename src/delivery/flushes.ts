import { type Admission } from './admission.js';
import { type DispatchLoop, type DispatchState } from './dispatch-state.js';
import { type PendingBatch } from './pending-batch.js';
import { type SpooledBatches } from './spooled-batches.js';
import { startTimeLimit, STORING_SHARE, type TimeLimit } from './time-limit.js';

/**
 * Milliseconds for a flush after one in vain, as long as the service takes nothing. OpenTelemetry's own batch
 * processor flushes after each batch of its queue when it is shut down: their times would add up.
 */
const REPEATED_FLUSH_MILLIS = 1_000;

/** What a flush waits for. */
interface Awaited {
  /** The newest first; what is gone is taken off its end, so that it is not looked at again. */
  readonly waiting: PendingBatch[];
  /** Those that waited for room when the flush began. */
  readonly admissions: readonly Admission[];
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

  /**
   * Looks for what earlier processes left, which is part of what a flush sends, then flushes. After a flush in
   * vain it gives up soon, unless the service takes something now.
   */
  async flushWithFound(millis: number): Promise<void> {
    const { accounts, lanes, parts } = this.#state;
    const endsAt = parts.now() + millis;
    const delivered = accounts.deliveredEvents;
    if (this.#spooled) await this.#within(millis / 2, this.#spooled.scan());
    const isRepeated = this.#deliveredInVain === delivered;
    if (isRepeated) await this.#flushUntil(Math.min(endsAt, parts.now() + REPEATED_FLUSH_MILLIS));
    if (!isRepeated || accounts.deliveredEvents > delivered) await this.#flushUntil(endsAt);
    const isInVain = accounts.deliveredEvents === delivered && [...lanes].some((lane) => lane.holdsSomething);
    this.#deliveredInVain = isInVain ? delivered : undefined;
  }

  async #flushUntil(at: number): Promise<void> {
    const { isClosed, isWaitingOver, parts } = this.#state;
    if (isClosed || isWaitingOver) return;
    await this.flush(Math.max(0, at - parts.now()));
  }

  /**
   * Tries everything at once, then with short waits, until all that is here now is gone, or fails for what
   * waiting does not mend, or the time is over. Whoever delivers what is left then waits no longer.
   */
  async flush(millis: number): Promise<void> {
    const { lanes, pace, parts } = this.#state;
    const waiting = lanes.batches().sort((a, b) => b.sequence - a.sequence);
    const admissions = [...this.#state.admissions];
    const storingMillis = this.#spooled && !this.#state.isClosed ? millis * STORING_SHARE : 0;
    const limit = startTimeLimit(millis - storingMillis, true);
    this.#add(limit);
    pace.pausedUntil = 0;
    for (const lane of lanes) lane.readyAt = 0;
    await this.#until({ waiting, admissions, firstAttempt: this.#state.attempts }, limit);
    await Promise.race([parts.provisioner.settled(), limit.over]);
    this.#remove(limit);
    if (this.#spooled && !this.#state.isClosed) {
      await this.#within(storingMillis, this.#spooled.store(waiting));
    }
    // A shutdown reports itself what becomes of the rest.
    if (this.#state.isClosed) return;
    for (const pending of waiting) pending.reportKept();
    for (const { admitted } of admissions) for (const pending of admitted) pending.reportKept();
  }

  /** Something changed that a flush may wait for. */
  check(): void {
    for (const check of [...this.#checks]) check();
  }

  /** Ends the time of all flushes. */
  cutShort(): void {
    for (const limit of this.#limits) limit.clear();
  }

  async #within(millis: number, what: Promise<void>): Promise<void> {
    const limit = startTimeLimit(millis, true);
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

  #isThrough({ waiting, admissions, firstAttempt }: Awaited): boolean {
    const { isClosed, lanes, room } = this.#state;
    while (waiting.at(-1)?.events === 0) waiting.pop();
    let isSomethingLeft = false;
    // The oldest first: what can still be sent is mostly found at once, among tens of thousands.
    for (const batches of [waiting, ...admissions.map(({ admitted }) => admitted)]) {
      for (let index = batches.length - 1; index >= 0; index--) {
        const pending = batches[index]!;
        // What is on disk needs no more of the time given to shutdown.
        if (pending.events === 0 || (isClosed && pending.stored !== undefined)) continue;
        const lane = lanes.of(pending.destination);
        if (lane.isBlocked || lane.inFlight.size > 0 || lane.lastHopelessAttempt <= firstAttempt)
          return false;
        isSomethingLeft = true;
      }
    }
    if (admissions.every(({ isThrough }) => isThrough)) return true;
    // Only what is hopeless takes the room that the rest waits for, and nobody who was given room is to come yet.
    return isSomethingLeft && room.waiting === this.#state.admissions.size;
  }
}
