import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'chai';
import { DEFAULT_DELIVERY_SETTINGS } from '../../../src/delivery/delivery.js';
import { Dispatcher } from '../../../src/delivery/dispatcher.js';
import { type LogEventBatch } from '../../../src/delivery/encoded-event.js';
import { type Outcome } from '../../../src/delivery/outcome.js';
import { type FileSystem, nodeFileSystem } from '../../../src/delivery/spool/private-files.js';
import { readSpoolFile } from '../../../src/delivery/spool/spool-file.js';
import { DEFAULT_SPOOL_SETTINGS, Spool } from '../../../src/delivery/spool/spool.js';
import { Diagnostics } from '../../../src/observability/diagnostics.js';
import { Losses } from '../../../src/observability/losses.js';
import { batch, readyProvisioner } from '../builders.js';

const EVENTS = 16;
const accepted: Outcome = { kind: 'accepted', rejected: [] };
const invalid: Outcome = { kind: 'split', error: new Error('invalid') };
const down: Outcome = { kind: 'retry', cause: 'retry', error: new Error('down') };
const denied: Outcome = { kind: 'retry', cause: 'denied', error: new Error('denied') };

describe('stored batches that are halved', () => {
  let directory: string;
  let answer: (one: LogEventBatch) => Outcome | Promise<Outcome>;
  /** Messages that the service took, and those that it took again. */
  let taken: Set<string>;
  let again: string[];
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'spool-'));
    taken = new Set();
    again = [];
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  const start = (concurrency: number, fileSystem: FileSystem = nodeFileSystem) => {
    const losses = new Losses();
    const diagnostics = new Diagnostics();
    const spool = new Spool({ diagnostics, fileSystem }, { directory, ...DEFAULT_SPOOL_SETTINGS });
    const delivery = new Dispatcher(
      {
        sender: {
          send: async (one) => {
            const outcome = await answer(one);
            if (outcome.kind !== 'accepted') return outcome;
            for (const message of messagesOf(one)) {
              if (taken.has(message)) again.push(message);
              taken.add(message);
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
        concurrency,
        deliveryTimeoutMillis: 50,
        flushTimeoutMillis: 10_000,
        shutdownTimeoutMillis: 1_000,
        retry: { initialDelayMillis: 1, maxDelayMillis: 5 },
      },
    );
    return { delivery, losses };
  };

  /** A process leaves a batch in each of so many streams, with a refused event at the place of each. */
  const leave = async (streams: number): Promise<void> => {
    answer = () => down;
    const { delivery } = start(4);
    await delivery.deliver(
      Array.from({ length: streams }, (_, stream) =>
        batch(
          Array.from({ length: EVENTS }, (_event, index) =>
            index === (stream * 5) % EVENTS ? `${stream} bad` : `${stream} ${index}`,
          ),
          { to: { logGroupName: '/g', logStreamName: String(stream) } },
        ),
      ),
    );
    await delivery.shutdown();
  };

  /** Streams of which a file has events that the service took: who is killed now leaves them to be sent again. */
  const exposed = (): Set<string> => {
    const streams = new Set<string>();
    for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !entry.name.endsWith('.batch')) continue;
      const content = readSpoolFile(read(join(entry.parentPath, entry.name)));
      if (content.kind !== 'batch') continue;
      if (messagesOf(content.batch).some((message) => taken.has(message))) {
        streams.add(content.batch.destination.logStreamName);
      }
    }
    return streams;
  };

  for (const concurrency of [1, 3]) {
    it(`has no more that would be sent again after a kill than concurrency allows: ${concurrency}`, async () => {
      await leave(20);
      const inFlight = new Set<string>();
      let most = 0;
      answer = async (one) => {
        const stream = one.destination.logStreamName;
        inFlight.add(stream);
        most = Math.max(most, new Set([...inFlight, ...exposed()]).size);
        await nextTurn();
        inFlight.delete(stream);
        return messagesOf(one).some((message) => message.endsWith('bad')) ? invalid : accepted;
      };
      const { delivery, losses } = start(concurrency);
      await delivery.forceFlush();
      expect(most).to.equal(concurrency);
      expect(taken.size).to.equal(20 * (EVENTS - 1));
      expect(again).to.deep.equal([]);
      expect(losses.byReason()).to.deep.equal({ rejected: 20 });
      await delivery.shutdown();
    });
  }

  /** Of stream 0 no more than a part is taken. */
  const answerWithOneDenied = (): void => {
    answer = (one) => {
      if (messagesOf(one).some((message) => message.endsWith('bad'))) return invalid;
      if (one.destination.logStreamName !== '0') return accepted;
      return [...taken].some((message) => message.startsWith('0 ')) ? denied : accepted;
    };
  };
  const waitFor = async (isSo: () => boolean): Promise<void> => {
    while (!isSo()) await nextTurn();
  };

  it('writes down what is left of one that fails for a while, and sends the others', async () => {
    await leave(3);
    answerWithOneDenied();
    const { delivery } = start(1);
    await waitFor(() => taken.size > 2 * (EVENTS - 1) && exposed().size === 0);
    answer = (one) => (messagesOf(one).some((message) => message.endsWith('bad')) ? invalid : accepted);
    await delivery.forceFlush();
    expect(taken.size).to.equal(3 * (EVENTS - 1));
    expect(again).to.deep.equal([]);
    await delivery.shutdown();
  });

  it('sends the others also where the disk takes nothing', async () => {
    await leave(3);
    answerWithOneDenied();
    const full = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    const { delivery } = start(1, {
      ...nodeFileSystem,
      open: (path, ...rest) =>
        String(path).endsWith('.tmp') ? Promise.reject(full) : nodeFileSystem.open(path, ...rest),
    });
    await waitFor(() => taken.size > 2 * (EVENTS - 1));
    await delivery.shutdown();
  });
});

/** @returns nothing where it went off the disk just now */
function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    return Buffer.alloc(0);
  }
}

function messagesOf({ events }: LogEventBatch): string[] {
  return events.map(({ messageJson }) => JSON.parse(messageJson) as string);
}
