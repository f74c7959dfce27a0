import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import * as http from 'node:http';
import { type AddressInfo, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import sinon from 'sinon';
import { createBackgroundAgents } from '../../src/cloudwatch/background-agents.js';

const PROGRAM = fileURLToPath(new URL('../fixtures/cloudwatch/request-in-background.js', import.meta.url));

describe('a client that works in the background', () => {
  const children: ChildProcess[] = [];
  afterEach(() => {
    // One that is kept alive after all fails its test, and must not keep the tests too.
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });

  for (const how of ['hangs', 'throttles', 'is unavailable', 'does not connect']) {
    it(`keeps no process alive while the service ${how}`, async () => {
      const child = spawn(process.execPath, ['--no-warnings', PROGRAM, how]);
      let output = '';
      child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
      children.push(child);
      const [code] = (await once(child, 'close')) as [number];
      expect({ code, output }).to.deep.equal({ code: 0, output: '[]\n' });
    }).timeout(120_000);
  }
});

describe('createBackgroundAgents', () => {
  it('gives a connection up that does not come about, without the SDK', async () => {
    const clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const { httpAgent } = createBackgroundAgents(5_000);
      // An address for documentation: nobody answers there, or the network says so at once.
      const request = http.get({ host: '192.0.2.1', port: 9, agent: httpAgent });
      const failed = once(request, 'error');
      const [socket] = (await once(request, 'socket')) as [Socket];
      const isConnecting = socket.connecting;
      await clock.tickAsync(5_000);
      const [error] = (await failed.catch((reason: unknown) => [reason])) as [NodeJS.ErrnoException];
      if (isConnecting)
        expect(error.code).to.match(/^(ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ECONNREFUSED|ECONNRESET)$/);
    } finally {
      clock.restore();
    }
  });

  it('gives no connection up that came about, and uses it again', async () => {
    const server = http.createServer((_, response) => response.end('well'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { httpAgent } = createBackgroundAgents(5_000);
    const get = async (): Promise<number | undefined> => {
      const request = http.get({ host: '127.0.0.1', port, agent: httpAgent });
      const [response] = (await once(request, 'response')) as [http.IncomingMessage];
      const { localPort } = response.socket;
      response.resume();
      await once(response, 'close');
      return localPort;
    };
    try {
      const first = await get();
      await clock.tickAsync(5_000);
      await new Promise((resolve) => setImmediate(resolve));
      expect(await get()).to.equal(first);
    } finally {
      clock.restore();
      httpAgent.destroy();
      server.close();
    }
  });
});
