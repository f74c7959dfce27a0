import { expect } from 'chai';
import { type SinonFakeTimers, useFakeTimers } from 'sinon';
import { DEFAULT_DELIVERY_SETTINGS } from '../../src/delivery/delivery.js';
import { Deadline } from '../../src/delivery/deadline.js';
import { Dispatcher } from '../../src/delivery/dispatcher.js';
import { type Destination } from '../../src/delivery/encoded-event.js';
import { type Outcome } from '../../src/delivery/outcome.js';
import { NOWHERE } from '../../src/delivery/spool/spool-file.js';
import { type StoredRead } from '../../src/delivery/spool/spool-reader.js';
import { type Spool } from '../../src/delivery/spool/spool.js';
import { type StoredBatch } from '../../src/delivery/spool/stored-batch.js';
import { Diagnostics } from '../../src/observability/diagnostics.js';
import { Losses } from '../../src/observability/losses.js';
import { batch, destination, readyProvisioner } from './builders.js';
import { storedBatch, StubSpool } from './stub-spool.js';

const accepted: Outcome = { kind: 'accepted', rejected: [] };

describe('SpooledBatches', () => {
  let clock: SinonFakeTimers;
  let spool: StubSpool;
  let losses: Losses;
  let answer: () => Outcome;
  let requests: number;
  let sentTo: Destination[];
  let delivery: Dispatcher;
  beforeEach(() => {
    clock = useFakeTimers();
    spool = new StubSpool();
    losses = new Losses();
    answer = () => accepted;
    requests = 0;
    sentTo = [];
    delivery = create(() => Promise.resolve(answer()));
  });
  afterEach(() => {
    clock.restore();
  });

  const create = (send: () => Promise<Outcome>): Dispatcher => {
    const silent = (): void => undefined;
    return new Dispatcher(
      {
        sender: {
          send: (sent) => {
            requests++;
            sentTo.push(sent.destination);
            return send();
          },
        },
        provisioner: readyProvisioner,
        spool: spool as unknown as Spool,
        losses,
        diagnostics: new Diagnostics({
          logger: { error: silent, warn: silent, info: silent, debug: silent },
        }),
        monotonicMillis: () => clock.now,
        random: () => 0,
      },
      { ...DEFAULT_DELIVERY_SETTINGS, deliveryTimeoutMillis: 20_000 },
    );
  };

  const within = (millis: number): Deadline => Deadline.after(millis, () => clock.now);
  const find = (events: number): StoredBatch => {
    const stored = storedBatch(events);
    spool.listener.found([{ stored, destination }]);
    return stored;
  };

  it('sends a batch to where its file goes, though that could not be read when it was found', async () => {
    const stored = storedBatch(1);
    spool.reads = () => ({ kind: 'batch', batch: batch(['a']) });
    spool.listener.found([{ stored, destination: NOWHERE }]);
    spool.listener.scanned();
    await clock.tickAsync(0);
    expect(sentTo).to.deep.equal([destination]);
    expect(losses.total()).to.equal(0);
    expect(spool.removed).to.deep.equal([stored]);
  });

  it('sends nothing of a file that goes elsewhere than when it was found', async () => {
    for (const changed of [{ logGroupName: '/other' }, { logStreamName: 'other' }]) {
      find(1);
      const to = { ...destination, ...changed };
      spool.reads = () => ({ kind: 'batch', batch: batch(['a'], { to }) });
      spool.listener.scanned();
      await clock.tickAsync(0);
    }
    expect(sentTo).to.deep.equal([]);
    expect(losses.byReason()).to.deep.equal({ spool_corrupt: 2 });
  });

  it('sends what was set aside when it may be tried again', async () => {
    const stored = find(2);
    spool.reads = () => ({ kind: 'set_aside' });
    spool.listener.scanned();
    await clock.tickAsync(0);
    expect(requests).to.equal(0);
    expect(losses.total()).to.equal(0);
    spool.reads = () => ({ kind: 'batch', batch: batch(['a', 'b']) });
    spool.listener.again([{ stored, destination }]);
    spool.listener.scanned();
    await clock.tickAsync(0);
    expect(delivery.status()).to.include({ deliveredEvents: 2, inheritedEvents: 2 });
    expect(spool.removed).to.deep.equal([stored]);
  });

  it('starts no request while as many answered batches wait to be removed from disk', async () => {
    spool.isSlowToRemove = true;
    spool.reads = () => ({ kind: 'batch', batch: batch(['a']) });
    for (let n = 0; n < 10; n++) find(1);
    spool.listener.scanned();
    await clock.tickAsync(1_000);
    const { concurrency } = DEFAULT_DELIVERY_SETTINGS;
    expect(requests).to.equal(concurrency);
    spool.removals -= 2;
    spool.listener.removed();
    await clock.tickAsync(1_000);
    expect(requests).to.equal(concurrency + 2);
  });

  it('counts as inherited what a file holds beyond what its name says', async () => {
    find(2);
    spool.reads = () => ({ kind: 'batch', batch: batch(['a', 'b', 'c']) });
    spool.listener.scanned();
    await clock.tickAsync(0);
    expect(delivery.status()).to.include({ deliveredEvents: 3, inheritedEvents: 3 });
    expect(losses.total()).to.equal(0);
  });

  it('counts as handed on what it finds with another process when it reads it', async () => {
    find(2);
    spool.reads = () => ({ kind: 'handed_on' });
    spool.listener.scanned();
    await clock.tickAsync(0);
    expect(delivery.status()).to.include({ deliveredEvents: 0, inheritedEvents: 2, handedOnEvents: 2 });
    expect(losses.total()).to.equal(0);
  });

  it('counts as handed on what another process took, whether it waits here or not', async () => {
    spool.listener.handedOn(find(2));
    spool.listener.handedOn(storedBatch(3));
    spool.listener.scanned();
    await clock.tickAsync(0);
    expect(delivery.status()).to.include({ handedOnEvents: 5 });
    expect(requests).to.equal(0);
  });

  it('tries again later to read what it can not read now', async () => {
    find(1);
    spool.reads = () => ({ kind: 'failed', error: new Error('EIO') });
    spool.listener.scanned();
    await clock.tickAsync(0);
    expect(delivery.status().lastError?.message).to.equal('EIO');
    spool.reads = () => ({ kind: 'batch', batch: batch(['a']) });
    await clock.tickAsync(1_000);
    expect(delivery.status().deliveredEvents).to.equal(1);
  });

  it('counts what is dropped, whether it waits here or not', async () => {
    spool.listener.dropped(find(2), 'spool_full', 'the bound');
    spool.listener.dropped(storedBatch(3), 'spool_full', 'the bound');
    spool.listener.scanned();
    await clock.tickAsync(0);
    expect(losses.byReason()).to.deep.equal({ spool_full: 5 });
    expect(requests).to.equal(0);
  });

  it('sends nothing of a batch that is dropped while it is read', async () => {
    const stored = find(1);
    let answerRead!: (read: StoredRead) => void;
    spool.reads = () => new Promise((resolve) => (answerRead = resolve));
    spool.listener.scanned();
    await clock.tickAsync(0);
    spool.listener.dropped(stored, 'spool_full', 'the bound');
    answerRead({ kind: 'batch', batch: batch(['a']) });
    await clock.tickAsync(0);
    expect(requests).to.equal(0);
    expect(losses.byReason()).to.deep.equal({ spool_full: 1 });
  });

  it('passes on what a check of the spool finds', async () => {
    expect(await delivery.checkSpool()).to.equal(spool.found);
  });

  it('leaves what it takes in after shutdown to the next process', async () => {
    await delivery.shutdown();
    find(4);
    spool.listener.scanned();
    await clock.tickAsync(0);
    expect(requests).to.equal(0);
    expect(losses.total()).to.equal(0);
  });

  it('stores, when the disk works again, all that it could not', async () => {
    answer = () => ({ kind: 'retry', cause: 'retry', error: new Error('down') });
    spool.isFull = true;
    const first = delivery.deliver([batch(['a']), batch(['b'])]);
    await clock.tickAsync(20_000);
    expect(await first).to.deep.include({ kept: 2 });
    spool.listener.scanned();
    await clock.tickAsync(0);
    expect(spool.written).to.have.lengthOf(0);
    spool.isFull = false;
    // With a look for what others left ...
    spool.listener.scanned();
    await clock.tickAsync(0);
    expect(spool.written).to.have.lengthOf(2);
    expect(delivery.status().heldEvents).to.equal(0);
    spool.isFull = true;
    void delivery.deliver([batch(['c'])]);
    await clock.tickAsync(0);
    spool.isFull = false;
    // ... and with another batch.
    void delivery.deliver([batch(['d'])]);
    await clock.tickAsync(0);
    expect(spool.written.flatMap(({ events }) => [...events])).to.have.lengthOf(4);
    expect(delivery.status().heldEvents).to.equal(0);
    expect(losses.total()).to.equal(0);
  });

  describe('when the disk hangs', () => {
    let hangsNoMore: () => void;
    beforeEach(() => {
      answer = () => ({ kind: 'retry', cause: 'retry', error: new Error('down') });
      spool.disk = new Promise((resolve) => (hangsNoMore = resolve));
    });

    it('ends an export in its time', async () => {
      const delivered = delivery.deliver([batch(['a'])]);
      await clock.tickAsync(20_000);
      expect(await delivered).to.deep.include({ delivered: 0, kept: 1, lost: 0 });
      expect(spool.written).to.have.lengthOf(1);
      expect(clock.now).to.equal(20_000);
    });

    it('turns away in time what has room nowhere, and takes away what is stored after that', async () => {
      const message = 'x'.repeat(DEFAULT_DELIVERY_SETTINGS.maxBufferBytes - 100);
      const first = delivery.deliver([batch([message])]);
      const second = delivery.deliver([batch([message])]);
      await clock.tickAsync(20_000);
      expect(await first).to.deep.include({ kept: 1 });
      expect(await second).to.deep.include({ delivered: 0, kept: 0, lost: 1 });
      expect(losses.byReason()).to.deep.equal({ buffer_full: 1 });
      expect(delivery.status().heldEvents).to.equal(1);
      hangsNoMore();
      await clock.tickAsync(0);
      expect(spool.removed).to.deep.equal([spool.written[0]!.stored]);
    });

    it('ends a flush in its time, after it has tried what is in memory', async () => {
      void delivery.deliver([batch(['a'])]);
      await clock.tickAsync(5_000);
      const before = requests;
      const flushed = delivery.forceFlush(within(2_000));
      await clock.tickAsync(1_900);
      expect(requests).to.be.greaterThan(before);
      await clock.tickAsync(100);
      await flushed;
      expect(clock.now).to.equal(7_000);
    });

    it('ends a shutdown in its time, and with it exports and a flush', async () => {
      const message = 'x'.repeat(DEFAULT_DELIVERY_SETTINGS.maxBufferBytes - 100);
      const exports = [delivery.deliver([batch(['a'])]), delivery.deliver([batch([message, message])])];
      await clock.tickAsync(17_000);
      const flushed = delivery.forceFlush();
      const closed = delivery.shutdown(within(1_000));
      await clock.tickAsync(1_000);
      await Promise.all([closed, flushed, ...exports]);
      expect(clock.now).to.equal(18_000);
      expect(losses.total() + delivery.status().heldEvents).to.equal(3);
      expect(delivery.status().heldEvents).to.equal(0);
    });

    it('counts what is being stored for want of room when it is shut down', async () => {
      const message = 'x'.repeat(DEFAULT_DELIVERY_SETTINGS.maxBufferBytes - 100);
      const exports = [delivery.deliver([batch([message])]), delivery.deliver([batch([message])])];
      const closed = delivery.shutdown(within(1_000));
      await clock.tickAsync(1_000);
      await Promise.all([closed, ...exports]);
      expect(clock.now).to.equal(1_000);
      expect(losses.byReason()).to.deep.equal({ shutdown: 2 });
      expect(delivery.status().heldEvents).to.equal(0);
    });
  });

  it('stores at once, when it is shut down during a flush, what the flush has waited for', async () => {
    spool.reads = () => ({ kind: 'failed', error: new Error('not now') });
    delivery = create(() => new Promise(() => undefined));
    void delivery.deliver([batch(['a'])]);
    const flushed = delivery.forceFlush();
    await clock.tickAsync(2_000);
    expect(spool.written).to.deep.equal([]);
    const closed = delivery.shutdown();
    await clock.tickAsync(0);
    expect(spool.isHurried).to.equal(true);
    expect(spool.written).to.have.lengthOf(1);
    await Promise.all([clock.tickAsync(5_000), closed, flushed]);
    expect(losses.total()).to.equal(0);
  });

  it('says nothing of a flush whose batches a shutdown took over while they were stored', async () => {
    answer = () => ({ kind: 'retry', cause: 'retry', error: new Error('down') });
    spool.reads = () => ({ kind: 'failed', error: new Error('not now') });
    void delivery.deliver([batch(['a'])]);
    await clock.tickAsync(0);
    let isWritten!: () => void;
    spool.disk = new Promise((resolve) => (isWritten = resolve));
    spool.written.length = 0;
    void delivery.deliver([batch(['b'])]);
    const flushed = delivery.forceFlush(within(100));
    await clock.tickAsync(90);
    const closed = delivery.shutdown(within(1_000));
    isWritten();
    await Promise.all([clock.tickAsync(1_000), closed, flushed]);
    expect(losses.total()).to.equal(0);
  });

  it('takes away again what comes to be in one file after it was counted as lost', async () => {
    let isWritten!: () => void;
    spool.disk = new Promise((resolve) => (isWritten = resolve));
    delivery = create(() => new Promise(() => undefined));
    const delivered = delivery.deliver(['a', 'b', 'c', 'd', 'e', 'f'].map((message) => batch([message])));
    const closed = delivery.shutdown(within(1_000));
    await clock.tickAsync(1_000);
    await Promise.all([closed, delivered]);
    expect(losses.byReason()).to.deep.equal({ shutdown: 6 });
    expect(spool.written.map(({ events }) => events.length).sort()).to.deep.equal([1, 5]);
    isWritten();
    await clock.tickAsync(0);
    expect(spool.removed).to.have.members(spool.written.map(({ stored }) => stored));
  });

  it('stores neighbours one by one where one file for them is larger than the spool', async () => {
    spool.isTooLarge = (one) => one.events.length > 1;
    delivery = create(() => new Promise(() => undefined));
    const all = ['a', 'b', 'c', 'd', 'e', 'f'];
    void delivery.deliver(all.map((message) => batch([message])));
    const closed = delivery.shutdown();
    await clock.tickAsync(5_000);
    await closed;
    expect(losses.total()).to.equal(0);
    expect(spool.written.flatMap(({ events }) => [...events])).to.have.lengthOf(all.length);
  });

  for (const [what, cause] of [
    ['whose permission is missing for long', 'denied'],
    ['that is long answered as nobody knows', 'unexpected'],
    ['whose answer says what can not be', 'implausible'],
  ] as const) {
    it(`stores a batch ${what}, and loses nothing of it`, () => storesAndSends(cause));
  }

  const storesAndSends = async (cause: 'denied' | 'unexpected' | 'implausible'): Promise<void> => {
    answer = () => ({ kind: 'retry', cause, error: new Error(cause) });
    const delivered = delivery.deliver([batch(['a'])]);
    await clock.tickAsync(13_000);
    expect(spool.written).to.have.lengthOf(1);
    expect(losses.total()).to.equal(0);
    const { stored } = spool.written[0]!;
    spool.reads = () => ({ kind: 'batch', batch: batch(['a']) });
    answer = () => accepted;
    await clock.tickAsync(30_000);
    expect(await delivered).to.deep.include({ lost: 0 });
    expect(delivery.status()).to.include({ deliveredEvents: 1, heldEvents: 0, heldBytes: 0 });
    expect(spool.removed).to.deep.equal([stored]);
  };
});
