import { show } from '../../cloudwatch/errors.js';
import { type Exchange, sendJson } from '../protocol/http-server.js';
import { ServiceError } from '../service-error.js';
import type { Metrics } from './metrics.js';

const PATH = '/_control/metrics';
const FILTERS: readonly string[] = ['namespace', 'metricName'];
const JSON_TYPE = { contentType: 'application/json' };

export function isMetricsPath(path: string): boolean {
  return path === PATH || path.startsWith(`${PATH}/`);
}

/**
 * Answers `/_control/metrics`: GET tells the metrics, of `?namespace=` and `?metricName=` where they are given, and
 * what became of publishing; DELETE forgets them; POST to `/_control/metrics/publish` publishes without waiting for the
 * end of the minute.
 */
export async function answerMetrics(
  metrics: Metrics,
  { request, response, path, query }: Exchange,
): Promise<void> {
  const action = `${request.method ?? ''} ${path}`;
  switch (action) {
    case `GET ${PATH}`: {
      const unknown = [...query.keys()].find((name) => !FILTERS.includes(name));
      if (unknown !== undefined) {
        throw new ServiceError(
          'ValidationException',
          `${action} takes ${FILTERS.join(', ')}, not ${show(unknown)}.`,
        );
      }
      const read = metrics.read({
        namespace: query.get('namespace') ?? undefined,
        metricName: query.get('metricName') ?? undefined,
      });
      sendJson(response, { metrics: read, publishing: metrics.status() }, JSON_TYPE);
      return;
    }
    case `POST ${PATH}/publish`:
      sendJson(response, { publishing: await metrics.publish() }, JSON_TYPE);
      return;
    case `DELETE ${PATH}`:
      metrics.clear();
      sendJson(response, { metrics: [], publishing: metrics.status() }, JSON_TYPE);
      return;
    default:
      throw new ServiceError('UnknownOperationException', `There is no ${action}.`, { status: 404 });
  }
}
