import { correlationQuery } from '../../insights/look-up/correlation-query.js';
import { checkMembers } from '../../cloudwatch/check-members.js';
import { checkText } from '../../cloudwatch/check-values.js';
import { namedLogGroups, withoutSlash } from './generator-options.js';
import {
  checkGrafanaOptions,
  GRAFANA_MEMBERS,
  DEFAULT_CLOUDWATCH_UID,
  DEFAULT_INFINITY_UID,
  type GrafanaOptions,
  INFINITY,
  logsTarget,
} from './grafana-dashboard.js';

/** The data source whose spans are to lead to logs. */
export interface TraceDataSource {
  readonly name: string;
  readonly uid: string;
  /** Such as `tempo`, `jaeger`, `grafana-x-ray-datasource`. */
  readonly type: string;
  /**
   * Its address. Grafana replaces the data source of this name by what a file says: without an address, put the
   * `correlations` into the entry that provisions it instead.
   */
  readonly url?: string | undefined;
}

/** What is provisioned, beside what the dashboard needs. */
export interface GrafanaProvisioningOptions extends GrafanaOptions {
  /** Spans of it get links to their logs, and log records links to their trace. Default: none. */
  readonly traces?: TraceDataSource | undefined;
}

const MEMBERS = { ...GRAFANA_MEMBERS, traces: true } as const satisfies Record<
  keyof GrafanaProvisioningOptions,
  true
>;

const TRACES_MEMBERS = { name: true, uid: true, type: true, url: true } as const satisfies Record<
  keyof TraceDataSource,
  true
>;

/** A file of Grafana's folder `provisioning/datasources`: JSON is YAML. */
export interface GrafanaProvisioning {
  readonly apiVersion: 1;
  readonly datasources: readonly Readonly<Record<string, unknown>>[];
}

/**
 * Data sources and correlations of Grafana. Its own «trace to logs» knows no CloudWatch: correlations are the road
 * from a span to its logs, and back.
 * @throws OptionError
 */
export function grafanaProvisioning(options: GrafanaProvisioningOptions): GrafanaProvisioning {
  checkMembers('', options, MEMBERS);
  const { traces, ...own } = options;
  checkGrafanaOptions(own);
  const {
    region,
    handlerUrl,
    cloudWatchUid = DEFAULT_CLOUDWATCH_UID,
    infinityUid = DEFAULT_INFINITY_UID,
  } = own;
  if (traces !== undefined) checkTraces(traces);
  return {
    apiVersion: 1,
    datasources: [
      {
        name: 'CloudWatch Logs',
        type: 'cloudwatch',
        uid: cloudWatchUid,
        access: 'proxy',
        jsonData: {
          authType: 'default',
          defaultRegion: region,
          // A field named @xrayTraceId is all that it would link by itself.
          ...(traces?.type === 'grafana-x-ray-datasource' && { tracingDatasourceUid: traces.uid }),
        },
        ...(traces && { correlations: [logToTrace(traces)] }),
      },
      ...(handlerUrl === undefined
        ? []
        : [
            {
              name: 'Log look-ups',
              type: INFINITY,
              uid: infinityUid,
              access: 'proxy',
              url: withoutSlash(handlerUrl),
              jsonData: { allowedHosts: [new URL(handlerUrl).origin], timeoutInSeconds: 60 },
            },
          ]),
      ...(traces ? [{ ...traces, access: 'proxy', correlations: spanToLogs(own, cloudWatchUid) }] : []),
    ],
  };
}

function checkTraces(traces: TraceDataSource): void {
  checkMembers('traces', traces, TRACES_MEMBERS);
  checkText('traces.name', traces.name);
  checkText('traces.uid', traces.uid);
  checkText('traces.type', traces.type);
  if (traces.url !== undefined) checkText('traces.url', traces.url);
}

/** From a span to the query that finds its trace, and to the page, where there is one. */
function spanToLogs(options: GrafanaOptions, targetUID: string): object[] {
  const query = correlationQuery({ trace: '${traceID}' }, { limit: 1_000 });
  const target = logsTarget(options, query, namedLogGroups(options.logGroups));
  const logs = correlation('Logs of the trace', 'query', targetUID, { field: 'traceID', target });
  if (options.handlerUrl === undefined) return [logs];
  const url = `${withoutSlash(options.handlerUrl)}/trace/\${traceID}`;
  return [
    logs,
    correlation('Every log record of the trace', 'external', undefined, {
      field: 'traceID',
      target: { url },
    }),
  ];
}

function logToTrace({ uid, type }: TraceDataSource): object {
  const target =
    type === 'grafana-x-ray-datasource'
      ? { queryType: 'getTrace', query: '${trace}' }
      : { queryType: 'traceql', query: '${trace}' };
  return correlation('Trace', 'query', uid, { field: 'trace', target });
}

function correlation(
  label: string,
  type: 'query' | 'external',
  targetUID: string | undefined,
  config: { readonly field: string; readonly target: object },
): object {
  return {
    ...(targetUID !== undefined && { targetUID }),
    label,
    type,
    // Before version 11.3 Grafana reads the type here.
    config: { type, ...config },
  };
}
