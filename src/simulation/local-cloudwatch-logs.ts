import { OptionError } from '../cloudwatch/errors.js';
import { AdjustableClock } from './faults/adjustable-clock.js';
import { answerControl, type Controlled } from './faults/control.js';
import { FaultInjection } from './faults/fault-injection.js';
import type { FaultRule } from './faults/fault-rule.js';
import { LOG_GROUPS, type LogGroupDocument } from './operations/collections.js';
import { answerAwsJson } from './operations/dispatch.js';
import { EventFeed } from './operations/event-feed.js';
import { expireEvents } from './operations/find-log-group.js';
import type { ServiceContext } from './operations/service-context.js';
import { subscriptionsOf } from './operations/subscription-filters.js';
import { unknownOperation } from './protocol/aws-json.js';
import { type Exchange, type HttpServer, sendJson, startHttpServer } from './protocol/http-server.js';
import { createSignatureCheck, type SigningCredentials } from './protocol/signatures.js';
import { MemoryCatalog } from './store/memory-catalog.js';
import { createMemoryEventStore } from './store/memory-event-store.js';
import { MIN_STORE_BYTES } from './store/segment-limits.js';
import { LocalDestinations } from './subscriptions/local-destinations.js';
import { SubscriptionDelivery } from './subscriptions/subscription-delivery.js';
import { deliverFresh } from './subscriptions/subscriptions.js';

/** How a local service is started. */
export interface LocalCloudWatchLogsOptions {
  /** TCP port on 127.0.0.1; 0, the default, takes a free one. */
  readonly port?: number | undefined;
  /** 12 digits; `000000000000` by default. */
  readonly accountId?: string | undefined;
  /** `us-east-1` by default. */
  readonly region?: string | undefined;
  /** Milliseconds since 1970: the service's clock, so that tests can set the time. Default: the system's. */
  readonly clock?: (() => number) | undefined;
  /** Bytes of events that are kept, oldest going first; message bytes and 26 for each event. Default: unbounded. */
  readonly maxBytes?: number | undefined;
  /** Host names, without port, that requests may be sent to besides 127.0.0.1, localhost and [::1]. */
  readonly allowedHosts?: readonly string[] | undefined;
  /** Keys that requests must be signed with; without them any signature, and none, will do. */
  readonly verifySignatures?: readonly SigningCredentials[] | undefined;
  /** Faults in force from the start. */
  readonly faults?: readonly FaultRule[] | undefined;
  /** A whole number that decides which requests faults with a probability strike; 1 by default. */
  readonly faultSeed?: number | undefined;
  /**
   * What subscription filters deliver to: URLs, on the loopback address alone, by the ARN of the Lambda
   * function, stream or destination. A filter may also name such a URL as its `destinationArn`. A destination
   * that is neither gets nothing.
   */
  readonly subscriptionDestinations?: Readonly<Record<string, string>> | undefined;
  /** Folder whose sub-folders are the buckets that export tasks write to. */
  readonly exportDirectory?: string | undefined;
}

const EXPIRY_INTERVAL_MILLIS = 60_000;

/**
 * A local CloudWatch Logs service: any AWS SDK, the AWS CLI and other tools can use its {@link endpoint} in
 * place of the real one.
 */
export class LocalCloudWatchLogs {
  /** Where clients send their requests, for example `http://127.0.0.1:4586`. */
  readonly endpoint: string;
  readonly port: number;
  /** Faults that requests meet; also at `/_control/faults`. */
  readonly faults: FaultInjection;
  /** The service's time, which can be set; also at `/_control/clock`. */
  readonly clock: AdjustableClock;
  readonly #server: HttpServer;
  readonly #context: ServiceContext;
  readonly #expiry: NodeJS.Timeout;

