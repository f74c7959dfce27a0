import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Dispatcher } from '../../../src/delivery/dispatcher.js';
import { DEFAULT_DELIVERY_SETTINGS, type DeliverySettings } from '../../../src/delivery/delivery.js';
import { type LogEventBatch } from '../../../src/delivery/encoded-event.js';
import { type Outcome } from '../../../src/delivery/outcome.js';
import { DEFAULT_SPOOL_SETTINGS, Spool, type SpoolSettings } from '../../../src/delivery/spool/spool.js';
import { type FileSystem, nodeFileSystem } from '../../../src/delivery/spool/private-files.js';
import { Diagnostics } from '../../../src/observability/diagnostics.js';
import { Losses } from '../../../src/observability/losses.js';
import { batch, messages } from '../builders.js';

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
      { diagnostics, fileSystem, wallClock },
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
        provisioner: {
          ensure: () => Promise.resolve({ kind: 'ready' }),
          ensureGroupAhead: () => Promise.resolve({ kind: 'ready' }),
          settled: () => Promise.resolve(),
        },
        spool,
        losses,
        diagnostics,
        now: () => performance.now(),
        random: () => 0,
      },
      {
        ...DEFAULT_DELIVERY_SETTINGS,
        exportTimeoutMillis: 50,
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

  it('leaves to the next process what is in memory at shutdown, in order', async () => {
    answer = () => down;
    const first = start({ exportTimeoutMillis: 60_000 });
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
});
