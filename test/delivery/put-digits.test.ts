import { expect } from 'chai';
import { putTimestamp, putWhole } from '../../src/delivery/put-digits.js';

describe('what writes digits', () => {
  const written = (put: typeof putWhole, value: number): string => {
    const bytes = Buffer.alloc(20);
    return bytes.toString('latin1', 1, put(bytes, 1, value));
  };

  it('writes whole numbers of every length', () => {
    for (let power = 1; power < 2 ** 31; power *= 10) {
      for (const value of [power - 1, power, power + 1])
        expect(written(putWhole, value)).to.equal(String(value));
    }
    expect(written(putWhole, 2 ** 31 - 1)).to.equal('2147483647');
  });

  it('writes timestamps of every length', () => {
    for (const time of [0, 999, 999_999_999_999, 1e12, 1_800_000_000_007, 9_999_999_999_999, 8.64e15]) {
      expect(written(putTimestamp, time)).to.equal(String(time));
    }
  });
});
