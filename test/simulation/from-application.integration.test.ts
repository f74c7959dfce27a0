import {
  type CloudWatchLogsClient,
  PutMetricFilterCommand,
  PutSubscriptionFilterCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { SeverityNumber } from '@opentelemetry/api-logs';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { LoggerProvider } from '@opentelemetry/sdk-logs';
import { expect } from 'chai';

import { CloudWatchLogRecordProcessor } from '../../src/exporter/cloudwatch-log-record-processor.js';
import { LocalCloudWatchLogs } from '../../src/simulation/index.js';
import { clientFor } from './local-service.js';
import { CloudWatchReceiver } from './metrics/cloudwatch-receiver.js';
import { Consumer } from './subscriptions/consumer.js';

const LAMBDA = 'arn:aws:lambda:us-east-1:000000000000:function:alarms';

describe('what an application logs', () => {
  let consumer: Consumer;
  let receiver: CloudWatchReceiver;
  let local: LocalCloudWatchLogs;
  let client: CloudWatchLogsClient;
  let provider: LoggerProvider;

  before(async () => {
    consumer = await Consumer.start();
    receiver = await CloudWatchReceiver.start();
    local = await LocalCloudWatchLogs.start({
      subscriptionDestinations: { [LAMBDA]: consumer.url },
      metricsEndpoint: receiver.url,
    });
    client = clientFor(local);
    const processor = new CloudWatchLogRecordProcessor({
      endpoint: local.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      logGroupName: '/apps/{service.name}',
      logStreamName: 'one',
    });
    provider = new LoggerProvider({
      processors: [processor],
      resource: resourceFromAttributes({ 'service.name': 'checkout' }),
    });
  });
  after(async () => {
    await provider.shutdown();
    client.destroy();
    await local.stop();
    receiver.stop();
    consumer.stop();
  });

  it('reaches a function in its payload, and becomes a metric that is read back and published', async () => {
    const logger = provider.getLogger('payments');
    const traceId = '5b8efff798038103d269b633813fc60c';
    // The first record makes the group, for which the filters are.
    logger.emit({ severityNumber: SeverityNumber.INFO, severityText: 'INFO', body: 'started' });
    await provider.forceFlush();

    const logGroupName = '/apps/checkout';
    await client.send(
      new PutSubscriptionFilterCommand({
        logGroupName,
        filterName: 'failures',
        filterPattern: '{ $.severity_number >= 17 }',
        destinationArn: LAMBDA,
      }),
    );
    await client.send(
      new PutMetricFilterCommand({
        logGroupName,
        filterName: 'latency',
        filterPattern: '{ $.attributes.duration_ms = * }',
        metricTransformations: [
          {
            metricNamespace: 'Checkout',
            metricName: 'Latency',
            metricValue: '$.attributes.duration_ms',
            unit: 'Milliseconds',
            dimensions: { Severity: '$.severity_text' },
          },
        ],
      }),
    );

    const timestamp = Date.now();
    for (const [severityNumber, severityText, duration] of [
      [SeverityNumber.INFO, 'INFO', 12.5],
      [SeverityNumber.INFO, 'INFO', 7.5],
      [SeverityNumber.ERROR, 'ERROR', 950],
    ] as const) {
      logger.emit({
        timestamp,
        severityNumber,
        severityText,
        body: `paid in ${duration} ms`,
        attributes: { duration_ms: duration, trace_id: traceId },
      });
    }
    await provider.forceFlush();

    await consumer.has(2);
    const [control, data] = consumer.messages;
    expect(control!.messageType).to.equal('CONTROL_MESSAGE');
    expect(Object.keys(consumer.requests[1]!.body)).to.deep.equal(['awslogs']);
    expect(data).to.deep.include({
      messageType: 'DATA_MESSAGE',
      owner: '000000000000',
      logGroup: logGroupName,
      logStream: 'one',
      subscriptionFilters: ['failures'],
    });
    expect(data!.logEvents).to.have.length(1);
    const { timestamp: eventTime, message } = data!.logEvents[0]!;
    expect(eventTime).to.equal(timestamp);
    expect(JSON.parse(message)).to.deep.include({ body: 'paid in 950 ms', severity_text: 'ERROR' });

    const response = await fetch(`${local.endpoint}/_control/metrics?namespace=Checkout&metricName=Latency`);
    const { metrics } = (await response.json()) as { metrics: ReturnType<typeof local.metrics> };
    const minute = Math.floor(timestamp / 60_000) * 60_000;
    expect(metrics.map(({ dimensions, unit, datapoints }) => [dimensions, unit, datapoints])).to.deep.equal([
      [
        { Severity: 'INFO' },
        'Milliseconds',
        [{ timestamp: minute, sampleCount: 2, sum: 20, minimum: 7.5, maximum: 12.5, average: 10 }],
      ],
      [
        { Severity: 'ERROR' },
        'Milliseconds',
        [{ timestamp: minute, sampleCount: 1, sum: 950, minimum: 950, maximum: 950, average: 950 }],
      ],
    ]);

    expect(await local.publishMetrics()).to.include({ published: 2, waiting: 0, dropped: 0 });
    expect(
      receiver.data.map(({ metricName, dimensions, values }) => [metricName, dimensions, values]),
    ).to.deep.equal([
      ['Latency', { Severity: 'INFO' }, { '12.5': 1, '7.5': 1 }],
      ['Latency', { Severity: 'ERROR' }, { '950': 1 }],
    ]);
  });
});
