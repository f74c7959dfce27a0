import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Dispatcher } from '../../../src/delivery/dispatcher.js';
import { DEFAULT_DELIVERY_SETTINGS, type DeliverySettings } from '../../../src/delivery/delivery.js';
import { type LogEventBatch } from '../../../src/delivery/encoded-event.js';
import { type Outcome } from '../../../src/delivery/outcome.js';
import { checksummedLine } from '../../../src/delivery/spool/checksummed-lines.js';
import { DEFAULT_SPOOL_SETTINGS, Spool, type SpoolSettings } from '../../../src/delivery/spool/spool.js';
import { type FileSystem, nodeFileSystem } from '../../../src/delivery/spool/private-files.js';
import { Diagnostics } from '../../../src/observability/diagnostics.js';
import { Losses } from '../../../src/observability/losses.js';
import { collectGarbage } from '../../collect-garbage.js';
import { batch, messages, readyProvisioner } from '../builders.js';

const accepted: Outcome = { kind: 'accepted', rejected: [] };
const down: Outcome = { kind: 'retry', cause: 'retry', error: new Error('down') };

/** One process's delivery over a spool, with a service that answers as told. */
interface Run {
  readonly delivery: Dispatcher;
  readonly spool: Spool;
  readonly losses: Losses;
  readonly sent: string[];
  readonly said: string[];
}

