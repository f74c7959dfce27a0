import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { type AddressInfo, connect, createServer } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';

import { expect } from 'chai';

import { LocalCloudWatchLogs } from '../../../src/simulation/index.js';
import { LocalService, START } from '../local-service.js';

describe('the HTTP protocol', () => {
  let service: LocalService;

  before(async () => {
    service = await LocalService.start({ allowedHosts: ['logs.test'] });
    await service.createStream('/app');
  });
  after(() => service.stop());

  const put = (message: string): string =>
    JSON.stringify({
      logGroupName: '/app',
      logStreamName: 'stream',
      logEvents: [{ timestamp: START, message }],
    });

  it('answers with a request id, its type and the time of the service', async () => {
    const { status, headers, body } = await service.raw('DescribeLogGroups', '{"limit":1}');
    expect(status).to.equal(200);
    expect(headers.get('content-type')).to.equal('application/x-amz-json-1.1');
    expect(headers.get('x-amzn-requestid')).to.match(/^[0-9a-f-]{36}$/);
    expect(headers.get('date')).to.equal('Sun, 01 Mar 2026 12:00:00 GMT');
    expect(headers.get('access-control-allow-origin')).to.equal(null);
    expect(body.logGroups).to.have.length(1);
  });

  it('answers an error with its type in the body and in a header', async () => {
    const { status, headers, body } = await service.raw('DeleteLogGroup', '{"logGroupName":"/none"}');
    expect(status).to.equal(400);
    expect(headers.get('x-amzn-errortype')).to.equal('ResourceNotFoundException');
    expect(body).to.deep.equal({
      __type: 'ResourceNotFoundException',
      message: 'The specified log group does not exist.',
    });
  });

  it('answers operations without output with an empty body', async () => {
    const { status, body, headers } = await service.raw(
      'PutRetentionPolicy',
      '{"logGroupName":"/app","retentionInDays":7}',
    );
    expect([status, body, headers.get('content-length')]).to.deep.equal([200, {}, '0']);
  });

  it('takes an empty body as an empty request, and members that it does not know', async () => {
    expect((await service.raw('DescribeLogGroups', '')).status).to.equal(200);
    expect((await service.raw('DescribeLogGroups', '{"unknown":{"a":[1]},"limit":null}')).status).to.equal(
      200,
    );
  });

  for (const target of ['Nonsense', 'toString', '', 'putLogEvents']) {
    it(`does not know the operation "${target}"`, async () => {
      const { status, body } = await service.raw(target, '{}');
      expect([status, body]).to.deep.equal([400, { __type: 'UnknownOperationException' }]);
    });
  }

  it('does not know a request without a target', async () => {
    expect((await service.raw(undefined, '{}')).body.__type).to.equal('UnknownOperationException');
  });

  it('names an operation that it does not cover', async () => {
    const { status, body } = await service.raw('CreateScheduledQuery', '{}');
    expect([status, body]).to.deep.equal([
      400,
      {
        __type: 'UnknownOperationException',
        message: 'The local CloudWatch Logs service does not cover CreateScheduledQuery.',
      },
    ]);
  });

  for (const body of ['{', '[]', '"text"', '1', 'null', '{"limit":"1"}', '{"limit":{}}', '{"limit":[]}']) {
    it(`answers a SerializationException to ${body}`, async () => {
      const answer = await service.raw('DescribeLogGroups', body);
      expect([answer.status, answer.body.__type]).to.deep.equal([400, 'SerializationException']);
    });
  }

  it('cuts fractions off whole numbers, and refuses those that no long or integer holds', async () => {
    const answer = await service.raw(
      'FilterLogEvents',
      '{"logGroupName":"/none","limit":1.5,"startTime":0.9}',
    );
    expect(answer.body.__type).to.equal('ResourceNotFoundException');
    for (const body of [
      '{"logGroupName":"/none","startTime":1e19}',
      '{"logGroupName":"/none","limit":1e10}',
    ]) {
      expect((await service.raw('FilterLogEvents', body)).body.__type).to.equal('SerializationException');
    }
  });

  it('says what it expected where a list or a structure is something simple', async () => {
    const message = async (body: string) => (await service.raw('DescribeLogGroups', body)).body.message;
    expect(await message('{"accountIdentifiers":"x"}')).to.equal('Expected list or null');
    expect(await message('"x"')).to.equal('Expected null');
    expect(await message('{"accountIdentifiers":{}}')).to.equal(
      'Start of structure or map found where not expected.',
    );
  });

  it('passes over elements that are null', async () => {
    const logEvents = [null, { timestamp: Date.now(), message: 'beside null' }];
    const body = JSON.stringify({ logGroupName: '/app', logStreamName: 'stream', logEvents });
    expect((await service.raw('PutLogEvents', body)).status).to.equal(200);
    const none = JSON.stringify({ logGroupName: '/app', logStreamName: 'stream', logEvents: [null] });
    expect((await service.raw('PutLogEvents', none)).body.message).to.match(
      /length greater than or equal to 1$/,
    );
  });

  describe('with a compressed body', () => {
    it('takes gzip', async () => {
      const { status } = await service.raw('PutLogEvents', gzipSync(put('zipped')), {
        'content-encoding': 'gzip',
      });
      expect(status).to.equal(200);
      const { body } = await service.raw('FilterLogEvents', '{"logGroupName":"/app"}');
      expect((body.events as { message: string }[]).map(({ message }) => message)).to.include('zipped');
    });

    const encoded: [string, (text: string) => Buffer][] = [
      ['amz-1.0', (text) => Buffer.from(text)],
      ['deflate', deflateSync],
      ['deflate', deflateRawSync],
      ['X-Gzip', gzipSync],
      ['amz-1.0, gzip', gzipSync],
      ['gzip,identity', gzipSync],
      ['deflate, gzip', (text) => gzipSync(deflateSync(text))],
    ];
    for (const [index, [encoding, encode]] of encoded.entries()) {
      it(`takes ${encoding} as number ${index}`, async () => {
        const body = encode(put(`encoded ${index}`));
        const { status } = await service.raw('PutLogEvents', body, { 'content-encoding': encoding });
        expect(status).to.equal(200);
        const found = await service.raw('FilterLogEvents', '{"logGroupName":"/app"}');
        expect((found.body.events as { message: string }[]).map(({ message }) => message)).to.include(
          `encoded ${index}`,
        );
      });
    }

    it('answers a SerializationException to broken gzip and to unknown encodings', async () => {
      for (const [body, encoding] of [
        [Buffer.from('no gzip'), 'gzip'],
        [gzipSync(put('torn')).subarray(0, 40), 'gzip'],
        [Buffer.from('{}'), 'zstd'],
        [Buffer.from('{}'), 'deflate'],
        [Buffer.from('{}'), 'gzip, zstd'],
        [Buffer.from('{}'), 'gzip, gzip, gzip, gzip'],
      ] as const) {
        const answer = await service.raw('PutLogEvents', body, { 'content-encoding': encoding });
        expect([answer.status, answer.body.__type]).to.deep.equal([400, 'SerializationException']);
      }
    });

    it('does not unpack more than a request may hold', async () => {
      const bomb = gzipSync(Buffer.alloc(17 * 1024 * 1024));
      const answer = await service.raw('PutLogEvents', bomb, { 'content-encoding': 'gzip' });
      expect([answer.status, answer.body.__type]).to.deep.equal([413, 'RequestEntityTooLargeException']);
    });
  });

  it('refuses a body over the limit, announced or not', async () => {
    const port = service.local.port;
    const announced = await exchange(
      port,
      `POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: Logs_20140328.PutLogEvents\r\nContent-Length: 99999999\r\n\r\n`,
    );
    expect(announced).to.match(/^HTTP\/1\.1 413 /);
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const sent = request(
        { port, method: 'POST', headers: { 'transfer-encoding': 'chunked' } },
        (answer) => {
          answer.resume();
          resolve(answer.statusCode);
          sent.destroy();
        },
      );
      sent.on('error', (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EPIPE' && error.code !== 'ECONNRESET') reject(error);
      });
      const chunk = Buffer.alloc(1024 * 1024);
      for (let written = 0; written < 18; written++) sent.write(chunk);
    });
    expect(status).to.equal(413);
  });

  describe('by the Host header', () => {
    const statusFor = async (host: string): Promise<string> =>
      (
        await exchange(
          service.local.port,
          `GET /health HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
        )
      ).slice(9, 12);

    for (const host of [
      '127.0.0.1',
      '127.0.0.1:4586',
      'localhost:1',
      'LocalHost',
      '[::1]:80',
      'stream-localhost:80',
      'streaming-127.0.0.1',
      'logs.test',
      'stream-logs.test:8080',
    ]) {
      it(`takes ${host}`, async () => {
        expect(await statusFor(host)).to.equal('200');
      });
    }

    for (const host of [
      'evil.example',
      'localhost.evil.example',
      'xlocalhost',
      'stream-evil.example',
      'stream-stream-localhost',
      '127.0.0.1.nip.io',
      'localhost:80:80',
      '[::1',
    ]) {
      it(`refuses ${host}`, async () => {
        expect(await statusFor(host)).to.equal('403');
      });
    }

    it('refuses a request of HTTP/1.0 without one', async () => {
      const answer = await exchange(service.local.port, 'GET /health HTTP/1.0\r\n\r\n');
      expect(answer).to.match(/^HTTP\/1\.1 403 /);
      expect(answer).to.contain('"__type":"AccessDeniedException"');
    });
  });

  it('grants no other origin anything', async () => {
    const answer = await exchange(
      service.local.port,
      'OPTIONS / HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\nAccess-Control-Request-Method: POST\r\nConnection: close\r\n\r\n',
    );
    expect(answer).to.match(/^HTTP\/1\.1 403 /);
    expect(answer.toLowerCase()).to.not.contain('access-control-allow');
  });

  it('answers what the system says of its files, without where in the code it was', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'http-'));
    const local = await LocalCloudWatchLogs.start({ dataDirectory: directory });
    try {
      const send = async (operation: string, body: object) => {
        const headers = { 'x-amz-target': `Logs_20140328.${operation}` };
        return fetch(local.endpoint, { method: 'POST', headers, body: JSON.stringify(body) });
      };
      const stream = { logGroupName: 'g', logStreamName: 's' };
      await send('CreateLogGroup', { logGroupName: 'g' });
      await send('CreateLogStream', stream);
      rmSync(join(directory, 'groups'), { recursive: true });
      const logEvents = [{ timestamp: Date.now(), message: 'm' }];
      const response = await send('PutLogEvents', { ...stream, logEvents });
      expect(response.status).to.equal(500);
      const { message } = (await response.json()) as { message: string };
      expect(message).to.match(/^The local service can't use its files: ENOENT: [^\n]*$/);
    } finally {
      await local.stop();
      rmSync(directory, { recursive: true });
    }
  });

  it('tells that it is well', async () => {
    const response = await fetch(`${service.local.endpoint}/health`);
    expect(await response.json()).to.deep.equal({ status: 'ok' });
  });

  it('tells that it is well as LocalStack does, for suites that wait for that', async () => {
    const response = await fetch(`${service.local.endpoint}/_localstack/health`);
    const { services } = (await response.json()) as { services: Record<string, string> };
    expect(services).to.deep.equal({ logs: 'running' });
  });

  it('says what it is to whoever looks at its address', async () => {
    const response = await fetch(service.local.endpoint);
    const text = await response.text();
    expect([response.status, response.headers.get('content-type')]).to.deep.equal([
      200,
      'text/plain; charset=utf-8',
    ]);
    expect(text).to.match(/^This is a local Amazon CloudWatch Logs/);
    for (const [name, value] of Object.entries(service.local.environment)) {
      expect(text).to.contain(`export ${name}=${value}\n`);
    }
    expect(text).to.contain(`aws --endpoint-url ${service.local.endpoint} logs`);
    const head = await fetch(service.local.endpoint, { method: 'HEAD' });
    expect([head.status, await head.text()]).to.deep.equal([200, '']);
  });

  it('has the variables that clients find it by', () => {
    expect(service.local.environment).to.deep.equal({
      AWS_ENDPOINT_URL: service.local.endpoint,
      AWS_REGION: 'us-east-1',
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    });
  });

  it('tells that it is well to clients that ask with HEAD', async () => {
    const { status } = await fetch(`${service.local.endpoint}/health`, { method: 'HEAD' });
    expect(status).to.equal(200);
  });

  for (const target of ['//', 'http://127.0.0.1/', 'HTTP://localhost:1', '/?a=b']) {
    it(`takes the request target ${target} for its own`, async () => {
      const answer = await exchange(
        service.local.port,
        `POST ${target} HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: Logs_20140328.DescribeLogGroups\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}`,
      );
      expect(answer).to.match(/^HTTP\/1\.1 200 /);
    });
  }

  it('listens on the loopback addresses alone', () => {
    expect(service.local.endpoint).to.equal(`http://127.0.0.1:${service.local.port}`);
  });

  describe('over IPv6', () => {
    before(function () {
      const loopback = networkInterfaces().lo ?? networkInterfaces().lo0 ?? [];
      if (!loopback.some(({ address }) => address === '::1')) this.skip();
    });

    it('answers on [::1], which localhost may be', async () => {
      const response = await fetch(`http://[::1]:${service.local.port}/health`);
      expect(response.status).to.equal(200);
    });

    it('says that the port is taken there', async () => {
      const other = createServer();
      await new Promise<void>((resolve) => other.listen(0, '::1', resolve));
      const { port } = other.address() as AddressInfo;
      let error: unknown;
      await LocalCloudWatchLogs.start({ port }).catch((reason: unknown) => (error = reason));
      other.close();
      expect((error as NodeJS.ErrnoException).code).to.equal('EADDRINUSE');
    });
  });

  it('says that a port is taken', async () => {
    let error: unknown;
    await LocalCloudWatchLogs.start({ port: service.local.port }).catch(
      (reason: unknown) => (error = reason),
    );
    expect((error as NodeJS.ErrnoException).code).to.equal('EADDRINUSE');
  });

  it('stops though a connection is open', async () => {
    const other = await LocalService.start();
    const socket = connect(other.local.port, '127.0.0.1');
    await new Promise((resolve) => socket.once('connect', resolve));
    socket.on('error', () => undefined);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    await other.stop();
    await closed;
  });
});

