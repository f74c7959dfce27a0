import {
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  FilterLogEventsCommand,
  PutBearerTokenAuthenticationCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';
import { gzipSync } from 'node:zlib';

import { clientFor, HOUR, LocalService } from '../local-service.js';
import { sendSigned, type SignedRequest } from '../signed-request.js';

const KEYS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'a/secret+of=ours' };
const TARGET = { 'x-aws-log-group': '/apps/orders', 'x-aws-log-stream': 's' };
const JSON_TYPE = { 'content-type': 'application/json' };
const SPAN = JSON.stringify({
  resourceSpans: [
    { scopeSpans: [{ spans: [{ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), name: 'forged' }] }] },
  ],
});
const RECORD = JSON.stringify({
  resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: { stringValue: 'x' } }] }] }],
});

/** Every request that changes something or tells of what is there, but for those of the AWS JSON protocol. */
const REQUESTS: readonly (readonly [method: string, path: string, body?: string])[] = [
  ['POST', '/v1/traces', SPAN],
  ['POST', '/v1/logs', RECORD],
  ['POST', '/ingest/bulk', '{"a":1}'],
  ['POST', '/ingest/json', '{"a":1}'],
  ['POST', '/services/collector/event', '{"event":"x"}'],
  ['GET', '/_control/faults'],
  ['POST', '/_control/faults', '{"kind":"hang"}'],
  ['DELETE', '/_control/faults'],
  ['GET', '/_control/clock'],
  ['POST', '/_control/clock', '{"advanceMillis":1000000}'],
  ['DELETE', '/_control/clock'],
  ['GET', '/_control/store'],
  ['GET', '/_control/queries'],
  ['GET', '/_control/subscriptions'],
  ['GET', '/_control/metrics'],
  ['POST', '/_control/metrics/publish'],
  ['DELETE', '/_control/metrics'],
];

