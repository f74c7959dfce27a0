import { checkMembers } from '../../cloudwatch/check-members.js';
import { checkFlags } from '../../cloudwatch/check-values.js';
import { consoleHome } from '../../cloudwatch/console-links.js';
import { OptionError } from '../../cloudwatch/errors.js';
import { parseLogGroupArn } from '../../cloudwatch/names.js';
import { parseFunctionArn } from '../function-arn.js';
import {
  checkAddress,
  checkLogGroups,
  checkNamespace,
  checkRegion,
  withoutSlash,
} from './generator-options.js';
import { logQueries, type TraceAddress } from './log-queries.js';

/** What a dashboard of CloudWatch shows. */
export interface CloudWatchDashboardOptions {
  /** Region of the log groups, such as `eu-west-1`. */
  readonly region: string;
  /** Names, ARNs, or prefixes that end in `*`. */
  readonly logGroups: readonly string[];
  /** ARN of the function of {@link createTraceWidget}. Default: the trace is a query instead. */
  readonly widgetArn?: string | undefined;
  /** Address of the trace page, to which errors link. Default: they link to the trace in the AWS console. */
  readonly pageUrl?: string | undefined;
  /** Namespace in which the exporter's own metrics reach CloudWatch. Default: they are not shown. */
  readonly metricsNamespace?: string | undefined;
  /** Shows the slowest requests of `aws/spans` (Transaction Search). Default false: the longest traces alone. */
  readonly spans?: boolean | undefined;
}

/** A body for PutDashboard, as JSON.stringify makes its text. */
export interface CloudWatchDashboardBody {
  readonly start: string;
  readonly periodOverride: 'inherit' | 'auto';
  readonly variables: readonly Readonly<Record<string, unknown>>[];
  readonly widgets: readonly CloudWatchWidget[];
}

/** A widget in its place of 24 columns. */
export interface CloudWatchWidget {
  readonly type: 'log' | 'metric' | 'custom' | 'text';
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: Readonly<Record<string, unknown>>;
}

const MEMBERS = {
  region: true,
  logGroups: true,
  widgetArn: true,
  pageUrl: true,
  metricsNamespace: true,
  spans: true,
} as const satisfies Record<keyof CloudWatchDashboardOptions, true>;

/** What the two variables of the dashboard replace in its text. */
export const SERVICE_TOKEN = 'SERVICE_PATTERN';
export const TRACE_TOKEN = 'TRACE_ID_TO_FIND';

/** Metrics of groups, in bytes before compression: what ingestion bills. */
const GROUP_METRICS = [
  { metric: 'IncomingBytes', title: 'Billed bytes by log group' },
  { metric: 'IncomingLogEvents', title: 'Log events by log group' },
];

const EXPORTER_METRICS = [
  {
    title: 'Exporter: records',
    metrics: ['otel.sdk.exporter.log.exported', 'cloudwatch_logs.exporter.dropped'],
    stat: 'Sum',
  },
  {
    title: 'Exporter: requests',
    metrics: [
      'cloudwatch_logs.exporter.requests',
      'cloudwatch_logs.exporter.retries',
      'cloudwatch_logs.exporter.throttles',
    ],
    stat: 'Sum',
  },
  {
    title: 'Exporter: held back',
    metrics: [
      'cloudwatch_logs.exporter.breaker.open',
      'cloudwatch_logs.exporter.held.events',
      'cloudwatch_logs.exporter.spool.events',
    ],
    stat: 'Maximum',
  },
];

/**
 * A dashboard of CloudWatch: errors by service, volume and billed bytes by group, slowest requests, newest errors with
 * links, one trace, the exporter's own metrics; with variables for the service and the trace id.
 * @returns the body of PutDashboard
 * @throws OptionError
 * @example
 * const body = JSON.stringify(cloudWatchDashboard({ region: 'eu-west-1', logGroups: ['/apps/orders'] }));
 */
export function cloudWatchDashboard(options: CloudWatchDashboardOptions): CloudWatchDashboardBody {
  checkOptions(options);
  const { region, logGroups, widgetArn, metricsNamespace, spans } = options;
  const queries = logQueries({
    service: SERVICE_TOKEN,
    traceId: TRACE_TOKEN,
    traceAddress: traceAddressOf(options),
  });
  const source = sourceOf(logGroups);
  const log = (title: string, query: string, view: 'table' | 'timeSeries' | 'bar', from = source): Shape => ({
    type: 'log',
    properties: { title, region, view, stacked: false, query: `${from}\n| ${query}` },
  });
  const rows: (readonly (Shape & { height: number })[])[] = [
    [
      { ...log('Errors', queries.errorsOverTime, 'timeSeries'), height: 6 },
      { ...log('Errors by service', queries.errorsByService, 'bar'), height: 6 },
    ],
    GROUP_METRICS.map(({ metric, title }) => ({ ...groupMetric(metric, title, options), height: 6 })),
    [
      { ...log('Longest traces', queries.slowestTraces, 'table'), height: 7 },
      ...(spans
        ? [{ ...log('Slowest requests', queries.slowestRequests, 'table', "SOURCE 'aws/spans'"), height: 7 }]
        : []),
    ],
    [{ ...log('Newest errors', queries.newestErrors, 'table'), height: 8 }],
    [
      widgetArn === undefined
        ? { ...log('Trace', queries.trace, 'table'), height: 10 }
        : { ...traceWidget(widgetArn), height: 16 },
    ],
    ...(metricsNamespace === undefined
      ? []
      : [EXPORTER_METRICS.map((one) => ({ ...exporterMetric(one, metricsNamespace, region), height: 6 }))]),
  ];
  return { start: '-PT3H', periodOverride: 'inherit', variables: VARIABLES, widgets: placed(rows) };
}

