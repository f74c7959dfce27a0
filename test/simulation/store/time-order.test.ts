import { expect } from 'chai';
import fc from 'fast-check';
import { sortByTime } from '../../../src/simulation/store/time-order.js';

describe('sortByTime', () => {
  it('orders by timestamp and keeps arrival order among equals', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20)), (times) => {
        const positions = Uint32Array.from(times.keys());
        const expected = [...times.keys()].sort(
          (left, right) => times[left]! - times[right]! || left - right,
        );
        expect([...sortByTime(Float64Array.from(times), positions)]).to.deep.equal(expected);
      }),
      { seed: 40, numRuns: 500 },
    );
  });

  it('takes what is in order as it is', () => {
    const positions = Uint32Array.of(0, 1, 2);
    expect(sortByTime(Float64Array.of(1, 1, 2), positions)).to.equal(positions);
  });
});
