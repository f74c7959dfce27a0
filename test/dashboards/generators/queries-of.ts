import { type CloudWatchDashboardBody, type GrafanaDashboard } from '../../../src/dashboards/index.js';

/** A query as a dashboard runs it. */
export interface DashboardQuery {
  readonly title: string;
  readonly query: string;
  /** None where the query names its groups itself. */
  readonly logGroups: readonly string[];
}

/** What is chosen on a dashboard. */
export interface Choices {
  readonly service: string;
  readonly traceId: string;
}

/** The queries of a CloudWatch dashboard, its variables replaced as CloudWatch does: everywhere in its text. */
export function cloudWatchQueries(
  body: CloudWatchDashboardBody,
  { service, traceId }: Choices,
): DashboardQuery[] {
  let text = JSON.stringify(body.widgets);
  for (const variable of body.variables) {
    const value = variable.id === 'service' ? service : traceId;
    text = text.replaceAll(String(variable.pattern), JSON.stringify(value).slice(1, -1));
  }
  const widgets = JSON.parse(text) as { type: string; properties: { title: string; query: string } }[];
  return widgets
    .filter(({ type }) => type === 'log')
    .map(({ properties: { title, query } }) => ({ title, ...withoutSources(query) }));
}

/** The console takes the lines with a group each for itself, before it asks the service. */
function withoutSources(text: string): Omit<DashboardQuery, 'title'> {
  const named = /^(?:SOURCE '[^']+'\n\| )+/.exec(text)?.[0] ?? '';
  const logGroups = [...named.matchAll(/SOURCE '([^']+)'/g)].map(([, name]) => name!);
  return { query: text.slice(named.length), logGroups };
}

/** The queries of a Grafana dashboard, its variables replaced as Grafana does. */
export function grafanaQueries(dashboard: GrafanaDashboard, { service, traceId }: Choices): DashboardQuery[] {
  const panels = dashboard.panels as unknown as {
    title: string;
    targets: { queryMode?: string; expression: string; logGroupNames: string[] }[];
  }[];
  return panels.flatMap(({ title, targets }) =>
    targets
      .filter(({ queryMode }) => queryMode === 'Logs')
      .map(({ expression, logGroupNames }) => ({
        title,
        query: expression.replaceAll('${service:raw}', service).replaceAll('${trace_id:raw}', traceId),
        logGroups: logGroupNames,
      })),
  );
}
