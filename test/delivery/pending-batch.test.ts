import { expect } from 'chai';
import { PendingBatch } from '../../src/delivery/pending-batch.js';
import { batch, destination } from './builders.js';

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
