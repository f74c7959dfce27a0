import { expect } from 'chai';
import { Lane } from '../../src/delivery/lane.js';
import { PendingBatch } from '../../src/delivery/pending-batch.js';
import { batch, destination } from './builders.js';

const stored = { events: 1, name: { bytes: 30 } } as NonNullable<PendingBatch['stored']>;

describe('Lane', () => {
  let lane: Lane;
  beforeEach(() => {
    lane = new Lane(destination);
  });

  const add = (sequence: number, isStored = false): PendingBatch => {
    const pending = new PendingBatch(isStored ? { stored, destination } : batch(['a']), sequence);
    lane.add(pending);
    return pending;
  };
  const waits = { after: (failures: number) => failures * 100, asked: undefined };
  const sequences = (): number[] => lane.waiting.map(({ sequence }) => sequence);

  it('sends several batches at once', () => {
    add(1);
    lane.start();
    add(2);
    expect(lane.startsAt).to.equal(0);
  });

  it('sends one by one where order is kept', () => {
    lane = new Lane(destination, true);
    add(1);
    expect(lane.startsAt).to.equal(0);
    const first = lane.start();
    add(2);
    expect(lane.startsAt).to.equal(undefined);
    lane.end(first);
    expect(lane.startsAt).to.equal(0);
  });

  it('sends nothing behind a batch that is still to come', () => {
    add(1);
    lane.expect(2);
    add(3);
    expect(lane.startsAt).to.equal(0);
    lane.end(lane.start());
    expect(lane.startsAt).to.equal(undefined);
    lane.doesNotExpect(2);
    expect(lane.startsAt).to.equal(0);
    lane.remove(lane.waiting[0]!);
    expect(lane.isForgettable).to.equal(true);
    lane.expect(4);
    expect(lane.isForgettable).to.equal(false);
  });

  it('keeps batches in their places, however they come', () => {
    for (const sequence of [3, 5, 1, 4, 2]) add(sequence);
    expect(sequences()).to.deep.equal([1, 2, 3, 4, 5]);
    const first = lane.start();
    lane.end(first);
    lane.add(first);
    expect(sequences()).to.deep.equal([1, 2, 3, 4, 5]);
    lane.remove(new PendingBatch(batch(['not here']), 9));
    expect(lane.evictOldest()).to.equal(first);
    expect(lane.evictOldest()?.sequence).to.equal(2);
    expect(sequences()).to.deep.equal([3, 4, 5]);
  });

  it('puts one batch in the place of some, also where another came between them', () => {
    const [one, , three] = [add(1), add(2), add(3), add(4)];
    const merged = new PendingBatch({ stored, destination }, 1);
    lane.replace([one, three], merged);
    expect(sequences()).to.deep.equal([1, 2, 4]);
    expect(lane.hasStored).to.equal(true);
  });

  it('sends nothing of what is being merged', () => {
    const first = add(1);
    first.isRewritten = true;
    expect(lane.startsAt).to.equal(undefined);
    first.isRewritten = false;
    expect(lane.startsAt).to.equal(0);
  });

  it('counts failures of requests that were in flight together as one', () => {
    add(1);
    expect(lane.wait(1_000, waits)).to.equal(1);
    expect(lane.wait(1_050, waits)).to.equal(undefined);
    expect(lane.startsAt).to.equal(1_100);
    expect(lane.wait(1_060, { ...waits, asked: 500 })).to.equal(undefined);
    expect(lane.readyAt).to.equal(1_560);
    expect(lane.wait(1_560, waits)).to.equal(2);
    expect(lane.readyAt).to.equal(1_760);
    lane.retryNow();
    expect(lane.startsAt).to.equal(0);
  });

  it('gives what may pass some seconds, and begins anew after another failure', () => {
    const failed = (cause: 'denied' | 'retry', now: number): boolean =>
      lane.failed({ number: 1, cause, now });
    expect(failed('denied', 0)).to.equal(false);
    expect(failed('denied', 9_999)).to.equal(false);
    expect(failed('denied', 10_000)).to.equal(true);
    expect(failed('retry', 11_000)).to.equal(false);
    expect(failed('denied', 12_000)).to.equal(false);
    expect(lane.isStuck(12_000, 12_000)).to.equal(true);
    expect(lane.isStuck(12_000, 12_001)).to.equal(false);
    lane.accepted(undefined);
    expect(lane.hasFailedFor(12_000, 0)).to.equal(false);
    expect(lane.isStuck(12_000, 0)).to.equal(false);
  });

  it('knows what no wait mends, until something is accepted', () => {
    lane.failed({ number: 7, cause: 'configuration', now: 0 });
    expect(lane.isHopelessSince(6)).to.equal(true);
    expect(lane.isHopelessSince(7)).to.equal(false);
    lane.block();
    expect(lane.isHopelessSince(6)).to.equal(false);
    lane.unblock();
    lane.accepted(undefined);
    expect(lane.isHopelessSince(0)).to.equal(false);
    lane.couldNotBeMade(8);
    expect(lane.isHopelessSince(7)).to.equal(true);
  });

  it('lets what the breaker held back go when the endpoint answers, and nothing else', () => {
    add(1);
    lane.wait(0, waits);
    lane.release();
    expect(lane.startsAt).to.equal(100);
    lane.heldBack({ number: 1, cause: 'retry', now: 0 }, 5_000);
    expect(lane.startsAt).to.equal(5_000);
    lane.release();
    expect(lane.startsAt).to.equal(0);
  });

  it('corrects a sequence token at once, a few times in a row', () => {
    lane.accepted('not wanted');
    expect(lane.sequenceToken).to.equal(undefined);
    expect([1, 2, 3, 4].map((n) => lane.correctToken(String(n)))).to.deep.equal([true, true, true, false]);
    expect(lane.sequenceToken).to.equal('4');
    expect(lane.isForgettable).to.equal(false);
    lane.accepted('5');
    expect(lane.sequenceToken).to.equal('5');
    expect(lane.correctToken(undefined)).to.equal(true);
  });

  it('knows what it holds up to a place, on disk or in memory', () => {
    expect(lane.holdsUpTo(9, false)).to.equal(false);
    add(1, true);
    add(3);
    expect([0, 1, 3].map((place) => lane.holdsUpTo(place, false))).to.deep.equal([false, true, true]);
    expect([1, 2, 3].map((place) => lane.holdsUpTo(place, true))).to.deep.equal([false, false, true]);
    lane.start();
    lane.start();
    expect([0, 1].map((place) => lane.holdsUpTo(place, false))).to.deep.equal([false, true]);
    expect([1, 3].map((place) => lane.holdsUpTo(place, true))).to.deep.equal([false, true]);
  });

  it('knows the first open place: of what is in flight, and of what is on its way to disk', () => {
    for (const sequence of [1, 3, 6]) add(sequence);
    lane.start();
    lane.start();
    expect([0, 1, 3].map((place) => lane.openPlaceAfter(place))).to.deep.equal([
      1,
      3,
      Number.POSITIVE_INFINITY,
    ]);
    lane.expect(5);
    lane.expect(4);
    expect([1, 3, 4, 5].map((place) => lane.openPlaceAfter(place))).to.deep.equal([
      3,
      4,
      5,
      Number.POSITIVE_INFINITY,
    ]);
    lane.doesNotExpect(4);
    expect(lane.openPlaceAfter(3)).to.equal(5);
  });
});
