import { expect } from 'chai';
import { Deadline } from '../../src/delivery/deadline.js';

describe('Deadline', () => {
  let now: number;
  const clock = (): number => now;
  beforeEach(() => {
    now = 1_000;
  });

  it('has less left for each who gets it later, and never less than nothing', () => {
    const deadline = Deadline.after(100, clock);
    expect(deadline.leftMillis).to.equal(100);
    now += 60;
    expect(deadline.leftMillis).to.equal(40);
    now += 60;
    expect(deadline.leftMillis).to.equal(0);
  });

  it('is shared out by what is left of it', () => {
    const deadline = Deadline.after(100, clock);
    now += 50;
    expect(deadline.afterPart(0.8).leftMillis).to.equal(40);
    now += 100;
    expect(deadline.afterPart(0.8).leftMillis).to.equal(0);
  });

  it('is bounded from above and from below', () => {
    const deadline = Deadline.after(100, clock);
    expect(deadline.within(40).leftMillis).to.equal(40);
    expect(deadline.within(140)).to.equal(deadline);
    expect(deadline.atLeast(140).leftMillis).to.equal(140);
    expect(deadline.atLeast(40)).to.equal(deadline);
  });

  it("goes by the process's own clock by default", () => {
    expect(Deadline.after(60_000).leftMillis).to.be.within(50_000, 60_000);
  });
});
