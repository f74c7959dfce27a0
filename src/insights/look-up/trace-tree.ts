import { type CorrelatedEvent } from './correlated-event.js';

/** The part of an event that a tree is built from: the ids, time and outcome of an event. */
export type SpanEvent = Pick<
  CorrelatedEvent,
  'traceId' | 'spanId' | 'parentSpanId' | 'service' | 'span' | 'timeMillis' | 'isError'
>;

/** One span, as far as it is known, and the events that were logged in it. */
export interface SpanNode<E extends SpanEvent = CorrelatedEvent> {
  readonly spanId: string;
  readonly parentSpanId?: string | undefined;
  /** Only where the span itself was found (`aws/spans`). */
  readonly name?: string | undefined;
  readonly kind?: string | undefined;
  readonly service?: string | undefined;
  /** Begin of the span where it was found, else of the events logged in it. Milliseconds since 1970. */
  readonly startMillis?: number | undefined;
  readonly endMillis?: number | undefined;
  readonly durationMillis?: number | undefined;
  /** The span failed, or an error was logged in it. */
  readonly hasError: boolean;
  /** A gap: others name it as their parent, but nothing of it was found. */
  readonly isMissing: boolean;
  /** In time order, without the span's own record. */
  readonly events: readonly E[];
  /** In the order in which they began. */
  readonly children: readonly SpanNode<E>[];
}

/** All that was found of one trace. */
export interface TraceTree<E extends SpanEvent = CorrelatedEvent> {
  readonly traceId: string;
  readonly startMillis: number;
  readonly endMillis: number;
  readonly hasError: boolean;
  /** Spans that were named as a parent but not found. */
  readonly missingSpans: number;
  readonly roots: readonly SpanNode<E>[];
  /** Events of the trace that name no span. */
  readonly looseEvents: readonly E[];
}

/** Groups events into traces and spans. Events without a trace id belong to none. */
export function buildTraces<E extends SpanEvent = CorrelatedEvent>(events: readonly E[]): TraceTree<E>[] {
  const byTrace = new Map<string, E[]>();
  for (const event of events) {
    if (event.traceId === undefined) continue;
    const list = byTrace.get(event.traceId);
    if (list) list.push(event);
    else byTrace.set(event.traceId, [event]);
  }
  return [...byTrace].map(([traceId, ofTrace]) => buildTrace(traceId, ofTrace));
}

/** How deep each span lies, roots at 0. */
export function spanDepths<E extends SpanEvent>(traces: readonly TraceTree<E>[]): Map<string, number> {
  const depths = new Map<string, number>();
  const pending = traces.flatMap((trace) => trace.roots.map((node) => ({ node, depth: 0 })));
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { node, depth } = next;
    depths.set(node.spanId, depth);
    for (const child of node.children) pending.push({ node: child, depth: depth + 1 });
  }
  return depths;
}

interface SpanParts<E> {
  parentSpanId?: string | undefined;
  record?: E | undefined;
  events: E[];
  children: string[];
  isMissing: boolean;
}

function buildTrace<E extends SpanEvent>(traceId: string, events: readonly E[]): TraceTree<E> {
  const spans = collectSpans(events);
  const roots = linkSpans(spans);
  const nodes = buildNodes(spans, roots);
  return {
    traceId,
    startMillis: minimum(events.map((event) => event.timeMillis))!,
    endMillis: maximum(events.map((event) => event.span?.endMillis ?? event.timeMillis))!,
    hasError: events.some((event) => event.isError),
    missingSpans: [...spans.values()].filter((span) => span.isMissing).length,
    roots: nodes,
    looseEvents: events.filter((event) => event.spanId === undefined),
  };
}

function collectSpans<E extends SpanEvent>(events: readonly E[]): Map<string, SpanParts<E>> {
  const spans = new Map<string, SpanParts<E>>();
  for (const event of events) {
    if (event.spanId === undefined) continue;
    let span = spans.get(event.spanId);
    if (!span) {
      span = { events: [], children: [], isMissing: false };
      spans.set(event.spanId, span);
    }
    if (event.span && !span.record) span.record = event;
    else span.events.push(event);
    // A span's own record knows its parent best.
    if (event.parentSpanId !== undefined && (event.span ?? span.parentSpanId === undefined)) {
      span.parentSpanId = event.parentSpanId;
    }
  }
  return spans;
}

