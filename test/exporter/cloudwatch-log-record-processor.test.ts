import { SeverityNumber } from '@opentelemetry/api-logs';
import { LoggerProvider } from '@opentelemetry/sdk-logs';
import * as sdkLogs from '@opentelemetry/sdk-logs';
import { expect } from 'chai';
import {
  CloudWatchLogRecordProcessor,
  createCloudWatchLogRecordProcessor,
} from '../../src/exporter/cloudwatch-log-record-processor.js';
import { fakeClient } from '../encoding/records.js';

describe('CloudWatchLogRecordProcessor', () => {
  it('brings what a logger emits to the client', async () => {
    const client = fakeClient();
    const made = new CloudWatchLogRecordProcessor({ logGroupName: '/g', client, provision: 'none' });
    const provider = new LoggerProvider({ processors: [made] });
    provider.getLogger('test').emit({ body: 'from a logger', severityNumber: SeverityNumber.INFO });
    expect(made.status()).to.include({ emitted: 1, queued: 1, kept: 1, delivered: 0 });
    await provider.forceFlush();
    expect(made.status()).to.include({ emitted: 1, queued: 0, kept: 0, delivered: 1, dropped: 0 });
    await provider.shutdown();
  });

  it('lets loggers say that a record below minSeverity is not worth making', async () => {
    const client = fakeClient();
    const made = new CloudWatchLogRecordProcessor({ logGroupName: '/g', client, minSeverity: 'warn' });
    const logger = new LoggerProvider({ processors: [made] }).getLogger('test');
    const isEnabled = (severityNumber?: SeverityNumber): boolean =>
      logger.enabled(severityNumber === undefined ? undefined : { severityNumber });
    expect([isEnabled(), isEnabled(SeverityNumber.INFO), isEnabled(SeverityNumber.WARN)]).to.deep.equal([
      true,
      false,
      true,
    ]);
    await made.shutdown();
    expect(isEnabled(SeverityNumber.WARN)).to.equal(false);
  });

  it('gets what a LoggerConfigurator lets through', async function () {
    // Older releases have none.
    const createLoggerConfigurator = sdkLogs.createLoggerConfigurator as
      typeof sdkLogs.createLoggerConfigurator | undefined;
    if (createLoggerConfigurator === undefined) this.skip();
    const made = new CloudWatchLogRecordProcessor({
      logGroupName: '/g',
      client: fakeClient(),
      provision: 'none',
    });
    const provider = new LoggerProvider({
      processors: [made],
      loggerConfigurator: createLoggerConfigurator([
        // The 0.2xx line has the one member, the 3.x line the other.
        { pattern: 'noise', config: { disabled: true, enabled: false } as { disabled: true } },
        { pattern: '*', config: { minimumSeverity: SeverityNumber.WARN } },
      ]),
    });
    for (const name of ['noise', 'orders']) {
      const logger = provider.getLogger(name);
      logger.emit({ body: `${name} info`, severityNumber: SeverityNumber.INFO });
      logger.emit({ body: `${name} error`, severityNumber: SeverityNumber.ERROR });
      expect(logger.enabled({ severityNumber: SeverityNumber.ERROR })).to.equal(name === 'orders');
    }
    expect(made.status()).to.include({ emitted: 1, dropped: 0 });
    await provider.shutdown();
    expect(made.status()).to.include({ delivered: 1 });
  });

  it('throws for a wrong option of the queue', () => {
    expect(() => new CloudWatchLogRecordProcessor({ logGroupName: '/g', maxQueueSize: 0 })).to.throw(
      'maxQueueSize must be a whole number',
    );
  });

  it('is what its factory of old makes', async () => {
    const made = createCloudWatchLogRecordProcessor({ logGroupName: '/g', client: fakeClient() });
    expect(made).to.be.instanceOf(CloudWatchLogRecordProcessor);
    await made.shutdown();
  });
});
