import { expect } from 'chai';
import { request as httpRequest } from 'node:http';
import { createLookupHandler, type LookupHandlerOptions } from '../../src/dashboards/index.js';
import { CorrelationEngine } from '../../src/insights/index.js';
import { ScriptedClient } from '../insights/scripted-client.js';
import { HandlerServer } from './handler-for.js';

/** A handler over no log group at all: who may ask is what is tried. */
function handler(options: Partial<LookupHandlerOptions> = {}): ReturnType<typeof createLookupHandler> {
  const { client } = new ScriptedClient(() => ({ logGroups: [] }));
  const engine = new CorrelationEngine({ client, logGroups: ['/apps/*'], firstPollMillis: 5 });
  return createLookupHandler({ engine, ...options });
}

const PATHS = ['/', '/api/groups', '/api/live', '/assets/x.js', '/nothing'];

async function statusOf(
  url: string,
  headers: Record<string, string> = {},
  address: string | undefined = '127.0.0.1',
  options: Partial<LookupHandlerOptions> = {},
): Promise<number> {
  const response = await handler(options)(new Request(url, { headers }), { address });
  await response.body?.cancel();
  return response.status;
}

describe('who may look', () => {
  describe('without `authorize`', () => {
    it('is this machine, by every name that it has', async () => {
      for (const host of ['localhost', 'localhost:8080', '127.0.0.1:1', '127.8.9.10', '[::1]', '[::1]:80']) {
        expect(await statusOf('http://localhost/api/groups', { host }), host).to.equal(200);
      }
      for (const address of ['127.0.0.1', '127.1.2.3', '::1', '::ffff:127.0.0.1']) {
        expect(await statusOf('http://localhost/api/groups', {}, address), address).to.equal(200);
      }
    });

    it('is nobody who comes from elsewhere, under whatever name', async () => {
      for (const address of ['192.0.2.1', '::ffff:10.0.0.1', '2001:db8::1', '127.0.0.1.example.com', '']) {
        for (const path of PATHS) {
          expect(await statusOf(`http://localhost${path}`, {}, address), address).to.equal(403);
        }
      }
    });

    it('is no web page that resolves its own name to this machine', async () => {
      for (const host of [
        'evil.example',
        'localhost.evil.example',
        '0.0.0.0',
        '127.0.0.1@evil.example',
        '',
      ]) {
        expect(await statusOf('http://localhost/api/groups', { host }, '127.0.0.1'), host).to.equal(403);
      }
      expect(await statusOf('http://evil.example/api/groups', {}, '127.0.0.1')).to.equal(403);
    });

    it('is nobody of whom it is not said where they come from: anybody may send a Host header', async () => {
      for (const path of PATHS) {
        const response = await handler()(
          new Request(`http://localhost${path}`, { headers: { host: 'localhost' } }),
        );
        expect(response.status).to.equal(403);
        expect(await response.text()).to.contain('handler(request, { address })');
      }
    });

    it('is nobody behind a proxy on this machine', async () => {
      for (const name of ['forwarded', 'via', 'x-forwarded-for', 'x-real-ip', 'cf-connecting-ip']) {
        const headers = { host: 'localhost', [name]: '127.0.0.1' };
        expect(await statusOf('http://localhost/api/groups', headers, '127.0.0.1'), name).to.equal(403);
      }
    });
  });

  it('is, with `authorize`, whoever it says `true` of, wherever from', async () => {
    const elsewhere = ['http://logs.example/api/groups', { cookie: 'a=b' }, '192.0.2.1'] as const;
    expect(await statusOf(...elsewhere, { authorize: () => true })).to.equal(200);
    expect(await statusOf(...elsewhere, { authorize: () => Promise.resolve(true) })).to.equal(200);
    for (const answer of [false, undefined, 1, 'yes', {}]) {
      expect(await statusOf(...elsewhere, { authorize: () => answer as boolean })).to.equal(403);
    }
    const asked: string[] = [];
    const note = (request: Request): boolean => {
      asked.push(request.headers.get('cookie') ?? '');
      return true;
    };
    await statusOf(...elsewhere, { authorize: note });
    expect(asked).to.deep.equal(['a=b']);
  });

  it('is asked for each path, and a failure lets nobody in', async () => {
    for (const path of PATHS) {
      expect(await statusOf(`http://x.example${path}`, {}, undefined, { authorize: () => false })).to.equal(
        403,
      );
      const broken = { authorize: () => Promise.reject(new Error('the login is down')) };
      expect(await statusOf(`http://x.example${path}`, {}, undefined, broken)).to.equal(500);
    }
  });

  it('are no other web pages, where data is asked for; links to the page are followed', async () => {
    for (const site of ['cross-site', 'same-site']) {
      expect(await statusOf('http://localhost/api/groups', { 'sec-fetch-site': site }), site).to.equal(403);
      expect(await statusOf('http://localhost/api/live', { 'sec-fetch-site': site }), site).to.equal(403);
    }
    for (const site of ['same-origin', 'none']) {
      expect(await statusOf('http://localhost/api/groups', { 'sec-fetch-site': site }), site).to.equal(200);
    }
  });

  it('is sent to a login, with every cookie of the answer', async () => {
    const headers = new Headers({ location: 'https://login.example/' });
    headers.append('set-cookie', 'state=1; HttpOnly');
    headers.append('set-cookie', 'nonce=2; HttpOnly');
    const authorize = (): Response => new Response(null, { status: 302, headers });
    const server = await HandlerServer.start(handler({ authorize }));
    try {
      const answer = await fetch(`${server.url}/`, { redirect: 'manual' });
      expect(answer.status).to.equal(302);
      expect(answer.headers.get('location')).to.equal('https://login.example/');
      expect(answer.headers.getSetCookie()).to.deep.equal(['state=1; HttpOnly', 'nonce=2; HttpOnly']);
      expect(answer.headers.get('content-security-policy')).to.contain("default-src 'none'");
    } finally {
      await server.stop();
    }
  });

  it('is seen by the connection, where a server of Node passes requests on', async () => {
    const server = await HandlerServer.start(handler());
    try {
      const answerTo = (host: string): Promise<number> =>
        new Promise((resolve, reject) => {
          httpRequest(`${server.url}/api/groups`, { headers: { host } }, (response) => {
            response.resume();
            resolve(response.statusCode!);
          })
            .on('error', reject)
            .end();
        });
      expect(await answerTo('localhost')).to.equal(200);
      expect(await answerTo('evil.example')).to.equal(403);
    } finally {
      await server.stop();
    }
  });
});
