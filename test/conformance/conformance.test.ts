import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { LocalCloudWatchLogs } from '../../src/simulation/index.js';
import { allCases } from './all-cases.js';
import { runCase } from './conformance-case.js';

describe('conformance of the local service', () => {
  let local: LocalCloudWatchLogs;
  let client: CloudWatchLogsClient;

  before(async () => {
    local = await LocalCloudWatchLogs.start({
      verifySignatures: [{ accessKeyId: 'local', secretAccessKey: 'local' }],
    });
    client = new CloudWatchLogsClient({
      endpoint: local.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      // The host of StartLiveTail would be `streaming-127.0.0.1`.
      disableHostPrefix: true,
    });
  });

  after(async () => {
    client.destroy();
    await local.stop();
  });

  for (const conformanceCase of allCases) {
    it(`${conformanceCase.operation} ${conformanceCase.fact}`, () =>
      runCase(conformanceCase, { client, endpoint: local.endpoint }));
  }
});
