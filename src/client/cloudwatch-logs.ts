import { type CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { checkMembers, checkMillisAboveZero } from '../cloudwatch/check-members.js';
import { checkClock, checkGivenTexts, checkTexts } from '../cloudwatch/check-values.js';
import {
  checkClient,
  checkClientOptions,
  CLIENT_MEMBERS,
  type ClientOptions,
  createCloudWatchLogsClient,
} from '../cloudwatch/client.js';
import { guardedClient } from '../cloudwatch/guarded-client.js';
import { OptionError } from '../cloudwatch/errors.js';
import { toRequestError } from '../cloudwatch/request-error.js';
import { CorrelationEngine, type QueryBuilder, QueryRunner, ReadCalls } from '../insights/index.js';
import {
  type FieldIndexes,
  type LogGroups,
  LogResources,
  type LogStreams,
  type MetricFilters,
  type SubscriptionFilters,
} from '../resources/index.js';
import { type TailOptions } from '../tail/index.js';
import { type LogTail, startTail } from '../tail/tail-logs.js';
import { beginQuery, type FluentQuery } from './fluent-query.js';
import { LogEvents } from './log-events.js';

/** How a {@link CloudWatchLogs} is made. */
export interface CloudWatchLogsOptions extends ClientOptions {
  /** Takes the place of region, endpoint and credentials. */
  readonly client?: CloudWatchLogsClient | undefined;
  /** Where events go and come from when a call names no log group. */
  readonly logGroupName?: string | undefined;
  /** The stream of calls that name none. */
  readonly logStreamName?: string | undefined;
  /** What queries, look-ups and tails read: names, ARNs, prefixes (`/apps/*`). Default: `logGroupName`. */
  readonly logGroups?: readonly string[] | undefined;
  /** Milliseconds since 1970; `Date.now` by default. */
  readonly clock?: (() => number) | undefined;
}

const MEMBERS = {
  ...CLIENT_MEMBERS,
  client: true,
  logGroupName: true,
  logStreamName: true,
  logGroups: true,
  clock: true,
} as const satisfies Record<keyof CloudWatchLogsOptions, true>;

/** Whether the service answers. */
export interface ClientHealth {
  readonly isHealthy: boolean;
  readonly latencyMillis: number;
  /** Why not; without log content. */
  readonly error?: Error | undefined;
}

/** Retention of log groups. */
export interface Retention {
  /** Says for how many days a log group keeps its events; see {@link LogGroups.setRetention}. */
  set: LogGroups['setRetention'];
  /** Days; undefined where events are kept for ever, or there is no such group. */
  get(logGroupName: string): Promise<number | undefined>;
}

/**
 * CloudWatch Logs of one account and region in one object: events, queries, look-ups, tails, resources. Each part is made
 * when it is used first, and all share one client. {@link shutdown} ends it.
 * @example
 * const logs = CloudWatchLogs.fromEnv({ logGroupName: '/apps/orders' });
 * await logs.events.putStructured((event) => event.info('order placed').fields({ item: 'book' }));
 */
export class CloudWatchLogs {
  readonly #client: CloudWatchLogsClient;
  readonly #isOwn: boolean;
  readonly #options: CloudWatchLogsOptions;
  readonly #epochMillis: () => number;
  /** Those that follow still. */
  readonly #tails = new Set<LogTail>();
  #parts: {
    events?: LogEvents;
    calls?: ReadCalls;
    insights?: QueryRunner;
    correlation?: CorrelationEngine;
    resources?: LogResources;
  } = {};

  /** @throws OptionError for wrong options; none makes a request */
  constructor(options: CloudWatchLogsOptions = {}) {
    checkMembers('', options, MEMBERS);
    const { client, errorDetails, logGroups, logGroupName, logStreamName, clock } = options;
    checkClientOptions(options);
    checkGivenTexts({ logGroupName, logStreamName });
    if (logGroups !== undefined) checkTexts('logGroups', logGroups);
    checkClock(clock);
    if (client !== undefined) checkClient(client);
    this.#isOwn = client === undefined;
    this.#client = client ? guardedClient(client, { errorDetails }) : createCloudWatchLogsClient(options);
    this.#options = options;
    this.#epochMillis = clock ?? Date.now;
  }

  /**
   * With the AWS SDK's variables, which every client reads, and `OTEL_EXPORTER_CLOUDWATCH_LOGS_LOG_GROUP_NAME` and `…_LOG_STREAM_NAME` where they are
   * names and no templates.
   */
  static fromEnv(options: CloudWatchLogsOptions = {}): CloudWatchLogs {
    checkMembers('', options, MEMBERS);
    const nameIn = (variable: string): string | undefined => {
      const name = process.env[`OTEL_EXPORTER_CLOUDWATCH_LOGS_${variable}`];
      return name === '' || name?.includes('{') ? undefined : name;
    };
    return new CloudWatchLogs({
      ...options,
      logGroupName: options.logGroupName ?? nameIn('LOG_GROUP_NAME'),
      logStreamName: options.logStreamName ?? nameIn('LOG_STREAM_NAME'),
    });
  }

  /** Log events: put, filtered, read. */
  get events(): LogEvents {
    return (this.#parts.events ??= new LogEvents(this.#client, this.#options, this.#epochMillis));
  }

  /** Runs queries. */
  get insights(): QueryRunner {
    return (this.#parts.insights ??= new QueryRunner({ client: this.#client, calls: this.#calls }));
  }

  /** Finds all events of a trace, span, request or field. @throws OptionError where no log groups are named */
  get correlation(): CorrelationEngine {
    return (this.#parts.correlation ??= new CorrelationEngine({
      client: this.#client,
      calls: this.#calls,
      logGroups: this.#logGroups('correlation'),
      clock: this.#epochMillis,
    }));
  }

  /** Makes, lists, changes and deletes log groups. */
  get logGroups(): LogGroups {
    return this.#resources.logGroups;
  }

  /** Makes, lists and deletes log streams. */
  get logStreams(): LogStreams {
    return this.#resources.logStreams;
  }

  /** How long log groups keep their events. */
  get retention(): Retention {
    const groups = this.logGroups;
    return {
      set: (logGroupName, days) => groups.setRetention(logGroupName, days),
      get: async (logGroupName) => (await groups.get(logGroupName))?.retentionInDays,
    };
  }

  /** Filters whose events the service hands on as they come. */
  get subscriptionFilters(): SubscriptionFilters {
    return this.#resources.subscriptionFilters;
  }

  /** Filters whose events the service counts as metrics. */
  get metricFilters(): MetricFilters {
    return this.#resources.metricFilters;
  }

  /** Indexes by which look-ups need not read every event. */
  get fieldIndexes(): FieldIndexes {
    return this.#resources.fieldIndexes;
  }

  /** Begins a query over the client's log groups. @param query - a function of a builder, or a text */
  query(query?: ((query: QueryBuilder) => QueryBuilder) | string): FluentQuery {
    const logGroups = this.#named() ?? [];
    return beginQuery(
      { client: this.#client, runner: this.insights, epochMillis: this.#epochMillis },
      logGroups,
      query,
    );
  }

  /** Follows log groups live. `shutdown` ends it. */
  tail(options: Partial<TailOptions> = {}): LogTail {
    const logGroups = options.logGroups ?? this.#logGroups('tail');
    const { clock = this.#epochMillis } = options;
    const tail = startTail(
      { ...options, client: this.#client, calls: this.#calls, clock, logGroups },
      { onEnd: () => this.#tails.delete(tail) },
    );
    this.#tails.add(tail);
    return tail;
  }

  /** Asks the service for one log group. Rejects for a wrong option alone. */
  async healthCheck(options: { readonly timeoutMillis?: number | undefined } = {}): Promise<ClientHealth> {
    checkMembers('', options, { timeoutMillis: true });
    checkMillisAboveZero('timeoutMillis', options.timeoutMillis);
    const { timeoutMillis = 5_000 } = options;
    const begun = performance.now();
    const latency = (): number => Math.round(performance.now() - begun);
    try {
      const abortSignal = AbortSignal.timeout(Math.ceil(timeoutMillis));
      await this.#client.send(new DescribeLogGroupsCommand({ limit: 1 }), { abortSignal });
      return { isHealthy: true, latencyMillis: latency() };
    } catch (error) {
      return { isHealthy: false, latencyMillis: latency(), error: toRequestError(error) };
    }
  }

  /**
   * Ends tails, delivers what buffers hold and what is kept within five seconds, and closes the connections, unless the client
   * was given.
   */
  async shutdown(): Promise<void> {
    await Promise.all([...this.#tails].map((tail) => tail.close()));
    await this.#parts.events?.shutdown();
    if (this.#isOwn) this.#client.destroy();
  }

  get #calls(): ReadCalls {
    return (this.#parts.calls ??= new ReadCalls({ client: this.#client, epochMillis: this.#epochMillis }));
  }

  get #resources(): LogResources {
    return (this.#parts.resources ??= new LogResources({ client: this.#client }));
  }

  #named(): readonly string[] | undefined {
    const { logGroups, logGroupName } = this.#options;
    return logGroups ?? (logGroupName === undefined ? undefined : [logGroupName]);
  }

  #logGroups(part: string): readonly string[] {
    const named = this.#named();
    if (named) return named;
    throw new OptionError('logGroups', `be given for ${part}: '*' reads every log group of the account`);
  }
}
