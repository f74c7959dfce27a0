import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LoggerProvider } from '@opentelemetry/sdk-logs';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { expect } from 'chai';
import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CloudWatchLogRecordProcessor } from '../../src/exporter/cloudwatch-log-record-processor.js';
import { type CloudWatchLogRecordProcessorOptions } from '../../src/options/options.js';
import { freeName } from '../../src/write-ahead/file-owner.js';
import { itNeeds } from '../endpoint/it-needs.js';
import { ServiceUnderTest } from '../endpoint/service-under-test.js';
import { eventually } from '../eventually.js';

describe('createCloudWatchLogRecordProcessor with writeAhead', () => {
  let service: ServiceUnderTest;
  let directory: string;
  before(async () => {
    service = await ServiceUnderTest.start();
  });
  after(() => service.stop());
  beforeEach(() => {
    service.clearFaults();
    directory = mkdtempSync(join(tmpdir(), 'write-ahead-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  let groups = 0;
  const start = (options: CloudWatchLogRecordProcessorOptions) => {
    const processor = new CloudWatchLogRecordProcessor({
      ...service.connection,
      logStreamName: 's',
      layout: 'body',
      shutdownTimeoutMillis: 600,
      maxAttempts: 1,
      writeAhead: { directory },
      ...options,
    });
    const emit = (...bodies: string[]): void => {
      const logger = new LoggerProvider({ processors: [processor] }).getLogger('test');
      for (const body of bodies) logger.emit({ body });
    };
    return { processor, emit };
  };
  const messages = async (logGroupName: string): Promise<string[]> => {
    const { events = [] } = await service.client.send(new FilterLogEventsCommand({ logGroupName }));
    return events.map(({ message }) => message!).toSorted();
  };
  const expectSum = (processor: CloudWatchLogRecordProcessor): void => {
    const { emitted, addedBySplit, delivered, kept, dropped } = processor.status();
    expect(emitted + addedBySplit).to.equal(delivered + kept + dropped);
  };
  const newGroup = (): string => service.name(`/write-ahead/${++groups}`);

  it('delivers, releases, and leaves no file behind', async () => {
    const logGroupName = newGroup();
    const { processor, emit } = start({ logGroupName });
    emit('a', 'b');
    expect(processor.status().writeAhead).to.include({ events: 2, unprotected: 0 });
    await processor.forceFlush();
    expect(processor.status().writeAhead).to.include({ events: 0 });
    await processor.shutdown();
    expect(await messages(logGroupName)).to.deep.equal(['a', 'b']);
    expect(readdirSync(directory)).to.deep.equal([]);
  });

  it('exports a record whose transform logs, and not what it logs, which would go on without end', async () => {
    const logGroupName = newGroup();
    const calls: unknown[] = [];
    const { processor, emit } = start({
      logGroupName,
      transform: (record) => {
        calls.push(record.body);
        emit('about it');
        return record;
      },
    });
    emit('a', 'b');
    await processor.shutdown();
    expect(calls).to.deep.equal(['a', 'b']);
    expect(await messages(logGroupName)).to.deep.equal(['a', 'b']);
    expect(processor.status().droppedByReason).to.deep.equal({ own_telemetry: 2 });
    expectSum(processor);
  });

  itNeeds(
    'faults',
    'loses nothing at a shutdown while the service is down: the next processor sends it',
    async () => {
      const logGroupName = newGroup();
      service.local.faults.add({ kind: 'error', operations: ['PutLogEvents'] });
      const first = start({ logGroupName, maxExportBatchSize: 2 });
      first.emit('a', 'b', 'c', 'd', 'e');
      await first.processor.shutdown();
      expect(first.processor.status()).to.include({ emitted: 5, kept: 5, dropped: 0 });
      expectSum(first.processor);
      service.local.faults.clear();
      // A disk that is slow to sync lets go of its file only after the shutdown.
      await eventually(() => readdirSync(directory).every((name) => name === freeName(name)));
      const next = start({ logGroupName });
      await next.processor.forceFlush();
      expect(next.processor.status()).to.include({ emitted: 5, delivered: 5, kept: 0, dropped: 0 });
      expect(next.processor.status().writeAhead).to.include({ replayed: 5, events: 0 });
      await next.processor.shutdown();
      expect(await messages(logGroupName)).to.deep.equal(['a', 'b', 'c', 'd', 'e']);
    },
  );

  it('keeps in files what the queue has no room for, and sends it', async () => {
    const logGroupName = newGroup();
    const { processor, emit } = start({
      logGroupName,
      maxQueueSize: 2,
      oversize: 'split',
      maxMessageBytes: 1024,
    });
    emit('a', 'b', 'c', 'd'.repeat(1500));
    expect(processor.status()).to.include({ emitted: 4, queued: 2, dropped: 0, kept: 5, addedBySplit: 1 });
    await processor.forceFlush();
    expect(processor.status()).to.include({ delivered: 5, kept: 0, dropped: 0 });
    expect(await messages(logGroupName)).to.have.length(5);
    await processor.shutdown();
  });

  it('counts what transform drops once, and writes nothing of it', async () => {
    const logGroupName = newGroup();
    const transform: CloudWatchLogRecordProcessorOptions['transform'] = (record) =>
      record.body === 'secret' ? undefined : record;
    const { processor, emit } = start({ logGroupName, transform });
    emit('a', 'secret');
    expect(processor.status()).to.include({ emitted: 2, queued: 1, dropped: 1, kept: 1 });
    expect(processor.status().writeAhead).to.include({ events: 1 });
    await processor.shutdown();
    expectSum(processor);
  });

  it('sends the attributes that a resource gets later', async () => {
    const logGroupName = newGroup();
    let resolve!: (host: string) => void;
    const host = new Promise<string>((done) => (resolve = done));
    const resource = resourceFromAttributes({ 'host.name': host });
    const { processor } = start({ logGroupName, logStreamName: '{host.name}' });
    new LoggerProvider({ resource, processors: [processor] }).getLogger('test').emit({ body: 'early' });
    expect(processor.status().writeAhead).to.include({ events: 1 });
    resolve('box-1');
    await processor.forceFlush();
    expect(processor.status()).to.include({ delivered: 1, kept: 0 });
    expect(processor.status().writeAhead).to.include({ events: 0 });
    const { events } = await service.client.send(
      new FilterLogEventsCommand({ logGroupName, logStreamNames: ['box-1'] }),
    );
    expect(events).to.have.length(1);
    await processor.shutdown();
  });

  itNeeds('faults', 'brings back what the memory of delivery has no room for', async () => {
    const logGroupName = newGroup();
    const fault = service.local.faults.add({ kind: 'error', operations: ['PutLogEvents'] });
    const { processor, emit } = start({
      logGroupName,
      maxBufferBytes: 1024 * 1024,
      deliveryTimeoutMillis: 100,
      retry: { maxDelayMillis: 1000 },
    });
    const large = 'x'.repeat(200_000);
    emit(...Array.from({ length: 20 }, (_, index) => `${index} ${large}`));
    const flushed = processor.forceFlush();
    while (processor.status().retries < 2) await new Promise((resolve) => setImmediate(resolve));
    expect(processor.status()).to.include({ emitted: 20, dropped: 0 });
    service.local.faults.remove(fault);
    await flushed;
    while (processor.status().kept > 0) await processor.forceFlush();
    expect(processor.status()).to.include({ emitted: 20, delivered: 20, dropped: 0 });
    await processor.shutdown();
    expect(readdirSync(directory)).to.deep.equal([]);
  });
});
