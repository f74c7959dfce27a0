import { expect } from 'chai';
import { type StoredBatch } from '../../../src/delivery/spool/stored-batch.js';
import { StoredBatches } from '../../../src/delivery/spool/stored-batches.js';

const folder = { writer: 'w', path: '/nowhere' };

function stored(createdMillis: number, events = 2): StoredBatch {
  const name = { sequence: createdMillis, createdMillis, events, bytes: 30, fileBytes: 100 };
  return { folder, file: `${createdMillis}`, name, events, isBusy: false };
}

describe('StoredBatches', () => {
  it('knows its sums and the order of age, however many come and go', () => {
    const all = new StoredBatches();
    const ones = Array.from({ length: 500 }, (_, index) => stored((index * 7) % 500));
    for (const one of ones) all.add(one);
    const rest = ones.filter(({ name }) => name.createdMillis % 5 === 4);
    for (const one of ones) if (!rest.includes(one)) expect(all.remove(one)).to.equal(true);
    const expected = rest.map(({ name }) => name.createdMillis).sort((a, b) => a - b);
    expect([...all.oldestFirst()].map(({ name }) => name.createdMillis)).to.deep.equal(expected);
    expect(all).to.include({ size: 100, bytes: 10_000, events: 200 });
    expect(all.countIn(folder)).to.equal(100);
  });

  it('counts nothing of a batch that is not there any more', () => {
    const all = new StoredBatches();
    const [one, gone] = [stored(1), stored(2)];
    all.add(one);
    all.add(gone);
    expect(all.remove(gone)).to.equal(true);
    expect(all.remove(gone)).to.equal(false);
    all.reduce(gone, 0);
    all.reduce(one, 1);
    expect(all).to.include({ size: 1, events: 1 });
    expect(gone.events).to.equal(2);
  });
});
