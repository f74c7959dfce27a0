import { request } from 'node:http';
import { networkInterfaces } from 'node:os';
import { DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';
import { LocalCloudWatchLogs, type LocalCloudWatchLogsOptions } from '../../../src/simulation/index.js';
import { clientFor, failure } from '../local-service.js';

const KEYS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'a/secret+of=ours' };

/** Of this machine, as others know it. */
const OUTER = Object.values(networkInterfaces())
  .flat()
  .find((address) => address?.family === 'IPv4' && !address.internal)?.address;

describe('a service that others than this machine get to', () => {
  const running: LocalCloudWatchLogs[] = [];
  afterEach(async () => {
    for (const local of running.splice(0)) await local.stop();
  });

  const start = async (options: LocalCloudWatchLogsOptions): Promise<LocalCloudWatchLogs> => {
    const local = await LocalCloudWatchLogs.start(options);
    running.push(local);
    return local;
  };
  const get = (host: string, port: number, path: string, header: string): Promise<[number, string]> =>
    new Promise((resolve, reject) => {
      request({ host, port, path, headers: { host: header } }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
        response.on('end', () => {
          resolve([response.statusCode!, text]);
        });
      })
        .on('error', reject)
        .end();
    });

  it('takes what is signed, by whatever name it is known, and nothing else', async () => {
    const local = await start({ host: '0.0.0.0', verifySignatures: [KEYS] });
    expect(local.endpoint).to.equal(`http://127.0.0.1:${local.port}`);
    for (const address of ['127.0.0.1', ...(OUTER === undefined ? [] : [OUTER])]) {
      const endpoint = `http://${address}:${local.port}`;
      for (const secretAccessKey of [KEYS.secretAccessKey, 'another']) {
        const client = clientFor(local, { endpoint, credentials: { ...KEYS, secretAccessKey } });
        const asked = client.send(new DescribeLogGroupsCommand());
        if (secretAccessKey === KEYS.secretAccessKey) expect((await asked).logGroups).to.deep.equal([]);
        else expect((await failure(asked)).name).to.equal('InvalidSignatureException');
        client.destroy();
      }
      expect((await get(address, local.port, '/_control/store', 'logs'))[0]).to.be.within(400, 403);
      expect((await get(address, local.port, '/health', 'logs'))[0]).to.equal(200);
    }
  });

  it('tells its secret to nobody who looks at its address', async () => {
    for (const host of ['0.0.0.0', undefined]) {
      const local = await start({ host, verifySignatures: [KEYS] });
      const [status, text] = await get('127.0.0.1', local.port, '/', `127.0.0.1:${local.port}`);
      expect(status).to.equal(200);
      expect(text).to.contain(KEYS.accessKeyId).and.not.contain(KEYS.secretAccessKey);
      expect(local.environment.AWS_SECRET_ACCESS_KEY).to.equal(KEYS.secretAccessKey);
    }
  });

  it('is not started where nothing keeps others out', async () => {
    for (const host of ['0.0.0.0', '::', ...(OUTER === undefined ? [] : [OUTER])]) {
      for (const verifySignatures of [undefined, []]) {
        expect((await failure(start({ host, verifySignatures }))).message).to.contain(
          'verifySignatures must be given where others than this machine get to the service',
        );
      }
    }
    const pages = (): void => undefined;
    expect((await failure(start({ host: '0.0.0.0', verifySignatures: [KEYS], pages }))).message).to.match(
      /^pages must be left out/,
    );
  });

  it('listens on one loopback address without keys, and checks the Host header there', async () => {
    const local = await start({ host: '127.0.0.2' });
    expect(local.endpoint).to.equal(`http://127.0.0.2:${local.port}`);
    for (const name of ['127.0.0.2', `127.0.0.2:${local.port}`, '127.0.0.1']) {
      expect((await get('127.0.0.2', local.port, '/health', name))[0], name).to.equal(200);
    }
    expect((await get('127.0.0.2', local.port, '/health', 'evil.example'))[0]).to.equal(403);
  });

  it('says what is no address, and what is none of this machine', async () => {
    for (const host of ['localhost', '', 'a b', 7]) {
      expect((await failure(start({ host: host as string }))).message).to.match(
        /^host must be an IP address/,
      );
    }
    await failure(start({ host: '203.0.113.7', verifySignatures: [KEYS] }));
  });
});