describe('LocalCloudWatchLogs.start', () => {
  const wrong: [object, string][] = [
    [{ port: -1 }, 'port must be a whole number from 0 to 65535; it is -1'],
    [{ port: 1.5 }, 'port'],
    [{ accountId: '123' }, 'accountId'],
    [{ region: 'moon' }, 'region'],
    [{ clock: 5 }, 'clock'],
    [{ answerOlderEvents: 'yes' }, 'answerOlderEvents must be true or false; it is "yes"'],
    [{ sequenceTokens: 1 }, 'sequenceTokens must be true or false; it is 1'],
    [{ accounts: { AKID: '12' } }, 'accounts.AKID must be a string of 12 digits; it is "12"'],
    [{ onWarning: 'stderr' }, 'onWarning must be a function that takes a text; it is "stderr"'],
    [{ maxBytes: 0 }, 'maxBytes'],
    [{ maxBytes: NaN }, 'maxBytes'],
    [{ allowedHosts: 'localhost' }, 'allowedHosts'],
    [{ faults: [{ kind: 'x' }] }, 'fault.kind'],
    [{ faultSeed: 0.5 }, 'faultSeed'],
  ];
  for (const [options, text] of wrong) {
    it(`refuses ${JSON.stringify(options)}`, async () => {
      let message = '';
      await LocalCloudWatchLogs.start(options).catch(
        (error: unknown) => (message = (error as Error).message),
      );
      expect(message).to.contain(text);
    });
  }
});

/** Sends bytes and collects what comes back until the connection ends. */
function exchange(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    let answer = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk) => (answer += chunk as unknown as string));
    socket.on('error', reject);
    socket.on('close', () => {
      resolve(answer);
    });
  });
}
