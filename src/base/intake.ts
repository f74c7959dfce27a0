import { EVENT_OVERHEAD_BYTES } from '../cloudwatch/limits.js';
import { type Destination, type EncodedEvent, type EventKeeper } from '../delivery/encoded-event.js';
import { type RoomForBytes } from '../delivery/room-for-bytes.js';
import { exceeds, type Limits, requestBytesOf } from './cut-batches.js';

/** Events of one destination that wait to be a batch. */
export interface WaitingEvents {
  readonly destination: Destination;
  readonly events: readonly EncodedEvent[];
  /** What is reserved for them. */
  readonly reservedBytes: number;
}

interface IntakeParts {
  readonly room: RoomForBytes;
  readonly limits: Limits;
  /** Milliseconds after which events are handed over though they fill no request. */
  readonly delayMillis: number;
  /** Takes events over, with what is reserved for them. */
  readonly handOver: (waiting: WaitingEvents) => void;
}

/** The part of the room that events may take which wait for others. */
const WAITING_PART = 0.25;

/** Holds single events until they fill a request, have waited long enough, or take much of the room. */
export class Intake {
  readonly #parts: IntakeParts;
  readonly #waiting = new Map<
    Destination,
    { events: EncodedEvent[]; bytes: number; reservedBytes: number }
  >();
  #timer: NodeJS.Timeout | undefined;
  #count = 0;
  /** Bytes that are reserved for all events here. */
  #reservedBytes = 0;

  constructor(parts: IntakeParts) {
    this.#parts = parts;
  }

  /** Events that wait here. */
  get count(): number {
    return this.#count;
  }

  /** @returns false where there is no room in memory */
  add(destination: Destination, event: EncodedEvent): boolean {
    const { delayMillis, limits, room } = this.#parts;
    const reserved = event.messageBytes + EVENT_OVERHEAD_BYTES;
    if (!room.tryReserve(reserved)) return false;
    const more = requestBytesOf(event, limits);
    const before = this.#waiting.get(destination);
    if (before && exceeds(limits, before.events.length + 1, before.bytes + more)) this.#handOver(destination);
    const waiting = this.#waiting.get(destination) ?? { events: [], bytes: 0, reservedBytes: 0 };
    this.#waiting.set(destination, waiting);
    waiting.events.push(event);
    waiting.bytes += more;
    waiting.reservedBytes += reserved;
    this.#count++;
    this.#reservedBytes += reserved;
    if (waiting.events.length === limits.maxEvents) this.#handOver(destination);
    // What waits for others must leave room for what comes.
    if (this.#reservedBytes > room.max * WAITING_PART) this.handOverAll();
    this.#timer ??= setTimeout(() => {
      this.handOverAll();
    }, delayMillis).unref();
    return true;
  }

  /** Hands over all that waits. */
  handOverAll(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const destination of [...this.#waiting.keys()]) this.#handOver(destination);
  }

  #handOver(destination: Destination): void {
    const { events, reservedBytes } = this.#waiting.get(destination)!;
    this.#waiting.delete(destination);
    this.#count -= events.length;
    this.#reservedBytes -= reservedBytes;
    this.#parts.handOver({ destination, events, reservedBytes });
  }
}

/** An event that found no room. @returns whether somebody keeps it */
export function isKept(event: EncodedEvent, keeper: EventKeeper | undefined): boolean {
  return keeper !== undefined && keeper.giveBack([event]) > 0;
}
