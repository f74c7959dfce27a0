import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Passes connections on to another port of this machine, and can reset all of them. */
export class Connections {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
  }

  static async to(endpoint: string): Promise<Connections> {
    const { hostname, port } = new URL(endpoint);
    const server = createServer();
    const connections = new Connections(server);
    server.on('connection', (client) => {
      const service = connect(Number(port), hostname);
      for (const [from, to] of [
        [client, service],
        [service, client],
      ] as const) {
        connections.#sockets.add(from);
        from.on('error', () => to.destroy());
        from.on('close', () => {
          connections.#sockets.delete(from);
          to.destroy();
        });
        from.pipe(to);
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return connections;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** @returns how many connections there were */
  resetAll(): number {
    const sockets = [...this.#sockets];
    for (const socket of sockets) socket.resetAndDestroy();
    return sockets.length / 2;
  }

  async stop(): Promise<void> {
    this.resetAll();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
