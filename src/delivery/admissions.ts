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

/** A batch and its place in the order of arrival. */
interface Arrival {
  readonly batch: LogEventBatch;
  readonly sequence: number;
}

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
    const admission = new Admission(this.#state.lastSequence + 1);
    const arrivals: Arrival[] = [];
    let bytes = 0;
    // All of them at once: also what waits for room is with us.
    for (const batch of batches) {
      if (batch.events.length === 0) continue;
      arrivals.push({ batch, sequence: this.#state.nextSequence() });
      accounts.heldEvents += batch.events.length;
      bytes += batch.bytes;
    }
    if (reservedBytes !== undefined) room.exchange(reservedBytes, bytes);
    admissions.add(admission);
    for (const arrival of arrivals) {
      const { batch } = arrival;
      if (reservedBytes !== undefined) {
        if (!isLate && this.#mayStay(batch)) {
          admission.admitted.push(this.#admit(arrival, { isTooMuch: this.#isTooMuch(), isAnonymous: true }));
        } else {
          room.release(batch.bytes);
          this.#turnAway(batch, admission, isLate);
        }
      } else if (isLate) {
        this.#turnAway(batch, admission, isLate);
      } else if (this.#takesNow(batch)) {
        admission.admitted.push(this.#admit(arrival));
      } else {
        // Only where there is a spool: an `await` would let others pass who come later.
        const spooled = this.#spooled && (await this.#spooled.storeAtOnce(arrival, until));
        if (spooled) admission.admitted.push(spooled);
        else if (await this.#waitForRoom(batch, until)) admission.admitted.push(this.#admit(arrival));
        else this.#turnAway(batch, admission, isLate);
      }
    }
    admissions.delete(admission);
    admission.finish();
    this.#loop.checkFlushes();
    return admission;
  }

  #takesNow(batch: LogEventBatch): boolean {
    const { phase, room } = this.#state;
    if (phase === 'aborted') return false;
    if (room.tryTake(batch.bytes)) return true;
    if (this.#spooled) return false;
    this.#evictFrom(this.#stuckLanes(batch), room.max - batch.bytes);
    return room.tryTake(batch.bytes);
  }

  /** Batches for which room was reserved need it from the queue, which is to have some for streams that work. */
  #mayStay(batch: LogEventBatch): boolean {
    const { lanes, room } = this.#state;
    const most = room.max * STUCK_PART;
    if (this.#spooled || room.used <= most) return true;
    const own = lanes.find(batch.destination);
    if (own && this.#isStuck(own)) return false;
    this.#evictFrom(this.#stuckLanes(batch), most);
    return true;
  }

  #isTooMuch(): boolean {
    const { room } = this.#state;
    return this.#spooled !== undefined && room.used > room.max * UNSTORED_PART;
  }

  /** @returns false when there is no room for the batch until `until` resolves, or the time of shutdown is over */
  async #waitForRoom(batch: LogEventBatch, until: Promise<void>): Promise<boolean> {
    const { phase, room } = this.#state;
    if (phase === 'aborted') return false;
    const taken = room.take(batch.bytes, until);
    this.#loop.checkFlushes();
    return await taken;
  }

  #admit({ batch, sequence }: Arrival, { isTooMuch = false, isAnonymous = false } = {}): PendingBatch {
    const { accounts, callersWait, isDown, isDownForLong, lanes } = this.#state;
    const pending = new PendingBatch(batch, sequence, isAnonymous);
    const lane = lanes.of(batch.destination);
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
    return pending;
  }

  #turnAway(batch: LogEventBatch, admission: Admission, isLate: boolean): void {
    const { accounts, parts, phase, room } = this.#state;
    const kept = batch.keeper?.giveBack(batch.events) ?? 0;
    const count = batch.events.length - kept;
    accounts.heldEvents -= batch.events.length;
    admission.kept += kept;
    admission.lost += count;
    if (isLate) {
      parts.losses.record('shutdown', count, 'they came after shutdown');
      admission.error = new CloudWatchLogsError('ERR_SHUT_DOWN', 'Delivery is shut down');
      return;
    }
    const cause = accounts.lastError;
    const because = cause ? `; last error: ${describeError(cause)}` : '';
    if (phase === 'aborted') {
      const detail = `there was no room for them in the time given to shutdown${because}`;
      parts.losses.record('shutdown', count, detail);
      admission.error = new CloudWatchLogsError('ERR_SHUT_DOWN', `Delivery is shut down: ${detail}`, {
        cause,
      });
      return;
    }
    const detail = `${room.used} bytes wait to be delivered${because}`;
    parts.losses.record('buffer_full', count, detail);
    admission.error = new CloudWatchLogsError('ERR_BUFFER_FULL', `The buffer is full: ${detail}`, { cause });
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
  #stuckLanes(except: LogEventBatch): Lane[] {
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
