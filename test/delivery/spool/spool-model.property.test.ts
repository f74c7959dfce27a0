import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import sinon from 'sinon';
import { SCAN_INTERVAL_MILLIS, Spool } from '../../../src/delivery/spool/spool.js';
import { type StoredBatch } from '../../../src/delivery/spool/stored-batch.js';
import { Diagnostics } from '../../../src/observability/diagnostics.js';
import { batch } from '../builders.js';
import { TestDisk, type TestProcess } from './test-disk.js';

/** What happens, one after the other, to processes that share a directory. */
type Action =
  | { kind: 'append'; process: number; events: number; stream: number }
  | { kind: 'acknowledge' | 'give back' | 'close' | 'kill' | 'freeze'; process: number }
  | { kind: 'part'; process: number; events: number }
  /** The process is killed in what it does next, in part of a write. */
  | {
      kind: 'kill in';
      what: 'append' | 'acknowledge' | 'part';
      process: number;
      steps: number;
      bytes: number;
    }
  | { kind: 'flip'; file: number; bit: number }
  | { kind: 'full' | 'read-only'; is: boolean }
  | { kind: 'wait'; seconds: number }
  | { kind: 'set clock'; seconds: number };

const PROCESSES = 3;
const process = fc.nat({ max: PROCESSES - 1 });
const events = fc.integer({ min: 1, max: 5 });
const plain = (
  ...kinds: ('acknowledge' | 'give back' | 'close' | 'kill' | 'freeze')[]
): fc.Arbitrary<Action> => fc.record({ kind: fc.constantFrom(...kinds), process });
const action = fc.oneof<fc.MaybeWeightedArbitrary<Action>[]>(
  {
    weight: 12,
    arbitrary: fc.record({ kind: fc.constant('append'), process, events, stream: fc.nat({ max: 1 }) }),
  },
  { weight: 6, arbitrary: plain('acknowledge') },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('part'), process, events }) },
  { weight: 1, arbitrary: plain('give back') },
  { weight: 2, arbitrary: plain('close') },
  { weight: 2, arbitrary: plain('kill', 'freeze') },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('kill in'),
      what: fc.constantFrom('append', 'acknowledge', 'part'),
      process,
      steps: fc.nat({ max: 8 }),
      bytes: fc.nat({ max: 2000 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('flip'), file: fc.nat(), bit: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('full', 'read-only'), is: fc.boolean() }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('wait'), seconds: fc.integer({ min: 1, max: 60 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('set clock'), seconds: fc.integer({ min: -7200, max: 7200 }) }),
  },
);
const settings = fc.record({
  maxBytes: fc.constantFrom(1_500, 4_000, 1_000_000),
  maxAgeMillis: fc.constantFrom(100_000, 1e12),
  fsync: fc.boolean(),
});

/** What became of an event, as far as is known. */
type Fate = 'kept' | 'delivered' | 'dropped' | 'damaged';

/** A stored batch, as the model knows it. */
interface Known {
  events: string[];
  readonly stream: number;
  readonly order: number;
}

/** A process: its spool, and what it was told that it has. */
interface Running {
  readonly spool: Spool;
  readonly disk: TestProcess;
  readonly has: Map<StoredBatch, string>;
  /** What its timers do. */
  readonly ticks: readonly (() => void)[];
  isFrozen: boolean;
}

/** The model: where every event is, and the processes that are told what to do. */
class World {
  readonly fates = new Map<string, Fate>();
  /** Events whose last step a kill interrupted: they may be there once more, or not yet. */
  readonly uncertain = new Set<string>();
  readonly known = new Map<string, Known>();
  readonly disk = new TestDisk();
  readonly running: (Running | undefined)[] = [];
  readonly #directory: string;
  readonly #settings: { maxBytes: number; maxAgeMillis: number; fsync: boolean };
  #now = 0;
  #wall = 1_700_000_000_000;
  #starts = 0;
  #events = 0;
  #order = 0;

