import { expect } from 'chai';
import { MAX_BATCH_BYTES, MAX_BATCH_EVENTS, MAX_BATCH_SPAN_MILLIS } from '../../src/cloudwatch/limits.js';
import { type Destination, type EncodedEvent, type LogEventBatch } from '../../src/delivery/encoded-event.js';
import { countedBytes } from '../../src/delivery/event-list.js';
import { EventCollector } from '../../src/encoding/event-collector.js';
import { type Place } from '../../src/encoding/place.js';
import { encodeEvent } from '../../src/encoding/encode-event.js';

const destination = (logStreamName: string): Destination => ({ logGroupName: '/g', logStreamName });
const place = (to: Destination, service?: string): Place => ({
  destination: to,
  entity: service === undefined ? undefined : { keyAttributes: { Name: service }, attributes: {} },
});

/** Writes an event to where the collector wants it. */
function write(collector: EventCollector, to: Place, event: EncodedEvent): void {
  collector.page.add(event);
  collector.settle(to);
}

function shown(batches: readonly LogEventBatch[]): unknown[] {
  return batches.map(({ destination: { logStreamName }, entity, events, bytes }) => {
    expect(bytes).to.equal(countedBytes(events));
    const messages = events.map(({ messageJson }) => JSON.parse(messageJson) as string).join(' ');
    return [logStreamName, ...(entity ? [entity.keyAttributes.Name] : []), messages];
  });
}

describe('EventCollector', () => {
  it('gathers by destination and entity, each in the order in which they came', () => {
    const collector = new EventCollector();
    const [a, b] = [destination('a'), destination('b')];
    const places = [place(a), place(b), place(a, 'x'), place(a, 'x'), place(a, 'y')];
    for (let round = 0; round < 2; round++) {
      for (const [index, one] of places.entries()) {
        write(collector, one, encodeEvent(round + 1, `${index}.${round}`));
      }
    }
    collector.add({ ...places[1]! }, [encodeEvent(3, 'object')]);
    expect(shown(collector.finish())).to.deep.equal([
      ['a', '0.0 0.1'],
      ['a', 'x', '2.0 3.0 2.1 3.1'],
      ['a', 'y', '4.0 4.1'],
      ['b', '1.0 1.1 object'],
    ]);
  });

  it('is empty where nothing came', () => {
    expect(new EventCollector().finish()).to.deep.equal([]);
    const collector = new EventCollector();
    expect(collector.page.length).to.equal(0);
    expect(collector.finish()).to.deep.equal([]);
  });

  it('puts no more into a batch than the service takes', () => {
    const to = place(destination('a'));
    const half = 'x'.repeat(MAX_BATCH_BYTES / 2 - 26);
    const bytes = new EventCollector();
    for (let count = 0; count < 5; count++) write(bytes, to, encodeEvent(1, half));
    expect(bytes.finish().map(({ events }) => events.length)).to.deep.equal([2, 2, 1]);
    const many = new EventCollector();
    for (let count = 0; count <= MAX_BATCH_EVENTS; count++) write(many, to, encodeEvent(1, 'x'));
    expect(many.finish().map(({ events }) => events.length)).to.deep.equal([MAX_BATCH_EVENTS, 1]);
    const long = new EventCollector();
    for (const timestamp of [1, 1 + MAX_BATCH_SPAN_MILLIS, 2 + MAX_BATCH_SPAN_MILLIS]) {
      write(long, to, encodeEvent(timestamp, 'x'));
    }
    expect(long.finish().map(({ events }) => events.length)).to.deep.equal([2, 1]);
  });

  it('sorts events that came out of order, and makes few batches of times far apart', () => {
    const to = place(destination('a'));
    const collector = new EventCollector();
    for (let count = 0; count < 50; count++) {
      write(collector, to, encodeEvent(2 * MAX_BATCH_SPAN_MILLIS + 1000 - count, `new${count}`));
      write(collector, to, encodeEvent(1000 - count, `old${count}`));
    }
    const batches = collector.finish();
    expect(batches.length).to.be.at.most(3);
    let last = 0;
    for (const { events } of batches.slice(1)) {
      for (const { timestamp } of events) {
        expect(timestamp).to.be.at.least(last);
        last = timestamp;
      }
    }
    const messages = batches.flatMap(({ events }) => events.map(({ messageJson }) => messageJson));
    expect(new Set(messages).size).to.equal(100);
  });

  it('leaves events that somebody keeps the objects that they are', () => {
    const nothing = (): void => undefined;
    const keeper = { sending: nothing, release: nothing, finish: nothing, giveBack: () => 0 };
    const collector = new EventCollector(0, keeper);
    const event = encodeEvent(1, 'kept');
    collector.add(place(destination('a')), [event]);
    const [batch] = collector.finish();
    expect(batch).to.include({ keeper });
    expect([...batch!.events][0]).to.equal(event);
  });
});
