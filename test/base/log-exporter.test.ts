import { logs, SeverityNumber } from '@opentelemetry/api-logs';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { expect } from 'chai';
import {
  createLogDelivery,
  createLogRecordExporter,
  createLogRecordProcessor,
  type LogDelivery,
  OptionError,
  plainLogRecord,
  type Verdict,
} from '../../src/base/index.js';
import { sampleRecord } from '../../src/base/conformance/sample-record.js';

describe('createLogRecordExporter', () => {
  let sent: string[];
  let verdict: Verdict;
  let delivery: LogDelivery;

  beforeEach(() => {
    sent = [];
    verdict = { kind: 'accepted' };
    delivery = createLogDelivery({
      name: 'store',
      limits: { maxEvents: 10, maxBytes: 100_000, maxEventBytes: 10_000 },
      encode: (record) => {
        const { bodyText } = plainLogRecord(record);
        return bodyText === 'not wanted' ? undefined : bodyText;
      },
      send: ({ events }) => {
        sent.push(...events.map(({ text }) => text));
        return Promise.resolve(verdict);
      },
      classify: ({ response }) => response!,
      deliveryTimeoutMillis: 50,
      shutdownTimeoutMillis: 100,
    });
  });
  afterEach(async () => {
    logs.disable();
    await delivery.shutdown();
  });

  const exported = (...bodies: string[]): Promise<ExportResult> =>
    new Promise((resolve) => createLogRecordExporter(delivery).export(bodies.map(sampleRecord), resolve));

  it("brings what OpenTelemetry's batch processor gives it", async () => {
    const exporter = createLogRecordExporter(delivery);
    const provider = new LoggerProvider({ processors: [new BatchLogRecordProcessor({ exporter })] });
    provider.getLogger('test').emit({ body: 'one', severityNumber: SeverityNumber.INFO });
    await provider.forceFlush();
    provider.getLogger('test').emit({ body: 'two' });
    await provider.shutdown();
    expect(sent).to.deep.equal(['one', 'two']);
    expect(await delivery.health()).to.deep.equal({ healthy: false, problems: ['delivery is shut down'] });
  });

  it('succeeds where nothing is lost against all wish', async () => {
    expect(await exported('fine', 'not wanted')).to.deep.equal({ code: ExportResultCode.SUCCESS });
    verdict = { kind: 'retry' };
    expect(await exported('kept')).to.deep.equal({ code: ExportResultCode.SUCCESS });
    expect(delivery.status()).to.include({ delivered: 1, kept: 1, dropped: 1 });
  });

  it('fails with the count and the reason', async () => {
    verdict = { kind: 'refused', detail: 'HTTP 410' };
    const { code, error } = await exported('one', 'two', '');
    expect(code).to.equal(ExportResultCode.FAILED);
    expect(error?.message).to.equal('3 of 3 log records were lost: HTTP 410');
  });

  it('fails where there are no records to go through', async () => {
    const result = await new Promise<ExportResult>((resolve) =>
      createLogRecordExporter(delivery).export(undefined as never, resolve),
    );
    expect(result.code).to.equal(ExportResultCode.FAILED);
    expect(result.error?.message).to.match(/^records must be an array/);
  });

  it('survives a callback that throws', async () => {
    let calls = 0;
    createLogRecordExporter(delivery).export([sampleRecord('one')], () => {
      calls++;
      throw new Error('of the processor');
    });
    await delivery.forceFlush();
    await new Promise((resolve) => setImmediate(resolve));
    expect(calls).to.equal(1);
  });
});

for (const create of [createLogRecordExporter, createLogRecordProcessor]) {
  describe(create.name, () => {
    for (const given of [undefined, null, {}, 'store', { name: 'store', encode: () => '', send: () => '' }]) {
      it(`refuses ${JSON.stringify(given)}, which is no delivery`, () => {
        expect(() => create(given as never))
          .to.throw(OptionError)
          .with.property('message')
          .that.matches(/^delivery must be what createLogDelivery gives; it is /);
      });
    }
  });
}

