import { AdjustableClock } from './faults/adjustable-clock.js';
import { answerControl, type Controlled } from './faults/control.js';
import type { FaultInjection } from './faults/fault-injection.js';
import { checkOptions, type LocalCloudWatchLogsOptions } from './local-options.js';
import { answerAwsJson } from './operations/dispatch.js';
import { answerIngestion, isIngestionPath } from './operations/http-ingestion.js';
import type { ServiceContext } from './operations/service-context.js';
import { unknownOperation } from './protocol/aws-json.js';
import { type Exchange, type HttpServer, sendJson, startHttpServer } from './protocol/http-server.js';
import type { StoreStatistics } from './store/event-store.js';
import type { FolderRecovery } from './store/folder-event-store.js';
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
  /** What of the data folder could not be read at the start; also at `/_control/store`. */
  readonly recovery: Readonly<FolderRecovery>;
  readonly #server: HttpServer;
  readonly #service: Service;
  #stopped: Promise<void> | undefined;

  private constructor(server: HttpServer, service: Service, clock: AdjustableClock) {
    this.#server = server;
    this.#service = service;
    this.clock = clock;
    this.faults = service.context.faults;
    this.recovery = service.recovery;
    this.port = server.port;
    this.endpoint = `http://127.0.0.1:${server.port}`;
  }

  /**
   * Starts a service on the loopback address.
   * @throws OptionError for a wrong option; CloudWatchLogsError for a folder that can't be used; Error where
   * the port is taken
   */
  static async start(options: LocalCloudWatchLogsOptions = {}): Promise<LocalCloudWatchLogs> {
    checkOptions(options);
    const clock = new AdjustableClock(options.clock ?? Date.now);
    const service = createService(options, clock);
    const { context } = service;
    const controlled = {
      faults: context.faults,
      clock,
      statistics: () => context.events.statistics(),
      recovery: service.recovery,
    };
    try {
      const server = await startHttpServer(
        { port: options.port ?? 0, allowedHosts: options.allowedHosts ?? [], clock: () => clock.now() },
        (exchange) => answer(context, controlled, exchange),
      );
      return new LocalCloudWatchLogs(server, service, clock);
    } catch (error) {
      await service.close();
      throw error;
    }
  }

  /** How much is stored, and how much `maxBytes` and retention took; also at `/_control/store`. */
  statistics(): StoreStatistics {
    return this.#service.context.events.statistics();
  }

  /** Stops the service: open connections are cut, files are written and closed. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    await this.#server.close();
    await this.#service.close();
  }
}

async function answer(context: ServiceContext, controlled: Controlled, exchange: Exchange): Promise<void> {
  const { request, response, path } = exchange;
  if (request.method === 'POST' && path === '/') {
    await answerAwsJson(context, exchange);
  } else if (request.method === 'POST' && isIngestionPath(path)) {
    await answerIngestion(context, exchange);
  } else if ((request.method === 'GET' || request.method === 'HEAD') && path === '/health') {
    sendJson(response, { status: 'ok' }, { contentType: 'application/json' });
  } else if (path.startsWith('/_control/')) {
    await answerControl(controlled, exchange);
  } else {
    throw unknownOperation();
  }
}
