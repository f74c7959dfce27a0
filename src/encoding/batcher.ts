import {
  EVENT_OVERHEAD_BYTES,
  MAX_BATCH_BYTES,
  MAX_BATCH_EVENTS,
  MAX_BATCH_SPAN_MILLIS,
} from '../cloudwatch/limits.js';
import {
  type Destination,
  type EncodedEvent,
  type EventKeeper,
  type LogEntity,
  type LogEventBatch,
} from '../delivery/encoded-event.js';

/**
 * Cuts the events of one destination into batches that PutLogEvents accepts: at most 10,000 events and
 * 1,048,576 bytes with the overhead of each event, in time order, within 24 hours. Events of one
 * millisecond keep their order. The age of events is left to the service, whose clock decides: it refuses
 * the ones that are too old or too new alone, and says so in its answer.
 * @param events - in any order, each small enough for a batch of its own
 * @param keeper - who keeps the events safe, if anybody does
 */
export function* cutIntoBatches(
  events: readonly EncodedEvent[],
  destination: Destination,
  entity?: LogEntity,
  keeper?: EventKeeper,
): Generator<LogEventBatch> {
  for (const part of cutIntoParts(events)) {
    yield { destination, entity, ...part, ...(keeper && { keeper }) };
  }
}

/** The measures of an event that decide which batch it is in. */
type Sized = Pick<EncodedEvent, 'timestamp' | 'messageBytes'>;

/** Events of one batch. */
interface Part<Event> {
  readonly events: readonly Event[];
  /** As the service counts them: messages plus overhead. */
  readonly bytes: number;
}

/** As {@link cutIntoBatches}, of anything that stands for an event. */
export function* cutIntoParts<Event extends Sized>(events: readonly Event[]): Generator<Part<Event>> {
  const sorted = inTimeOrder(events);
  let start = 0;
  let bytes = 0;
  for (let index = 0; index < sorted.length; index++) {
    const event = sorted[index]!;
    const eventBytes = event.messageBytes + EVENT_OVERHEAD_BYTES;
    const isFull =
      index - start >= MAX_BATCH_EVENTS ||
      bytes + eventBytes > MAX_BATCH_BYTES ||
      event.timestamp - sorted[start]!.timestamp > MAX_BATCH_SPAN_MILLIS;
    if (isFull && index > start) {
      yield { events: sorted.slice(start, index), bytes };
      start = index;
      bytes = 0;
    }
    bytes += eventBytes;
  }
  if (start < sorted.length) yield { events: sorted.slice(start), bytes };
}

/** Records mostly come in order already, and then need no copy. */
function inTimeOrder<Event extends Sized>(events: readonly Event[]): readonly Event[] {
  for (let index = 1; index < events.length; index++) {
    if (events[index]!.timestamp < events[index - 1]!.timestamp) {
      return events.toSorted((a, b) => a.timestamp - b.timestamp);
    }
  }
  return events;
}
