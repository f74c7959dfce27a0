import { expect } from 'chai';
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';

import { collectGarbage } from '../../collect-garbage.js';
import { BodyReader, MAX_HELD_BODY_BYTES } from '../../../src/simulation/protocol/read-body.js';
import { ServiceError } from '../../../src/simulation/service-error.js';
import { LocalService } from '../local-service.js';

const MIB = 1024 * 1024;

describe('BodyReader', () => {
  let open: (() => void)[] = [];
  afterEach(() => {
    for (const close of open) close();
    open = [];
  });

  /** A server that does something with the body of each request; answers with its result or the error's name. */
  async function serve(
    reader: BodyReader,
    take: (body: ReturnType<BodyReader['bodyOf']>) => Promise<string>,
  ): Promise<number> {
    const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
      const body = reader.bodyOf(incoming);
      try {
        response.end(await take(body));
      } catch (error) {
        response.setHeader('connection', 'close');
        response.end(error instanceof ServiceError ? error.type : String(error));
      } finally {
        body.release();
      }
    };
    const server = createServer((incoming, response) => void answer(incoming, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    open.push(() => {
      server.closeAllConnections();
      server.close();
    });
    return (server.address() as AddressInfo).port;
  }

  async function post(port: number, body: Buffer, headers: Record<string, string> = {}): Promise<string> {
    const response = await fetch(`http://127.0.0.1:${port}`, {
      method: 'POST',
      headers,
      body: new Uint8Array(body),
    });
    return response.text();
  }

  /** A request that announces a body, and has sent a part of it. */
  async function begin(port: number, announced: number, sent: number): Promise<{ answer: Promise<string> }> {
    const sending = request({
      port,
      method: 'POST',
      headers: { 'content-length': String(announced) },
      agent: false,
    });
    const answer = new Promise<string>((resolve) => {
      sending.on('response', (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => {
          resolve(text);
        });
      });
      sending.on('error', () => undefined);
    });
    open.push(() => sending.destroy());
    await new Promise<void>((resolve) => sending.write(Buffer.alloc(sent), () => resolve()));
    return { answer };
  }

  /** Waits until bodies hold so much. */
  async function held(reader: BodyReader, bytes: number): Promise<void> {
    while (reader.heldBytes !== bytes) await new Promise(setImmediate);
  }

  it('gives back what a request held when it is answered, refused or broken off', async () => {
    const reader = new BodyReader(10 * MIB);
    const port = await serve(reader, async (body) => String((await body.read(2 * MIB)).length));
    expect(await post(port, Buffer.alloc(MIB))).to.equal(String(MIB));
    await held(reader, 0);
    expect(await post(port, Buffer.alloc(3 * MIB))).to.equal('RequestEntityTooLargeException');
    await held(reader, 0);
    await begin(port, 2 * MIB, MIB);
    await held(reader, MIB);
    open.pop()!();
    await held(reader, 0);
  });

  it('refuses the largest where all together hold too much, and lets the small ones through', async () => {
    const reader = new BodyReader(10 * MIB);
    const port = await serve(reader, async (body) => String((await body.read()).length));
    await begin(port, 16 * MIB, 4 * MIB);
    await held(reader, 4 * MIB);
    const large = await begin(port, 16 * MIB, 5 * MIB);
    await held(reader, 9 * MIB);
    expect(await post(port, Buffer.alloc(MIB + 1))).to.equal(String(MIB + 1));
    expect(await large.answer).to.equal('ServiceUnavailableException');
    await held(reader, 4 * MIB);
  });

  it('counts what a body unpacks to', async () => {
    const reader = new BodyReader(4 * MIB);
    const port = await serve(reader, async (body) => {
      await body.read();
      return String((await body.decoded()).length);
    });
    const headers = { 'content-encoding': 'gzip' };
    expect(await post(port, gzipSync(Buffer.alloc(3 * MIB)), headers)).to.equal(String(3 * MIB));
    expect(await post(port, gzipSync(Buffer.alloc(5 * MIB)), headers)).to.equal(
      'ServiceUnavailableException',
    );
    await held(reader, 0);
  });

  it('unpacks many small bodies that grow large without holding them all', async () => {
    const reader = new BodyReader(8 * MIB);
    let most = 0;
    const port = await serve(reader, async (body) => {
      await body.read();
      const { length } = await body.decoded();
      most = Math.max(most, reader.heldBytes);
      return String(length);
    });
    const bomb = gzipSync(Buffer.alloc(2 * MIB));
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => post(port, bomb, { 'content-encoding': 'gzip' })),
    );
    expect(new Set(answers)).to.deep.equal(new Set([String(2 * MIB)]));
    expect(most).to.be.at.most(8 * MIB);
  });

  it('has no body any more when it is released', async () => {
    const reader = new BodyReader();
    const port = await serve(reader, async (body) => {
      await body.read();
      body.release();
      return `${body.raw.length} ${reader.heldBytes}`;
    });
    expect(await post(port, Buffer.alloc(10))).to.equal('0 0');
  });
});

