// A log group with retention, a metric filter and field indexes, brought in line twice. See README.md.
import { LogResources } from 'opentelemetry-cloudwatch-logs/resources';
import { LocalCloudWatchLogs } from 'opentelemetry-cloudwatch-logs/simulation';

const local = await LocalCloudWatchLogs.start();
const resources = new LogResources({
  endpoint: local.endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
});

const logGroupName = '/apps/orders';
const metricFilter = {
  logGroupName,
  filterName: 'errors',
  filterPattern: '{ $.severity_number >= 17 }',
  metric: { metricName: 'errors', metricNamespace: 'apps', metricValue: '1' },
};

async function bringInLine() {
  const group = await resources.logGroups.ensure({
    logGroupName,
    retentionInDays: 30,
    tags: { team: 'orders' },
  });
  const filter = await resources.metricFilters.ensure(metricFilter);
  console.log(
    'created:',
    group.created,
    '- changed:',
    group.changed.join(', ') || 'nothing',
    '- filter put:',
    filter,
  );
  return group.created || group.changed.length > 0 || filter;
}

const first = await bringInLine();
const second = await bringInLine();
for await (const group of resources.logGroups.list({ prefix: '/apps/' })) console.log(group);

resources.close();
await local.stop();
if (!first || second) process.exitCode = 1;
