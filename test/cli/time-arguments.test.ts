import { expect } from 'chai';
import { readBytes, wholeNumber } from '../../src/cli/connection.js';
import { parseDuration, readTimeRange } from '../../src/cli/time-arguments.js';
import { OptionError } from '../../src/cloudwatch/errors.js';

const NOW = Date.UTC(2026, 10, 21, 7);
const HOUR = 3_600_000;

describe('parseDuration', () => {
  it('reads amounts with units, also several', () => {
    expect(parseDuration('90s')).to.equal(90_000);
    expect(parseDuration('15m')).to.equal(15 * 60_000);
    expect(parseDuration('2h30m')).to.equal(2.5 * HOUR);
    expect(parseDuration('1.5d')).to.equal(36 * HOUR);
    expect(parseDuration('1W')).to.equal(168 * HOUR);
    expect(parseDuration('250ms')).to.equal(250);
    // The service takes whole milliseconds.
    expect(parseDuration('0.0001s')).to.equal(0);
    expect(parseDuration('1.0006s')).to.equal(1001);
  });

  it('reads nothing else', () => {
    for (const text of ['', '5', 'm', '5x', '-5m', '5 m', '5m!'])
      expect(parseDuration(text), text).to.equal(undefined);
  });
});

describe('readTimeRange', () => {
  it('refuses a range in which there is no time', () => {
    expect(() => readTimeRange({ from: 'now' }, NOW)).to.throw(
      '--from must be earlier than the end of the range; it is "now"',
    );
    expect(() => readTimeRange({ since: '0m' }, NOW)).to.throw('--since must be earlier');
  });

  it('refuses times before 1970, of which the service knows none', () => {
    for (const time of ['1969-12-31', '3000w', '999999999999999w']) {
      expect(() => readTimeRange({ from: time }, NOW), time).to.throw(OptionError, /^--from must be .*1970/);
    }
    expect(readTimeRange({ from: '1970-01-01' }, NOW).from).to.equal(0);
  });

  it('looks three hours back when nothing is said', () => {
    expect(readTimeRange({}, NOW)).to.deep.equal({ from: NOW - 3 * HOUR, to: NOW });
  });

  it('reads durations, ISO times, epoch seconds and milliseconds', () => {
    expect(readTimeRange({ since: '1h' }, NOW)).to.deep.equal({ from: NOW - HOUR, to: NOW });
    expect(readTimeRange({ from: '2026-11-20T00:00:00Z', to: '2026-11-20 01:00' }, NOW)).to.deep.equal({
      from: Date.UTC(2026, 10, 20),
      to: Date.UTC(2026, 10, 20, 1),
    });
    expect(readTimeRange({ from: '2026-11-20', to: 'now' }, NOW)).to.deep.equal({
      from: Date.UTC(2026, 10, 20),
      to: NOW,
    });
    expect(readTimeRange({ from: '2026-11-20T02:00:00+02:00' }, NOW).from).to.equal(Date.UTC(2026, 10, 20));
    expect(readTimeRange({ from: '1700000000', to: '1700000001000' }, NOW)).to.deep.equal({
      from: 1_700_000_000_000,
      to: 1_700_000_001_000,
    });
  });

  it('counts a duration back from the end', () => {
    expect(readTimeRange({ since: '1h', to: '2h' }, NOW)).to.deep.equal({
      from: NOW - 3 * HOUR,
      to: NOW - 2 * HOUR,
    });
  });

  it('refuses what it does not understand', () => {
    for (const times of [
      { since: '5x' },
      { since: '2026-13-45' },
      { from: 'yesterday' },
      { to: '' },
      { since: '1h', from: '2h' },
      { from: '2026-11-21T08:00Z', to: '2026-11-21T07:00Z' },
    ]) {
      expect(() => readTimeRange(times, NOW), JSON.stringify(times)).to.throw(OptionError);
    }
  });
});

describe('readBytes and wholeNumber', () => {
  it('read amounts', () => {
    expect(readBytes('--x', '500000')).to.equal(500_000);
    expect(readBytes('--x', '1.5 GB')).to.equal(1_500_000_000);
    expect(readBytes('--x', '64MiB')).to.equal(64 * 1024 * 1024);
    expect(readBytes('--x', '10k')).to.equal(10_000);
    expect(wholeNumber('--limit')('7')).to.equal(7);
  });

  it('refuse others', () => {
    for (const text of ['', '-1', '1XB', '0', 'MB'])
      expect(() => readBytes('--x', text), text).to.throw(OptionError);
    for (const text of ['0', '1.5', 'x', ''])
      expect(() => wholeNumber('--x')(text), text).to.throw(OptionError);
  });
});
