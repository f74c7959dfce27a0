import { type CorrelatedEvent, type CorrelationResult, type SpanNode } from '../insights/index.js';

/**
 * What a look-up found, with each event once, as the look-up handler answers it: trees of spans name events by
 * their place in `events`, and the message as JSON is the message.
 */
export function lookUpJson(result: CorrelationResult): object {
  const places = new Map(result.events.map((event, index) => [event, index]));
  const placeOf = (event: CorrelatedEvent): number => places.get(event)!;
  return {
    ...result,
    events: result.events.map((event) => eventJson(event)),
    traces: result.traces.map(({ roots, looseEvents, ...trace }) => ({
      ...trace,
      roots: roots.map((root) => nodeJson(root, placeOf)),
      looseEvents: looseEvents.map(placeOf),
    })),
  };
}

function eventJson(event: CorrelatedEvent): object {
  const { json: _, ...rest } = event;
  return rest;
}

type Json = Record<string, unknown>;

/** Without recursion: a hostile log may nest without end. */
function nodeJson(root: SpanNode, placeOf: (event: CorrelatedEvent) => number): Json {
  const shallow = ({ events, children: _, ...node }: SpanNode): Json & { children: Json[] } => ({
    ...node,
    events: events.map(placeOf),
    children: [],
  });
  const whole = shallow(root);
  const pending = [{ node: root, json: whole }];
  for (let next = pending.pop(); next; next = pending.pop()) {
    for (const child of next.node.children) {
      const json = shallow(child);
      next.json.children.push(json);
      pending.push({ node: child, json });
    }
  }
  return whole;
}