/** Hangs each span under its parent, adding the parents that were not found. @returns the roots' ids */
function linkSpans<E>(spans: Map<string, SpanParts<E>>): string[] {
  cutCircles(spans);
  const roots: string[] = [];
  for (const [spanId, { parentSpanId }] of [...spans]) {
    if (parentSpanId === undefined) {
      roots.push(spanId);
      continue;
    }
    let parent = spans.get(parentSpanId);
    if (!parent) {
      parent = { events: [], children: [], isMissing: true };
      spans.set(parentSpanId, parent);
      roots.push(parentSpanId);
    }
    parent.children.push(spanId);
  }
  return roots;
}

/** Makes a root of one span in each circle of parents: else the whole circle would hang under nothing. */
function cutCircles<E>(spans: ReadonlyMap<string, SpanParts<E>>): void {
  const done = new Set<string>();
  for (const start of spans.keys()) {
    const way = new Set<string>();
    for (let id = start; !done.has(id);) {
      way.add(id);
      const span = spans.get(id);
      if (span?.parentSpanId === undefined) break;
      if (way.has(span.parentSpanId)) {
        span.parentSpanId = undefined;
        break;
      }
      id = span.parentSpanId;
    }
    for (const id of way) done.add(id);
  }
}

/** Builds the nodes from the leaves up, without recursion: a hostile log may nest without end. */
function buildNodes<E extends SpanEvent>(
  spans: ReadonlyMap<string, SpanParts<E>>,
  roots: readonly string[],
): SpanNode<E>[] {
  const order = [...roots];
  // One by one, here and elsewhere: a hundred thousand arguments overflow the stack.
  for (const id of order) for (const child of spans.get(id)!.children) order.push(child);
  const nodes = new Map<string, SpanNode<E>>();
  for (const id of order.reverse()) {
    const span = spans.get(id)!;
    const children = span.children.map((child) => nodes.get(child)!).sort(byStart);
    nodes.set(id, toNode(id, span, children));
  }
  return roots.map((id) => nodes.get(id)!).sort(byStart);
}

function toNode<E extends SpanEvent>(
  spanId: string,
  span: SpanParts<E>,
  children: readonly SpanNode<E>[],
): SpanNode<E> {
  const { record, events } = span;
  const service = [record, ...events].find((event) => event?.service !== undefined)?.service;
  const times = events.map((event) => event.timeMillis);
  const startMillis =
    record?.span?.startMillis ??
    minimum(times) ??
    // A gap begins, at the latest, when its first child does: that is where it stands in the order.
    minimum(children.flatMap((child) => child.startMillis ?? []));
  const endMillis = record?.span?.endMillis ?? maximum(times);
  return {
    spanId,
    ...(span.parentSpanId !== undefined && { parentSpanId: span.parentSpanId }),
    ...(record?.span && { name: record.span.name }),
    ...(record?.span?.kind !== undefined && { kind: record.span.kind }),
    ...(service !== undefined && { service }),
    ...(startMillis !== undefined && { startMillis }),
    ...(endMillis !== undefined && { endMillis }),
    ...(record?.span?.durationMillis !== undefined && { durationMillis: record.span.durationMillis }),
    hasError: (record?.isError ?? false) || events.some((event) => event.isError),
    isMissing: span.isMissing,
    events,
    children,
  };
}

function byStart<E extends SpanEvent>(a: SpanNode<E>, b: SpanNode<E>): number {
  return (a.startMillis ?? Infinity) - (b.startMillis ?? Infinity) || (a.spanId < b.spanId ? -1 : 1);
}

// Not Math.min(...): a hundred thousand arguments overflow the stack.
function minimum(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((a, b) => (b < a ? b : a));
}

function maximum(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((a, b) => (b > a ? b : a));
}
