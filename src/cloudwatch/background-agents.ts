import * as http from 'node:http';
import * as https from 'node:https';
import { type Socket } from 'node:net';
import { type Duplex } from 'node:stream';

/** Connections at once, as the SDK's own agents allow. */
const MAX_SOCKETS = 50;

/**
 * Agents whose connections never keep the process alive, not even with a request in flight: delivery goes on
 * in the background, and a service that hangs must not hold up the end of the application. Whoever waits for
 * an answer has a timer that does.
 * @param connectionTimeoutMillis - for a connection to come about; the SDK's own timer for that keeps the process
 */
export function createBackgroundAgents(connectionTimeoutMillis: number): {
  httpAgent: http.Agent;
  httpsAgent: https.Agent;
} {
  const options = { keepAlive: true, maxSockets: MAX_SOCKETS };
  const agents = {
    httpAgent: new BackgroundHttpAgent(options, connectionTimeoutMillis),
    httpsAgent: new BackgroundHttpsAgent(options, connectionTimeoutMillis),
  };
  // For an agent of which this is `true` the SDK starts a timer with each request, which keeps the process for three
  // seconds and does then what Node.js does by itself. Node.js asks only whether it is anything.
  for (const agent of Object.values(agents)) Object.assign(agent, { keepAlive: 'yes' });
  return agents;
}

class BackgroundHttpAgent extends http.Agent {
  readonly #connectionTimeoutMillis: number;

  constructor(options: http.AgentOptions, connectionTimeoutMillis: number) {
    super(options);
    this.#connectionTimeoutMillis = connectionTimeoutMillis;
  }

  override createConnection(...args: Parameters<http.Agent['createConnection']>): Duplex | null | undefined {
    return inBackground(super.createConnection(...args), this.#connectionTimeoutMillis);
  }

  override reuseSocket(socket: Duplex, request: http.ClientRequest): void {
    super.reuseSocket(socket, request);
    (socket as Partial<Socket>).unref?.();
  }
}

class BackgroundHttpsAgent extends https.Agent {
  readonly #connectionTimeoutMillis: number;

  constructor(options: https.AgentOptions, connectionTimeoutMillis: number) {
    super(options);
    this.#connectionTimeoutMillis = connectionTimeoutMillis;
  }

  override createConnection(...args: Parameters<https.Agent['createConnection']>): Duplex | null | undefined {
    return inBackground(super.createConnection(...args), this.#connectionTimeoutMillis);
  }

  override reuseSocket(socket: Duplex, request: http.ClientRequest): void {
    super.reuseSocket(socket, request);
    (socket as Partial<Socket>).unref?.();
  }
}

/** Lets go of a new connection, and gives it up where it does not come about in time. */
function inBackground<Connection extends Duplex | null | undefined>(
  connection: Connection,
  connectionTimeoutMillis: number,
): Connection {
  const socket = connection as Partial<Socket> | null | undefined;
  socket?.unref?.();
  if (socket?.connecting !== true) return connection;
  const timer = setTimeout(() => {
    socket.destroy!(
      Object.assign(new Error(`no connection within ${connectionTimeoutMillis} ms`), { code: 'ETIMEDOUT' }),
    );
  }, connectionTimeoutMillis).unref();
  const stop = (): void => {
    clearTimeout(timer);
  };
  connection!.once('connect', stop);
  connection!.once('close', stop);
  return connection;
}
