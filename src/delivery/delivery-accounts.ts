import { type Losses, type LossReason } from '../observability/losses.js';
import { type LogEventBatch } from './encoded-event.js';
import { countedBytes } from './event-list.js';
import { type Rejection } from './outcome.js';
import { type PendingBatch } from './pending-batch.js';
import { RecentEventBytes } from './recent-event-bytes.js';
import { type RoomForBytes } from './room-for-bytes.js';
import { type Spool } from './spool/spool.js';

interface AccountsParts {
  readonly losses: Losses;
  readonly room: RoomForBytes;
  readonly spool?: Spool | undefined;
  /** Milliseconds since 1970. */
  readonly epochMillis: () => number;
}

/**
 * Accounts of the events. At every moment those that came in, or were inherited, are delivered, lost,
 * handed on, held in memory or in the spool: each changes its place here, once.
 */
export class DeliveryAccounts {
  deliveredEvents = 0;
  deliveredBytes = 0;
  heldEvents = 0;
  inheritedEvents = 0;
  handedOnEvents = 0;
  /** Milliseconds since 1970 at which {@link lastError} was noted. */
  lastErrorAt: number | undefined;
  #lastError: Error | undefined;
  readonly #parts: AccountsParts;
  readonly #recent = new RecentEventBytes();

  constructor(parts: AccountsParts) {
    this.#parts = parts;
  }

  /** Billed bytes of one of the last million delivered events; undefined before the first. */
  get recentEventBytes(): number | undefined {
    return this.#recent.mean(this.deliveredEvents, this.deliveredBytes);
  }

  /** The last error of all; it stays when what comes after it is delivered. */
  get lastError(): Error | undefined {
    return this.#lastError;
  }

  set lastError(error: Error | undefined) {
    this.#lastError = error;
    this.lastErrorAt = this.#parts.epochMillis();
  }

  /** The service took the first part of a batch, all but what it rejected. @param where - for the report */
  delivered(pending: PendingBatch, rejections: readonly Rejection[], where: string): void {
    let rejected = 0;
    for (const { reason, count } of rejections) {
      rejected += count;
      this.#parts.losses.record(reason, count, `refused by the service for their time, in ${where}`);
    }
    const bytesBefore = pending.bytes;
    const part = pending.accept(rejected);
    this.#release(pending, part.events.length, bytesBefore - pending.bytes);
    this.#countDelivered(part.events.length - rejected, part.bytes - rejectedBytes(part, rejections));
  }

  /** The service found the first part of a batch invalid. @returns whether it is only halved, not lost */
  refused(pending: PendingBatch, detail: string): boolean {
    const bytesBefore = pending.bytes;
    const { refusal, lost } = pending.refuse();
    if (refusal === 'halved') return true;
    this.#release(pending, lost, bytesBefore - pending.bytes);
    const what =
      refusal === 'event_lost' ? 'the service refuses the event' : 'the service refuses every event';
    this.#parts.losses.record('rejected', lost, `${what}, in ${detail}`);
    return false;
  }

  /** The events that are left of a batch will not be delivered. */
  loseRest(pending: PendingBatch, reason: LossReason, detail: string): void {
    const { bytes, events } = pending;
    // Events that the service refuses are lost; those without room or time may wait with their keeper.
    const lost = pending.lose(reason === 'delivery_failed' ? undefined : pending.keeper);
    this.#release(pending, events, bytes);
    this.#parts.losses.record(reason, lost, detail);
  }

  /** All that was left of a batch is through: delivered, but for what is counted as lost already. */
  settledAtOnce(pending: PendingBatch, delivered: number): void {
    const { bytes, events } = pending;
    this.#countDelivered(delivered, Math.round((bytes * delivered) / events));
    pending.releaseKeeper();
    pending.letGo();
    this.#release(pending, events, bytes);
  }

  /** The events that were left of a batch are on disk, for the next process. */
  storedAtEnd(pending: PendingBatch): void {
    this.stored(pending);
    pending.releaseKeeper();
    pending.letGo();
  }

  /** The events that are left of a batch are on disk now, and not in memory. */
  stored({ events, bytes }: PendingBatch): void {
    this.heldEvents -= events;
    this.#parts.room.release(bytes);
  }

  /** Another process has a batch now, and counts what becomes of it. */
  handedOn(pending: PendingBatch): void {
    this.handedOnEvents += pending.letGo();
  }

  noteError(pending: PendingBatch, error: Error): void {
    pending.lastError = error;
    this.lastError = error;
  }

  #countDelivered(events: number, bytes: number): void {
    this.deliveredEvents += events;
    this.deliveredBytes += bytes;
    this.#recent.count(this.deliveredEvents, this.deliveredBytes);
  }

  #release(pending: PendingBatch, events: number, bytes: number): void {
    const { stored } = pending;
    if (stored) {
      if (pending.events === 0) this.#parts.spool!.remove(stored);
      else this.#parts.spool!.reduce(stored, pending.events);
      return;
    }
    this.heldEvents -= events;
    this.#parts.room.release(bytes);
  }
}

/** Bytes of a part that the service refused, and so does not bill: the first events are too old, the last too new. */
function rejectedBytes({ events }: LogEventBatch, rejected: readonly Rejection[]): number {
  let first = 0;
  let last = events.length;
  for (const { reason, count } of rejected) {
    if (reason === 'too_new') last -= count;
    else first += count;
  }
  return rejected.length === 0 ? 0 : countedBytes(events.slice(0, first)) + countedBytes(events.slice(last));
}
