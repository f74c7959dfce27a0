import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { type BackEnd, createLogDelivery, type LogDelivery } from '../../src/base/index.js';
import { sampleRecord } from '../../src/base/conformance/sample-record.js';
import { conformanceOf } from './conformance-of.js';

const folder = fileURLToPath(new URL('../../../examples/loki/', import.meta.url));

interface Entry {
  readonly tenant: string;
  readonly stream: Readonly<Record<string, string>>;
  readonly nanos: string;
  readonly line: string;
  readonly metadata: Readonly<Record<string, string>>;
}

interface Loki {
  readonly url: string;
  readonly entries: () => Entry[];
  readonly stop: () => Promise<void>;
}

interface Example {
  readonly lokiBackEnd: (options: object) => BackEnd;
}

const load = async <T>(file: string): Promise<T> =>
  (await import(pathToFileURL(join(folder, file)).href)) as T;

describe('examples/loki', function () {
  this.timeout(120_000);
  let lokiBackEnd: Example['lokiBackEnd'];
  let startLoki: (settings?: object) => Promise<Loki>;
  let loki: Loki | undefined;
  let delivery: LogDelivery | undefined;

  before(async () => {
    ({ lokiBackEnd } = await load<Example>('loki-back-end.mjs'));
    ({ startLoki } = await load<{ startLoki: typeof startLoki }>('stand-in.mjs'));
  });
  afterEach(async () => {
    await delivery?.shutdown();
    await loki?.stop();
    delivery = loki = undefined;
  });

  const start = async (options: object = {}, settings: object = {}): Promise<Loki> => {
    loki = await startLoki(settings);
    delivery = createLogDelivery({
      ...lokiBackEnd({ url: loki.url, ...options }),
      shutdownTimeoutMillis: 500,
      deliveryTimeoutMillis: 2_000,
    });
    return loki;
  };

  it('stands what a back end must', async () => {
    const stdout = await conformanceOf(folder);
    const [, emitted, delivered] =
      /^emitted (\d+) delivered (\d+) duplicates 0 dropped 3 lost 0\n$/.exec(stdout) ?? [];
    expect(Number(emitted), stdout).to.equal(Number(delivered) + 3);
  });

  it('makes labels, line, time and structured metadata of a record', async () => {
    const { entries } = await start({
      labels: { env: 'test' },
      labelsFrom: ['service.name', 'severity', 'none'],
    });
    const record = sampleRecord('a line\nof two');
    const hrTime = [Math.floor(Date.now() / 1000), 123_456_789];
    Object.assign(record, { hrTime, severityText: undefined, severityNumber: 9 });
    await delivery!.deliver([record]);
    const [entry] = entries() as [Entry];
    expect(entry.stream).to.deep.equal({ env: 'test', service_name: 'conformance', severity: 'INFO' });
    expect(entry).to.include({ line: 'a line\nof two', nanos: `${record.hrTime[0]}123456789` });
    expect(entry.metadata).to.include({
      trace_id: record.spanContext!.traceId,
      span_id: record.spanContext!.spanId,
      severity_text: 'INFO',
      nested: '{"list":[1,true]}',
    });
  });

  it('cleans names and values of labels to what Loki takes', async () => {
    const { entries } = await start({
      labels: { '1st': 'x', 'k8s.pod-name': 'ü', __internal: 'y', ['n'.repeat(2_000)]: 'z', empty: '' },
      labelsFrom: ['long', 'list'],
    });
    const record = { ...sampleRecord('x'), attributes: { long: 'ü'.repeat(2_000), list: ['a', 'b'] } };
    await delivery!.deliver([record]);
    const [{ stream }] = entries() as [Entry];
    expect(stream).to.deep.equal({
      _1st: 'x',
      k8s_pod_name: 'ü',
      _internal: 'y',
      ['n'.repeat(1_024)]: 'z',
      long: 'ü'.repeat(1_024),
      list: '["a","b"]',
    });
  });

  it('has one label where nothing gives any', async () => {
    const { entries } = await start({ labelsFrom: [] });
    await delivery!.deliver([sampleRecord('x')]);
    expect(entries()[0]!.stream).to.deep.equal({ service_name: 'unknown_service' });
  });

  it('cuts what is longer than Loki takes', async () => {
    const { entries } = await start();
    const attributes = Object.fromEntries(
      Array.from({ length: 300 }, (_, index) => [`a${index}`, 'v'.repeat(1_000)]),
    );
    await delivery!.deliver([
      { ...sampleRecord('ü'.repeat(200_000)), attributes },
      sampleRecord('\u0001'.repeat(300_000)),
    ]);
    const lengths = entries().map(({ line }) => Buffer.byteLength(line));
    expect(lengths).to.have.length(2);
    expect(Math.max(...lengths)).to.equal(256 * 1024);
    expect(delivery!.status()).to.include({ delivered: 2, dropped: 0 });
  });

  it('keeps lines that are the same in one millisecond apart', async () => {
    const { entries } = await start();
    const record = sampleRecord('again');
    Object.assign(record, { hrTime: [Math.floor(Date.now() / 1000), 5_000_000] });
    await delivery!.deliver([record, record, record]);
    expect(entries()).to.have.length(3);
  });

  it('counts an entry that is too old as refused, and delivers those beside it', async () => {
    const { entries } = await start();
    const old = { ...sampleRecord('old'), hrTime: [Math.floor(Date.now() / 1000) - 30 * 86_400, 0] };
    await delivery!.deliver([sampleRecord('one'), old as never, sampleRecord('two')]);
    expect(entries().map(({ line }) => line)).to.have.members(['one', 'two']);
    expect(delivery!.status().droppedByReason).to.deep.equal({ rejected: 1 });
  });

  it('says whose the logs are, each by itself where that is wanted', async () => {
    const { entries } = await start(
      { tenant: ({ attributes }: { attributes: { tenant?: string } }) => attributes.tenant ?? 'nobody' },
      { tenants: true },
    );
    const of = (tenant: string): ReturnType<typeof sampleRecord> => ({
      ...sampleRecord(tenant),
      attributes: { tenant },
    });
    await delivery!.deliver([of('a'), of("b!-_.*'()"), sampleRecord('x'), of('no|way')]);
    expect(entries().map(({ tenant }) => tenant)).to.have.members(['a', "b!-_.*'()", 'nobody']);
    expect(delivery!.status().droppedByReason).to.deep.equal({ unserializable: 1 });
  });

  for (const [options, authorization] of [
    [{ username: 'ann', password: 'se:cret' }, `Basic ${Buffer.from('ann:se:cret').toString('base64')}`],
    [{ token: 'abc' }, 'Bearer abc'],
  ] as const) {
    it(`authenticates by ${Object.keys(options).join(' and ')}`, async () => {
      const { entries } = await start(options, { authorization });
      expect(await delivery!.health()).to.deep.equal({ healthy: true, problems: [] });
      await delivery!.deliver([sampleRecord('x')]);
      expect(entries()).to.have.length(1);
    });
  }

  it('is ill without what it needs, and keeps the records', async () => {
    await start({}, { authorization: 'Bearer abc' });
    expect(await delivery!.health()).to.deep.equal({ healthy: false, problems: ['loki: health: HTTP 401'] });
    await delivery!.deliver([sampleRecord('x')]);
    expect(delivery!.status()).to.include({ kept: 1, delivered: 0 });
  });

  it('takes a success for none with which Loki says that it takes nothing', () => {
    const { classify } = lokiBackEnd({ url: 'http://localhost:3100' });
    const answer = (status: number): unknown =>
      classify({ response: { status, body: '', retryAfterMillis: undefined } });
    expect(answer(204)).to.deep.equal({ kind: 'accepted' });
    for (const status of [200, 260])
      expect(answer(status)).to.deep.equal({ kind: 'denied', detail: `HTTP ${status}` });
  });

  for (const [options, message] of [
    [{ url: '' }, /^url must be an address/],
    [{ tenant: 'a|b' }, /^tenant must be 1 to 150/],
    [{ tenant: '..' }, /^tenant must be/],
    [{ tenant: 7 }, /^tenant must be 1 to 150.*; it is 7$/],
    [{ tenant: null }, /^tenant must be 1 to 150/],
    [{ username: 'ann' }, /^password must stand with username/],
    [{ username: 'ann', password: 'x', token: 'y' }, /^token must stand without username/],
    [
      { labelsFrom: Array.from({ length: 16 }, (_, index) => `l${index}`) },
      /^labelsFrom must be at most 15.*it is 16$/,
    ],
  ] as const) {
    it(`refuses ${JSON.stringify(options)}`, () => {
      expect(() => lokiBackEnd({ url: 'http://localhost:3100', ...options })).to.throw(message);
    });
  }
});
