import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'chai';
import { type SinonFakeTimers, useFakeTimers } from 'sinon';
import { Deadline } from '../../../src/delivery/deadline.js';
import { DEFAULT_DELIVERY_SETTINGS } from '../../../src/delivery/delivery.js';
import { Dispatcher } from '../../../src/delivery/dispatcher.js';
import { type Destination } from '../../../src/delivery/encoded-event.js';
import { type Outcome } from '../../../src/delivery/outcome.js';
import { listSpool, readSpoolEntry } from '../../../src/delivery/spool/inspect-spool.js';
import { DEFAULT_SPOOL_SETTINGS, Spool } from '../../../src/delivery/spool/spool.js';
import { Diagnostics } from '../../../src/observability/diagnostics.js';
import { Losses } from '../../../src/observability/losses.js';
import { batch, destination, event, messages, readyProvisioner } from '../builders.js';
import { TestDisk, type TestProcess } from './test-disk.js';

const down: Outcome = { kind: 'retry', cause: 'retry', error: new Error('down') };

describe('what is left at a shutdown', () => {
  let clock: SinonFakeTimers;
  let directory: string;
  let disk: TestDisk;
  let running: TestProcess;
  let losses: Losses;
  let said: string[];
  let answer: () => Outcome | Promise<Outcome>;
  beforeEach(async () => {
    directory = join(await mkdtemp(join(tmpdir(), 'shutdown-')), 'spool');
    clock = useFakeTimers({
      toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'],
    });
    disk = new TestDisk();
    losses = new Losses();
    said = [];
    answer = () => new Promise(() => undefined);
  });
  afterEach(async () => {
    clock.restore();
    await running.idle();
    await rm(join(directory, '..'), { recursive: true, force: true });
  });

  const start = (): Dispatcher => {
    running = disk.process();
    const note = (message: string): void => void said.push(message);
    const diagnostics = new Diagnostics({ logger: { error: note, warn: note, info: note, debug: note } });
    return new Dispatcher(
      {
        sender: { send: async () => await answer() },
        provisioner: readyProvisioner,
        spool: new Spool(
          { diagnostics, fileSystem: running.fs, monotonicMillis: () => clock.now },
          { ...DEFAULT_SPOOL_SETTINGS, directory },
        ),
        losses,
        diagnostics,
        monotonicMillis: () => clock.now,
        random: () => 0,
      },
      DEFAULT_DELIVERY_SETTINGS,
    );
  };
  /** Lets time go on until something is through. @returns the milliseconds that it took */
  const until = async (what: Promise<unknown>): Promise<number> => {
    const startedAt = clock.now;
    let isThrough = false as boolean; // set below, which the compiler does not see
    void what.then(() => (isThrough = true));
    for (;;) {
      // More than one look: what a file operation brings about begins others.
      for (let look = 0; look < 5; look++) await running.idle();
      if (isThrough) return clock.now - startedAt;
      await clock.tickAsync(10);
    }
  };
  const shutDown = (delivery: Dispatcher): Promise<number> =>
    until(delivery.shutdown(Deadline.after(1_000, () => clock.now)));
  const storedMessages = async (): Promise<string[]> => {
    const { entries } = await listSpool(directory);
    const contents = await Promise.all(entries.map((entry) => readSpoolEntry(directory, entry)));
    return contents.flatMap(({ batch: read }) =>
      read!.events.map(({ messageJson }) => JSON.parse(messageJson) as string),
    );
  };

  for (const [what, syncMillis] of [
    ['is slow to sync', 200],
    ['hangs when it is to sync', Number.POSITIVE_INFINITY],
  ] as const) {
    it(`goes to disk in few files, in order, also where it ${what}`, async () => {
      disk.syncMillis = syncMillis;
      const delivery = start();
      const all = messages(200);
      const results = all.map((message) => delivery.deliver([batch([message])]));
      expect(await shutDown(delivery)).to.be.at.most(1_000);
      expect(losses.total()).to.equal(0);
      expect(await storedMessages()).to.deep.equal(all);
      const { entries } = await listSpool(directory);
      // What is in flight may be answered yet, and has files of its own.
      expect(entries.length).to.be.at.most(DEFAULT_DELIVERY_SETTINGS.concurrency + 1);
      for (const result of results) expect(await result).to.include({ kept: 1, lost: 0 });
    });
  }

  it('is written at once where the service is known to fail, and synced after', async () => {
    answer = () => down;
    disk.syncMillis = 300;
    const delivery = start();
    // The first is being synced when the process ends, and is not waited for.
    void delivery.deliver([batch(['first'])], { untilSafe: true });
    await clock.tickAsync(1);
    await running.idle();
    for (const message of messages(50)) void delivery.deliver([batch([message])]);
    await shutDown(delivery);
    expect(losses.total()).to.equal(0);
    expect(await storedMessages()).to.have.members(['first', ...messages(50)]);
    const operations = disk.log.filter((one) => /^(sync|rename) .*\.batch/.test(one));
    const firstSync = operations.findIndex((one) => one.startsWith('sync') && !one.endsWith('.tmp'));
    const lastRename = operations.findLastIndex((one) => one.startsWith('rename'));
    expect(firstSync).to.be.greaterThan(lastRename);
  });

  it('has a file for each stream, and for what does not fit one request', async () => {
    const delivery = start();
    const to = (name: string): Destination => ({ ...destination, logStreamName: name });
    const large = 'x'.repeat(400_000);
    const entity = { keyAttributes: { Name: 'orders' }, attributes: {} };
    const old = { ...batch(['old']), events: [event('old', 1)] };
    const lists = [
      [batch(['a'], { to: to('one') }), batch(['b'], { to: to('one') })],
      [
        batch([large], { to: to('two') }),
        batch([large], { to: to('two') }),
        batch([large], { to: to('two') }),
      ],
      [batch(['c'], { to: to('three') }), batch(['d'], { to: to('three'), entity })],
      [{ ...old, destination: to('four') }, batch(['new'], { to: to('four') })],
      [
        batch(messages(6_000), { to: to('five') }),
        batch(messages(4_000), { to: to('five') }),
        batch(['one more'], { to: to('five') }),
      ],
    ];
    // Those in flight are stored by themselves: here that is another stream's.
    for (let n = 0; n < 4; n++) void delivery.deliver([batch(['in flight'], { to: to(`flight ${n}`) })]);
    for (const list of lists) void delivery.deliver(list);
    await shutDown(delivery);
    expect(losses.total()).to.equal(0);
    const { entries } = await listSpool(directory);
    const contents = await Promise.all(entries.map((entry) => readSpoolEntry(directory, entry)));
    const eventsOf = (name: string): number[] =>
      contents
        .filter(({ batch: read }) => read!.destination.logStreamName === name)
        .map(({ batch: read }) => read!.events.length);
    expect(eventsOf('one')).to.deep.equal([2]);
    expect(eventsOf('two')).to.deep.equal([2, 1]);
    expect(eventsOf('three')).to.deep.equal([1, 1]);
    expect(eventsOf('four')).to.deep.equal([1, 1]);
    expect(eventsOf('five')).to.deep.equal([10_000, 1]);
  });

  it('says that it may not outlive a power cut where the device refuses to sync', async () => {
    disk.failures.set('sync .batch', 'EIO');
    const delivery = start();
    void delivery.deliver(messages(20).map((message) => batch([message])));
    await shutDown(delivery);
    expect(losses.total()).to.equal(0);
    expect(await storedMessages()).to.have.lengthOf(20);
    expect(said.join()).to.match(/may not outlive a power cut: .*EIO/);
  });

  it('is lost and counted only where the disk refuses it', async () => {
    const delivery = start();
    const delivered = delivery.deliver(messages(20).map((message) => batch([message])));
    disk.isFull = true;
    await shutDown(delivery);
    expect(losses.byReason()).to.deep.equal({ shutdown: 20 });
    expect(await delivered).to.include({ kept: 0, lost: 20 });
  });

  it('is removed again from disk when its answer comes in time', async () => {
    let accept!: (outcome: Outcome) => void;
    answer = () => new Promise((resolve) => (accept = resolve));
    const delivery = start();
    const delivered = delivery.deliver([batch(['a'])]);
    const closed = delivery.shutdown(Deadline.after(1_000, () => clock.now));
    while ((await listSpool(directory).catch(() => ({ entries: [] }))).entries.length === 0) {
      await clock.tickAsync(10);
      await running.idle();
    }
    accept({ kind: 'accepted', rejected: [] });
    await until(closed);
    expect(await delivered).to.include({ delivered: 1, kept: 0, lost: 0 });
    await nextTurn();
    expect(await storedMessages()).to.deep.equal([]);
  });
});
