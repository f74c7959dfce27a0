import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { expect } from 'chai';
import sinon from 'sinon';
import { Deadline } from '../../src/delivery/deadline.js';
import { type ProcessorStatus } from '../../src/exporter/exporter-status.js';
import { QueueingProcessor } from '../../src/exporter/queueing-processor.js';
import { type CloudWatchLogRecordProcessorOptions, readProcessorOptions } from '../../src/options/options.js';
import { runAsOwnTelemetry } from '../../src/observability/own-telemetry.js';
import { fakeClient, FakeDelivery, listeningDiagnostics, messageOf, record } from '../encoding/records.js';

function processor(options: Partial<CloudWatchLogRecordProcessorOptions> = {}): {
  made: QueueingProcessor;
  delivery: FakeDelivery;
  said: string[];
  emit: (parts?: Parameters<typeof record>[0]) => void;
} {
  const delivery = new FakeDelivery();
  const settings = readProcessorOptions(
    { logGroupName: '/g', logStreamName: 's', client: fakeClient(), ...options },
    {},
  );
  const { diagnostics, said } = listeningDiagnostics();
  const made = new QueueingProcessor(settings, { diagnostics, createDelivery: delivery.create });
  return {
    made,
    delivery,
    said,
    emit: (parts) => {
      made.onEmit(record(parts));
    },
  };
}

function expectSum(status: ProcessorStatus): void {
  expect(status.emitted + status.addedBySplit).to.equal(status.delivered + status.kept + status.dropped);
}

