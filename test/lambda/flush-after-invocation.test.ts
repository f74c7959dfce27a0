import { expect } from 'chai';
import { type SinonFakeTimers, useFakeTimers } from 'sinon';
import { OptionError } from '../../src/cloudwatch/errors.js';
import { flushAfterInvocation } from '../../src/lambda/flush-after-invocation.js';

const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');

describe('flushAfterInvocation', () => {
  /** A provider that notes its flushes and ends each when told to. */
  function arrange() {
    const flushes: (() => void)[] = [];
    const provider = {
      forceFlush: () => new Promise<void>((resolve) => flushes.push(resolve)),
    };
    return { flushes, provider };
  }
  const context = (remaining: number) => ({ getRemainingTimeInMillis: () => remaining });
  const settled = () => new Promise((resolve) => setImmediate(resolve));

  it('answers when the flush is through', async () => {
    const { flushes, provider } = arrange();
    const handler = flushAfterInvocation(() => Promise.resolve('done'), { provider });
    const seen: unknown[] = [];
    void handler().then((value) => seen.push(value));
    await settled();
    expect(seen).to.deep.equal([]);
    flushes[0]!();
    await settled();
    expect(seen).to.deep.equal(['done']);
  });

  it('answers all the same when the flush fails', async () => {
    for (const forceFlush of [
      () => Promise.reject(new Error('down')),
      () => {
        throw new Error('down');
      },
    ]) {
      const handler = flushAfterInvocation(() => Promise.resolve('done'), { provider: { forceFlush } });
      expect(await handler()).to.equal('done');
    }
  });

  it('gives the handler its own this and arguments, and what it sets in the context to the runtime', async () => {
    const provider = { forceFlush: () => Promise.resolve() };
    const given = { ...context(5000), callbackWaitsForEmptyEventLoop: true };
    const holder = {
      name: 'holder',
      handler: flushAfterInvocation(
        function (this: { name: string }, event: unknown, inner: typeof given) {
          inner.callbackWaitsForEmptyEventLoop = false;
          return Promise.resolve([this.name, event, inner.getRemainingTimeInMillis()]);
        },
        { provider },
      ),
    };
    expect(await holder.handler('event', given)).to.deep.equal(['holder', 'event', 5000]);
    expect(given.callbackWaitsForEmptyEventLoop).to.equal(false);
  });

  it('leaves to the handler what the runtime looks at', () => {
    const { provider } = arrange();
    function streams(_event: unknown, _stream: unknown): Promise<void> {
      return Promise.resolve();
    }
    const marked = Object.assign(streams, { [STREAMING]: 'response' });
    const wrapped = flushAfterInvocation(marked, { provider });
    expect(wrapped[STREAMING]).to.equal('response');
    expect(wrapped.length).to.equal(2);
    expect(wrapped.name).to.equal('streams');
  });

  it('calls back when the flush is through, once', async () => {
    const { flushes, provider } = arrange();
    const seen: unknown[][] = [];
    const handler = flushAfterInvocation(
      (_event: unknown, _context: unknown, callback: (...results: unknown[]) => void) => {
        callback(null, 'done');
      },
      { provider },
    );
    handler({}, context(5000), (...results) => seen.push(results));
    await settled();
    expect(seen).to.deep.equal([]);
    flushes[0]!();
    await settled();
    expect(seen).to.deep.equal([[null, 'done']]);
    expect(flushes).to.have.lengthOf(1);
  });

  describe('with a clock', () => {
    let clock: SinonFakeTimers;
    beforeEach(() => {
      clock = useFakeTimers();
    });
    afterEach(() => {
      clock.restore();
    });

    for (const [remaining, waits] of [
      [60_000, 2000],
      [1200, 1000],
      [100, 0],
    ] as const) {
      it(`waits for ${waits} ms at most with ${remaining} ms left`, async () => {
        const { provider } = arrange();
        let isOver = false;
        const handler = flushAfterInvocation((_event: unknown, _context: unknown) => Promise.resolve(), {
          provider,
        });
        void handler({}, context(remaining)).then(() => (isOver = true));
        await clock.tickAsync(Math.max(0, waits - 1));
        expect(isOver).to.equal(waits === 0);
        await clock.tickAsync(1);
        expect(isOver).to.equal(true);
      });
    }

    it('flushes before the timeout of a handler that does not end', async () => {
      const { flushes, provider } = arrange();
      const handler = flushAfterInvocation(
        (_event: unknown, _context: unknown) => new Promise(() => undefined),
        { provider },
      );
      void handler({}, context(10_000));
      await clock.tickAsync(8999);
      expect(flushes).to.have.lengthOf(0);
      await clock.tickAsync(1);
      expect(flushes).to.have.lengthOf(1);
    });
  });

  it('refuses what it can not work with', () => {
    const { provider } = arrange();
    const wrong: [unknown, unknown, string][] = [
      [undefined, { provider }, 'handler'],
      [() => undefined, undefined, 'provider'],
      [() => undefined, { provider: {} }, 'provider'],
      [() => undefined, { provider, timeoutMillis: 0 }, 'timeoutMillis'],
      [() => undefined, { provider, timeoutMillis: '1' }, 'timeoutMillis'],
    ];
    for (const [handler, options, option] of wrong) {
      expect(() => flushAfterInvocation(handler as () => void, options as { provider: typeof provider }))
        .to.throw(OptionError)
        .with.property('option', option);
    }
  });
});
