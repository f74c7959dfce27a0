import { generateKeyPairSync, verify } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { URLSearchParams } from 'node:url';
import { expect } from 'chai';
import {
  BackEndError,
  classifyHttp,
  HttpStatusError,
  jwtBearer,
  OptionError,
  requestAccessToken,
} from '../../src/base/index.js';
import { errorOf } from '../rejection.js';

let server: Server;
let url: string;
let answer: { status: number; body: string };
let seen: { headers: IncomingHttpHeaders; form: URLSearchParams }[];
const { signal } = new AbortController();

beforeEach(async () => {
  seen = [];
  answer = { status: 200, body: '{"access_token":"abc","expires_in":60}' };
  server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      seen.push({ headers: request.headers, form: new URLSearchParams(body) });
      response.writeHead(answer.status).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`;
});
afterEach(() => {
  server.close();
  server.closeAllConnections();
});

describe('requestAccessToken', () => {
  const form = { grant_type: 'client_credentials', client_id: 'a b', client_secret: 'c&d' };

  it('posts a form, and says until when the token holds', async () => {
    const before = Date.now();
    const given = await requestAccessToken({ url, form, headers: { 'x-tenant': 'a' }, signal });
    expect(given.credentials).to.equal('abc');
    expect(given.expiresAt).to.be.within(before + 60_000, Date.now() + 60_000);
    expect(Object.fromEntries(seen[0]!.form)).to.deep.equal(form);
    expect(seen[0]!.headers).to.include({
      'content-type': 'application/x-www-form-urlencoded',
      'x-tenant': 'a',
    });
  });

  it('knows a token whose time is a text, or is not said', async () => {
    answer.body = '{"access_token":"abc","expires_in":"60"}';
    expect((await requestAccessToken({ url, form, signal })).expiresAt).to.be.greaterThan(Date.now());
    answer.body = '{"access_token":"abc"}';
    expect(await requestAccessToken({ url, form, signal })).to.deep.equal({
      credentials: 'abc',
      expiresAt: undefined,
    });
  });

  for (const time of ['null', '0', '""', '"soon"', 'true', '[]', '-1']) {
    it(`does not know until when a token holds of ${time} seconds`, async () => {
      answer.body = `{"access_token":"abc","expires_in":${time}}`;
      expect((await requestAccessToken({ url, form, signal })).expiresAt).to.equal(undefined);
    });
  }

  it('takes headers in whatever case', async () => {
    await requestAccessToken({ url, form, headers: { Accept: 'application/jwt' }, signal });
    expect(seen[0]!.headers.accept).to.equal('application/jwt');
  });

  for (const status of [400, 401, 403]) {
    it(`takes ${status} for a refusal of who asks, and not of events`, async () => {
      answer = { status, body: '{"error":"invalid_grant"}' };
      const error = await errorOf(requestAccessToken({ url, form, signal }));
      expect(error).to.be.instanceOf(BackEndError);
      expect(classifyHttp({ error })).to.deep.equal({ kind: 'denied', detail: `HTTP ${status} for a token` });
    });
  }

  for (const [status, kind] of [
    [302, 'denied'],
    [408, 'retry'],
    [425, 'retry'],
    [429, 'throttled'],
    [503, 'retry'],
  ] as const) {
    it(`takes ${status} for what it is elsewhere`, async () => {
      answer = { status, body: '' };
      const error = await errorOf(requestAccessToken({ url, form, signal }));
      expect(error).to.be.instanceOf(HttpStatusError);
      expect(classifyHttp({ error }).kind).to.equal(kind);
    });
  }

  for (const body of ['', 'null', '[]', '{"access_token":""}', '{"access_token":7}', '<secret>']) {
    it(`refuses an answer ${body}, without saying it`, async () => {
      answer.body = body;
      const error = await errorOf(requestAccessToken({ url, form, signal }));
      expect(error.message).to.equal('HTTP 200 for a token, without access_token');
      expect(classifyHttp({ error }).kind).to.equal('retry');
    });
  }
});

describe('jwtBearer', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  const other = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;

  it('asks for a token by an assertion that is signed', async () => {
    const authenticate = jwtBearer('key', {
      url,
      privateKey: pem,
      keyId: 'k1',
      issuer: 'logs@project',
      claims: { scope: 'write' },
    });
    expect((await authenticate({ signal })).credentials).to.equal('abc');
    const { form } = seen[0]!;
    expect(form.get('grant_type')).to.equal('urn:ietf:params:oauth:grant-type:jwt-bearer');
    const [header, claims, signature] = form.get('assertion')!.split('.') as [string, string, string];
    const read = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString());
    expect(read(header)).to.deep.equal({ alg: 'RS256', typ: 'JWT', kid: 'k1' });
    expect(read(claims)).to.include({ scope: 'write', iss: 'logs@project', aud: url });
    const { iat, exp } = read(claims) as { iat: number; exp: number };
    expect(exp - iat).to.equal(3_600);
    const signed = Buffer.from(`${header}.${claims}`);
    expect(verify('RSA-SHA256', signed, publicKey, Buffer.from(signature, 'base64url'))).to.equal(true);
  });

  for (const [title, key] of [
    ['no key', undefined],
    ['a text', 'secret'],
    ['a key of another kind', other],
  ] as const) {
    it(`refuses ${title}, and does not show it`, () => {
      expect(() => jwtBearer('account.key', { url, privateKey: key!, issuer: 'x' })).to.throw(
        OptionError,
        /^account.key must be an RSA key as PEM$/,
      );
    });
  }
});
