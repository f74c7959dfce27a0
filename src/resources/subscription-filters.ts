import {
  type CloudWatchLogsClient,
  DeleteSubscriptionFilterCommand,
  DescribeSubscriptionFiltersCommand,
  PutSubscriptionFilterCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { checkMembers } from '../cloudwatch/check-members.js';
import { checkGivenTexts, checkSignal } from '../cloudwatch/check-values.js';
import { OptionError } from '../cloudwatch/errors.js';
import { checkArn, checkFilterName, checkFilterPattern, checkLogGroupName } from './checks.js';
import { abortable } from './log-groups.js';
import { LIST_MEMBERS, type ListOptions, pages } from './pages.js';
import { call, callUnless } from './resource-error.js';

/** Where matching events of a log group are pushed. */
export interface SubscriptionFilterSpec {
  /** The log group whose events are sent on. */
  readonly logGroupName: string;
  /** Its name, of its own within the log group. */
  readonly filterName: string;
  /** Empty: every event. */
  readonly filterPattern: string;
  /** A Kinesis or Firehose stream, a Lambda function, or a logical destination. */
  readonly destinationArn: string;
  /** The role that may write there; not for Lambda and logical destinations. */
  readonly roleArn?: string | undefined;
  /** Default `ByLogStream`. */
  readonly distribution?: 'ByLogStream' | 'Random' | undefined;
}

/** A subscription filter as the service describes it. */
export interface SubscriptionFilter extends SubscriptionFilterSpec {
  readonly creationTimeMillis: number;
}

const SPEC_MEMBERS = {
  logGroupName: true,
  filterName: true,
  filterPattern: true,
  destinationArn: true,
  roleArn: true,
  distribution: true,
} as const satisfies Record<keyof SubscriptionFilterSpec, true>;

/** Which filters to list. */
interface ListFiltersOptions extends ListOptions {
  readonly prefix?: string | undefined;
}

const LIST_FILTERS_MEMBERS = { ...LIST_MEMBERS, prefix: true } as const satisfies Record<
  keyof ListFiltersOptions,
  true
>;

/** Subscription filters of log groups. Every method throws OptionError or ResourceError. */
export class SubscriptionFilters {
  readonly #client: CloudWatchLogsClient;

  constructor(client: CloudWatchLogsClient) {
    this.#client = client;
  }

  /** Lists the subscription filters of a group, page by page as they are asked for. */
  list(logGroupName: string, options: ListFiltersOptions = {}): AsyncIterable<SubscriptionFilter> {
    checkLogGroupName(logGroupName);
    checkMembers('', options, LIST_FILTERS_MEMBERS);
    const { prefix, signal } = options;
    checkGivenTexts({ prefix });
    checkSignal(signal);
    return pages(async (nextToken) => {
      const command = new DescribeSubscriptionFiltersCommand({
        logGroupName,
        filterNamePrefix: prefix,
        nextToken,
      });
      const answer = await call('DescribeSubscriptionFilters', () =>
        this.#client.send(command, abortable(signal)),
      );
      const items = (answer.subscriptionFilters ?? []).map((filter) => ({
        logGroupName: filter.logGroupName ?? logGroupName,
        filterName: filter.filterName ?? '',
        filterPattern: filter.filterPattern ?? '',
        destinationArn: filter.destinationArn ?? '',
        roleArn: filter.roleArn,
        distribution: filter.distribution ?? ('ByLogStream' as const),
        creationTimeMillis: filter.creationTime ?? 0,
      }));
      return { items, nextToken: answer.nextToken };
    }, signal);
  }

  /** Makes a filter, or replaces that of the same name. A group takes two. */
  async put(spec: SubscriptionFilterSpec): Promise<void> {
    checkSpec(spec);
    await call('PutSubscriptionFilter', () =>
      this.#client.send(new PutSubscriptionFilterCommand({ ...spec })),
    );
  }

  /** Puts a filter unless it is there just so. @returns whether anything changed */
  async ensure(spec: SubscriptionFilterSpec): Promise<boolean> {
    checkSpec(spec);
    for await (const filter of this.list(spec.logGroupName, { prefix: spec.filterName })) {
      if (
        filter.filterName === spec.filterName &&
        filter.filterPattern === spec.filterPattern &&
        filter.destinationArn === spec.destinationArn &&
        filter.roleArn === spec.roleArn &&
        filter.distribution === (spec.distribution ?? 'ByLogStream')
      ) {
        return false;
      }
    }
    await this.put(spec);
    return true;
  }

  /** @returns false for a filter that did not exist */
  async delete(logGroupName: string, filterName: string): Promise<boolean> {
    checkLogGroupName(logGroupName);
    checkFilterName(filterName);
    return await callUnless('missing', 'DeleteSubscriptionFilter', () =>
      this.#client.send(new DeleteSubscriptionFilterCommand({ logGroupName, filterName })),
    );
  }
}

function checkSpec(spec: SubscriptionFilterSpec): void {
  checkMembers('', spec, SPEC_MEMBERS);
  checkLogGroupName(spec.logGroupName);
  checkFilterName(spec.filterName);
  checkFilterPattern(spec.filterPattern);
  checkArn('destinationArn', spec.destinationArn);
  if (spec.roleArn !== undefined) checkArn('roleArn', spec.roleArn);
  if (spec.distribution !== undefined && !['ByLogStream', 'Random'].includes(spec.distribution)) {
    throw new OptionError('distribution', 'be ByLogStream or Random', spec.distribution);
  }
}
