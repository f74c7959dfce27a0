import { checkMembers } from '../../cloudwatch/check-members.js';
import { checkFlags, checkGivenTexts } from '../../cloudwatch/check-values.js';
import {
  checkAddress,
  checkRegion,
  namedLogGroups,
  type NamedLogGroup,
  withoutSlash,
} from './generator-options.js';
import { logQueries } from './log-queries.js';

/** What a dashboard of Grafana shows, and its data sources. */
export interface GrafanaOptions {
  /** Region of the log groups, such as `eu-west-1`. */
  readonly region: string;
  /** Names or ARNs; ARNs where Grafana reads from several accounts. */
  readonly logGroups: readonly string[];
  /**
   * Address of a look-up handler that Grafana reaches (`createLookupHandler`, `otel-cwlogs ui`), for the panels of one
   * trace, which need the plugin Infinity, and for links to its page. Default: the trace is a query of CloudWatch.
   */
  readonly handlerUrl?: string | undefined;
  /** UID of the data source of type `cloudwatch`. Default `cloudwatch-logs`. */
  readonly cloudWatchUid?: string | undefined;
  /** UID of the Infinity data source. Default `log-look-ups`. */
  readonly infinityUid?: string | undefined;
  /** Shows the slowest requests of `aws/spans` (Transaction Search). Default false: the longest traces alone. */
  readonly spans?: boolean | undefined;
}

/** A dashboard in Grafana's classic model. */
export interface GrafanaDashboard {
  readonly uid: string;
  readonly title: string;
  readonly schemaVersion: 42;
  readonly panels: readonly Readonly<Record<string, unknown>>[];
  readonly templating: { readonly list: readonly Readonly<Record<string, unknown>>[] };
  readonly [member: string]: unknown;
}

/** The members of {@link GrafanaOptions}. */
export const GRAFANA_MEMBERS = {
  region: true,
  logGroups: true,
  handlerUrl: true,
  cloudWatchUid: true,
  infinityUid: true,
  spans: true,
} as const satisfies Record<keyof GrafanaOptions, true>;

export const DEFAULT_CLOUDWATCH_UID = 'cloudwatch-logs';
export const DEFAULT_INFINITY_UID = 'log-look-ups';
export const INFINITY = 'yesoreyeram-infinity-datasource';

/** @throws OptionError */
export function checkGrafanaOptions(options: GrafanaOptions): void {
  checkMembers('', options, GRAFANA_MEMBERS);
  checkRegion(options.region);
  checkAddress('handlerUrl', options.handlerUrl);
  const { cloudWatchUid, infinityUid, spans } = options;
  checkGivenTexts({ cloudWatchUid, infinityUid });
  checkFlags({ spans });
}

/**
 * A dashboard of Grafana in the classic model: errors by service, volume and billed bytes by group, slowest requests, newest
 * errors with links, and one trace as spans and as logs; with variables for the service and the trace id.
 * @throws OptionError
 */
export function grafanaDashboard(options: GrafanaOptions): GrafanaDashboard {
  checkGrafanaOptions(options);
  const groups = namedLogGroups(options.logGroups);
  const { handlerUrl, spans } = options;
  const queries = logQueries({
    service: '${service:raw}',
    traceId: '${trace_id:raw}',
    traceAddress: undefined,
  });
  const logs = (expression: string, of: readonly NamedLogGroup[] = groups): object => ({
    ...logsTarget(options, expression, of),
    // Rows of a table, not points of a line.
    statsGroups: [],
  });
  const spansGroup: NamedLogGroup[] = [{ name: 'aws/spans', arn: undefined, accountId: undefined }];
  const errors = errorLinks(options);
  const rows: Panel[][] = [
    [
      panel('Errors', 'timeseries', 7, [logs(queries.errorsOverTime)]),
      panel('Errors by service', 'barchart', 7, [logs(queries.errorsByService)]),
    ],
    ['IncomingBytes', 'IncomingLogEvents'].map((metric) =>
      panel(
        metric === 'IncomingBytes' ? 'Billed bytes by log group' : 'Log events by log group',
        'timeseries',
        7,
        groups.map((group, index) => metricTarget(options, metric, group, index)),
        metric === 'IncomingBytes' ? { fieldConfig: { defaults: { unit: 'decbytes' }, overrides: [] } } : {},
      ),
    ),
    [
      panel('Longest traces', 'table', 8, [logs(queries.slowestTraces)], errors),
      ...(spans
        ? [panel('Slowest requests', 'table', 8, [logs(queries.slowestRequests, spansGroup)], errors)]
        : []),
    ],
    [panel('Newest errors', 'table', 9, [logs(queries.newestErrors)], errors)],
    ...(handlerUrl === undefined
      ? [[panel('Trace', 'logs', 12, [logs(queries.trace)])]]
      : [
          [panel('Trace', 'traces', 14, [infinityTarget(options, 'trace')])],
          [panel('Records of the trace', 'logs', 12, [infinityTarget(options, 'logs')])],
        ]),
  ];
  return {
    uid: 'otel-cloudwatch-logs',
    title: 'Logs by trace',
    tags: ['opentelemetry', 'cloudwatch'],
    schemaVersion: 42,
    version: 1,
    editable: true,
    graphTooltip: 1,
    // Queries are billed by the bytes that they scan: nothing is asked again by itself.
    refresh: '',
    time: { from: 'now-3h', to: 'now' },
    timezone: 'browser',
    annotations: { list: [] },
    links: [],
    templating: {
      list: [
        textVariable('service', 'Service (regular expression)', '.*'),
        textVariable('trace_id', 'Trace id', 'none'),
      ],
    },
    panels: placed(rows, options),
  };
}