type Shape = Pick<CloudWatchWidget, 'type' | 'properties'>;

/** Inputs of text: those may have no values to choose from. */
const VARIABLES = [
  {
    type: 'pattern',
    pattern: SERVICE_TOKEN,
    inputType: 'input',
    id: 'service',
    label: 'Service (regular expression)',
    defaultValue: '.*',
    visible: true,
  },
  {
    type: 'pattern',
    pattern: TRACE_TOKEN,
    inputType: 'input',
    id: 'traceId',
    label: 'Trace id',
    defaultValue: 'none',
    visible: true,
  },
];

function checkOptions(options: CloudWatchDashboardOptions): void {
  checkMembers('', options, MEMBERS);
  checkRegion(options.region);
  checkLogGroups(options.logGroups);
  checkNamespace(options.metricsNamespace);
  checkAddress('pageUrl', options.pageUrl);
  checkFlags({ spans: options.spans });
  const { widgetArn } = options;
  if (widgetArn !== undefined && !parseFunctionArn(widgetArn)) {
    throw new OptionError('widgetArn', 'be the ARN of a function of AWS Lambda', widgetArn);
  }
}

/** The page where there is one, else the console. */
function traceAddressOf({ pageUrl, region }: CloudWatchDashboardOptions): TraceAddress {
  if (pageUrl !== undefined) return { prefix: `${withoutSlash(pageUrl)}/trace/`, isXRay: false };
  return { prefix: `${consoleHome(region)}#xray:traces/`, isXRay: true };
}

/** How a query names its groups: each by its name, or all by prefixes, since one query takes one of these. */
function sourceOf(logGroups: readonly string[]): string {
  if (!logGroups.some((selector) => selector.endsWith('*') && !selector.startsWith('arn:'))) {
    return logGroups.map((name) => `SOURCE '${name.replace(/^(arn:.*):\*$/, '$1')}'`).join('\n| ');
  }
  // A name is a prefix of itself.
  const prefixes = logGroups.map(
    (selector) => parseLogGroupArn(selector)?.logGroupName ?? selector.replace(/\*$/, ''),
  );
  return `SOURCE logGroups(namePrefix: [${prefixes.map((prefix) => `'${prefix}'`).join(', ')}])`;
}

function groupMetric(
  metric: string,
  title: string,
  { logGroups, region }: CloudWatchDashboardOptions,
): Shape {
  const metrics = logGroups.map((selector, index) => {
    const arn = parseLogGroupArn(selector);
    if (arn) return ['AWS/Logs', metric, 'LogGroupName', arn.logGroupName, { accountId: arn.accountId }];
    if (!selector.endsWith('*')) return ['AWS/Logs', metric, 'LogGroupName', selector];
    const prefix = selector.slice(0, -1);
    const named = prefix === '' ? '' : ` LogGroupName="${prefix}"`;
    const expression = `SEARCH('{AWS/Logs,LogGroupName} MetricName="${metric}"${named}', 'Sum', 300)`;
    return [{ expression, id: `e${index}`, region }];
  });
  return {
    type: 'metric',
    properties: { title, region, view: 'timeSeries', stacked: true, stat: 'Sum', period: 300, metrics },
  };
}

function exporterMetric(
  { title, metrics, stat }: (typeof EXPORTER_METRICS)[number],
  namespace: string,
  region: string,
): Shape {
  const searches = metrics.map((metric, index) => [
    {
      expression: `SEARCH('Namespace="${namespace}" MetricName="${metric}"', '${stat}', 60)`,
      id: `e${index}`,
      region,
    },
  ]);
  return {
    type: 'metric',
    properties: { title, region, view: 'timeSeries', stacked: false, stat, period: 60, metrics: searches },
  };
}

function traceWidget(endpoint: string): Shape {
  return {
    type: 'custom',
    properties: {
      title: 'Trace',
      endpoint,
      params: { traceId: TRACE_TOKEN },
      updateOn: { refresh: true, resize: true, timeRange: true },
    },
  };
}

/** Puts rows below each other, the widgets of a row side by side over all columns. */
function placed(rows: readonly (readonly (Shape & { height: number })[])[]): CloudWatchWidget[] {
  const widgets: CloudWatchWidget[] = [];
  let y = 0;
  for (const row of rows) {
    const width = Math.floor(24 / row.length);
    for (const [index, { type, properties, height }] of row.entries()) {
      widgets.push({ type, x: index * width, y, width, height, properties });
    }
    y += Math.max(...row.map(({ height }) => height));
  }
  return widgets;
}
