import {
  createServer,
  request,
  type IncomingMessage,
  type Server as HttpServer,
  type ServerResponse,
} from 'node:http';
import {
  connect,
  createServer as createTcpServer,
  type AddressInfo,
  type Server,
  type Socket,
} from 'node:net';
import { marksInRequest } from './marks.js';

/** What happens to a request on its way. */
export type Fault =
  | { readonly kind: 'pass' }
  /** The connection is reset before the stand-in hears of it. */
  | { readonly kind: 'reset' }
  /** Nobody hears of it, and no answer comes. */
  | { readonly kind: 'hang' }
  /** The stand-in answers, and the connection is reset in place of its answer. */
  | { readonly kind: 'lose_answer' }
  /** The stand-in answers, and the answer does not come. */
  | { readonly kind: 'hold_answer' }
  /** An answer that the stand-in has not given. Over HTTP only. */
  | { readonly kind: 'status'; readonly status: number; readonly retryAfterSeconds?: number };

/** A request that came through. */
export interface SeenRequest {
  /** Records in it. */
  readonly records: number;
  readonly fault: Fault['kind'];
  /** Milliseconds, monotonic. */
  readonly at: number;
}

export const PASS: Fault = { kind: 'pass' };

/** Stands between a back end and its stand-in, and makes faults. */
export abstract class FaultProxy {
  /** The fault of the next request. */
  next: () => Fault = () => PASS;
  /** Also requests that hold no records, as those of `open` and `authenticate`, have faults. */
  isForAll = false;
  readonly seen: SeenRequest[] = [];
  /** Records that the stand-in was given by requests whose answer did not come back: each may be sent once more. */
  forgiven = 0;
  port = 0;
  protected readonly targetPort: number;
  protected readonly sockets = new Set<Socket>();
  protected abstract readonly server: Server | HttpServer;

  constructor(targetPort: number) {
    this.targetPort = targetPort;
  }

  get isUp(): boolean {
    return this.server.listening;
  }

  async up(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(this.port, '127.0.0.1', resolve);
    });
    this.port = (this.server.address() as AddressInfo).port;
  }

  /** Nobody listens any more, and every connection is reset. */
  async down(): Promise<void> {
    if (!this.server.listening) return;
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const socket of this.sockets) reset(socket);
    await closed;
  }

  protected track(socket: Socket): void {
    this.sockets.add(socket);
    // A reset is what this is for.
    socket.on('error', () => undefined);
    socket.on('close', () => this.sockets.delete(socket));
  }

  protected note(records: number, { kind }: Fault): void {
    this.seen.push({ records, fault: kind, at: performance.now() });
  }
}

/** Between a back end that speaks HTTP and its stand-in. */
export class HttpFaultProxy extends FaultProxy {
  protected readonly server = createServer((incoming, outgoing) => {
    void this.#handle(incoming, outgoing).catch(() => incoming.socket.destroy());
  }).on('connection', (socket) => {
    this.track(socket);
  });

  async #handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const records = marksInRequest(body, incoming.headers['content-encoding']).size;
    const fault = records > 0 || this.isForAll ? this.next() : PASS;
    this.note(records, fault);
    switch (fault.kind) {
      case 'hang':
        return;
      case 'reset':
        reset(incoming.socket);
        return;
      case 'status':
        outgoing.writeHead(fault.status, {
          'content-type': 'text/plain',
          ...(fault.retryAfterSeconds !== undefined && { 'retry-after': String(fault.retryAfterSeconds) }),
        });
        outgoing.end('made up on the way');
        return;
    }
    // Whoever goes before the answer is there does not know what became of the records.
    outgoing.on('close', () => {
      if (!outgoing.writableFinished) this.forgiven += records;
    });
    const { answer, body: answerBody } = await this.#forward(incoming, body);
    if (fault.kind === 'hold_answer') return;
    if (fault.kind === 'lose_answer') {
      reset(incoming.socket);
      return;
    }
    const { 'transfer-encoding': _, ...headers } = answer.headers;
    outgoing.writeHead(answer.statusCode ?? 502, headers);
    outgoing.end(answerBody);
  }

  async #forward(
    { method, url, headers }: IncomingMessage,
    body: Buffer,
  ): Promise<{ answer: IncomingMessage; body: Buffer }> {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const { 'transfer-encoding': _, ...others } = headers;
      const options = {
        host: '127.0.0.1',
        port: this.targetPort,
        method,
        path: url,
        headers: { ...others, 'content-length': body.length },
        agent: false as const,
      };
      request(options, resolve).on('error', reject).end(body);
    });
    const chunks: Buffer[] = [];
    for await (const chunk of answer) chunks.push(chunk as Buffer);
    return { answer, body: Buffer.concat(chunks) };
  }
}

/** Between a back end that speaks whatever over TCP and its stand-in. What is said between two answers is a request. */
export class TcpFaultProxy extends FaultProxy {
  protected readonly server = createTcpServer((client) => {
    this.track(client);
    this.#handle(client);
  });

  #handle(client: Socket): void {
    const target = connect(this.targetPort, '127.0.0.1');
    this.track(target);
    let said: Buffer[] = [];
    let fault: Fault | undefined;
    const records = (): number => marksInRequest(Buffer.concat(said)).size;
    client.on('data', (chunk: Buffer) => {
      said.push(chunk);
      // A handshake holds no records.
      if (fault === undefined && (this.isForAll || records() > 0)) fault = this.next();
      if (fault?.kind === 'reset') {
        this.note(records(), fault);
        fault = undefined;
        reset(client);
        target.destroy();
        return;
      }
      if (fault?.kind !== 'hang') target.write(chunk);
    });
    target.on('data', (chunk: Buffer) => {
      if (fault === undefined) {
        said = [];
        client.write(chunk);
        return;
      }
      // What is not heard to its end is no answer: it may be to what was said before.
      if (fault.kind === 'hang') return;
      const { kind } = fault;
      if (kind === 'hold_answer') return;
      if (kind === 'lose_answer') {
        reset(client);
        return;
      }
      this.note(records(), fault);
      said = [];
      fault = undefined;
      client.write(chunk);
    });
    client.on('close', () => {
      target.destroy();
      if (fault === undefined) return;
      this.note(records(), fault);
      if (fault.kind !== 'hang') this.forgiven += records();
    });
    target.on('close', () => client.destroy());
  }
}

function reset(socket: Socket): void {
  socket.resetAndDestroy();
}
