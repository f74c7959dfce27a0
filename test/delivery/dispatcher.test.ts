import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { isTracingSuppressed } from '@opentelemetry/core';
import { expect } from 'chai';
import fc from 'fast-check';
import { type SinonFakeTimers, useFakeTimers } from 'sinon';
import { type DeliverySettings, DEFAULT_DELIVERY_SETTINGS } from '../../src/delivery/delivery.js';
import { CloudWatchLogsError } from '../../src/cloudwatch/errors.js';
import { EndpointBreaker } from '../../src/delivery/circuit-breaker.js';
import { Deadline } from '../../src/delivery/deadline.js';
import { Dispatcher } from '../../src/delivery/dispatcher.js';
import { type Destination, type LogEventBatch } from '../../src/delivery/encoded-event.js';
import { type Outcome, type RetryCause } from '../../src/delivery/outcome.js';
import { Diagnostics } from '../../src/observability/diagnostics.js';
import { Losses } from '../../src/observability/losses.js';
import { isOwnTelemetry } from '../../src/observability/own-telemetry.js';
import { type EnsureResult } from '../../src/resources/ensure-log-group.js';
import { batch, destination, messages } from './builders.js';

const accepted: Outcome = { kind: 'accepted', rejected: [] };
const other: Destination = { logGroupName: '/apps/gateway', logStreamName: 'one' };
const failure = (cause: RetryCause = 'retry', afterMillis?: number): Outcome => ({
  kind: 'retry',
  cause,
  error: new CloudWatchLogsError('ERR_REQUEST', `it is ${cause}`),
  afterMillis,
});
const split: Outcome = { kind: 'split', error: new Error('invalid') };

interface Sent {
  readonly batch: LogEventBatch;
  readonly token: string | undefined;
  readonly at: number;
}

