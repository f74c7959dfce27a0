import { type CorrelatedEvent } from './correlated-event.js';

/** The members that tell where an event stands. */
export type PlacedEvent = Pick<CorrelatedEvent, 'timeMillis' | 'span' | 'spanId' | 'parentSpanId'>;

/** Spans above one another that are followed, as a hostile log may name a circle of them. */
const MAX_DEPTH = 100;

/**
 * Puts events of one and the same millisecond in the order in which they must have happened: a span before those
 * that it called, and before what was logged in it. The service keeps milliseconds alone; spans tell less, but the
 * clocks of two processes agree no better.
 * @param events - in time order
 */
export function parentsFirst<E extends PlacedEvent>(events: readonly E[]): E[] {
  const ordered: E[] = [];
  for (let from = 0; from < events.length;) {
    const millisecond = Math.floor(events[from]!.timeMillis);
    let to = from + 1;
    while (to < events.length && Math.floor(events[to]!.timeMillis) === millisecond) to++;
    const together = events.slice(from, to);
    const places = to - from > 1 && together.some(({ span }) => span) ? byDepth(together) : together;
    for (const event of places) ordered.push(event);
    from = to;
  }
  return ordered;
}

function byDepth<E extends PlacedEvent>(together: readonly E[]): E[] {
  const parents = new Map<string, string | undefined>();
  for (const { span, spanId, parentSpanId } of together) {
    if (span && spanId !== undefined) parents.set(spanId, parentSpanId);
  }
  /** Spans of this millisecond above another. */
  const depthOf = (spanId: string | undefined): number => {
    let depth = 0;
    for (let above = spanId; above !== undefined && depth < MAX_DEPTH; depth++) {
      if (!parents.has(above)) break;
      above = parents.get(above);
    }
    return depth;
  };
  const placed = together.map((event) => ({
    event,
    // A span itself comes before what was logged in it, and both before the spans below.
    depth: depthOf(event.spanId) + (event.span ? 0 : 0.5),
  }));
  return placed.sort((a, b) => a.depth - b.depth).map(({ event }) => event);
}
