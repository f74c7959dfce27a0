import { parseArgs } from 'node:util';
import { SeverityNumber } from '@opentelemetry/api-logs';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { CloudWatchLogExporter, type CloudWatchLogExporterOptions } from '../src/index.js';
import { MockLogStream } from '../src/simulation/index.js';
import { sampleRecord } from './sample-records.js';

/*
 * What the service bills for a record (its message and 26 bytes), by layout and resource: the exporter's own count of
 * what was accepted. The tables of docs/cost.md are what this prints.
 *
 *   node build/bench/billed-bytes.js [--records 5000] [--usd 0.5]
 */

const { values } = parseArgs({
  options: { records: { type: 'string', default: '5000' }, usd: { type: 'string', default: '0.5' } },
});
const COUNT = Number(values.records);
const USD_PER_GIGABYTE = Number(values.usd);

const SERVICE = {
  'service.name': 'orders',
  'service.version': '1.4.2',
  'deployment.environment.name': 'production',
};
const SDK = {
  'telemetry.sdk.language': 'nodejs',
  'telemetry.sdk.name': 'opentelemetry',
  'telemetry.sdk.version': '2.12.1',
};
/** What the host and process detectors of OpenTelemetry find. */
const PROCESS = {
  'host.name': 'ip-10-0-1-23.eu-west-1.compute.internal',
  'host.arch': 'amd64',
  'host.id': 'ec2f2b0e7c4d9a1b8f3e6d5c4b3a2918',
  'process.pid': 17,
  'process.executable.name': 'node',
  'process.executable.path': '/usr/local/bin/node',
  'process.command_args': [
    '/usr/local/bin/node',
    '--import',
    'opentelemetry-cloudwatch-logs/register',
    '/app/dist/main.js',
  ],
  'process.runtime.version': '24.4.1',
  'process.runtime.name': 'nodejs',
  'process.runtime.description': 'Node.js',
  'process.command': '/app/dist/main.js',
  'process.owner': 'node',
};
/** What its detector for ECS finds, with the awslogs driver. */
const ECS_ARN = 'arn:aws:ecs:eu-west-1:111122223333';
const GROUP_ARN = 'arn:aws:logs:eu-west-1:111122223333:log-group:/ecs/orders';
const TASK = '4d2f1c0b9a8e7d6c5b4a392817161514';
const CONTAINER_ARN = `${ECS_ARN}:container/shop/${TASK}/0f9e8d7c-6b5a-4938-8271-615141312111`;
const ECS = {
  'cloud.provider': 'aws',
  'cloud.platform': 'aws_ecs',
  'container.name': 'ip-10-0-1-23.eu-west-1.compute.internal',
  'container.id': `${TASK}-2531612879`,
  'aws.ecs.container.arn': CONTAINER_ARN,
  'aws.ecs.cluster.arn': `${ECS_ARN}:cluster/shop`,
  'aws.ecs.launchtype': 'fargate',
  'aws.ecs.task.arn': `${ECS_ARN}:task/shop/${TASK}`,
  'aws.ecs.task.family': 'orders',
  'aws.ecs.task.revision': '42',
  'cloud.account.id': '111122223333',
  'cloud.region': 'eu-west-1',
  'cloud.resource_id': CONTAINER_ARN,
  'cloud.availability_zone': 'eu-west-1a',
  'aws.log.group.names': ['/ecs/orders'],
  'aws.log.group.arns': [GROUP_ARN],
  'aws.log.stream.names': [`orders/orders/${TASK}`],
  'aws.log.stream.arns': [`${GROUP_ARN}:log-stream:orders/orders/${TASK}`],
};

const INSTANCE = {
  'host.name': PROCESS['host.name'],
  'service.instance.id': '0c9d2f0e-7a4b-4f7e-9f55-3f1a6f0d2b11',
};
const RESOURCES = {
  'service, SDK': { ...SERVICE, ...SDK },
  register: { ...SERVICE, ...SDK, ...INSTANCE, 'process.pid': 17 },
  'and host, process': { ...SERVICE, ...SDK, ...INSTANCE, ...PROCESS },
  'and ECS': { ...SERVICE, ...SDK, ...INSTANCE, ...PROCESS, ...ECS },
};

type Choice = Pick<
  CloudWatchLogExporterOptions,
  'layout' | 'resourceAttributes' | 'xrayTraceId' | 'transform'
>;

async function billedBytes(resource: object, choice: Choice): Promise<{ bytes: number; events: number }> {
  const stream = await MockLogStream.create();
  const exporter = new CloudWatchLogExporter({ ...stream.place, client: stream.client, ...choice });
  const provider = new LoggerProvider({
    resource: resourceFromAttributes(resource as Record<string, string>),
    processors: [new BatchLogRecordProcessor({ exporter, maxQueueSize: COUNT })],
  });
  const logger = provider.getLogger('@opentelemetry/instrumentation-pino', '0.69.0');
  for (let index = 0; index < COUNT; index++) logger.emit(sampleRecord(index));
  await provider.shutdown();
  const { deliveredBytes, delivered, dropped } = exporter.status();
  await stream.close();
  if (delivered === 0 || delivered + dropped !== COUNT) throw new Error(`${delivered} of ${COUNT} delivered`);
  return { bytes: deliveredBytes, events: delivered };
}

function row(...cells: readonly (string | number)[]): void {
  process.stdout.write(`| ${cells.join(' | ')} |\n`);
}

const usd = (bytes: number): string => ((bytes / 1e9) * USD_PER_GIGABYTE * (1e6 / COUNT)).toFixed(2);

row('`layout`', '`resourceAttributes`', ...Object.keys(RESOURCES));
row('---', '---', ...Object.keys(RESOURCES).map(() => '---'));
const CHOICES: readonly [string, string, Choice][] = [
  ['collector', '`essential`', {}],
  ['collector', '`all`', { resourceAttributes: 'all' }],
  ['collector', '`service.name`', { resourceAttributes: ['service.name'] }],
  ['collector', '`none`', { resourceAttributes: 'none' }],
  ['otlp', '`essential`', { layout: 'otlp' }],
  ['otlp', '`all`', { layout: 'otlp', resourceAttributes: 'all' }],
  ['otlp', '`none`', { layout: 'otlp', resourceAttributes: 'none' }],
  ['body', '–', { layout: 'body' }],
];
for (const [layout, attributes, choice] of CHOICES) {
  const cells: string[] = [];
  for (const resource of Object.values(RESOURCES)) {
    const { bytes, events } = await billedBytes(resource, choice);
    cells.push(`${Math.round(bytes / events)} B, ${usd(bytes)} USD`);
  }
  row(`\`${layout}\``, attributes, ...cells);
}

// Whole traces by the last hex digit of the id, and errors always: docs/cost.md has the same function.
const { bytes, events } = await billedBytes(RESOURCES['and ECS'], {
  transform: (record) => {
    const traceId = record.spanContext?.traceId;
    const isKept =
      (record.severityNumber ?? SeverityNumber.UNSPECIFIED) >= SeverityNumber.ERROR ||
      traceId === undefined ||
      traceId.endsWith('0');
    return isKept ? record : undefined;
  },
});
process.stdout.write(
  `\n\`transform\` that keeps a sixteenth of the traces, and errors: ${events} of ${COUNT} records, ${usd(bytes)} USD for each million emitted\n`,
);
