// One exporter, a log group for each tenant, with redaction and a least severity. See README.md.
import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  FilterLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { SeverityNumber } from '@opentelemetry/api-logs';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { LoggerProvider } from '@opentelemetry/sdk-logs';
import { CloudWatchLogRecordProcessor } from 'opentelemetry-cloudwatch-logs';
import { LocalCloudWatchLogs } from 'opentelemetry-cloudwatch-logs/simulation';

const local = await LocalCloudWatchLogs.start();
const connection = {
  endpoint: local.endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
};

const processor = new CloudWatchLogRecordProcessor({
  ...connection,
  logGroupName: '/saas/{attributes.tenant}/{service.name}',
  minSeverity: 'info',
  redact: ['attributes.password', 'body.*.token'],
  retentionInDays: 14,
});
const provider = new LoggerProvider({
  resource: resourceFromAttributes({ 'service.name': 'orders' }),
  processors: [processor],
});
const logger = provider.getLogger('examples');

for (const tenant of ['acme', 'globex']) {
  logger.emit({
    severityNumber: SeverityNumber.INFO,
    body: { user: { name: 'ann', token: 'secret-1' } },
    attributes: { tenant, password: 'secret-2' },
  });
  logger.emit({ severityNumber: SeverityNumber.DEBUG, body: 'not worth its bytes', attributes: { tenant } });
}
await provider.shutdown();

const client = new CloudWatchLogsClient(connection);
const { logGroups } = await client.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: '/saas/' }));
let found = 0;
for (const { logGroupName, retentionInDays } of logGroups) {
  const { events } = await client.send(new FilterLogEventsCommand({ logGroupName }));
  found += events.length;
  console.log(`${logGroupName} keeps its events for ${retentionInDays} days`);
  for (const { message } of events) {
    console.log(`  ${message}`);
    if (message.includes('secret')) process.exitCode = 1;
  }
}
console.log('counted:', processor.status());
client.destroy();
await local.stop();
if (found !== 2 || logGroups.length !== 2) process.exitCode = 1;