describe('Dispatcher', () => {
  let clock: SinonFakeTimers;
  let losses: Losses;
  let sent: Sent[];
  let said: string[];
  /** At debug level. */
  let heard: string[];
  /** Requests on the wire of each `send`. */
  let repeats: number;
  /** What a request is answered, and when. */
  let answer: (sent: Sent, signal: AbortSignal) => Outcome | Promise<Outcome>;
  let ensured: string[];
  let ensure: (destination: Destination) => EnsureResult | Promise<EnsureResult>;
  let settledAfterMillis: number;

  beforeEach(() => {
    clock = useFakeTimers();
    losses = new Losses();
    sent = [];
    said = [];
    heard = [];
    repeats = 0;
    ensured = [];
    answer = () => accepted;
    ensure = () => ({ kind: 'ready' });
    settledAfterMillis = 0;
  });
  afterEach(() => {
    clock.restore();
  });

  const create = (settings: Partial<DeliverySettings> = {}): Dispatcher => {
    const note = (message: string): void => void said.push(message);
    const diagnostics = new Diagnostics({
      logger: { error: note, warn: note, info: note, debug: (line) => void heard.push(line) },
      monotonicMillis: () => clock.now,
    });
    const { circuitBreaker } = settings;
    return new Dispatcher(
      {
        sender: {
          send: async (one, signal, token, onRepeat) => {
            for (let repeat = 0; repeat < repeats; repeat++) onRepeat?.();
            const entry = { batch: one, token, at: clock.now };
            sent.push(entry);
            return await answer(entry, signal);
          },
        },
        provisioner: {
          ensure: async (to, when) => {
            ensured.push(`${when} ${to.logGroupName}`);
            return await ensure(to);
          },
          ensureGroupAhead: async (logGroupName) => {
            ensured.push(`group ahead ${logGroupName}`);
            return await ensure({ logGroupName, logStreamName: '' });
          },
          settled: () => new Promise((resolve) => setTimeout(resolve, settledAfterMillis)),
        },
        losses,
        diagnostics,
        breaker: circuitBreaker
          ? new EndpointBreaker({ diagnostics, monotonicMillis: () => clock.now }, circuitBreaker)
          : undefined,
        monotonicMillis: () => clock.now,
        random: () => 0,
      },
      { ...DEFAULT_DELIVERY_SETTINGS, ...settings },
    );
  };
  const within = (millis: number): Deadline => Deadline.after(millis, () => clock.now);
  const after = <T>(millis: number, value: T): Promise<T> =>
    new Promise((resolve) => setTimeout(() => resolve(value), millis));
  /** Answers the given outcomes in turn, then accepts. */
  const inTurn = (...outcomes: Outcome[]): void => {
    answer = () => outcomes.shift() ?? accepted;
  };
  const deliveredMessages = (): string[] =>
    sent.flatMap((entry) => entry.batch.events.map((event) => JSON.parse(event.messageJson) as string));

  it('counts each request on the wire, and tells at debug level of what became of it', async () => {
    const delivery = create();
    inTurn({ kind: 'sequence_token', expected: '7', error: new Error('token') }, accepted);
    await delivery.deliver([batch(['a', 'b'])]);
    expect(delivery.status()).to.include({ requests: 2, retries: 0 });
    repeats = 2;
    await delivery.deliver([batch(['c'])]);
    expect(delivery.status()).to.include({ requests: 5, retries: 2 });
    expect(heard.map((line) => line.replace(/^.*: /, ''))).to.deep.equal([
      'the sequence token was refreshed',
      'a request with 2 events was accepted',
    ]);
    expect(said).to.deep.equal([]);
  });

  describe('deliver', () => {
    it('answers with what was delivered', async () => {
      const delivery = create();
      expect(await delivery.deliver([batch(['a', 'b']), batch(['c'], { to: other })])).to.deep.equal({
        delivered: 3,
        kept: 0,
        lost: 0,
      });
      expect(delivery.status()).to.deep.include({
        deliveredEvents: 3,
        deliveredBytes: 3 + 3 * 26,
        heldEvents: 0,
        heldBytes: 0,
        requests: 2,
      });
    });

    it('has nothing to do for no events', async () => {
      expect(await create().deliver([batch([])])).to.deep.equal({ delivered: 0, kept: 0, lost: 0 });
      expect(sent).to.deep.equal([]);
    });

    it('has no more requests in flight than it may', async () => {
      let inFlight = 0;
      let most = 0;
      answer = async () => {
        most = Math.max(most, ++inFlight);
        await after(10, undefined);
        inFlight--;
        return accepted;
      };
      const delivered = create({ concurrency: 3 }).deliver(messages(20).map((one) => batch([one])));
      await clock.tickAsync(1_000);
      expect((await delivered).delivered).to.equal(20);
      expect(most).to.equal(3);
      expect(deliveredMessages()).to.deep.equal(messages(20));
    });

    it('makes one request of what came from a queue while the one before it was under way', async () => {
      answer = () => after(10, accepted);
      const delivery = create({ concurrency: 1 });
      const delivered = messages(4).map((one) => delivery.deliver([batch([one])], { reservedBytes: 0 }));
      await clock.tickAsync(100);
      // What is merged is answered for as what goes on in the background.
      expect(await Promise.all(delivered)).to.deep.equal([
        { delivered: 1, kept: 0, lost: 0 },
        ...messages(3).map(() => ({ delivered: 0, kept: 1, lost: 0 })),
      ]);
      expect(sent.map((entry) => entry.batch.events.length)).to.deep.equal([1, 3]);
      expect(deliveredMessages()).to.deep.equal(messages(4));
      expect(delivery.status()).to.include({ deliveredEvents: 4, heldEvents: 0, heldBytes: 0, requests: 2 });
    });

    it('serves streams in turn', async () => {
      answer = () => after(10, accepted);
      const delivered = create({ concurrency: 1 }).deliver([
        ...messages(3).map((one) => batch([one])),
        batch(['other'], { to: other }),
      ]);
      await clock.tickAsync(100);
      await delivered;
      expect(deliveredMessages().indexOf('other')).to.equal(2);
    });

    it('counts what the service rejects, by reason', async () => {
      inTurn({
        kind: 'accepted',
        rejected: [
          { reason: 'too_old', count: 2 },
          { reason: 'too_new', count: 1 },
        ],
      });
      expect(await create().deliver([batch(messages(5))])).to.deep.equal({ delivered: 2, kept: 0, lost: 3 });
      expect(losses.byReason()).to.deep.equal({ too_old: 2, too_new: 1 });
    });

    it('says once that an entity was not taken', async () => {
      answer = () => ({ kind: 'accepted', rejected: [], entityError: 'InvalidAttributes' });
      const delivery = create();
      await delivery.deliver([batch(['a'])]);
      await delivery.deliver([batch(['a'])]);
      expect(said).to.have.lengthOf(1);
      expect(said[0]).to.include('InvalidAttributes');
    });

    it('loses a batch that is refused for good', async () => {
      inTurn({ kind: 'refused', error: new Error('never') });
      const result = await create().deliver([batch(['a', 'b'])]);
      expect(result).to.deep.include({ delivered: 0, kept: 0, lost: 2 });
      expect(result.error?.message).to.equal('never');
      expect(losses.byReason()).to.deep.equal({ delivery_failed: 2 });
    });

    it('runs without spans, and marked as own telemetry', async () => {
      const manager = new AsyncLocalStorageContextManager().enable();
      context.setGlobalContextManager(manager);
      try {
        const seen: boolean[] = [];
        answer = () => {
          seen.push(isTracingSuppressed(context.active()) && isOwnTelemetry());
          return sent.length === 1 ? failure() : accepted;
        };
        const delivered = create().deliver([batch(['a'])]);
        await clock.tickAsync(1_000);
        await delivered;
        expect(seen).to.deep.equal([true, true]);
        expect(isOwnTelemetry()).to.equal(false);
      } finally {
        context.disable();
      }
    });
  });

  describe('after a passing error', () => {
    it('waits longer each time', async () => {
      inTurn(failure(), failure(), failure(), failure());
      const delivered = create().deliver([batch(['a'])]);
      await clock.tickAsync(10_000);
      expect((await delivered).delivered).to.equal(1);
      expect(sent.map(({ at }) => at)).to.deep.equal([0, 200, 600, 1_400, 3_000]);
      expect(said[0]).to.match(/failed and will be tried again: it is retry/);
    });

    it('waits as long as Retry-After says', async () => {
      inTurn(failure('throttled', 5_000));
      const delivered = create().deliver([batch(['a'])]);
      await clock.tickAsync(6_000);
      await delivered;
      expect(sent.map(({ at }) => at)).to.deep.equal([0, 5_000]);
    });

    it('waits for the longest Retry-After of requests that were in flight together', async () => {
      inTurn(failure('retry', 1_000), failure('retry', 5_000), failure('retry'));
      const delivered = create().deliver([batch(['a']), batch(['b']), batch(['c'])]);
      await clock.tickAsync(10_000);
      await delivered;
      expect(sent.map(({ at }) => at).slice(3)).to.deep.equal([5_000, 5_000, 5_000]);
    });

    it('keeps the order of the stream', async () => {
      inTurn(failure(), failure());
      const delivered = create({ concurrency: 4 }).deliver(messages(4).map((one) => batch([one])));
      await clock.tickAsync(10_000);
      await delivered;
      expect(deliveredMessages().slice(4)).to.deep.equal(['message 0', 'message 1']);
    });

    it('counts failures of requests that were in flight together as one', async () => {
      answer = ({ at }) => after(5, at < 100 ? failure() : accepted);
      const delivered = create({ concurrency: 3 }).deliver(messages(3).map((one) => batch([one])));
      await clock.tickAsync(1_000);
      await delivered;
      expect(sent.map(({ at }) => at)).to.deep.equal([0, 0, 0, 205, 210, 210]);
    });

    it('lets other streams go on', async () => {
      answer = ({ batch: one }) => (one.destination === other ? accepted : failure());
      const delivery = create();
      const failing = delivery.deliver([batch(['a'])]);
      expect((await delivery.deliver([batch(['b'], { to: other })])).delivered).to.equal(1);
      await clock.tickAsync(60_000);
      expect((await failing).kept).to.equal(1);
    });

    it('slows down for the whole account when it is throttled, and recovers', async () => {
      answer = ({ batch: one, at }) =>
        after(10, one.destination === destination && at === 0 ? failure('throttled') : accepted);
      const delivery = create({ concurrency: 4 });
      const first = delivery.deliver([batch(['a'])]);
      await clock.tickAsync(20);
      const second = delivery.deliver(messages(12).map((one) => batch([one], { to: other })));
      await clock.tickAsync(10_000);
      expect((await first).delivered + (await second).delivered).to.equal(13);
      expect(sent[1]!.at).to.equal(210);
      const starts = sent.map(({ at }) => at);
      expect(starts.filter((at) => at === 210)).to.have.lengthOf(2);
      expect(Math.max(...starts.map((at) => starts.filter((one) => one === at).length))).to.equal(4);
      expect(delivery.status().throttles).to.equal(1);
    });
  });

  describe('when the time of an export is over', () => {
    it('keeps what is left and delivers it later', async () => {
      answer = ({ at }) => (at < 60_000 ? failure() : accepted);
      const delivery = create();
      const delivered = delivery.deliver([batch(['a', 'b'])]);
      await clock.tickAsync(20_000);
      const result = await delivered;
      expect(result).to.deep.include({ delivered: 0, kept: 2, lost: 0 });
      expect(result.error?.message).to.equal('it is retry');
      expect(delivery.status()).to.deep.include({ heldEvents: 2, deliveredEvents: 0 });
      expect(delivery.status().lastError?.message).to.equal('it is retry');
      expect(delivery.status().lastErrorAt).to.be.a('number');
      await clock.tickAsync(120_000);
      expect(delivery.status()).to.deep.include({ heldEvents: 0, heldBytes: 0, deliveredEvents: 2 });
    });

    it('keeps further batches at once while the outage lasts', async () => {
      answer = () => failure();
      const delivery = create();
      const first = delivery.deliver([batch(['a'])]);
      await clock.tickAsync(20_000);
      await first;
      const before = clock.now;
      expect(await delivery.deliver([batch(['b'], { to: other })])).to.deep.include({
        delivered: 0,
        kept: 1,
      });
      expect(clock.now).to.equal(before);
    });

    it('turns away what does not fit the buffer', async () => {
      answer = () => failure();
      const delivery = create({ maxBufferBytes: 60 });
      const first = delivery.deliver([batch(['a']), batch(['b']), batch(['c'])]);
      await clock.tickAsync(20_000);
      const result = await first;
      expect(result).to.deep.include({ delivered: 0, kept: 2, lost: 1 });
      expect(result.error?.message).to.match(/it is retry/);
      expect(losses.byReason()).to.deep.equal({ buffer_full: 1 });
    });

    it('waits for room within the time', async () => {
      answer = () => after(1_000, accepted);
      const delivered = create({ maxBufferBytes: 30 }).deliver(messages(5).map((one) => batch([one])));
      await clock.tickAsync(10_000);
      expect(await delivered).to.deep.equal({ delivered: 5, kept: 0, lost: 0 });
    });

    it('says so when the buffer is full though nothing failed', async () => {
      answer = () => after(100_000, accepted);
      const delivered = create({ maxBufferBytes: 30 }).deliver([batch(['a']), batch(['b'])]);
      await clock.tickAsync(20_000);
      expect((await delivered).error?.message).to.equal('The buffer is full: 27 bytes wait to be delivered');
    });
  });

  describe('when a permission is denied', () => {
    it('waits some seconds for it, then loses each batch after one attempt', async () => {
      answer = () => failure('denied');
      const delivery = create();
      const first = delivery.deliver([batch(['a', 'b'])]);
      await clock.tickAsync(20_000);
      expect(await first).to.deep.include({ delivered: 0, kept: 0, lost: 2 });
      const before = sent.length;
      expect(await delivery.deliver([batch(['c'])])).to.deep.include({ lost: 1 });
      expect(sent.length).to.equal(before + 1);
      expect(losses.byReason()).to.deep.equal({ delivery_failed: 3 });
    });

    it('says so once for all streams of a group', async () => {
      answer = () => failure('denied');
      const delivery = create();
      for (const logStreamName of ['one', 'two', 'three']) {
        void delivery.deliver([batch(['a'], { to: { ...destination, logStreamName } })]);
      }
      void delivery.deliver([batch(['a'], { to: other })]);
      await clock.tickAsync(5_000);
      expect(said.filter((one) => one.includes('it is denied'))).to.have.length(2);
    });

    it('delivers when it is granted in time', async () => {
      answer = ({ at }) => (at < 8_000 ? failure('denied') : accepted);
      const delivered = create().deliver([batch(['a'])]);
      await clock.tickAsync(20_000);
      expect((await delivered).delivered).to.equal(1);
    });
  });

  for (const [what, cause] of [
    ['is one that nobody knows', 'unexpected'],
    ['says what can not be', 'implausible'],
  ] as const) {
    describe(`when an answer ${what}`, () => {
      it('waits some seconds for another, then loses each batch after one attempt', async () => {
        answer = () => failure(cause);
        const delivery = create();
        const first = delivery.deliver([batch(['a', 'b'])]);
        await clock.tickAsync(9_000);
        expect(losses.total()).to.equal(0);
        await clock.tickAsync(11_000);
        expect(await first).to.deep.include({ delivered: 0, kept: 0, lost: 2 });
        expect(losses.byReason()).to.deep.equal({ delivery_failed: 2 });
        // With waits that become longer, not as fast as answers come.
        expect(sent.length).to.be.within(3, 20);
      });

      it('delivers when it passes in time', async () => {
        answer = ({ at }) => (at < 8_000 ? failure(cause) : accepted);
        const delivered = create().deliver([batch(['a'])]);
        await clock.tickAsync(20_000);
        expect((await delivered).delivered).to.equal(1);
      });
    });
  }

  describe('when a permission is denied after an outage', () => {
    const retry = { initialDelayMillis: 200, maxDelayMillis: 500 };

    it('waits for the permission as long as without the outage', async () => {
      answer = ({ at }) => (at < 12_000 ? failure() : at < 18_000 ? failure('denied') : accepted);
      const delivered = create({ retry }).deliver([batch(['a', 'b']), batch(['c'])]);
      await clock.tickAsync(19_900);
      expect((await delivered).delivered).to.equal(3);
      expect(losses.total()).to.equal(0);
    });

    it('waits anew after another failure in between', async () => {
      answer = ({ at }) => {
        if (at >= 18_000) return accepted;
        return failure(at >= 9_000 && at < 10_000 ? 'retry' : 'denied');
      };
      const delivered = create({ retry }).deliver([batch(['a'])]);
      await clock.tickAsync(19_900);
      expect((await delivered).delivered).to.equal(1);
    });
  });

  describe('when a part of it throws, which none does', () => {
    for (const circuitBreaker of [false, { failures: 10, probeAfterMillis: 1_000 }] as const) {
      it(`tries again, ${circuitBreaker ? 'with' : 'without'} a breaker`, async () => {
        let calls = 0;
        answer = () => {
          if (++calls > 2) return accepted;
          // eslint-disable-next-line @typescript-eslint/only-throw-error -- whatever it is
          throw calls === 1 ? new Error('a mistake') : 'a mistake';
        };
        const delivery = create({ circuitBreaker });
        const delivered = delivery.deliver([batch(['a'])]);
        await clock.tickAsync(10_000);
        expect(await delivered).to.deep.equal({
          delivered: 1,
          kept: 0,
          lost: 0,
        });
      });
    }
  });

  describe('when group or stream is missing', () => {
    it('makes them and sends again at once', async () => {
      inTurn(failure('missing'));
      expect((await create().deliver([batch(['a'])])).delivered).to.equal(1);
      expect(ensured).to.deep.equal(['missing /apps/orders']);
      expect(clock.now).to.equal(0);
      expect(said).to.deep.equal([]);
    });

    it('is no error where they can be made', async () => {
      inTurn(failure('missing'));
      const delivery = create();
      await delivery.deliver([batch(['a'])]);
      expect(delivery.status()).to.include({ lastError: undefined, lastErrorAt: undefined });
    });

    it('waits when they are still missing', async () => {
      inTurn(failure('missing'), failure('missing'));
      const delivery = create();
      const delivered = delivery.deliver([batch(['a'])]);
      await clock.tickAsync(10_000);
      expect((await delivered).delivered).to.equal(1);
      expect(delivery.status().lastError?.message).to.equal('it is missing');
      expect(sent.map(({ at }) => at)).to.deep.equal([0, 0, 400]);
    });

    it('says why they can not be made', async () => {
      answer = () => failure('missing');
      ensure = () => ({ kind: 'failed', missing: 'group', error: new Error('no permission') });
      const delivered = create().deliver([batch(['a'])]);
      await clock.tickAsync(20_000);
      const result = await delivered;
      expect(result).to.deep.include({ kept: 1, lost: 0 });
      expect(result.error?.message).to.equal('no permission');
    });

    it('turns a batch away when their room is not enough for it', async () => {
      const third: Destination = { logGroupName: '/apps/third', logStreamName: 'one' };
      answer = ({ batch: one }) =>
        one.destination === destination ? failure('missing') : after(600_000, accepted);
      ensure = () => ({ kind: 'failed', missing: 'group', error: new Error('no permission') });
      const delivery = create({ maxBufferBytes: 60 });
      void delivery.deliver([batch(['a'])]);
      void delivery.deliver([batch(['b'], { to: other })]);
      await clock.tickAsync(21_000);
      const turnedAway = delivery.deliver([batch(['c', 'd'], { to: third })]);
      await clock.tickAsync(21_000);
      expect(await turnedAway).to.deep.include({ delivered: 0, kept: 0, lost: 2 });
      expect(losses.byReason()).to.deep.equal({ buffer_full: 3 });
      expect(delivery.status().heldEvents).to.equal(1);
    });

    it('does not let their batches take the room of healthy streams', async () => {
      answer = ({ batch: one }) => (one.destination === other ? accepted : failure('missing'));
      const delivery = create({ maxBufferBytes: 100 });
      const stuck = delivery.deliver(messages(2).map((one) => batch([one])));
      await clock.tickAsync(20_000);
      expect((await stuck).kept).to.equal(2);
      expect(await delivery.deliver([batch(['x'.repeat(50)], { to: other })])).to.deep.include({
        delivered: 1,
        lost: 0,
      });
      expect(losses.byReason()).to.deep.equal({ buffer_full: 2 });
      expect(delivery.status()).to.include({ heldEvents: 0, heldBytes: 0 });
    });

    it('sends nothing to a stream that is being made ahead', async () => {
      ensure = () => after(100, { kind: 'ready' as const });
      const delivery = create();
      void delivery.prepare([destination, destination, other]);
      const delivered = delivery.deliver([batch(['a'])]);
      await clock.tickAsync(99);
      expect(sent).to.deep.equal([]);
      await clock.tickAsync(1);
      expect((await delivered).delivered).to.equal(1);
      expect(ensured).to.deep.equal(['ahead /apps/orders', 'ahead /apps/gateway']);
    });

    it('says when they are made, to whoever asks', async () => {
      ensure = () => after(100, { kind: 'ready' as const });
      const delivery = create();
      const made: string[] = [];
      void delivery.prepare([destination]).then(() => made.push('first'));
      void delivery.prepare([destination, other]).then(() => made.push('second'));
      await clock.tickAsync(99);
      expect(made).to.deep.equal([]);
      await clock.tickAsync(1);
      expect(made).to.have.members(['first', 'second']);
      expect(ensured).to.have.length(2);
    });

    it('makes a group ahead of its streams', () => {
      void create().prepareGroup('/apps/orders');
      expect(ensured).to.deep.equal(['group ahead /apps/orders']);
    });

    it('sends all the same when making ahead fails', async () => {
      ensure = () => ({ kind: 'failed', missing: 'group', error: new Error('no permission') });
      const delivery = create();
      void delivery.prepare([destination]);
      expect(await delivery.deliver([batch(['a'])])).to.deep.equal({ delivered: 1, kept: 0, lost: 0 });
    });
  });

  describe('when a batch is invalid', () => {
    const isBad = (text: string): boolean => text.includes('bad');
    const refuseBad = (): void => {
      answer = ({ batch: one }) =>
        [...one.events].some((event) => isBad(event.messageJson)) ? split : accepted;
    };

    it('loses nothing but the bad events', async () => {
      refuseBad();
      const texts = messages(1_000).map((text, index) => (index % 333 === 5 ? `bad ${index}` : text));
      const result = await create().deliver([batch(texts)]);
      expect(result).to.deep.include({ delivered: 997, kept: 0, lost: 3 });
      expect(result.error?.message).to.equal('invalid');
      expect(losses.byReason()).to.deep.equal({ rejected: 3 });
    });

    it('loses nothing but the bad events wherever they are', async () => {
      refuseBad();
      await fc.assert(
        fc.asyncProperty(fc.array(fc.boolean(), { minLength: 1, maxLength: 300 }), async (good) => {
          sent = [];
          losses = new Losses();
          const delivery = create();
          const result = await delivery.deliver([
            batch(good.map((is, index) => `${is ? 'good' : 'bad'} ${index}`)),
          ]);
          const count = good.filter(Boolean).length;
          expect(result.delivered).to.equal(count);
          expect(result.lost).to.equal(good.length - count);
          expect(losses.total()).to.equal(good.length - count);
          expect(delivery.status()).to.include({ heldEvents: 0, heldBytes: 0, deliveredEvents: count });
        }),
        { seed: 7, numRuns: 60 },
      );
    });

    it('finds ninety good events in ten thousand with every hundredth good', async () => {
      refuseBad();
      const texts = messages(9_000).map((text, index) => (index % 100 === 0 ? text : `bad ${index}`));
      expect(await create().deliver([batch(texts)])).to.deep.include({ delivered: 90, lost: 8_910 });
    });

    it('gives up early when it is the request that is invalid', async () => {
      answer = () => split;
      const result = await create().deliver([batch(messages(10_000))]);
      expect(result).to.deep.include({ delivered: 0, lost: 10_000 });
      expect(sent.length).to.be.below(300);
      expect(losses.byReason()).to.deep.equal({ rejected: 10_000 });
    });

    it('goes on where it was after a passing error', async () => {
      let requests = 0;
      answer = ({ batch: one }) => {
        if (++requests % 3 === 0) return failure();
        return [...one.events].some((event) => isBad(event.messageJson)) ? split : accepted;
      };
      const delivered = create().deliver([batch(['a', 'bad', 'b', 'c', 'd', 'bad', 'e'])]);
      await clock.tickAsync(30_000);
      expect(await delivered).to.deep.include({ delivered: 5, kept: 0, lost: 2 });
    });
  });

  describe('against an endpoint that wants sequence tokens', () => {
    it('sends with the expected one, one request at a time', async () => {
      let next = 1;
      let inFlight = 0;
      let isKnown = false;
      let overlaps = 0;
      answer = async ({ token }) => {
        overlaps += ++inFlight > 1 && isKnown ? 1 : 0;
        await after(10, undefined);
        inFlight--;
        if (token !== String(next) && next > 1) {
          isKnown = inFlight === 0;
          return { kind: 'sequence_token', expected: String(next), error: new Error('token') };
        }
        return { kind: 'accepted', rejected: [], nextSequenceToken: String(++next) };
      };
      const delivered = create({ concurrency: 2 }).deliver(messages(6).map((one) => batch([one])));
      await clock.tickAsync(1_000);
      expect((await delivered).delivered).to.equal(6);
      expect(overlaps).to.equal(0);
      expect(isKnown).to.equal(true);
    });

    it('waits when the tokens are never right', async () => {
      answer = () => ({ kind: 'sequence_token', expected: 'x', error: new Error('token') });
      const delivered = create().deliver([batch(['a'])]);
      await clock.tickAsync(20_000);
      expect((await delivered).kept).to.equal(1);
      expect(sent.length).to.be.below(15);
    });
  });

  describe('with a bound on requests per second', () => {
    it('makes no more than that', async () => {
      const delivered = create({ requestsPerSecond: 5, concurrency: 50 }).deliver(
        messages(20).map((one) => batch([one])),
      );
      await clock.tickAsync(10_000);
      expect((await delivered).delivered).to.equal(20);
      const starts = sent.map(({ at }) => at);
      expect(starts.filter((at) => at === 0)).to.have.lengthOf(5);
      expect(starts.slice(5)).to.deep.equal(Array.from({ length: 15 }, (_, index) => 200 * (index + 1)));
    });

    it('makes less than one a second where that is the bound', async () => {
      const delivered = create({ requestsPerSecond: 0.5 }).deliver(messages(3).map((one) => batch([one])));
      await clock.tickAsync(10_000);
      expect((await delivered).delivered).to.equal(3);
      expect(sent.map(({ at }) => at)).to.deep.equal([0, 2_000, 4_000]);
    });
  });

  describe('with a circuit breaker', () => {
    const circuitBreaker = { failures: 3, probeAfterMillis: 5_000 };
    const to = (name: string): Destination => ({ logGroupName: name, logStreamName: 'one' });
    const batches = (count: number): LogEventBatch[] =>
      messages(count, '/g').map((name) => batch(['x'], { to: to(name.replace(' ', '')) }));

    it('makes no request while the endpoint is down but one that probes, and goes on at once when it is up', async () => {
      answer = ({ at }) => (at < 12_000 ? failure() : accepted);
      const delivery = create({
        circuitBreaker,
        concurrency: 4,
        retry: { initialDelayMillis: 100, maxDelayMillis: 100 },
      });
      const delivered = delivery.deliver(batches(8));
      await clock.tickAsync(1_000);
      expect(delivery.status().breaker).to.equal('open');
      await clock.tickAsync(19_000);
      expect((await delivered).delivered).to.equal(8);
      expect(delivery.status()).to.include({ breaker: 'closed', requests: sent.length });
      const late = sent.map(({ at }) => at).filter((at) => at > 100);
      expect(late.filter((at) => at < 12_000)).to.have.lengthOf(2);
      expect(Math.max(...late)).to.be.below(15_200);
      expect(said.filter((text) => text.includes('no requests for 5000 ms'))).to.have.lengthOf(1);
      expect(said.at(-1)).to.include('the service answers again');
    });

    it('keeps new batches at once while it is open', async () => {
      answer = () => failure();
      const delivery = create({ circuitBreaker });
      void delivery.deliver(batches(5));
      await clock.tickAsync(1_000);
      const result = await delivery.deliver([batch(['late'])]);
      expect(result).to.deep.include({ delivered: 0, kept: 1, lost: 0 });
      expect(result.error?.message).to.equal('it is retry');
    });

    it('probes in time when the system clock is set back', async () => {
      let now = 0;
      const diagnostics = new Diagnostics();
      const breaker = new EndpointBreaker(
        { diagnostics, monotonicMillis: () => now },
        { failures: 1, probeAfterMillis: 500 },
      );
      let requests = 0;
      const send = (): Promise<Outcome> => {
        requests++;
        return Promise.resolve(failure());
      };
      await breaker.run(send);
      clock.setSystemTime(-3_600_000);
      now = 499;
      expect(await breaker.run(send)).to.include({ wasNotSent: true });
      now = 500;
      // The second waits for what the first finds.
      const [probe, held] = await Promise.all([breaker.run(send), breaker.run(send)]);
      expect(probe).not.to.have.property('wasNotSent');
      expect(held).to.include({ wasNotSent: true });
      expect(requests).to.equal(2);
    });

    it('says that it probes', async () => {
      answer = ({ at }) => (at < 4_000 ? failure() : after(1_000, accepted));
      const delivery = create({ circuitBreaker });
      void delivery.deliver(batches(5));
      await clock.tickAsync(5_500);
      expect(delivery.status().breaker).to.equal('half_open');
    });

    it('does not let a flush wait while it is open', async () => {
      answer = () => failure();
      const delivery = create({ circuitBreaker });
      void delivery.deliver(batches(5));
      await clock.tickAsync(1_000);
      const before = clock.now;
      await Promise.all([delivery.forceFlush(), clock.tickAsync(1)]);
      expect(clock.now).to.equal(before + 1);
    });

    it('tries once more at shutdown all the same', async () => {
      answer = ({ at }) => (at < 1_000 ? failure() : accepted);
      const delivery = create({ circuitBreaker });
      void delivery.deliver(batches(5));
      await clock.tickAsync(1_000);
      const closed = delivery.shutdown();
      await clock.tickAsync(5_000);
      await closed;
      expect(delivery.status().deliveredEvents).to.equal(5);
      expect(losses.total()).to.equal(0);
    });

    for (const cause of ['throttled', 'denied', 'credentials', 'missing'] as const) {
      it(`stays closed when the endpoint answers: ${cause}`, async () => {
        answer = () => failure(cause);
        const delivery = create({ circuitBreaker });
        void delivery.deliver(batches(5));
        await clock.tickAsync(8_000);
        expect(delivery.status().breaker).to.equal('closed');
      });
    }
  });

  describe('status', () => {
    it('does not bill the bytes of events that the service refused', async () => {
      inTurn({
        kind: 'accepted',
        rejected: [
          { reason: 'too_old', count: 1 },
          { reason: 'expired', count: 1 },
          { reason: 'too_new', count: 1 },
        ],
      });
      const delivery = create();
      await delivery.deliver([batch(['1', '22', '333', '4444', '55555'])]);
      expect(delivery.status()).to.include({ deliveredEvents: 2, deliveredBytes: 3 + 26 + 4 + 26 });
      await delivery.deliver([batch(['1'])]);
      expect(delivery.status()).to.include({ deliveredEvents: 3, deliveredBytes: 3 + 26 + 4 + 26 + 1 + 26 });
    });
  });

  describe('forceFlush', () => {
    it('returns at once when there is nothing', async () => {
      await Promise.all([create().forceFlush(), clock.tickAsync(0)]);
    });

    it('cuts waits short', async () => {
      inTurn(failure('throttled', 15_000));
      const delivery = create();
      const delivered = delivery.deliver([batch(['a'])]);
      await clock.tickAsync(10);
      await Promise.all([delivery.forceFlush(), clock.tickAsync(0)]);
      expect((await delivered).delivered).to.equal(1);
      expect(clock.now).to.equal(10);
    });

    it('goes on trying, with short waits, until its time is over', async () => {
      answer = () => failure();
      const delivery = create({ flushTimeoutMillis: 5_000 });
      const delivered = delivery.deliver([batch(['a'])]);
      await clock.tickAsync(2_000);
      const before = sent.length;
      const flushed = delivery.forceFlush();
      await clock.tickAsync(5_000);
      await flushed;
      expect(sent.length - before).to.be.within(5, 7);
      expect((await delivered).kept).to.equal(1);
    });

    it('gives up soon after one in vain: times of flushes in a row do not add up', async () => {
      answer = () => after(60_000, accepted);
      const delivery = create({ deliveryTimeoutMillis: 60_000 });
      let through = 0;
      const exported = (async () => {
        for (const message of ['a', 'b', 'c']) {
          const delivered = delivery.deliver([batch([message])]);
          await delivery.forceFlush(within(20_000));
          through += (await delivered).kept;
        }
      })();
      await clock.tickAsync(20_000);
      expect(through).to.equal(1);
      await clock.tickAsync(2_000);
      await exported;
      expect(through).to.equal(3);
    });

    it('takes its time after one in vain, as soon as the service takes something again', async () => {
      answer = () => failure();
      const delivery = create({ concurrency: 1 });
      void delivery.deliver(['a', 'b', 'c', 'd'].map((message) => batch([message])));
      await Promise.all([delivery.forceFlush(within(3_000)), clock.tickAsync(3_000)]);
      answer = () => after(800, accepted);
      const before = clock.now;
      await Promise.all([delivery.forceFlush(within(20_000)), clock.tickAsync(4_500)]);
      expect(delivery.status()).to.include({ deliveredEvents: 4, heldEvents: 0 });
      expect(clock.now - before).to.equal(4_500);
      // Nothing was left: the next one has all its time again.
      answer = () => after(5_000, accepted);
      void delivery.deliver([batch(['e'])]);
      await Promise.all([delivery.forceFlush(within(20_000)), clock.tickAsync(5_100)]);
      expect(delivery.status().deliveredEvents).to.equal(5);
    });

    for (const cause of ['denied', 'credentials', 'configuration', 'missing'] as const) {
      it(`does not wait for what waiting does not mend: ${cause}`, async () => {
        answer = () => failure(cause);
        ensure = () => ({ kind: 'failed', missing: 'group', error: new Error('no') });
        const delivery = create();
        const delivered = delivery.deliver([batch(['a']), batch(['b'])]);
        await clock.tickAsync(1_500);
        const before = clock.now;
        await Promise.all([delivery.forceFlush(), clock.tickAsync(0)]);
        expect(clock.now).to.equal(before);
        expect((await delivered).kept).to.equal(2);
      });
    }

    for (const cause of ['denied', 'credentials'] as const) {
      it(`waits a second for what may mend soon, and no longer: ${cause}`, async () => {
        let mendsAt = 700;
        answer = ({ at }) => (at < mendsAt ? failure(cause) : accepted);
        const delivery = create();
        const first = delivery.deliver([batch(['a'])]);
        await Promise.all([delivery.forceFlush(), clock.tickAsync(2_000)]);
        expect((await first).delivered).to.equal(1);

        mendsAt = Number.POSITIVE_INFINITY;
        const second = delivery.deliver([batch(['b'])]);
        const before = clock.now;
        let flushedAt = 0;
        void delivery.forceFlush().then(() => {
          flushedAt = clock.now;
        });
        await clock.tickAsync(19_000);
        expect(flushedAt - before).to.be.within(1_000, 2_500);
        expect((await second).kept).to.equal(1);
      });
    }

    it('does not return before what waits for room is sent', async () => {
      answer = () => after(100, accepted);
      const delivery = create({ maxBufferBytes: 60, concurrency: 1 });
      const delivered = delivery.deliver(messages(12).map((message) => batch([message])));
      const flushed = delivery.forceFlush().then(() => delivery.status().deliveredEvents);
      await clock.tickAsync(1_300);
      expect(await flushed).to.equal(12);
      expect((await delivered).delivered).to.equal(12);
    });

    it('does not wait for room that only what is hopeless takes', async () => {
      answer = () => failure('credentials');
      const delivery = create({ maxBufferBytes: 30 });
      const delivered = delivery.deliver([batch(['a']), batch(['b'])]);
      await clock.tickAsync(1_500);
      const before = clock.now;
      await Promise.all([delivery.forceFlush(), clock.tickAsync(0)]);
      expect(clock.now).to.equal(before);
      await clock.tickAsync(20_000);
      expect(await delivered).to.deep.include({ delivered: 0, kept: 1, lost: 1 });
    });

    it('waits for what is in flight and for the last steps of provisioning', async () => {
      answer = () => after(500, accepted);
      settledAfterMillis = 700;
      const delivery = create();
      const delivered = delivery.deliver([batch(['a'])]);
      let isFlushed = false;
      const flushed = delivery.forceFlush().then(() => {
        isFlushed = true;
      });
      await clock.tickAsync(1_199);
      expect(isFlushed).to.equal(false);
      await clock.tickAsync(1);
      await flushed;
      expect((await delivered).delivered).to.equal(1);
    });
  });

  describe('shutdown', () => {
    it('delivers what is there', async () => {
      inTurn(failure());
      const delivery = create();
      const delivered = delivery.deliver([batch(['a'])]);
      const closed = delivery.shutdown();
      await clock.tickAsync(1_000);
      await closed;
      expect((await delivered).delivered).to.equal(1);
      expect(losses.total()).to.equal(0);
    });

    it('delivers with credentials that are renewed a moment later', async () => {
      answer = ({ at }) => (at < 500 ? failure('credentials') : accepted);
      const delivery = create();
      const delivered = delivery.deliver([batch(['a'])]);
      await Promise.all([delivery.shutdown(), clock.tickAsync(1_000)]);
      expect((await delivered).delivered).to.equal(1);
      expect(losses.total()).to.equal(0);
    });

    it('counts what is left after its time, waiting and in flight', async () => {
      let aborted = false;
      answer = (_, signal) => {
        signal.addEventListener('abort', () => {
          aborted = true;
        });
        return after(10_000, accepted);
      };
      const delivery = create({ concurrency: 1 });
      const delivered = delivery.deliver([batch(['a', 'b']), batch(['c'])]);
      const closed = delivery.shutdown();
      await clock.tickAsync(5_000);
      await closed;
      expect(aborted).to.equal(true);
      expect(losses.byReason()).to.deep.equal({ shutdown: 3 });
      expect(await delivered).to.deep.include({ delivered: 0, kept: 0, lost: 3 });
      await clock.tickAsync(60_000);
      expect(sent.length).to.equal(1);
      expect(delivery.status()).to.include({ heldEvents: 0, heldBytes: 0, deliveredEvents: 0 });
    });

    it('turns away what comes later', async () => {
      answer = () => after(1_000, accepted);
      const delivery = create();
      const closed = delivery.shutdown();
      const late = await delivery.deliver([batch(['late'])]);
      expect(late).to.deep.include({ lost: 1 });
      expect(late.error?.message).to.equal('Delivery is shut down');
      await Promise.all([closed, clock.tickAsync(0)]);
      expect((await delivery.deliver([batch(['later'])])).error?.message).to.equal('Delivery is shut down');
      expect(losses.byReason()).to.deep.equal({ shutdown: 2 });
      await delivery.shutdown();
    });

    it('does not throw away exported records that wait for room while the service is healthy', async () => {
      answer = () => after(100, accepted);
      const delivery = create({ maxBufferBytes: 60 });
      const first = delivery.deliver(messages(12).map((message) => batch([message])));
      const second = delivery.deliver([batch(['more'])]);
      const closed = delivery.shutdown();
      await clock.tickAsync(5_000);
      await closed;
      expect(await first).to.deep.equal({ delivered: 12, kept: 0, lost: 0 });
      expect(await second).to.deep.equal({ delivered: 1, kept: 0, lost: 0 });
      expect(losses.total()).to.equal(0);
      expect(delivery.status()).to.include({ heldEvents: 0, heldBytes: 0 });
    });

    it('turns away who still waits for room at its deadline, and says so', async () => {
      answer = () => after(2_000, accepted);
      const details: string[] = [];
      losses = new Losses((reason, count, detail) => details.push(`${reason} ${count}: ${detail!}`));
      const delivery = create({ maxBufferBytes: 30 });
      const delivered = delivery.deliver(messages(5).map((message) => batch([message])));
      const closed = delivery.shutdown();
      await clock.tickAsync(5_000);
      await closed;
      expect(delivery.status()).to.include({ heldEvents: 0, heldBytes: 0, deliveredEvents: 2 });
      expect(losses.byReason()).to.deep.equal({ shutdown: 3 });
      expect(await delivered).to.deep.include({ delivered: 2, kept: 0, lost: 3 });
      expect((await delivered).error?.message).to.equal(
        'Delivery is shut down: there was no room for them in the time given to shutdown',
      );
      expect(details).to.include('shutdown 1: there was no room for them in the time given to shutdown');
      expect(details.join()).not.to.contain('after shutdown');
      await clock.tickAsync(60_000);
      expect(sent.length).to.equal(3);
    });

    it('loses nothing uncounted when room comes free as its time is over', async () => {
      const delivery = create({ maxBufferBytes: 30, shutdownTimeoutMillis: 1_000 });
      answer = () => after(1_000, accepted);
      const delivered = delivery.deliver([batch(['a']), batch(['b']), batch(['c'])]);
      const closed = delivery.shutdown();
      await clock.tickAsync(1_000);
      await closed;
      const { delivered: arrived, kept, lost } = await delivered;
      expect(arrived + lost).to.equal(3);
      expect(kept).to.equal(0);
      expect(losses.total()).to.equal(lost);
      expect(delivery.status()).to.include({ heldEvents: 0, heldBytes: 0, deliveredEvents: arrived });
    });

    it('ends a flush that began before and would wait longer', async () => {
      answer = () => after(60_000, accepted);
      const delivery = create({ flushTimeoutMillis: 20_000, shutdownTimeoutMillis: 1_000 });
      void delivery.deliver([batch(['a'])]);
      let isFlushed = false;
      const flushed = delivery.forceFlush().then(() => {
        isFlushed = true;
      });
      void delivery.shutdown();
      await clock.tickAsync(999);
      expect(isFlushed).to.equal(false);
      await clock.tickAsync(1);
      await flushed;
      expect(losses.byReason()).to.deep.equal({ shutdown: 1 });
    });

    it('ends a flush that begins while it is under way, whatever provisioning waits for', async () => {
      answer = () => after(60_000, accepted);
      settledAfterMillis = 60_000;
      const delivery = create({ flushTimeoutMillis: 20_000, shutdownTimeoutMillis: 1_000 });
      void delivery.deliver([batch(['a'])]);
      const closed = delivery.shutdown();
      const flushed = delivery.forceFlush();
      await clock.tickAsync(1_000);
      await Promise.all([closed, flushed]);
      await delivery.forceFlush();
      expect(clock.now).to.equal(1_000);
    });

    it('leaves no timer behind', async () => {
      answer = () => failure();
      const delivery = create();
      void delivery.deliver([batch(['a'])]);
      const closed = delivery.shutdown();
      await clock.tickAsync(5_000);
      await closed;
      // The stand-in's own timer.
      await clock.tickAsync(1);
      expect(clock.countTimers()).to.equal(0);
    });
  });

  it('accounts for every event, whatever is answered', async () => {
    const outcomes: Outcome[] = [
      accepted,
      { kind: 'accepted', rejected: [{ reason: 'expired', count: 1 }] },
      failure(),
      failure('throttled', 1_500),
      failure('credentials'),
      failure('denied'),
      failure('missing'),
      split,
      { kind: 'refused', error: new Error('never') },
      { kind: 'sequence_token', expected: '7', error: new Error('token') },
    ];
    const step = fc.record({ outcome: fc.constantFrom(...outcomes), delay: fc.nat({ max: 3_000 }) });
    const input = fc.record({
      steps: fc.array(step, { maxLength: 60 }),
      batches: fc.array(
        fc.record({ events: fc.integer({ min: 1, max: 9 }), to: fc.constantFrom(destination, other) }),
        {
          maxLength: 12,
        },
      ),
      concurrency: fc.integer({ min: 1, max: 4 }),
      maxBufferBytes: fc.integer({ min: 100, max: 2_000 }),
      flushAt: fc.option(fc.nat({ max: 20_000 })),
    });
    await fc.assert(
      fc.asyncProperty(input, async ({ steps, batches, concurrency, maxBufferBytes, flushAt }) => {
        losses = new Losses();
        const script = [...steps];
        answer = () => {
          const next = script.shift();
          return next ? after(next.delay, next.outcome) : accepted;
        };
        const delivery = create({ concurrency, maxBufferBytes });
        const results = batches.map(({ events, to }) => delivery.deliver([batch(messages(events), { to })]));
        if (flushAt !== null) setTimeout(() => void delivery.forceFlush(), flushAt);
        await clock.tickAsync(25_000);
        const emitted = batches.reduce((sum, { events }) => sum + events, 0);
        const reported = (await Promise.all(results)).reduce(
          (sum, one) => sum + one.delivered + one.kept + one.lost,
          0,
        );
        expect(reported).to.equal(emitted);
        const { deliveredEvents, heldEvents } = delivery.status();
        expect(deliveredEvents + heldEvents + losses.total()).to.equal(emitted);
        const closed = delivery.shutdown();
        await clock.tickAsync(10_000);
        await closed;
        expect(delivery.status()).to.include({ heldEvents: 0, heldBytes: 0 });
        expect(delivery.status().deliveredEvents + losses.total()).to.equal(emitted);
      }),
      { seed: 11, numRuns: 100 },
    );
  });
});
