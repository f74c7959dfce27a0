import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'chai';
import sinon from 'sinon';
import { type ProcessorStatus } from '../../src/exporter/exporter-status.js';
import { sdkMinorVersion } from './sdk-processors.js';
import { type Failure, SimulatedApplication } from './simulated-application.js';

const RECORDS_PER_SECOND = 15_000;

const error = (name: string, members: object = {}): Error =>
  Object.assign(new Error(`it is ${name}`), { name, ...members });

const FAILURES: Readonly<Record<string, Failure>> = {
  refused: { afterMillis: 300, error: error('Error', { code: 'ECONNREFUSED' }) },
  reset: { afterMillis: 350, error: error('Error', { code: 'ECONNRESET' }) },
  'not found by DNS': { afterMillis: 400, error: error('Error', { code: 'ENOTFOUND' }) },
  unavailable: {
    afterMillis: 450,
    error: error('ServiceUnavailableException', { $metadata: { httpStatusCode: 503 } }),
  },
  throttled: {
    afterMillis: 1_500,
    error: error('ThrottlingException', { $metadata: { httpStatusCode: 400 } }),
  },
  hanging: { afterMillis: Number.POSITIVE_INFINITY },
};

describe(`the start of an outage at ${RECORDS_PER_SECOND} records a second`, function () {
  this.timeout(300_000);
  let clock: sinon.SinonFakeTimers;
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'outage-'));
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

  const mend = async (app: SimulatedApplication): Promise<void> => {
    app.client.failure = undefined;
    while (app.status().kept > 0) await app.until(app.flush());
    expect(app.status()).to.deep.include({ delivered: app.emitted, kept: 0, droppedByReason: {} });
    expect(app.client.delivered).to.equal(app.emitted);
  };

  for (const [what, failure] of Object.entries(FAILURES)) {
    for (const where of ['memory', 'the spool'] as const) {
      it(`drops nothing that ${where} has room for, of a service that is ${what}`, async () => {
        // With a spool little memory is enough.
        const maxBufferBytes = (where === 'memory' ? 32 : 8) * 1024 * 1024;
        const spool = where === 'memory' ? {} : { spool: { directory } };
        const app = new SimulatedApplication(clock, failure, { maxBufferBytes, ...spool });
        // A hanging service is known by its first request, after ten seconds.
        await app.log(what === 'hanging' ? 13_000 : 6_000, () => {
          const { heldBytes, queuedBytes } = app.status() as ProcessorStatus;
          expect(heldBytes + queuedBytes).to.be.at.most(maxBufferBytes);
        });
        expect(app.status()).to.deep.include({ emitted: app.emitted, droppedByReason: {} });
        if (where === 'the spool') expect(app.status().spool!.events).to.be.greaterThan(app.emitted / 2);
        await mend(app);
      });

      // It waits for one export at a time: ten seconds of a hanging service are more than its queue.
      if (what === 'hanging') continue;
      it(`lets the stock processor go on at once with ${where}, of a service that is ${what}`, async function () {
        // That of older SDKs takes some of its queue at a time, and drops at this rate whatever it exports to.
        if ((sdkMinorVersion() ?? 999) < 219) this.skip();
        const app = new SimulatedApplication(clock, failure, {
          isStock: true,
          ...(where === 'the spool' && { spool: { directory } }),
        });
        await app.log(6_000);
        await app.until(app.flush());
        await mend(app);
      });
    }
  }

  it('waits for a service that is slow and healthy, and stores nothing', async () => {
    const app = new SimulatedApplication(clock, undefined, { spool: { directory } });
    app.client.latencyMillis = 3_000;
    await app.log(2_000);
    expect(app.status().spool).to.include({ batches: 0 });
    // One request after the other, of 10,000 events each.
    for (let second = 0; second < 16; second++) await app.pass(1_000);
    expect(app.status()).to.include({ delivered: app.emitted, kept: 0 });
    expect(app.status().spool).to.include({ batches: 0 });
  });
});
