import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'chai';
import { Deadline } from '../../src/delivery/deadline.js';
import { type AllSentAtOnce, DEFAULT_DELIVERY_SETTINGS } from '../../src/delivery/delivery.js';
import { Dispatcher } from '../../src/delivery/dispatcher.js';
import { type EventKeeper, type LogEventBatch } from '../../src/delivery/encoded-event.js';
import { type Outcome } from '../../src/delivery/outcome.js';
import { type FileSystem, nodeFileSystem } from '../../src/delivery/spool/private-files.js';
import { spoolFolderName } from '../../src/delivery/spool/spool-folder.js';
import { DEFAULT_SPOOL_SETTINGS } from '../../src/delivery/spool/spool-settings.js';
import { Spool } from '../../src/delivery/spool/spool.js';
import { stateOfOwner } from '../../src/file-ownership/owner-state.js';
import { createProcessOwner } from '../../src/file-ownership/process-owner.js';
import { Diagnostics } from '../../src/observability/diagnostics.js';
import { Losses } from '../../src/observability/losses.js';
import { batch, destination, readyProvisioner } from './builders.js';

const NOTHING: AllSentAtOnce = { batches: [], lostByReason: {}, spooled: undefined };

/** What is in memory when a process ends, and nothing asynchronous happens any more. */
describe('Dispatcher.settleAtOnce', () => {
  let directory: string;
  let losses: Losses;
  let lines: string[];
  let sent: LogEventBatch[];
  let answer: (batch: LogEventBatch) => Promise<Outcome>;
  /** What the sender of the end says. */
  let atOnce: AllSentAtOnce;
  let given: LogEventBatch[];
  let isSpoolLeft: boolean | undefined;
  const spools: Spool[] = [];

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'at-once-'));
    losses = new Losses();
    lines = [];
    sent = [];
    given = [];
    isSpoolLeft = undefined;
    answer = () => new Promise(() => undefined);
    atOnce = NOTHING;
  });
  afterEach(async () => {
    for (const spool of spools.splice(0)) await spool.close(1000);
    await rm(directory, { recursive: true, force: true });
  });

  const diagnostics = (): Diagnostics => {
    const note = (line: string): void => void lines.push(line);
    return new Diagnostics({ logger: { error: note, warn: note, info: note, debug: note } });
  };
  const createSpool = (settings = {}, fileSystem: FileSystem = nodeFileSystem): Spool => {
    const spool = new Spool(
      { diagnostics: diagnostics(), fileSystem },
      { ...DEFAULT_SPOOL_SETTINGS, directory, ...settings },
    );
    spools.push(spool);
    return spool;
  };
  const create = (spool?: Spool): Dispatcher =>
    new Dispatcher(
      {
        sender: {
          send: (one) => {
            sent.push(one);
            return answer(one);
          },
        },
        provisioner: readyProvisioner,
        spool,
        losses,
        diagnostics: diagnostics(),
        monotonicMillis: () => performance.now(),
        random: () => 0,
      },
      DEFAULT_DELIVERY_SETTINGS,
    );
  const settle = (delivery: Dispatcher, last: readonly LogEventBatch[] = []): void => {
    delivery.settleAtOnce(
      (batches, options) => {
        given = [...batches];
        ({ isSpoolLeft } = options);
        return atOnce;
      },
      () => {
        for (const one of last) void delivery.deliver([one], { reservedBytes: 0, untilSafe: true });
      },
    );
  };
  const textsOf = (batches: readonly LogEventBatch[]): string[] =>
    batches.flatMap(({ events }) => [...events].map(({ messageJson }) => JSON.parse(messageJson) as string));

  it('gives what is in flight and what comes last to the sender, and starts nothing', async () => {
    const delivery = create();
    void delivery.deliver([batch(['in flight'])]);
    await wait(0);
    expect(textsOf(sent)).to.deep.equal(['in flight']);
    atOnce = {
      ...NOTHING,
      batches: [
        { delivered: 1, lost: 0 },
        { delivered: 2, lost: 0 },
      ],
    };
    settle(delivery, [batch(['a', 'b'])]);
    expect(textsOf(given)).to.deep.equal(['in flight', 'a', 'b']);
    expect(isSpoolLeft).to.equal(false);
    expect(sent).to.have.lengthOf(1);
    expect(delivery.status()).to.include({ deliveredEvents: 3, heldEvents: 0, heldBytes: 0 });
    expect(losses.total()).to.equal(0);
  });

  it('asks nobody where there is nothing', () => {
    const delivery = create(createSpool());
    settle(delivery);
    expect(isSpoolLeft).to.equal(undefined);
  });

  it('counts what the service refuses by its reason', () => {
    const delivery = create();
    atOnce = { ...NOTHING, batches: [{ delivered: 1, lost: 2 }], lostByReason: { too_old: 2 } };
    settle(delivery, [batch(['a', 'b', 'c'])]);
    expect(delivery.status()).to.include({ deliveredEvents: 1, heldEvents: 0 });
    expect(losses.byReason()).to.deep.equal({ too_old: 2 });
  });

  it('loses without a spool what is left, and says why', () => {
    const details: (string | undefined)[] = [];
    losses = new Losses((_reason, _count, detail) => details.push(detail));
    const delivery = create();
    atOnce = { ...NOTHING, batches: [{ delivered: 1, lost: 0 }], problem: 'Error: connect ECONNREFUSED' };
    settle(delivery, [batch(['a']), batch(['b'])]);
    settle(delivery);
    expect(delivery.status()).to.include({ deliveredEvents: 1, heldEvents: 0 });
    expect(losses.byReason()).to.deep.equal({ shutdown: 1 });
    expect(details[0]).to.match(
      /time given to the end of the process; last error: Error: connect ECONNREFUSED$/,
    );
  });

  it('goes on afterwards, should the process do so', async () => {
    const delivery = create();
    settle(delivery, [batch(['a'])]);
    answer = () => Promise.resolve({ kind: 'accepted', rejected: [] });
    await delivery.deliver([batch(['b'])]);
    expect(delivery.status()).to.include({ deliveredEvents: 1 });
  });

  it('gives back to a keeper what is left, and tells it of the rest', () => {
    const seen = { released: 0, givenBack: 0 };
    const keeper: EventKeeper = {
      sending: () => undefined,
      release: ({ length }) => (seen.released += length),
      finish: ({ length }) => (seen.released += length),
      giveBack: ({ length }) => {
        seen.givenBack += length;
        return length;
      },
    };
    const delivery = create(createSpool());
    atOnce = { ...NOTHING, batches: [{ delivered: 2, lost: 0 }] };
    settle(delivery, [
      { ...batch(['a', 'b']), keeper },
      { ...batch(['c']), keeper },
    ]);
    expect(seen).to.deep.equal({ released: 2, givenBack: 1 });
    expect(losses.total()).to.equal(0);
  });

  for (const fsync of [true, false]) {
    it(`stores what is left for the next process, ${fsync ? 'synced' : 'not synced'}`, async () => {
      const delivery = create(createSpool({ fsync }));
      settle(delivery, [batch(['a', 'b']), batch(['c'])]);
      settle(delivery, [batch(['d'])]);
      expect(delivery.status()).to.include({ heldEvents: 0, heldBytes: 0 });
      expect(losses.total()).to.equal(0);
      // This process runs on, unlike one that ends: it may have taken something back, to send it.
      await delivery.shutdown(Deadline.after(100));
      sent = [];
      const next = create(createSpool());
      answer = () => Promise.resolve({ kind: 'accepted', rejected: [] });
      await next.ready();
      await next.forceFlush();
      await next.shutdown();
      expect(textsOf(sent)).to.deep.equal(['a', 'b', 'c', 'd']);
      expect(await readdir(directory)).to.deep.equal([]);
    });
  }

  it('hands on to the sender what is in the spool, its own and that of processes that are gone', async () => {
    answer = () => Promise.resolve({ kind: 'retry', cause: 'retry', error: new Error('down') });
    const delivery = create(createSpool());
    await delivery.deliver([batch(['a', 'b'])], { untilSafe: true });
    expect(delivery.status().spool).to.include({ events: 2 });
    atOnce = { ...NOTHING, spooled: 0 };
    settle(delivery);
    expect({ isSpoolLeft, given }).to.deep.equal({ isSpoolLeft: true, given: [] });
    expect(delivery.status()).to.include({ handedOnEvents: 2 });
    expect((await readdir(directory))[0]).to.match(/~free$/);
  });

  it('keeps as its own what the sender says nothing of', async () => {
    answer = () => Promise.resolve({ kind: 'retry', cause: 'retry', error: new Error('down') });
    const delivery = create(createSpool());
    await delivery.deliver([batch(['a', 'b'])], { untilSafe: true });
    settle(delivery);
    expect(delivery.status()).to.include({ handedOnEvents: 0 });
  });

  it('leaves alone what a process has that runs, and what is not of the spool', async () => {
    await mkdir(join(directory, 'batches-0000000000001-00000000~something'));
    await writeFile(join(directory, 'notes.txt'), '');
    settle(create(createSpool()));
    expect(isSpoolLeft).to.equal(undefined);
  });

  it('sees what a process left that was killed', async () => {
    const dead = createProcessOwner().replace(/^\d+/, '999999999');
    expect(stateOfOwner(dead)).to.equal('dead');
    await mkdir(join(directory, spoolFolderName({ writer: '0000000000001-00000000', holder: dead })));
    settle(create(createSpool()));
    expect(isSpoolLeft).to.equal(true);
  });

  it('loses what the spool has no room for', () => {
    settle(create(createSpool({ maxBytes: 10 })), [batch(['a'])]);
    expect(losses.byReason()).to.deep.equal({ shutdown: 1 });
  });

  it('loses what the disk refuses, and says so', async () => {
    await writeFile(join(directory, 'file'), '');
    settle(create(createSpool({ directory: join(directory, 'file') })), [batch(['a'])]);
    expect(losses.byReason()).to.deep.equal({ shutdown: 1 });
    expect(lines.join('\n')).to.match(/can't be written to: .*(?:ENOTDIR|EEXIST)/);
  });

  it('makes its folder again that was removed', async () => {
    const spool = createSpool();
    create(spool);
    await spool.scan();
    expect(spool.writeAtEnd(batch(['a']), 1)).to.equal(true);
    for (const name of await readdir(directory)) await rm(join(directory, name), { recursive: true });
    expect(spool.writeAtEnd(batch(['b']), 2)).to.equal(true);
    expect(await readdir(directory)).to.have.lengthOf(1);
  });

  it('leaves folders that were removed, and empty ones it removes', async () => {
    const spool = createSpool();
    const delivery = create(spool);
    await delivery.checkSpool();
    expect(await readdir(directory)).to.have.lengthOf(1);
    expect(spool.handOnAtOnce()).to.deep.equal({ events: 0, isSomethingLeft: false });
    expect(await readdir(directory)).to.deep.equal([]);
    await delivery.checkSpool();
    await rm(directory, { recursive: true });
    expect(spool.handOnAtOnce()).to.deep.equal({ events: 0, isSomethingLeft: false });
  });

  it('writes and hands on nothing once the spool is closed', async () => {
    const spool = createSpool();
    create(spool);
    await spool.close(1000);
    expect(spool.writeAtEnd(batch(['a']), 1)).to.equal(false);
    expect(spool.handOnAtOnce()).to.deep.equal({ events: 0, isSomethingLeft: false });
  });

  /**
   * A delivery whose disk does as it should, until it stops before a step of a file: as it may when a process ends.
   * @param files - that are written before
   */
  const stopBefore = (
    step: 'open' | 'rename' | 'told' | 'unlink',
    settings = {},
    files = 0,
  ): {
    delivery: Dispatcher;
    stopped: Promise<void>;
    goOn: () => void;
    opened: () => number;
    halted: () => number;
  } => {
    let goOn!: () => void;
    const standing = new Promise<void>((resolve) => (goOn = resolve));
    let stop!: () => void;
    const stopped = new Promise<void>((resolve) => (stop = resolve));
    let halted = 0;
    const halt = async (): Promise<void> => {
      halted++;
      stop();
      await standing;
    };
    let opened = 0;
    const isBatch = (path: unknown): boolean =>
      /\.batch(?:\.tmp)?$/.test(String(path)) && (opened > files || step === 'unlink');
    const fileSystem: FileSystem = {
      ...nodeFileSystem,
      open: async (path, ...rest) => {
        if (String(path).endsWith('.batch.tmp')) opened++;
        if (step === 'open' && isBatch(path)) await halt();
        return await nodeFileSystem.open(path, ...rest);
      },
      rename: async (from, to) => {
        if (step === 'rename' && isBatch(to)) await halt();
        await nodeFileSystem.rename(from, to);
        if (step === 'told' && isBatch(to)) await halt();
      },
      unlink: async (path) => {
        if (step === 'unlink' && isBatch(path)) await halt();
        await nodeFileSystem.unlink(path);
      },
    };
    const delivery = create(createSpool(settings, fileSystem));
    return { delivery, stopped, goOn, opened: () => opened, halted: () => halted };
  };

  /** What the next process sends. */
  const takenOver = async (): Promise<string[]> => {
    sent = [];
    answer = () => Promise.resolve({ kind: 'accepted', rejected: [] });
    const next = create(createSpool());
    await next.ready();
    await next.forceFlush();
    await next.shutdown();
    return textsOf(sent);
  };
  const down = (): Promise<Outcome> =>
    Promise.resolve({ kind: 'retry', cause: 'retry', error: new Error('down') });

  for (const fsync of [true, false]) {
    const synced = fsync ? 'synced' : 'not synced';
    for (const step of ['open', 'rename', 'told'] as const) {
      it(`has a batch on its way to the disk there once, ${synced}, stopped before: ${step}`, async () => {
        answer = down;
        const { delivery, stopped, goOn, opened } = stopBefore(step, { fsync });
        void delivery.deliver([batch(['a', 'b'])], { untilSafe: true });
        await stopped;
        settle(delivery);
        const isThere = step === 'told';
        expect({ given: textsOf(given), isSpoolLeft }).to.deep.equal({
          given: isThere ? [] : ['a', 'b'],
          isSpoolLeft: isThere || step === 'rename',
        });
        expect(delivery.status()).to.include({ heldEvents: 0, heldBytes: 0 });
        expect(losses.total()).to.equal(0);
        expect(await takenOver()).to.deep.equal(['a', 'b']);
        // Where the process goes on after all, what it had begun comes to an end and adds nothing.
        goOn();
        // Its folder is gone, so that it is written once more, but where nothing was left to do.
        const times = isThere && !fsync ? 1 : 2;
        while (opened() < times) await wait(1);
        await delivery.shutdown();
        expect(losses.total()).to.equal(0);
        expect(await takenOver()).to.deep.equal([]);
      });
    }
  }

  it('has batches that share a file there once', async () => {
    const { delivery, goOn } = stopBefore('told');
    for (const text of ['a', 'b', 'c']) {
      void delivery.deliver([batch([text])], { reservedBytes: 0, untilSafe: true });
    }
    void delivery.shutdown(Deadline.after(1000));
    const files = async (): Promise<number> =>
      (await readdir(directory, { recursive: true })).filter((name) => name.endsWith('.batch')).length;
    // The first of them is in flight, and has a file to itself.
    while ((await files()) < 2) await wait(5);
    settle(delivery);
    expect(given).to.deep.equal([]);
    expect(delivery.status()).to.include({ heldEvents: 0, heldBytes: 0 });
    expect(await takenOver()).to.deep.equal(['a', 'b', 'c']);
    goOn();
    await delivery.shutdown();
    expect(losses.total()).to.equal(0);
    expect(await takenOver()).to.deep.equal([]);
  });

  for (const isGone of [false, true]) {
    it(`leaves on disk what is left of a batch${isGone ? ', and says where it can not' : ''}`, async () => {
      answer = down;
      const delivery = create(createSpool());
      await delivery.deliver([batch(['a', 'bad', 'c', 'd'])], { untilSafe: true });
      let requests = 0;
      answer = (one) => {
        if (textsOf([one]).length === 4)
          return Promise.resolve({ kind: 'split', error: new Error('invalid') });
        // The first half is taken, and the second is in flight when the process ends.
        return ++requests === 1
          ? Promise.resolve({ kind: 'accepted', rejected: [] })
          : new Promise(() => undefined);
      };
      void delivery.forceFlush();
      while (requests < 2) await wait(1);
      if (isGone) {
        const [folder] = await readdir(directory);
        await rm(join(directory, folder!), { recursive: true });
      }
      settle(delivery);
      expect({ given: textsOf(given), isSpoolLeft }).to.deep.equal({
        given: [],
        isSpoolLeft: isGone ? undefined : true,
      });
      expect(await takenOver()).to.deep.equal(isGone ? [] : ['c', 'd']);
      if (isGone)
        expect(lines.join('\n')).to.match(/can't be taken out of the spool, and is sent again: .*ENOENT/);
      await delivery.shutdown(Deadline.after(100));
    });
  }

  /** Half of four events is taken, and what is left can't be delivered: it is to be on disk in their place. */
  const halfTaken = (one: LogEventBatch): Promise<Outcome> => {
    const texts = textsOf([one]);
    if (texts.length === 4) return Promise.resolve({ kind: 'split', error: new Error('invalid') });
    return texts[0] === 'a' ? Promise.resolve({ kind: 'accepted', rejected: [] }) : down();
  };

  for (const step of ['open', 'rename', 'told'] as const) {
    it(`has what is left of a batch there once while it is on its way, stopped before: ${step}`, async () => {
      answer = down;
      const { delivery, stopped, goOn } = stopBefore(step, {}, 1);
      await delivery.deliver([batch(['a', 'b', 'c', 'd'])], { untilSafe: true });
      answer = halfTaken;
      void delivery.forceFlush();
      await stopped;
      settle(delivery);
      expect({ given: textsOf(given), isSpoolLeft }).to.deep.equal({ given: [], isSpoolLeft: true });
      expect(await takenOver()).to.deep.equal(['c', 'd']);
      answer = down;
      goOn();
      await delivery.shutdown(Deadline.after(100));
    });
  }

  for (const { taken, left } of [
    { taken: 'all', left: ['e'] },
    { taken: 'half', left: ['c', 'd', 'e'] },
  ]) {
    it(`leaves of what comes to the disk only what is left, where ${taken} of it is taken meanwhile`, async () => {
      let take!: (outcome: Outcome) => void;
      answer = (one) =>
        new Promise((resolve) => {
          if (one.destination === destination) take = resolve;
        });
      const { delivery, goOn, halted } = stopBefore('told');
      void delivery.deliver([batch(['a', 'b', 'c', 'd'])], { untilSafe: true });
      // While it waits for an answer to this one, a shutdown goes on.
      const elsewhere = { ...destination, logStreamName: 'elsewhere' };
      void delivery.deliver([{ ...batch(['e']), destination: elsewhere }], { untilSafe: true });
      void delivery.shutdown(Deadline.after(4000));
      while (halted() < 2) await wait(1);
      if (taken === 'half') {
        answer = (one) => (textsOf([one])[0] === 'a' ? halfTaken(one) : new Promise(() => undefined));
        take({ kind: 'split', error: new Error('invalid') });
      } else take({ kind: 'accepted', rejected: [] });
      while (delivery.status().deliveredEvents === 0) await wait(1);
      settle(delivery);
      expect({ given: textsOf(given), isSpoolLeft }).to.deep.equal({ given: [], isSpoolLeft: true });
      expect(await takenOver()).to.have.members(left);
      goOn();
      await delivery.shutdown();
      expect(losses.total()).to.equal(0);
      expect(await takenOver()).to.deep.equal([]);
    });
  }

  it('leaves nothing of what comes to the disk after all of it is delivered', async () => {
    let take!: (outcome: Outcome) => void;
    answer = () => new Promise((resolve) => (take = resolve));
    const { delivery, stopped, goOn } = stopBefore('told');
    void delivery.deliver([batch(['a'])], { untilSafe: true });
    const closed = delivery.shutdown(Deadline.after(2000));
    await stopped;
    take({ kind: 'accepted', rejected: [] });
    await closed;
    settle(delivery);
    expect(await readdir(directory)).to.deep.equal([]);
    goOn();
  });

  it('keeps a stored batch of which all is left', async () => {
    const spool = createSpool();
    const stored = await spool.write(batch(['a']), { sequence: 1 });
    if (typeof stored !== 'object') throw new Error('it is not stored');
    spool.replaceAtEnd(stored, batch(['a']));
    expect(await takenOver()).to.deep.equal([]);
    spool.handOnAtOnce();
    expect(await takenOver()).to.deep.equal(['a']);
  });

  for (const can of ['can', "can't"]) {
    it(`removes what is delivered and on its way off the disk: ${can}`, async () => {
      answer = down;
      const { delivery, stopped, goOn } = stopBefore('unlink');
      await delivery.deliver([batch(['a'])], { untilSafe: true });
      answer = () => Promise.resolve({ kind: 'accepted', rejected: [] });
      void delivery.forceFlush();
      await stopped;
      if (can === "can't") {
        const [file] = (await readdir(directory, { recursive: true })).filter((name) =>
          name.endsWith('.batch'),
        );
        await rm(join(directory, file!));
        await mkdir(join(directory, file!));
      }
      settle(delivery);
      expect({ given: textsOf(given), isSpoolLeft }).to.deep.equal({
        given: [],
        isSpoolLeft: can === 'can' ? undefined : true,
      });
      expect(await takenOver()).to.deep.equal([]);
      goOn();
      await delivery.shutdown(Deadline.after(100));
    });
  }

  it('has no other destination than the batches have', () => {
    settle(create(), [batch(['a'])]);
    expect(given[0]!.destination).to.equal(destination);
  });
});
