import { expect } from 'chai';
import fc from 'fast-check';
import {
  ceilToPeriod,
  floorToPeriod,
  parsePeriod,
  PERIOD_UNITS,
  periodMillis,
} from '../../../../src/simulation/insights-ql/functions/period.js';

describe('parsePeriod', () => {
  it('takes every unit, in any case, with a plural', () => {
    const units =
      'ms msec millisecond s sec second m min minute h hr hour d day w week mo mon month q qtr quarter y yr year';
    for (const unit of units.split(' ')) {
      expect(parsePeriod(`1${unit}`), unit).to.not.equal(undefined);
      expect(parsePeriod(`1${unit.toUpperCase()}`), unit).to.not.equal(undefined);
      if (unit.length > 1) expect(parsePeriod(`2 ${unit}s`), unit).to.deep.equal(parsePeriod(`2${unit}`));
    }
    expect(PERIOD_UNITS.has('hrs')).to.equal(true);
  });

  it('refuses anything else', () => {
    for (const text of ['', '5', 'm', '0m', '5x', '-5m', '1.5h', '5ds', '5m5s', '5 fortnights']) {
      expect(parsePeriod(text), text).to.equal(undefined);
    }
  });

  it('caps milliseconds, seconds, minutes and hours', () => {
    const millis = (text: string) => periodMillis(parsePeriod(text)!);
    expect([millis('999ms'), millis('1000ms'), millis('1001ms')]).to.deep.equal([999, 1000, 1000]);
    expect([millis('59s'), millis('60s'), millis('61s')]).to.deep.equal([59_000, 60_000, 60_000]);
    expect([millis('60m'), millis('61m')]).to.deep.equal([3_600_000, 3_600_000]);
    expect([millis('24h'), millis('25h')]).to.deep.equal([86_400_000, 86_400_000]);
    expect(millis('30d')).to.equal(30 * 86_400_000);
    expect(millis('1mo')).to.equal(30 * 86_400_000);
  });
});

describe('floorToPeriod and ceilToPeriod', () => {
  it('put every moment between two starts of a period', () => {
    const period = fc.constantFrom('7ms', '5s', '5m', '3h', '2d', '1w', '1mo', '1q', '1y', '5mo');
    fc.assert(
      fc.property(fc.integer({ min: -1e12, max: 4e12 }), period, (millis, text) => {
        const parsed = parsePeriod(text)!;
        const floor = floorToPeriod(millis, parsed);
        const ceil = ceilToPeriod(millis, parsed);
        expect(floor).to.be.at.most(millis);
        expect(ceil).to.be.at.least(millis);
        expect(floorToPeriod(floor, parsed)).to.equal(floor);
        expect(ceilToPeriod(floor, parsed)).to.equal(floor);
        if (ceil !== floor) expect(floorToPeriod(ceil, parsed)).to.equal(ceil);
      }),
      { seed: 7, numRuns: 500 },
    );
  });

  it('not documented: weeks begin on Mondays, months and years with the calendar', () => {
    const start = (text: string) =>
      new Date(floorToPeriod(Date.UTC(2024, 4, 19, 6), parsePeriod(text)!)).toISOString();
    expect(start('1w')).to.equal('2024-05-13T00:00:00.000Z');
    expect(start('1mo')).to.equal('2024-05-01T00:00:00.000Z');
    expect(start('1qtr')).to.equal('2024-04-01T00:00:00.000Z');
  });
});
