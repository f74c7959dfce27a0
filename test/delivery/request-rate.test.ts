import { expect } from 'chai';
import fc from 'fast-check';
import { RequestRate } from '../../src/delivery/request-rate.js';

describe('RequestRate', () => {
  it('says how long to wait', () => {
    const rate = new RequestRate(2, 0);
    expect([rate.take(0), rate.take(0), rate.take(0)]).to.deep.equal([0, 0, 500]);
    expect(rate.take(499)).to.be.closeTo(1, 1e-9);
    expect(rate.take(500)).to.equal(0);
  });

  it('saves up no more than one second', () => {
    const rate = new RequestRate(2, 0);
    expect([rate.take(60_000), rate.take(60_000), rate.take(60_000)]).to.deep.equal([0, 0, 500]);
  });

  it('survives a clock that goes back', () => {
    const rate = new RequestRate(1, 1_000);
    expect(rate.take(1_000)).to.equal(0);
    expect(rate.take(0)).to.equal(1_000);
  });

  it('never gives more than a second more than its rate', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.1, max: 100, noNaN: true }),
        fc.array(fc.nat({ max: 400 }), { maxLength: 200 }),
        (perSecond, gaps) => {
          const rate = new RequestRate(perSecond, 0);
          let now = 0;
          let given = 0;
          for (const gap of gaps) {
            now += gap;
            if (rate.take(now) === 0) given++;
          }
          expect(given).to.be.at.most(Math.max(1, perSecond) + (perSecond * now) / 1000 + 0.001);
        },
      ),
      { seed: 5 },
    );
  });
});
