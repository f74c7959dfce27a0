import { expect } from 'chai';
import { eventTimestamp, unixNanos } from '../../src/encoding/record-time.js';

describe('eventTimestamp', () => {
  it('is the record’s time, then the observed one, then now', () => {
    expect(eventTimestamp([5, 999_999_999], [6, 0], () => 7)).to.equal(5999);
    expect(eventTimestamp([0, 0], [6, 0], () => 7)).to.equal(6000);
    expect(eventTimestamp([8_640_000_000_000, 0], [6, 0], () => 7)).to.equal(8.64e15);
    expect(eventTimestamp([8_640_000_000_001, 0], [6, 0], () => 7)).to.equal(6000);
    expect(eventTimestamp([0, 0], [0, 0], () => 7)).to.equal(7);
    expect(eventTimestamp(undefined, undefined, () => 7)).to.equal(7);
  });

  it('passes over times that PutLogEvents could not take', () => {
    for (const time of [
      [NaN, 0],
      [-5, 0],
      [Infinity, 0],
      [1e300, 0],
      [0, 999],
    ] as [number, number][]) {
      expect(eventTimestamp(time, [6, 0], () => 7)).to.equal(6000);
    }
  });
});

describe('unixNanos', () => {
  it('is exact to the nanosecond', () => {
    expect(unixNanos([1_795_246_667, 123_456_789])).to.equal('1795246667123456789');
    expect(unixNanos([1, 5])).to.equal('1000000005');
    expect(unixNanos([0, 0])).to.equal(undefined);
    expect(unixNanos([NaN, 0])).to.equal(undefined);
    expect(unixNanos(undefined)).to.equal(undefined);
  });
});
