import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'chai';
import sinon from 'sinon';
import { type ProcessorStatus } from '../../src/exporter/exporter-status.js';
import { collectGarbage } from '../collect-garbage.js';
import { SimulatedApplication } from './simulated-application.js';

const MIB = 1024 * 1024;

/** A text of its own: one that is repeated would share its memory. */
function text(length: number, filling = 'x'): string {
  return Buffer.alloc(length, filling).toString('utf8');
}

/** Bodies of about so many bytes, in the forms in which they come. */
const BODIES: Readonly<Record<string, (bytes: number, number: number) => unknown>> = {
  text: (bytes, number) => `${number} ${text(bytes)}`,
  'text of several bytes a character': (bytes, number) => `${number} ${text(bytes, '語')}`,
  'text that is escaped': (bytes, number) => `${number} ${text(bytes, '"')}`,
  'nested maps': (bytes, number) => ({
    number,
    levels: { a: { b: { c: Array.from({ length: 20 }, () => ({ key: text(bytes / 20) })) } } },
  }),
  'a long list': (bytes, number) => [number, ...Array.from({ length: bytes / 8 }, (_, index) => index)],
  bytes: (bytes) => new Uint8Array(bytes),
  'a map': (bytes, number) => new Map<string, unknown>([['number', number], ['text', text(bytes)]]), // prettier-ignore
};

describe('the bound on what waits, in bytes', function () {
  this.timeout(300_000);
  let clock: sinon.SinonFakeTimers;
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'queue-bytes-'));
    clock = sinon.useFakeTimers({
      now: Date.now(),
      toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'],
    });
  });
  afterEach(async () => {
    clock.restore();
    await nextTurn();
    await rm(directory, { recursive: true, force: true });
  });

  const hanging = { afterMillis: Number.POSITIVE_INFINITY };

  for (const [form, bodyOf] of Object.entries(BODIES)) {
    for (const [size, recordsPerSecond] of [
      [20_000, 3_000],
      [1_000_000, 100],
    ] as const) {
      it(`holds for records of ${size} bytes (${form}), and counts what is beyond it`, async () => {
        const maxBufferBytes = 16 * MIB;
        const app = new SimulatedApplication(clock, hanging, {
          maxBufferBytes,
          recordsPerSecond,
          bodyOf: (number) => bodyOf(size, number),
        });
        let most = 0;
        await app.log(2_000, () => {
          const { heldBytes, queuedBytes } = app.status() as ProcessorStatus;
          most = Math.max(most, heldBytes + queuedBytes);
        });
        // What estimates fell short of before anything was measured: no more than the first batches.
        expect(most).to.be.at.most(1.5 * maxBufferBytes);
        const { emitted, kept, dropped, droppedByReason } = app.status();
        expect(emitted).to.equal(app.emitted);
        expect(kept + dropped).to.equal(app.emitted);
        expect(droppedByReason).to.deep.equal({ queue_full: dropped });
        expect(dropped).to.be.greaterThan(0);
      });
    }
  }

  it('is one on memory, also with a spool', async () => {
    const app = new SimulatedApplication(clock, hanging, {
      maxBufferBytes: 16 * MIB,
      spool: { directory },
      recordsPerSecond: 3_000,
      bodyOf: (number) => `${number} ${text(20_000)}`,
    });
    await app.log(100);
    const heapUsed = (): number => {
      collectGarbage();
      return process.memoryUsage().heapUsed;
    };
    const before = heapUsed();
    await app.log(2_000);
    // 120 MB were emitted.
    expect(heapUsed() - before).to.be.at.most(48 * MIB);
    expect(app.status()).to.deep.include({ emitted: app.emitted, droppedByReason: {} });
    expect(app.status().spool!.bytes).to.be.greaterThan(80 * MIB);
  });
});
