import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CloudWatchLogsError } from '../../cloudwatch/errors.js';
import { as, count, CorrelationEngine, QueryBuilder, QueryRunner } from '../../insights/index.js';
import { LocalPage } from '../local-page.js';
import { LocalCloudWatchLogs } from '../../simulation/index.js';
import { wantsColor } from '../colors.js';
import { type CommandIo } from '../command-io.js';
import { type DemoOptions } from '../demo-command.js';
import { EXIT } from '../exit-codes.js';
import { renderTimeline } from '../render-timeline.js';
import { Progress } from './progress.js';
import { findOwnPackage } from '../package-folder.js';
import { ServiceProcess } from './service-process.js';
import { commandFor, tell } from '../tell.js';
import { terminalWidth } from '../terminal-width.js';
import { sendTraffic } from './traffic.js';

const REQUESTS = 40;
const LOG_GROUPS = ['/demo/gateway', '/demo/orders', '/demo/payments'];
const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };
const REGION = 'us-east-1';

/** Where the package lies: the services are started from here, so that it finds itself by its name. */
const PACKAGE_FOLDER = findOwnPackage(fileURLToPath(import.meta.url)).folder;

/** What the services import, and must find beside the package. */
const NEEDED = [
  'pino',
  'winston',
  '@opentelemetry/api',
  '@opentelemetry/exporter-trace-otlp-http',
  '@opentelemetry/resources',
  '@opentelemetry/sdk-logs',
  '@opentelemetry/sdk-trace-node',
  '@opentelemetry/instrumentation-http',
  '@opentelemetry/instrumentation-pino',
  '@opentelemetry/instrumentation-winston',
  '@opentelemetry/winston-transport',
];

/**
 * Runs the main job end to end: a local CloudWatch Logs, three services as processes of their own, traffic of
 * which some fails, and the timeline of one failed request over all log groups. The exit code is 1 unless
 * every record that the services emitted was exported and found again.
 * @throws CloudWatchLogsError when the services' packages are not installed; the signal's reason
 */
export async function runDemo(io: CommandIo, options: DemoOptions): Promise<void> {
  checkNeeded();
  const { signal } = io;
  const progress = new Progress(io.stdout);
  const startMillis = io.epochMillis();
  progress.show('Starting a local CloudWatch Logs…');
  const page = new LocalPage();
  const local = await LocalCloudWatchLogs.start({ region: REGION, pages: page.answer });
  page.open(local, REGION);
  const services: ServiceProcess[] = [];
  const killServices = () => services.forEach((service) => service.kill());
  // Ctrl-C ends the services too, wherever the demo waits for them.
  signal.addEventListener('abort', killServices);
  try {
    progress.print(`Local CloudWatch Logs at ${local.endpoint}`);
    const counts = await runServices(local.endpoint, services, progress);
    signal.throwIfAborted();

    const range = { from: startMillis - 60_000, to: io.epochMillis() + 60_000 };
    progress.show('Looking for the records with Logs Insights…');
    const client = localClient(local.endpoint);
    const { found, twice } = await countFound(client, range, signal);
    const traceId = await findFailedTrace(client, range, signal);
    const engine = new CorrelationEngine({ client, logGroups: LOG_GROUPS });
    const result = await engine.correlateByTrace(traceId, { ...range, signal });
    client.destroy();

    const color = (options.color ?? true) && wantsColor(io.stdout, io.env);
    const width = terminalWidth(io.stdout);
    progress.printLines(`\n${renderTimeline(result, { color, width })}`);
    progress.print(`emitted ${counts.emitted} exported ${counts.exported} found ${found}`);
    const isWhole = counts.emitted > 0 && counts.emitted === counts.exported && counts.emitted === found;
    if (!isWhole) progress.print('Some records were not found again.');
    if (twice > 0) {
      progress.print(
        `${twice} of them are there twice: what is in flight when a process ends is sent once more, as nobody reads the answer.`,
      );
    }
    io.setExitCode(isWhole ? EXIT.found : EXIT.nothingFound);
    tellNext(options.keep ?? false, local.endpoint, traceId, io);
    if (options.keep) await untilAborted(signal);
  } finally {
    signal.removeEventListener('abort', killServices);
    killServices();
    page.close();
    await local.stop();
  }
}

function localClient(endpoint: string): CloudWatchLogsClient {
  return new CloudWatchLogsClient({
    endpoint,
    region: REGION,
    credentials: CREDENTIALS,
    disableHostPrefix: true,
  });
}

function checkNeeded(): void {
  const require = createRequire(join(PACKAGE_FOLDER, 'package.json'));
  const missing = NEEDED.filter((name) => {
    try {
      require.resolve(name);
      return false;
    } catch {
      return true;
    }
  });
  if (missing.length === 0) return;
  throw new CloudWatchLogsError(
    'ERR_DEMO_NEEDS',
    `the demo's services need packages that are not installed here; run: npm install ${missing.join(' ')}`,
  );
}

interface Counts {
  readonly emitted: number;
  readonly exported: number;
}