  private constructor(server: HttpServer, context: ServiceContext, clock: AdjustableClock) {
    this.faults = context.faults;
    this.clock = clock;
    this.#server = server;
    this.#context = context;
    this.port = server.port;
    this.endpoint = `http://127.0.0.1:${server.port}`;
    this.#expiry = setInterval(() => {
      expireAll(context);
    }, EXPIRY_INTERVAL_MILLIS);
    this.#expiry.unref();
  }

  /**
   * Starts a service on the loopback address.
   * @throws OptionError for a wrong option; Error where the port is taken
   */
  static async start(options: LocalCloudWatchLogsOptions = {}): Promise<LocalCloudWatchLogs> {
    checkOptions(options);
    const { port = 0, allowedHosts = [], verifySignatures } = options;
    const clock = new AdjustableClock(options.clock ?? Date.now);
    const now = (): number => clock.now();
    const faults = new FaultInjection(options.faultSeed);
    for (const rule of options.faults ?? []) faults.add(rule);
    const catalog = new MemoryCatalog();
    const events = createMemoryEventStore({ maxBytes: options.maxBytes });
    const context: ServiceContext = {
      accountId: options.accountId ?? '000000000000',
      region: options.region ?? 'us-east-1',
      catalog,
      events,
      feed: new EventFeed(),
      destinations: new LocalDestinations(options.subscriptionDestinations),
      delivery: new SubscriptionDelivery(),
      exportDirectory: options.exportDirectory,
      faults,
      authenticate: verifySignatures ? createSignatureCheck(verifySignatures, now) : () => undefined,
      now,
      settled: async () => {
        await Promise.all([catalog.settled(), events.settled()]);
      },
    };
    context.feed.subscribe((fresh) => {
      deliverFresh(fresh, context.accountId, subscriptionsOf(context, fresh.group), context);
    });
    const server = await startHttpServer({ port, allowedHosts, clock: now }, (exchange) =>
      answer(context, { faults, clock }, exchange),
    );
    return new LocalCloudWatchLogs(server, context, clock);
  }

  /** Stops the service: open connections are cut, files are written and closed. */
  async stop(): Promise<void> {
    clearInterval(this.#expiry);
    this.#context.delivery.stop();
    await this.#server.close();
    await Promise.all([this.#context.catalog.close(), this.#context.events.close()]);
  }
}

async function answer(context: ServiceContext, controlled: Controlled, exchange: Exchange): Promise<void> {
  const { request, response, path } = exchange;
  if (request.method === 'POST' && path === '/') {
    await answerAwsJson(context, exchange);
  } else if (request.method === 'GET' && path === '/health') {
    sendJson(response, { status: 'ok' }, { contentType: 'application/json' });
  } else if (path.startsWith('/_control/')) {
    await answerControl(controlled, exchange);
  } else {
    throw unknownOperation();
  }
}

function expireAll(context: ServiceContext): void {
  for (const [, group] of context.catalog.list<LogGroupDocument>(LOG_GROUPS)) expireEvents(context, group);
}

function checkOptions({
  port = 0,
  accountId,
  region,
  clock,
  maxBytes,
  allowedHosts,
}: LocalCloudWatchLogsOptions): void {
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new OptionError('port', 'be a whole number from 0 to 65535', port);
  }
  if (accountId !== undefined && !/^\d{12}$/.test(accountId)) {
    throw new OptionError('accountId', 'be a string of 12 digits', accountId);
  }
  if (region !== undefined && !/^[a-z]{2}(-[a-z]+)+-\d+$/.test(region)) {
    throw new OptionError('region', 'be the name of an AWS region, such as us-east-1', region);
  }
  if (clock !== undefined && typeof clock !== 'function') {
    throw new OptionError('clock', 'be a function that returns milliseconds', clock);
  }
  if (maxBytes !== undefined && !(maxBytes >= MIN_STORE_BYTES)) {
    throw new OptionError('maxBytes', `be a number of at least ${MIN_STORE_BYTES} (bytes)`, maxBytes);
  }
  if (allowedHosts !== undefined && !Array.isArray(allowedHosts)) {
    throw new OptionError('allowedHosts', 'be an array of host names', allowedHosts);
  }
}
