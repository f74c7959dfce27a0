import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'chai';
import { useFakeTimers } from 'sinon';
import { type Destination } from '../../../src/delivery/encoded-event.js';
import { checksummedLine } from '../../../src/delivery/spool/checksummed-lines.js';
import { listSpool } from '../../../src/delivery/spool/inspect-spool.js';
import { stateOfOwner } from '../../../src/file-ownership/owner-state.js';
import { createProcessOwner, type SystemFiles } from '../../../src/file-ownership/process-owner.js';
import { DEFAULT_SPOOL_SETTINGS, Spool, type SpoolSettings } from '../../../src/delivery/spool/spool.js';
import { readSpoolFile } from '../../../src/delivery/spool/spool-file.js';
import { type StoredBatch } from '../../../src/delivery/spool/stored-batch.js';
import { Diagnostics } from '../../../src/observability/diagnostics.js';
import { batch } from '../builders.js';
import { TestDisk } from './test-disk.js';

describe('Spool', () => {
  let parent: string;
  let directory: string;
  let disk: TestDisk;
  let clock: { now: number; wall: number };
  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'spool-'));
    directory = join(parent, 'made', 'spool');
    disk = new TestDisk();
    clock = { now: 0, wall: 1_700_000_000_000 };
  });
  afterEach(() => rm(parent, { recursive: true, force: true }));

  /** A process of another boot: only its signs of life tell of it. */
  const elsewhere = (number: number): string => `${number}-1-ffffffff-1-${String(number).padStart(8, '0')}`;
  const start = async (settings: Partial<SpoolSettings> = {}, owner?: string) => {
    const one = disk.process();
    const said: string[] = [];
    const note = (message: string): void => void said.push(message);
    const spool = new Spool(
      {
        diagnostics: new Diagnostics({ logger: { error: note, warn: note, info: note, debug: note } }),
        fileSystem: one.fs,
        monotonicMillis: () => clock.now,
        epochMillis: () => clock.wall,
        owner,
      },
      { directory, ...DEFAULT_SPOOL_SETTINGS, ...settings },
    );
    const told = {
      found: [] as StoredBatch[],
      destinations: [] as Destination[],
      again: [] as StoredBatch[],
      dropped: [] as string[],
      handedOn: 0,
      removed: 0,
    };
    spool.open({
      found: (batches) => {
        told.found.push(...batches.map(({ stored }) => stored));
        told.destinations.push(...batches.map(({ destination }) => destination));
      },
      again: (batches) => told.again.push(...batches.map(({ stored }) => stored)),
      scanned: () => undefined,
      removed: () => told.removed++,
      handedOn: () => told.handedOn++,
      dropped: (stored, reason) => told.dropped.push(`${reason} ${stored.events}`),
    });
    await spool.scan();
    let sequence = 0;
    const write = async (...messages: string[]): Promise<StoredBatch> => {
      const stored = await spool.write(batch(messages), { sequence: ++sequence, isLast: true });
      if (stored === undefined || stored === 'too_large') return expect.fail(String(stored));
      return stored;
    };
    return { spool, told, said, write, disk: one };
  };
  const files = async (): Promise<string[]> =>
    (await readdir(directory, { recursive: true })).filter((name) => name.includes('.batch'));

  it('leaves no file behind where the folder can not be synced: the batch is still in memory', async () => {
    const { spool } = await start();
    expect(await spool.write(batch(['a']), { sequence: 1 })).to.be.an('object');
    disk.failures.set('sync ', 'EIO');
    clock.now += 5_000;
    expect(await spool.write(batch(['b']), { sequence: 2 })).to.equal(undefined);
    expect(await files()).to.have.length(1);
    expect(spool.status()).to.deep.include({ isWritable: false, batches: 1 });
    await spool.close(1_000);
  });

  it('knows how many files are on their way off the disk, for a second each', async () => {
    const { spool, write, told, disk: one } = await start();
    const stored = [await write('a'), await write('b')];
    const { unlink } = one.fs;
    let letGo!: () => void;
    const hangs = new Promise<void>((resolve) => (letGo = resolve));
    Object.assign(one.fs, { unlink: () => hangs });
    const timers = useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    spool.remove(stored[0]!);
    expect(spool.removals).to.equal(1);
    await timers.tickAsync(1_000);
    expect(spool.removals).to.equal(0);
    expect(told.removed).to.equal(1);
    timers.restore();
    letGo();
    Object.assign(one.fs, { unlink });
    spool.remove(stored[1]!);
    expect(spool.removals).to.equal(1);
    await spool.close(1_000);
    expect(spool.removals).to.equal(0);
    expect(told.removed).to.equal(2);
  });

  it('takes events at once: nobody may read them once the service has the batch', async () => {
    const { spool } = await start();
    const one = batch(['a']);
    let isOver = false;
    const events = one.events.map(({ timestamp, messageBytes, messageJson }) => ({
      timestamp,
      messageBytes,
      get messageJson() {
        return isOver ? expect.fail('it is read later') : messageJson;
      },
    }));
    const writing = spool.write({ ...one, events }, { sequence: 1, isLast: true });
    isOver = true;
    expect(await writing).to.be.an('object');
    await spool.close(1_000);
  });

  it('drops nothing to make room for what can not be written anyway', async () => {
    const { spool, write, told } = await start({ maxBytes: 600 });
    await write('x'.repeat(100));
    disk.isReadOnly = true;
    for (let n = 0; n < 3; n++) {
      clock.now += 5_000;
      expect(await spool.write(batch(['y'.repeat(100)]), { sequence: n + 2 })).to.equal(undefined);
    }
    // The first is made room for; from then on it is known.
    expect(told.dropped).to.have.length(1);
    await spool.close(1_000);
  });

  it('needs no room for the rest of a batch, and never drops it to make room for itself', async () => {
    const { spool, write, told } = await start({ maxBytes: 1_500 });
    const whole = await write('x'.repeat(300), 'x'.repeat(300));
    const next = await write('x'.repeat(350));
    const rest = await spool.write(batch(['x'.repeat(300)]), { sequence: 1, isLast: true, replaces: whole });
    expect(rest).to.be.an('object');
    expect(told.dropped).to.deep.equal([]);
    spool.remove(whole);
    // What needs room all the same, as the rest of a batch that was damaged, takes that of others.
    const larger = await spool.write(batch(['y'.repeat(900)]), {
      sequence: 1,
      isLast: true,
      replaces: rest as StoredBatch,
    });
    expect(larger).to.be.an('object');
    expect(told.dropped).to.deep.equal(['spool_full 1']);
    expect(spool.status().events).to.equal((rest as StoredBatch).events + 1);
    spool.remove(next);
    await spool.close(1_000);
  });

  it('says that it is full until a tenth of it is free', async () => {
    const { spool, write, told } = await start({ maxBytes: 1_500 });
    const stored = [];
    while (told.dropped.length === 0) stored.push(await write('x'.repeat(50)));
    expect(spool.status().isFull).to.equal(true);
    for (const one of stored) spool.remove(one);
    expect(spool.status()).to.include({ isFull: false, bytes: 0, oldestAgeMillis: undefined });
    expect(await spool.write(batch(['x'.repeat(2_000)]), { sequence: 99 })).to.equal('too_large');
    await spool.close(1_000);
  });

  it('drops no more than it takes to make room, where several are too much', async () => {
    const { spool, write, told } = await start({ maxBytes: 1_500 });
    for (let n = 0; n < 3; n++) await write('x'.repeat(50));
    await write('y'.repeat(600));
    const before = told.dropped.length;
    expect(before).to.be.within(1, 2);
    await spool.scan();
    expect(told.dropped).to.have.length(before);
    expect(spool.status().bytes).to.be.at.most(1_500);
    await spool.close(1_000);
  });

  it('drops, where several have too much, the oldest of all', async () => {
    const one = await start({}, elsewhere(1));
    await one.write('x'.repeat(100));
    clock.wall += 1_000;
    const two = await start({ maxBytes: 700 }, elsewhere(2));
    await two.write('y'.repeat(100));
    await two.spool.scan();
    // What is too much is the other's.
    expect(two.told.dropped).to.deep.equal([]);
    await one.spool.close(1_000);
    const three = await start({ maxBytes: 700 }, elsewhere(3));
    expect(three.told.dropped).to.deep.equal(['spool_full 1']);
    await Promise.all([two, three].map(({ spool }) => spool.close(1_000)));
  });

  it('leaves, where several have too much, what is on its way', async () => {
    const one = await start({ maxBytes: 700 }, elsewhere(1));
    const stored = await one.write('x'.repeat(100));
    stored.isBusy = true;
    clock.wall += 1_000;
    const two = await start({}, elsewhere(2));
    await two.write('y'.repeat(100));
    await one.spool.scan();
    expect(one.told.dropped).to.deep.equal([]);
    stored.isBusy = false;
    await one.spool.scan();
    expect(one.told.dropped).to.deep.equal(['spool_full 1']);
    await Promise.all([one, two].map(({ spool }) => spool.close(1_000)));
  });

  it('removes later what can not be removed now', async () => {
    const { spool, write, said, disk: own } = await start();
    const stored = await write('a');
    disk.failures.set('unlink .batch', 'EACCES');
    spool.remove(stored);
    await own.idle();
    expect(said.join()).to.include("can't be removed");
    expect(await files()).to.have.length(1);
    disk.failures.clear();
    await spool.scan();
    expect(await files()).to.have.length(0);
    await spool.close(1_000);
  });

  it('sets aside what can not be read, and tries it again a minute later', async () => {
    const first = await start();
    await first.write('a');
    await first.spool.close(1_000);
    const { spool, told, said } = await start();
    disk.failures.set('open .batch', 'EMFILE');
    expect(await spool.read(told.found[0]!)).to.include({ kind: 'failed' });
    disk.failures.set('open .batch', 'EIO');
    expect(await spool.read(told.found[0]!)).to.deep.equal({ kind: 'set_aside' });
    expect(said.join()).to.include('tried again in a minute');
    expect(spool.status().unreadableBatches).to.equal(1);
    await spool.scan();
    expect(told.again).to.deep.equal([]);
    clock.now += 60_000;
    disk.failures.clear();
    await spool.scan();
    expect(told.again).to.deep.equal(told.found);
    expect(await spool.read(told.found[0]!)).to.include({ kind: 'batch' });
    expect(spool.status().unreadableBatches).to.equal(0);
    await spool.close(1_000);
  });

  it('reads no link, no folder and no file that was removed', async () => {
    const { spool, write } = await start();
    const [gone, folder] = [await write('a'), await write('b')];
    const pathOf = (stored: StoredBatch): string => join(stored.folder.path, stored.file);
    await rm(pathOf(gone));
    await rm(pathOf(folder));
    await mkdir(pathOf(folder));
    expect(await spool.read(gone)).to.deep.include({ detail: 'files were removed from the spool' });
    expect(await spool.read(folder))
      .to.have.property('detail')
      .that.includes('not a file');
    await spool.close(1_000);
  });

  it('knows what another took over, also when that one is through with it', async () => {
    const { spool, write, told } = await start({}, elsewhere(1));
    const [a] = [await write('a'), await write('b')];
    const other = await start({}, elsewhere(2));
    clock.now += 31_000;
    await other.spool.scan();
    expect(other.told.found).to.have.length(2);
    expect(await spool.read(a)).to.deep.equal({ kind: 'handed_on' });
    for (const stored of other.told.found) other.spool.remove(stored);
    await other.spool.close(1_000);
    await spool.scan();
    expect(told.handedOn).to.equal(1);
    expect(spool.status()).to.include({ batches: 0, events: 0 });
    // It goes on in a folder of its own.
    await write('c');
    expect(await files()).to.have.length(1);
    await spool.close(1_000);
  });

  it('lets go of what another took when it writes, but for what is being sent', async () => {
    const { spool, write, told } = await start({}, elsewhere(1));
    const [sent] = [await write('sent'), await write('waits')];
    sent.isBusy = true;
    const other = await start({}, elsewhere(2));
    clock.now += 31_000;
    await other.spool.scan();
    await write('new');
    expect(told.handedOn).to.equal(1);
    expect(spool.status()).to.include({ batches: 2 });
    expect(await spool.read(sent)).to.deep.equal({ kind: 'handed_on' });
    expect(spool.status()).to.include({ batches: 1 });
    await Promise.all([spool, other.spool].map((one) => one.close(1_000)));
  });

  for (const order of ['by name', 'backwards'] as const) {
    it(`finds all in the order of writing where folders are read ${order}`, async () => {
      for (const name of ['a', 'c']) {
        const { spool, write } = await start();
        const whole = await write(name, name, name);
        clock.wall += 1_000;
        await spool.write(batch([name, name]), { sequence: 1 });
        await spool.write(batch([name]), { sequence: 1, replaces: whole });
        clock.wall += 1_000;
        await spool.close(1_000);
      }
      disk.order = order;
      const { spool, told } = await start();
      expect(told.found.map(({ events }) => events)).to.deep.equal([1, 2, 1, 2]);
      const created = told.found.map(({ name }) => name.createdMillis);
      expect(created).to.deep.equal(created.toSorted((a, b) => a - b));
      await spool.close(1_000);
    });
  }

  it('takes in what it can not read, and says of it when it is read', async () => {
    const first = await start();
    await first.write('a');
    await first.spool.close(1_000);
    disk.failures.set('open .batch', 'EIO');
    const { spool, told } = await start();
    expect(told.destinations).to.deep.equal([{ logGroupName: '', logStreamName: '' }]);
    expect(await spool.read(told.found[0]!)).to.deep.equal({ kind: 'set_aside' });
    await spool.close(1_000);
  });

  it('takes no folder for a batch, whatever its name', async () => {
    const first = await start({}, elsewhere(1));
    const { folder } = await first.write('a');
    await mkdir(join(folder.path, '0000000006-1700000000000-2-30-200.batch'));
    const other = await start({}, elsewhere(2));
    expect(other.spool.status().bytesOfOthers).to.equal(first.spool.status().bytes);
    await Promise.all([first, other].map(({ spool }) => spool.close(1_000)));
    const { spool, told } = await start();
    expect(told.found.map(({ events }) => events)).to.deep.equal([1]);
    spool.remove(told.found[0]!);
    await spool.close(1_000);
    expect(await files()).to.have.length(1);
  });

  it('leaves alone what it can not read or rename, and says so', async () => {
    const first = await start();
    await first.write('a');
    await first.spool.close(1_000);
    for (const [operation, code] of [
      ['rename ~free', 'EACCES'],
      ['readdir ~free', 'EACCES'],
    ] as const) {
      disk.failures.clear();
      disk.failures.set(operation, code);
      const { spool, told, said } = await start();
      expect(told.found).to.deep.equal([]);
      expect(said.join()).to.include("can't be taken over");
      await spool.close(1_000);
    }
    disk.failures.clear();
    disk.failures.set(`readdir ${elsewhere(9)}`, 'EIO');
    const { told } = await start({}, elsewhere(9));
    expect(told.found).to.deep.equal([]);
    expect((await readdir(directory))[0]).to.match(/~free$/);
  });

  it('says that the directory can not be read', async () => {
    await mkdir(join(directory, '..'), { recursive: true });
    await writeFile(directory, '');
    expect((await start()).said.join()).to.include("can't be read");
  });

  it('removes what a killed process did not finish, and the whole of which there is a rest', async () => {
    const first = await start();
    const whole = await first.write('a', 'b', 'c');
    await first.spool.write(batch(['c']), { sequence: 0, replaces: whole });
    await writeFile(join(whole.folder.path, 'x.batch.tmp'), '');
    await first.spool.close(1_000);
    const { told, spool } = await start();
    expect(told.found.map(({ events }) => events)).to.deep.equal([1]);
    expect(await files()).to.have.length(1);
    await spool.close(1_000);
  });

  it('says at the start that its folder can not be written to', async () => {
    await writeFile(join(parent, 'made'), '');
    const { said, spool } = await start();
    await spool.close(1_000);
    expect(said.filter((one) => one.includes('will stay in memory'))).to.have.length(1);
    expect(said.join()).to.match(/the spool .*made\/spool can't be written to.*ENOTDIR/);
  });

  it('does not look or write when it is closed', async () => {
    const { spool } = await start();
    await spool.close(1_000);
    await spool.scan();
    expect(await spool.check()).to.include({ isWritable: true });
    await nextTurn();
    expect(await readdir(directory)).to.deep.equal([]);
  });

  it('removes what a check left that could not remove it, and does not call it foreign', async () => {
    const { spool } = await start();
    disk.failures.set('unlink .batch', 'EIO');
    await spool.check();
    await spool.close(1_000);
    expect((await files()).join()).to.match(/health-check-1\.batch$/);
    expect(await listSpool(directory)).to.deep.equal({ entries: [], foreign: [], unreadable: [] });
    disk.failures.clear();
    const next = await start();
    await next.spool.close(1_000);
    expect(await readdir(directory)).to.deep.equal([]);
  });

  it('makes a folder again that was removed', async () => {
    const { write, spool } = await start();
    await write('a');
    await rm(directory, { recursive: true });
    await write('b');
    expect(await files()).to.have.length(1);
    await rename(directory, `${directory}-moved`);
    expect(await spool.check()).to.include({ isWritable: true });
    await spool.close(1_000);
  });
});

