import { expect } from 'chai';
import fc from 'fast-check';
import { gunzipSync } from 'node:zlib';
import { EVENT_OVERHEAD_BYTES } from '../../src/cloudwatch/limits.js';
import { type EncodedEvent } from '../../src/delivery/encoded-event.js';
import { countedBytes, oldestTimestamp } from '../../src/delivery/event-list.js';
import { EventPage } from '../../src/delivery/event-page.js';
import { PackedEvents } from '../../src/delivery/packed-events.js';
import { requestBodyOf } from '../../src/delivery/request-body.js';
import { destination, event } from './builders.js';

const START = Buffer.from('{"logEvents":[');
const entity = { keyAttributes: { Type: 'Service', Name: 'é' }, attributes: {} };

const events = fc.array(
  fc
    .tuple(
      fc.oneof(fc.integer({ min: 1, max: 2 ** 45 }), fc.integer({ min: 1e12, max: 1e13 - 1 })),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 400 }),
    )
    .map(([timestamp, message]) => event(message, timestamp)),
  { minLength: 1, maxLength: 40 },
);

function readBody(bytes: Uint8Array): { logEvents: { timestamp: number; message: string }[] } {
  return JSON.parse(Buffer.from(bytes).toString()) as ReturnType<typeof readBody>;
}

function plain(list: readonly EncodedEvent[]): { timestamp: number; message: string }[] {
  return list.map(({ timestamp, messageJson }) => ({
    timestamp,
    message: JSON.parse(messageJson) as string,
  }));
}

describe('PackedEvents', () => {
  it('gives the events back, whole and in part, as bytes and compressed', async () => {
    await fc.assert(
      fc.asyncProperty(events, fc.nat(40), fc.nat(40), async (list, from, to) => {
        const packed = PackedEvents.of(list);
        const check = (): void => {
          expect(packed.length).to.equal(list.length);
          expect([...packed]).to.deep.equal(list);
          expect(packed.map(({ timestamp }, index) => [timestamp, index])).to.deep.equal(
            list.map(({ timestamp }, index) => [timestamp, index]),
          );
          const end = Math.min(to, list.length);
          expect([...packed.slice(from, end)]).to.deep.equal(list.slice(from, end));
          expect(countedBytes(packed)).to.equal(countedBytes(list));
          expect(oldestTimestamp(packed)).to.equal(list[0]!.timestamp);
          expect(readBody(packed.body(START)).logEvents).to.deep.equal(plain(list));
          expect(packed.bodyBytes(START)).to.equal(packed.body(START).length);
        };
        check();
        const compressed = await packed.compressedBody(START);
        expect(readBody(gunzipSync(compressed)).logEvents).to.deep.equal(plain(list));
        check();
      }),
      { seed: 20261126, numRuns: 60 },
    );
  });

  it('keeps what it has while others use the memory that it let go of', async () => {
    const list = Array.from({ length: 50 }, (_, index) => event(`message ${index}`, index + 1));
    const packed = PackedEvents.of(list);
    const before = packed[Symbol.iterator]();
    expect(before.next().value).to.deep.equal(list[0]);
    const part = packed.slice(10, 20);
    await packed.compressedBody(START);
    for (let count = 0; count < 4; count++) {
      const other = new EventPage();
      other.bytes.fill(0);
      other.add(event('other', 5));
    }
    expect([...before]).to.deep.equal(list.slice(1));
    expect([...packed]).to.deep.equal(list);
    expect([...part]).to.deep.equal(list.slice(10, 20));
  });

  it('compresses once, however often it is asked meanwhile', async () => {
    const packed = PackedEvents.of([event('one', 1)]);
    const asked = [packed.compressedBody(START), packed.compressedBody(START)];
    const [first, second] = await Promise.all(asked);
    expect(first).to.equal(second);
    expect(await packed.compressedBody(START)).to.equal(first);
  });

  it('takes the start of a request that is longer than the room before the events', async () => {
    const long = Buffer.from(`{"logGroupName":"${'g'.repeat(2000)}","logEvents":[`);
    const packed = PackedEvents.of([event('one', 1), event('two', 2)]);
    const compressed = await packed.compressedBody(long);
    expect(readBody(gunzipSync(compressed)).logEvents).to.have.length(2);
    expect([...packed].map(({ messageJson }) => messageJson)).to.deep.equal(['"one"', '"two"']);
  });
});

