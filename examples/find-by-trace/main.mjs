// The events of one trace over two log groups, by either form of its id. See README.md.
import { ROOT_CONTEXT, trace, TraceFlags } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { LoggerProvider } from '@opentelemetry/sdk-logs';
import { CloudWatchLogRecordProcessor } from 'opentelemetry-cloudwatch-logs';
import { CorrelationEngine } from 'opentelemetry-cloudwatch-logs/insights';
import { LocalCloudWatchLogs } from 'opentelemetry-cloudwatch-logs/simulation';

const local = await LocalCloudWatchLogs.start();
const connection = {
  endpoint: local.endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
};
const traceId = '5759e988bd862e3fe1be46a994272793';

for (const [service, spanId] of [
  ['gateway', '53995c3f42cd8ad8'],
  ['orders', '0f9a4f2e5d6c7b81'],
]) {
  const resource = resourceFromAttributes({ 'service.name': service });
  const processor = new CloudWatchLogRecordProcessor({
    ...connection,
    logGroupName: '/apps/{service.name}',
  });
  // Queries show no event older than its log group.
  processor.prepare(resource);
  await processor.forceFlush();
  const provider = new LoggerProvider({ resource, processors: [processor] });
  const context = trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: TraceFlags.SAMPLED });
  provider.getLogger('examples').emit({ body: `${service} at work`, context });
  provider.getLogger('examples').emit({ body: 'of another trace' });
  await provider.shutdown();
}

const engine = new CorrelationEngine({ ...connection, logGroups: ['/apps/*'] });
for (const id of [traceId, '1-5759e988-bd862e3fe1be46a994272793']) {
  const { events, statistics } = await engine.correlateByTrace(id);
  console.log(`${id}: ${events.length} events, ${statistics.bytesScanned} bytes scanned`);
  for (const event of events) console.log(`  ${event.logGroup}  ${event.message}`);
  if (events.length !== 2) process.exitCode = 1;
}
await local.stop();
