import { EVENT_OVERHEAD_BYTES } from '../../cloudwatch/limits.js';
import type { ServiceContext } from './service-context.js';
import type { ReadRange, StoredEvent } from '../store/event-store.js';

/** Bytes of the events of one page. Source: GetLogEvents and FilterLogEvents, "up to 1 MB". */
const MAX_PAGE_BYTES = 1_048_576;

/** Events that one request looks at: a page may be empty though more follows. */
const MAX_SCANNED_EVENTS = 200_000;

/** Part of what a read finds. */
export interface EventPage {
  /** In reading order. */
  readonly events: readonly StoredEvent[];
  /** Position behind the last event that was looked at; undefined when there is nothing more to look at. */
  readonly next: string | undefined;
}

/** Reads one page, letting other requests run between chunks. */
export async function readEventPage(
  context: ServiceContext,
  range: ReadRange,
  limit: number,
  matches?: (message: string) => boolean,
): Promise<EventPage> {
  const events: StoredEvent[] = [];
  let bytes = 0;
  let scanned = 0;
  let last: StoredEvent | undefined;
  for (const chunk of context.events.read(range)) {
    for (const event of chunk) {
      if (scanned >= MAX_SCANNED_EVENTS) return { events, next: last?.eventId };
      scanned++;
      if (matches && !matches(event.message)) {
        last = event;
        continue;
      }
      bytes += event.messageBytes + EVENT_OVERHEAD_BYTES;
      const full = events.length === limit || (events.length > 0 && bytes > MAX_PAGE_BYTES);
      if (full) return { events, next: last?.eventId };
      events.push(event);
      last = event;
    }
    await new Promise(setImmediate);
  }
  return { events, next: undefined };
}
