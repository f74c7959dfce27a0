import { expect } from 'chai';
import { RecentEventBytes } from '../../src/delivery/recent-event-bytes.js';

/** Counts so many events of one size each in steps. */
function count(recent: RecentEventBytes, phases: readonly (readonly [events: number, size: number])[]): void {
  const step = 7_000;
  let events = 0;
  let bytes = 0;
  for (const [ofPhase, size] of phases) {
    for (let left = ofPhase; left > 0; left -= step) {
      const now = Math.min(step, left);
      events += now;
      bytes += now * size;
      recent.count(events, bytes);
    }
  }
}

describe('the mean size of recent events', () => {
  it('is unknown before the first', () => {
    const recent = new RecentEventBytes();
    expect(recent.mean).to.equal(undefined);
    recent.count(0, 0);
    expect(recent.mean).to.equal(undefined);
  });

  it('is of all, as long as they are few', () => {
    const recent = new RecentEventBytes();
    recent.count(1, 300);
    expect(recent.mean).to.equal(300);
    count(recent, [
      [100_000, 100],
      [300_000, 500],
    ]);
    expect(recent.mean).to.equal(400);
  });

  it('forgets what lies more than about a million back', () => {
    const recent = new RecentEventBytes();
    count(recent, [
      [5_000_000, 1_000],
      [1_200_000, 200],
    ]);
    expect(recent.mean).to.equal(200);
  });

  it('remembers a million', () => {
    const recent = new RecentEventBytes();
    count(recent, [
      [5_000_000, 1_000],
      [500_000, 200],
    ]);
    expect(recent.mean).to.be.within(590, 640);
  });

  it('takes one batch that is larger than all it remembers', () => {
    const recent = new RecentEventBytes();
    recent.count(10, 1_000);
    recent.count(4_000_010, 800_001_000);
    expect(recent.mean).to.be.closeTo(200, 1);
    recent.count(8_000_010, 1_200_001_000);
    expect(recent.mean).to.equal(100);
  });
});
