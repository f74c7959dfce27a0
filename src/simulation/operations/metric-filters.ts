import type { RequestOf } from '../protocol/request-shapes.js';
import { invalidOperation, invalidParameter, limitExceeded, notFound } from '../service-error.js';
import {
  LOG_GROUPS,
  type LogGroupDocument,
  type MetricFilterDocument,
  metricFiltersOf,
} from './collections.js';
import { type FilterPattern, parseFieldSelector, readNumber } from '../filter-patterns/filter-pattern.js';
import { checkSystemFields, parseFieldSelection } from './field-selection.js';
import { extractor, parseOrRefuse, refuseManyRegexes } from './filter-pattern.js';
import { findLogGroup } from './find-log-group.js';
import { pageOf } from './page-tokens.js';
import type { Answer, Handlers, ServiceContext } from './service-context.js';

/** Filters of one group, and dimensions of one filter. Source: "CloudWatch Logs quotas"; PutMetricFilter. */
const MAX_METRIC_FILTERS = 100;
const MAX_DIMENSIONS = 3;

function putMetricFilter(context: ServiceContext, request: RequestOf<'PutMetricFilter'>): Answer {
  const { logGroupName, filterName, filterPattern, metricTransformations } = request;
  const pattern = parseOrRefuse(filterPattern, 'Invalid metric filter pattern');
  const { fieldSelectionCriteria, emitSystemFieldDimensions } = request;
  for (const transformation of metricTransformations) {
    checkTransformation(transformation, pattern, emitSystemFieldDimensions?.length);
  }
  if (fieldSelectionCriteria) parseFieldSelection(fieldSelectionCriteria);
  checkSystemFields(emitSystemFieldDimensions);
  const group = findLogGroup(context, logGroupName);
  if (group.logGroupClass !== 'STANDARD') {
    throw invalidOperation('Metric filters are only supported for log groups in the Standard log class.');
  }
  refuseManyRegexes(context, logGroupName, { filterName, filterPattern });
  const collection = metricFiltersOf(logGroupName);
  const existing = context.catalog.get<MetricFilterDocument>(collection, filterName);
  if (!existing && context.catalog.count(collection) >= MAX_METRIC_FILTERS) throw limitExceeded();
  const filter: MetricFilterDocument = {
    filterName,
    filterPattern,
    metricTransformations,
    creationTime: existing?.creationTime ?? context.epochMillis(),
    logGroupName,
    applyOnTransformedLogs: request.applyOnTransformedLogs ?? false,
    fieldSelectionCriteria,
    emitSystemFieldDimensions,
  };
  context.catalog.put(collection, filterName, filter);
  return undefined;
}

/**
 * The texts are recorded.
 * @param systemDimensions - they count as dimensions. Source: PutMetricFilter, `emitSystemFieldDimensions`
 */
function checkTransformation(
  transformation: RequestOf<'PutMetricFilter'>['metricTransformations'][number],
  pattern: FilterPattern,
  systemDimensions = 0,
): void {
  const { metricNamespace, metricValue, dimensions = {}, defaultValue } = transformation;
  if (metricNamespace.startsWith('AWS/')) {
    throw invalidParameter('Metric namespaces starting with AWS/ are reserved for AWS.');
  }
  if (readNumber(metricValue) === undefined && !parseFieldSelector(pattern, metricValue)) {
    throw invalidTransformation(`metric value ${metricValue} must be a valid number`);
  }
  const selectors = Object.values(dimensions);
  const count = selectors.length + systemDimensions;
  if (count > MAX_DIMENSIONS) {
    throw invalidParameter(
      'Number of dimensions exceeds the maximum number of dimensions supported per metric filter',
    );
  }
  if (count > 0 && defaultValue !== undefined) {
    throw invalidTransformation('dimensions and default value are mutually exclusive properties');
  }
  // JSON and space-delimited patterns alone extract anything. Source: PutMetricFilter, `dimensions`.
  if (selectors.length > 0 && pattern.kind === 'Terms') {
    throw invalidParameter('The specified filter pattern does not support dimensions');
  }
  if (!selectors.every((selector) => parseFieldSelector(pattern, selector))) {
    throw invalidTransformation('dimension value must be valid selector');
  }
}

