import { SeverityNumber } from '@opentelemetry/api-logs';
import { LoggerProvider } from '@opentelemetry/sdk-logs';
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
