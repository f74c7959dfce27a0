import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { eventually } from '../eventually.js';
import { EventPage } from '../../src/delivery/event-page.js';
import { encodeEvent } from '../../src/encoding/encode-event.js';
import { isInSegment, keepAs, Segment } from '../../src/write-ahead/segment.js';
import { lineOf } from '../../src/write-ahead/segment-lines.js';
import { Replay } from '../../src/write-ahead/replay.js';
import { type ReplayPart, type WriteAheadLog } from '../../src/write-ahead/write-ahead-log.js';
import { append, HERE, openLog, type OpenOptions } from './open-log.js';

const THERE = { logGroupName: '/g', logStreamName: 't' };
const ENTITY = { keyAttributes: { Type: 'Service', Name: 'orders' }, attributes: {} };
const MIB = 1024 * 1024;
const FIRST = `${'0'.repeat(13)}-${'0'.repeat(10)}-${'0'.repeat(8)}`;

describe('keepAs', () => {
  it('has an event know its place, on itself where it can note that', () => {
    const segment = Object.create(Segment.prototype) as Segment;
    const place = { keptIn: segment, keptAs: 7 };
    const kept = keepAs(encodeEvent(2, 'bc'), segment, 7);
    expect(kept).to.include({
      timestamp: 2,
      messageJson: '"bc"',
      messageBytes: 2,
      stored: undefined,
      ...place,
    });
    const page = new EventPage();
    page.add(encodeEvent(2, 'bc'));
    const stored = page.takeLast();
    expect(isInSegment(stored)).to.equal(false);
    expect(keepAs(stored, segment, 7))
      .to.equal(stored)
      .and.to.include(place);
    expect([kept, stored].map(isInSegment)).to.deep.equal([true, true]);
  });
});

