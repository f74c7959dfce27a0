import { EVENT_OVERHEAD_BYTES } from '../cloudwatch/limits.js';
import {
  type Destination,
  type EncodedEvent,
  type EventKeeper,
  type LogEventBatch,
} from '../delivery/encoded-event.js';
import { MAX_STORED_BYTES } from '../delivery/foreign-content.js';
import { type BackEndLimits } from './back-end.js';
import { contentBytesOf } from './event-content.js';
import { type Places } from './places.js';

/** The limits with all defaults. */
export interface Limits extends BackEndLimits {
  readonly eventOverheadBytes: number;
}

/** Bytes of the largest request. Twice as many can be stored, as what JSON escapes takes more bytes in a file. */
export const MAX_REQUEST_BYTES = MAX_STORED_BYTES / 2;

/** Bytes that the content of an event takes in a file. */
export function storedBytesOf({ messageJson }: EncodedEvent): number {
  return Buffer.byteLength(messageJson);
}

/** Whether so many events of so many bytes are more than one request takes. */
export function exceeds({ maxEvents, maxBytes }: Limits, events: number, bytes: number): boolean {
  return events > maxEvents || bytes > maxBytes;
}

/** Bytes that an event takes of a request. */
export function requestBytesOf(event: EncodedEvent, { eventOverheadBytes }: Limits): number {
  return contentBytesOf(event) + eventOverheadBytes;
}

/** Cuts events of one destination into batches, each within the back end's limits, and as large as a file may be. */
export function* cutBatches(
  events: readonly EncodedEvent[],
  {
    destination,
    limits,
    places,
    keeper,
  }: {
    readonly destination: Destination;
    readonly limits: Limits;
    readonly places: Places;
    /** Who keeps the events safe, if anybody does. */
    readonly keeper?: EventKeeper | undefined;
  },
): Generator<LogEventBatch> {
  let batch: EncodedEvent[] = [];
  let bytes = 0;
  let requestBytes = 0;
  let storedBytes = 0;
  const close = (): LogEventBatch => ({
    destination,
    entity: places.ownEntity(),
    events: batch,
    bytes,
    keeper,
  });
  for (const event of [...events].sort((a, b) => a.timestamp - b.timestamp)) {
    const more = event.messageBytes + EVENT_OVERHEAD_BYTES;
    const moreOfRequest = requestBytesOf(event, limits);
    const moreStored = storedBytesOf(event);
    const isTooMuch =
      storedBytes + moreStored > MAX_STORED_BYTES ||
      exceeds(limits, batch.length + 1, requestBytes + moreOfRequest);
    if (isTooMuch && batch.length > 0) {
      yield close();
      batch = [];
      bytes = 0;
      requestBytes = 0;
      storedBytes = 0;
    }
    batch.push(event);
    bytes += more;
    requestBytes += moreOfRequest;
    storedBytes += moreStored;
  }
  if (batch.length > 0) yield close();
}
