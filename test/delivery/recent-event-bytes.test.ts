import { expect } from 'chai';
import { RecentEventBytes } from '../../src/delivery/recent-event-bytes.js';

/** The mean after so many events of one size each, which are counted in steps. */
function meanAfter(
  phases: readonly (readonly [events: number, size: number])[],
  step = 7_000,
): number | undefined {
  const recent = new RecentEventBytes();
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
  return recent.mean(events, bytes);
}

describe('the mean size of recent events', () => {
  it('is unknown before the first', () => {
    expect(meanAfter([])).to.equal(undefined);
    const recent = new RecentEventBytes();
    recent.count(0, 0);
    expect(recent.mean(0, 0)).to.equal(undefined);
  });

  it('is of all, as long as they are few', () => {
    expect(meanAfter([[1, 300]])).to.equal(300);
    const phases = [
      [100_000, 100],
      [300_000, 500],
    ] as const;
    expect(meanAfter(phases)).to.equal(400);
  });

  it('forgets what lies more than about a million back', () => {
    const phases = [
      [5_000_000, 1_000],
      [1_200_000, 200],
    ] as const;
    expect(meanAfter(phases)).to.equal(200);
  });

  it('remembers a million', () => {
    const phases = [
      [5_000_000, 1_000],
      [500_000, 200],
    ] as const;
    expect(meanAfter(phases)).to.be.within(590, 640);
  });

  it('takes one batch that is larger than all it remembers', () => {
    const [first, second, third] = [
      [10, 100],
      [4_000_000, 200],
      [4_000_000, 100],
    ] as const;
    expect(meanAfter([first, second], Infinity)).to.be.closeTo(200, 1);
    expect(meanAfter([first, second, third], Infinity)).to.equal(100);
  });
});
