import {
  type CloudWatchLogsClient,
  DeleteMetricFilterCommand,
  DescribeMetricFiltersCommand,
  PutMetricFilterCommand,
  type StandardUnit,
  TestMetricFilterCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { isDeepStrictEqual } from 'node:util';
import { checkMembers } from '../cloudwatch/check-members.js';
import { checkGivenTexts, checkSignal, checkTexts } from '../cloudwatch/check-values.js';
import { OptionError } from '../cloudwatch/errors.js';
import { checkFilterName, checkFilterPattern, checkLogGroupName, checkMetricName } from './checks.js';
import { abortable } from './log-groups.js';
import { LIST_MEMBERS, type ListOptions, pages } from './pages.js';
import { call, callUnless } from './resource-error.js';

/** The metric that matching events make. */
export interface MetricTransformation {
  /** The metric’s name. */
  readonly metricName: string;
  /** The metric’s namespace, not one of AWS’s own. */
  readonly metricNamespace: string;
  /** A number, or a field of the pattern such as `$.latency`. */
  readonly metricValue: string;
  /** Published when no event matches; not together with dimensions. */
  readonly defaultValue?: number | undefined;
  /** At most 3: name to field. */
  readonly dimensions?: Readonly<Record<string, string>> | undefined;
  /** Default `None`. */
  readonly unit?: StandardUnit | undefined;
}

/** A metric made from the events of a log group. */
export interface MetricFilterSpec {
  /** The log group whose events are matched. */
  readonly logGroupName: string;
  /** Its name, of its own within the log group. */
  readonly filterName: string;
  /** Which events match; an empty one matches all. */
  readonly filterPattern: string;
  /** What a match makes. */
  readonly metric: MetricTransformation;
}

/** A metric filter as the service describes it. */
export interface MetricFilter extends MetricFilterSpec {
  readonly creationTimeMillis: number;
}

const SPEC_MEMBERS = {
  logGroupName: true,
  filterName: true,
  filterPattern: true,
  metric: true,
} as const satisfies Record<keyof MetricFilterSpec, true>;

const METRIC_MEMBERS = {
  metricName: true,
  metricNamespace: true,
  metricValue: true,
  defaultValue: true,
  dimensions: true,
  unit: true,
} as const satisfies Record<keyof MetricTransformation, true>;

/** Which filters to list. */
interface ListFiltersOptions extends ListOptions {
  readonly prefix?: string | undefined;
}

const LIST_FILTERS_MEMBERS = { ...LIST_MEMBERS, prefix: true } as const satisfies Record<
  keyof ListFiltersOptions,
  true
>;

/** What a pattern found in one message. */
export interface MetricFilterMatch {
  /** Counted from 1. */
  readonly eventNumber: number;
  readonly eventMessage: string;
  readonly extractedValues: Readonly<Record<string, string>>;
}

/** Metric filters of log groups. Every method throws OptionError or ResourceError. */
export class MetricFilters {
  readonly #client: CloudWatchLogsClient;

  constructor(client: CloudWatchLogsClient) {
    this.#client = client;
  }

  /**
   * Lists metric filters, page by page as they are asked for.
   * @param logGroupName - undefined: of all groups
   */
  list(logGroupName?: string, options: ListFiltersOptions = {}): AsyncIterable<MetricFilter> {
    if (logGroupName !== undefined) checkLogGroupName(logGroupName);
    checkMembers('', options, LIST_FILTERS_MEMBERS);
    const { prefix, signal } = options;
    checkGivenTexts({ prefix });
    checkSignal(signal);
    if (prefix !== undefined && logGroupName === undefined) {
      throw new OptionError('prefix', 'be given with a logGroupName', prefix);
    }
    return pages(async (nextToken) => {
      const command = new DescribeMetricFiltersCommand({ logGroupName, filterNamePrefix: prefix, nextToken });
      const answer = await call('DescribeMetricFilters', () => this.#client.send(command, abortable(signal)));
      const items = (answer.metricFilters ?? []).map((filter) => ({
        logGroupName: filter.logGroupName ?? logGroupName ?? '',
        filterName: filter.filterName ?? '',
        filterPattern: filter.filterPattern ?? '',
        metric: filter.metricTransformations?.[0] as MetricTransformation,
        creationTimeMillis: filter.creationTime ?? 0,
      }));
      return { items, nextToken: answer.nextToken };
    }, signal);
  }

  /** Makes a filter, or replaces that of the same name. A group takes 100. */
  async put(spec: MetricFilterSpec): Promise<void> {
    checkSpec(spec);
    const { metric, ...names } = spec;
    const { dimensions, ...rest } = metric;
    const command = new PutMetricFilterCommand({
      ...names,
      metricTransformations: [{ ...rest, ...(dimensions && { dimensions: { ...dimensions } }) }],
    });
    await call('PutMetricFilter', () => this.#client.send(command));
  }

  /** Puts a filter unless it is there just so. @returns whether anything changed */
  async ensure(spec: MetricFilterSpec): Promise<boolean> {
    checkSpec(spec);
    for await (const filter of this.list(spec.logGroupName, { prefix: spec.filterName })) {
      const isSame =
        filter.filterName === spec.filterName &&
        filter.filterPattern === spec.filterPattern &&
        isDeepStrictEqual(comparable(filter.metric), comparable(spec.metric));
      if (isSame) return false;
    }
    await this.put(spec);
    return true;
  }

  /** @returns false for a filter that did not exist */
  async delete(logGroupName: string, filterName: string): Promise<boolean> {
    checkLogGroupName(logGroupName);
    checkFilterName(filterName);
    return await callUnless('missing', 'DeleteMetricFilter', () =>
      this.#client.send(new DeleteMetricFilterCommand({ logGroupName, filterName })),
    );
  }

  /** Tries a pattern on 1 to 50 messages. */
  async test(filterPattern: string, logEventMessages: readonly string[]): Promise<MetricFilterMatch[]> {
    checkFilterPattern(filterPattern);
    checkTexts('logEventMessages', logEventMessages);
    if (logEventMessages.length < 1 || logEventMessages.length > 50) {
      throw new OptionError('logEventMessages', 'hold 1 to 50 messages', logEventMessages.length);
    }
    const command = new TestMetricFilterCommand({ filterPattern, logEventMessages: [...logEventMessages] });
    const { matches = [] } = await call('TestMetricFilter', () => this.#client.send(command));
    return matches.map((match) => ({
      eventNumber: match.eventNumber ?? 0,
      eventMessage: match.eventMessage ?? '',
      extractedValues: match.extractedValues ?? {},
    }));
  }
}

function checkSpec(spec: MetricFilterSpec): void {
  checkMembers('', spec, SPEC_MEMBERS);
  checkLogGroupName(spec.logGroupName);
  checkFilterName(spec.filterName);
  checkFilterPattern(spec.filterPattern);
  checkMetric(spec.metric);
}

function checkMetric(metric: MetricTransformation): void {
  checkMembers('metric', metric, METRIC_MEMBERS);
  checkMetricName('metric.metricName', metric.metricName);
  checkMetricName('metric.metricNamespace', metric.metricNamespace);
  const { metricValue, dimensions, defaultValue } = metric;
  if (typeof metricValue !== 'string' || metricValue.length < 1 || metricValue.length > 100) {
    throw new OptionError('metric.metricValue', 'be text of 1 to 100 characters', metricValue);
  }
  const count = Object.keys(dimensions ?? {}).length;
  if (count > 3) throw new OptionError('metric.dimensions', 'have at most 3 entries', count);
  if (count > 0 && defaultValue !== undefined) {
    throw new OptionError('metric.defaultValue', 'not be given together with dimensions', defaultValue);
  }
}

/** What makes two metrics the same: the service adds `unit: None` where none was given. */
function comparable(metric: MetricTransformation): object {
  const { metricName, metricNamespace, metricValue, defaultValue, dimensions, unit } = metric;
  return {
    metricName,
    metricNamespace,
    metricValue,
    defaultValue,
    dimensions: { ...dimensions },
    unit: unit ?? 'None',
  };
}
