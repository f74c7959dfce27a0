import { type Destination, type EventKeeper, type LogEventBatch } from './encoded-event.js';
import { countedBytes } from './event-list.js';
import { Signal } from './signal.js';
import { type StoredBatch } from './spool/stored-batch.js';

/**
 * Refused parts, with none accepted, after which single events are tried before more halving: then it is
 * likely the request (its destination, its entity) that is invalid and not an event.
 */
const REFUSALS_BEFORE_PROBES = 64;

/** A batch that is only on disk. */
export interface StoredSource {
  readonly stored: StoredBatch;
  readonly destination: Destination;
}

/** How {@link PendingBatch.refuse} ended. */
export type Refusal = 'halved' | 'event_lost' | 'all_lost';

/**
 * A batch on its way, and what is left of it. It is sent in parts once the service finds it invalid: halves
 * of halves until the event that spoils it stands alone.
 */
export class PendingBatch {
  /** Its place in the order of arrival. */
  readonly sequence: number;
  delivered = 0;
  lost = 0;
  /** Events that are not here any more, but with their keeper, or with another process that has them on disk. */
  keptElsewhere = 0;
  /** Why the last attempt failed. */
  lastError: Error | undefined;
  /** Why some of it is lost, where it is for an error. */
  lossError: Error | undefined;
  /** Taken out of delivery: answers that still come count no more. */
  abandoned = false;
  readonly destination: Destination;
  /** Where it is on disk. */
  stored: StoredBatch | undefined;
  /** Its way to the disk, while it is on it. */
  storing: Promise<void> | undefined;
  /** It is on its way to the disk, with others or without what is through, so that it must not be sent meanwhile. */
  isRewritten = false;
  /** Nobody asks what becomes of it, so that it may share a request with its neighbours. */
  readonly isAnonymous: boolean;
  /** Some of it is delivered or lost, so that the file says too much. */
  isReduced = false;
  #parts: LogEventBatch[];
  #events: number;
  #bytes: number;
  #refusals = 0;
  #probing = false;
  /** Whoever delivers it need not wait longer. */
  readonly #reported = new Signal();
  /** Nor who waits until it is safe alone. */
  readonly #safe = new Signal();

  /** @param sequence - see {@link sequence} @param isAnonymous - see {@link isAnonymous} */
  constructor(batch: LogEventBatch | StoredSource, sequence: number, isAnonymous = false) {
    this.sequence = sequence;
    this.isAnonymous = isAnonymous;
    this.destination = batch.destination;
    if ('stored' in batch) {
      this.stored = batch.stored;
      this.#parts = [];
      this.#events = batch.stored.events;
      this.#bytes = batch.stored.name.bytes;
    } else {
      this.#parts = [batch];
      this.#events = batch.events.length;
      this.#bytes = batch.bytes;
    }
  }

  /** Resolves when whoever delivers it need not wait longer: nothing is left, or the rest is kept. */
  get reported(): Promise<void> {
    return this.#reported.given;
  }

  /** Resolves, at the latest, with {@link reported}: what is left of it is safe, and will not be delivered soon. */
  get safe(): Promise<void> {
    return this.#safe.given;
  }

  /** Events that are neither delivered nor lost. */
  get events(): number {
    return this.#events;
  }

  /** Bytes of {@link events}, as the service counts them. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Who keeps its events safe, if anybody does. */
  get keeper(): EventKeeper | undefined {
    return this.#parts[0]?.keeper;
  }

  /** Its events are in memory, not only on disk. */
  get isLoaded(): boolean {
    return this.#parts.length > 0;
  }

