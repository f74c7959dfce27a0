import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { BatchLogRecordProcessor, LoggerProvider, type LogRecordExporter } from '@opentelemetry/sdk-logs';
import { SeverityNumber } from '@opentelemetry/api-logs';
import { expect } from 'chai';
import sinon from 'sinon';
import {
  checkBatchProcessor,
  CountingProcessor,
  createCloudWatchLogRecordProcessor,
  type ProcessorStatus,
} from '../../src/exporter/log-record-processor.js';
import {
  type CloudWatchLogRecordProcessorOptions,
  readProcessorOptions,
} from '../../src/exporter/options.js';
import { runAsOwnTelemetry } from '../../src/observability/own-telemetry.js';
import { fakeClient, FakeDelivery, listeningDiagnostics, messageOf, record } from './records.js';

function processor(options: CloudWatchLogRecordProcessorOptions = {}): {
  made: CountingProcessor;
  delivery: FakeDelivery;
  emit: (parts?: Parameters<typeof record>[0]) => void;
} {
  const delivery = new FakeDelivery();
  const settings = readProcessorOptions(
    { logGroupName: '/g', logStreamName: 's', client: fakeClient(), ...options },
    {},
  );
  const { diagnostics } = listeningDiagnostics();
  const made = new CountingProcessor(settings, { diagnostics, createDelivery: delivery.create });
  return {
    made,
    delivery,
    emit: (parts) => {
      made.onEmit(record(parts) as never);
    },
  };
}

function expectSum(status: ProcessorStatus): void {
  expect(status.emitted + status.addedBySplit).to.equal(status.delivered + status.kept + status.dropped);
}

describe('createCloudWatchLogRecordProcessor', () => {
  it('brings what a logger emits to the client', async () => {
    const client = fakeClient();
    const made = createCloudWatchLogRecordProcessor({ logGroupName: '/g', client, provision: 'none' });
    const provider = new LoggerProvider({ processors: [made] });
    provider.getLogger('test').emit({ body: 'from a logger', severityNumber: SeverityNumber.INFO });
    expect(made.status()).to.include({ emitted: 1, queued: 1, kept: 1, delivered: 0 });
    await provider.forceFlush();
    expect(made.status()).to.include({ emitted: 1, queued: 0, kept: 0, delivered: 1, dropped: 0 });
    await provider.shutdown();
  });

  it('throws for a wrong option of the queue', () => {
    expect(() => createCloudWatchLogRecordProcessor({ logGroupName: '/g', maxQueueSize: 0 })).to.throw(
      'maxQueueSize must be a whole number',
    );
  });
});

