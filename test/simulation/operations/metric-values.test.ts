import {
  CreateLogGroupCommand,
  DeleteMetricFilterCommand,
  PutMetricFilterCommand,
  type PutMetricFilterCommandInput,
} from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';

import type { LocalCloudWatchLogsOptions } from '../../../src/simulation/index.js';
import { CloudWatchReceiver } from '../metrics/cloudwatch-receiver.js';
import { failure, LocalService, START } from '../local-service.js';

const GROUP = '/app';
const MINUTE = 60_000;

describe('values of metric filters', () => {
  let service: LocalService;
  let receiver: CloudWatchReceiver;

  const start = async (options: LocalCloudWatchLogsOptions = {}) => {
    service = await LocalService.start({ metricsEndpoint: receiver.url, ...options });
    await service.createStream(GROUP);
  };

  beforeEach(async () => {
    receiver = await CloudWatchReceiver.start();
    await start();
  });
  afterEach(async () => {
    await service.stop();
    receiver.stop();
  });

  type Transformation = NonNullable<PutMetricFilterCommandInput['metricTransformations']>[number];
  const put = (
    filterPattern: string,
    transformation: Partial<Transformation> = {},
    more: Partial<PutMetricFilterCommandInput> = {},
  ) =>
    service.client.send(
      new PutMetricFilterCommand({
        logGroupName: GROUP,
        filterName: 'filter',
        filterPattern,
        metricTransformations: [
          { metricName: 'errors', metricNamespace: 'App', metricValue: '1', ...transformation },
        ],
        ...more,
      }),
    );
  /** What was read back: dimensions and, by the minute from the start, samples and sum. */
  const readBack = () =>
    service.local
      .metrics()
      .map(({ dimensions, datapoints }) => [
        dimensions,
        ...datapoints.map(({ timestamp, sampleCount, sum }) => [
          (timestamp - START) / MINUTE,
          sampleCount,
          sum,
        ]),
      ]);

  it('not documented: the value of a metric filter belongs to the minute of its event', async () => {
    await put('ERROR', { metricValue: '2.5', unit: 'Count' });
    await service.put(GROUP, [
      [-MINUTE - 1, 'ERROR a'],
      [-MINUTE, 'ERROR b'],
      [-1, 'ERROR c'],
      [0, 'fine'],
      [0, 'ERROR d'],
    ]);
    expect(service.local.metrics()).to.deep.equal([
      {
        region: 'us-east-1',
        namespace: 'App',
        metricName: 'errors',
        unit: 'Count',
        dimensions: {},
        datapoints: [
          {
            timestamp: START - 2 * MINUTE,
            sampleCount: 1,
            sum: 2.5,
            minimum: 2.5,
            maximum: 2.5,
            average: 2.5,
          },
          { timestamp: START - MINUTE, sampleCount: 2, sum: 5, minimum: 2.5, maximum: 2.5, average: 2.5 },
          { timestamp: START, sampleCount: 1, sum: 2.5, minimum: 2.5, maximum: 2.5, average: 2.5 },
        ],
      },
    ]);
    await service.local.publishMetrics();
    expect(receiver.data.map(({ timestamp, values, unit }) => [timestamp, values, unit])).to.deep.equal([
      ['2026-03-01T11:58:00Z', { '2.5': 1 }, 'Count'],
      ['2026-03-01T11:59:00Z', { '2.5': 2 }, 'Count'],
      ['2026-03-01T12:00:00Z', { '2.5': 1 }, 'Count'],
    ]);
  });

  it('are taken out of fields of JSON, numbers and texts that are some', async () => {
    await put('{ $.op = * }', { metricValue: '$.took.ms' });
    await service.put(GROUP, [
      [0, '{"op":"a","took":{"ms":5}}'],
      [0, '{"op":"a","took":{"ms":1.50}}'],
      [0, '{"op":"a","took":{"ms":"12"}}'],
      [0, '{"op":"a","took":{"ms":"fast"}}'],
      [0, '{"op":"a","took":{"ms":null}}'],
      [0, '{"op":"a","took":{"ms":[7]}}'],
      [0, '{"op":"a","took":{"ms":true}}'],
      [0, '{"op":"a","took":{"ms":1e300}}'],
      [0, '{"op":"a"}'],
      [0, '{"took":{"ms":100}}'],
    ]);
    const [metric] = service.local.metrics();
    expect(metric!.datapoints[0]).to.include({ sampleCount: 3, sum: 18.5, minimum: 1.5, maximum: 12 });
    await service.local.publishMetrics();
    expect(receiver.data[0]!.values).to.deep.equal({ '5': 1, '1.5': 1, '12': 1 });
  });

  it('are taken out of fields of lines, with dimensions', async () => {
    await put('[ip, method, status = 5*, ..., bytes]', {
      metricValue: '$bytes',
      unit: 'Bytes',
      dimensions: { verb: '$method', code: '$status' },
    });
    await service.put(GROUP, [
      [0, '10.0.0.1 GET 500 x y 10'],
      [0, '10.0.0.1 GET 500 20'],
      [0, '10.0.0.1 PUT 503 30'],
      [0, '10.0.0.1 PUT 200 40'],
      [0, '10.0.0.1 PUT 503 -'],
    ]);
    expect(readBack()).to.deep.equal([
      [{ code: '500', verb: 'GET' }, [0, 2, 30]],
      [{ code: '503', verb: 'PUT' }, [0, 1, 30]],
    ]);
    await service.local.publishMetrics();
    expect(receiver.data.map(({ dimensions, unit }) => [dimensions, unit])).to.deep.equal([
      [{ code: '500', verb: 'GET' }, 'Bytes'],
      [{ code: '503', verb: 'PUT' }, 'Bytes'],
    ]);
  });

  it('not documented: an event that lacks a dimension is no value of the metric', async () => {
    await put('{ $.level = error }', { dimensions: { service: '$.service', zone: '$.at.zone' } });
    await service.put(GROUP, [
      [0, '{"level":"error","service":"a","at":{"zone":1}}'],
      [0, '{"level":"error","service":"a"}'],
      [0, '{"level":"error","service":"","at":{"zone":1}}'],
      [0, '{"level":"error","service":"größe","at":{"zone":1}}'],
      [0, '{"level":"error","service":{"x":1},"at":{"zone":1}}'],
      [0, '{"level":"error","service":true,"at":{"zone":"b"}}'],
    ]);
    expect(readBack()).to.deep.equal([
      [{ service: 'a', zone: '1' }, [0, 1, 1]],
      [{ service: 'true', zone: 'b' }, [0, 1, 1]],
    ]);
  });

  it('have the default value in minutes with events of which none matches', async () => {
    await put('ERROR', { defaultValue: -3 });
    await service.put(GROUP, [[-MINUTE, 'fine']]);
    await service.put(GROUP, [[-MINUTE, 'fine too']]);
    await service.put(GROUP, [[0, 'fine']]);
    expect(readBack()).to.deep.equal([[{}, [-1, 1, -3], [0, 1, -3]]]);
    await service.put(GROUP, [[0, 'ERROR']]);
    await service.put(GROUP, [[0, 'fine again']]);
    expect(readBack()).to.deep.equal([[{}, [-1, 1, -3], [0, 1, 1]]]);
    await service.local.publishMetrics();
    expect(receiver.data.map(({ values }) => values)).to.deep.equal([{ '-3': 1 }, { '1': 1 }]);
    // A match that comes after the minute was published is counted beside its default value.
    await service.put(GROUP, [[-MINUTE, 'ERROR']]);
    await service.put(GROUP, [[-MINUTE, 'fine']]);
    expect(readBack()).to.deep.equal([[{}, [-1, 2, -2], [0, 1, 1]]]);
  });

  it('have one default value for each filter of the metric, and none without events', async () => {
    await put('ERROR', { defaultValue: 0 });
    await put('WARN', { defaultValue: 0 }, { filterName: 'second' });
    expect(readBack()).to.deep.equal([]);
    await service.put(GROUP, [[0, 'WARN']]);
    expect(readBack()).to.deep.equal([[{}, [0, 2, 1]]]);
  });

  it('are published once a minute is over, by the clock of the service', async () => {
    await put('ERROR');
    await service.put(GROUP, [[-30_000, 'ERROR']]);
    const taken = receiver.answered();
    // The service looks every second whether a minute is over.
    service.time += MINUTE;
    await taken;
    expect(receiver.data.map(({ values }) => values)).to.deep.equal([{ '1': 1 }]);
    await service.local.publishMetrics();
    expect(receiver.data).to.have.length(1);
  });

  it('are published when the service is stopped', async () => {
    await put('ERROR');
    await service.put(GROUP, [[0, 'ERROR']]);
    await service.stop();
    expect(receiver.data.map(({ values }) => values)).to.deep.equal([{ '1': 1 }]);
  });

  it('carry system fields as dimensions, of the groups that are selected', async () => {
    const emitSystemFieldDimensions = ['@source.log', '@aws.region'];
    await put(
      'ERROR',
      {},
      { emitSystemFieldDimensions, fieldSelectionCriteria: '@aws.region = "us-east-1"' },
    );
    await put('ERROR', {}, { filterName: 'elsewhere', fieldSelectionCriteria: '@aws.region = "eu-west-1"' });
    await service.put(GROUP, [[0, 'ERROR']]);
    expect(readBack()).to.deep.equal([[{ '@aws.region': 'us-east-1', '@source.log': GROUP }, [0, 1, 1]]]);
  });

  it('are of events stored since the filter was made, and until it is deleted', async () => {
    await service.put(GROUP, [[0, 'ERROR before']]);
    await put('ERROR');
    await service.put(GROUP, [[0, 'ERROR']]);
    await put('WARN');
    await service.put(GROUP, [
      [0, 'ERROR'],
      [0, 'WARN'],
    ]);
    await service.client.send(new DeleteMetricFilterCommand({ logGroupName: GROUP, filterName: 'filter' }));
    await service.put(GROUP, [[0, 'WARN']]);
    await service.createStream('/other');
    await service.put('/other', [[0, 'WARN']]);
    expect(readBack()).to.deep.equal([[{}, [0, 2, 2]]]);
  });

  describe('over HTTP', () => {
    const control = async (method: string, path: string, headers: Record<string, string> = {}) => {
      const response = await fetch(`${service.local.endpoint}/_control/metrics${path}`, { method, headers });
      return [response.status, (await response.json()) as Record<string, unknown>] as const;
    };

    it('are read, published and forgotten', async () => {
      await put('ERROR', { metricNamespace: 'One' });
      await put('ERROR', { metricNamespace: 'Two', metricName: 'm' }, { filterName: 'second' });
      await service.put(GROUP, [[0, 'ERROR']]);
      const [status, { metrics, publishing }] = await control('GET', '?namespace=Two&metricName=m');
      expect(status).to.equal(200);
      expect(metrics).to.deep.equal(service.local.metrics({ namespace: 'Two' }));
      expect(metrics).to.have.length(1);
      expect(publishing).to.deep.equal({ endpoint: receiver.url, published: 0, waiting: 0, dropped: 0 });
      const [, published] = await control('POST', '/publish');
      expect(published.publishing).to.include({ published: 2, waiting: 0 });
      expect(receiver.data.map(({ namespace }) => namespace)).to.deep.equal(['One', 'Two']);
      await control('DELETE', '');
      expect((await control('GET', ''))[1].metrics).to.deep.equal([]);
    });

    it('refuse what there is not, and web pages', async () => {
      expect((await control('GET', '?name=x'))[0]).to.equal(400);
      expect((await control('PUT', ''))[0]).to.equal(404);
      expect((await control('GET', '/x'))[0]).to.equal(404);
      expect((await control('POST', '/publish', { origin: 'http://example.com' }))[0]).to.equal(403);
    });
  });

  it('are read from the service alone without an address', async () => {
    await service.stop();
    await start({ metricsEndpoint: undefined });
    await put('ERROR', { metricValue: '4' });
    await service.put(GROUP, [[0, 'ERROR']]);
    expect((await service.local.publishMetrics()).endpoint).to.equal(undefined);
    expect(readBack()).to.deep.equal([[{}, [0, 1, 4]]]);
  });

  it('of many different kinds lose none', async () => {
    await put('{ $.n = * }', { metricValue: '$.n' });
    const count = 4000;
    await service.put(
      GROUP,
      Array.from({ length: count }, (_, index) => [0, `{"n":${index}}`] as const),
    );
    await service.local.publishMetrics();
    const values = receiver.data.flatMap((datum) => Object.keys(datum.values).map(Number));
    expect(new Set(values).size).to.equal(count);
    expect(service.local.metrics()[0]!.datapoints[0]).to.include({ sampleCount: count, maximum: count - 1 });
  });

  it('go to an address that is one', async () => {
    for (const metricsEndpoint of [
      'localhost:4566',
      'ftp://127.0.0.1/',
      'http://u:p@127.0.0.1/',
      'http://a/?b=c',
      '',
    ]) {
      const error = await failure(LocalService.start({ metricsEndpoint }));
      expect(error.name).to.equal('OptionError');
      expect(error.message).to.match(/^metricsEndpoint must be/);
    }
  });

  it('of groups that are not of the Standard class there are none', async () => {
    await service.client.send(
      new CreateLogGroupCommand({ logGroupName: '/rare', logGroupClass: 'INFREQUENT_ACCESS' }),
    );
    expect((await failure(put('ERROR', {}, { logGroupName: '/rare' }))).name).to.equal(
      'InvalidOperationException',
    );
  });
});
