import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { type LogRecord, SeverityNumber } from '@opentelemetry/api-logs';
import { LoggerProvider, type LogRecordProcessor } from '@opentelemetry/sdk-logs';
import { expect } from 'chai';
import { CloudWatchLogExporter } from '../../src/exporter/cloudwatch-log-exporter.js';
import { CloudWatchLogRecordProcessor } from '../../src/exporter/cloudwatch-log-record-processor.js';
import { RESOURCE } from '../encoding/records.js';
import { ServiceUnderTest } from '../endpoint/service-under-test.js';
import { sdkBatchProcessor } from './sdk-processors.js';

const SEVERITIES = Object.values(SeverityNumber).filter((value) => typeof value !== 'string');

describe('OpenTelemetry’s batch processor and ours', () => {
  let service: ServiceUnderTest;
  before(async () => {
    service = await ServiceUnderTest.start();
  });
  after(() => service.stop());

  const options = (logGroupName: string, more: object) => ({
    ...service.connection,
    logGroupName,
    logStreamName: 's-{attributes.tenant|service.name}',
    ...more,
  });

  /** Logs the same through a processor. @returns what is stored then, in the order of streams and time */
  async function storedBy(
    processor: LogRecordProcessor,
    logGroupName: string,
    now: number,
  ): Promise<unknown[]> {
    const provider = new LoggerProvider({
      processors: [processor],
      resource: RESOURCE,
      logRecordLimits: { attributeCountLimit: 3, attributeValueLengthLimit: 12 },
    });
    const logger = provider.getLogger('orders', '1.2.3', { attributes: { part: 'http' } });
    const emit = (one: LogRecord & { timestamp: number }): void => {
      // Older SDKs take a number from before the start of the process for milliseconds since then.
      const timestamp = new Date(one.timestamp);
      logger.emit({ observedTimestamp: timestamp, ...one, timestamp });
    };
    const context = trace.setSpanContext(ROOT_CONTEXT, {
      traceId: '5b8efff798038103d269b633813fc60c',
      spanId: 'eee19b7ec3c1b174',
      traceFlags: 1,
    });
    const bodies = [
      'text',
      '',
      7,
      true,
      null,
      undefined,
      ['a', { b: 1 }],
      { deep: { er: [1n] } },
      new Uint8Array([1]),
    ];
    for (const [index, body] of bodies.entries()) {
      emit({ body: body as never, timestamp: now + index });
    }
    for (const severityNumber of SEVERITIES) {
      emit({
        body: `severity ${severityNumber}`,
        severityNumber,
        timestamp: now + 100 + severityNumber,
      });
    }
    emit({
      body: 'with everything',
      timestamp: now + 200,
      severityText: 'warning',
      severityNumber: SeverityNumber.WARN,
      eventName: 'order.paid',
      attributes: { tenant: 'acme', long: 'x'.repeat(40), list: [1, 2], toomuch: 1 },
      context,
    });
    emit({ body: 'failed', timestamp: now + 201, exception: new RangeError('no') });
    for (let count = 0; count < 1_000; count++) {
      emit({
        body: `many ${count}`,
        timestamp: now + 300 + count,
        attributes: { tenant: `t${count % 3}` },
      });
    }
    await provider.forceFlush();
    await provider.shutdown();
    const { events = [] } = await service.client.send(new FilterLogEventsCommand({ logGroupName }));
    return events
      .map(({ logStreamName, timestamp, message }) => ({
        logStreamName,
        timestamp,
        // The stack names the line of the call.
        message: message!.replace(/"exception\.stacktrace":"[^"]*"/, ''),
      }))
      .sort((a, b) => a.timestamp! - b.timestamp!);
  }

  for (const [name, more] of [
    ['by default', {}],
    [
      'in the layout of OTLP, with what is hidden and left out',
      { layout: 'otlp', redact: ['attributes.long'], minSeverity: 'INFO' },
    ],
    ['with bodies alone', { layout: 'body' }],
  ] as const) {
    it(`export the same ${name}`, async () => {
      const now = Date.now() - 60_000;
      const [stock, ours] = [`/same/stock/${name}`, `/same/ours/${name}`].map((group) =>
        service.name(group.replace(/[^\w/]/g, '_')),
      );
      const exporter = new CloudWatchLogExporter(options(stock!, more));
      const byStock = await storedBy(sdkBatchProcessor(exporter), stock!, now);
      const byOurs = await storedBy(new CloudWatchLogRecordProcessor(options(ours!, more)), ours!, now);
      expect(byStock).to.have.length.above(1_000);
      expect(byOurs).to.deep.equal(byStock);
    });
  }
});