describe('requestBodyOf', () => {
  const list = Array.from({ length: 30 }, (_, index) => event(`message ${index} of some length`, index + 1));
  const batch = { destination, entity, events: list, bytes: countedBytes(list) };
  const expected = { ...destination, entity, logEvents: plain(list) };

  it('has the members of the request, from events of either kind', async () => {
    for (const one of [batch, { ...batch, events: PackedEvents.of(list) }]) {
      const { bytes, encoding } = await requestBodyOf(one, 'gzip');
      expect(encoding).to.equal('gzip');
      expect(readBody(gunzipSync(bytes))).to.deep.equal(expected);
      const plainBody = await requestBodyOf(one, 'none');
      expect(plainBody.encoding).to.equal(undefined);
      expect(readBody(plainBody.bytes)).to.deep.equal(expected);
    }
  });

  it('compresses from 1,024 bytes on', async () => {
    const start = JSON.stringify({ ...destination, logEvents: [] }).length - 2;
    const frame = '{"timestamp":1700000000000,"message":""}'.length + 2;
    for (const [bytes, encoding] of [
      [1023, undefined],
      [1024, 'gzip'],
    ] as const) {
      const one = event('x'.repeat(bytes - start - frame));
      const body = await requestBodyOf({ destination, events: [one], bytes: 1 }, 'gzip');
      expect(body.encoding).to.equal(encoding);
      if (encoding === undefined) expect(body.bytes).to.have.length(bytes);
    }
  });

  it('has the sequence token that is given, each time another', async () => {
    const packed = { ...batch, events: PackedEvents.of(list) };
    for (const token of ['one', 'two', undefined, 'three']) {
      const { bytes } = await requestBodyOf(packed, 'gzip', token);
      const sequenceToken = token === undefined ? {} : { sequenceToken: token };
      expect(readBody(gunzipSync(bytes))).to.deep.equal({ ...expected, ...sequenceToken });
    }
  });

  it('has the entity of each batch of a destination', async () => {
    for (const other of [undefined, { keyAttributes: { Name: 'other' }, attributes: {} }, entity]) {
      const { bytes } = await requestBodyOf({ ...batch, entity: other }, 'none');
      expect((readBody(bytes) as { entity?: unknown }).entity).to.deep.equal(other);
    }
  });
});

describe('EventPage', () => {
  it('grows with what is written, and forgets an event that is not committed', () => {
    const page = new EventPage();
    const list = Array.from({ length: 300 }, (_, index) => event('é'.repeat(index), 300 - index));
    for (const one of list) {
      page.begin(7);
      page.add(one);
    }
    expect(page.isInOrder).to.equal(false);
    expect(page.countedBytes).to.equal(
      list.reduce((sum, { messageBytes }) => sum + messageBytes + EVENT_OVERHEAD_BYTES, 0),
    );
    expect([...new PackedEvents(page)]).to.deep.equal(list);
  });

  it('moves its last event, and knows its order without it', () => {
    const [page, other] = [new EventPage(), new EventPage()];
    for (const timestamp of [2, 3, 1]) page.add(event(`at ${timestamp}`, timestamp));
    page.moveLastTo(other);
    expect([page.isInOrder, page.length, other.length]).to.deep.equal([true, 2, 1]);
    expect([...new PackedEvents(other)]).to.deep.equal([event('at 1', 1)]);
    page.moveLastTo(new EventPage());
    expect([...new PackedEvents(page)]).to.deep.equal([event('at 2', 2)]);
  });

  it('leaves events where they are until the last of them is freed, and then its memory to others', () => {
    const page = new EventPage(1_000_000);
    const { bytes } = page;
    const taken = ['a', 'b'].map((text, index) => {
      page.add(event(text, index));
      return page.takeLast();
    });
    page.free();
    const meanwhile = new EventPage(1_000_000);
    expect(meanwhile.bytes).not.to.equal(bytes);
    taken[0]!.free();
    taken[0]!.free();
    expect(() => taken[0]!.messageJson).to.throw(TypeError);
    expect(taken[1]).to.include(event('b', 1));
    taken[1]!.free();
    expect(new EventPage(1_000_000).bytes).to.equal(bytes);
  });

  it('leaves events where they are when it moves itself', () => {
    const page = new EventPage();
    page.add(event('first'));
    const first = page.takeLast();
    page.add(event('x'.repeat(10_000)));
    const second = page.takeLast();
    expect(first.bytes).not.to.equal(second.bytes);
    page.free();
    second.free();
    expect(first).to.include(event('first'));
  });

  it('holds no more than four times the memory that its events need', () => {
    const page = new EventPage(1_000_000);
    page.add(event('small'));
    expect(page.release().bytes.length).to.equal(4096);
    const huge = new EventPage(20_000_000);
    huge.add(event('x'.repeat(10_000_000)));
    expect(huge.bytes.length).to.be.above(20_000_000);
    expect([...new PackedEvents(huge)]).to.deep.equal([event('x'.repeat(10_000_000))]);
  });

  it('joins lists in time order, with those of one time as they came', () => {
    const late = PackedEvents.of([event('late 1', 2_000_000_000_000), event('late 2', 2_000_000_000_005)]);
    const early = PackedEvents.of([event('early', 1_999_999_999_999), event('same', 2_000_000_000_000)]);
    expect(plain([...PackedEvents.join([late, early])]).map(({ message }) => message)).to.deep.equal([
      'early',
      'late 1',
      'same',
      'late 2',
    ]);
    expect([...PackedEvents.join([early])]).to.deep.equal([...early]);
  });
});
