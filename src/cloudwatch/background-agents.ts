import * as http from 'node:http';
import * as https from 'node:https';
import { type Duplex } from 'node:stream';

/** Connections at once, as the SDK's own agents allow. */
const MAX_SOCKETS = 50;

/** A socket that can be told not to keep the process alive. */
interface Unreferenced {
  unref?: () => void;
}

/**
 * Agents whose connections never keep the process alive, not even with a request in flight: delivery goes on
 * in the background, and a service that hangs must not hold up the end of the application. Whoever waits for
 * an answer has a timer that does.
 */
export function createBackgroundAgents(): { httpAgent: http.Agent; httpsAgent: https.Agent } {
  const options = { keepAlive: true, maxSockets: MAX_SOCKETS };
  return { httpAgent: new BackgroundHttpAgent(options), httpsAgent: new BackgroundHttpsAgent(options) };
}

class BackgroundHttpAgent extends http.Agent {
  override createConnection(...args: Parameters<http.Agent['createConnection']>): Duplex | null | undefined {
    return unreferenced(super.createConnection(...args));
  }

  override reuseSocket(socket: Duplex, request: http.ClientRequest): void {
    super.reuseSocket(socket, request);
    unreferenced(socket);
  }
}

class BackgroundHttpsAgent extends https.Agent {
  override createConnection(...args: Parameters<https.Agent['createConnection']>): Duplex | null | undefined {
    return unreferenced(super.createConnection(...args));
  }

  override reuseSocket(socket: Duplex, request: http.ClientRequest): void {
    super.reuseSocket(socket, request);
    unreferenced(socket);
  }
}

function unreferenced<Socket extends Duplex | null | undefined>(socket: Socket): Socket {
  (socket as Unreferenced | null | undefined)?.unref?.();
  return socket;
}
