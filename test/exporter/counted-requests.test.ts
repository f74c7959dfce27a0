import { diag, DiagLogLevel } from '@opentelemetry/api';
import { LoggerProvider } from '@opentelemetry/sdk-logs';
import { expect } from 'chai';
import { QueueingProcessor } from '../../src/exporter/queueing-processor.js';
import { readProcessorOptions } from '../../src/options/options.js';
import { type Answer, StubService } from '../delivery/stub-service.js';
import { ReadableMetrics } from '../observability/read-metrics.js';

const unavailable: Answer = { status: 503, json: { __type: 'ServiceUnavailableException', message: 'no' } };
const throttled: Answer = { status: 400, json: { __type: 'ThrottlingException', message: 'Rate exceeded' } };

describe('the requests that the AWS SDK makes', () => {
  let service: StubService;
  before(async () => {
    service = await StubService.start();
  });
  after(() => service.stop());
  afterEach(() => {
    diag.disable();
  });

  for (const [what, answer, failures, maxAttempts] of [
    ['a 503 and then success', unavailable, 1, undefined],
    ['a reset connection and then success', 'reset', 1, undefined],
    ['five throttled tries of one call and then success', throttled, 5, 6],
    ['five throttled tries of several calls and then success', throttled, 5, 2],
    ['a throttled try and then success, without the tries of the SDK', throttled, 1, 1],
  ] as const) {
    it(`are counted one by one: ${what}`, async () => {
      service.reset();
      let left: number = failures;
      service.answer = ({ operation }) => (operation === 'PutLogEvents' && left-- > 0 ? answer : {});
      const said: string[] = [];
      const silent = (): void => undefined;
      const debug = (message: string): void => void said.push(message);
      diag.setLogger(
        { error: silent, warn: silent, info: silent, debug, verbose: silent },
        { logLevel: DiagLogLevel.DEBUG, suppressOverrideMessage: true },
      );
      const metrics = new ReadableMetrics();
      const options = {
        endpoint: service.endpoint,
        region: 'eu-central-1',
        credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
        logGroupName: '/apps/orders',
        logStreamName: 'one',
        meterProvider: metrics.provider,
        retry: { initialDelayMillis: 10, maxDelayMillis: 10 },
        ...(maxAttempts !== undefined && { maxAttempts }),
      };
      const processor = new QueueingProcessor(readProcessorOptions(options, {}));
      const provider = new LoggerProvider({ processors: [processor] });
      provider.getLogger('app').emit({ body: 'an order' });
      // The waits of the SDK between throttled tries may take longer than one flush.
      while (processor.status().delivered === 0) await provider.forceFlush();
      const wire = service.received.filter(({ operation }) => operation === 'PutLogEvents').length;
      expect(wire).to.equal(failures + 1);
      expect(processor.status()).to.include({ delivered: 1, requests: wire, retries: failures });
      expect(await metrics.valuesOf('cloudwatch_logs.exporter.requests')).to.deep.equal({ '': wire });
      expect(await metrics.valuesOf('cloudwatch_logs.exporter.retries')).to.deep.equal({ '': failures });
      expect(said.join('\n')).to.match(/a request with 1 events? was accepted/);
      if (maxAttempts !== 1) {
        expect(said.join('\n')).to.include('a request to log group /apps/orders, stream one is made again');
      }
      await provider.shutdown();
    }).timeout(180_000);
  }
});
