import { createHash, createHmac } from 'node:crypto';

import { DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';

import { clientFor, failure, LocalService } from '../local-service.js';

const KEYS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };

describe('verified signatures', () => {
  let service: LocalService;

  before(async () => {
    service = await LocalService.start({ verifySignatures: [KEYS], clock: Date.now });
  });
  after(() => service.stop());

  async function describe_(credentials: { accessKeyId: string; secretAccessKey: string }, offset = 0) {
    const client = clientFor(service.local, { credentials });
    client.config.systemClockOffset = offset;
    try {
      return await client.send(new DescribeLogGroupsCommand());
    } finally {
      client.destroy();
    }
  }

  it('takes what the SDK signs with the right keys', async () => {
    expect((await describe_(KEYS)).logGroups).to.deep.equal([]);
  });

  it('takes a session token, which is signed too', async () => {
    expect((await describe_({ ...KEYS, sessionToken: 'token' } as typeof KEYS)).logGroups).to.deep.equal([]);
  });

  it('refuses a signature of another secret', async () => {
    const { name, message } = await failure(describe_({ ...KEYS, secretAccessKey: 'other' }));
    expect(name).to.equal('InvalidSignatureException');
    expect(message).to.match(/^The request signature we calculated does not match/);
  });

  it('refuses an unknown access key', async () => {
    expect(await failure(describe_({ ...KEYS, accessKeyId: 'AKIDOTHER' }))).to.deep.equal({
      name: 'UnrecognizedClientException',
      message: 'The security token included in the request is invalid.',
    });
  });

  it('refuses a signature more than five minutes old or ahead', async () => {
    const minutes = 60 * 1000;
    await describe_(KEYS, -4 * minutes);
    expect((await failure(describe_(KEYS, -6 * minutes))).message).to.match(
      /^Signature expired: \d{8}T\d{6}Z is now earlier than \d{8}T\d{6}Z \(\d{8}T\d{6}Z - 5 min\.\)$/,
    );
    expect((await failure(describe_(KEYS, 6 * minutes))).message).to.match(/^Signature not yet current/);
  });

  it('refuses a body that was changed after signing', async () => {
    const client = clientFor(service.local, { credentials: KEYS });
    client.middlewareStack.add(
      (next) => (args) => {
        (args.request as { body: string }).body = '{"limit":9}';
        return next(args);
      },
      { step: 'deserialize', priority: 'low' },
    );
    client.middlewareStack.add(
      (next) => (args) => {
        const { headers } = args.request as { headers: Record<string, string> };
        headers['content-length'] = '11';
        return next(args);
      },
      { step: 'build', priority: 'low' },
    );
    const { name } = await failure(client.send(new DescribeLogGroupsCommand()));
    client.destroy();
    expect(name).to.equal('InvalidSignatureException');
  });

  describe('in the query', () => {
    const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
    const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
    const stamp = (time: number) => new Date(time).toISOString().replace(/[-:]|\.\d+/g, '');

    /** Sends a request whose signature stands in its query. */
    async function send({
      age = 0,
      expires = 60,
      secret = KEYS.secretAccessKey,
      signedHeaders = ['host', 'x-amz-target'],
    } = {}) {
      const signedAt = stamp(Date.now() - age * 1000);
      const scope = `${signedAt.slice(0, 8)}/us-east-1/logs/aws4_request`;
      const query = Object.entries({
        'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
        'X-Amz-Credential': `${KEYS.accessKeyId}/${scope}`,
        'X-Amz-Date': signedAt,
        'X-Amz-Expires': String(expires),
        'X-Amz-SignedHeaders': signedHeaders.join(';'),
      })
        .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
        .join('&');
      const host = new URL(service.local.endpoint).host;
      const values: Record<string, string> = { host, 'x-amz-target': 'Logs_20140328.DescribeLogGroups' };
      const signed = signedHeaders.map((name) => `${name}:${values[name]!}`);
      const canonical = ['POST', '/', query, ...signed, '', signedHeaders.join(';'), sha256('{}')].join('\n');
      const text = ['AWS4-HMAC-SHA256', signedAt, scope, sha256(canonical)].join('\n');
      const key = scope.split('/').reduce<Buffer | string>(hmac, `AWS4${secret}`);
      const response = await fetch(
        `${service.local.endpoint}/?${query}&X-Amz-Signature=${hmac(key, text).toString('hex')}`,
        { method: 'POST', headers: { 'x-amz-target': 'Logs_20140328.DescribeLogGroups' }, body: '{}' },
      );
      const { __type } = (await response.json()) as { __type?: string };
      return __type ?? response.status;
    }

    it('is taken for as long as it says', async () => {
      expect(await send()).to.equal(200);
      expect(await send({ age: 3000, expires: 3600 })).to.equal(200);
      expect(await send({ age: 70 })).to.equal('InvalidSignatureException');
      expect(await send({ age: -600 })).to.equal('InvalidSignatureException');
      expect(await send({ expires: 604_801 })).to.equal('InvalidSignatureException');
    });

    it('is refused where it says nothing of the operation', async () => {
      expect(await send({ signedHeaders: ['host'] })).to.equal('InvalidSignatureException');
    });

    it('is refused where it is of another secret', async () => {
      expect(await send({ secret: 'other' })).to.equal('InvalidSignatureException');
    });
  });

  it('refuses a request without a signature', async () => {
    const { status, body } = await service.raw('DescribeLogGroups', '{}');
    expect([status, body.__type]).to.deep.equal([400, 'MissingAuthenticationTokenException']);
  });

  for (const authorization of [
    'Bearer token',
    'AWS4-HMAC-SHA256',
    'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260301/us-east-1/logs/aws4_request, SignedHeaders=host, Signature=00',
    'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE, SignedHeaders=host;x-amz-date, Signature=00',
  ]) {
    it(`refuses the incomplete header ${authorization.slice(0, 40)}`, async () => {
      const { body } = await service.raw('DescribeLogGroups', '{}', { authorization });
      expect(body.__type).to.equal('IncompleteSignatureException');
    });
  }

  it('refuses a scope of another service', async () => {
    const date = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
    const { body } = await service.raw('DescribeLogGroups', '{}', {
      'x-amz-date': date,
      authorization: `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/${date.slice(0, 8)}/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-date, Signature=00`,
    });
    expect(body.__type).to.equal('InvalidSignatureException');
  });
});
