import { describeError } from '../cloudwatch/classify-error.js';
import { Admission } from './admission.js';
import { type DispatchLoop, type DispatchState } from './dispatch-state.js';
import { type Destination, type LogEventBatch } from './encoded-event.js';
import { type Lane } from './lane.js';
import { OF_THE_DESTINATION } from './outcome.js';
import { PendingBatch } from './pending-batch.js';
import { type SpooledBatches } from './spooled-batches.js';

/** Finds room for new batches: in memory, on disk, or none. */
export class Admissions {
  readonly #state: DispatchState;
  readonly #loop: DispatchLoop;
  readonly #spooled: SpooledBatches | undefined;

  constructor(state: DispatchState, loop: DispatchLoop, spooled: SpooledBatches | undefined) {
    this.#state = state;
    this.#loop = loop;
    this.#spooled = spooled;
  }

  /**
   * Brings batches into their lanes as soon as there is room, one after the other, until `until` resolves.
   * Its part up to the first wait runs at once: a flush that begins right after this call finds the batches.
   */
  async admitAll(batches: readonly LogEventBatch[], until: Promise<void>): Promise<Admission> {
    const { accounts, admissions, isClosed: isLate } = this.#state;
    const admission = new Admission();
    // All of them at once: also what waits for room is with us.
    for (const batch of batches) accounts.heldEvents += batch.events.length;
    admissions.add(admission);
    for (const batch of batches) {
      if (batch.events.length === 0) continue;
      if (isLate) {
        this.#turnAway(batch, admission, isLate);
      } else if (this.#takesNow(batch)) {
        admission.admitted.push(this.#admit(batch));
      } else {
        // Only where there is a spool: an `await` would let others pass who come later.
        const spooled = this.#spooled && (await this.#spooled.storeAtOnce(batch, until));
        if (spooled) admission.admitted.push(spooled);
        else if (await this.#waitForRoom(batch, until)) admission.admitted.push(this.#admit(batch));
        else this.#turnAway(batch, admission, isLate);
      }
    }
    admissions.delete(admission);
    admission.finish();
    this.#loop.checkFlushes();
    return admission;
  }

  #takesNow(batch: LogEventBatch): boolean {
    const { isAborted, room } = this.#state;
    if (isAborted) return false;
    if (room.tryTake(batch.bytes)) return true;
    if (this.#spooled) return false;
    this.#evictFrom(this.#stuckLanes(batch.destination), batch.bytes);
    return room.tryTake(batch.bytes);
  }

  /** @returns false when there is no room for the batch until `until` resolves, or the time of shutdown is over */
  async #waitForRoom(batch: LogEventBatch, until: Promise<void>): Promise<boolean> {
    if (this.#state.isAborted) return false;
    const taken = this.#state.room.take(batch.bytes, until);
    this.#loop.checkFlushes();
    return await taken;
  }

  #admit(batch: LogEventBatch): PendingBatch {
    const { accounts, failingSince, lanes, parts } = this.#state;
    const pending = new PendingBatch(batch, this.#state.nextSequence());
    const lane = lanes.of(batch.destination);
    const isBehindStored = lane.hasStored;
    lane.add(pending);
    // In an outage nobody waits for what will not be delivered soon: the queue before us would overflow.
    const isDown = parts.breaker?.state === 'open' || this.#state.hasFailedLong(failingSince);
    const { isWaitingOver } = this.#state;
    if (isDown || isWaitingOver || isBehindStored || this.#state.hasFailedLong(lane.failingSince)) {
      pending.lastError = accounts.lastError;
      if (this.#spooled) {
        void this.#spooled.store([pending]).then(() => {
          pending.reportKept();
        });
      } else {
        pending.reportKept();
      }
    }
    this.#loop.pump();
    return pending;
  }

  #turnAway(batch: LogEventBatch, admission: Admission, isLate: boolean): void {
    const { accounts, isAborted, parts, room } = this.#state;
    const kept = batch.keeper?.giveBack(batch.events) ?? 0;
    const count = batch.events.length - kept;
    accounts.heldEvents -= batch.events.length;
    admission.kept += kept;
    admission.lost += count;
    if (isLate) {
      parts.losses.record('shutdown', count, 'they came after shutdown');
      admission.error = new Error('Delivery is shut down');
      return;
    }
    const cause = accounts.lastError;
    const because = cause ? `; last error: ${describeError(cause)}` : '';
    if (isAborted) {
      const detail = `there was no room for them in the time given to shutdown${because}`;
      parts.losses.record('shutdown', count, detail);
      admission.error = new Error(`Delivery is shut down: ${detail}`, { cause });
      return;
    }
    const detail = `${room.used} bytes wait to be delivered${because}`;
    parts.losses.record('buffer_full', count, detail);
    admission.error = new Error(`The buffer is full: ${detail}`, { cause });
  }

  /** Lanes that fail by themselves while the endpoint works must not take the room of all the others. */
  #stuckLanes(except: Destination): Lane[] {
    const own = this.#state.lanes.find(except);
    return [...this.#state.lanes].filter(
      (lane) =>
        lane !== own &&
        lane.lastCause &&
        OF_THE_DESTINATION.has(lane.lastCause) &&
        this.#state.hasFailedLong(lane.failingSince),
    );
  }

  #evictFrom(lanes: readonly Lane[], bytes: number): void {
    const { accounts, room, settings } = this.#state;
    for (const lane of lanes) {
      while (room.used + bytes > settings.maxBufferBytes) {
        const pending = lane.evictOldest();
        if (!pending) break;
        accounts.loseRest(pending, 'buffer_full', `${lane.name} has not taken events for long`);
      }
    }
  }
}
