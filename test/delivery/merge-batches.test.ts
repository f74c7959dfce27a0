import { expect } from 'chai';
import { Lane } from '../../src/delivery/lane.js';
import { mergeable, mergeBatches } from '../../src/delivery/merge-batches.js';
import { PendingBatch } from '../../src/delivery/pending-batch.js';
import { batch, destination, event, messages } from './builders.js';

const stored = { events: 1, name: { bytes: 30 } } as NonNullable<PendingBatch['stored']>;

describe('mergeable', () => {
  const laneOf = (...batches: PendingBatch[]): Lane => {
    const lane = new Lane(destination);
    for (const pending of batches) lane.add(pending);
    return lane;
  };
  const pending = (sequence: number, one = batch(['a'])): PendingBatch => new PendingBatch(one, sequence);
  const sequences = (batches: readonly PendingBatch[]): number[] => batches.map(({ sequence }) => sequence);

  it('takes neighbours that are to be stored, and stops at the first that is not', () => {
    const all = [1, 2, 3, 4].map((sequence) => pending(sequence));
    const lane = laneOf(...all);
    expect(sequences(mergeable(lane, all[0]!, new Set(all)))).to.deep.equal([1, 2, 3, 4]);
    expect(sequences(mergeable(lane, all[1]!, new Set(all)))).to.deep.equal([2, 3, 4]);
    expect(sequences(mergeable(lane, all[0]!, new Set([all[0]!, all[1]!, all[3]!])))).to.deep.equal([1, 2]);
  });

  it('merges nothing with what is on disk, or in flight', () => {
    const onDisk = new PendingBatch({ stored, destination }, 1);
    const all = [onDisk, pending(2), pending(3)];
    const lane = laneOf(...all);
    expect(mergeable(lane, onDisk, new Set(all))).to.deep.equal([onDisk]);
    const reduced = pending(4);
    reduced.stored = stored;
    lane.add(reduced);
    expect(sequences(mergeable(lane, all[1]!, new Set([...all, reduced])))).to.deep.equal([2, 3]);
    lane.start();
    const inFlight = lane.start();
    expect(mergeable(lane, inFlight, new Set(all))).to.deep.equal([inFlight]);
  });

  it('leaves its place to what is in flight and may come back', () => {
    const all = [1, 2, 3, 4].map((sequence) => pending(sequence));
    const lane = laneOf(...all);
    const first = lane.start();
    const second = lane.start();
    lane.end(first);
    lane.add(first);
    // The second is in flight still, and comes before the third.
    expect(mergeable(lane, first, new Set(all))).to.deep.equal([first]);
    lane.end(second);
    lane.add(second);
    expect(sequences(mergeable(lane, first, new Set(all)))).to.deep.equal([1, 2, 3, 4]);
  });

  it('leaves its place to what is on its way to disk and comes in after that', () => {
    const all = [1, 3, 5].map((sequence) => pending(sequence));
    const lane = laneOf(...all);
    lane.expect(4);
    expect(sequences(mergeable(lane, all[0]!, new Set(all)))).to.deep.equal([1, 3]);
    lane.expect(2);
    expect(mergeable(lane, all[0]!, new Set(all))).to.deep.equal([all[0]]);
    lane.doesNotExpect(4);
    expect(sequences(mergeable(lane, all[1]!, new Set(all)))).to.deep.equal([3, 5]);
  });

  it('merges what equal entities share', () => {
    const entity = (Name: string) => ({ keyAttributes: { Name }, attributes: {} });
    const all = [entity('a'), entity('a'), entity('b')].map((one, index) =>
      pending(index, batch(['x'], { entity: one })),
    );
    expect(sequences(mergeable(laneOf(...all), all[0]!, new Set(all)))).to.deep.equal([0, 1]);
  });
});

describe('mergeBatches', () => {
  it('is one batch in time order, of all their events', () => {
    const late = { ...batch(['b']), events: [event('b', 1_700_000_005_000)] };
    const early = { ...batch(['a']), events: [event('a', 1_700_000_001_000)] };
    const merged = mergeBatches(
      [late, early, batch(messages(2))].map((one, index) => new PendingBatch(one, index)),
    );
    expect(merged.events.map(({ messageJson }) => JSON.parse(messageJson) as string)).to.deep.equal([
      'message 0',
      'message 1',
      'a',
      'b',
    ]);
    expect(merged.bytes).to.equal(27 + 27 + 2 * 35);
    expect(merged.destination).to.equal(destination);
  });
});