describe('CountingProcessor', () => {
  it('counts what the queue has no room for, to the record', async () => {
    const { made, emit } = processor({
      maxQueueSize: 3,
      maxExportBatchSize: 3,
      scheduledDelayMillis: 60_000,
    });
    // The batch processor exports a full batch at once: only one record less stays in the queue.
    for (let n = 0; n < 2; n++) emit();
    const { made: slow, emit: emitSlow, delivery } = processor({ maxQueueSize: 5, maxExportBatchSize: 2 });
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const deliver = delivery.deliver.bind(delivery);
    delivery.deliver = async (batches) => {
      await held;
      return deliver(batches);
    };
    for (let n = 0; n < 20; n++) {
      emitSlow();
      expectSum(slow.status());
    }
    expect(slow.status().emitted).to.equal(20);
    expect(slow.status().droppedByReason.queue_full).to.be.at.least(13);
    release();
    await slow.shutdown();
    expectSum(slow.status());
    expect(slow.status()).to.include({ queued: 0, kept: 0 });
    expect(slow.status().delivered + slow.status().dropped).to.equal(20);
    expect(slow.status().droppedByReason).to.have.all.keys('queue_full');
    await made.shutdown();
    expect(made.status()).to.include({ emitted: 2, delivered: 2, dropped: 0 });
  });

  it('never lets the batch processor drop on its own', async () => {
    const { made, emit } = processor({
      maxQueueSize: 100,
      maxExportBatchSize: 100,
      scheduledDelayMillis: 60_000,
    });
    for (let n = 0; n < 1000; n++) emit();
    await made.forceFlush();
    const { delivered, dropped } = made.status();
    expect(delivered + dropped).to.equal(1000);
    expect(delivered).to.be.at.least(100);
    await made.shutdown();
  });

  it('drops records of its own telemetry, by active and by given context', async () => {
    const manager = new AsyncLocalStorageContextManager().enable();
    context.setGlobalContextManager(manager);
    try {
      const { made, emit } = processor();
      runAsOwnTelemetry(() => {
        emit();
      });
      const own = runAsOwnTelemetry(() => context.active());
      made.onEmit(record() as never, own);
      emit();
      expect(made.status().droppedByReason).to.deep.equal({ own_telemetry: 2 });
      await made.shutdown();
      expect(made.status()).to.include({ emitted: 3, delivered: 1, dropped: 2 });
    } finally {
      context.disable();
    }
  });

  it('drops records below minSeverity before they take room', () => {
    const { made, emit } = processor({ minSeverity: 'error' });
    emit({ severityNumber: 9 });
    emit({ severityNumber: 17 });
    expect(made.status()).to.include({ emitted: 2, queued: 1, dropped: 1 });
  });

  it('makes the destination of a resource with its first record', () => {
    const { delivery, emit } = processor({ logGroupName: '/apps/{service.name}' });
    expect(delivery.prepared).to.deep.equal([]);
    emit();
    emit({ resource: undefined });
    expect(delivery.prepared).to.deep.equal([{ logGroupName: '/apps/orders', logStreamName: 's' }]);
  });

  it('flushes everything emitted before, also while another flush runs', async () => {
    const { made, emit, delivery } = processor({ layout: 'body' });
    emit({ body: 'a' });
    const first = made.forceFlush();
    emit({ body: 'b' });
    await made.forceFlush();
    expect(delivery.batches.flatMap((batch) => batch.events.map(messageOf))).to.deep.equal(['a', 'b']);
    await first;
    await made.shutdown();
  });

  for (const which of ['flushTimeoutMillis', 'a time of its own'] as const) {
    it(`ends all of a flush within ${which}, and loses nothing by it`, async () => {
      const clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
      try {
        const { made, emit, delivery } = processor({ flushTimeoutMillis: 2_000, maxExportBatchSize: 1 });
        const ends: number[] = [];
        delivery.deliver = (batches) =>
          new Promise((resolve) => {
            setTimeout(() => {
              resolve({ delivered: batches.length, kept: 0, lost: 0 });
            }, 900);
          });
        delivery.forceFlush = (timeoutMillis = 2_000) => {
          ends.push(performance.now() + timeoutMillis);
          return new Promise((resolve) => setTimeout(resolve, timeoutMillis));
        };
        const passUntil = async (what: Promise<void>): Promise<void> => {
          let isThrough = false;
          void what.then(() => (isThrough = true));
          while (!isThrough) {
            for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
            await clock.tickAsync(100);
          }
        };
        emit();
        const isOwn = which === 'a time of its own';
        const all = isOwn ? 1_500 : 2_000;
        await passUntil(isOwn ? made.forceFlushWithin(all) : made.forceFlush());
        // One of the batch processor, which is for its export, and one of ours.
        expect(ends).to.have.lengthOf(2);
        expect(Math.max(...ends)).to.be.at.most(all);
        await passUntil(made.shutdown());
        expectSum(made.status());
      } finally {
        clock.restore();
      }
    });
  }

  it('exports what a flush under way holds before it shuts down', async () => {
    const { made, emit } = processor({
      maxExportBatchSize: 1,
      maxQueueSize: 10,
      scheduledDelayMillis: 60_000,
    });
    for (let n = 0; n < 10; n++) emit();
    void made.forceFlush();
    await made.shutdown();
    expect(made.status()).to.include({ emitted: 10, delivered: 10, dropped: 0 });
  });

  it('stops waiting at once when a flush under way has waited already', async () => {
    const clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const { made, emit, delivery } = processor({ shutdownTimeoutMillis: 100_000 });
      let answer: () => void = () => undefined;
      delivery.deliver = () =>
        new Promise((resolve) => {
          answer = () => {
            resolve({ delivered: 0, kept: 1, lost: 0 });
          };
        });
      delivery.stopWaiting = () => {
        answer();
      };
      emit();
      void made.forceFlush();
      await clock.tickAsync(0);
      const done = made.shutdown();
      await clock.tickAsync(1);
      await done;
      expect(delivery.calls).to.include('shutdown');
    } finally {
      clock.restore();
    }
  });

  it('counts records emitted after shutdown, and flushes nothing then', async () => {
    const { made, emit } = processor();
    const first = made.shutdown();
    expect(made.shutdown()).to.equal(first);
    expect(made.forceFlush()).to.equal(first);
    await first;
    emit();
    expect(made.status().droppedByReason).to.deep.equal({ shutdown: 1 });
    expectSum(made.status());
  });

  it('counts records whose resource could not be waited for', async () => {
    const { made, emit } = processor();
    emit({
      resource: {
        attributes: {},
        asyncAttributesPending: true,
        waitForAsyncAttributes: () => Promise.reject(new Error('detector')),
      },
    });
    await made.shutdown();
    expect(made.status()).to.include({ emitted: 1, dropped: 1, kept: 0 });
    expect(made.status().droppedByReason).to.deep.equal({ shutdown: 1 });
  });

  it('ends within its deadline when the service hangs, and counts what is left', async () => {
    const clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const { made, emit, delivery } = processor({
        maxExportBatchSize: 2,
        maxQueueSize: 6,
        shutdownTimeoutMillis: 1000,
      });
      let lose: () => void = () => undefined;
      delivery.deliver = (batches) => {
        const count = batches.reduce((sum, batch) => sum + batch.events.length, 0);
        return new Promise((resolve) => {
          lose = () => {
            delivery.losses!.record('shutdown', count);
            resolve({ delivered: 0, kept: 0, lost: count, error: new Error('shut down') });
          };
        });
      };
      delivery.shutdown = () => {
        lose();
        return Promise.resolve();
      };
      for (let n = 0; n < 6; n++) emit();
      const done = made.shutdown();
      await clock.tickAsync(800);
      await done;
      expect(delivery.calls).to.include('stopWaiting');
      expect(made.status()).to.include({ emitted: 6, delivered: 0, kept: 0, dropped: 6 });
    } finally {
      clock.restore();
    }
  });
});

describe('checkBatchProcessor', () => {
  it('takes the installed class', () => {
    checkBatchProcessor(BatchLogRecordProcessor);
  });

  it('refuses a class whose constructor takes the exporter itself', () => {
    class Before0220 {
      constructor(readonly exporter: LogRecordExporter) {}
    }
    expect(() => {
      checkBatchProcessor(Before0220 as never);
    })
      .to.throw('needs @opentelemetry/sdk-logs 0.220 or newer')
      .with.property('code', 'ERR_SDK_LOGS_VERSION');
  });

  it('refuses a class that can’t be constructed', () => {
    function Other(): never {
      throw new TypeError('no');
    }
    expect(() => {
      checkBatchProcessor(Other as never);
    }).to.throw('0.220');
  });
});
