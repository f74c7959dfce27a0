import { ExportResultCode, type ExportResult } from '@opentelemetry/core';
import { type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { expect } from 'chai';
import { type LogEventBatch } from '../../src/delivery/encoded-event.js';
import { ExporterCore, type ExporterParts } from '../../src/exporter/exporter-core.js';
import * as lateParts from '../../src/exporter/late-parts.js';
import { type LateParts, type PartsOnDemand, partsOnDemand } from '../../src/exporter/parts-on-demand.js';
import { QueueingProcessor } from '../../src/exporter/queueing-processor.js';
import { readExporterOptions, readProcessorOptions } from '../../src/options/options.js';
import { fakeClient, FakeDelivery, listeningDiagnostics, messageOf, record } from '../encoding/records.js';

const OPTIONS = { logGroupName: '/g', logStreamName: 's', client: fakeClient(), layout: 'body' } as const;

/** Parts that are there when a test says so. */
class SlowParts implements PartsOnDemand {
  loads = 0;
  #parts: LateParts | undefined;
  #waiting: { resolve: (parts: LateParts) => void; reject: (error: Error) => void }[] = [];

  now(): LateParts | undefined {
    return this.#parts;
  }

  load(): Promise<LateParts> {
    this.loads++;
    if (this.#parts) return Promise.resolve(this.#parts);
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  arrive(): void {
    this.#parts = lateParts;
    for (const { resolve } of this.#waiting.splice(0)) resolve(lateParts);
  }

  fail(): void {
    for (const { reject } of this.#waiting.splice(0)) reject(new Error('EMFILE: too many open files'));
  }
}

function parts(onDemand: PartsOnDemand): { delivery: FakeDelivery; said: string[]; all: ExporterParts } {
  const delivery = new FakeDelivery();
  const { diagnostics, said } = listeningDiagnostics();
  return { delivery, said, all: { diagnostics, createDelivery: delivery.create, onDemand } };
}

function exported(core: ExporterCore, ...records: ReadableLogRecord[]): Promise<ExportResult> {
  return new Promise((resolve) => {
    core.export(records, resolve);
  });
}

function bodies(batches: readonly LogEventBatch[]): string[] {
  return batches.flatMap(({ events }) => events.map(messageOf));
}

describe('parts that are loaded when the first exporter is made', () => {
  it('are loaded once', async () => {
    expect(await partsOnDemand.load()).to.equal(await partsOnDemand.load());
    expect(partsOnDemand.now()).to.equal(await partsOnDemand.load());
  });

  it('are waited for by what is exported meanwhile, in order', async () => {
    const onDemand = new SlowParts();
    const { all, delivery } = parts(onDemand);
    const core = new ExporterCore(readExporterOptions(OPTIONS, {}), all);
    const results = Promise.all([
      exported(core, record({ body: 'a' })),
      exported(core, record({ body: 'b' })),
    ]);
    expect(core.status()).to.include({ emitted: 2, delivered: 0, kept: 2, breaker: 'closed' });
    onDemand.arrive();
    for (const { code } of await results) expect(code).to.equal(ExportResultCode.SUCCESS);
    expect(bodies(delivery.batches)).to.deep.equal(['a', 'b']);
    expect(core.status()).to.include({ emitted: 2, delivered: 2, kept: 0 });
  });

  it('are waited for by flush and shutdown', async () => {
    const onDemand = new SlowParts();
    const { all, delivery } = parts(onDemand);
    const processor = new QueueingProcessor(readProcessorOptions(OPTIONS, {}), all);
    processor.onEmit(record({ body: 'a' }));
    const flush = processor.forceFlush();
    onDemand.arrive();
    await flush;
    expect(bodies(delivery.batches)).to.deep.equal(['a']);
    await processor.shutdown();
  });

  it('make group and stream ahead once they are there', async () => {
    const onDemand = new SlowParts();
    const { all, delivery } = parts(onDemand);
    const core = new ExporterCore(readExporterOptions(OPTIONS, {}), all);
    onDemand.arrive();
    await core.forceFlush();
    expect(delivery.prepared).to.deep.equal([{ logGroupName: '/g', logStreamName: 's' }]);
  });

  it('are loaded again for the next records, where that failed; the others are counted as lost', async () => {
    const onDemand = new SlowParts();
    const { all, delivery, said } = parts(onDemand);
    const core = new ExporterCore(readExporterOptions(OPTIONS, {}), all);
    const lost = exported(core, record());
    onDemand.fail();
    expect((await lost).code).to.equal(ExportResultCode.FAILED);
    expect(core.status()).to.include({ emitted: 1, dropped: 1, kept: 0 });
    expect(core.status().droppedByReason).to.deep.equal({ delivery_failed: 1 });
    expect(said.join()).to.include('could not be loaded');
    const later = exported(core, record({ body: 'b' }));
    onDemand.arrive();
    expect((await later).code).to.equal(ExportResultCode.SUCCESS);
    expect(bodies(delivery.batches)).to.deep.equal(['b']);
    await core.shutdown();
  });

  it('leave the room of a queue to the next records, where they can not be loaded', async () => {
    const onDemand = new SlowParts();
    const { all, delivery } = parts(onDemand);
    const processor = new QueueingProcessor(readProcessorOptions(OPTIONS, {}), all);
    processor.onEmit(record());
    const flush = processor.forceFlush();
    await untilLoadedBy(onDemand, 2);
    onDemand.fail();
    await flush;
    expect(processor.status()).to.include({ emitted: 1, dropped: 1, queued: 0, queuedBytes: 0 });
    processor.onEmit(record({ body: 'b' }));
    onDemand.arrive();
    await processor.forceFlush();
    expect(bodies(delivery.batches)).to.deep.equal(['b']);
    await processor.shutdown();
  });

  it('say in a health check that they can not be loaded', async () => {
    const onDemand = new SlowParts();
    const core = new ExporterCore(readExporterOptions(OPTIONS, {}), parts(onDemand).all);
    const check = core.healthCheck();
    onDemand.fail();
    expect((await check).problems[0]).to.include({ kind: 'refused' });
    await core.shutdown();
  });
});

async function untilLoadedBy(onDemand: SlowParts, loads: number): Promise<void> {
  while (onDemand.loads < loads) await new Promise((resolve) => setImmediate(resolve));
}
