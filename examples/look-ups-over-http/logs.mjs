import { CorrelationEngine } from 'opentelemetry-cloudwatch-logs/insights';
import { LogResources } from 'opentelemetry-cloudwatch-logs/resources';
import { LocalCloudWatchLogs } from 'opentelemetry-cloudwatch-logs/simulation';

export const traceId = '5759e988bd862e3fe1be46a994272793';

/** The embedded local service with a trace of two services, and an engine that looks there. */
export async function startLogs() {
  const local = await LocalCloudWatchLogs.start();
  const connection = {
    endpoint: local.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
  const resources = new LogResources(connection);
  for (const service of ['gateway', 'orders']) {
    // Queries show no event that is older than its log group.
    await resources.logGroups.ensure({ logGroupName: `/apps/${service}` });
    await resources.logStreams.ensure(`/apps/${service}`, 'example');
  }
  for (const [service, body] of [
    ['gateway', 'checkout started'],
    ['orders', 'order received'],
    ['gateway', 'checkout done'],
  ]) {
    await sendOverOtlp(local.endpoint, service, body);
  }
  return { local, engine: new CorrelationEngine({ ...connection, logGroups: ['/apps/*'] }) };
}

async function sendOverOtlp(endpoint, service, body) {
  const timeUnixNano = `${Date.now()}000000`;
  const record = {
    timeUnixNano,
    severityNumber: 9,
    severityText: 'INFO',
    traceId,
    body: { stringValue: body },
  };
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: service } }] };
  const answer = await fetch(`${endpoint}/v1/logs`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-aws-log-group': `/apps/${service}`,
      'x-aws-log-stream': 'example',
    },
    body: JSON.stringify({ resourceLogs: [{ resource, scopeLogs: [{ logRecords: [record] }] }] }),
  });
  if (!answer.ok) throw new Error(await answer.text());
}