describe('WriteAheadLog', () => {
  let parent: string;
  let directory: string;
  const open: WriteAheadLog[] = [];

  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'write-ahead-'));
    directory = join(parent, 'log');
  });
  afterEach(async () => {
    for (const log of open.splice(0)) await log.close();
    rmSync(parent, { recursive: true, force: true });
  });

  const start = (options?: OpenOptions) => {
    const opened = openLog(directory, options);
    open.push(opened.log);
    return opened;
  };
  /** An event that an earlier process left. */
  const leave = async (text: string): Promise<void> => {
    const { log } = start();
    append(log, text);
    await log.close();
  };
  const files = (): string[] => readdirSync(directory).map((name) => join(directory, name));

  it('leaves what was not released to the next one, with its destination and entity', async () => {
    const first = start();
    const [a] = append(first.log, 'a', 'b “quoted”\nand broken ✓');
    first.log.append(THERE, ENTITY, [encodeEvent(2000, 'c')]);
    first.log.release([a!]);
    await first.log.close();
    const next = start();
    await next.log.replay();
    expect(next.replayed.map(({ destination, entity }) => ({ destination, entity }))).to.deep.equal([
      { destination: HERE, entity: undefined },
      { destination: THERE, entity: ENTITY },
    ]);
    expect(next.texts()).to.deep.equal(['b “quoted”\nand broken ✓', 'c']);
    expect(next.replayed[1]!.events[0]).to.include({ timestamp: 2000, messageBytes: 1 });
    expect(next.log.status()).to.include({ replayed: 2, possibleDuplicates: 0, events: 0 });
    await next.log.close();
    expect(files()).to.deep.equal([]);
  });

  it('takes records while the part that reads files is not there, and reads them once it can be loaded', async () => {
    await leave('left');
    let loads = 0;
    const load = (): Promise<ReplayPart> =>
      ++loads < 3 ? Promise.reject(new Error('EMFILE')) : Promise.resolve({ Replay });
    const { log, texts } = start({ replay: { now: () => undefined, load } });
    expect(append(log, 'new')).to.have.length(1);
    await log.replay();
    await log.replay();
    expect(log.status()).to.include({ events: 1, replayed: 0, possibleDuplicates: 0, unreadableFiles: 0 });
    await log.replay();
    expect(texts()).to.deep.equal(['left']);
    expect(log.status()).to.include({ events: 1, replayed: 1 });
    await log.replay();
    expect(loads).to.equal(3);
  });

  for (const [asks, canLoad] of [
    ['as soon as the part that does it is there', true],
    ['and closes where the part that does it can not be loaded', false],
  ] as const) {
    it(`has the device keep events ${asks}`, async () => {
      let loads = 0;
      const load = (): Promise<ReplayPart> => {
        loads++;
        return canLoad && loads > 1 ? Promise.resolve({ Replay }) : Promise.reject(new Error('EMFILE'));
      };
      const { log, lines } = start({ fsyncIntervalMillis: 1, replay: { now: () => undefined, load } });
      append(log, 'kept');
      await log.replay();
      // By then it was to be synced.
      await sleep(20);
      await log.close();
      expect(loads).to.be.at.least(2);
      expect(lines).to.deep.equal([]);
      expect(files()).to.have.length(1);
    });
  }

  it('has each event with the operating system when append returns', () => {
    const { log } = start();
    append(log, 'one', 'two');
    const [file] = files();
    expect(readFileSync(file!, 'utf8')).to.include('"m":"one"').and.to.include('"m":"two"');
  });

  it('keeps files to their user', () => {
    append(start().log, 'x');
    expect(statSync(directory).mode & 0o777).to.equal(0o700);
    expect(statSync(files()[0]!).mode & 0o777).to.equal(0o600);
  });

  it('deletes its file once everything in it is released and it is closed', async () => {
    const { log } = start();
    const events = append(log, 'x', 'y');
    log.release(events);
    expect(log.status().events).to.equal(0);
    await log.close();
    expect(files()).to.deep.equal([]);
  });

  it('goes on to a new file, and deletes the old one when its events are released', async () => {
    const { log } = start();
    const large = 'x'.repeat(MIB);
    const events = append(log, large, large, large, large, large);
    expect(files()).to.have.length(2);
    log.release(events.slice(0, 4));
    await eventually(() => files().length === 1);
  });

  it('counts what an earlier process may have delivered', async () => {
    const first = start();
    const [a, b] = append(first.log, 'a', 'b', 'c');
    first.log.sending([a!, b!]);
    first.log.sending([a!, b!]);
    first.log.release([a!]);
    await first.log.close();
    const { log } = start();
    await log.replay();
    expect(log.status()).to.include({ replayed: 2, possibleDuplicates: 1 });
  });

  it('reads around a torn last line, which is no loss, and goes on writing behind it', async () => {
    const first = start();
    append(first.log, 'a', 'b');
    await first.log.close();
    const [file] = files();
    appendFileSync(file!, lineOf('{"n":2,"d":0,"t":1,"b":1,"m":"torn"}').subarray(0, 20));
    const second = start({ releases: false });
    await second.log.replay();
    expect(second.texts()).to.deep.equal(['a', 'b']);
    expect(second.found).to.deep.equal({ events: 2, damaged: 0 });
    second.log.release(second.replayed[0]!.events.slice(0, 1));
    await second.log.close();
    const third = start();
    await third.log.replay();
    expect(third.texts()).to.deep.equal(['b']);
    expect(third.found).to.deep.equal({ events: 1, damaged: 0 });
  });

  it('counts a line with a flipped bit, and replays the others', async () => {
    const first = start();
    append(first.log, 'a', 'b', 'c');
    await first.log.close();
    const [file] = files();
    writeFileSync(file!, readFileSync(file!, 'utf8').replace('"m":"b"', '"m":"B"'));
    const { log, texts, found } = start();
    await log.replay();
    expect(texts()).to.deep.equal(['a', 'c']);
    expect(found).to.deep.equal({ events: 2, damaged: 1 });
  });

  it('counts events whose destination can not be read', async () => {
    const first = start();
    append(first.log, 'a');
    await first.log.close();
    const [file] = files();
    writeFileSync(file!, readFileSync(file!, 'utf8').replace('"/g"', '"/h"'));
    const { log, found } = start({ releases: false });
    await log.replay();
    // Its destination stands before and behind the first event.
    expect(found).to.deep.equal({ events: 1, damaged: 0 });
    await log.close();
    writeFileSync(files()[0]!, readFileSync(files()[0]!, 'utf8').replaceAll('"/g"', '"/h"'));
    const next = start();
    await next.log.replay();
    expect(next.found).to.deep.equal({ events: 0, damaged: 1 });
  });

  it('leaves a file of a later version alone', async () => {
    mkdirSync(directory);
    writeFileSync(join(directory, `wal-${FIRST}~free.log`), lineOf('{"version":2}'));
    const { log, lines, found } = start();
    await log.replay();
    expect(found).to.deep.equal({ events: 0, damaged: 0 });
    expect(lines.join()).to.include('another version');
    expect(log.status().events).to.equal(0);
    expect(files()).to.have.length(1);
  });

  it('leaves a file alone whose owner it can make nothing of', async () => {
    mkdirSync(directory);
    writeFileSync(join(directory, `wal-${FIRST}~1-2.log`), lineOf('{"version":1}'));
    const { log, state } = start();
    await log.replay();
    state.now += 3_600_000;
    await log.replay();
    expect(log.status().unreadableFiles).to.equal(0);
    expect(files()).to.deep.equal([join(directory, `wal-${FIRST}~1-2.log`)]);
  });

  it('numbers thousands of events, and counts each of them once', async () => {
    const first = start();
    const texts = Array.from({ length: 3_000 }, (_, index) => `${index}`);
    const events = append(first.log, ...texts);
    first.log.release(events.slice(0, 500));
    first.log.release(events.slice(0, 500));
    first.log.giveBack(events.slice(0, 500));
    expect(first.log.status()).to.include({ events: 2_500 });
    await first.log.close();
    const next = start();
    await next.log.replay();
    expect(next.texts()).to.deep.equal(texts.slice(500));
    expect(next.log.status()).to.include({ replayed: 2_500, events: 0 });
  });

  it('hears of no event that is in memory alone', () => {
    const { log } = start();
    const [a] = append(log, 'a');
    const other = encodeEvent(1, 'in memory alone');
    log.sending([other, a!]);
    log.release([other]);
    expect(log.status()).to.include({ events: 1 });
    log.release([other, a!]);
    expect(log.status()).to.include({ events: 0 });
  });

  it('leaves its files to the next one as they are once it is closed', async () => {
    const first = start();
    const events = append(first.log, 'a', 'b');
    await first.log.close();
    const [file] = files();
    const content = readFileSync(file!);
    first.log.sending(events);
    first.log.release(events);
    expect(readFileSync(file!)).to.deep.equal(content);
    const next = start();
    await next.log.replay();
    expect(next.texts()).to.deep.equal(['a', 'b']);
  });

  it('takes files of a process that is gone, and not those of one that lives', async () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    const first = start();
    append(first.log, 'mine');
    const living = start();
    await living.log.replay();
    expect(living.found.events).to.equal(0);
    const [file] = files();
    const text = readFileSync(file!);
    const dead = file!.replace(/~\d+-/, `~${pid}-`).replace(/-[0-9a-f]{8}~/, `-${'1'.repeat(8)}~`);
    writeFileSync(dead, text);
    const next = start();
    await next.log.replay();
    expect(next.texts()).to.deep.equal(['mine']);
  });

  it('loses nothing while it runs when its directory is removed, counts at its end, and goes on in a new one', async () => {
    const { log, gone, lines, texts, state } = start({ hasRoom: false });
    const events = append(log, 'a', 'b', 'c');
    log.giveBack(events.slice(0, 1));
    rmSync(directory, { recursive: true });
    await log.replay();
    expect(lines.join()).to.include('was removed');
    const [d] = append(log, 'd');
    expect(files()).to.have.length(1);
    state.hasRoom = true;
    await log.replay();
    expect(texts()).to.deep.equal(['a']);
    log.release([events[1]!, d!]);
    log.giveBack([events[2]!]);
    state.hasRoom = false;
    await log.close();
    expect(gone).to.deep.equal({ removed: 1, taken: 0 });
    expect(files()).to.deep.equal([]);
  });

  it('lets go of a file that another process took, and counts what only the file has as taken', async () => {
    const { log, gone, lines } = start({ hasRoom: false });
    const [a] = append(log, 'a', 'b');
    log.giveBack([a!]);
    const [file] = files();
    renameSync(file!, file!.replace(/~\d+-/, '~1-'));
    await log.replay();
    expect(gone).to.deep.equal({ removed: 0, taken: 1 });
    expect(lines.join()).to.include('was taken by another process');
    append(log, 'c');
    expect(files()).to.have.length(2);
  });

  it('claims neither a pipe nor a link nor a folder, and does not wait for one', async () => {
    mkdirSync(directory);
    const nameOf = (number: number): string => join(directory, `wal-${FIRST.slice(0, -1)}${number}~free.log`);
    spawnSync('mkfifo', [nameOf(1)]);
    symlinkSync('/etc/hostname', nameOf(2));
    mkdirSync(nameOf(3));
    const { log, lines } = start();
    await log.replay();
    expect(log.status().unreadableFiles).to.equal(3);
    expect(lines.join()).to.include('can not be taken over');
    expect(files()).to.deep.equal([nameOf(1), nameOf(2), nameOf(3)]);
  });

  it('writes again a second after a failure, also where the clock was set back', () => {
    writeFileSync(directory, 'a file');
    const { log, state } = start();
    append(log, 'x');
    rmSync(directory);
    state.wall -= 3_600_000;
    state.now += 999;
    expect(append(log, 'y')).to.deep.equal([]);
    expect(log.status().writeError).to.be.an('error');
    state.now += 1;
    expect(append(log, 'z')).to.have.length(1);
    expect(log.status()).to.include({ unprotected: 2, writeError: undefined });
  });

  it('says how old the oldest file is that holds something', () => {
    const { log, state } = start();
    expect(log.status().oldestAgeMillis).to.equal(undefined);
    const events = append(log, 'x');
    state.wall += 5_000;
    expect(log.status().oldestAgeMillis).to.equal(5_000);
    log.release(events);
    expect(log.status().oldestAgeMillis).to.equal(undefined);
  });

  it('waits long for a process of another host', async () => {
    mkdirSync(directory);
    const lines = ['{"version":1}', '{"d":0,"destination":{"logGroupName":"/g","logStreamName":"s"}}'];
    const bytes = [...lines, '{"n":0,"d":0,"t":1,"b":1,"m":"x"}'].map((json) => Buffer.from(lineOf(json)));
    const path = join(directory, `wal-${FIRST}~1-5-${'a'.repeat(8)}-6-${'b'.repeat(8)}.log`);
    writeFileSync(path, Buffer.concat(bytes));
    const { log, found, state } = start();
    await log.replay();
    expect(found.events).to.equal(0);
    state.now += 119_000;
    await log.replay();
    expect(found.events).to.equal(0);
    // A sign of life, by a clock that is an hour wrong.
    utimesSync(path, 1000, 1000);
    state.now += 1_000;
    await log.replay();
    state.now += 119_000;
    await log.replay();
    expect(found.events).to.equal(0);
    state.now += 1_000;
    await log.replay();
    expect(found.events).to.equal(1);
  });

  it('brings back what was given back, once there is room', async () => {
    const { log, texts, state } = start({ hasRoom: false });
    const events = append(log, 'a', 'b', 'c');
    expect(log.giveBack([...events.slice(1), encodeEvent(1, 'in memory alone')])).to.equal(2);
    await log.replay();
    expect(texts()).to.deep.equal([]);
    state.hasRoom = true;
    await log.replay();
    expect(texts()).to.deep.equal(['b', 'c']);
    expect(log.status()).to.include({ events: 1, replayed: 0 });
  });

  it('says how many records its bound leaves in memory alone', () => {
    const { log, lines } = start({ maxBytes: 8 * MIB });
    const large = 'x'.repeat(MIB);
    const texts = Array.from({ length: 12 }, () => large);
    expect(append(log, ...texts)).to.have.length(7);
    expect(log.status()).to.include({ unprotected: 5, events: 7 });
    expect(log.status().bytes).to.be.at.most(8 * MIB);
    expect(lines.join()).to.include('writeAhead.maxBytes');
  });

  it('goes without files where the directory can not be made, and says so', () => {
    writeFileSync(directory, 'a file');
    const { log, lines } = start();
    expect(append(log, 'x')).to.deep.equal([]);
    expect(log.status()).to.include({ unprotected: 1, bytes: 0 });
    expect(lines.join()).to.include(directory);
  });

  it('goes without files where it may not write', function () {
    if (process.getuid?.() === 0) this.skip();
    mkdirSync(directory);
    chmodSync(directory, 0o500);
    const { log } = start();
    expect(append(log, 'x')).to.deep.equal([]);
    chmodSync(directory, 0o700);
  });
});
