import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import {
  classifyHttp,
  type HttpAnswer,
  HttpStatusError,
  jsonOf,
  requireHttpSuccess,
  sendOverHttp,
} from '../../src/base/index.js';
import { errorOf } from '../rejection.js';

describe('sendOverHttp', () => {
  let server: Server;
  let url: string;
  let answer: (response: ServerResponse) => void;
  let seen: { method: string; headers: IncomingHttpHeaders; body: Buffer }[];
  const { signal } = new AbortController();

  beforeEach(async () => {
    seen = [];
    answer = (response) => response.writeHead(204).end();
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        seen.push({ method: request.method!, headers: request.headers, body: Buffer.concat(chunks) });
        answer(response);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/push`;
  });
  afterEach(() => {
    server.close();
    server.closeAllConnections();
  });

  it('posts a body with its headers', async () => {
    const sent = await sendOverHttp({ url, headers: { 'x-tenant': 'a' }, body: 'ünï', signal });
    expect(sent).to.deep.equal({ status: 204, body: '', retryAfterMillis: undefined });
    expect(seen[0]!.method).to.equal('POST');
    expect(seen[0]!.headers['x-tenant']).to.equal('a');
    expect(seen[0]!.body.toString()).to.equal('ünï');
  });

  it('says of a JSON text what it is, unless a header says more', async () => {
    await sendOverHttp({ url, json: '{"a":1}', signal });
    await sendOverHttp({
      url,
      json: '{}',
      headers: { 'content-type': 'application/cloudevents+json' },
      signal,
    });
    await sendOverHttp({ url, json: '[]', headers: { 'Content-Type': 'text/json' }, signal });
    expect(seen.map(({ headers, body }) => [headers['content-type'], body.toString()])).to.deep.equal([
      ['application/json', '{"a":1}'],
      ['application/cloudevents+json', '{}'],
      ['text/json', '[]'],
    ]);
  });

  it('asks without a body', async () => {
    await sendOverHttp({ url, method: 'GET', gzip: true, signal });
    expect(seen[0]).to.deep.include({ method: 'GET', body: Buffer.alloc(0) });
  });

  it('compresses from 1 kB on, and says so', async () => {
    for (const body of ['x'.repeat(1_023), 'x'.repeat(1_024), Buffer.alloc(2_000, 1)]) {
      await sendOverHttp({ url, body, gzip: true, signal });
    }
    const [small, large, bytes] = seen as [(typeof seen)[0], (typeof seen)[0], (typeof seen)[0]];
    expect(small.headers['content-encoding']).to.equal(undefined);
    expect(large.headers['content-encoding']).to.equal('gzip');
    expect(gunzipSync(large.body).toString()).to.equal('x'.repeat(1_024));
    expect(gunzipSync(bytes.body)).to.deep.equal(Buffer.alloc(2_000, 1));
  });

  it('reads Retry-After, in seconds and as a date', async () => {
    answer = (response) => response.writeHead(429, { 'retry-after': '3' }).end('slow');
    expect(await sendOverHttp({ url, signal })).to.deep.equal({
      status: 429,
      body: 'slow',
      retryAfterMillis: 3_000,
    });
    const date = new Date(Date.now() + 600_000).toUTCString();
    answer = (response) => response.writeHead(503, { 'retry-after': date }).end();
    expect((await sendOverHttp({ url, signal })).retryAfterMillis).to.be.within(1, 600_000);
  });

  it('follows no redirect', async () => {
    answer = (response) => response.writeHead(307, { location: `${url}/elsewhere` }).end();
    expect((await sendOverHttp({ url, body: 'x', signal })).status).to.equal(307);
    expect(seen).to.have.length(1);
  });

  it('reads no more than 64 kB of an answer that does not end', async () => {
    answer = (response) => {
      response.writeHead(200);
      const write = (): void => {
        while (!response.destroyed && response.write('y'.repeat(10_000)));
        if (!response.destroyed) response.once('drain', write);
      };
      write();
    };
    expect((await sendOverHttp({ url, signal })).body).to.equal('y'.repeat(65_536));
  });

  it('is ended by its signal', async () => {
    answer = () => undefined;
    const abort = new AbortController();
    const sending = sendOverHttp({ url, signal: abort.signal });
    abort.abort(new Error('enough'));
    expect((await errorOf(sending)).message).to.equal('enough');
  });
});

describe('classifyHttp', () => {
  const answerOf = (status: number): HttpAnswer => ({ status, body: 'a log record', retryAfterMillis: 7 });
  const kinds = {
    200: 'accepted',
    204: 'accepted',
    299: 'accepted',
    301: 'denied',
    400: 'split',
    401: 'unauthenticated',
    403: 'denied',
    404: 'denied',
    408: 'retry',
    413: 'split',
    422: 'split',
    425: 'retry',
    429: 'throttled',
    500: 'retry',
    503: 'retry',
    599: 'retry',
  };

  for (const [status, kind] of Object.entries(kinds)) {
    it(`takes ${status} for ${kind}, of an answer and of an error`, () => {
      const answer = answerOf(Number(status));
      const verdict = classifyHttp({ response: answer });
      expect(verdict.kind).to.equal(kind);
      expect(classifyHttp({ error: new HttpStatusError(answer) })).to.deep.equal(verdict);
      if (kind === 'throttled' || kind === 'retry') expect(verdict).to.include({ afterMillis: 7 });
      if (kind !== 'accepted') expect(verdict).to.include({ detail: `HTTP ${status}` });
    });
  }

  it('takes no other success than those by which the back end accepts', () => {
    const of = (status: number): unknown => classifyHttp({ response: answerOf(status) }, { accepted: [202] });
    expect(of(202)).to.deep.equal({ kind: 'accepted' });
    expect(of(200)).to.deep.equal({ kind: 'denied', detail: 'HTTP 200' });
    expect(of(503)).to.include({ kind: 'retry' });
  });

  it("takes what was thrown for retry, and names the network's error that fetch wraps", async () => {
    const { signal } = new AbortController();
    const error = await errorOf(sendOverHttp({ url: 'http://127.0.0.1:9', signal }));
    const verdict = classifyHttp({ error });
    expect(verdict.kind).to.equal('retry');
    expect((verdict as { detail: string }).detail)
      .to.match(/\w/)
      .and.not.match(/fetch failed/);
    expect(classifyHttp({ error: 'text' }).kind).to.equal('retry');
  });
});

describe('requireHttpSuccess', () => {
  it('gives a success back, and throws anything else', () => {
    const fine: HttpAnswer = { status: 200, body: '', retryAfterMillis: undefined };
    expect(requireHttpSuccess(fine)).to.equal(fine);
    expect(() => requireHttpSuccess({ ...fine, status: 302 })).to.throw(HttpStatusError, 'HTTP 302');
  });

  it('goes by the statuses that are said', () => {
    const missing: HttpAnswer = { status: 422, body: '', retryAfterMillis: undefined };
    expect(requireHttpSuccess(missing, [204, 422])).to.equal(missing);
    expect(() => requireHttpSuccess({ ...missing, status: 200 }, [204])).to.throw(HttpStatusError);
  });
});

describe('jsonOf', () => {
  it('reads a body that is JSON, and nothing of any other', () => {
    const of = (body: string): unknown => jsonOf({ status: 200, body, retryAfterMillis: undefined });
    expect(of('{"failed":[]}')).to.deep.equal({ failed: [] });
    expect(of('{"failed":[')).to.equal(undefined);
    expect(of('')).to.equal(undefined);
    expect(jsonOf(undefined)).to.equal(undefined);
  });
});