  /** The events of it that are left, as one batch. */
  get rest(): LogEventBatch {
    const [first] = this.#parts;
    if (this.#parts.length === 1) return first!;
    const events = this.#parts.flatMap((part) => [...part.events]).sort((a, b) => a.timestamp - b.timestamp);
    return { ...first!, events, bytes: this.#bytes };
  }

  /** Takes its events from its file. @returns events that the file had lost */
  load(batch: LogEventBatch): number {
    const damaged = Math.max(0, this.#events - batch.events.length);
    this.#parts = [batch];
    this.#events = batch.events.length;
    this.#bytes = batch.bytes;
    this.lost += damaged;
    // Who comes after us must not count it again.
    if (damaged > 0) this.isReduced = true;
    return damaged;
  }

  /** Its events are stored now: who kept them need not. */
  releaseKeeper(): void {
    this.#parts = this.#parts.map((part) => {
      part.keeper?.release(part.events);
      return part.keeper ? { ...part, keeper: undefined } : part;
    });
  }

  /** Leaves its events to its file alone. */
  unload(): void {
    if (this.stored && !this.isReduced) this.#parts = [];
  }

  /** The part to send next. */
  get part(): LogEventBatch {
    return this.#parts[0]!;
  }

  /** The reason for whoever delivers it why it is not all delivered, where an error was one. */
  get error(): Error | undefined {
    return this.#events + this.keptElsewhere > 0 ? this.lastError : this.lossError;
  }

  /** The service took the first part, all but `rejected` of its events. @returns the part */
  accept(rejected: number): LogEventBatch {
    const part = this.#parts.shift()!;
    this.delivered += part.events.length - rejected;
    this.lost += rejected;
    // Some of it was fine, so the request is not invalid as such.
    this.#refusals = Number.NEGATIVE_INFINITY;
    this.#take(part);
    return part;
  }

  /** The service found the first part invalid. @returns with the number of events that are now lost */
  refuse(): { refusal: Refusal; lost: number } {
    const part = this.#parts.shift()!;
    this.#refusals++;
    if (part.events.length > 1) {
      const middle = part.events.length >> 1;
      this.#parts.push(slice(part, 0, middle), slice(part, middle));
      if (this.#refusals >= REFUSALS_BEFORE_PROBES && !this.#probing) this.#putProbesFirst();
      return { refusal: 'halved', lost: 0 };
    }
    this.lost++;
    this.lossError = this.lastError;
    this.#take(part);
    if (this.#probing && this.#refusals >= 2 * REFUSALS_BEFORE_PROBES) {
      return { refusal: 'all_lost', lost: 1 + this.lose() };
    }
    return { refusal: 'event_lost', lost: 1 };
  }

  /**
   * Gives up what is left.
   * @param to - what of it this keeper has is not lost
   * @returns the events that are lost
   */
  lose(to?: EventKeeper): number {
    let events = this.#events;
    for (const part of this.#parts) {
      if (to) events -= to.giveBack(part.events);
      else part.keeper?.release(part.events);
    }
    this.lost += events;
    this.keptElsewhere += this.#events - events;
    this.lossError = this.lastError;
    this.abandoned = true;
    this.#parts = [];
    this.#events = 0;
    this.#bytes = 0;
    this.#report();
    return events;
  }

  /** Leaves what is left to others, who have it on disk. @returns its events */
  letGo(): number {
    const events = this.#events;
    this.keptElsewhere += events;
    this.abandoned = true;
    this.#parts = [];
    this.#events = 0;
    this.#bytes = 0;
    this.#report();
    return events;
  }

  /** The events that are left will be sent in the background. */
  reportKept(): void {
    this.#report();
  }

  /** The events that are left are safe. */
  reportSafe(): void {
    this.#safe.give();
  }

  #report(): void {
    this.#safe.give();
    this.#reported.give();
  }

  #putProbesFirst(): void {
    this.#probing = true;
    const rest = this.#parts.filter((part) => part.events.length > 1);
    const single = this.#parts.filter((part) => part.events.length === 1);
    this.#parts = [
      ...rest.map((part) => slice(part, 0, 1)),
      ...single,
      ...rest.map((part) => slice(part, 1)),
    ];
  }

  #take(part: LogEventBatch): void {
    part.keeper?.finish(part.events);
    this.isReduced = true;
    this.#events -= part.events.length;
    this.#bytes -= part.bytes;
    if (this.#events > 0) return;
    this.#bytes = 0;
    this.#report();
  }
}

function slice(batch: LogEventBatch, from: number, to?: number): LogEventBatch {
  const events = batch.events.slice(from, to);
  return { ...batch, events, bytes: countedBytes(events) };
}