  constructor(directory: string, of: { maxBytes: number; maxAgeMillis: number; fsync: boolean }) {
    this.#directory = directory;
    this.#settings = of;
  }

  async start(
    place: number,
    bounds: { maxBytes: number; maxAgeMillis: number } = this.#settings,
  ): Promise<Running> {
    const disk = this.disk.process();
    const has = new Map<StoredBatch, string>();
    const spool = new Spool(
      {
        diagnostics: new Diagnostics({ logger: SILENT }),
        fileSystem: disk.fs,
        monotonicMillis: () => this.#now,
        epochMillis: () => this.#wall,
        // Of another boot: it can't be asked for, so that its signs of life decide.
        owner: `${++this.#starts}-1-ffffffff-1-${String(this.#starts).padStart(8, '0')}`,
      },
      { directory: this.#directory, ...this.#settings, ...bounds },
    );
    const ticks: (() => void)[] = [];
    const timers = sinon.stub(globalThis, 'setInterval').callsFake(((tick: () => void) => {
      ticks.push(tick);
      return { unref: () => undefined };
    }) as never);
    spool.open({
      found: (batches) => {
        for (const { stored } of batches) has.set(stored, keyOf(stored));
      },
      again: (batches) => {
        for (const { stored } of batches) has.set(stored, keyOf(stored));
      },
      scanned: () => undefined,
      removed: () => undefined,
      handedOn: (stored) => {
        has.delete(stored);
      },
      dropped: (stored) => {
        this.#dropped(has.get(stored)!, stored);
        has.delete(stored);
      },
    });
    timers.restore();
    const running = { spool, disk, has, ticks, isFrozen: false };
    this.running[place] = running;
    await spool.scan();
    await disk.idle();
    return running;
  }

  async run(what: Action): Promise<void> {
    switch (what.kind) {
      case 'full':
        this.disk.isFull = what.is;
        return;
      case 'read-only':
        this.disk.isReadOnly = what.is;
        return;
      case 'set clock':
        this.#wall += what.seconds * 1000;
        return;
      case 'wait':
        await this.wait(what.seconds);
        return;
      case 'flip':
        await this.#flip(what.file, what.bit);
        return;
      default:
    }
    const one = this.running[what.process] ?? (await this.start(what.process));
    switch (what.kind) {
      case 'append':
        await this.#append(one, what.events, what.stream);
        break;
      case 'acknowledge':
        await this.#acknowledge(one);
        break;
      case 'give back':
        await this.#read(one, this.#first(one));
        break;
      case 'part':
        await this.#part(one, what.events);
        break;
      case 'freeze':
        one.isFrozen = !one.isFrozen;
        break;
      case 'close':
        await one.spool.close(10_000);
        this.running[what.process] = undefined;
        break;
      case 'kill in': {
        await one.disk.kill(what.steps, what.bytes);
        const work =
          what.what === 'append'
            ? this.#append(one, 2, 0)
            : what.what === 'part'
              ? this.#part(one, 1)
              : this.#acknowledge(one);
        await Promise.race([work, one.disk.died]);
        await one.disk.kill();
        this.running[what.process] = undefined;
        break;
      }
      case 'kill':
        await one.disk.kill();
        this.running[what.process] = undefined;
    }
  }

  /** Lets time pass: those that are not frozen look, and show that they live. */
  async wait(seconds: number): Promise<void> {
    for (let millis = 0; millis < seconds * 1000; millis += SCAN_INTERVAL_MILLIS) {
      this.#now += SCAN_INTERVAL_MILLIS;
      this.#wall += SCAN_INTERVAL_MILLIS;
      for (const one of this.running) if (one && !one.isFrozen) await this.look(one);
    }
    for (const one of this.running) if (one) one.isFrozen = false;
  }

  async look(one: Running): Promise<void> {
    for (const tick of one.ticks) tick();
    await one.disk.idle();
  }

  async #append(one: Running, count: number, stream: number): Promise<void> {
    const events = Array.from({ length: count }, () => `event ${++this.#events}`);
    const order = ++this.#order;
    for (const event of events) this.uncertain.add(event);
    const to = { logGroupName: 'g', logStreamName: String(stream) };
    const stored = await one.spool.write(batch(events, { to }), { sequence: order });
    for (const event of events) this.uncertain.delete(event);
    // Too large, or not written: the caller has it, and the spool must not.
    if (stored === undefined || stored === 'too_large') {
      for (const event of events) this.fates.set(event, 'delivered');
      return;
    }
    for (const event of events) this.fates.set(event, 'kept');
    this.known.set(keyOf(stored), { events, stream, order });
    one.has.set(stored, keyOf(stored));
  }

