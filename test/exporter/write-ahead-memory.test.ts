import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { LoggerProvider } from '@opentelemetry/sdk-logs';
import { expect } from 'chai';
import { CloudWatchLogRecordProcessor } from '../../src/exporter/cloudwatch-log-record-processor.js';
import { type Answer, StubService } from '../delivery/stub-service.js';

const unavailable: Answer = { status: 503, json: { __type: 'ServiceUnavailableException', message: 'no' } };

describe('the memory of records that are written ahead', () => {
  let service: StubService;
  let directory: string;
  before(async () => {
    service = await StubService.start();
    directory = mkdtempSync(join(tmpdir(), 'write-ahead-'));
  });
  after(async () => {
    await service.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  for (const hasSpool of [false, true]) {
    it(`is used again only when the service has them${hasSpool ? ', with a spool' : ''}`, async () => {
      service.reset();
      let requests = 0;
      const arrived: string[] = [];
      service.answer = ({ operation, body }) => {
        if (operation !== 'PutLogEvents') return {};
        if (++requests % 3 === 0) return unavailable;
        for (const { message } of (body as { logEvents: { message: string }[] }).logEvents)
          arrived.push(message);
        return {};
      };
      const processor = new CloudWatchLogRecordProcessor({
        endpoint: service.endpoint,
        region: 'eu-central-1',
        credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
        logGroupName: '/apps/orders',
        logStreamName: 'one',
        layout: 'body',
        maxAttempts: 1,
        maxExportBatchSize: 100,
        retry: { initialDelayMillis: 1, maxDelayMillis: 5 },
        writeAhead: { directory: join(directory, `log ${String(hasSpool)}`) },
        ...(hasSpool && { spool: { directory: join(directory, 'spool'), fsync: false } }),
      });
      const logger = new LoggerProvider({ processors: [processor] }).getLogger('test');
      // Some pages of memory, several times over; some records take more than there is left on a page.
      const bodies = Array.from({ length: 6_000 }, (_, index) =>
        `${index} "é" `.repeat(index % 500 === 0 ? 3_000 : 1 + (index % 40)),
      );
      for (const [index, body] of bodies.entries()) {
        logger.emit({ body });
        if (index % 250 === 0) await setImmediate();
      }
      while (processor.status().kept > 0) await processor.forceFlush();
      expect(processor.status()).to.include({ delivered: bodies.length, dropped: 0 });
      expect(arrived.toSorted()).to.deep.equal(bodies.toSorted());
      await processor.shutdown();
    });
  }
});
