import { FilterLogEventsCommand, type FilteredLogEvent } from '@aws-sdk/client-cloudwatch-logs';
import { LoggerProvider } from '@opentelemetry/sdk-logs';
import { SeverityNumber } from '@opentelemetry/api-logs';
import { expect } from 'chai';
import { CloudWatchLogExporter } from '../../src/exporter/cloudwatch-log-exporter.js';
import { CloudWatchLogRecordProcessor } from '../../src/exporter/cloudwatch-log-record-processor.js';
import { RESOURCE } from '../encoding/records.js';
import { type Connection, ServiceUnderTest } from '../endpoint/service-under-test.js';
import { sdkBatchProcessor } from './sdk-processors.js';

const HOUR = 60 * 60 * 1000;

describe('the exporter against a service', () => {
  let service: ServiceUnderTest;

  before(async () => {
    service = await ServiceUnderTest.start();
  });
  after(() => service.stop());

  async function eventsOf(path: string): Promise<FilteredLogEvent[]> {
    const found: FilteredLogEvent[] = [];
    const logGroupName = service.name(path);
    let nextToken: string | undefined;
    do {
      const page = await service.client.send(new FilterLogEventsCommand({ logGroupName, nextToken }));
      found.push(...(page.events ?? []));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    return found;
  }

  const target = (path: string): Connection & { logGroupName: string } => ({
    ...service.connection,
    logGroupName: service.name(path),
  });

  it('brings every record of a logger to its group', async () => {
    const processor = new CloudWatchLogRecordProcessor({
      ...target('/it/{service.name}'),
      logStreamName: 's',
    });
    const provider = new LoggerProvider({ processors: [processor], resource: RESOURCE });
    const logger = provider.getLogger('it');
    for (let n = 0; n < 12_000; n++)
      logger.emit({ body: `record ${n}`, severityNumber: SeverityNumber.INFO });
    await provider.forceFlush();
    expect(processor.status()).to.include({ emitted: 12_000, delivered: 12_000, kept: 0, dropped: 0 });
    await provider.shutdown();
    const events = await eventsOf('/it/orders');
    const bodies = events.map((event) => (JSON.parse(event.message!) as { body: string }).body);
    expect(new Set(bodies)).to.have.property('size', 12_000);
  });

  it('delivers the good records of a bad batch and counts each loss with its reason', async () => {
    const exporter = new CloudWatchLogExporter({
      ...target('/it/bad'),
      logStreamName: 's',
      oversize: 'drop',
      layout: (record) => {
        if (record.body === 'broken') throw new Error('unserialisable');
        return { body: record.body };
      },
    });
    const provider = new LoggerProvider({ processors: [sdkBatchProcessor(exporter)] });
    const logger = provider.getLogger('it');
    const now = Date.now();
    logger.emit({ body: 'good 1', timestamp: now });
    logger.emit({ body: 'broken', timestamp: now });
    logger.emit({ body: 'x'.repeat(1_048_576), timestamp: now });
    // As a Date: SDKs before 0.22x take a number of before their start for one of `performance.now()`.
    logger.emit({ body: 'old', timestamp: new Date(now - 15 * 24 * HOUR) });
    logger.emit({ body: 'early', timestamp: now + 3 * HOUR });
    logger.emit({ body: 'good 2', timestamp: now });
    await provider.forceFlush();
    expect(exporter.status()).to.include({ emitted: 6, delivered: 2, kept: 0, dropped: 4 });
    expect(exporter.status().droppedByReason).to.deep.equal({
      unserializable: 1,
      oversize: 1,
      too_old: 1,
      too_new: 1,
    });
    const messages = (await eventsOf('/it/bad')).map((event) => event.message);
    expect(messages).to.deep.equal(['{"body":"good 1"}', '{"body":"good 2"}']);
    await provider.shutdown();
  });

  it('stores the largest message whole, and one a byte larger shortened', async () => {
    const exporter = new CloudWatchLogExporter({
      ...target('/it/large'),
      logStreamName: 's',
      layout: 'body',
    });
    const provider = new LoggerProvider({ processors: [sdkBatchProcessor(exporter)] });
    const logger = provider.getLogger('it');
    const now = Date.now();
    logger.emit({ body: 'é'.repeat(524_275), timestamp: now });
    logger.emit({ body: 'x'.repeat(1_048_551), timestamp: now + 1 });
    await provider.shutdown();
    expect(exporter.status()).to.include({ emitted: 2, delivered: 2, dropped: 0 });
    const [whole, cut] = (await eventsOf('/it/large')).map((event) => event.message!);
    expect(whole).to.equal('é'.repeat(524_275));
    expect(cut).to.match(/^x+… \[truncated, 1048551 bytes\]$/);
  });

  it('writes to as many groups as records name', async () => {
    const processor = new CloudWatchLogRecordProcessor({
      ...target('/it/tenants/{attributes.tenant}'),
      logStreamName: '{yyyy-mm-dd}',
      redact: ['attributes.password'],
    });
    const provider = new LoggerProvider({ processors: [processor] });
    const logger = provider.getLogger('it');
    for (const tenant of ['a', 'b', 'a']) {
      logger.emit({ body: 'x', attributes: { tenant, password: 'hunter2' } });
    }
    await provider.shutdown();
    expect(processor.status()).to.include({ emitted: 3, delivered: 3 });
    expect(await eventsOf('/it/tenants/a')).to.have.length(2);
    const [event] = await eventsOf('/it/tenants/b');
    expect(event!.message).to.include('"password":"[REDACTED]"').and.to.not.include('hunter2');
  });
});