describe('a local service that is sent many slow bodies', () => {
  let service: LocalService;
  const sockets: Socket[] = [];
  /** Bytes of buffers when nothing was sent. */
  let atRest: number;

  before(async () => {
    service = await LocalService.start();
    collectGarbage();
    atRest = process.memoryUsage().arrayBuffers;
  });
  after(async () => {
    for (const socket of sockets) socket.destroy();
    await service.stop();
  });

  it('holds no more than its bound, and answers the others', async function () {
    this.timeout(180_000);
    const part = Buffer.alloc(MIB, 'x');
    const refused = new Set<Socket>();
    const count = 60;
    const sent = Array.from({ length: count }, async () => {
      const socket = connect(service.local.port, '127.0.0.1');
      sockets.push(socket);
      socket.on('error', () => undefined);
      socket.on('data', (text: Buffer) => {
        if (text.toString('latin1').startsWith('HTTP/1.1 503 ')) refused.add(socket);
      });
      // The answer may get lost when a connection is closed on which more is under way.
      socket.on('close', () => refused.add(socket));
      socket.write(
        `POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: Logs_20140328.PutLogEvents\r\nContent-Length: ${15 * MIB}\r\n\r\n`,
      );
      // All but the last part: none of them ends.
      const closed = once(socket, 'close');
      for (let index = 0; index < 14 && !socket.destroyed; index++) {
        await Promise.race([closed, new Promise<void>((resolve) => socket.write(part, () => resolve()))]);
      }
    });
    await Promise.all(sent);
    const { status } = await service.raw('DescribeLogGroups', '{}');
    expect(status).to.equal(200);
    const kept = Math.floor(MAX_HELD_BODY_BYTES / (14 * MIB));
    while (refused.size < count - kept) await new Promise(setImmediate);
    collectGarbage();
    const growth = process.memoryUsage().arrayBuffers - atRest;
    expect(growth).to.be.below(MAX_HELD_BODY_BYTES * 1.5);
  });

  it('cuts the largest of the answers that nobody reads', async function () {
    this.timeout(180_000);
    for (const socket of sockets.splice(0)) socket.destroy();
    const body = JSON.stringify({ lookupTableName: 't', tableBody: `a\n${'x'.repeat(9 * MIB)}\n` });
    expect((await service.raw('CreateLookupTable', body)).status).to.equal(200);
    const ask = JSON.stringify({ lookupTableArn: 'arn:aws:logs:us-east-1:000000000000:lookup-table:t' });
    const head = `POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: Logs_20140328.GetLookupTable\r\nContent-Length: ${ask.length}\r\n\r\n`;
    let closed = 0;
    for (let index = 0; index < 40; index++) {
      const socket = connect(service.local.port, '127.0.0.1');
      sockets.push(socket);
      socket.pause();
      socket.on('error', () => undefined);
      socket.on('close', () => closed++);
      socket.write(head + ask);
    }
    const unread = (): number => process.memoryUsage().arrayBuffers - atRest;
    // Each is answered alone: what is held grows until there is no more room.
    while (unread() < 200 * MIB) await new Promise(setImmediate);
    for (let turn = 0; turn < 1000; turn++) await new Promise(setImmediate);
    collectGarbage();
    expect(unread()).to.be.below(300 * MIB);
    for (const socket of sockets) socket.resume();
    while (closed === 0) await new Promise(setImmediate);
  });
});
