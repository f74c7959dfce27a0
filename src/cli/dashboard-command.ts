import { Command } from 'commander';
import { OptionError } from '../cloudwatch/errors.js';
import {
  alarmsTemplate,
  cloudWatchAlarms,
  cloudWatchDashboard,
  dashboardTemplate,
  grafanaDashboard,
  grafanaProvisioning,
  type TraceDataSource,
  traceWidgetPolicies,
} from '../dashboards/index.js';
import { CorrelationEngine } from '../insights/index.js';
import { type CommandIo } from './command-io.js';
import {
  addLogGroupOption,
  collected,
  connect,
  type ConnectionArguments,
  logGroupsOf,
  readBytes,
} from './connection.js';
import { EXIT } from './exit-codes.js';
import { printJson } from './print-json.js';
import { tell } from './tell.js';
import { toYaml } from './to-yaml.js';

interface DashboardArguments extends ConnectionArguments {
  readonly logGroup?: readonly string[] | undefined;
  readonly widgetArn?: string | undefined;
  readonly pageUrl?: string | undefined;
  readonly handlerUrl?: string | undefined;
  readonly metricsNamespace?: string | undefined;
  readonly spans?: boolean | undefined;
  readonly cloudformation?: boolean | undefined;
  readonly name?: string | undefined;
  readonly provisioning?: boolean | undefined;
  readonly traces?: string | undefined;
  readonly tracesName?: string | undefined;
  readonly tracesUrl?: string | undefined;
  readonly billedBytes?: number | undefined;
  readonly action?: readonly string[] | undefined;
  readonly functionArn?: string | undefined;
}

const HELP = `
Examples:
  otel-cwlogs dashboard cloudwatch -g /apps/orders -g /apps/gateway --region eu-west-1 > body.json
  aws cloudwatch put-dashboard --dashboard-name logs --dashboard-body file://body.json
  otel-cwlogs dashboard alarms -g /apps/orders --metrics-namespace apps --cloudformation > alarms.json
  otel-cwlogs dashboard widget --function-arn arn:aws:lambda:eu-west-1:123456789012:function:traces
  otel-cwlogs dashboard grafana -g /apps/orders --region eu-west-1 --handler-url https://logs.example.com > logs.json
  otel-cwlogs dashboard grafana -g /apps/orders --region eu-west-1 --provisioning --traces tempo:tempo > logs.yaml

Nothing is made in AWS or Grafana: what is printed is for their own tools. docs/dashboards.md.`;

const ALL_GROUPS_WARNING =
  'the widgets query every log group of the account, which is billed by the bytes scanned each time that they are drawn; ' +
  "-g '/apps/*' names fewer";

/** The command `dashboard`. */
export function dashboardCommand(io: CommandIo): Command {
  const command = new Command('dashboard')
    .description('print dashboards and alarms of CloudWatch, and dashboards and data sources of Grafana')
    .addHelpText('after', HELP);
  addGroups(command.command('cloudwatch').description('the body of a dashboard of CloudWatch, as JSON'))
    .option('--widget-arn <arn>', 'function of createTraceWidget, which shows the trace')
    .option('--page-url <url>', 'trace page that errors link to (default: the AWS console)')
    .option(
      '--metrics-namespace <name>',
      "namespace of the exporter's own metrics, where they reach CloudWatch",
    )
    .option('--spans', 'show the slowest requests of aws/spans')
    .option('--cloudformation', 'print a template of CloudFormation')
    .option('--name <name>', 'name of the dashboard in the template', 'logs')
    .action((options: DashboardArguments) => printed(io, cloudWatch(options, io)));
  addGroups(
    command
      .command('alarms')
      .description('breaker open, records lost, billed bytes a day; as PutMetricAlarm takes them'),
  )
    .option(
      '--metrics-namespace <name>',
      "namespace of the exporter's own metrics, where they reach CloudWatch",
    )
    .option('--billed-bytes <bytes>', 'bytes a day from which to alarm (default: 10GB)', (text: string) =>
      readBytes('--billed-bytes', text),
    )
    .option('--action <arn>', 'who is told, such as a topic of SNS (repeatable)', collected)
    .option('--cloudformation', 'print a template of CloudFormation')
    .action(async (options: DashboardArguments) => printed(io, await alarms(options, io)));
  command
    .command('widget')
    .description("the IAM policies of a trace widget: of who looks, and of the function's role")
    .requiredOption('--function-arn <arn>', 'function of createTraceWidget')
    .action((options: DashboardArguments) => printed(io, traceWidgetPolicies(options.functionArn!)));
  addGroups(
    command.command('grafana').description('a dashboard of Grafana, or its data sources and correlations'),
  )
    .option(
      '--handler-url <url>',
      'look-up handler that Grafana reaches: panels of one trace (plugin Infinity)',
    )
    .option('--spans', 'show the slowest requests of aws/spans')
    .option('--provisioning', 'print data sources and correlations as YAML instead')
    .option('--traces <type:uid>', 'data source whose spans get links to their logs, such as tempo:tempo')
    .option('--traces-name <name>', 'name of that data source (default: its UID)')
    .option('--traces-url <url>', 'its address: Grafana replaces the data source by what the file says')
    .action((options: DashboardArguments) => grafana(options, io));
  return command;
}

