// Three records through OpenTelemetry's own batch processor, and back. See README.md.
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { SeverityNumber } from '@opentelemetry/api-logs';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { CloudWatchLogExporter } from 'opentelemetry-cloudwatch-logs';
import { LocalCloudWatchLogs } from 'opentelemetry-cloudwatch-logs/simulation';

const local = process.env.AWS_ENDPOINT_URL ? undefined : await LocalCloudWatchLogs.start();
const connection = local
  ? {
      endpoint: local.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    }
  : {};
const logGroupName = `/examples/basic/${Date.now()}`;

const exporter = createExporter();
const provider = new LoggerProvider({
  resource: resourceFromAttributes({ 'service.name': 'basic' }),
  processors: [new BatchLogRecordProcessor({ exporter })],
});
const logger = provider.getLogger('examples');

logger.emit({ severityNumber: SeverityNumber.INFO, body: 'order received', attributes: { 'order.id': 17 } });
logger.emit({
  severityNumber: SeverityNumber.WARN,
  body: 'stock is low',
  attributes: { item: 'lamp', left: 2 },
});
logger.emit({ severityNumber: SeverityNumber.INFO, body: { order: 17, state: 'placed' } });
await provider.shutdown();

const { delivered, lastError } = exporter.status();
if (delivered === 0) {
  console.error(`no record was delivered: ${lastError?.message ?? 'the service has not answered in time'}`);
  process.exit(1);
}
const client = new CloudWatchLogsClient(connection);
const { events } = await client.send(new FilterLogEventsCommand({ logGroupName }));
for (const { logStreamName, message } of events) console.log(logStreamName, message);
client.destroy();
await local?.stop();

if (events.length !== 3) {
  console.error(`3 records were emitted, ${events.length} were found`, exporter.status());
  process.exitCode = 1;
}

/** What is wrong of the variables is said in one line; another error keeps its stack. */
function createExporter() {
  try {
    return new CloudWatchLogExporter({ ...connection, logGroupName });
  } catch (error) {
    if (error.code !== 'ERR_OPTION') throw error;
    console.error(error.message);
    process.exit(2);
  }
}
