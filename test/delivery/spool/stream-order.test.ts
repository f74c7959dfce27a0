import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'chai';
import { DEFAULT_DELIVERY_SETTINGS, type DeliverOptions } from '../../../src/delivery/delivery.js';
import { Dispatcher } from '../../../src/delivery/dispatcher.js';
import { type LogEventBatch } from '../../../src/delivery/encoded-event.js';
import { type Outcome } from '../../../src/delivery/outcome.js';
import { RoomForBytes } from '../../../src/delivery/room-for-bytes.js';
import { DEFAULT_SPOOL_SETTINGS, Spool } from '../../../src/delivery/spool/spool.js';
import { Diagnostics } from '../../../src/observability/diagnostics.js';
import { Losses } from '../../../src/observability/losses.js';
import { seededRandom } from '../../../src/simulation/seeded-random.js';
import { batch, destination, event, readyProvisioner } from '../builders.js';

const STREAMS = 5;
const BATCHES_EACH = 60;
const BATCH_BYTES = 3 * 30;

const silent = (): void => undefined;
const SILENT = { error: silent, warn: silent, info: silent, debug: silent };

describe('the order of a stream with a spool', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'order-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  /** A service that takes some turns for each answer, and is down now and then. */
  const sendInWeather = async (
    { seed, concurrency, maxBufferBytes }: { seed: number; concurrency: number; maxBufferBytes: number },
    optionsOf: (one: LogEventBatch, room: RoomForBytes) => DeliverOptions,
  ): Promise<Map<string, number[]>> => {
    const random = seededRandom(seed);
    const arrived = new Map<string, number[]>();
    let failing = 0;
    const send = async (one: LogEventBatch): Promise<Outcome> => {
      for (let turns = Math.floor(random() * 6); turns > 0; turns--) await nextTurn();
      if (failing === 0 && random() < 0.05) failing = 1 + Math.floor(random() * 6);
      if (failing > 0) {
        failing--;
        return { kind: 'retry', cause: 'retry', error: new Error('down') };
      }
      const { logStreamName } = one.destination;
      const numbers = arrived.get(logStreamName) ?? [];
      arrived.set(logStreamName, numbers);
      for (const { messageJson } of one.events) numbers.push(Number(JSON.parse(messageJson)));
      return { kind: 'accepted', rejected: [] };
    };
    const diagnostics = new Diagnostics({ logger: SILENT });
    const room = new RoomForBytes(maxBufferBytes);
    const delivery = new Dispatcher(
      {
        sender: { send },
        provisioner: readyProvisioner,
        spool: new Spool({ diagnostics }, { ...DEFAULT_SPOOL_SETTINGS, directory, fsync: false }),
        room,
        losses: new Losses(),
        diagnostics,
        monotonicMillis: () => performance.now(),
        random: () => 0,
      },
      { ...DEFAULT_DELIVERY_SETTINGS, concurrency, retry: { initialDelayMillis: 1, maxDelayMillis: 3 } },
    );
    const delivered: Promise<unknown>[] = [];
    for (let number = 0; number < BATCHES_EACH; number++) {
      for (let stream = 0; stream < STREAMS; stream++) {
        const to = { ...destination, logStreamName: `stream ${stream}` };
        const numbers = [0, 1, 2].map((index) => 1000 + 3 * number + index);
        const one = {
          ...batch(numbers.map(String), { to }),
          events: numbers.map((n) => event(String(n), n)),
        };
        delivered.push(delivery.deliver([one], { untilSafe: true, ...optionsOf(one, room) }));
        if (random() < 0.3) await nextTurn();
      }
    }
    await Promise.all(delivered);
    while (delivery.status().deliveredEvents < STREAMS * BATCHES_EACH * 3) {
      await delivery.forceFlush();
      await nextTurn();
    }
    await delivery.shutdown();
    return arrived;
  };

  const emitted = Array.from({ length: 3 * BATCHES_EACH }, (_, index) => 1000 + index);
  for (const seed of [1, 2, 3]) {
    for (const concurrency of [1, 4, 16]) {
      it(`is that of emitting behind our queue (${concurrency} requests at once, weather ${seed})`, async () => {
        const settings = { seed, concurrency, maxBufferBytes: 1024 * 1024 };
        const arrived = await sendInWeather(settings, (one, room) => {
          room.tryReserve(one.bytes);
          return { reservedBytes: one.bytes };
        });
        for (const numbers of arrived.values()) expect(numbers).to.deep.equal(emitted);
        expect(arrived.size).to.equal(STREAMS);
      });

      it(`is that of emitting with little room (${concurrency} requests at once, weather ${seed})`, async () => {
        const settings = { seed, concurrency, maxBufferBytes: 4 * BATCH_BYTES };
        const arrived = await sendInWeather(settings, () => ({}));
        for (const numbers of arrived.values()) expect(numbers).to.deep.equal(emitted);
        expect(arrived.size).to.equal(STREAMS);
      });
    }
  }
});