describe('QueueingProcessor', () => {
  it('counts what the queue has no room for, to the record', async () => {
    const { made, emit } = processor({
      maxQueueSize: 3,
      maxExportBatchSize: 3,
      scheduledDelayMillis: 60_000,
    });
    // A full batch is exported at once: only one record less stays in the queue.
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

  it('delivers or counts each record of a burst', async () => {
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
      made.onEmit(record(), own);
      emit();
      expect(made.status().droppedByReason).to.deep.equal({ own_telemetry: 2 });
      await made.shutdown();
      expect(made.status()).to.include({ emitted: 3, delivered: 1, dropped: 2 });
    } finally {
      context.disable();
    }
  });

  it('drops what transform logs, without a context manager too: it would be called again and again', async () => {
    const calls: unknown[] = [];
    const made = processor({
      transform: (given) => {
        calls.push(given.body);
        made.emit({ body: 'about it' });
        return given;
      },
    });
    made.emit({ body: 'a' });
    await made.made.forceFlush();
    await made.made.shutdown();
    expect(calls).to.deep.equal(['a']);
    expect(made.made.status()).to.deep.include({
      emitted: 2,
      delivered: 1,
      droppedByReason: { own_telemetry: 1 },
    });
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
        delivery.forceFlush = (deadline) => {
          const { leftMillis } = deadline!;
          ends.push(performance.now() + leftMillis);
          return new Promise((resolve) => setTimeout(resolve, leftMillis));
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
        await passUntil(isOwn ? made.flushBy(Deadline.after(all)) : made.forceFlush());
        expect(ends).to.have.lengthOf(1);
        expect(ends[0]).to.be.at.most(all);
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

  it('shuts delivery down at once though a flush is under way', async () => {
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
      delivery.shutdown = () => {
        delivery.calls.push('shutdown');
        answer();
        return Promise.resolve();
      };
      emit();
      void made.forceFlush();
      await new Promise((resolve) => setImmediate(resolve));
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

  it('sends records whose resource could not be waited for with what it has', async () => {
    const { made, emit } = processor();
    emit({
      resource: {
        attributes: {},
        asyncAttributesPending: true,
        waitForAsyncAttributes: () => Promise.reject(new Error('detector')),
      },
    });
    await made.shutdown();
    expect(made.status()).to.include({ emitted: 1, delivered: 1, dropped: 0, kept: 0 });
  });

  it('ends within its deadline when the service hangs, and counts what is left', async () => {
    const clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const { made, emit, delivery } = processor({
        maxExportBatchSize: 2,
        maxQueueSize: 6,
        shutdownTimeoutMillis: 1000,
      });
      const losing: (() => void)[] = [];
      delivery.deliver = (batches) => {
        const count = batches.reduce((sum, batch) => sum + batch.events.length, 0);
        return new Promise((resolve) => {
          losing.push(() => {
            delivery.losses!.record('shutdown', count);
            resolve({ delivered: 0, kept: 0, lost: count, error: new Error('shut down') });
          });
        });
      };
      delivery.shutdown = () => {
        for (const lose of losing) lose();
        return Promise.resolve();
      };
      for (let n = 0; n < 6; n++) emit();
      const done = made.shutdown();
      await clock.tickAsync(800);
      await done;
      expect(made.status()).to.include({ emitted: 6, delivered: 0, kept: 0, dropped: 6 });
    } finally {
      clock.restore();
    }
  });

  describe("by OpenTelemetry's rules of when to export", () => {
    let clock: sinon.SinonFakeTimers;
    beforeEach(() => {
      clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    });
    afterEach(() => {
      clock.restore();
    });
    const turns = async (): Promise<void> => {
      for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
    };
    const sizes = (delivery: FakeDelivery): number[] => delivery.batches.map(({ events }) => events.length);

    it('exports a full batch at once, in a turn of its own', async () => {
      const { emit, delivery } = processor({ maxExportBatchSize: 3 });
      for (let n = 0; n < 7; n++) emit();
      expect(delivery.batches).to.deep.equal([]);
      await turns();
      expect(sizes(delivery)).to.deep.equal([3, 3]);
    });

    it('exports what is less a while after the first of it', async () => {
      const { emit, delivery, made } = processor({ scheduledDelayMillis: 500 });
      emit();
      await clock.tickAsync(300);
      emit();
      await clock.tickAsync(199);
      await turns();
      expect(sizes(delivery)).to.deep.equal([]);
      expect(made.status()).to.include({ queued: 2, kept: 2 });
      expect(made.status().queuedBytes).to.be.greaterThan(0);
      await clock.tickAsync(1);
      await turns();
      expect(sizes(delivery)).to.deep.equal([2]);
      expect(made.status()).to.include({ queued: 0, queuedBytes: 0 });
      // The next one has its own time.
      emit();
      await clock.tickAsync(499);
      await turns();
      expect(sizes(delivery)).to.deep.equal([2]);
      await clock.tickAsync(1);
      await turns();
      expect(sizes(delivery)).to.deep.equal([2, 1]);
    });

    it('waits anew after a full batch', async () => {
      const { emit, delivery } = processor({ scheduledDelayMillis: 500, maxExportBatchSize: 2 });
      emit();
      await clock.tickAsync(400);
      emit();
      emit();
      await turns();
      await clock.tickAsync(400);
      await turns();
      expect(sizes(delivery)).to.deep.equal([2]);
      await clock.tickAsync(100);
      await turns();
      expect(sizes(delivery)).to.deep.equal([2, 1]);
    });

    it('exports at once what fills a request, however few records', async () => {
      const { emit, delivery } = processor();
      for (let n = 0; n < 4; n++) emit({ body: 'x'.repeat(900_000) });
      for (let n = 0; n < 4; n++) await turns();
      expect(sizes(delivery)).to.deep.equal([1, 1, 1, 1]);
      emit({ body: 'x'.repeat(400_000) });
      emit({ body: 'x'.repeat(400_000) });
      await turns();
      expect(sizes(delivery)).to.have.lengthOf(4);
      emit({ body: 'x'.repeat(400_000) });
      for (let n = 0; n < 4; n++) await turns();
      expect(sizes(delivery)).to.have.lengthOf.above(4);
    });

    it('makes one export while others wait for their answers', async () => {
      const { emit, delivery } = processor({ maxExportBatchSize: 2 });
      const deliver = delivery.deliver.bind(delivery);
      delivery.deliver = async (batches, options) => {
        await deliver(batches, options);
        return new Promise(() => undefined);
      };
      for (let n = 0; n < 10; n++) emit();
      await turns();
      expect(sizes(delivery)).to.deep.equal([2, 2, 2, 2, 2]);
    });

    it('waits for attributes of a resource that come later, in order, as long as an export may take', async () => {
      const { emit, delivery } = processor({
        maxExportBatchSize: 1,
        exportTimeoutMillis: 10_000,
        layout: 'body',
      });
      const resource = {
        attributes: {},
        asyncAttributesPending: true,
        waitForAsyncAttributes: () => new Promise<void>(() => undefined),
      };
      emit({ body: 'first', resource });
      emit({ body: 'second' });
      await turns();
      await clock.tickAsync(9_000);
      await turns();
      expect(delivery.batches).to.deep.equal([]);
      await clock.tickAsync(1_000);
      await turns();
      expect(delivery.batches.flatMap(({ events }) => events.map(messageOf))).to.deep.equal([
        'first',
        'second',
      ]);
    });

    it('waits for them no longer than half of a shutdown', async () => {
      const { emit, delivery, made } = processor({ shutdownTimeoutMillis: 1_000 });
      emit({
        resource: {
          attributes: {},
          asyncAttributesPending: true,
          waitForAsyncAttributes: () => new Promise<void>(() => undefined),
        },
      });
      const done = made.shutdown();
      await clock.tickAsync(600);
      await done;
      expect(sizes(delivery)).to.deep.equal([1]);
      expect(made.status()).to.include({ delivered: 1, dropped: 0 });
    });

    it('leaves no timer that keeps the process', () => {
      const { emit } = processor();
      const started = sinon.spy(globalThis, 'setTimeout');
      emit();
      started.restore();
      expect(started.callCount).to.equal(1);
      expect(started.firstCall.returnValue.hasRef()).to.equal(false);
    });
  });

  it('says early which records it would drop', async () => {
    const { made } = processor({ minSeverity: 'warn' });
    expect(made.enabled({ severityNumber: 9 })).to.equal(false);
    expect(made.enabled({ severityNumber: 13 })).to.equal(true);
    expect(made.enabled({})).to.equal(true);
    expect(made.enabled({ severityNumber: 0 })).to.equal(true);
    const manager = new AsyncLocalStorageContextManager().enable();
    context.setGlobalContextManager(manager);
    try {
      const own = runAsOwnTelemetry(() => context.active());
      expect(made.enabled({ context: own, severityNumber: 13 })).to.equal(true);
      expect(made.enabled({ context: context.active(), severityNumber: 13 })).to.equal(true);
    } finally {
      context.disable();
    }
    await made.shutdown();
    expect(made.enabled({ severityNumber: 13 })).to.equal(false);
  });

  it('takes a flush its own time', async () => {
    const { made, emit, delivery } = processor();
    let leftMillis = 0;
    delivery.forceFlush = (deadline) => {
      ({ leftMillis } = deadline!);
      return Promise.resolve();
    };
    emit();
    await made.forceFlush({ timeoutMillis: 1_234 });
    expect(leftMillis).to.be.within(1, 1_234);
    await made.shutdown();
  });

  it('says of which bound there was too much', async () => {
    const few = processor({ maxQueueSize: 1, maxExportBatchSize: 1 });
    few.emit();
    few.emit();
    expect(few.said.join()).to.include(
      '1 log record lost (queue_full): 1 records wait to be exported (maxQueueSize)',
    );
    const large = processor({ maxBufferBytes: 1024 * 1024 });
    large.emit({ body: 'x'.repeat(1_000_000) });
    large.emit({ body: 'x'.repeat(1_000_000) });
    expect(large.said.join()).to.include('what waits takes 1048576 bytes (maxBufferBytes)');
    expect(large.made.status()).to.deep.include({ queued: 1, droppedByReason: { queue_full: 1 } });
    await Promise.all([few.made.shutdown(), large.made.shutdown()]);
  });

  it('learns how large events are', async () => {
    const { emit, made } = processor({ resourceAttributes: 'all', maxBufferBytes: 1024 * 1024 });
    const resource = { attributes: { large: 'x'.repeat(5_000) } };
    emit({ body: 'x', resource });
    const first = made.status().queuedBytes;
    await made.forceFlush();
    emit({ body: 'x', resource });
    expect(made.status().queuedBytes).to.be.greaterThan(5 * first);
    await made.shutdown();
  });
});