function invalidTransformation(reason: string): Error {
  return invalidParameter(`Invalid metric transformation: ${reason}`);
}

function describeMetricFilters(context: ServiceContext, request: RequestOf<'DescribeMetricFilters'>): Answer {
  const { logGroupName, metricName, metricNamespace } = request;
  if ((metricName === undefined) !== (metricNamespace === undefined)) {
    throw invalidParameter('metricName and metricNamespace must be given together.');
  }
  // Source: DescribeMetricFilters, `filterNamePrefix`: used only beside logGroupName.
  const prefix = logGroupName === undefined ? undefined : request.filterNamePrefix;
  if (logGroupName !== undefined) findLogGroup(context, logGroupName);
  const { items, nextToken } = pageOf<MetricFilterDocument>(
    JSON.stringify(['DescribeMetricFilters', logGroupName, prefix, metricName, metricNamespace]),
    { nextToken: request.nextToken, limit: request.limit ?? 50, now: context.epochMillis() },
    (after) => metricFilters(context, { logGroupName, prefix, metricName, metricNamespace, after }),
  );
  return { metricFilters: items, nextToken };
}

/** Ordered by filter name, then by group. */
function* metricFilters(
  context: ServiceContext,
  wanted: {
    readonly logGroupName: string | undefined;
    readonly prefix: string | undefined;
    readonly metricName: string | undefined;
    readonly metricNamespace: string | undefined;
    readonly after: string | undefined;
  },
): Generator<readonly [string, MetricFilterDocument]> {
  const groups =
    wanted.logGroupName === undefined
      ? [...context.catalog.list<LogGroupDocument>(LOG_GROUPS)].map(([name]) => name)
      : [wanted.logGroupName];
  const entries = groups.flatMap((name) =>
    [...context.catalog.list<MetricFilterDocument>(metricFiltersOf(name), { prefix: wanted.prefix })].map(
      ([filterName, filter]) => [`${filterName}\0${name}`, filter] as const,
    ),
  );
  entries.sort(([left], [right]) => (left < right ? -1 : 1));
  for (const [key, filter] of entries) {
    if (wanted.after !== undefined && key <= wanted.after) continue;
    const names = filter.metricTransformations.every(
      (each) =>
        (wanted.metricName ?? each.metricName) === each.metricName &&
        (wanted.metricNamespace ?? each.metricNamespace) === each.metricNamespace,
    );
    if (names) yield [key, filter];
  }
}

function deleteMetricFilter(
  context: ServiceContext,
  { logGroupName, filterName }: RequestOf<'DeleteMetricFilter'>,
): Answer {
  findLogGroup(context, logGroupName);
  if (!context.catalog.delete(metricFiltersOf(logGroupName), filterName)) {
    throw notFound('The specified metric filter does not exist.');
  }
  return undefined;
}

function testMetricFilter(_context: ServiceContext, request: RequestOf<'TestMetricFilter'>): Answer {
  const extract = extractor(request.filterPattern);
  const matches = request.logEventMessages.flatMap((eventMessage, index) => {
    const extractedValues = extract(eventMessage);
    // Counted from 1, as in the AWS CLI's sample; those of the API reference count from 0.
    return extractedValues ? [{ eventNumber: index + 1, eventMessage, extractedValues }] : [];
  });
  return { matches };
}

export const METRIC_FILTER_HANDLERS = {
  PutMetricFilter: putMetricFilter,
  DescribeMetricFilters: describeMetricFilters,
  DeleteMetricFilter: deleteMetricFilter,
  TestMetricFilter: testMetricFilter,
} satisfies Handlers;
