import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import {
  createLookupHandler,
  type LookupHandler,
  type LookupHandlerOptions,
  toNodeListener,
} from '../../src/dashboards/index.js';
import { CorrelationEngine, type CorrelationEngineOptions } from '../../src/insights/index.js';
import { type LocalService } from '../simulation/local-service.js';

/** A handler of a local service's logs. */
export function handlerFor(
  service: LocalService,
  options: Partial<LookupHandlerOptions> = {},
  engineOptions: Partial<CorrelationEngineOptions> = {},
): LookupHandler {
  const clock = (): number => service.time;
  const engine = new CorrelationEngine({
    client: service.client,
    logGroups: ['*'],
    clock,
    firstPollMillis: 5,
    ...engineOptions,
  });
  return createLookupHandler({ engine, clock, ...options });
}

/** Asks a handler as a client on this machine does. */
export function ask(handler: LookupHandler, path: string, init: RequestInit = {}): Promise<Response> {
  return handler(new Request(`http://localhost${path}`, init), { address: '127.0.0.1' });
}

/** What a handler answers, as JSON. */
export async function askJson<T>(handler: LookupHandler, path: string): Promise<T> {
  return (await (await ask(handler, path)).json()) as T;
}

/** A handler on a port. */
export class HandlerServer {
  readonly url: string;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async start(handler: LookupHandler): Promise<HandlerServer> {
    const server = createServer(toNodeListener(handler));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new HandlerServer(server);
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }
}
