import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { type BackEnd, createLogDelivery, type LogDelivery } from '../../src/base/index.js';
import { sampleRecord } from '../../src/base/conformance/sample-record.js';
import { conformanceOf } from './conformance-of.js';

const folder = fileURLToPath(new URL('../../../examples/datadog/', import.meta.url));
const API_KEY = 'abc';

type Entry = Readonly<Record<string, unknown>>;

interface Datadog {
  readonly url: string;
  readonly requests: { readonly entries: number; readonly bytes: number; readonly encoding?: string }[];
  readonly entries: () => Entry[];
  readonly stop: () => Promise<void>;
}

interface Example {
  readonly datadogBackEnd: (options: object) => BackEnd;
}

const load = async <T>(file: string): Promise<T> =>
  (await import(pathToFileURL(join(folder, file)).href)) as T;

describe('examples/datadog', function () {
  this.timeout(120_000);
  let datadogBackEnd: Example['datadogBackEnd'];
  let startDatadog: (settings?: object) => Promise<Datadog>;
  let datadog: Datadog | undefined;
  let delivery: LogDelivery | undefined;

  before(async () => {
    ({ datadogBackEnd } = await load<Example>('datadog-back-end.mjs'));
    ({ startDatadog } = await load<{ startDatadog: typeof startDatadog }>('stand-in.mjs'));
  });
  afterEach(async () => {
    await delivery?.shutdown();
    await datadog?.stop();
    delivery = datadog = undefined;
  });

  const start = async (options: object = {}): Promise<Datadog> => {
    datadog = await startDatadog({ apiKey: API_KEY });
    delivery = createLogDelivery({
      ...datadogBackEnd({ url: datadog.url, apiKey: API_KEY, ...options }),
      shutdownTimeoutMillis: 500,
      deliveryTimeoutMillis: 2_000,
    });
    return datadog;
  };

  it('stands what a back end must', async () => {
    const stdout = await conformanceOf(folder);
    const [, emitted, delivered] =
      /^emitted (\d+) delivered (\d+) duplicates \d+ dropped 3 lost 0\n$/.exec(stdout) ?? [];
    expect(Number(emitted), stdout).to.equal(Number(delivered) + 3);
  });

  it('makes an entry of a record', async () => {
    const { entries, requests } = await start({
      source: 'checkout',
      hostname: 'here',
      tags: { Team: 'A, b' },
      tagsFrom: { env: 'deployment.environment.name', order: 'order.id', none: 'none' },
    });
    const record = sampleRecord('a line\nof two');
    Object.assign(record, {
      severityNumber: 9,
      attributes: { 'order.id': 7, message: 'of the attribute', nested: { list: [1, true] } },
      spanContext: {
        traceId: '0af7651916cd43dd8448eb211c80319c',
        spanId: 'b7ad6b7169203331',
        traceFlags: 1,
      },
    });
    await delivery!.deliver([record]);
    expect(entries()).to.deep.equal([
      {
        'order.id': 7,
        nested: { list: [1, true] },
        ddsource: 'checkout',
        ddtags: 'team:a__b,env:test,order:7',
        hostname: 'here',
        service: 'conformance',
        status: 'info',
        timestamp: record.hrTime[0] * 1_000 + Math.floor(record.hrTime[1] / 1_000_000),
        'dd.trace_id': '9532127138774266268',
        'dd.span_id': '13235353014750950193',
        'otel.trace_id': '0af7651916cd43dd8448eb211c80319c',
        'otel.span_id': 'b7ad6b7169203331',
        message: 'a line\nof two',
      },
    ]);
    expect(requests[0]).to.include({ entries: 1 });
  });

  it('has a status for each severity', async () => {
    const { entries } = await start();
    const numbers = [undefined, 1, 5, 9, 12, 13, 17, 20, 21, 24];
    const records = numbers.map((severityNumber) => ({
      ...sampleRecord(String(severityNumber)),
      severityNumber,
    }));
    await delivery!.deliver(records as never);
    const statuses: Entry = Object.fromEntries(
      entries().map(({ message, status }) => [message as string, status]),
    );
    expect(statuses).to.deep.equal({
      undefined: 'info',
      1: 'debug',
      5: 'debug',
      9: 'info',
      12: 'info',
      13: 'warn',
      17: 'error',
      20: 'error',
      21: 'emergency',
      24: 'emergency',
    });
  });

  it('keeps to the limits of entries, arrays and payloads, and compresses', async () => {
    const { entries, requests } = await start();
    const attributes = { large: 'x'.repeat(2_000_000) };
    await delivery!.deliver([
      sampleRecord('ü'.repeat(900_000)),
      sampleRecord('\u0001'.repeat(900_000)),
      { ...sampleRecord('beside large attributes'), attributes },
      ...Array.from({ length: 2_500 }, (_, index) => sampleRecord(`small ${index}`)),
    ]);
    expect(delivery!.status()).to.include({ delivered: 2_503, dropped: 0 });
    expect(entries().filter(({ isCut }) => isCut)).to.deep.equal([]);
    expect(entries().filter(({ message }) => message === 'beside large attributes')).to.have.length(1);
    expect(Math.max(...requests.map(({ entries }) => entries))).to.be.at.most(1_000);
    expect(Math.max(...requests.map(({ bytes }) => bytes))).to.be.within(1_500_000, 5_000_000);
    expect(new Set(requests.map(({ encoding }) => encoding))).to.deep.equal(new Set(['gzip']));
  });

  it('is ill with a key that is not valid, and keeps the records', async () => {
    await start({ apiKey: 'another' });
    expect(await delivery!.health()).to.deep.equal({
      healthy: false,
      problems: ['datadog: health: HTTP 403'],
    });
    await delivery!.deliver([sampleRecord('x')]);
    expect(delivery!.status()).to.include({ kept: 1, delivered: 0 });
  });

  it('knows what the statuses of Datadog mean', () => {
    const { classify } = datadogBackEnd({ apiKey: API_KEY });
    const kindOf = (status: number): string =>
      classify({ response: { status, body: '', retryAfterMillis: undefined } }).kind;
    const statuses = [200, 202, 400, 401, 403, 408, 413, 429, 500, 503];
    expect(Object.fromEntries(statuses.map((status) => [status, kindOf(status)]))).to.deep.equal({
      200: 'denied',
      202: 'accepted',
      400: 'split',
      401: 'unauthenticated',
      403: 'denied',
      408: 'retry',
      413: 'split',
      429: 'throttled',
      500: 'retry',
      503: 'retry',
    });
  });

  for (const [options, message] of [
    [{ apiKey: undefined }, /^apiKey must be an API key of Datadog$/],
    [{ apiKey: 'a secret\n' }, /^apiKey must be an API key of Datadog$/],
    [{ site: 'https://datadoghq.eu' }, /^site must be a site of Datadog/],
    [{ url: 'proxy' }, /^url must be an address/],
  ] as const) {
    it(`refuses ${JSON.stringify(options)}`, () => {
      expect(() => datadogBackEnd({ apiKey: API_KEY, ...options })).to.throw(message);
    });
  }
});
