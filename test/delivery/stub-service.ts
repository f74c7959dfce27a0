import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

/** A request as it came over the wire. */
export interface ReceivedRequest {
  readonly operation: string;
  readonly headers: IncomingHttpHeaders;
  readonly wireBytes: number;
  readonly body: {
    logGroupName: string;
    logStreamName: string;
    logEvents: { timestamp: number; message: string }[];
    sequenceToken?: string;
    entity?: unknown;
  };
}

/** An answer: status 200 with `{}` unless it says otherwise. */
export type Answer =
  { status?: number; headers?: Record<string, string>; json?: unknown; text?: string } | 'reset' | 'hang';

/**
 * Answers as it is told, for what the local service can't be made to answer (older endpoints, proxies,
 * answers that are no JSON).
 */
export class StubService {
  readonly received: ReceivedRequest[] = [];
  answer: (request: ReceivedRequest) => Answer = () => ({});
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const wire = Buffer.concat(chunks);
        const text = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(wire) : wire).toString(
          'utf8',
        );
        const received = {
          operation: String(request.headers['x-amz-target']).split('.')[1]!,
          headers: request.headers,
          wireBytes: wire.byteLength,
          body: JSON.parse(text) as ReceivedRequest['body'],
        };
        this.received.push(received);
        write(response, this.answer(received));
      });
    });
  }

  static async start(): Promise<StubService> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new StubService(server);
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Forgets what came, and answers 200 again. */
  reset(): void {
    this.received.length = 0;
    this.answer = () => ({});
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

function write(response: ServerResponse, answer: Answer): void {
  if (answer === 'hang') return;
  if (answer === 'reset') {
    response.socket?.destroy();
    return;
  }
  response.writeHead(answer.status ?? 200, {
    'content-type': 'application/x-amz-json-1.1',
    ...answer.headers,
  });
  response.end(answer.text ?? JSON.stringify(answer.json ?? {}));
}
