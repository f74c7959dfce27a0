import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

/** What a subscription filter sent. */
export interface Message {
  readonly messageType: string;
  readonly owner: string;
  readonly logGroup: string;
  readonly logStream: string;
  readonly subscriptionFilters: string[];
  readonly logEvents: {
    id: string;
    timestamp: number;
    message: string;
    extractedFields?: Record<string, string>;
  }[];
}

/** One record of a Kinesis event. */
export interface KinesisRecord {
  readonly kinesis: {
    readonly kinesisSchemaVersion: string;
    readonly partitionKey: string;
    readonly sequenceNumber: string;
    readonly data: string;
    readonly approximateArrivalTimestamp: number;
  };
  readonly eventID: string;
  readonly eventSourceARN: string;
  readonly [other: string]: unknown;
}

/** A body as one of the destinations gets it. */
export interface Body {
  readonly awslogs?: { readonly data: string };
  readonly Records?: readonly KinesisRecord[];
  readonly records?: readonly { readonly data: string; readonly [other: string]: unknown }[];
  readonly [other: string]: unknown;
}

/** Takes what subscription filters deliver, in whatever form. */
export class Consumer {
  /** Messages that were taken. */
  readonly messages: Message[] = [];
  /** Requests that were taken. */
  readonly requests: { readonly headers: IncomingHttpHeaders; readonly body: Body }[] = [];
  /** What is answered; an answer of another status than 200 takes nothing. */
  status: number | ((message: Message) => number | Promise<number>) = 200;
  /** Requests, those that were not taken too. */
  attempts = 0;
  readonly #server: Server;
  readonly #waiting = new Set<() => void>();

  private constructor(server: Server) {
    this.#server = server;
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        void this.#answer(Buffer.concat(chunks).toString(), request.headers).then((status) => {
          response.writeHead(status).end();
          for (const resolve of this.#waiting) resolve();
        });
      });
    });
  }

  static async start(): Promise<Consumer> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Consumer(server);
  }

  /** Listens where an earlier one did. */
  static async startAt(url: string): Promise<Consumer> {
    const server = createServer();
    server.listen(Number(new URL(url).port), '127.0.0.1');
    await once(server, 'listening');
    return new Consumer(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/invocations`;
  }

  /** Resolves at the next request. */
  async next(): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.#waiting.delete(done);
        resolve();
      };
      this.#waiting.add(done);
    });
  }

  /** Resolves when so many messages were taken. */
  async has(count: number): Promise<void> {
    while (this.messages.length < count) await this.next();
  }

  /** Resolves when so many requests came. */
  async attempted(count: number): Promise<void> {
    while (this.attempts < count) await this.next();
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #answer(text: string, headers: IncomingHttpHeaders): Promise<number> {
    const body = JSON.parse(text) as Body;
    const data = body.awslogs?.data ?? body.Records?.[0]?.kinesis.data ?? body.records![0]!.data;
    const message = JSON.parse(gunzipSync(Buffer.from(data, 'base64')).toString()) as Message;
    const status = typeof this.status === 'number' ? this.status : await this.status(message);
    this.attempts++;
    if (status === 200) {
      this.messages.push(message);
      this.requests.push({ headers, body });
    }
    return status;
  }
}
