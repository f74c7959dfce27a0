import { expect } from 'chai';
import { parentsFirst, type PlacedEvent } from '../../../src/insights/look-up/parents-first.js';
import { type LogRecord, toRecord } from '../../../src/dashboards/model/records.js';

const AT = Date.UTC(2026, 2, 1);

/** Records in an order, of a word each: `span<parent` is a span, `(span)` is what was logged in it. */
function order(text: string, laterFrom = Infinity): string {
  const records = text.split(' ').map((word, index): LogRecord => {
    const [, logged, spanId, parentSpanId] = /^(?:\((\w+)\)|(\w+)(?:<(\w+))?)$/.exec(word)!;
    const at = AT + (index >= laterFrom ? 1 : 0);
    const base = toRecord({ timestampMillis: at, logGroup: 'g', logStream: 's', message: word }, index);
    const span = spanId === undefined ? undefined : { endMillis: at, durationMillis: 0 };
    return { ...base, spanId: spanId ?? logged, parentSpanId, span } as LogRecord;
  });
  const ordered = parentsFirst(records);
  return ordered.map(({ message }) => message).join(' ');
}

describe('parentsFirst', () => {
  it('puts a span before its children, and before what was logged in it', () => {
    expect(order('c<b (a) b<a a')).to.equal('a (a) b<a c<b');
    expect(order('(b) b<a a (a)')).to.equal('a (a) b<a (b)');
  });

  it('keeps what was in order', () => {
    expect(order('a b<a (b)')).to.equal('a b<a (b)');
    expect(order('(x) (y) (z)')).to.equal('(x) (y) (z)');
    expect(order('b<x a')).to.equal('b<x a');
  });

  it('never puts a record before an earlier millisecond', () => {
    expect(order('b<a a', 1)).to.equal('b<a a');
  });

  it('takes no part of a millisecond for an order, as the clocks of processes differ', () => {
    const at = (timeMillis: number, spanId: string, parentSpanId?: string): object => ({
      timeMillis,
      spanId,
      parentSpanId,
      span: {},
    });
    const child = at(AT + 0.2, 'b', 'a');
    const parent = at(AT + 0.7, 'a');
    const later = at(AT + 1, 'c');
    expect(parentsFirst([child, parent, later] as PlacedEvent[])).to.deep.equal([parent, child, later]);
  });

  it('ends with spans in a circle', () => {
    expect(order('a<b b<a c')).to.match(/^c /);
    expect(order('a<a')).to.equal('a<a');
  });
});
