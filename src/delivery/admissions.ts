import { describeError } from '../cloudwatch/classify-error.js';
import { CloudWatchLogsError } from '../cloudwatch/errors.js';
import { Admission } from './admission.js';
import { type DispatchLoop, type DispatchState } from './dispatch-state.js';
import { type LogEventBatch } from './encoded-event.js';
import { type Lane } from './lane.js';
import { PendingBatch } from './pending-batch.js';
import { type SpooledBatches } from './spooled-batches.js';

/**
 * Where a queue shares the room and there is a spool, the part that batches may take before they go to disk: while
 * they are written the queue needs the rest.
 */
const UNSTORED_PART = 0.5;

/** Where a queue shares the room, the part that streams may take which fail while others work. */
const STUCK_PART = 0.75;

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
   * @param reservedBytes - what was reserved for them: they are in memory already, and wait for nothing
   */
  async admitAll(
    batches: readonly LogEventBatch[],
    until: Promise<void>,
    reservedBytes: number | undefined,
  ): Promise<Admission> {
    const { accounts, admissions, phase, room } = this.#state;
    const isLate = phase !== 'open';
    const isReserved = reservedBytes !== undefined;
    const admission = new Admission(this.#state.lastSequence + 1);
    const { waiting } = admission;
    let allBytes = 0;
    // All of them at once: also what waits for room is with us.
    for (const batch of batches) {
      if (batch.events.length === 0) continue;
      const pending = new PendingBatch(batch, this.#state.nextSequence(), isReserved);
      admission.batches.push(pending);
      waiting.add(pending);
      accounts.heldEvents += pending.events;
      allBytes += pending.bytes;
    }
    if (isReserved) room.exchange(reservedBytes, allBytes);
    admissions.add(admission);
    for (const pending of waiting) {
      const { bytes } = pending;
      if (isReserved) {
        if (!isLate && this.#mayStay(pending)) this.#admit(pending, this.#isTooMuch());
        else this.#turnAway(pending, isLate);
      } else if (!isLate && this.#takesNow(pending)) {
        this.#admit(pending);
        // Only where there is a spool: an `await` would let others pass who come later.
      } else if (isLate || !(this.#spooled && (await this.#spooled.storeAtOnce(pending, until)))) {
        const isTaken = !isLate && (await this.#waitForRoom(bytes, until));
        // Whoever goes gives back its room.
        if (!isTaken) room.exchange(0, bytes);
        if (!waiting.has(pending)) room.release(bytes);
        else if (isTaken) this.#admit(pending);
        else this.#turnAway(pending, isLate);
      }
      waiting.delete(pending);
    }
    admissions.delete(admission);
    admission.finish();
    this.#loop.checkFlushes();
    return admission;
  }

  /** The process stands still: what waits for room, and is not on disk, comes into its lane without any. */
  admitWaiting(): void {
    const { admissions, lanes, room } = this.#state;
    // Else the first that goes would give its room to one that is in its lane by then.
    room.turnAllAway();
    for (const { waiting } of admissions) {
      for (const pending of waiting) {
        if (pending.stored) continue;
        room.exchange(0, pending.bytes);
        lanes.of(pending.destination).add(pending);
      }
      waiting.clear();
    }
  }

  #takesNow(pending: PendingBatch): boolean {
    const { phase, room } = this.#state;
    if (phase === 'aborted') return false;
    if (room.tryTake(pending.bytes)) return true;
    if (this.#spooled) return false;
    this.#evictFrom(this.#stuckLanes(pending), room.max - pending.bytes);
    return room.tryTake(pending.bytes);
  }

  /** Batches for which room was reserved need it from the queue, which is to have some for streams that work. */
  #mayStay(pending: PendingBatch): boolean {
    const { lanes, room } = this.#state;
    const most = room.max * STUCK_PART;
    if (this.#spooled || room.used <= most) return true;
    const own = lanes.find(pending.destination);
    if (own && this.#isStuck(own)) return false;
    this.#evictFrom(this.#stuckLanes(pending), most);
    return true;
  }

  #isTooMuch(): boolean {
    const { room } = this.#state;
    return this.#spooled !== undefined && room.used > room.max * UNSTORED_PART;
  }

  /** @returns false when there is no room for a batch until `until` resolves, or the time of shutdown is over */
  async #waitForRoom(bytes: number, until: Promise<void>): Promise<boolean> {
    const { phase, room } = this.#state;
    if (phase === 'aborted') return false;
    const taken = room.take(bytes, until);
    this.#loop.checkFlushes();
    return await taken;
  }

  #admit(pending: PendingBatch, isTooMuch = false): void {
    const { accounts, callersWait, isDown, isDownForLong, lanes } = this.#state;
    const lane = lanes.of(pending.destination);
    const isBehindStored = lane.hasStored;
    lane.add(pending);
    // In an outage nobody waits for what will not be delivered soon: the queue before us would overflow.
    const isForAll = isDownForLong || !callersWait || isBehindStored || this.#isFailingForLong(lane);
    if (isForAll || isDown || isTooMuch) {
      pending.lastError = accounts.lastError;
      if (this.#spooled) this.#spooled.keep([pending], isForAll);
      else if (isForAll) pending.reportKept();
      else pending.reportSafe();
    }
    this.#loop.pump();
  }

  /** @param pending - of which the room is taken */
  #turnAway(pending: PendingBatch, isLate: boolean): void {
    const { accounts, phase, room } = this.#state;
    const cause = accounts.lastError;
    const because = cause ? `; last error: ${describeError(cause)}` : '';
    if (isLate) {
      pending.lastError = new CloudWatchLogsError('ERR_SHUT_DOWN', 'Delivery is shut down');
      accounts.loseRest(pending, 'shutdown', 'they came after shutdown');
    } else if (phase === 'aborted') {
      const detail = `there was no room for them in the time given to shutdown${because}`;
      pending.lastError = new CloudWatchLogsError('ERR_SHUT_DOWN', `Delivery is shut down: ${detail}`, {
        cause,
      });
      accounts.loseRest(pending, 'shutdown', detail);
    } else {
      const detail = `${room.used - pending.bytes} bytes wait to be delivered${because}`;
      pending.lastError = new CloudWatchLogsError('ERR_BUFFER_FULL', `The buffer is full: ${detail}`, {
        cause,
      });
      accounts.loseRest(pending, 'buffer_full', detail);
    }
  }

  #isFailingForLong(lane: Lane): boolean {
    const { parts, settings } = this.#state;
    return lane.hasFailedFor(parts.monotonicMillis(), settings.deliveryTimeoutMillis);
  }

  #isStuck(lane: Lane): boolean {
    const { parts, settings } = this.#state;
    return lane.isStuck(parts.monotonicMillis(), settings.deliveryTimeoutMillis);
  }

  /** Lanes that fail by themselves while the endpoint works must not take the room of all the others. */
  #stuckLanes(except: PendingBatch): Lane[] {
    const own = this.#state.lanes.find(except.destination);
    return [...this.#state.lanes].filter((lane) => lane !== own && this.#isStuck(lane));
  }

  /** Evicts the oldest of lanes until no more room is used. */
  #evictFrom(lanes: readonly Lane[], most: number): void {
    const { accounts, room } = this.#state;
    for (const lane of lanes) {
      while (room.used > most) {
        const pending = lane.evictOldest();
        if (!pending) break;
        accounts.loseRest(pending, 'buffer_full', `${lane.name} has not taken events for long`);
      }
    }
  }
}