describe('delivery with a spool', () => {
  let directory: string;
  let answer: (one: LogEventBatch) => Outcome | Promise<Outcome>;
  let wallClock: () => number;
  beforeEach(async () => {
    directory = join(await mkdtemp(join(tmpdir(), 'spool-')), 'spool');
    answer = () => accepted;
    wallClock = Date.now;
  });
  afterEach(() => rm(join(directory, '..'), { recursive: true, force: true }));

  const start = (
    settings: Partial<DeliverySettings> = {},
    spoolSettings: Partial<SpoolSettings> = {},
    fileSystem: FileSystem = nodeFileSystem,
  ): Run => {
    const losses = new Losses();
    const sent: string[] = [];
    const said: string[] = [];
    const note = (message: string): void => void said.push(message);
    const diagnostics = new Diagnostics({ logger: { error: note, warn: note, info: note, debug: note } });
    const spool = new Spool(
      { diagnostics, fileSystem, epochMillis: wallClock },
      { directory, ...DEFAULT_SPOOL_SETTINGS, ...spoolSettings },
    );
    const delivery = new Dispatcher(
      {
        sender: {
          send: async (one) => {
            const outcome = await answer(one);
            if (outcome.kind === 'accepted') {
              sent.push(...one.events.map((event) => JSON.parse(event.messageJson) as string));
            }
            return outcome;
          },
        },
        provisioner: readyProvisioner,
        spool,
        losses,
        diagnostics,
        monotonicMillis: () => performance.now(),
        random: () => 0,
      },
      {
        ...DEFAULT_DELIVERY_SETTINGS,
        deliveryTimeoutMillis: 50,
        flushTimeoutMillis: 2_000,
        shutdownTimeoutMillis: 1_000,
        retry: { initialDelayMillis: 1, maxDelayMillis: 5 },
        ...settings,
      },
    );
    return { delivery, spool, losses, sent, said };
  };
  const filesOf = async (): Promise<string[]> => {
    const folders = await readdir(directory).catch((): string[] => []);
    const files = await Promise.all(folders.map((name) => readdir(join(directory, name))));
    return files.flat();
  };

  it('writes nothing while the service takes what comes', async () => {
    const { delivery, sent } = start();
    expect(await delivery.deliver([batch(['a', 'b'])])).to.deep.equal({ delivered: 2, kept: 0, lost: 0 });
    await delivery.shutdown();
    expect(sent).to.deep.equal(['a', 'b']);
    expect(await filesOf()).to.deep.equal([]);
  });

  it('has on disk what it reports as kept, and sends it when the service is back', async () => {
    answer = () => down;
    const { delivery, sent, losses } = start();
    const result = await delivery.deliver([batch(['a']), batch(['b'])]);
    expect(result).to.deep.include({ delivered: 0, kept: 2, lost: 0 });
    expect(await filesOf()).to.have.length(2);
    expect(delivery.status()).to.deep.include({ heldEvents: 0, heldBytes: 0 });
    expect(delivery.status().spool).to.deep.include({ batches: 2, events: 2 });
    answer = () => accepted;
    await delivery.forceFlush();
    expect(sent).to.deep.equal(['a', 'b']);
    expect(delivery.status().spool).to.deep.include({ batches: 0, events: 0, bytes: 0 });
    await delivery.shutdown();
    expect(await filesOf()).to.deep.equal([]);
    expect(losses.total()).to.equal(0);
  });

  it('does not hold on to the answers of failed requests while batches wait on disk', async () => {
    let attempts = 0;
    const answers: WeakRef<Error>[] = [];
    answer = () => {
      const error = new Error(`down ${++attempts}`);
      answers.push(new WeakRef(error));
      return { kind: 'retry', cause: 'retry', error };
    };
    const { delivery } = start({ deliveryTimeoutMillis: 1 });
    for (let n = 0; n < 20; n++) {
      const before = attempts;
      const { kept, error } = await delivery.deliver([batch([`message ${n}`])]);
      expect(kept).to.equal(1);
      expect(error?.message).to.match(/^down /);
      while (attempts === before) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(delivery.status().spool).to.deep.include({ batches: 20 });
    // A weak reference that was just made or read holds until the turn ends.
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
    const held = answers.filter((reference) => reference.deref() !== undefined);
    // The last one is in the status, and attempts go on.
    expect(held.length).to.be.at.most(3);
    await delivery.shutdown();
  });

  it('leaves to the next process what is in memory at shutdown, in order', async () => {
    answer = () => down;
    const first = start({ deliveryTimeoutMillis: 60_000 });
    const all = messages(20);
    const delivered = first.delivery.deliver(all.map((message) => batch([message])));
    await first.delivery.shutdown();
    expect(await delivered).to.deep.include({ delivered: 0, kept: 20, lost: 0 });
    expect(first.losses.total()).to.equal(0);
    answer = () => accepted;
    const next = start({ concurrency: 1 });
    await next.spool.scan();
    expect(next.delivery.status().inheritedEvents).to.equal(20);
    await next.delivery.forceFlush();
    expect(next.sent).to.deep.equal(all);
    await next.delivery.shutdown();
    expect(await filesOf()).to.deep.equal([]);
  });

  it('stays in memory, and says so, where the directory can not be made', async () => {
    await mkdir(join(directory, '..'), { recursive: true });
    await writeFile(directory, 'a file in its place');
    answer = () => down;
    const { delivery, said, sent } = start();
    expect(await delivery.deliver([batch(['a'])])).to.deep.include({ kept: 1, lost: 0 });
    expect(delivery.status().heldEvents).to.equal(1);
    expect(said.join('\n')).to.match(/can't be written to; what can't be delivered stays in memory/);
    answer = () => accepted;
    await delivery.forceFlush();
    expect(sent).to.deep.equal(['a']);
    await delivery.shutdown();
  });

  /** A spool with one batch for each list, left by a process that ended. */
  const leave = async (...lists: string[][]): Promise<void> => {
    answer = () => down;
    const { delivery } = start();
    await delivery.deliver(lists.map((list) => batch(list)));
    await delivery.shutdown();
    answer = () => accepted;
  };
  const pathsOf = async (): Promise<string[]> => {
    const [folder] = await readdir(directory);
    const names = await readdir(join(directory, folder!));
    return names.sort().map((name) => join(directory, folder!, name));
  };
  const deliverAll = async (run = start({ concurrency: 1 })): Promise<Run> => {
    await run.delivery.ready();
    await run.delivery.forceFlush();
    await run.delivery.shutdown();
    return run;
  };

  it('sends what an earlier process left with a flush right after the start', async () => {
    await leave(['a'], ['b']);
    const { delivery, sent } = start();
    await delivery.forceFlush();
    expect(sent.sort()).to.deep.equal(['a', 'b']);
    await delivery.shutdown();
    expect(await filesOf()).to.deep.equal([]);
  });

  it('delivers or counts every event, whichever bit of a file flips', async () => {
    await leave(['a', 'b', 'c'], ['d']);
    let lost = 0;
    const [path] = await pathsOf();
    const content = await readFile(path!);
    const kept = await readFile((await pathsOf())[1]!);
    const [folder] = await readdir(directory);
    const names = await readdir(join(directory, folder!));
    for (let bit = 0; bit < content.length * 8; bit += 37) {
      await rm(directory, { recursive: true });
      await mkdir(join(directory, folder!), { recursive: true });
      const flipped = Buffer.from(content);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      await writeFile(join(directory, folder!, names.sort()[0]!), flipped);
      await writeFile(join(directory, folder!, names[1]!), kept);
      const { sent, losses } = await deliverAll();
      expect(sent.length + losses.total(), `bit ${bit}`).to.equal(4);
      expect(new Set(sent).size).to.equal(sent.length);
      expect(sent).to.include('d');
      expect(losses.total()).to.equal(losses.byReason().spool_corrupt ?? 0);
      // Two lines are hit at the most, where it is a line's end; the header stands at both ends.
      expect(losses.total()).to.be.at.most(2);
      lost += losses.total();
      expect(await filesOf()).to.deep.equal([]);
    }
    expect(lost).to.be.greaterThan(0);
  }).timeout(180_000);

  it('delivers what is before the cut, wherever a file is cut', async () => {
    await leave(['a', 'b', 'c'], ['d']);
    const [folder] = await readdir(directory);
    const paths = await pathsOf();
    const [content, kept] = await Promise.all(paths.map((path) => readFile(path)));
    for (let length = 0; length < content!.length; length += 11) {
      await rm(directory, { recursive: true });
      await mkdir(join(directory, folder!), { recursive: true });
      await writeFile(paths[0]!, content!.subarray(0, length));
      await writeFile(paths[1]!, kept!);
      const { sent, losses } = await deliverAll();
      expect(sent.length + (losses.byReason().spool_corrupt ?? 0), `cut at ${length}`).to.equal(4);
      expect(sent).to.deep.equal([...['a', 'b', 'c'].slice(0, sent.length - 1), 'd']);
    }
  }).timeout(180_000);

  it('falls back to memory on a full disk, says so, and stores again when there is room', async () => {
    let isFull = true;
    const full: FileSystem = {
      ...nodeFileSystem,
      open: async (...args: Parameters<FileSystem['open']>) => {
        if (isFull && String(args[0]).endsWith('.tmp')) {
          throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
        }
        return await nodeFileSystem.open(...args);
      },
    };
    answer = () => down;
    const run = start({}, {}, full);
    expect(await run.delivery.deliver([batch(['a'])])).to.deep.include({ kept: 1, lost: 0 });
    expect(run.delivery.status()).to.deep.include({ heldEvents: 1 });
    expect(run.delivery.status().spool?.writeError?.message).to.match(/ENOSPC/);
    expect(run.said.join()).to.match(/ENOSPC/);
    isFull = false;
    await run.delivery.shutdown();
    expect(run.losses.total()).to.equal(0);
    expect(await filesOf()).to.have.length(1);
    answer = () => accepted;
    expect((await deliverAll()).sent).to.deep.equal(['a']);
  });

  it('drops the oldest beyond maxBytes, and counts them', async () => {
    answer = () => down;
    // A batch in flight is never dropped: with long waits none is in flight but the first, which came to its end.
    const patient = { retry: { initialDelayMillis: 60_000, maxDelayMillis: 60_000 } };
    const run = start(patient, { maxBytes: 1_000 });
    for (let n = 0; n < 10; n++) await run.delivery.deliver([batch([`message ${n}`])]);
    const { spool } = run.delivery.status();
    expect(spool!.bytes).to.be.at.most(1_000);
    expect(run.losses.byReason()).to.deep.equal({ spool_full: 10 - spool!.events });
    answer = () => accepted;
    await run.delivery.forceFlush();
    expect(run.sent).to.deep.equal(messages(10).slice(10 - spool!.events));
    await run.delivery.shutdown();
  });

  it('drops what is older than maxAgeMillis, and counts it', async () => {
    await leave(['a', 'b']);
    wallClock = () => Date.now() + 10_000;
    const run = await deliverAll(start({}, { maxAgeMillis: 5_000 }));
    expect(run.sent).to.deep.equal([]);
    expect(run.losses.byReason()).to.deep.equal({ spool_expired: 2 });
  });

  it('leaves batches of a later version and foreign files alone, and delivers the rest', async () => {
    await leave(['a'], ['b']);
    const [path] = await pathsOf();
    const text = JSON.stringify({ format: 'otel-cwlogs-spool', version: 2 });
    await writeFile(path!, checksummedLine(text));
    await writeFile(join(directory, 'notes.txt'), 'mine');
    const run = await deliverAll();
    expect(run.sent).to.deep.equal(['b']);
    expect(run.losses.total()).to.equal(0);
    expect(run.said.join()).to.match(/format 2, of a later version/);
    expect(run.said.join()).to.match(/not the spool's; they are left alone/);
    expect((await readdir(directory)).sort()[1]).to.equal('notes.txt');
    expect(await pathsOf()).to.have.length(1);
    expect(run.delivery.status().spool).to.deep.include({ unreadableBatches: 1, events: 1 });
  });

  it('counts what was in a directory that is removed under it, and goes on', async () => {
    answer = () => down;
    const run = start();
    await run.delivery.deliver([batch(['a'])]);
    await rm(directory, { recursive: true });
    await run.delivery.deliver([batch(['b'])]);
    answer = () => accepted;
    await run.delivery.forceFlush();
    expect(run.sent).to.deep.equal(['b']);
    expect(run.losses.byReason()).to.deep.equal({ spool_corrupt: 1 });
    await run.delivery.shutdown();
  });

  it('lets one of several processes have what was left', async () => {
    const all = messages(30);
    await leave(...all.map((message) => [message]));
    const runs = [start(), start(), start()];
    await Promise.all(runs.map((run) => deliverAll(run)));
    expect(runs.flatMap((run) => run.sent).sort()).to.deep.equal([...all].sort());
    expect(runs.flatMap((run) => Object.keys(run.losses.byReason()))).to.deep.equal([]);
  });

  it('keeps folders and files to the user', async () => {
    await leave(['a']);
    const modes = await Promise.all(
      [directory, join(directory, (await readdir(directory))[0]!), ...(await pathsOf())].map(
        async (path) => (await stat(path)).mode & 0o777,
      ),
    );
    expect(modes).to.deep.equal([0o700, 0o700, 0o600]);
  });
});