describe('createLogRecordProcessor', () => {
  it('sends what OpenTelemetry emits, and shuts down', async () => {
    const sent: string[] = [];
    const delivery = createLogDelivery({
      name: 'store',
      limits: { maxEvents: 10, maxBytes: 100_000, maxEventBytes: 10_000 },
      encode: (record) => plainLogRecord(record).bodyText,
      send: ({ events }) => {
        sent.push(...events.map(({ text }) => text));
        return Promise.resolve();
      },
      classify: () => ({ kind: 'accepted' }),
    });
    const provider = new LoggerProvider({ processors: [createLogRecordProcessor(delivery)] });
    provider.getLogger('test').emit({ body: 'one' });
    await provider.forceFlush();
    expect(sent).to.deep.equal(['one']);
    provider.getLogger('test').emit({ body: 'two' });
    await provider.shutdown();
    expect(sent).to.deep.equal(['one', 'two']);
    expect(delivery.status()).to.include({ emitted: 2, delivered: 2 });
  });
});

describe('plainLogRecord', () => {
  it('has the values of a record, as JSON can write them', () => {
    const record = sampleRecord('text');
    Object.assign(record, {
      hrTime: [1_700_000_000, 123_456_789],
      body: { error: new TypeError('bad'), bytes: Buffer.from('ab'), big: 2n ** 60n, nothing: undefined },
      severityText: undefined,
      severityNumber: 18,
      eventName: '',
    });
    const plain = plainLogRecord(record);
    expect(plain.timestampMillis).to.equal(1_700_000_000_123);
    expect(plain.timestampNanos).to.equal('1700000000123456789');
    expect(plain.severityText).to.equal('ERROR2');
    expect(plain.eventName).to.equal(undefined);
    expect(plain.body).to.deep.include({ bytes: 'YWI=', big: '1152921504606846976' });
    expect((plain.body as { error: object }).error).to.include({ type: 'TypeError', message: 'bad' });
    expect(JSON.parse(plain.bodyText)).to.deep.equal(plain.body);
    expect(plain.attributes).to.deep.include({ nested: { list: [1, true] } });
    expect(plain.resource).to.deep.equal({
      'service.name': 'conformance',
      'deployment.environment.name': 'test',
    });
    expect(plain.traceId).to.have.length(32);
    expect(plain.traceFlags).to.equal(1);
  });

  it('goes by when it was observed, or by now, where it has no time', () => {
    const observed = plainLogRecord({
      ...sampleRecord('x'),
      hrTime: [0, 0],
      hrTimeObserved: [1_700_000_000, 5],
    });
    expect(observed.timestampNanos).to.equal('1700000000000000005');
    const none = plainLogRecord({ ...sampleRecord('x'), hrTime: [0, 0], hrTimeObserved: [0, 0] });
    expect(none.timestampNanos).to.equal(`${none.timestampMillis}000000`);
    expect(none.timestampMillis).to.be.closeTo(Date.now(), 60_000);
  });

  it('takes a record made by hand, with what it lacks', () => {
    const plain = plainLogRecord({ body: undefined } as never);
    expect(plain).to.deep.include({ bodyText: '', attributes: {}, resource: {}, scopeName: '' });
    expect(plain.traceId).to.equal(undefined);
  });

  it('remembers a resource once its attributes are complete', () => {
    const resource = { attributes: { a: 1 } as Record<string, number>, asyncAttributesPending: true };
    const record = { ...sampleRecord('x'), resource: resource as never };
    expect(plainLogRecord(record).resource).to.deep.equal({ a: 1 });
    resource.attributes = { a: 2 };
    resource.asyncAttributesPending = false;
    expect(plainLogRecord(record).resource).to.deep.equal({ a: 2 });
    expect(plainLogRecord(record).resource).to.equal(plainLogRecord(record).resource);
  });
});
