import { EVENT_OVERHEAD_BYTES } from '../cloudwatch/limits.js';
import { type EncodedEvents } from './encoded-event.js';
import { PackedEvents } from './packed-events.js';

/** Bytes of events as the service counts and bills them: messages plus overhead. */
export function countedBytes(events: EncodedEvents): number {
  if (events instanceof PackedEvents) return events.countedBytes;
  let bytes = 0;
  for (const { messageBytes } of events) bytes += messageBytes + EVENT_OVERHEAD_BYTES;
  return bytes;
}

/** When the first event of a batch happened, which is the oldest, in milliseconds since 1970. */
export function oldestTimestamp(events: EncodedEvents): number {
  if (events instanceof PackedEvents) return events.timestampOf(0);
  const [first] = events;
  return first!.timestamp;
}

/** When the last event of a batch happened, which is the newest, in milliseconds since 1970. */
export function newestTimestamp(events: EncodedEvents): number {
  if (events instanceof PackedEvents) return events.timestampOf(events.length - 1);
  const [last] = events.slice(-1);
  return last!.timestamp;
}

/** The events of several lists as one, in time order; those of one millisecond keep their order. */
export function joinEvents(lists: readonly EncodedEvents[]): EncodedEvents {
  if (lists.every((list) => list instanceof PackedEvents)) return PackedEvents.join(lists);
  return lists.flatMap((list) => [...list]).sort((a, b) => a.timestamp - b.timestamp);
}