describe('readSpoolFile', () => {
  const header = (more: object): string =>
    checksummedLine(
      JSON.stringify({ format: 'otel-cwlogs-spool', logGroupName: 'g', logStreamName: 's', ...more }),
    );
  const event = checksummedLine('1 1 "x"');

  it('takes the header from either end, and nothing that is none', () => {
    const read = (text: string): unknown => readSpoolFile(Buffer.from(text)).kind;
    expect(read(`harmed\n${event}${header({ version: 1, events: 1 })}`)).to.equal('batch');
    expect(read(header({ version: 1 }) + event)).to.equal('batch');
    expect(read(header({ version: 'one' }) + event)).to.equal('damaged');
    expect(read(checksummedLine('{"format":"otel-cwlogs-spool"') + event)).to.equal('damaged');
    expect(read(header({ version: 2 }))).to.equal('future');
    expect(read('')).to.equal('damaged');
  });
});

describe('stateOfOwner', () => {
  /** Answers of Linux, changed by the path's end. */
  const system = (answers: Record<string, string | undefined>): SystemFiles => {
    const read = (path: string): string => {
      const [, answer] = Object.entries(answers).find(([end]) => path.endsWith(end)) ?? [];
      if (answer === undefined) throw new Error(`ENOENT: ${path}`);
      return answer;
    };
    return { read, link: read };
  };

  it('does not know of a process that lives where there is no /proc, but of one that is gone', () => {
    const bare = system({});
    const own = createProcessOwner(bare);
    expect(own).to.match(new RegExp(`^${process.pid}-0-[0-9a-f]{8}-0-[0-9a-f]{8}$`));
    expect(stateOfOwner(own, bare)).to.equal('unknown');
    expect(stateOfOwner(own.replace(/^\d+/, '4194304'), bare)).to.equal('dead');
    // Owners of one host can be told from those of another.
    expect(stateOfOwner(createProcessOwner(), bare)).to.equal('unknown');
  });

  it('takes a process for dead that only waits to be reaped', () => {
    const statOf = (state: string): string => `1 (name) of a) ${state} ${'0 '.repeat(18)}77 0`;
    const answers = { boot_id: 'b', 'ns/pid': 'pid:[4026531836]', stat: statOf('S') };
    const owner = createProcessOwner(system(answers));
    expect(owner).to.match(/^\d+-77-[0-9a-f]{8}-4026531836-/);
    expect(stateOfOwner(owner, system(answers))).to.equal('alive');
    for (const state of ['Z', 'X']) {
      expect(stateOfOwner(owner, system({ ...answers, stat: statOf(state) }))).to.equal('dead');
    }
    expect(stateOfOwner(owner, system({ ...answers, stat: '1 (cut) S' }))).to.equal('unknown');
  });

  it('asks the system', () => {
    const own = createProcessOwner();
    expect(stateOfOwner(own)).to.equal('alive');
    expect(stateOfOwner(own.replace(/^(\d+)-(\d+)/, '$1-1'))).to.equal('dead');
    expect(stateOfOwner(own.replace(/^(\d+)-(\d+)/, '$1-0'))).to.equal('unknown');
    expect(stateOfOwner(own.replace(/^\d+/, '4194304'))).to.equal('dead');
    expect(stateOfOwner(own.replace(/-[0-9a-f]{8}-/, '-00000000-'))).to.equal('unknown');
    expect(stateOfOwner('somebody')).to.equal('unknown');
  });
});
