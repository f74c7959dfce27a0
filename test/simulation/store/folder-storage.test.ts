import { expect } from 'chai';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type StoredEvent } from '../../../src/simulation/store/event-store.js';
import { openStorage, type Storage, type StorageSettings } from '../../../src/simulation/store/storage.js';

const NOW = 1_700_000_000_000;

describe('openStorage with a folder', () => {
  let root: string;
  let directory: string;
  let storage: Storage | undefined;
  let child: ChildProcess | undefined;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'storage-'));
    directory = join(root, 'd');
  });
  afterEach(async () => {
    child?.kill('SIGKILL');
    child = undefined;
    await storage?.close();
    storage = undefined;
    rmSync(root, { recursive: true, force: true });
  });

  function open(settings: StorageSettings = {}): Storage {
    storage = openStorage({ directory, fsync: 'never', defaultIndexedFields: ['trace_id'], ...settings });
    return storage;
  }

  async function close(): Promise<void> {
    await storage?.close();
    storage = undefined;
  }

  function put(count: number, { group = 'g', from = 0, text = '' } = {}): void {
    const events = Array.from({ length: count }, (_, index) => ({
      timestamp: NOW + from + index,
      message: `{"trace_id":"t${from + index}","text":"${text}"}`,
    }));
    storage!.events.append({ logGroupName: group, logStreamName: 's', events, ingestionTime: NOW });
  }

  function read(group = 'g'): StoredEvent[] {
    return [...storage!.events.read({ logGroupName: group, order: 'ascending' })].flat();
  }

  function traces(...values: string[]): string[] {
    const skipped = { records: 0, bytes: 0 };
    const conditions = [{ field: 'trace_id', values, required: true }];
    const found = storage!.events.readIndexed({ logGroupName: 'g', order: 'ascending', conditions }, skipped);
    return [...found].flat().map(({ message }) => (JSON.parse(message) as { trace_id: string }).trace_id);
  }

  function files(ending: string): string[] {
    const groups = join(directory, 'groups');
    return readdirSync(groups)
      .flatMap((group) => readdirSync(join(groups, group)).map((name) => join(groups, group, name)))
      .filter((name) => name.endsWith(ending))
      .sort();
  }

  /** Turns one bit of a file at a share of its length. */
  function harm(path: string, share: number): void {
    const bytes = readFileSync(path);
    const at = Math.floor((bytes.length - 1) * share);
    bytes[at] = bytes[at]! ^ 1;
    writeFileSync(path, bytes);
  }

  it('keeps files and folders private', async () => {
    open({ maxSegmentEvents: 3 });
    put(7);
    storage!.catalog.put('c', 'k', {});
    await close();
    const modes = new Set<string>();
    for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
      const status = statSync(join(directory, name));
      modes.add(`${status.isDirectory() ? 'folder' : 'file'} ${(status.mode & 0o777).toString(8)}`);
    }
    modes.add(`folder ${(statSync(directory).mode & 0o777).toString(8)}`);
    expect([...modes].sort()).to.deep.equal(['file 600', 'folder 700']);
  });

  it('refuses a folder that is in use, by this process or by another', async () => {
    open();
    expect(() => openStorage({ directory })).to.throw(/is in use by process \d+ on .*; stop it/);
    await close();
    child = spawn(process.execPath, ['build/test/fixtures/store-writer.js', directory]);
    await once(child.stdout!, 'data');
    expect(() => openStorage({ directory })).to.throw(`in use by process ${child.pid!}`);
  });

  it('comes back after kill -9 with all that was acknowledged', async () => {
    child = spawn(process.execPath, ['build/test/fixtures/store-writer.js', directory]);
    let output = '';
    child.stdout!.on('data', (text: Buffer) => {
      output += text.toString();
      if (output.length > 2000) child!.kill('SIGKILL');
    });
    await once(child, 'close');
    const acknowledged = Number(output.trimEnd().split('\n').at(-1));
    open({ maxSegmentEvents: 50 });
    const events = read();
    expect(events.length).to.be.at.least(acknowledged);
    expect(events.length % 10).to.equal(0);
    expect(storage!.catalog.get('groups', 'g')).to.deep.equal({ made: true });
    expect(traces(`t${acknowledged - 1}`)).to.deep.equal([`t${acknowledged - 1}`]);
  });

  const otherLocks: readonly [name: string, lock: object | string, ageMillis: number, free: boolean][] = [
    ['of a dead process', { pid: 2 ** 22 - 1, host: hostname(), processStart: '' }, 0, true],
    [
      'of an earlier process with the same number',
      { pid: process.ppid, host: hostname(), processStart: 'x' },
      0,
      true,
    ],
    [
      'of an earlier process with our number',
      { pid: process.pid, host: hostname(), processStart: 'x' },
      0,
      true,
    ],
    ['of another host, silent for a minute', { pid: 1, host: 'elsewhere', processStart: '' }, 60_000, true],
    [
      'of another host that gives signs of life',
      { pid: 1, host: 'elsewhere', processStart: '' },
      1000,
      false,
    ],
    ['that is empty and new', '', 0, false],
    ['that is empty and old', '', 60_000, true],
  ];
  for (const [name, lock, ageMillis, free] of otherLocks) {
    it(`${free ? 'takes over' : 'respects'} a lock ${name}`, () => {
      mkdirSync(directory);
      const path = join(directory, 'LOCK');
      writeFileSync(path, typeof lock === 'string' ? lock : JSON.stringify(lock));
      const time = new Date(Date.now() - ageMillis);
      utimesSync(path, time, time);
      if (free) expect(open().recovery.tornBytes).to.equal(0);
      else expect(() => openStorage({ directory })).to.throw('is in use by');
    });
  }

  it('leaves a takeover to the process that began it, and ends one that was cut short', () => {
    mkdirSync(directory);
    writeFileSync(
      join(directory, 'LOCK'),
      JSON.stringify({ pid: 2 ** 22 - 1, host: hostname(), processStart: '' }),
    );
    const guard = join(directory, 'LOCK.takeover');
    mkdirSync(guard);
    expect(() => openStorage({ directory })).to.throw('is in use by');
    const time = new Date(Date.now() - 60_000);
    utimesSync(guard, time, time);
    open();
    expect(existsSync(guard)).to.equal(false);
  });

  it('refuses a folder of the future, and one that is not its own, without touching it', () => {
    mkdirSync(directory);
    writeFileSync(join(directory, 'letters.txt'), 'private');
    expect(() => openStorage({ directory })).to.throw('it holds letters.txt');
    expect(readdirSync(directory)).to.deep.equal(['letters.txt']);
    rmSync(join(directory, 'letters.txt'));
    const version = { format: 'opentelemetry-cloudwatch-logs local service', version: 3 };
    writeFileSync(join(directory, 'VERSION'), JSON.stringify(version));
    expect(() => openStorage({ directory })).to.throw(
      'was written in format 3, by another release; this one reads format 2',
    );
    writeFileSync(join(directory, 'VERSION'), 'something');
    expect(() => openStorage({ directory })).to.throw('is not of the local service');
    expect(readdirSync(directory)).to.deep.equal(['VERSION']);
  });

  it('removes the oldest events over its bound, counts them, and says so after a restart', async () => {
    const maxBytes = 1024 * 1024;
    open({ maxBytes });
    for (let from = 0; from < 3000; from += 10) put(10, { from, text: 'x'.repeat(1000) });
    const expectBounded = (): void => {
      const { eventCount, storedBytes, evictedEvents, evictedBytes } = storage!.events.statistics();
      expect(eventCount + evictedEvents).to.equal(3000);
      expect(storedBytes).to.be.within(maxBytes * 0.95, maxBytes);
      expect(evictedBytes).to.be.greaterThan(2_000_000);
      expect(read()[0]!.timestamp).to.equal(NOW + evictedEvents);
    };
    expectBounded();
    await close();
    open({ maxBytes });
    expectBounded();
    expect(() => openStorage({ maxBytes: maxBytes - 1 })).to.throw('maxBytes must be at least 1048576');
    expect(() => openStorage({ maxSegmentEvents: 0 })).to.throw(
      'maxSegmentEvents must be a whole number from 1 to 131072; it is 0',
    );
  });

  it('frees the files of expired events and of deleted groups', async () => {
    open({ maxSegmentEvents: 10 });
    for (let from = 0; from < 40; from += 10) put(10, { from });
    put(10, { group: 'h' });
    expect(files('.log').length).to.equal(5);
    expect(storage!.events.expireBefore('g', NOW + 25)).to.equal(25);
    expect(storage!.events.expireBefore('g', NOW + 25)).to.equal(0);
    expect(files('.log').length).to.equal(3);
    storage!.events.deleteLogGroup('h');
    expect(files('.log').length).to.equal(2);
    await close();
    open({ maxSegmentEvents: 10 });
    expect(read().map(({ timestamp }) => timestamp - NOW)).to.deep.equal(
      Array.from({ length: 15 }, (_, index) => 25 + index),
    );
    expect(storage!.events.statistics().expiredEvents).to.equal(25);
    expect(storage!.events.logGroupNames()).to.deep.equal(['g']);
  });

  it('gives no number twice when all events are gone', async () => {
    open();
    put(3);
    const ids = read().map(({ eventId }) => eventId);
    storage!.events.expireBefore('g', NOW + 100);
    await close();
    open();
    put(3);
    for (const { eventId } of read()) expect(ids).not.to.include(eventId);
    const [groupOne] = read().map(({ ptr }) => ptr);
    storage!.events.deleteLogGroup('g');
    await close();
    open();
    put(3);
    expect(storage!.events.eventByPtr(groupOne!)).to.equal(undefined);
  });

  for (const share of [0, 0.3, 0.6, 1]) {
    it(`answers from the batches when an index file is harmed at ${share * 100} %`, async () => {
      open({ maxSegmentEvents: 10 });
      put(10);
      put(10, { from: 10 });
      await close();
      harm(files('.idx')[0]!, share);
      open({ maxSegmentEvents: 10 });
      expect(traces('t3', 't13')).to.deep.equal(['t3', 't13']);
      expect(read().map(({ message }) => message).length).to.equal(20);
    });
  }

  it('keeps what stands before a harmed batch, and says what was lost', async () => {
    open();
    put(5);
    put(5, { from: 5 });
    await close();
    for (const index of files('.idx')) rmSync(index);
    harm(files('.log')[0]!, 1);
    const { recovery } = open();
    expect(recovery.tornBytes).to.be.greaterThan(100);
    expect(read().length).to.equal(5);
    put(1, { from: 9 });
    expect(read().length).to.equal(6);
  });

  it('reads what stands behind a harmed batch, leaves that in its file, and says how much it is', async () => {
    open();
    for (const from of [0, 5, 10]) put(5, { from });
    await close();
    for (const index of files('.idx')) rmSync(index);
    const [file] = files('.log');
    const size = statSync(file!).size;
    harm(file!, 0.5);
    const found = [0, 1, 2, 3, 4, 10, 11, 12, 13, 14];
    for (let opening = 0; opening < 2; opening++) {
      const { recovery } = open();
      expect(recovery.tornBytes).to.equal(0);
      expect(recovery.harmedBytes)
        .to.be.greaterThan(200)
        .and.lessThan(size / 2);
      expect(read().map(({ timestamp }) => timestamp - NOW)).to.deep.equal(found);
      expect(statSync(file!).size).to.equal(size);
      await close();
      for (const index of files('.idx')) rmSync(index);
    }
    open();
    put(1, { from: 15 });
    await close();
    open();
    expect(read().map(({ timestamp }) => timestamp - NOW)).to.deep.equal([...found, 15]);
  });

  it('says how many entries of the catalog are harmed', async () => {
    open().catalog.put('groups', 'first', { a: 1 });
    storage!.catalog.put('groups', 'second', { a: 2 });
    await close();
    harm(join(directory, 'catalog.journal'), 0.2);
    const { catalog, recovery } = open();
    expect(recovery.harmedEntries).to.equal(1);
    expect([...catalog.list('groups')].map(([name]) => name)).to.deep.equal(['second']);
  });

  it('says so when a segment and its index are both harmed, and still reads the others', async () => {
    open({ maxSegmentEvents: 5 });
    put(5);
    put(5, { from: 5 });
    await close();
    rmSync(files('.idx')[0]!);
    harm(files('.log')[0]!, 0);
    const { recovery } = open();
    expect(recovery.harmedSegments).to.equal(1);
    expect(read().map(({ timestamp }) => timestamp - NOW)).to.deep.equal([5, 6, 7, 8, 9]);
    expect(files('.harmed').length).to.equal(1);
  });

  it('removes what a group whose making or removal was cut short left behind', async () => {
    open();
    put(1);
    await close();
    mkdirSync(join(directory, 'groups', '7'));
    mkdirSync(join(directory, 'groups', 'deleted-5'));
    writeFileSync(files('.log')[0]!.replace(/\w+\.log$/, '0000000099.idx'), 'left over');
    open();
    expect(readdirSync(join(directory, 'groups'))).to.deep.equal(['1']);
    expect(files('.idx').length).to.equal(1);
    put(1, { group: 'next' });
    expect(readdirSync(join(directory, 'groups'))).to.deep.equal(['1', '8']);
  });

  it('keeps a large store with a small cache', () => {
    open({ maxSegmentEvents: 10, cacheBytes: 1 });
    for (let from = 0; from < 2000; from += 10) put(10, { from });
    expect(traces('t5', 't1995')).to.deep.equal(['t5', 't1995']);
    expect(read().length).to.equal(2000);
  });

  for (const fsync of ['always', 'interval'] as const) {
    it(`settles and closes with fsync ${fsync}`, async () => {
      open({ fsync });
      put(5);
      storage!.catalog.put('c', 'k', {});
      await Promise.all([storage!.events.settled(), storage!.catalog.settled()]);
      put(5, { from: 5 });
      await storage!.events.settled();
      await close();
      open();
      expect(read().length).to.equal(10);
    });
  }

  it('gives entities, ingestion times and texts of any kind back', async () => {
    const entity = { keyAttributes: { Name: 'orders' }, attributes: { PlatformType: 'Generic' } };
    const texts = ['', 'ünï\u0000 \u{1F600}', '\ud800 alone', 'x'.repeat(100_000)];
    open();
    for (const [index, message] of texts.entries()) {
      storage!.events.append({
        logGroupName: 'g',
        logStreamName: 'ünï',
        events: [{ timestamp: NOW + index, message }],
        ingestionTime: NOW + index * 2 ** 31,
        entity: index % 2 === 0 ? entity : undefined,
      });
    }
    for (const reopened of [false, true]) {
      if (reopened) {
        await close();
        open();
      }
      const events = read();
      expect(events.map(({ message }) => message)).to.deep.equal(texts.map((text) => text.toWellFormed()));
      expect(events.map((event) => event.entity)).to.deep.equal([entity, undefined, entity, undefined]);
      expect(events.map(({ ingestionTime }) => ingestionTime - NOW)).to.deep.equal(
        [0, 1, 2, 3].map((index) => index * 2 ** 31),
      );
      expect(new Set(events.map(({ logStreamName }) => logStreamName))).to.deep.equal(new Set(['ünï']));
    }
  });

  it('reads on when segments are removed meanwhile', () => {
    open({ maxSegmentEvents: 100 });
    for (let from = 0; from < 1000; from += 100) put(100, { from });
    const seen: number[] = [];
    for (const chunk of storage!.events.read({ logGroupName: 'g', order: 'ascending' })) {
      for (const { timestamp, message } of chunk) {
        expect(message).to.include(`"t${timestamp - NOW}"`);
        seen.push(timestamp - NOW);
      }
      storage!.events.expireBefore('g', NOW + 750);
      put(1, { from: 2000 + seen.length });
    }
    expect(seen).to.deep.equal([
      ...Array(64).keys(),
      ...Array.from({ length: 250 }, (_, index) => 750 + index),
    ]);
  });

  it('keeps its journals short', async () => {
    open({ maxSegmentEvents: 10 });
    for (let round = 0; round < 1200; round++) {
      put(1, { from: round });
      storage!.events.expireBefore('g', NOW + round);
    }
    const journal = join(directory, 'groups', '1', 'group.journal');
    expect(readFileSync(journal, 'utf8').split('\n').length).to.be.lessThan(1010);
    storage!.events.setIndexedFields('g', ['n']);
    storage!.events.deleteLogStream('g', 's');
    await close();
    open();
    expect(read()).to.deep.equal([]);
    expect(storage!.events.indexedFields('g')).to.deep.equal(['n']);
    expect(readFileSync(journal, 'utf8').split('\n').length).to.be.lessThan(10);
  });

  it('refuses writes when it is closed', async () => {
    const { events } = open();
    await close();
    expect(() => {
      events.deleteLogGroup('g');
    }).to.throw('the store is closed');
    await events.close();
  });
});
