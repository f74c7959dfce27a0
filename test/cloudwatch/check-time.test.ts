import { expect } from 'chai';
import { checkTime } from '../../src/cloudwatch/check-time.js';
import { OptionError } from '../../src/cloudwatch/errors.js';

describe('checkTime', () => {
  it('takes dates and milliseconds', () => {
    const now = Date.now();
    expect(checkTime('from', now)).to.equal(now);
    expect(checkTime('from', new Date(now))).to.equal(now);
    for (const millis of [0, 999_999_999, 1e11]) expect(checkTime('from', millis)).to.equal(millis);
  });

  for (const value of [NaN, Infinity, '2026-01-01', null, undefined, {}, new Date('never')]) {
    it(`refuses ${Object.prototype.toString.call(value)} ${JSON.stringify(value)}`, () => {
      expect(() => checkTime('to', value)).to.throw(
        OptionError,
        'to must be a date or milliseconds since 1970',
      );
    });
  }

  it('notices seconds, and says which time they would be', () => {
    for (const seconds of [1e9, 1_764_131_696, 1e11 - 1]) {
      expect(() => checkTime('from', seconds)).to.throw(OptionError, 'from must be milliseconds since 1970');
    }
    expect(() => checkTime('from', 1_764_131_696)).to.throw('2025-11-26T04:34:56.000Z');
  });
});
