import { expect } from 'chai';
import { Lane } from '../../src/delivery/lane.js';
import { PendingBatch } from '../../src/delivery/pending-batch.js';
import { batch, destination } from './builders.js';

const stored = { events: 1, name: { bytes: 30 } } as NonNullable<PendingBatch['stored']>;

describe('PendingBatch', () => {
  it('gives what is left of a halved batch as one batch, in time order', () => {
    const pending = new PendingBatch(batch(['a', 'b', 'c', 'd']), 0);
    pending.refuse();
    pending.accept(0);
    pending.refuse();
    expect(pending.rest.events.map((event) => event.messageJson)).to.deep.equal(['"c"', '"d"']);
    expect(pending.rest.bytes).to.equal(2 * 27);
    expect(pending.rest.destination).to.equal(destination);
  });
});

describe('Lane', () => {
  it('sends one by one what comes from disk', () => {
    const lane = new Lane(destination);
    expect(lane.mayStart).to.equal(true);
    lane.inFlight.add(new PendingBatch(batch(['a']), 0));
    expect(lane.mayStart).to.equal(true);
    lane.inFlight.add(new PendingBatch({ stored, destination }, 1));
    expect(lane.mayStart).to.equal(false);
  });
});
