import { parseMessage } from '../messages/message-parser.js';
import { type ParsedMessage } from '../messages/parsed-message.js';
import { ERROR_SEVERITY } from '../messages/severity.js';

/** A stored log event as a look-up found it. */
export interface FoundEvent {
  /** Milliseconds since 1970. */
  readonly timestampMillis: number;
  readonly ingestionMillis?: number | undefined;
  readonly logGroup: string;
  readonly logStream: string;
  /** As stored. */
  readonly message: string;
  /** `@ptr`, which GetLogRecord takes; only of events that a query found. */
  readonly pointer?: string | undefined;
  /** The id that the service gave it; only events that FilterLogEvents found have one. */
  readonly eventId?: string | undefined;
}

/** A log event of a look-up, with what its message says. */
export interface CorrelatedEvent extends FoundEvent, ParsedMessage {
  /** Where it lies in the timeline: the start of a span, the timestamp of any other event. Milliseconds. */
  readonly timeMillis: number;
  /** Severity ERROR or above, an exception, or a span that failed. */
  readonly isError: boolean;
}

/** Reads a found event's message. */
export function toCorrelatedEvent(event: FoundEvent): CorrelatedEvent {
  const parsed = parseMessage(event.message);
  return {
    ...event,
    ...parsed,
    timeMillis: parsed.span?.startMillis ?? event.timestampMillis,
    isError:
      parsed.span?.hasError === true ||
      (parsed.severityNumber !== undefined
        ? parsed.severityNumber >= ERROR_SEVERITY
        : parsed.exception !== undefined),
  };
}

/** Orders events by time; equal times by ingestion, group and stream, so that the order is always the same. */
export function compareEvents(a: CorrelatedEvent, b: CorrelatedEvent): number {
  return (
    a.timeMillis - b.timeMillis ||
    (a.ingestionMillis ?? 0) - (b.ingestionMillis ?? 0) ||
    compareText(a.logGroup, b.logGroup) ||
    compareText(a.logStream, b.logStream)
  );
}

/**
 * Merges what several sources found. Sources overlap (two spellings of an id, a query and
 * FilterLogEvents), and one stream may hold the same line twice: an event counts as often as the source
 * that saw it most often says.
 */
export function mergeFoundEvents(sources: readonly (readonly FoundEvent[])[]): FoundEvent[] {
  const merged: FoundEvent[] = [];
  for (const source of sources) {
    // A list that is alone, as one mostly is, needs no keys: these are as long as the events themselves.
    const known = merged.length === 0 ? undefined : countByKey(merged, timesOf(source));
    for (const event of source) if (!known || !takeOne(known, event)) merged.push(event);
  }
  return merged;
}

/** How often each of the events is there whose time another source names too. */
function countByKey(events: readonly FoundEvent[], times: ReadonlySet<number>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const event of events) {
    if (!times.has(event.timestampMillis)) continue;
    const key = keyOf(event);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

/** Takes an event off the counts. @returns whether there was one */
function takeOne(counts: Map<string, number>, event: FoundEvent): boolean {
  if (counts.size === 0) return false;
  const key = keyOf(event);
  const count = counts.get(key) ?? 0;
  if (count > 0) counts.set(key, count - 1);
  return count > 0;
}

const timesOf = (events: readonly FoundEvent[]): Set<number> =>
  new Set(events.map(({ timestampMillis }) => timestampMillis));

function keyOf({ logGroup, logStream, timestampMillis, message }: FoundEvent): string {
  return JSON.stringify([logGroup, logStream, timestampMillis, message]);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
