import { expect } from 'chai';

import { MetricPublisher } from '../../../src/simulation/metrics/metric-publisher.js';
import type { MetricValues } from '../../../src/simulation/metrics/metric-store.js';
import { signPost } from '../../../src/simulation/metrics/sign-request.js';
import { LocalService, START } from '../local-service.js';
import { CloudWatchReceiver } from './cloudwatch-receiver.js';

const KEYS = { accessKeyId: 'AK', secretAccessKey: 'SK' };

/** Values of a metric, each once. */
function values(metricName: string, numbers: readonly number[] = [1], more: object = {}): MetricValues {
  return {
    series: { region: 'us-east-1', namespace: 'App', metricName, unit: 'None', dimensions: {}, ...more },
    timestamp: START,
    values: new Map(numbers.map((number) => [number, 1])),
  };
}

describe('MetricPublisher', () => {
  let receiver: CloudWatchReceiver;
  let publisher: MetricPublisher;

  beforeEach(async () => {
    receiver = await CloudWatchReceiver.start();
    publisher = new MetricPublisher({
      endpoint: new URL(receiver.url),
      credentials: () => Promise.resolve({ ...KEYS, sessionToken: 'to/ken' }),
    });
  });
  afterEach(() => {
    publisher.stop();
    receiver.stop();
  });

  const names = () => receiver.data.map(({ metricName }) => metricName);

  it('sends values with counts, unit, dimensions and time, in any letters', async () => {
    publisher.add({
      series: {
        region: 'eu-west-1',
        namespace: 'App/ä (x)',
        metricName: "e'r & r",
        unit: 'Count/Second',
        dimensions: { a: '1 2', b: '*!+=&%' },
      },
      timestamp: Date.UTC(2026, 10, 26, 8),
      values: new Map([
        [1, 2],
        [0.5, 1],
        [-1e-7, 3],
        [1e21, 1],
      ]),
    });
    await publisher.flush();
    expect(receiver.data).to.deep.equal([
      {
        namespace: 'App/ä (x)',
        metricName: "e'r & r",
        timestamp: '2026-11-26T08:00:00Z',
        unit: 'Count/Second',
        dimensions: { a: '1 2', b: '*!+=&%' },
        values: { '1': 2, '0.5': 1, '-1e-7': 3, '1e+21': 1 },
      },
    ]);
    expect(receiver.headers[0]).to.include({
      'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
      'x-amz-security-token': 'to/ken',
    });
    expect(receiver.headers[0]!.authorization).to.match(
      /^AWS4-HMAC-SHA256 Credential=AK\/\d{8}\/eu-west-1\/monitoring\/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-security-token, Signature=[\da-f]{64}$/,
    );
    expect(publisher.status()).to.include({ published: 1, waiting: 0, dropped: 0, lastError: undefined });
  });

  it('keeps the limits of a request: 150 values, 1000 data, a megabyte, one namespace', async () => {
    const many = Array.from({ length: 151 }, (_, index) => index + 0.123456789);
    publisher.add(values('many', many));
    publisher.add(values('other', [1], { namespace: 'Other' }));
    for (let index = 0; index < 1001; index++) publisher.add(values(`m${index}`));
    await publisher.flush();
    const [first, second] = receiver.data;
    expect([first, second].map((datum) => Object.keys(datum!.values).length)).to.deep.equal([150, 1]);
    expect(receiver.sizes).to.deep.equal([1000, 1, 3]);
    for (let index = 0; index < 300; index++) publisher.add(values(`long${index}`, many));
    await publisher.flush();
    expect(Math.max(...receiver.headers.map((headers) => Number(headers['content-length'])))).to.be.within(
      500_000,
      1_000_000,
    );
    expect(new Set(names()).size).to.equal(2 + 1001 + 300);
  });

  it('tries again later when the other side fails or throttles, in order and without loss', async () => {
    for (const refusal of [
      { status: 503, code: 'ServiceUnavailable' },
      { status: 400, code: 'Throttling' },
      { status: 429, code: 'TooMany' },
    ]) {
      receiver.refusal = () => refusal;
      publisher.add(values(refusal.code));
      await publisher.flush({ now: true });
      expect(publisher.status().lastError).to.include(`${refusal.status}`).and.include(refusal.code);
    }
    expect(publisher.status()).to.include({ published: 0, waiting: 3, dropped: 0 });
    receiver.refusal = undefined;
    const before = receiver.headers.length;
    // So soon after a failure nothing is sent unless it is asked for.
    await publisher.flush();
    expect(receiver.headers).to.have.length(before);
    await publisher.flush({ now: true });
    expect(names()).to.deep.equal(['ServiceUnavailable', 'Throttling', 'TooMany']);
    expect(publisher.status()).to.include({ published: 3, waiting: 0, dropped: 0 });
  });

  it('tells a failure once, until something is taken', async () => {
    const warnings: string[] = [];
    const telling = new MetricPublisher(
      { endpoint: new URL(receiver.url), credentials: () => Promise.resolve(KEYS) },
      (warning) => warnings.push(warning),
    );
    const fails = { status: 503, code: 'Unavailable' };
    for (const refusal of [fails, fails, undefined, fails]) {
      receiver.refusal = () => refusal;
      telling.add(values('m'));
      await telling.flush({ now: true });
    }
    expect(warnings).to.have.length(2);
    expect(warnings[0]).to.match(
      /^metrics can't be published at http:\/\/127\.0\.0\.1:\d+\/: 503 .*Unavailable/,
    );
    telling.stop();
  });

  it('tries again when nobody listens', async () => {
    const { url } = receiver;
    receiver.stop();
    const lonely = new MetricPublisher({ endpoint: new URL(url), credentials: () => Promise.resolve(KEYS) });
    lonely.add(values('m'));
    await lonely.flush();
    expect(lonely.status()).to.include({ waiting: 1, dropped: 0 });
    expect(lonely.status().lastError).to.match(/ECONNREFUSED|fetch failed/);
    lonely.clear();
    expect(lonely.status()).to.include({ waiting: 0 });
  });

  it('finds the datum that is no good, and sends the others', async () => {
    receiver.refusal = (data) =>
      data.some(({ metricName }) => metricName === 'bad')
        ? { status: 400, code: 'InvalidParameterValue' }
        : undefined;
    for (const name of ['a', 'b', 'bad', 'c', 'd']) publisher.add(values(name));
    await publisher.flush();
    expect(names()).to.deep.equal(['a', 'b', 'c', 'd']);
    expect(publisher.status()).to.include({ published: 4, waiting: 0, dropped: 1 });
  });

  it('gives up what is refused for another reason', async () => {
    receiver.refusal = () => ({ status: 403, code: 'AccessDenied' });
    publisher.add(values('a'));
    publisher.add(values('b'));
    await publisher.flush();
    expect(receiver.headers).to.have.length(1);
    expect(publisher.status()).to.include({ published: 0, waiting: 0, dropped: 2 });
    expect(publisher.status().lastError).to.include('AccessDenied');
  });

  it('says so when there are no keys', async () => {
    const keyless = new MetricPublisher({
      endpoint: new URL(receiver.url),
      credentials: () => Promise.reject(new Error('no keys found')),
    });
    keyless.add(values('a'));
    await keyless.flush();
    expect(keyless.status()).to.include({ waiting: 1, lastError: 'no keys found' });
    expect(receiver.headers).to.have.length(0);
  });

  it('keeps 10,000 data while nobody takes them, the newest', async () => {
    receiver.refusal = () => ({ status: 500, code: 'x' });
    for (let index = 0; index < 12_500; index++) publisher.add(values(`m${index}`));
    await publisher.flush();
    expect(publisher.status()).to.include({ waiting: 9500, dropped: 3000 });
    receiver.refusal = undefined;
    await publisher.flush({ now: true });
    expect(names()[0]).to.equal('m3000');
    expect(names().at(-1)).to.equal('m12499');
  });

  it('publishes nothing without an address', async () => {
    const nowhere = new MetricPublisher(undefined);
    nowhere.add(values('a'));
    await nowhere.flush();
    expect(nowhere.status()).to.include({ endpoint: undefined, published: 0, waiting: 0, dropped: 0 });
  });
});

describe('signPost', () => {
  it('signs as the service checks it', async () => {
    const service = await LocalService.start({ verifySignatures: [KEYS] });
    const url = new URL(service.local.endpoint);
    const body = '{}';
    const send = async (keys: typeof KEYS) => {
      const headers = signPost(
        {
          url,
          headers: {
            'content-type': 'application/x-amz-json-1.1',
            'x-amz-target': 'Logs_20140328.DescribeLogGroups',
          },
          body,
          region: 'us-east-1',
          service: 'logs',
          time: START,
        },
        keys,
      );
      const response = await fetch(url, { method: 'POST', headers, body });
      return [response.status, await response.json()];
    };
    expect(await send(KEYS)).to.deep.equal([200, { logGroups: [] }]);
    expect((await send({ ...KEYS, secretAccessKey: 'other' }))[0]).to.equal(400);
    await service.stop();
  });
});
