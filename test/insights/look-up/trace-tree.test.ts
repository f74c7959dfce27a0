import { expect } from 'chai';
import { type CorrelatedEvent, toCorrelatedEvent } from '../../../src/insights/look-up/correlated-event.js';
import { buildTraces, spanDepths, type SpanNode } from '../../../src/insights/look-up/trace-tree.js';

function event(timestampMillis: number, message: object): CorrelatedEvent {
  const found = { timestampMillis, logGroup: '/apps/a', logStream: 's', message: JSON.stringify(message) };
  return toCorrelatedEvent(found);
}

function span(
  spanId: string,
  parentSpanId: string | undefined,
  start: number,
  more: object = {},
): CorrelatedEvent {
  const times = { startTimeUnixNano: start * 1e6, durationNano: 5e6 };
  return event(start, {
    name: spanId.toUpperCase(),
    traceId: 't',
    spanId,
    ...(parentSpanId && { parentSpanId }),
    ...times,
    ...more,
  });
}

const outline = (nodes: readonly SpanNode[]): unknown[] =>
  nodes.map((node) => [node.spanId, ...outline(node.children)]);

describe('buildTraces', () => {
  it('hangs spans under their parents, in the order in which they began', () => {
    const [trace] = buildTraces([span('c', 'a', 30), span('a', undefined, 10), span('b', 'a', 20)]);
    expect(outline(trace!.roots)).to.deep.equal([['a', ['b'], ['c']]]);
    expect(trace).to.include({
      traceId: 't',
      startMillis: 10,
      endMillis: 35,
      hasError: false,
      missingSpans: 0,
    });
  });

  it('puts log events into their spans and marks errors', () => {
    const [trace] = buildTraces([
      span('a', undefined, 10),
      event(12, {
        trace_id: 't',
        span_id: 'a',
        body: 'x',
        severity_number: 17,
        resource: { 'service.name': 's1' },
      }),
      event(13, { trace_id: 't', body: 'loose' }),
    ]);
    const [root] = trace!.roots;
    expect(root).to.include({ name: 'A', service: 's1', hasError: true, durationMillis: 5 });
    expect(root!.events.map((one) => one.text)).to.deep.equal(['x']);
    expect(trace!.looseEvents.map((one) => one.text)).to.deep.equal(['loose']);
  });

  it('knows spans from their log events alone', () => {
    const [trace] = buildTraces([
      event(5, { trace_id: 't', span_id: 'b', body: '1' }),
      event(3, { trace_id: 't', span_id: 'a', body: '2' }),
      event(9, { trace_id: 't', span_id: 'b', body: '3' }),
    ]);
    expect(trace!.roots.map((node) => [node.spanId, node.startMillis, node.endMillis])).to.deep.equal([
      ['a', 3, 3],
      ['b', 5, 9],
    ]);
  });

  it('marks a parent that was not found as a gap', () => {
    const [trace] = buildTraces([span('b', 'gone', 20), span('c', 'gone', 30)]);
    expect(trace!.missingSpans).to.equal(1);
    expect(trace!.roots[0]).to.include({ spanId: 'gone', isMissing: true, startMillis: 20 });
    expect(outline(trace!.roots)).to.deep.equal([['gone', ['b'], ['c']]]);
  });

  it('loses no span where parents form a circle', () => {
    const [trace] = buildTraces([span('a', 'b', 1), span('b', 'a', 2), span('c', 'c', 3)]);
    const ids = [...spanDepths([trace!]).keys()].sort();
    expect(ids).to.deep.equal(['a', 'b', 'c']);
  });

  it('stands a chain of 5,000 spans', () => {
    const spans = Array.from({ length: 5_000 }, (_, n) => span(`s${n}`, n > 0 ? `s${n - 1}` : undefined, n));
    const traces = buildTraces(spans);
    expect(spanDepths(traces).get('s4999')).to.equal(4_999);
  });

  it('keeps traces apart and leaves events without a trace out', () => {
    const traces = buildTraces([
      event(1, { trace_id: 'x', body: '' }),
      event(2, { trace_id: 'y', body: '' }),
      event(3, { body: 'z' }),
    ]);
    expect(traces.map((trace) => trace.traceId)).to.deep.equal(['x', 'y']);
  });
});
