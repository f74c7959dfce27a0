// Starts both services against the local CloudWatch Logs inside the package, orders with a card that is declined, and finds the whole request by its trace id.
import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { CorrelationEngine } from 'opentelemetry-cloudwatch-logs/insights';
import { LocalCloudWatchLogs } from 'opentelemetry-cloudwatch-logs/simulation';

let local: LocalCloudWatchLogs;
const services: ChildProcess[] = [];

async function start(name: string, environment: Record<string, string> = {}): Promise<string> {
  const child = fork(fileURLToPath(new URL(`../src/${name}.js`, import.meta.url)), {
    execArgv: ['--import', 'opentelemetry-cloudwatch-logs/register'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: {
      ...process.env,
      ...local.environment,
      OTEL_SERVICE_NAME: name,
      OTEL_EXPORTER_CLOUDWATCH_LOGS_LOG_GROUP_NAME: `/shop/${name}`,
      OTEL_TRACES_EXPORTER: 'none',
      OTEL_METRICS_EXPORTER: 'none',
      PORT: '0',
      ...environment,
    },
  });
  services.push(child);
  const [{ port }] = (await once(child, 'message')) as [AddressInfo];
  return `http://127.0.0.1:${port}`;
}

before(async () => {
  local = await LocalCloudWatchLogs.start();
});
after(async () => {
  for (const child of services) child.kill('SIGKILL');
  await local.stop();
});

test('a failed order is found whole by its trace id', async () => {
  const payments = await start('payments');
  const orders = await start('orders', { PAYMENTS_URL: payments });
  const answer = await fetch(`${orders}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ item: 'lamp', card: 'declined' }),
  });
  assert.equal(answer.status, 502);

  // What is queued is sent when the services are stopped.
  await Promise.all(
    services.map(async (child) => {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }),
  );

  const [failed] = local.events({ logGroupName: '/shop/payments' });
  const traceId = (JSON.parse(failed!.message) as { trace_id: string }).trace_id;
  const engine = new CorrelationEngine({
    endpoint: local.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    logGroups: ['/shop/*'],
  });
  const { events } = await engine.correlateByTrace(traceId);
  assert.deepEqual(
    events.map(({ text }) => text),
    ['order received', 'charge failed', 'order not placed'],
  );
});
