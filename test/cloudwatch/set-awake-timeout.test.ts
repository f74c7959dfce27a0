import { expect } from 'chai';
import { type SinonFakeTimers, useFakeTimers } from 'sinon';
import { setAwakeTimeout } from '../../src/cloudwatch/set-awake-timeout.js';

describe('setAwakeTimeout', () => {
  let clock: SinonFakeTimers;
  let calls: number;
  beforeEach(() => {
    clock = useFakeTimers();
    calls = 0;
  });
  afterEach(() => {
    clock.restore();
  });
  const count = (): void => {
    calls++;
  };

  it('calls after its time', () => {
    setAwakeTimeout(count, 5000);
    clock.tick(4999);
    expect(calls).to.equal(0);
    clock.tick(1);
    expect(calls).to.equal(1);
  });

  it('starts again when the process stood still meanwhile', () => {
    setAwakeTimeout(count, 5000);
    // Jumps over the timers: they come late, as after a thaw.
    clock.jump(60_000);
    expect(calls).to.equal(0);
    clock.tick(4999);
    expect(calls).to.equal(0);
    clock.tick(1);
    expect(calls).to.equal(1);
  });

  it('calls when it comes a little late', () => {
    setAwakeTimeout(count, 5000);
    clock.jump(6000);
    expect(calls).to.equal(1);
  });

  it('can be stopped, also after it started again', () => {
    const stop = setAwakeTimeout(count, 5000);
    clock.jump(60_000);
    stop();
    clock.tick(60_000);
    expect(calls).to.equal(0);
  });
});