async function runServices(
  endpoint: string,
  services: ServiceProcess[],
  progress: Progress,
): Promise<Counts> {
  const start = (name: string, further: Record<string, string> = {}) => {
    const service = new ServiceProcess({
      name,
      program: join('examples', 'demo', `${name}.js`),
      directory: PACKAGE_FOLDER,
      environment: {
        AWS_ENDPOINT_URL: endpoint,
        AWS_REGION: REGION,
        AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
        AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
        OTEL_SERVICE_NAME: name,
        OTEL_EXPORTER_CLOUDWATCH_LOGS_LOG_GROUP_NAME: `/demo/${name}`,
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${endpoint}/v1/traces`,
        // At this level `register` says at the end what became of the records.
        OTEL_LOG_LEVEL: 'info',
        ...further,
      },
    });
    services.push(service);
    progress.printLines(`  ${service.command}`);
    return service;
  };
  progress.print('Three services, without a line of OpenTelemetry code (pino, winston, pino):');
  const payments = start('payments');
  progress.show('Waiting for the payments service…');
  const paymentsPort = await payments.port();
  const orders = start('orders', { PAYMENTS_URL: `http://127.0.0.1:${paymentsPort}/charge` });
  progress.show('Waiting for the orders service…');
  const ordersPort = await orders.port();
  const gateway = start('gateway', { ORDERS_URL: `http://127.0.0.1:${ordersPort}/orders` });
  progress.show('Waiting for the gateway…');
  const gatewayPort = await gateway.port();
  // Insights shows no event that is older than its log group. The exporters make the groups as soon as they
  // are constructed; a service that begins to log only seconds later, as most do, loses sight of nothing.
  progress.show('Waiting for the exporters to make their log groups…');
  await untilLogGroupsExist(endpoint);

  const statuses = new Map<number, number>();
  let ended = 0;
  await sendTraffic(`http://127.0.0.1:${gatewayPort}`, REQUESTS, ({ status }) => {
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    progress.show(`${++ended} of ${REQUESTS} requests`);
  });
  const outcomes = [...statuses].sort(([a], [b]) => a - b).map(([status, times]) => `${times} x ${status}`);
  progress.print(`${REQUESTS} requests to the gateway: ${outcomes.join(', ')}`);

  progress.show('Stopping the services, which send what they still hold…');
  const reports = await Promise.all([gateway.stop(), orders.stop(), payments.stop()]);
  return {
    emitted: reports.reduce((sum, report) => sum + report.emitted, 0),
    exported: reports.reduce((sum, report) => sum + report.exported, 0),
  };
}

async function untilLogGroupsExist(endpoint: string): Promise<void> {
  const client = localClient(endpoint);
  const deadline = Date.now() + 15_000;
  try {
    for (;;) {
      const { logGroups } = await client.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: '/demo/' }));
      if (logGroups?.length === LOG_GROUPS.length || Date.now() > deadline) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  } finally {
    client.destroy();
  }
}

interface Range {
  readonly from: number;
  readonly to: number;
}

async function countFound(
  client: CloudWatchLogsClient,
  range: Range,
  signal: AbortSignal,
): Promise<{ found: number; twice: number }> {
  // Each log call has a number of its own in its service: a record that is lost is not made up by one that is
  // there twice.
  const query = new QueryBuilder().stats([as(count(), 'times')], ['@log', 'attributes.log_number']);
  const { rows } = await new QueryRunner({ client }).run({ query, logGroups: LOG_GROUPS, ...range, signal });
  const numbered = rows.filter((row) => row['attributes.log_number'] !== undefined);
  return { found: numbered.length, twice: numbered.filter((row) => row.times !== '1').length };
}

async function findFailedTrace(
  client: CloudWatchLogsClient,
  range: Range,
  signal: AbortSignal,
): Promise<string> {
  const query =
    'fields trace_id | filter severity_number >= 17 and ispresent(trace_id) | sort @timestamp asc | limit 1';
  const { rows } = await new QueryRunner({ client }).run({ query, logGroups: LOG_GROUPS, ...range, signal });
  const traceId = rows[0]?.trace_id;
  if (traceId === undefined)
    throw new CloudWatchLogsError('ERR_DEMO', 'no failed request was found in the log groups');
  return traceId;
}

/** As the user called it: of the two ways, only npx works where the package is installed. */
function demoCommandLine(): string {
  return process.env.npm_lifecycle_event === 'demo'
    ? 'npm run demo --'
    : 'npx opentelemetry-cloudwatch-logs demo';
}

function tellNext(keep: boolean, endpoint: string, traceId: string, { stdout }: CommandIo): void {
  stdout.write('\n');
  if (keep) {
    stdout.write(`Next, in another terminal:
  npx otel-cwlogs trace ${traceId} --log-group '/demo/*' --endpoint ${endpoint}
  npx otel-cwlogs query 'stats count(*) by severity_text' --log-group '/demo/*' --endpoint ${endpoint}
The trace in the browser, until Ctrl-C:
`);
  } else {
    const after = '   leaves the local service running, for otel-cwlogs, the AWS CLI or any AWS SDK';
    stdout.write(commandFor(stdout, 'Next:', `${demoCommandLine()} --keep`, after));
    tell(stdout, 'The page of this trace, gone with the local service unless --keep leaves it:');
  }
  stdout.write(`  ${endpoint}/trace/${traceId}\n`);
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
