import { type CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { checkMembers } from '../cloudwatch/check-members.js';
import {
  checkClient,
  checkClientOptions,
  CLIENT_MEMBERS,
  type ClientOptions,
  createCloudWatchLogsClient,
} from '../cloudwatch/client.js';
import { guardedClient } from '../cloudwatch/guarded-client.js';
import { FieldIndexes } from './field-indexes.js';
import { LogGroups } from './log-groups.js';
import { LogStreams } from './log-streams.js';
import { MetricFilters } from './metric-filters.js';
import { SubscriptionFilters } from './subscription-filters.js';

/** Which service to manage: a client, or what one is made from. */
export interface LogResourcesOptions extends ClientOptions {
  /** Takes the place of all other options. */
  readonly client?: CloudWatchLogsClient | undefined;
}

const RESOURCES_MEMBERS = { ...CLIENT_MEMBERS, client: true } as const satisfies Record<
  keyof LogResourcesOptions,
  true
>;

/**
 * The resources of CloudWatch Logs in one account and region.
 * @example
 * const resources = new LogResources({ region: 'eu-central-1' });
 * await resources.logGroups.ensure({ logGroupName: '/apps/orders', retentionInDays: 30 });
 */
export class LogResources {
  readonly logGroups: LogGroups;
  readonly logStreams: LogStreams;
  readonly subscriptionFilters: SubscriptionFilters;
  readonly metricFilters: MetricFilters;
  readonly fieldIndexes: FieldIndexes;
  readonly #ownClient: CloudWatchLogsClient | undefined;

  /** @throws OptionError for wrong options; none makes a request */
  constructor(options: LogResourcesOptions = {}) {
    checkMembers('', options, RESOURCES_MEMBERS);
    const { client: given, ...clientOptions } = options;
    checkClientOptions(clientOptions);
    if (given !== undefined) checkClient(given);
    const client = given
      ? guardedClient(given, { errorDetails: clientOptions.errorDetails })
      : createCloudWatchLogsClient(clientOptions);
    this.#ownClient = given ? undefined : client;
    this.logGroups = new LogGroups(client);
    this.logStreams = new LogStreams(client);
    this.subscriptionFilters = new SubscriptionFilters(client);
    this.metricFilters = new MetricFilters(client);
    this.fieldIndexes = new FieldIndexes(client);
  }

  /** Closes the connections, unless the client was given. */
  close(): void {
    this.#ownClient?.destroy();
  }
}
