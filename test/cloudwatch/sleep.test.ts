import { expect } from 'chai';
import sinon from 'sinon';
import { sleep } from '../../src/cloudwatch/sleep.js';
import { errorOf } from '../rejection.js';

const LONGEST_TIMER = 2 ** 31 - 1;

describe('sleep', () => {
  let clock: sinon.SinonFakeTimers;

  beforeEach(() => {
    clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });
  afterEach(() => {
    clock.restore();
  });

  for (const millis of [1, LONGEST_TIMER, LONGEST_TIMER + 1, 90 * 86_400_000]) {
    it(`waits for ${millis} ms, and no less`, async () => {
      let isOver = false;
      const waiting = sleep(millis).then(() => (isOver = true));
      await clock.tickAsync(millis - 1);
      expect(isOver).to.equal(false);
      await clock.tickAsync(1);
      expect(isOver).to.equal(true);
      await waiting;
      expect(clock.countTimers()).to.equal(0);
    });
  }

  it('ends at the signal, in any stretch, and leaves no timer', async () => {
    for (const passed of [0, LONGEST_TIMER + 5]) {
      const stop = new AbortController();
      const error = errorOf(sleep(Infinity, stop.signal));
      await clock.tickAsync(passed);
      const reason = new Error('enough');
      stop.abort(reason);
      expect(await error).to.equal(reason);
      expect(clock.countTimers()).to.equal(0);
    }
  });
});
