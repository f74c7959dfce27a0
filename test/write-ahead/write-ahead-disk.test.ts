import fs, {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
} from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'chai';
import sinon from 'sinon';
import { eventually } from '../eventually.js';
import { type EncodedEvent } from '../../src/delivery/encoded-event.js';
import { encodeEvent } from '../../src/encoding/encode-event.js';
import { freeName } from '../../src/write-ahead/file-owner.js';
import { type WriteAheadLog } from '../../src/write-ahead/write-ahead-log.js';
import { append, HERE, openLog, type OpenOptions } from './open-log.js';

// Of this file alone: sinon's own would also put clocks of other files back that are put back already.
const stubs = sinon.createSandbox();

describe('WriteAheadLog on a disk that fails', () => {
  let parent: string;
  let directory: string;
  const open: WriteAheadLog[] = [];

  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'write-ahead-'));
    directory = join(parent, 'log');
  });
  afterEach(async () => {
    mend();
    for (const log of open.splice(0)) await log.close();
    rmSync(parent, { recursive: true, force: true });
  });

  const start = (options?: OpenOptions) => {
    const opened = openLog(directory, options);
    open.push(opened.log);
    return opened;
  };
  const files = (): string[] => readdirSync(directory).map((name) => join(directory, name));
  /** From now on a function of `node:fs` is another. */
  const fail = (
    name: 'writeSync' | 'fdatasync' | 'fsync' | 'readSync' | 'readdirSync' | 'futimesSync',
    as: (...args: never[]) => unknown,
  ) => {
    stubs.stub(fs, name).callsFake(as as never);
    syncBuiltinESMExports();
  };
  const mend = (): void => {
    stubs.restore();
    syncBuiltinESMExports();
  };
  const full = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });

  it('leaves nothing of a record that was written in part', async () => {
    const { log, state } = start();
    append(log, 'a');
    const write = fs.writeSync;
    let calls = 0;
    fail('writeSync', (descriptor: number, bytes: Uint8Array) => {
      if (++calls > 1) throw full;
      return write(descriptor, bytes.subarray(0, 10));
    });
    expect(log.append(HERE, undefined, [encodeEvent(1, 'b'), encodeEvent(1, 'c')])).to.equal(undefined);
    expect(log.status()).to.include({ unprotected: 1, events: 1, writeError: full });
    mend();
    state.now += 1_000;
    append(log, 'd');
    await log.close();
    const { log: next, texts, found } = start();
    await next.replay();
    expect(texts()).to.deep.equal(['a', 'd']);
    expect(found.damaged).to.equal(0);
  });

  it('leaves no empty file behind where not even its first line can be written', () => {
    const { log } = start();
    fail('writeSync', () => {
      throw full;
    });
    expect(append(log, 'a')).to.deep.equal([]);
    expect(files()).to.deep.equal([]);
  });

  it('says on being asked whether records could be written', async () => {
    const { log } = start();
    expect(log.check().writeError).to.equal(undefined);
    append(log, 'a');
    fail('writeSync', () => {
      throw full;
    });
    expect(append(log, 'b')).to.deep.equal([]);
    expect(log.check().writeError).to.equal(full);
    mend();
    expect(log.check()).to.include({ writeError: undefined, events: 1, unprotected: 1 });
    fail('writeSync', () => {
      throw full;
    });
    await log.close();
    expect(log.check().writeError).to.equal(undefined);
    mend();
    const { log: narrow } = start({ maxBytes: 1 });
    append(narrow, 'a');
    expect(narrow.check().writeError?.message).to.equal(
      'its files have reached 1 bytes (writeAhead.maxBytes)',
    );
    expect(narrow.status().unprotected).to.equal(0);
  });

  it('gives a file back that it could not read', async () => {
    const first = start();
    append(first.log, 'a');
    await first.log.close();
    const { log, lines, texts } = start();
    let calls = 0;
    const read = fs.readSync as (...args: unknown[]) => number;
    fail('readSync', (...args: unknown[]) => {
      if (++calls > 1) throw new Error('EIO: i/o error');
      return read(...args);
    });
    await log.replay();
    expect(lines.join()).to.include('EIO');
    expect(log.status().unreadableFiles).to.equal(1);
    expect(files()[0]).to.match(/~free\.log$/);
    mend();
    await log.replay();
    expect(texts()).to.deep.equal(['a']);
    expect(log.status().unreadableFiles).to.equal(0);
  });

  /** Appends find no room; what is written in its place needs none. */
  const fillUp = (): void => {
    const write = fs.writeSync as unknown as (...args: unknown[]) => number;
    fail('writeSync', (...args: unknown[]) => {
      if (args.length < 5) throw full;
      return write(...args);
    });
  };
  /** What a process finds that comes after a kill of this one. */
  const afterKill = async (): Promise<{ texts: string[]; possibleDuplicates: number; damaged: number }> => {
    const directory = join(parent, 'after-kill');
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory);
    for (const file of files()) copyFileSync(file, join(directory, freeName(basename(file))));
    const next = openLog(directory);
    await next.log.replay();
    await next.log.close();
    const { possibleDuplicates } = next.log.status();
    return { texts: next.texts(), possibleDuplicates, damaged: next.found.damaged };
  };

  for (const [what, note] of [
    ['sent', (log: WriteAheadLog, events: readonly EncodedEvent[]) => log.sending(events)],
    ['released', (log: WriteAheadLog, events: readonly EncodedEvent[]) => log.release(events)],
  ] as const) {
    it(`counts as possible duplicates, and says, what a full disk can't note as ${what}; notes it when there is room`, async () => {
      const { log, lines } = start();
      const events = append(log, 'a', 'b', 'c', 'd');
      fillUp();
      note(log, events.slice(0, 2));
      expect(log.status().writeError).to.equal(undefined);
      expect(lines.join()).to.include('would be sent twice');
      expect(await afterKill()).to.deep.equal({
        texts: ['a', 'b', 'c', 'd'],
        possibleDuplicates: 2,
        damaged: 0,
      });
      await log.replay();
      mend();
      await log.replay();
      const isSent = what === 'sent';
      expect(await afterKill()).to.deep.equal({
        texts: isSent ? ['a', 'b', 'c', 'd'] : ['c', 'd'],
        possibleDuplicates: isSent ? 2 : 0,
        damaged: 0,
      });
      await log.close();
    });
  }

  it('sends again what it could not note at all: a duplicate, not a loss', async () => {
    const { log } = start();
    const [a] = append(log, 'a', 'b');
    fail('writeSync', () => {
      throw full;
    });
    log.release([a!]);
    expect((await afterKill()).texts).to.deep.equal(['a', 'b']);
    mend();
    await log.close();
    expect((await afterKill()).texts).to.deep.equal(['b']);
  });

  it('says nothing of a note that is missing in a file that goes', async () => {
    const { log, lines } = start();
    const events = append(log, 'a');
    fillUp();
    append(log, 'b');
    log.release(events);
    expect(lines.join()).not.to.include('would be sent twice');
    await eventually(() => files().length === 0);
  });

  it('leaves to the next look what it could not read of its own file', async () => {
    const { log, lines, texts } = start();
    log.giveBack(append(log, 'a', 'b').slice(1));
    fail('readSync', () => {
      throw new Error('EIO: i/o error');
    });
    await log.replay();
    expect(lines.join()).to.include('can not be read: Error: EIO');
    expect(texts()).to.deep.equal([]);
    mend();
    await log.replay();
    expect(texts()).to.deep.equal(['b']);
  });

  it('says nothing of a file that another process had first', async () => {
    const first = start();
    append(first.log, 'a');
    await first.log.close();
    const { log, lines, found } = start();
    const names = readdirSync(directory);
    fail('readdirSync', () => {
      rmSync(join(directory, names[0]!));
      return names;
    });
    await log.replay();
    expect(found).to.deep.equal({ events: 0, damaged: 0 });
    expect(log.status().unreadableFiles).to.equal(0);
    expect(lines).to.deep.equal([]);
  });

  it('says of a file that can not be read and is removed meanwhile that it can not be taken over', async () => {
    const first = start();
    append(first.log, 'a');
    await first.log.close();
    const { log, lines } = start();
    const read = fs.readSync as (...args: unknown[]) => number;
    let calls = 0;
    fail('readSync', (...args: unknown[]) => {
      if (++calls === 1) return read(...args);
      rmSync(files()[0]!);
      throw new Error('EIO: i/o error');
    });
    await log.replay();
    expect(lines.join()).to.include('can not be taken over: Error: EIO');
    expect(files()).to.deep.equal([]);
  });

  describe('at its intervals', () => {
    let clock: sinon.SinonFakeTimers;
    beforeEach(() => {
      clock = stubs.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    });

    type Callback = (error: Error | null) => void;
    /** What is under way to the device, and how often its folder was. */
    const device = () => {
      const state = { files: [] as Callback[], folders: [] as string[] };
      fail('fdatasync', (_: number, callback: Callback) => state.files.push(callback));
      fail('fsync', (descriptor: number, callback: Callback) => {
        // Elsewhere a descriptor does not tell its path.
        state.folders.push(process.platform === 'linux' ? readlinkSync(`/proc/self/fd/${descriptor}`) : '');
        callback(null);
      });
      return state;
    };

    it('has the device keep what is new, one after another', async () => {
      const { log, lines } = start({ fsyncIntervalMillis: 1_000 });
      const { files: underWay } = device();
      clock.tick(1_000);
      expect(underWay).to.have.length(0);
      append(log, 'a');
      clock.tick(1_000);
      expect(underWay).to.have.length(1);
      append(log, 'b');
      clock.tick(1_000);
      expect(underWay).to.have.length(1);
      underWay[0]!(null);
      await nextTurn();
      clock.tick(1_000);
      expect(underWay).to.have.length(2);
      underWay[1]!(null);
      await nextTurn();
      clock.tick(5_000);
      expect(underWay).to.have.length(2);
      expect(lines).to.deep.equal([]);
    });

    it('keeps the name of a file too, and those of the folders that were made for it', async function () {
      if (process.platform !== 'linux') this.skip();
      directory = join(parent, 'a', 'log');
      const { log } = start({ fsyncIntervalMillis: 500 });
      const disk = device();
      append(log, 'a');
      clock.tick(500);
      disk.files[0]!(null);
      await nextTurn();
      expect(disk.folders).to.have.members([directory, join(parent, 'a'), parent]);
      append(log, 'b');
      clock.tick(500);
      disk.files[1]!(null);
      await nextTurn();
      expect(disk.folders.slice(3)).to.deep.equal([directory]);
      append(log, 'b');
      clock.tick(500);
      // The next look, two seconds after the start, makes it again.
      rmSync(directory, { recursive: true });
      disk.files[2]!(null);
      await nextTurn();
      expect(disk.folders).to.have.length(4);
      append(log, 'c');
      clock.tick(500);
      expect(disk.files).to.have.length(4);
    });

    it('does not ask for a file that did not change, and again for one that was not kept', async () => {
      const { log } = start({ fsyncIntervalMillis: 500, maxBytes: 8_000 });
      const disk = device();
      append(log, 'x'.repeat(1_200));
      append(log, 'a');
      clock.tick(500);
      expect(disk.files).to.have.length(2);
      disk.files[0]!(null);
      disk.files[1]!(new Error('EIO: i/o error'));
      await nextTurn();
      append(log, 'b');
      clock.tick(500);
      expect(disk.files).to.have.length(3);
      disk.files[2]!(new Error('EIO: i/o error'));
      await nextTurn();
      mend();
      const atEnd = device();
      const closed = log.close();
      expect(atEnd.files).to.have.length(1);
      atEnd.files[0]!(null);
      await closed;
      expect(atEnd.folders).to.have.length(1);
    });

    it('says why the device does not, and goes on', async () => {
      const { log, lines } = start({ fsyncIntervalMillis: 1_000 });
      const disk = device();
      append(log, 'a');
      clock.tick(1_000);
      disk.files[0]!(new Error('EIO: i/o error'));
      await nextTurn();
      expect(lines.join()).to.match(/can not be synced and may not outlive a power cut: EIO/);
      append(log, 'b');
      clock.tick(1_000);
      expect(disk.files).to.have.length(2);
    });

    it('says nothing of a file that was closed meanwhile', async () => {
      const { log, lines } = start({ fsyncIntervalMillis: 1_000 });
      const disk = device();
      const events = append(log, 'a');
      clock.tick(1_000);
      log.release(events);
      await log.close();
      disk.files[0]!(new Error('EBADF: bad file descriptor'));
      await nextTurn();
      expect(lines).to.deep.equal([]);
    });

    it('shows life, and again where it could not', () => {
      const { log, state } = start();
      append(log, 'a');
      const changed = (): number => statSync(files()[0]!).mtimeMs;
      const before = changed();
      state.wall = 1_700_000_000_000;
      let fails = true;
      const touch = fs.futimesSync as (...args: unknown[]) => void;
      fail('futimesSync', (...args: unknown[]) => {
        if (fails) throw new Error('EIO: i/o error');
        touch(...args);
      });
      clock.tick(10_000);
      expect(changed()).to.equal(before);
      fails = false;
      clock.tick(10_000);
      expect(changed()).to.equal(1_700_000_000_000);
    });
  });

  it('leaves a file alone that is larger than any that is written here', async () => {
    const { log } = start();
    append(log, 'a');
    await log.close();
    const [path] = files();
    fs.truncateSync(path!, 100 * 1024 ** 2);
    const next = start();
    await next.log.replay();
    expect(next.log.status()).to.include({ unreadableFiles: 1, replayed: 0 });
    expect(next.lines.join()).to.include('more than is written here');
    expect(files()).to.deep.equal([path]);
  });

  it('takes a file of line feeds for one without events', async () => {
    fs.mkdirSync(directory);
    fs.writeFileSync(
      join(directory, freeName('wal-0000000000001-0000000001-00000001~free.log')),
      '\n'.repeat(3e6),
    );
    const { log, found } = start();
    await log.replay();
    expect(found).to.deep.equal({ events: 0, damaged: 0 });
    await log.close();
    expect(files()).to.deep.equal([]);
  });
});
