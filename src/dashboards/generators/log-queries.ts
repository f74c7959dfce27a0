import { errorFilter } from '../../insights/look-up/error-look-up.js';
import { correlationQuery } from '../../insights/look-up/correlation-query.js';
import { QueryBuilder } from '../../insights/language/query-builder.js';

/**
 * The queries of dashboards, without their log groups. They read what this package writes in any layout, and
 * Powertools.
 */
export interface LogQueries {
  readonly errorsOverTime: string;
  readonly errorsByService: string;
  readonly slowestTraces: string;
  readonly newestErrors: string;
  /** Every event of the trace. */
  readonly trace: string;
  /** Of the group `aws/spans`. */
  readonly slowestRequests: string;
}

/** What stands in the queries for the choices of whoever looks. */
export interface QueryChoices {
  /** A regular expression, or a variable that becomes one. */
  readonly service: string;
  /** A trace id, or a variable that becomes one. */
  readonly traceId: string;
  /** What a trace's address begins with; undefined for none. The id follows. */
  readonly traceAddress: TraceAddress | undefined;
}

/** Where a trace can be looked at. */
export interface TraceAddress {
  readonly prefix: string;
  /** The id follows in X-Ray's form, as the console has it. */
  readonly isXRay: boolean;
}

/** A service under each writer's key. */
const SERVICE =
  'coalesce(resource.service.name, resource.attributes.service.name, service, @log) as serviceName';
const TRACE = 'coalesce(trace_id, traceId, xray_trace_id) as trace';
const TEXT = 'coalesce(body, message, msg, @message) as text';
const EXCEPTION = 'coalesce(attributes.exception.type, exception_name, errorType) as exception';

/** Puts the queries together. */
export function logQueries({ service, traceId, traceAddress }: QueryChoices): LogQueries {
  const ofService = `filter serviceName like /${service}/`;
  const errors = new QueryBuilder().filter(errorFilter()).toString();
  const link = traceAddress === undefined ? [] : [`fields ${linkOf(traceAddress)} as link`];
  const shown = [
    '@timestamp',
    'serviceName',
    'text',
    'exception',
    'trace',
    ...(link.length > 0 ? ['link'] : []),
  ];
  return {
    errorsOverTime: joined(`fields ${SERVICE}`, ofService, errors, 'stats count(*) as errors by bin(5m)'),
    errorsByService: joined(
      `fields ${SERVICE}`,
      ofService,
      errors,
      'stats count(*) as errors by serviceName',
      'sort errors desc',
      'limit 25',
    ),
    slowestTraces: joined(
      `fields ${SERVICE}, ${TRACE}`,
      `${ofService} and ispresent(trace)`,
      'stats max(@timestamp) - min(@timestamp) as milliseconds, count(*) as records, count_distinct(serviceName) as services by trace',
      'sort milliseconds desc',
      'limit 25',
    ),
    newestErrors: joined(
      `fields @timestamp, ${SERVICE}, ${TEXT}, ${EXCEPTION}, ${TRACE}`,
      ...link,
      ofService,
      errors,
      'sort @timestamp desc',
      'limit 50',
      `display ${shown.join(', ')}`,
    ),
    trace: correlationQuery({ trace: traceId }, { limit: 1_000 }).replace(/^ {0,9}/gm, ''),
    slowestRequests: joined(
      'fields @timestamp, durationNano / 1000000 as milliseconds, name, resource.attributes.service.name as serviceName, traceId',
      `${ofService} and (kind = "SERVER" or kind = 2)`,
      'sort milliseconds desc',
      'limit 25',
    ),
  };
}

function linkOf({ prefix, isXRay }: TraceAddress): string {
  const text = JSON.stringify(prefix);
  return isXRay
    ? `concat(${text}, "1-", substr(trace, 0, 8), "-", substr(trace, 8))`
    : `concat(${text}, trace)`;
}

function joined(...commands: readonly string[]): string {
  return commands.join('\n| ');
}
