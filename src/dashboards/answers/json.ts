import { type CorrelatedEvent } from '../../insights/look-up/correlated-event.js';
import { buildTraces, type SpanNode, type TraceTree } from '../../insights/look-up/trace-tree.js';
import { type Found, parsedPart } from './found.js';

/** One JSON object: what was found, each event once; spans name their events by their place in `events`. */
export function* jsonDocument({ events, summary }: Found): Generator<string, void> {
  const head = JSON.stringify({ ...summary, events: undefined });
  yield `${head.slice(0, -1)},"events":[`;
  let comma = '';
  for (const event of events) {
    yield comma + JSON.stringify(parsedPart(event));
    comma = ',';
  }
  yield '],"traces":[';
  comma = '';
  const places = new Map(events.map((event, index) => [event, index]));
  for (const trace of buildTraces(events)) {
    yield comma + traceText(trace, places);
    comma = ',';
  }
  yield ']}';
}

/** Spans as a list, parents before their children: a hostile log may nest deeper than a stack. */
function traceText(
  { roots, looseEvents, ...trace }: TraceTree,
  places: ReadonlyMap<CorrelatedEvent, number>,
): string {
  const spans: object[] = [];
  const pending = roots.toReversed().map((node) => ({ node, depth: 0 }));
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { node, depth } = next;
    spans.push(spanPart(node, depth, places));
    for (const child of node.children.toReversed()) pending.push({ node: child, depth: depth + 1 });
  }
  return JSON.stringify({ ...trace, spans, looseEvents: looseEvents.map((event) => places.get(event)) });
}

function spanPart(
  { children: _, events, ...span }: SpanNode,
  depth: number,
  places: ReadonlyMap<CorrelatedEvent, number>,
): object {
  return { ...span, depth, events: events.map((event) => places.get(event)) };
}