  #first(one: Running): StoredBatch | undefined {
    return [...one.has.keys()].find(({ isBusy }) => !isBusy);
  }

  /** @returns its events */
  async #read(one: Running, stored: StoredBatch | undefined): Promise<string[] | undefined> {
    if (!stored) return undefined;
    const key = one.has.get(stored)!;
    const read = await one.spool.read(stored);
    switch (read.kind) {
      case 'batch': {
        const events = read.batch.events.map(({ messageJson }) => JSON.parse(messageJson) as string);
        const known = this.known.get(key);
        // Of a batch whose writer was killed before it said so.
        if (!known) return events;
        for (const event of known.events) if (!events.includes(event)) this.fates.set(event, 'damaged');
        expect(events.every((event) => known.events.includes(event) || this.uncertain.has(event))).to.equal(
          true,
        );
        return events;
      }
      case 'damaged':
        for (const event of this.known.get(key)?.events ?? []) this.fates.set(event, 'damaged');
        one.spool.remove(stored);
        one.has.delete(stored);
        await one.disk.idle();
        return undefined;
      case 'handed_on':
        one.has.delete(stored);
        return undefined;
      default:
        return expect.fail(read.kind);
    }
  }

  async #acknowledge(one: Running): Promise<void> {
    const stored = this.#first(one);
    const events = await this.#read(one, stored);
    if (!stored || !events) return;
    this.#deliver(events);
    // Until the file is gone it may come again.
    for (const event of events) this.uncertain.add(event);
    one.has.delete(stored);
    one.spool.remove(stored);
    await one.disk.idle();
    if (!this.disk.isReadOnly && !one.disk.isDead) for (const event of events) this.uncertain.delete(event);
  }

  async #part(one: Running, count: number): Promise<void> {
    const stored = this.#first(one);
    const events = await this.#read(one, stored);
    if (!stored || !events) return;
    const key = one.has.get(stored)!;
    const delivered = events.slice(0, count);
    const rest = events.slice(count);
    stored.isBusy = true;
    for (const event of events) this.uncertain.add(event);
    this.#deliver(delivered);
    if (rest.length === 0) {
      one.has.delete(stored);
      one.spool.remove(stored);
      await one.disk.idle();
      return;
    }
    one.spool.reduce(stored, rest.length);
    const known = this.known.get(key);
    const to = { logGroupName: 'g', logStreamName: String(known?.stream ?? 0) };
    const next = await one.spool.write(batch(rest, { to }), { sequence: 0, replaces: stored, isLast: true });
    stored.isBusy = false;
    if (next === undefined || next === 'too_large') return;
    if (known) this.known.set(keyOf(next), { ...known, events: rest });
    one.has.delete(stored);
    one.has.set(next, keyOf(next));
    one.spool.remove(stored);
    await one.disk.idle();
    if (!this.disk.isReadOnly && !one.disk.isDead) for (const event of events) this.uncertain.delete(event);
  }

  #deliver(events: readonly string[]): void {
    for (const event of events) {
      if (!this.uncertain.has(event)) expect(this.fates.get(event), event).to.equal('kept');
      this.fates.set(event, 'delivered');
    }
  }

  #dropped(key: string, stored: StoredBatch): void {
    const known = this.known.get(key)?.events ?? [];
    const kept = known.filter((event) => this.fates.get(event) === 'kept' && !this.uncertain.has(event));
    // What is counted is what was there.
    if (kept.length === known.length && known.length > 0) expect(stored.events).to.equal(known.length);
    for (const event of known) this.fates.set(event, 'dropped');
    // Its file may not go: where it can't, and where its process is killed before.
    if (this.disk.isReadOnly) for (const event of known) this.uncertain.add(event);
  }

  async #flip(file: number, bit: number): Promise<void> {
    const names = await readdir(this.#directory, { recursive: true }).catch((): string[] => []);
    const paths = names.filter((path) => path.endsWith('.batch'));
    if (paths.length === 0) return;
    const path = join(this.#directory, paths.sort()[file % paths.length]!);
    const content = await readFile(path);
    if (content.length === 0) return;
    content[(bit >> 3) % content.length]! ^= 1 << (bit & 7);
    await writeFile(path, content);
  }

  /** Every process says of itself what the model knows of it. */
  checkStatus(): void {
    for (const one of this.running) {
      if (!one || one.disk.isDead) continue;
      const status = one.spool.status();
      const has = [...one.has.keys()];
      expect(status.batches).to.equal(has.length);
      expect(status.events).to.equal(has.reduce((sum, { events }) => sum + events, 0));
      expect(status.bytes).to.equal(has.reduce((sum, { name }) => sum + name.fileBytes, 0));
      expect(status.isWritable).to.equal(status.writeError === undefined);
    }
  }

  /** One last process takes what there is, in order, after the lease of all the others. */
  async drain(): Promise<void> {
    this.disk.isFull = this.disk.isReadOnly = false;
    for (let place = 0; place < PROCESSES; place++) {
      const one = this.running[place];
      if (!one) continue;
      // What is delivered and could not be removed is removed now.
      await this.look(one);
      if (place === 0) await one.disk.kill();
      else await one.spool.close(10_000);
      this.running[place] = undefined;
    }
    const last = await this.start(0, { maxBytes: 1e12, maxAgeMillis: 1e15 });
    await this.wait(60);
    const orders = new Map<string, number>();
    while (last.has.size > 0) {
      const stored = this.#first(last)!;
      const known = this.known.get(last.has.get(stored)!);
      if (known) {
        const line = `${stored.folder.writer} ${known.stream}`;
        expect(known.order).to.be.greaterThan(orders.get(line) ?? 0);
        orders.set(line, known.order);
      }
      await this.#acknowledge(last);
    }
    expect(last.spool.status()).to.include({ batches: 0, events: 0, bytes: 0, unreadableBatches: 0 });
    await last.spool.close(10_000);
    expect(await readdir(this.#directory).catch(() => [])).to.deep.equal([]);
  }
}

function keyOf({ folder, name }: StoredBatch): string {
  return `${folder.writer} ${name.sequence} ${name.createdMillis} ${name.events}`;
}

const SILENT = {
  error: () => undefined,
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
};

describe('Spool, against a model', () => {
  it('keeps, delivers or drops each event once, whatever happens to its processes and its disk', async () => {
    await fc.assert(
      fc.asyncProperty(settings, fc.array(action, { maxLength: 40 }), async (of, actions) => {
        const parent = await mkdtemp(join(tmpdir(), 'spool-model-'));
        const world = new World(join(parent, 'spool'), of);
        try {
          for (const one of actions) {
            await world.run(one);
            world.checkStatus();
          }
          await world.drain();
          for (const [event, fate] of world.fates) expect(fate, event).not.to.equal('kept');
        } finally {
          await rm(parent, { recursive: true, force: true });
        }
      }),
      { seed: 20, numRuns: 150 },
    );
  }).timeout(300_000);
});
