import { expect } from 'chai';
import fc from 'fast-check';
import {
  EVENT_OVERHEAD_BYTES,
  MAX_BATCH_BYTES,
  MAX_BATCH_EVENTS,
  MAX_BATCH_SPAN_MILLIS,
  MAX_MESSAGE_BYTES,
} from '../../src/cloudwatch/limits.js';
import { type EncodedEvent, type LogEventBatch } from '../../src/delivery/encoded-event.js';
import { cutIntoBatches } from '../../src/encoding/batcher.js';

const destination = { logGroupName: '/g', logStreamName: 's' };

function events(count: number, parts: Partial<EncodedEvent> = {}): EncodedEvent[] {
  return Array.from({ length: count }, () => ({
    timestamp: 1,
    messageJson: '"m"',
    messageBytes: 1,
    ...parts,
  }));
}

function cut(all: EncodedEvent[]): LogEventBatch[] {
  return [...cutIntoBatches(all, destination)];
}

const sizes = (all: EncodedEvent[]): number[] => cut(all).map((batch) => batch.events.length);

describe('cutIntoBatches', () => {
  it('makes no batch of nothing', () => {
    expect(cut([])).to.deep.equal([]);
  });

  it('fills a batch to 10,000 events', () => {
    expect(sizes(events(MAX_BATCH_EVENTS - 1))).to.deep.equal([9_999]);
    expect(sizes(events(MAX_BATCH_EVENTS))).to.deep.equal([10_000]);
    expect(sizes(events(MAX_BATCH_EVENTS + 1))).to.deep.equal([10_000, 1]);
  });

  it('fills a batch to the byte', () => {
    const half = MAX_BATCH_BYTES / 2 - EVENT_OVERHEAD_BYTES;
    expect(sizes(events(2, { messageBytes: half }))).to.deep.equal([2]);
    expect(
      sizes([...events(1, { messageBytes: half }), ...events(1, { messageBytes: half + 1 })]),
    ).to.deep.equal([1, 1]);
    expect(
      sizes([...events(1, { messageBytes: half }), ...events(1, { messageBytes: half - 1 })]),
    ).to.deep.equal([2]);
    expect(cut(events(2, { messageBytes: half }))[0]!.bytes).to.equal(MAX_BATCH_BYTES);
  });

  it('gives the largest event a batch of its own', () => {
    const large = events(1, { messageBytes: MAX_MESSAGE_BYTES });
    expect(sizes([...events(1), ...large, ...events(1)])).to.deep.equal([1, 1, 1]);
  });

  it('spans at most 24 hours', () => {
    const pair = (span: number): EncodedEvent[] => [...events(1), ...events(1, { timestamp: 1 + span })];
    expect(sizes(pair(MAX_BATCH_SPAN_MILLIS - 1))).to.deep.equal([2]);
    expect(sizes(pair(MAX_BATCH_SPAN_MILLIS))).to.deep.equal([2]);
    expect(sizes(pair(MAX_BATCH_SPAN_MILLIS + 1))).to.deep.equal([1, 1]);
  });

  it('sorts by time and keeps the order within a millisecond', () => {
    const input = [3, 1, 2, 1, 3].map((timestamp, index) => ({
      timestamp,
      messageJson: `"${index}"`,
      messageBytes: 1,
    }));
    const [batch] = cut(input);
    expect(batch!.events.map((event) => event.messageJson)).to.deep.equal([
      '"1"',
      '"3"',
      '"2"',
      '"0"',
      '"4"',
    ]);
    expect(input.map((event) => event.timestamp)).to.deep.equal([3, 1, 2, 1, 3]);
  });

  it('gives each batch its destination and entity', () => {
    const entity = { keyAttributes: { Type: 'Service' }, attributes: {} };
    const [batch] = cutIntoBatches(events(1), destination, entity);
    expect(batch).to.include({ destination, entity });
  });

  it('keeps every event once, inside every limit', () => {
    const event = fc.record({
      timestamp: fc.integer({ min: 1, max: 4 * MAX_BATCH_SPAN_MILLIS }),
      messageBytes: fc.oneof(
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: MAX_MESSAGE_BYTES }),
      ),
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 200 }), (parts) => {
        const input = parts.map((part, index) => ({ ...part, messageJson: `"${index}"` }));
        const batches = cut(input);
        const output = batches.flatMap((batch) => [...batch.events]);
        expect(output).to.have.length(input.length);
        expect(input.every((one) => output.includes(one))).to.equal(true);
        for (const batch of batches) {
          const times = batch.events.map((one) => one.timestamp);
          const bytes = [...batch.events].reduce(
            (sum, one) => sum + one.messageBytes + EVENT_OVERHEAD_BYTES,
            0,
          );
          expect(bytes).to.equal(batch.bytes).and.to.be.at.most(MAX_BATCH_BYTES);
          expect(times).to.deep.equal(times.toSorted((a, b) => a - b));
          expect(times.at(-1)! - times[0]!).to.be.at.most(MAX_BATCH_SPAN_MILLIS);
        }
      }),
      { seed: 20261121, numRuns: 200 },
    );
  });
});
