import { clientEnvironment } from './client-environment.js';
import { AdjustableClock } from './faults/adjustable-clock.js';
import { answerControl, type Controlled } from './faults/control.js';
import type { FaultInjection } from './faults/fault-injection.js';
import { readFixtures, storeFixtures } from './fixtures.js';
import { checkOptions, type LocalCloudWatchLogsOptions, type PageListener } from './local-options.js';
import type { PublishingStatus } from './metrics/metric-publisher.js';
import type { MetricReading, WantedMetrics } from './metrics/metric-store.js';
import { answerAwsJson } from './operations/dispatch.js';
import { answerIngestion, isIngestionPath } from './operations/http-ingestion.js';
import { unknownOperation } from './protocol/aws-json.js';
import { type Exchange, type HttpServer, sendJson, startHttpServer } from './protocol/http-server.js';
import type { PlacedEvent, PlacedEventFilter, PutOptions } from './placed-event.js';
import { answerLanding } from './protocol/landing.js';
import { inUrl, isEveryAddress } from './protocol/listening-address.js';
import type { SigningCredentials } from './protocol/signatures.js';
import { ServiceError } from './service-error.js';
import type { StoreStatistics } from './store/event-store.js';
import type { FolderRecovery } from './store/store-damage.js';
import { createService, type Service } from './service.js';

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
  /**
   * Environment variables for processes that shall use the service: `spawn('node', ['app.js'], { env: {
   * ...process.env, ...local.environment } })`.
   */
  readonly environment: Readonly<Record<string, string>>;
  readonly #server: HttpServer;
  readonly #service: Service;
  #stopped: Promise<void> | undefined;

  private constructor(
    server: HttpServer,
    service: Service,
    clock: AdjustableClock,
    environment: Readonly<Record<string, string>>,
    endpoint: string,
  ) {
    this.#server = server;
    this.#service = service;
    this.clock = clock;
    this.faults = service.faults;
    this.port = server.port;
    this.endpoint = endpoint;
    this.environment = environment;
  }

  /**
   * Starts a service, on the loopback addresses unless `host` says otherwise.
   * @throws OptionError for a wrong option; CloudWatchLogsError for a folder that can't be used; Error where
   * the port is taken
   */
  static async start(options: LocalCloudWatchLogsOptions = {}): Promise<LocalCloudWatchLogs> {
    checkOptions(options);
    const clock = new AdjustableClock(options.clock ?? Date.now);
    const service = createService(options, clock);
    const { host, verifySignatures } = options;
    const environmentAt = (port: number, keys: SigningCredentials | undefined): Record<string, string> =>
      clientEnvironment(endpointAt(port, host), service.home.region, keys);
    // Whoever asks may be anybody.
    const shown = verifySignatures?.[0] && { ...verifySignatures[0], secretAccessKey: "'<its secret>'" };
    try {
      const server = await startHttpServer(
        {
          port: options.port ?? 0,
          host,
          allowedHosts: options.allowedHosts ?? [],
          epochMillis: () => clock.now(),
        },
        (exchange) =>
          explaining(
            answer(service, clock, (port) => environmentAt(port, shown), exchange, options.pages),
            options.onWarning,
          ),
      );
      const { port } = server;
      const environment = environmentAt(port, verifySignatures?.[0]);
      return new LocalCloudWatchLogs(server, service, clock, environment, endpointAt(port, host));
    } catch (error) {
      await service.close();
      throw error;
    }
  }

  /**
   * What of the data folder could not be read, at the start or when it was read first; also at `/_control/store`.
   */
  get recovery(): Readonly<FolderRecovery> {
    return this.#service.places.recovery();
  }

  /** How much is stored in all regions and accounts, and how much `maxBytes` and retention took; also at `/_control/store`. */
  statistics(): StoreStatistics {
    return this.#service.places.statistics();
  }

  /**
   * Makes the service what it was at the start, with nothing stored: no log groups, events, filters, policies, queries and
   * metrics in any region or account, the faults of the start, the clock's own time. Live tails end, and what waits for
   * subscriptions is dropped. Also at `/_control/reset`.
   */
  reset(): Promise<void> {
    return this.#service.reset();
  }

  /**
   * Stores events without a request, as fixtures of a test: log groups and streams are made where they are missing, and
   * groups that are made count as old as their first event, so that queries find all. For the region and account of the
   * start.
   * @returns how many
   * @throws OptionError for an event that PutLogEvents would not take for its names, size or form
   */
  put(events: Iterable<PlacedEvent>, options?: PutOptions): Promise<number> {
    return storeFixtures(this.#service.context, events, options);
  }

  /** What is stored in the region and account of the start, without a request, in the order of time. */
  events(filter?: PlacedEventFilter): PlacedEvent[] {
    return readFixtures(this.#service.context, filter);
  }

  /**
   * The metrics that metric filters made of the events stored since the start, by the minute; the minute that goes on
   * as if it ended now. Those of other regions and accounts than the start's are at `/_control/metrics`.
   */
  metrics(wanted: WantedMetrics = {}): MetricReading[] {
    return this.#service.places.home.metrics.read(wanted);
  }

  /** Publishes to the `metricsEndpoint` without waiting for the end of the minute. @returns what became of it */
  publishMetrics(): Promise<PublishingStatus> {
    return this.#service.places.home.metrics.publish();
  }

  /**
   * Lets the process end while the service waits for requests, as `unref()` of Node.js's servers does. What is being
   * answered goes on.
   */
  unref(): void {
    this.#server.unref();
  }

  /** Stops the service: open connections are cut, metrics are published, files are written and closed. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    await this.#server.close();
    await this.#service.close();
  }
}

/** Tells what an answer leaves out of the reason of a refusal. */
async function explaining(
  answered: Promise<void>,
  onWarning: LocalCloudWatchLogsOptions['onWarning'],
): Promise<void> {
  try {
    await answered;
  } catch (error) {
    if (error instanceof ServiceError && error.explanation !== undefined) onWarning?.(error.explanation);
    throw error;
  }
}

async function answer(
  service: Service,
  clock: AdjustableClock,
  environmentAt: (port: number) => Readonly<Record<string, string>>,
  exchange: Exchange,
  pages: PageListener | undefined,
): Promise<void> {
  const { request, response, path } = exchange;
  const isGet = request.method === 'GET' || request.method === 'HEAD';
  if (isGet && path === '/' && pages === undefined) {
    const environment = environmentAt(request.socket.localPort ?? 0);
    answerLanding(exchange, { endpoint: environment.AWS_ENDPOINT_URL!, ...service.home, environment });
  } else if (isGet && HEALTH[path] !== undefined) {
    sendJson(response, HEALTH[path], { contentType: 'application/json' });
  } else if (isGet && pages !== undefined && !path.startsWith('/_control/')) {
    pages(request, response);
  } else {
    await service.answering(async () => {
      const { context, metrics } = await service.placeOf(exchange);
      if (request.method === 'POST' && path === '/') {
        await answerAwsJson(context, exchange);
      } else if (request.method === 'POST' && isIngestionPath(path)) {
        await answerIngestion(context, exchange);
      } else if (path.startsWith('/_control/') || RESETS.includes(path)) {
        const controlled: Controlled = {
          faults: service.faults,
          clock,
          statistics: () => service.places.statistics(),
          recovery: () => service.places.recovery(),
          reset: () => service.reset(),
          queries: () => context.queries.list(),
          metrics,
          deliveries: () => context.delivery.statistics(),
          authenticate: service.authenticateControl,
        };
        await answerControl(
          controlled,
          RESETS.includes(path) ? { ...exchange, path: '/_control/reset' } : exchange,
        );
      } else {
        throw unknownOperation();
      }
    });
  }
}

/** Whether the service is well, in its own words and in those of LocalStack, for suites that wait for these. */
const HEALTH: Readonly<Record<string, object>> = {
  '/health': { status: 'ok' },
  '/_localstack/health': { services: { logs: 'running' }, edition: 'community', version: '4.14.0' },
};

/** Where suites that were written for LocalStack or moto reset what they use. */
const RESETS: readonly string[] = ['/_localstack/state/reset', '/moto-api/reset'];

/** Where this machine gets to it; others know by which name they do. */
function endpointAt(port: number, host = '127.0.0.1'): string {
  return `http://${isEveryAddress(host) ? '127.0.0.1' : inUrl(host)}:${port}`;
}
