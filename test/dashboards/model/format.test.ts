import { expect } from 'chai';
import {
  formatBytes,
  formatCount,
  formatDate,
  formatDateTime,
  formatDuration,
  formatOffset,
  formatTime,
  formatUsd,
  zoneName,
} from '../../../src/dashboards/model/format.js';
import { gapBefore } from '../../../src/dashboards/model/gaps.js';
import { flatten } from '../../../src/dashboards/model/flatten.js';
import { firstFrame, shortFrame, stackLines } from '../../../src/dashboards/model/stack-lines.js';
import { placeIn, ticks, within, withRoom, zoomed } from '../../../src/dashboards/model/time-scale.js';
import { STACK } from '../story.js';

const AT = Date.UTC(2026, 10, 21, 7, 0, 0, 123);

describe('what people read', () => {
  it('is a time span in its units', () => {
    const spans: [number, string][] = [
      [0, '0 ms'],
      [0.254, '0.254 ms'],
      [999, '999 ms'],
      [999.6, '1 s'],
      [1242, '1.24 s'],
      [59_994, '60 s'],
      [59_996, '1 min 00 s'],
      [185_000, '3 min 05 s'],
      [7_800_000, '2 h 10 min'],
      [273_600_000, '3 d 4 h'],
    ];
    for (const [millis, text] of spans) expect(formatDuration(millis)).to.equal(text);
    expect([formatOffset(6), formatOffset(-1200), formatOffset(0)]).to.deep.equal([
      '+6 ms',
      '−1.2 s',
      '+0 ms',
    ]);
  });

  it('is an amount in its units', () => {
    expect([0, 1, 999, 1000, 96_000, 1e15, 1e18].map(formatBytes)).to.deep.equal([
      '0 bytes',
      '1 byte',
      '999 bytes',
      '1 kB',
      '96 kB',
      '1 PB',
      '1000 PB',
    ]);
    expect([0, -1, NaN, 12.345, 0.5, 0.00000047].map(formatUsd)).to.deep.equal([
      '$0',
      '$0',
      '$0',
      '$12.35',
      '$0.5',
      '$0.00000047',
    ]);
    expect(formatCount(1, 'query', 'queries')).to.equal('1 query');
    expect(formatCount(12_345, 'record')).to.equal('12,345 records');
  });

  it('is a time, marked by its zone', () => {
    expect(formatDateTime(AT, 'utc')).to.equal('2026-11-21 07:00:00.123');
    expect(zoneName(AT, 'utc')).to.equal('UTC');
    expect(zoneName(AT, 'local')).to.match(/^UTC[+−]\d\d:\d\d$/);
    const local = new Date(2026, 0, 2, 3, 4, 5, 6).getTime();
    expect(`${formatDate(local, 'local')} ${formatTime(local, 'local')}`).to.equal('2026-01-02 03:04:05.006');
    expect(formatTime(1e300, 'utc')).to.equal('00:00:00.000');
  });

  it('is a gap only where it is one', () => {
    expect(gapBefore(1000, undefined, 1)).to.equal(undefined);
    expect(gapBefore(1099, 1000, 100)).to.equal(undefined);
    expect(gapBefore(1100, 1000, 100)).to.equal(100);
    expect(gapBefore(1100, 1000, 10_000)).to.equal(undefined);
  });
});

describe('a stack', () => {
  it('is lines, of the application or of others', () => {
    const lines = stackLines(STACK);
    expect(lines.map(({ isFrame }) => isFrame)).to.deep.equal([false, true, true, true, true, true]);
    expect(lines.map(({ isForeign }) => isForeign)).to.deep.equal([false, false, true, true, true, true]);
    const frame = firstFrame(`${STACK.split('\n').slice(2).join('\n')}\n    at mine (/srv/a.js:1:2)`)!;
    expect(frame).to.equal('at mine (/srv/a.js:1:2)');
    expect(shortFrame(frame)).to.equal('at mine (a.js:1)');
    expect(firstFrame('no frame')).to.equal(undefined);
  });
});

describe('flatten', () => {
  it('names members by their path, as far as they are few and not deep', () => {
    expect(flatten({ a: 1, b: { c: 'd', e: {}, f: [1, { g: 2 }] } })).to.deep.equal([
      ['a', '1'],
      ['b.c', 'd'],
      ['b.e', '{}'],
      ['b.f', '[1,{"g":2}]'],
    ]);
    let deep: object = { end: true };
    for (let depth = 0; depth < 20; depth++) deep = { a: deep };
    expect(flatten(deep as Record<string, unknown>)).to.have.length(1);
    const wide = Object.fromEntries(Array.from({ length: 900 }, (_, index) => [`k${index}`, { x: index }]));
    expect(flatten(wide)).to.have.length(900);
  });
});

describe('the time scale', () => {
  const hour = { fromMillis: 0, toMillis: 3_600_000 };

  it('has few round ticks', () => {
    expect(ticks({ fromMillis: 0, toMillis: 1242 }, 0, 6)).to.deep.equal([0, 500, 1000]);
    expect(ticks({ fromMillis: 90, toMillis: 1332 }, 100, 6)).to.deep.equal([100, 600, 1100]);
    expect(ticks(hour, 0, 6)).to.have.length.within(3, 6);
    expect(ticks({ fromMillis: 0, toMillis: 40 * 86_400_000 }, 0, 6)).to.have.length.within(3, 6);
    expect(ticks({ fromMillis: 0, toMillis: 100_000 }, 0, 6)[1]).to.equal(30_000);
    expect(ticks({ fromMillis: 5, toMillis: 5 }, 0, 6)).to.deep.equal([]);
  });

  it('is zoomed around a time, and stays within the whole', () => {
    expect(placeIn(hour, 900_000)).to.equal(0.25);
    expect(placeIn({ fromMillis: 1, toMillis: 1 }, 1)).to.equal(0);
    expect(zoomed(hour, 1_800_000, 0.5)).to.deep.equal({ fromMillis: 900_000, toMillis: 2_700_000 });
    expect(within({ fromMillis: -10, toMillis: 90 }, hour)).to.deep.equal({ fromMillis: 0, toMillis: 100 });
    expect(within({ fromMillis: -10, toMillis: 9e9 }, hour)).to.deep.equal(hour);
    expect(withRoom({ fromMillis: 5, toMillis: 5 })).to.deep.equal({ fromMillis: 4.5, toMillis: 5.5 });
  });
});
