import { expect } from 'chai';
import { type SinonFakeTimers, useFakeTimers } from 'sinon';
import { DEFAULT_DELIVERY_SETTINGS, type DeliverySettings } from '../../src/delivery/delivery.js';
import { Dispatcher } from '../../src/delivery/dispatcher.js';
import { type Destination, type LogEventBatch } from '../../src/delivery/encoded-event.js';
import { type Outcome, type RetryCause } from '../../src/delivery/outcome.js';
import { RoomForBytes } from '../../src/delivery/room-for-bytes.js';
import { type Spool } from '../../src/delivery/spool/spool.js';
import { Diagnostics } from '../../src/observability/diagnostics.js';
import { Losses } from '../../src/observability/losses.js';
import { type EnsureResult } from '../../src/resources/ensure-log-group.js';
import { batch, destination, messages } from './builders.js';
import { StubSpool } from './stub-spool.js';

const accepted: Outcome = { kind: 'accepted', rejected: [] };
const failure = (cause: RetryCause): Outcome => ({
  kind: 'retry',
  cause,
  error: new Error(`it is ${cause}`),
});
const other: Destination = { logGroupName: '/apps/gateway', logStreamName: 'one' };

describe('a delivery', () => {
  let clock: SinonFakeTimers;
  let losses: Losses;
  let spool: StubSpool;
  let room: RoomForBytes;
  let answer: (one: LogEventBatch) => Outcome | Promise<Outcome>;
  let ensured: EnsureResult;
  beforeEach(() => {
    clock = useFakeTimers();
    losses = new Losses();
    spool = new StubSpool();
    answer = () => accepted;
    ensured = { kind: 'ready' };
  });
  afterEach(() => {
    clock.restore();
  });

  const create = (settings: Partial<DeliverySettings> = {}, hasSpool = false): Dispatcher => {
    const silent = (): void => undefined;
    const all = { ...DEFAULT_DELIVERY_SETTINGS, ...settings };
    room = new RoomForBytes(all.maxBufferBytes);
    return new Dispatcher(
      {
        sender: { send: async (one) => await answer(one) },
        provisioner: {
          ensure: () => Promise.resolve(ensured),
          ensureGroupAhead: () => Promise.resolve(ensured),
          settled: () => Promise.resolve(),
        },
        room,
        spool: hasSpool ? (spool as unknown as Spool) : undefined,
        losses,
        diagnostics: new Diagnostics({
          logger: { error: silent, warn: silent, info: silent, debug: silent },
        }),
        monotonicMillis: () => clock.now,
        random: () => 0,
      },
      all,
    );
  };
  const after = <T>(millis: number, value: T): Promise<T> =>
    new Promise((resolve) => setTimeout(() => resolve(value), millis));
  /** @returns what became of a delivery, and how many milliseconds that took */
  const timed = async <T>(what: Promise<T>): Promise<T & { millis: number }> => {
    const startedAt = clock.now;
    let millis = -1;
    void what.then(() => (millis = clock.now - startedAt));
    while (millis < 0) await clock.tickAsync(10);
    return { ...(await what), millis };
  };

  describe('that waits until what is not delivered is safe', () => {
    for (const cause of ['retry', 'throttled', 'credentials', 'configuration'] as const) {
      for (const hasSpool of [false, true]) {
        const where = hasSpool ? 'on disk' : 'in memory';
        it(`is through with the first failure (${cause}) when it is ${where}`, async () => {
          answer = () => after(300, failure(cause));
          const delivery = create({ concurrency: 1 }, hasSpool);
          const delivered = delivery.deliver([batch(['a', 'b']), batch(['c'], { to: other })], {
            untilSafe: true,
          });
          const { delivered: arrived, kept, lost, error, millis } = await timed(delivered);
          expect({ arrived, kept, lost }).to.deep.equal({ arrived: 0, kept: 3, lost: 0 });
          expect(error?.message).to.equal(`it is ${cause}`);
          expect(millis).to.be.within(300, 320);
          expect(spool.written).to.have.lengthOf(hasSpool ? 2 : 0);
          // The endpoint is known to fail now.
          const next = await timed(delivery.deliver([batch(['d'])], { untilSafe: true }));
          expect(next).to.include({ kept: 1, lost: 0 });
          expect(next.millis).to.be.at.most(10);
          expect(delivery.status().heldEvents).to.equal(hasSpool ? 0 : 4);
        });
      }
    }

    it('waits for the disk', async () => {
      answer = () => failure('retry');
      let isWritten!: () => void;
      spool.disk = new Promise((resolve) => (isWritten = resolve));
      const delivery = create({}, true);
      const delivered = timed(delivery.deliver([batch(['a'])], { untilSafe: true }));
      setTimeout(isWritten, 700);
      expect((await delivered).millis).to.be.within(700, 720);
    });

    it('waits for an endpoint that is slow and well', async () => {
      answer = () => after(9_000, accepted);
      const delivery = create({}, true);
      const { delivered, kept, millis } = await timed(delivery.deliver([batch(['a'])], { untilSafe: true }));
      expect({ delivered, kept }).to.deep.equal({ delivered: 1, kept: 0 });
      expect(millis).to.be.at.least(9_000);
      expect(spool.written).to.deep.equal([]);
    });

    it('waits again once the endpoint answers', async () => {
      let isDown = true;
      answer = () => after(500, isDown ? failure('retry') : accepted);
      const delivery = create();
      await timed(delivery.deliver([batch(['a'])], { untilSafe: true }));
      isDown = false;
      await clock.tickAsync(2_000);
      expect(delivery.status()).to.include({ deliveredEvents: 1, heldEvents: 0 });
      expect(await timed(delivery.deliver([batch(['b'])], { untilSafe: true }))).to.include({ delivered: 1 });
    });

    it('lets an answer of any kind show that the endpoint is up', async () => {
      let outcome = failure('retry');
      answer = () => outcome;
      const delivery = create();
      void delivery.deliver([batch(['a'])], { untilSafe: true });
      await clock.tickAsync(0);
      outcome = failure('denied');
      await clock.tickAsync(500);
      // A permission may come into force yet: without a spool whoever delivers it is to hear of its loss.
      const denied = delivery.deliver([batch(['b'])], { untilSafe: true });
      expect((await timed(denied)).millis).to.be.greaterThan(5_000);
    });

    it('takes the answer of something between for none', async () => {
      let outcome = failure('retry');
      answer = () => outcome;
      const delivery = create();
      void delivery.deliver([batch(['a'])], { untilSafe: true });
      await clock.tickAsync(0);
      outcome = failure('unexpected');
      await clock.tickAsync(500);
      expect((await timed(delivery.deliver([batch(['b'])], { untilSafe: true }))).millis).to.be.at.most(10);
    });

    it('hears at once that a group can not be made', async () => {
      answer = () => failure('missing');
      ensured = { kind: 'failed', missing: 'group', error: new Error('no permission') };
      const { kept, error, millis } = await timed(create().deliver([batch(['a'])], { untilSafe: true }));
      expect(kept).to.equal(1);
      expect(error?.message).to.equal('no permission');
      expect(millis).to.be.at.most(10);
    });
  });

  describe('of what has its room already', () => {
    const reserved = (one: LogEventBatch): { reservedBytes: number } => {
      room.tryReserve(1_000);
      return { reservedBytes: one.events.length > 0 ? 1_000 : 0 };
    };

    it('waits for no room, and gives back what it has too much', async () => {
      answer = () => after(1_000, accepted);
      const delivery = create({ maxBufferBytes: 1_200 });
      const one = batch(messages(3));
      const delivered = delivery.deliver([one], reserved(one));
      expect(room).to.include({ reserved: 0, taken: one.bytes });
      // What needs more than was reserved for it stays all the same.
      const large = batch(['x'.repeat(2_000)]);
      const second = delivery.deliver([large], reserved(large));
      expect(room.taken).to.equal(one.bytes + large.bytes);
      await clock.tickAsync(1_000);
      expect(await delivered).to.include({ delivered: 3 });
      expect(await second).to.include({ delivered: 1 });
      expect(room.used).to.equal(0);
    });

    it('goes to the spool once batches take half of the room', async () => {
      answer = () => after(60_000, accepted);
      const delivery = create({ maxBufferBytes: 10_000 }, true);
      for (let n = 0; n < 10; n++) {
        const one = batch(['x'.repeat(974)]);
        void delivery.deliver([one], reserved(one));
        await clock.tickAsync(0);
      }
      expect(room.used).to.equal(5_000);
      expect(spool.written).to.have.lengthOf(5);
      expect(delivery.status()).to.include({ heldEvents: 5 });
      expect(losses.total()).to.equal(0);
    });

    it('is counted as lost after a shutdown, and its room is free', async () => {
      const delivery = create();
      await delivery.shutdown();
      const one = batch(['a']);
      expect(await delivery.deliver([one], reserved(one))).to.include({ lost: 1 });
      expect(losses.byReason()).to.deep.equal({ shutdown: 1 });
      expect(room.used).to.equal(0);
    });

    it('leaves a part of the room to streams that work, whatever others fail at', async () => {
      answer = ({ destination: to }) => (to === other ? accepted : failure('missing'));
      ensured = { kind: 'failed', missing: 'group', error: new Error('no permission') };
      const delivery = create({ maxBufferBytes: 10_000 });
      const deliver = (to: Destination): Promise<{ delivered: number; lost: number }> => {
        const one = batch(['x'.repeat(974)], { to });
        return delivery.deliver([one], { ...reserved(one), untilSafe: true });
      };
      for (let n = 0; n < 7; n++) void deliver(destination);
      await clock.tickAsync(21_000);
      expect(room.used).to.equal(7_000);
      const stuck = await Promise.all([deliver(destination), deliver(destination)]);
      expect(stuck.map(({ lost }) => lost)).to.deep.equal([1, 1]);
      expect(losses.byReason()).to.deep.equal({ buffer_full: 2 });
      expect(room.used).to.equal(7_000);
      room.tryReserve(1_500);
      expect(await deliver(other)).to.include({ delivered: 1 });
      expect(losses.byReason()).to.deep.equal({ buffer_full: 4 });
    });

    it('shares requests where small batches come faster than answers, in order', async () => {
      const requests: string[][] = [];
      answer = (one) => {
        requests.push(one.events.map(({ messageJson }) => JSON.parse(messageJson) as string));
        return after(100, accepted);
      };
      const delivery = create({ concurrency: 1 });
      const results = messages(20).map((message, index) => {
        const one = batch([message], { to: index % 10 === 9 ? other : destination });
        return delivery.deliver([one], reserved(one));
      });
      // Somebody asks what becomes of this one.
      const asked = delivery.deliver([batch(['asked'])]);
      await clock.tickAsync(1_000);
      const all = messages(20);
      const ofOther = [all[9]!, all[19]!];
      expect(requests).to.deep.equal([
        [all[0]],
        all.slice(1).filter((message) => !ofOther.includes(message)),
        ofOther,
        ['asked'],
      ]);
      expect(await asked).to.deep.equal({ delivered: 1, kept: 0, lost: 0 });
      const sum = { delivered: 0, kept: 0, lost: 0 };
      for (const { delivered, kept, lost } of await Promise.all(results)) {
        sum.delivered += delivered;
        sum.kept += kept;
        sum.lost += lost;
      }
      expect(sum.delivered + sum.kept).to.equal(20);
      expect(delivery.status()).to.include({ deliveredEvents: 21, heldEvents: 0, heldBytes: 0 });
    });
  });
});