describe('where signatures are verified', () => {
  let service: LocalService;

  beforeEach(async () => {
    service = await LocalService.start({ verifySignatures: [KEYS], clock: Date.now });
    const client = clientFor(service.local, { credentials: KEYS });
    await client.send(new CreateLogGroupCommand({ logGroupName: '/apps/orders' }));
    await client.send(new CreateLogStreamCommand({ logGroupName: '/apps/orders', logStreamName: 's' }));
    await client.send(
      new PutBearerTokenAuthenticationCommand({
        logGroupIdentifier: '/apps/orders',
        bearerTokenAuthenticationEnabled: true,
      }),
    );
    client.destroy();
  });
  afterEach(() => service.stop());

  const urlOf = (path: string) => new URL(path, service.local.endpoint);

  async function stored(): Promise<number> {
    const client = clientFor(service.local, { credentials: KEYS });
    const { events } = await client.send(new FilterLogEventsCommand({ logGroupName: '/apps/orders' }));
    client.destroy();
    return events!.length;
  }

  /** Nothing was stored, made or set by what was refused. */
  async function expectUntouched(): Promise<void> {
    expect(service.local.statistics().eventCount).to.equal(0);
    expect(service.local.faults.list()).to.deep.equal([]);
    expect(Math.abs(service.local.clock.now() - Date.now())).to.be.below(60_000);
    expect(await stored()).to.equal(0);
  }

  const FORGED: Readonly<Record<string, Record<string, string>>> = {
    'no signature': {},
    'a bearer token': { authorization: 'Bearer x' },
    'a bearer token in small letters': { authorization: 'bearer AKIDEXAMPLE' },
    'an empty authorization': { authorization: '' },
    'basic credentials': { authorization: `Basic ${btoa('AKIDEXAMPLE:a')}` },
    'a signature of nothing': {
      authorization: `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/us-east-1/logs/aws4_request, SignedHeaders=host, Signature=${'0'.repeat(64)}`,
      'x-amz-date': new Date().toISOString().replace(/[-:]|\.\d+/g, ''),
    },
  };
  for (const [what, headers] of Object.entries(FORGED)) {
    it(`believes nothing with ${what}`, async () => {
      for (const [method, path, body] of REQUESTS) {
        const { status } = await fetch(urlOf(path), {
          method,
          headers: { ...JSON_TYPE, ...TARGET, ...headers },
          ...(body === undefined ? {} : { body }),
        });
        expect(status, `${method} ${path}`).to.be.within(400, 403);
      }
      await expectUntouched();
    });
  }

  it('takes every one of them signed', async () => {
    for (const [method, path, body = ''] of REQUESTS) {
      if (body.includes('hang') || body.includes('advance')) continue;
      const headers = method === 'POST' ? { ...JSON_TYPE, ...TARGET } : {};
      const { status, text } = await sendSigned(urlOf(path), { ...KEYS, method, body, headers });
      expect(status, `${method} ${path} ${text}`).to.equal(200);
    }
    expect(await stored()).to.equal(4);
  });

  /** A right signature, and something that was changed on the way. */
  const CHANGED: Readonly<Record<string, Partial<SignedRequest> & { path?: string }>> = {
    'the group': { headers: JSON_TYPE, unsigned: TARGET },
    'the content type': { headers: TARGET, unsigned: JSON_TYPE },
    'the encoding': {
      headers: { ...JSON_TYPE, ...TARGET },
      unsigned: { 'content-encoding': 'gzip' },
      body: new Uint8Array(gzipSync(RECORD)),
    },
    'the body': {
      headers: { ...JSON_TYPE, ...TARGET, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
      payloadHash: 'UNSIGNED-PAYLOAD',
    },
    'the operation': {
      path: '/',
      headers: {},
      unsigned: { 'x-amz-target': 'Logs_20140328.DescribeLogGroups' },
      body: '{}',
    },
  };
  for (const [what, request] of Object.entries(CHANGED)) {
    it(`does not believe ${what} that is not signed`, async () => {
      const { path = '/v1/logs', ...rest } = request;
      const { status, text } = await sendSigned(urlOf(path), { ...KEYS, body: RECORD, ...rest });
      expect(status).to.be.within(400, 403);
      expect(text).to.match(/SignedHeader|does not match the signature/);
      await expectUntouched();
    });
  }

  it('has a rule of faults set by who may sign, and by nobody else', async () => {
    const rule = {
      method: 'POST',
      headers: JSON_TYPE,
      body: '{"kind":"throttle","operations":["PutLogEvents"]}',
    };
    const refused = await sendSigned(urlOf('/_control/faults'), {
      ...rule,
      ...KEYS,
      secretAccessKey: 'other',
    });
    expect(refused.text).to.contain('InvalidSignatureException');
    expect(service.local.faults.list()).to.deep.equal([]);
    expect((await sendSigned(urlOf('/_control/faults'), { ...rule, ...KEYS })).status).to.equal(200);
    expect(service.local.faults.list()).to.have.length(1);
    const removed = await sendSigned(urlOf('/_control/faults?id=fault-1'), { ...KEYS, method: 'DELETE' });
    expect(removed.text).to.equal('{"faults":[]}');
  });

  it('takes a clock that was set back by the time of either clock', async () => {
    service.local.clock.advance(5 * HOUR);
    const clock = { ...KEYS, method: 'GET' };
    expect((await sendSigned(urlOf('/_control/clock'), clock)).status).to.equal(200);
    expect(
      (await sendSigned(urlOf('/_control/clock'), { ...clock, time: Date.now() + 5 * HOUR })).status,
    ).to.equal(200);
    const stale = await sendSigned(urlOf('/_control/clock'), { ...clock, time: Date.now() + HOUR });
    expect(stale.text).to.contain('Signature expired');
    // Other requests go by the service's clock alone.
    const spans = { ...KEYS, headers: JSON_TYPE, body: SPAN };
    expect((await sendSigned(urlOf('/v1/traces'), spans)).text).to.contain('Signature expired');
    await sendSigned(urlOf('/_control/clock'), { ...KEYS, method: 'DELETE' });
    expect((await sendSigned(urlOf('/v1/traces'), spans)).status).to.equal(200);
  });

  it('tells without a signature that it is well, and no more', async () => {
    const response = await fetch(urlOf('/health'));
    expect(await response.json()).to.deep.equal({ status: 'ok' });
  });
});
