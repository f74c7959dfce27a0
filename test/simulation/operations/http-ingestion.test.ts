import { gzipSync } from 'node:zlib';

import {
  FilterLogEventsCommand,
  PutBearerTokenAuthenticationCommand,
  PutRetentionPolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';

import { DAY, LocalService, START } from '../local-service.js';

const GROUP = '/app';
const TARGET = { 'x-aws-log-group': GROUP, 'x-aws-log-stream': 'stream' };
const JSON_TYPE = { 'content-type': 'application/json' };

describe('HTTP ingestion', () => {
  let service: LocalService;

  beforeEach(async () => {
    service = await LocalService.start();
    await service.createStream(GROUP);
  });
  afterEach(() => service.stop());

  async function post(path: string, body: string | Uint8Array, headers: Record<string, string> = TARGET) {
    const response = await fetch(`${service.local.endpoint}${path}`, {
      method: 'POST',
      headers: { ...JSON_TYPE, ...headers },
      body: typeof body === 'string' ? body : new Uint8Array(body),
    });
    const text = await response.text();
    return { status: response.status, text, type: response.headers.get('content-type') };
  }
  const messages = async (logGroupName = GROUP) => {
    const answer = await service.client.send(new FilterLogEventsCommand({ logGroupName }));
    return answer.events!.map(({ message }) => message!);
  };
  const otlp = (timeUnixNano: number, text: string) =>
    JSON.stringify({
      resourceLogs: [
        {
          scopeLogs: [
            { logRecords: [{ timeUnixNano: `${timeUnixNano}000000`, body: { stringValue: text } }] },
          ],
        },
      ],
    });

  it('takes OTLP logs', async () => {
    const answer = await post('/v1/logs', otlp(START, 'hello'));
    expect([answer.status, answer.text, answer.type]).to.deep.equal([200, '{}', 'application/json']);
    expect((await messages())[0]).to.contain('"body":"hello"');
  });

  it('takes NDJSON, structured JSON and collector events, by headers or query', async () => {
    expect((await post('/ingest/bulk', '{"a":1}\n{"a":2}\n')).text).to.equal('{}');
    const byQuery = await post(`/ingest/json?logGroup=${GROUP}&logStream=stream`, '[{"b":1}]', {});
    expect(byQuery.status).to.equal(200);
    const hlc = await post('/services/collector/event', `{"event":"c","time":${START / 1000}}`);
    expect(hlc.status).to.equal(200);
    expect(await messages()).to.have.members(['{"a":1}', '{"a":2}', '{"b":1}', 'c']);
  });

  it('takes gzip', async () => {
    const headers = { ...TARGET, 'content-encoding': 'gzip' };
    expect((await post('/ingest/json', gzipSync('{"z":1}'), headers)).status).to.equal(200);
    expect(await messages()).to.deep.equal(['{"z":1}']);
  });

  it('says what it did not take', async () => {
    await service.client.send(new PutRetentionPolicyCommand({ logGroupName: GROUP, retentionInDays: 3 }));
    const at = (millis: number) => JSON.stringify({ event: 'x', time: millis / 1000 });
    const body = [START - 15 * DAY, START - 4 * DAY, START + DAY, START].map(at).join('');
    const answer = await post('/services/collector/event', body);
    expect(answer.status).to.equal(200);
    const { partialSuccess } = JSON.parse(answer.text) as {
      partialSuccess: { rejectedLogRecords: number; errorMessage: string };
    };
    expect(partialSuccess.rejectedLogRecords).to.equal(3);
    expect(JSON.parse(partialSuccess.errorMessage)).to.deep.equal({
      tooOldLogEventCount: 1,
      expiredLogEventCount: 1,
      tooNewLogEventCount: 1,
    });
    expect(await messages()).to.have.length(1);
    const old = await post('/v1/logs', otlp(START - 15 * DAY, 'old'));
    expect(old.text).to.contain('"rejectedLogRecords":1').and.to.contain('tooOldLogEventCount');
  });

  it('stores spans in aws/spans, which it makes', async () => {
    const span = {
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: 'b7ad6b7169203331',
      name: 'GET',
      endTimeUnixNano: `${START}000000`,
    };
    const body = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] });
    for (let count = 0; count < 2; count++) {
      expect((await post('/v1/traces', body, {})).status).to.equal(200);
    }
    const stored = await messages('aws/spans');
    expect(stored).to.have.length(2);
    expect(stored[0]).to.contain('"traceId":"0af7651916cd43dd8448eb211c80319c"');
  });

  const refused: [string, string, string, Record<string, string>, number][] = [
    ['a missing target', '/ingest/json', '{}', {}, 400],
    ['OTLP with its target in the query', `/v1/logs?logGroup=${GROUP}&logStream=stream`, '{}', {}, 400],
    ['a target in both places', `/ingest/json?logGroup=${GROUP}&logStream=stream`, '{}', TARGET, 400],
    ['a missing group', '/ingest/json', '{}', { ...TARGET, 'x-aws-log-group': '/none' }, 400],
    ['a missing stream', '/ingest/json', '{}', { ...TARGET, 'x-aws-log-stream': 'none' }, 400],
    ['what is no JSON', '/ingest/json', 'nonsense', TARGET, 400],
    ['what is no OTLP', '/v1/logs', 'nonsense', TARGET, 400],
    ['another type', '/v1/logs', '{}', { ...TARGET, 'content-type': 'text/plain' }, 415],
    ['a large request', '/v1/logs', ' '.repeat(1_048_577), TARGET, 413],
    [
      'a bearer token where none is enabled',
      '/ingest/json',
      '{}',
      { ...TARGET, authorization: 'Bearer x' },
      401,
    ],
  ];
  for (const [what, path, body, headers, status] of refused) {
    it(`answers ${status} to ${what}`, async () => {
      expect((await post(path, body, headers)).status).to.equal(status);
      expect(await messages()).to.deep.equal([]);
    });
  }

  it('takes a bearer token where the group allows it', async () => {
    await service.client.send(
      new PutBearerTokenAuthenticationCommand({
        logGroupIdentifier: GROUP,
        bearerTokenAuthenticationEnabled: true,
      }),
    );
    expect((await post('/ingest/json', '{}', { ...TARGET, authorization: 'Bearer x' })).status).to.equal(200);
  });

  it('answers OTLP errors with the code of their kind', async () => {
    const code = async (body: string, headers = TARGET) =>
      (JSON.parse((await post('/v1/logs', body, headers)).text) as { code: number }).code;
    expect(await code('nonsense')).to.equal(3);
    expect(await code('{}', { ...TARGET, 'x-aws-log-group': '/none' })).to.equal(5);
    service.local.faults.add({ kind: 'throttle', operations: ['v1/logs'], count: 1 });
    expect(await code('{}')).to.equal(8);
    service.local.faults.add({ kind: 'error', operations: ['v1/logs'], count: 1 });
    expect(await code('{}')).to.equal(14);
  });

  it('meets faults by its path', async () => {
    service.local.faults.add({ kind: 'throttle', operations: ['v1/logs'], count: 1, retryAfterSeconds: 1 });
    expect((await post('/v1/logs', otlp(START, 'x'))).status).to.equal(429);
    service.local.faults.add({ kind: 'deny', operations: ['ingest/*'] });
    expect((await post('/ingest/json', '{}')).status).to.equal(400);
    expect((await post('/v1/logs', otlp(START, 'x'))).status).to.equal(200);
  });

  it('wants signatures where they are verified', async () => {
    const strict = await LocalService.start({
      verifySignatures: [{ accessKeyId: 'a', secretAccessKey: 'b' }],
    });
    const response = await fetch(`${strict.local.endpoint}/ingest/json`, {
      method: 'POST',
      headers: { ...JSON_TYPE, ...TARGET },
      body: '{}',
    });
    await strict.stop();
    expect(response.status).to.equal(401);
  });
});
