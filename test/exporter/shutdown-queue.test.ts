import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LoggerProvider } from '@opentelemetry/sdk-logs';
import { expect } from 'chai';
import { CloudWatchLogRecordProcessor } from '../../src/exporter/cloudwatch-log-record-processor.js';
import { type CloudWatchLogRecordProcessorOptions } from '../../src/options/options.js';
import { LocalCloudWatchLogs } from '../../src/simulation/index.js';
import { type Answer, StubService } from '../delivery/stub-service.js';

const RECORDS = 200;

describe('shutdown while the queue waits behind a request', () => {
  let service: StubService;
  let directory: string;
  beforeEach(async () => {
    service = await StubService.start();
    directory = await mkdtemp(join(tmpdir(), 'shutdown-'));
  });
  afterEach(async () => {
    await service.stop();
    await rm(directory, { recursive: true, force: true });
  });

  const start = (options: Partial<CloudWatchLogRecordProcessorOptions> = {}): CloudWatchLogRecordProcessor =>
    new CloudWatchLogRecordProcessor({
      logGroupName: '/g',
      logStreamName: 's',
      layout: 'body',
      compression: 'none',
      provision: 'none',
      region: 'eu-west-1',
      endpoint: service.endpoint,
      credentials: { accessKeyId: 'id', secretAccessKey: 'secret' },
      maxExportBatchSize: 10,
      maxQueueSize: 1000,
      shutdownTimeoutMillis: 1000,
      spool: { directory },
      ...options,
    });

  /** Emits so many records that all but the first batch are in the queue when the first request fails. */
  const emitAll = async (processor: CloudWatchLogRecordProcessor): Promise<LoggerProvider> => {
    const provider = new LoggerProvider({ processors: [processor] });
    const logger = provider.getLogger('test');
    for (let n = 0; n < RECORDS; n++) {
      logger.emit({ body: `${n}` });
      // The batch processor starts its export in a later turn.
      if (n === 10)
        while (service.received.length === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    return provider;
  };

  for (const flushesBefore of [0, 1]) {
    it(`waits for the answers of a healthy service, and puts nothing on disk, after ${flushesBefore} flushes`, async () => {
      const local = await LocalCloudWatchLogs.start();
      try {
        local.faults.add({ kind: 'delay', operations: ['PutLogEvents'], delayMillis: 100 });
        const processor = start({
          endpoint: local.endpoint,
          provision: 'all',
          maxExportBatchSize: 50,
          shutdownTimeoutMillis: 20_000,
        });
        const provider = new LoggerProvider({ processors: [processor] });
        for (let n = 0; n < RECORDS; n++) provider.getLogger('test').emit({ body: `${n}` });
        for (let n = 0; n < flushesBefore; n++) {
          await provider.forceFlush();
          provider.getLogger('test').emit({ body: 'after a flush' });
        }
        await provider.shutdown();
        const emitted = RECORDS + flushesBefore;
        expect(processor.status()).to.deep.include({ emitted, delivered: emitted, kept: 0 });
      } finally {
        await local.stop();
      }
    });
  }

  const failures: Record<string, Answer> = {
    hangs: 'hang',
    throttles: { status: 400, json: { __type: 'ThrottlingException' } },
    'is unavailable': { status: 503, json: { __type: 'ServiceUnavailableException' } },
  };
  for (const [what, answer] of Object.entries(failures)) {
    for (const isFlushing of [false, true]) {
      const when = isFlushing ? ', and a flush is under way' : '';
      it(`leaves all of it to the next process when the service ${what}${when}`, async () => {
        service.answer = () => answer;
        const first = start();
        const provider = await emitAll(first);
        expect(first.status().queued).to.be.greaterThan(100);
        if (isFlushing) void provider.forceFlush();
        await provider.shutdown();
        expect(first.status()).to.deep.include({ emitted: RECORDS, kept: RECORDS, droppedByReason: {} });

        service.answer = () => ({});
        const next = start();
        await next.forceFlush();
        await next.shutdown();
        expect(next.status()).to.include({ inherited: RECORDS, delivered: RECORDS, dropped: 0 });
      }).timeout(120_000);
    }
  }

  it('sends all of it in the time that is left when the first request alone fails', async () => {
    service.answer = ({ operation }): Answer =>
      operation === 'PutLogEvents' && service.received.length < 5
        ? { status: 503, json: { __type: 'ServiceUnavailableException' } }
        : {};
    const processor = start({
      spool: undefined,
      shutdownTimeoutMillis: 8000,
      retry: { initialDelayMillis: 10 },
    });
    const provider = await emitAll(processor);
    await provider.shutdown();
    expect(processor.status()).to.include({ emitted: RECORDS, delivered: RECORDS, dropped: 0 });
  }).timeout(120_000);
});
