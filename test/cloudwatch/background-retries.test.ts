import { expect } from 'chai';
import sinon from 'sinon';
import { BackgroundRetries } from '../../src/cloudwatch/background-retries.js';

describe('BackgroundRetries', () => {
  let clock: sinon.SinonFakeTimers;
  beforeEach(() => {
    clock = sinon.useFakeTimers();
  });
  afterEach(() => {
    clock.restore();
  });

  type Info = Parameters<BackgroundRetries['refreshRetryTokenForRetry']>[1];
  type ErrorType = Info['errorType'];
  const error = new Error('down') as NonNullable<Info['error']>;

  /** @returns the waits before each further attempt, until there is none */
  const waitsOf = async (
    retries: BackgroundRetries,
    errorType: ErrorType,
    hint?: Date,
  ): Promise<number[]> => {
    const waits: number[] = [];
    let token = await retries.acquireInitialRetryToken();
    for (;;) {
      const before = clock.now;
      const info = { error, errorType, ...(hint && { retryAfterHint: hint }) };
      let isRefused = false as boolean;
      const refreshed = retries.refreshRetryTokenForRetry(token, info).then(
        (next) => (token = next),
        () => (isRefused = true),
      );
      await clock.runAllAsync();
      await refreshed;
      if (isRefused) return waits;
      expect(token.getRetryDelay()).to.equal(0);
      waits.push(clock.now - before);
    }
  };

  it('waits longer each time, and longest when the service throttles', async () => {
    const most = (): number => 1;
    expect(await waitsOf(new BackgroundRetries(5, most), 'TRANSIENT')).to.deep.equal([100, 200, 400, 800]);
    expect(await waitsOf(new BackgroundRetries(3, most), 'THROTTLING')).to.deep.equal([500, 1_000]);
    expect((await waitsOf(new BackgroundRetries(10, most), 'SERVER_ERROR')).at(-1)).to.equal(20_000);
    expect(await waitsOf(new BackgroundRetries(3, () => 0), 'TRANSIENT')).to.deep.equal([0, 0]);
  });

  it('makes one attempt where it is given one, and of what no other attempt mends', async () => {
    expect(await waitsOf(new BackgroundRetries(1), 'TRANSIENT')).to.deep.equal([]);
    expect(await waitsOf(new BackgroundRetries(3), 'CLIENT_ERROR')).to.deep.equal([]);
  });

  it('waits as long as Retry-After asks for, within bounds', async () => {
    const after = (millis: number): Date => new Date(clock.now + millis);
    expect(await waitsOf(new BackgroundRetries(2), 'THROTTLING', after(7_000))).to.deep.equal([7_000]);
    expect(await waitsOf(new BackgroundRetries(2), 'THROTTLING', after(3_600_000))).to.deep.equal([20_000]);
  });

  it('tries no more requests again once many have failed, until some succeed', async () => {
    const retries = new BackgroundRetries(2, () => 0);
    for (let request = 0; request < 50; request++) {
      expect(await waitsOf(retries, 'TRANSIENT')).to.deep.equal([0]);
    }
    expect(await waitsOf(retries, 'TRANSIENT')).to.deep.equal([]);
    for (let request = 0; request < 10; request++) {
      retries.recordSuccess(await retries.acquireInitialRetryToken());
    }
    const refreshed = retries.refreshRetryTokenForRetry(await retries.acquireInitialRetryToken(), {
      error,
      errorType: 'SERVER_ERROR',
      retryAfterHint: new Date(clock.now),
    });
    await clock.runAllAsync();
    retries.recordSuccess(await refreshed);
    expect(await waitsOf(retries, 'TRANSIENT')).to.deep.equal([0]);
    expect(await waitsOf(retries, 'TRANSIENT')).to.deep.equal([]);
  });
});
