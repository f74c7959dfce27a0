import { MAX_BATCH_BYTES, MAX_BATCH_EVENTS, MAX_BATCH_SPAN_MILLIS } from '../cloudwatch/limits.js';
import {
  type Destination,
  type EncodedEvent,
  type EventKeeper,
  type LogEventBatch,
} from '../delivery/encoded-event.js';
import { EventPage } from '../delivery/event-page.js';
import { PackedEvents } from '../delivery/packed-events.js';
import { cutIntoBatches, cutIntoParts } from './batcher.js';
import { isSameEntity, type Place } from './place.js';

/** Events of one destination and entity, on their way into batches. */
interface Lane {
  readonly place: Place;
  /** Events as bytes, the last ones. */
  page: EventPage;
  /** Events that somebody keeps, who knows them as objects. */
  readonly kept: EncodedEvent[];
  readonly batches: LogEventBatch[];
}

/** Bytes that the last page of a destination took; the next one will be alike. */
const lastBytes = new WeakMap<Destination, number>();

/**
 * Gathers encoded events into batches. Whoever encodes writes each event to {@link page} and then says where it goes:
 * mostly to where the one before went, and then it stands in its place already.
 */
export class EventCollector {
  /** Bytes of the messages so far. */
  bytes = 0;
  /** Bytes of a page that an event of the first batch takes, once all are gathered; undefined without one. */
  bytesPerEvent: number | undefined;
  readonly #keeper: EventKeeper | undefined;
  readonly #lanes = new Map<Place, Lane>();
  readonly #ofDestination = new Map<Destination, Lane[]>();
  /** The lane of the last event. */
  #lane: Lane | undefined;
  /** The lane of the last event that was handed in as an object. */
  #lastKept: Lane | undefined;
  /** The page on which the first event is written, until its lane takes it. */
  #firstPage: EventPage | undefined;

  readonly #expectedBytes: number;

  /**
   * @param expectedBytes - of the first page, where that is known
   * @param keeper - who keeps the events that are handed in as objects
   */
  constructor(expectedBytes = 0, keeper?: EventKeeper) {
    this.#expectedBytes = expectedBytes;
    this.#keeper = keeper;
  }

  /** Where the next event is to be written. */
  get page(): EventPage {
    return this.#lane?.page ?? (this.#firstPage ??= new EventPage(this.#expectedBytes));
  }

  /** The event that was written last goes there. */
  settle(place: Place): void {
    const { page } = this;
    const lane = this.#lane?.place === place ? this.#lane : this.#laneOf(place);
    this.bytes += page.messageBytes[page.messageBytes.length - 1]!;
    if (lane.page !== page) page.moveLastTo(lane.page);
    this.#closeFull(lane);
    this.#lane = lane;
  }

  /** Adds events that are there as objects. */
  add(place: Place, events: readonly EncodedEvent[]): void {
    const lane = this.#laneOfKept(place);
    for (const event of events) {
      this.bytes += event.messageBytes;
      if (this.#keeper !== undefined) {
        lane.kept.push(event);
      } else {
        lane.page.add(event);
        this.#closeFull(lane);
      }
    }
  }

  /** All batches; nothing is added after that. */
  finish(): LogEventBatch[] {
    if (this.#firstPage?.length === 0) this.#firstPage.free();
    const lanes = [...this.#ofDestination.values()].flat();
    const batches = lanes.flatMap((lane) => [...this.#batchesOf(lane)]);
    const events = batches[0]?.events;
    if (events instanceof PackedEvents) this.bytesPerEvent = Math.ceil(events.pageBytes / events.length);
    return batches;
  }

  *#batchesOf({ place, page, kept, batches }: Lane): Generator<LogEventBatch> {
    yield* batches;
    if (page.length === 0) page.free();
    else if (page.isInOrder) yield batchOf(place, page);
    else yield* sortedBatches(place, page);
    yield* cutIntoBatches(kept, place.destination, place.entity, this.#keeper);
  }

  /** A batch that is full is closed, unless a later event may have its place in it. */
  #closeFull(lane: Lane): void {
    const { page } = lane;
    if (!page.isInOrder || page.length < 2) return;
    const { timestamps } = page;
    const isOver =
      page.countedBytes > MAX_BATCH_BYTES ||
      page.length > MAX_BATCH_EVENTS ||
      timestamps[timestamps.length - 1]! - timestamps[0]! > MAX_BATCH_SPAN_MILLIS;
    if (!isOver) return;
    lane.page = new EventPage(page.end);
    page.moveLastTo(lane.page);
    lane.batches.push(batchOf(lane.place, page));
  }

  #laneOf(place: Place): Lane {
    let lane = this.#lanes.get(place);
    if (lane === undefined) {
      lane = this.#find(place);
      this.#lanes.set(place, lane);
    }
    return lane;
  }

  /** Each record has a place of its own here: mostly that of the one before. */
  #laneOfKept(place: Place): Lane {
    const last = this.#lastKept;
    const isThere = last?.place.destination === place.destination && last.place.entity === place.entity;
    return isThere ? last : (this.#lastKept = this.#find(place));
  }

  #find(place: Place): Lane {
    const { destination, entity } = place;
    const others = this.#ofDestination.get(destination) ?? [];
    let lane = others.find((one) => isSameEntity(one.place.entity, entity));
    if (lane === undefined) {
      lane = { place, page: this.#newPage(destination), kept: [], batches: [] };
      this.#ofDestination.set(destination, [...others, lane]);
    }
    return lane;
  }

  /** The first destination has the page on which its first event stands. */
  #newPage(destination: Destination): EventPage {
    const first = this.#firstPage;
    if (first === undefined || this.#lane !== undefined) return new EventPage(lastBytes.get(destination));
    this.#firstPage = undefined;
    return first;
  }
}

function batchOf({ destination, entity }: Place, page: EventPage): LogEventBatch {
  lastBytes.set(destination, page.end);
  return { destination, entity, events: new PackedEvents(page), bytes: page.countedBytes };
}

function* sortedBatches({ destination, entity }: Place, page: EventPage): Generator<LogEventBatch> {
  const { timestamps, messageBytes } = page;
  const all = timestamps.map((timestamp, index) => ({
    timestamp,
    messageBytes: messageBytes[index]!,
    index,
  }));
  const packed = new PackedEvents(page);
  for (const { events, bytes } of cutIntoParts(all)) {
    yield { destination, entity, events: packed.pick(events.map(({ index }) => index)), bytes };
  }
}
