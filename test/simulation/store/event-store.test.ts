import { expect } from 'chai';
import { formatEventId, parseEventId, positionAt } from '../../../src/simulation/store/event-id.js';
import { type EventStore, type StoredEvent } from '../../../src/simulation/store/event-store.js';
import { createMemoryEventStore } from '../../../src/simulation/store/memory-event-store.js';

const NOW = 1_700_000_000_000;

function put(
  store: EventStore,
  logGroupName: string,
  logStreamName: string,
  events: readonly (readonly [timestamp: number, message: string])[],
  ingestionTime = NOW,
): string[] {
  const appended = store.append({
    logGroupName,
    logStreamName,
    events: events.map(([timestamp, message]) => ({ timestamp, message })),
    ingestionTime,
  });
  return events.map((_, index) => appended.eventId(index));
}

function all(chunks: Iterable<readonly StoredEvent[]>): StoredEvent[] {
  return [...chunks].flat();
}

function messages(chunks: Iterable<readonly StoredEvent[]>): string[] {
  return all(chunks).map(({ message }) => message);
}

describe('EventStore', () => {
  let store: EventStore;
  beforeEach(() => {
    store = createMemoryEventStore({ defaultIndexedFields: ['trace_id'] });
  });

  it('reads a group by timestamp, then arrival, streams interleaved', () => {
    put(store, 'g', 'a', [
      [NOW + 5, 'a5'],
      [NOW + 1, 'a1'],
    ]);
    put(store, 'g', 'b', [
      [NOW + 3, 'b3'],
      [NOW + 5, 'b5'],
    ]);
    put(store, 'g', 'a', [[NOW + 5, 'a5 again']]);
    const ascending = ['a1', 'b3', 'a5', 'b5', 'a5 again'];
    expect(messages(store.read({ logGroupName: 'g', order: 'ascending' }))).to.deep.equal(ascending);
    expect(messages(store.read({ logGroupName: 'g', order: 'descending' }))).to.deep.equal(
      [...ascending].reverse(),
    );
  });

  it('goes on behind a position, also when an older event has arrived meanwhile', () => {
    const [, second] = put(store, 'g', 'a', [
      [NOW, 'first'],
      [NOW + 10, 'second'],
      [NOW + 20, 'third'],
    ]);
    put(store, 'g', 'a', [
      [NOW + 5, 'late'],
      [NOW + 15, 'between'],
    ]);
    const after = (order: 'ascending' | 'descending'): string[] =>
      messages(store.read({ logGroupName: 'g', order, after: second }));
    expect(after('ascending')).to.deep.equal(['between', 'third']);
    expect(after('descending')).to.deep.equal(['late', 'first']);
  });

  it('starts at a millisecond with positionAt', () => {
    put(store, 'g', 'a', [
      [NOW, 'before'],
      [NOW + 1, 'at'],
    ]);
    const range = { logGroupName: 'g', after: positionAt(NOW + 1) };
    expect(messages(store.read({ ...range, order: 'ascending' }))).to.deep.equal(['at']);
    expect(messages(store.read({ ...range, order: 'descending' }))).to.deep.equal(['before']);
  });

  it('counts what an index left out', () => {
    put(store, 'g', 'a', [
      [NOW, '{"trace_id":"x","n":1}'],
      [NOW + 1, '{"trace_id":"y"}'],
      [NOW + 2, 'no json'],
    ]);
    const skipped = { records: 0, bytes: 0 };
    const conditions = [{ field: 'trace_id', values: ['x'], required: false }];
    const found = store.readIndexed({ logGroupName: 'g', order: 'descending', conditions }, skipped);
    expect(messages(found)).to.deep.equal(['{"trace_id":"x","n":1}']);
    expect(skipped).to.deep.equal({ records: 2, bytes: 23 });
  });

  it('finds an event by its ptr', () => {
    put(store, 'g', 'a', [[NOW, 'one']]);
    put(store, 'h', 'a', [[NOW, 'two']]);
    for (const logGroupName of ['g', 'h']) {
      const [event] = all(store.read({ logGroupName, order: 'ascending' }));
      expect(store.eventByPtr(event!.ptr)?.message).to.equal(event!.message);
    }
    expect(store.eventByPtr('')).to.equal(undefined);
  });
});

describe('formatEventId', () => {
  it('has 56 digits that begin with the timestamp', () => {
    const id = formatEventId(NOW, 3, 0);
    expect(id).to.match(/^\d{56}$/);
    expect(parseEventId(id)).to.deep.equal({ timestamp: NOW, groupNumber: 3, sequence: 0 });
    expect(formatEventId(0, 1, 0)).to.match(/^0\d{55}$/);
  });
});
