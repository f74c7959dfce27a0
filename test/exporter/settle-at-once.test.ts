import { expect } from 'chai';
import { type AllSentAtOnce } from '../../src/delivery/delivery.js';
import { type LogEventBatch } from '../../src/delivery/encoded-event.js';
import { QueueingProcessor } from '../../src/exporter/queueing-processor.js';
import { partsOnDemand } from '../../src/exporter/parts-on-demand.js';
import { readProcessorOptions } from '../../src/options/options.js';
import { fakeClient, listeningDiagnostics, record } from '../encoding/records.js';

/** What is on its way from `emit` to delivery when a process ends. */
describe('QueueingProcessor.settleAtOnce', () => {
  // As with `register`, which loads everything with itself.
  before(() => partsOnDemand.load());

  function arrange() {
    const settings = readProcessorOptions(
      {
        logGroupName: '/g',
        logStreamName: 's',
        client: fakeClient(),
        maxQueueSize: 20_000,
        provision: 'none',
      },
      {},
    );
    const made = new QueueingProcessor(settings, { diagnostics: listeningDiagnostics().diagnostics });
    const given: LogEventBatch[] = [];
    const settle = (): void => {
      made.settleAtOnce((batches): AllSentAtOnce => {
        given.push(...batches);
        const sent = batches.map(({ events }) => ({ delivered: events.length, lost: 0 }));
        return { batches: sent, lostByReason: {}, spooled: undefined };
      });
    };
    const events = (): number => given.reduce((sum, one) => sum + one.events.length, 0);
    return { made, settle, events };
  }

  it('takes the queue, and what is just being encoded, each record once', async () => {
    const { made, settle, events } = arrange();
    // More than are encoded in one step, so that the first batch is under way.
    for (let n = 0; n < 10_000; n++) made.onEmit(record());
    await new Promise((resolve) => setImmediate(resolve));
    for (let n = 0; n < 100; n++) made.onEmit(record());
    settle();
    expect(events()).to.equal(10_100);
    expect(made.status()).to.include({ emitted: 10_100, delivered: 10_100, kept: 0, dropped: 0, queued: 0 });
    // What was interrupted goes on where the process does, and does nothing twice.
    await made.forceFlush();
    expect(made.status()).to.include({ emitted: 10_100, delivered: 10_100, kept: 0, queuedBytes: 0 });
  });

  it('takes what waits for attributes of its resource', async () => {
    const { made, settle, events } = arrange();
    const one = record();
    Object.defineProperty(one, 'resource', {
      value: {
        attributes: {},
        asyncAttributesPending: true,
        waitForAsyncAttributes: () => new Promise<void>((resolve) => setTimeout(resolve, 5)),
      },
    });
    made.onEmit(one);
    const flushed = made.forceFlush({ timeoutMillis: 1000 });
    await new Promise((resolve) => setImmediate(resolve));
    settle();
    expect(events()).to.equal(1);
    await flushed;
    made.onEmit(record());
    settle();
    expect(made.status()).to.include({ emitted: 2, delivered: 2, kept: 0 });
  });

  it('takes nothing after shutdown', async () => {
    const { made, settle, events } = arrange();
    await made.shutdown();
    made.onEmit(record());
    settle();
    expect(events()).to.equal(0);
  });
});
