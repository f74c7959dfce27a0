import { type CorrelatedEvent } from '../../insights/look-up/correlated-event.js';
import {
  buildTraces,
  type SpanEvent,
  type SpanNode,
  type TraceTree,
} from '../../insights/look-up/trace-tree.js';
import { type Found, parsedPart, takenOut } from './found.js';

/** What remains of an event that is written: its place in the tree, and in the list. */
interface PlacedEvent extends SpanEvent {
  readonly index: number;
}

/** One JSON object: what was found, each event once; spans name their events by their place in `events`. */
export function* jsonDocument({ events, summary }: Found): Generator<string, void> {
  const head = JSON.stringify({ ...summary, events: undefined });
  yield `${head.slice(0, -1)},"events":[`;
  const placed: PlacedEvent[] = [];
  let comma = '';
  for (const event of takenOut(events)) {
    yield comma + JSON.stringify(parsedPart(event));
    placed.push(placedEvent(event, placed.length));
    comma = ',';
  }
  yield '],"traces":[';
  comma = '';
  for (const trace of buildTraces(placed)) {
    yield comma;
    yield* traceText(trace);
    comma = ',';
  }
  yield ']}';
}

function placedEvent(
  { traceId, spanId, parentSpanId, service, span, timeMillis, isError }: CorrelatedEvent,
  index: number,
): PlacedEvent {
  return { traceId, spanId, parentSpanId, service, span, timeMillis, isError, index };
}

/** Spans as a list, parents before their children: a hostile log may nest deeper than a stack. */
function* traceText({ roots, looseEvents, ...trace }: TraceTree<PlacedEvent>): Generator<string, void> {
  yield `${JSON.stringify(trace).slice(0, -1)},"spans":[`;
  const pending = roots.toReversed().map((node) => ({ node, depth: 0 }));
  let comma = '';
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { node, depth } = next;
    yield comma + JSON.stringify(spanPart(node, depth));
    comma = ',';
    for (const child of node.children.toReversed()) pending.push({ node: child, depth: depth + 1 });
  }
  yield `],"looseEvents":${JSON.stringify(looseEvents.map(({ index }) => index))}}`;
}

function spanPart({ children: _, events, ...span }: SpanNode<PlacedEvent>, depth: number): object {
  return { ...span, depth, events: events.map(({ index }) => index) };
}