interface Panel {
  readonly title: string;
  readonly type: string;
  readonly height: number;
  readonly targets: readonly object[];
  readonly more: object;
}

function panel(
  title: string,
  type: string,
  height: number,
  targets: readonly object[],
  more: object = {},
): Panel {
  return { title, type, height, targets, more };
}

function placed(
  rows: readonly (readonly Panel[])[],
  options: GrafanaOptions,
): Readonly<Record<string, unknown>>[] {
  const panels: Readonly<Record<string, unknown>>[] = [];
  let y = 0;
  for (const row of rows) {
    const width = Math.floor(24 / row.length);
    for (const [index, { title, type, height, targets, more }] of row.entries()) {
      panels.push({
        id: panels.length + 1,
        title,
        type,
        gridPos: { x: index * width, y, w: width, h: height },
        datasource:
          (targets[0] as { datasource?: unknown } | undefined)?.datasource ?? cloudWatchSource(options),
        targets,
        options: {},
        fieldConfig: { defaults: {}, overrides: [] },
        ...more,
      });
    }
    y += Math.max(...row.map(({ height }) => height));
  }
  return panels;
}

function cloudWatchSource({ cloudWatchUid = DEFAULT_CLOUDWATCH_UID }: GrafanaOptions): object {
  return { type: 'cloudwatch', uid: cloudWatchUid };
}

/** A query of Logs Insights, as the CloudWatch data source keeps it. */
export function logsTarget(
  options: GrafanaOptions,
  expression: string,
  groups: readonly NamedLogGroup[],
): object {
  const named = groups.map(({ name, arn, accountId }) => ({
    arn: arn === undefined ? '' : `${arn}:*`,
    name,
    ...(accountId !== undefined && { accountId }),
  }));
  return {
    refId: 'A',
    id: '',
    datasource: cloudWatchSource(options),
    queryMode: 'Logs',
    queryLanguage: 'CWLI',
    region: options.region,
    expression,
    logGroups: named,
    logGroupNames: groups.map(({ name }) => name),
  };
}

function metricTarget(
  options: GrafanaOptions,
  metricName: string,
  { name, accountId }: NamedLogGroup,
  index: number,
): object {
  return {
    refId: `M${index}`,
    id: `m${index}`,
    datasource: cloudWatchSource(options),
    queryMode: 'Metrics',
    metricQueryType: 0,
    metricEditorMode: 0,
    region: options.region,
    namespace: 'AWS/Logs',
    metricName,
    dimensions: { LogGroupName: name },
    matchExact: true,
    statistic: 'Sum',
    period: '300',
    label: name,
    ...(accountId !== undefined && { accountId }),
  };
}

/** The handler answers exactly the shapes `logs` and `trace` of Infinity. */
function infinityTarget(
  { handlerUrl, infinityUid = DEFAULT_INFINITY_UID }: GrafanaOptions,
  format: 'logs' | 'trace',
): object {
  const path = '/api/trace/${trace_id:percentencode}';
  return {
    refId: 'A',
    datasource: { type: INFINITY, uid: infinityUid },
    type: 'json',
    parser: 'backend',
    source: 'url',
    format,
    url: `${withoutSlash(handlerUrl!)}${path}?format=${format}&from=\${__from}&to=\${__to}`,
    url_options: { method: 'GET', data: '' },
    root_selector: '',
    columns: [],
    filters: [],
  };
}

/** A trace id links to its page; else to this dashboard with the id chosen. */
function errorLinks({ handlerUrl }: GrafanaOptions): object {
  const here = '/d/otel-cloudwatch-logs?var-trace_id=${__value.text}&from=${__from}&to=${__to}';
  const url = handlerUrl === undefined ? here : `${withoutSlash(handlerUrl)}/trace/\${__value.text}`;
  const links = [{ title: 'Every record of the trace', url, targetBlank: handlerUrl !== undefined }];
  const overrides = ['trace', 'traceId'].map((options) => ({
    matcher: { id: 'byName', options },
    properties: [{ id: 'links', value: links }],
  }));
  return { fieldConfig: { defaults: {}, overrides } };
}

function textVariable(name: string, label: string, value: string): Readonly<Record<string, unknown>> {
  const current = { selected: false, text: value, value };
  return {
    type: 'textbox',
    name,
    label,
    query: value,
    current,
    options: [current],
    hide: 0,
    skipUrlSync: false,
  };
}