function addGroups(command: Command): Command {
  return addLogGroupOption(command)
    .option('--region <region>', 'AWS region (default: AWS_REGION)')
    .option('--profile <name>', 'profile of ~/.aws, to list the groups of a prefix (default: AWS_PROFILE)')
    .option('--endpoint <url>', 'endpoint of the service, to list the groups of a prefix');
}

function printed(io: CommandIo, value: unknown): void {
  printJson(io.stdout, value);
  io.setExitCode(EXIT.found);
}

function cloudWatch(options: DashboardArguments, io: CommandIo): object {
  const { widgetArn, pageUrl, metricsNamespace, spans } = options;
  const logGroups = logGroupsOf(options, io);
  const all = logGroups.find((selector) => selector === '*');
  if (all !== undefined) tell(io.stderr, ALL_GROUPS_WARNING);
  const body = cloudWatchDashboard({
    region: regionOf(options, io),
    logGroups,
    widgetArn,
    pageUrl,
    metricsNamespace,
    spans,
  });
  return options.cloudformation ? dashboardTemplate(options.name!, body) : body;
}

async function alarms(options: DashboardArguments, io: CommandIo): Promise<object> {
  const made = cloudWatchAlarms({
    logGroups: options.logGroup && (await inFull(options.logGroup, options, io)),
    metricsNamespace: options.metricsNamespace,
    billedBytesADay: options.billedBytes,
    actions: options.action,
  });
  return options.cloudformation ? alarmsTemplate(made) : made;
}

async function grafana(options: DashboardArguments, io: CommandIo): Promise<void> {
  const { handlerUrl, spans } = options;
  const region = regionOf(options, io);
  const logGroups = await inFull(logGroupsOf(options, io), options, io);
  const common = { region, logGroups, handlerUrl, spans };
  if (!options.provisioning) {
    for (const name of ['traces', 'tracesName', 'tracesUrl'] as const) {
      const option = `--${name.replace(/[A-Z]/, (letter) => `-${letter.toLowerCase()}`)}`;
      if (options[name] !== undefined)
        throw new OptionError(option, 'stand beside --provisioning: a dashboard has no data sources');
    }
    printed(io, grafanaDashboard(common));
    return;
  }
  const traces = tracesOf(options);
  if (traces && traces.url === undefined) io.stdout.write(noteOnUrl(traces.name));
  io.stdout.write(toYaml(grafanaProvisioning({ ...common, traces })));
  io.setExitCode(EXIT.found);
}

/** In the file itself, which is read when it is put into Grafana. */
function noteOnUrl(name: string): string {
  return (
    `# Grafana replaces the data source ${JSON.stringify(name)} by what this file says, which is no address: move its\n` +
    '# `correlations` to the entry that provisions it, or give --traces-url (and --traces-name).\n'
  );
}

function tracesOf({ traces: text, tracesName, tracesUrl }: DashboardArguments): TraceDataSource | undefined {
  if (text === undefined) return undefined;
  const [type, uid] = text.split(':', 2);
  if (!type || !uid)
    throw new OptionError('--traces', 'be the type and UID of a data source, such as tempo:tempo', text);
  return { name: tracesName ?? uid, type, uid, ...(tracesUrl !== undefined && { url: tracesUrl }) };
}

function regionOf(options: DashboardArguments, io: CommandIo): string {
  const region = options.region ?? io.env.AWS_REGION ?? io.env.AWS_DEFAULT_REGION;
  if (!region) throw new OptionError('--region', 'be given, or AWS_REGION set');
  return region;
}

/** Log groups by their names: prefixes are looked up, as they can't stand where one group is named. */
async function inFull(
  selectors: readonly string[],
  options: DashboardArguments,
  io: CommandIo,
): Promise<readonly string[]> {
  if (!selectors.some((selector) => selector.endsWith('*') && !selector.startsWith('arn:'))) return selectors;
  const client = connect(options, io);
  try {
    const engine = new CorrelationEngine({ client, logGroups: selectors, clock: io.epochMillis });
    const { groups } = await engine.listLogGroups({ signal: io.signal });
    const names = groups.map(({ identifier }) => identifier).filter((name) => name !== 'aws/spans');
    if (names.length === 0) {
      const where = `mean log groups that exist in ${regionOf(options, io)}`;
      throw new OptionError('--log-group', where, selectors.join(' '));
    }
    return names;
  } finally {
    client.destroy();
  }
}
