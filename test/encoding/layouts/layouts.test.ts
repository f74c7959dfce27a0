import { expect } from 'chai';
import { createMessageWriter } from '../../../src/encoding/layouts/message-writer.js';
import {
  type LayoutFunction,
  type LayoutName,
  type ResourceAttributes,
} from '../../../src/encoding/layouts/layout.js';
import { record, RESOURCE } from '../records.js';

const SPAN = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 };
const FULL = {
  hrTime: [1_795_246_667, 123_456_789],
  hrTimeObserved: [1_795_246_668, 1],
  body: 'hello',
  severityNumber: 17,
  spanContext: SPAN,
  eventName: 'order.placed',
  attributes: { 'order.id': 7, 'exception.type': 'TypeError', 'exception.stacktrace': 'at x' },
  droppedAttributesCount: 2,
  instrumentationScope: { name: 'lib', version: '1.2', attributes: { a: true } },
};

function written(
  layout: LayoutName | LayoutFunction,
  parts: Parameters<typeof record>[0],
  resourceAttributes: ResourceAttributes = 'all',
): string {
  return createMessageWriter(layout, resourceAttributes)(record(parts));
}

describe('the otel layout', () => {
  it('has the keys of the Collector’s CloudWatch exporter, ids as the specification names them', () => {
    expect(JSON.parse(written('collector', FULL))).to.deep.equal({
      body: 'hello',
      severity_number: 17,
      severity_text: 'ERROR',
      event_name: 'order.placed',
      trace_id: SPAN.traceId,
      span_id: SPAN.spanId,
      trace_flags: '01',
      attributes: FULL.attributes,
      dropped_attributes_count: 2,
      scope: { name: 'lib', version: '1.2', attributes: { a: true } },
      resource: RESOURCE.attributes,
    });
  });

  it('writes the trace id in X-Ray’s form too where that is wanted', () => {
    const xray = `1-${SPAN.traceId.slice(0, 8)}-${SPAN.traceId.slice(8)}`;
    for (const layout of ['collector', 'otlp'] as const) {
      const write = createMessageWriter(layout, 'all', undefined, { xrayTraceId: true });
      expect(JSON.parse(write(record(FULL)))).to.include({ xray_trace_id: xray });
      expect(write(record({}))).to.not.include('xray');
      const odd = { ...FULL, spanContext: { ...SPAN, traceId: 'odd' } };
      expect(write(record(odd)))
        .to.include('odd')
        .and.not.include('xray');
      expect(written(layout, FULL)).to.not.include('xray');
    }
  });

  it('leaves out what is empty', () => {
    const parts = { body: undefined, attributes: {}, instrumentationScope: { name: '' }, severityNumber: 0 };
    expect(written('collector', parts, 'none')).to.equal('{}');
    expect(written('collector', { ...parts, body: null, attributes: undefined }, 'none')).to.equal('{}');
    expect(written('collector', { body: '' }, 'none')).to.include('"body":""');
  });

  it('writes flags of unsampled spans', () => {
    expect(written('collector', { spanContext: { ...SPAN, traceFlags: 0 } })).to.include(
      '"trace_flags":"00"',
    );
  });

  it('writes bodies and attributes of every type', () => {
    const values = {
      n: 1.5,
      b: false,
      big: 2n ** 60n,
      bytes: new Uint8Array([255]),
      list: [NaN, null],
      map: { x: {} },
    };
    const expected = {
      n: 1.5,
      b: false,
      big: '1152921504606846976',
      bytes: '/w==',
      list: ['NaN', null],
      map: { x: {} },
    };
    const message = JSON.parse(written('collector', { body: values, attributes: values })) as Record<
      string,
      unknown
    >;
    expect(message.body).to.deep.equal(expected);
    expect(message.attributes).to.deep.equal(expected);
    expect(JSON.parse(written('collector', { body: 0 }))).to.include({ body: 0 });
  });

  it('writes the resource attributes that are chosen', () => {
    const of = (choice: ResourceAttributes): unknown =>
      (JSON.parse(written('collector', {}, choice)) as { resource?: unknown }).resource;
    expect(of('all')).to.deep.equal(RESOURCE.attributes);
    expect(of('none')).to.equal(undefined);
    expect(of(['service.name', 'toString'])).to.deep.equal({ 'service.name': 'orders' });
    expect(of(['host.name'])).to.equal(undefined);
  });

  it('writes attributes of resource detectors once they are there', () => {
    const resource = { attributes: { a: 1 } as Record<string, unknown>, asyncAttributesPending: true };
    const write = createMessageWriter('collector', 'all');
    expect(write(record({ resource }))).to.include('"resource":{"a":1}');
    resource.attributes = { a: 1, b: 2 };
    resource.asyncAttributesPending = false;
    expect(write(record({ resource }))).to.include('"resource":{"a":1,"b":2}');
    expect(write(record({ resource }))).to.include('"resource":{"a":1,"b":2}');
  });

  it('leaves out what detectors find, unless all is wanted', () => {
    const said = {
      'service.name': 'orders',
      'service.instance.id': 'one',
      'deployment.environment.name': 'test',
      'host.name': 'ip-10-0-1-23',
      team: 'shop',
      processor: 'mine',
    };
    const found = {
      'telemetry.sdk.name': 'opentelemetry',
      'process.pid': 7,
      'os.type': 'linux',
      'host.id': 'i-1',
      'host.namespace': 'x',
      'container.id': 'c',
      'k8s.pod.uid': 'u',
      'cloud.region': 'eu-west-1',
      'aws.ecs.task.arn': 'arn',
      'faas.name': 'f',
      'gcp.a': 1,
      'azure.a': 1,
    };
    const resource = { attributes: { ...found, ...said } };
    for (const layout of ['collector', 'otlp'] as const) {
      const of = (choice: ResourceAttributes): string => written(layout, { resource }, choice);
      for (const name of Object.keys(said)) expect(of('essential'), name).to.include(`"${name}":`);
      for (const name of Object.keys(found)) {
        expect(of('essential'), name).to.not.include(`"${name}":`);
        expect(of('all'), name).to.include(`"${name}":`);
      }
    }
  });

  it('remembers resources and scopes that have nothing to write', () => {
    const write = createMessageWriter('collector', ['host.name']);
    const one = record({ body: 'x', instrumentationScope: { name: '' } });
    expect([write(one), write(one)]).to.deep.equal(['{"body":"x"}', '{"body":"x"}']);
  });
});

describe('the otlp layout', () => {
  it('is a record as CloudWatch’s OTLP endpoint stores it', () => {
    const text = written('otlp', FULL);
    // Bare numbers of more digits than JSON.parse keeps.
    const exact = text.replace(/(UnixNano":)(\d+)/g, '$1"$2"');
    expect(exact).not.to.equal(text);
    expect(JSON.parse(exact)).to.deep.equal({
      resource: { attributes: RESOURCE.attributes },
      scope: { name: 'lib', version: '1.2', attributes: { a: true } },
      timeUnixNano: '1795246667123456789',
      observedTimeUnixNano: '1795246668000000001',
      severityNumber: 17,
      severityText: 'ERROR',
      body: 'hello',
      attributes: FULL.attributes,
      droppedAttributesCount: 2,
      eventName: 'order.placed',
      flags: 1,
      traceId: SPAN.traceId,
      spanId: SPAN.spanId,
    });
  });

  it('leaves out what is empty', () => {
    const parts = {
      hrTime: [0, 0],
      hrTimeObserved: [0, 0],
      body: undefined,
      instrumentationScope: { name: '' },
    };
    expect(written('otlp', parts, 'none')).to.equal('{}');
  });
});

describe('the body layout', () => {
  it('writes text as it is and maps as JSON', () => {
    expect(written('body', { body: 'plain "text"\n' })).to.equal('plain "text"\n');
    const emf = { _aws: { Timestamp: 1, CloudWatchMetrics: [] }, latency: 5 };
    expect(written('body', { body: emf })).to.equal(JSON.stringify(emf));
    expect(written('body', { body: [1, 'a'] })).to.equal('[1,"a"]');
  });

  it('writes other values without quotes', () => {
    expect(written('body', { body: 5 })).to.equal('5');
    expect(written('body', { body: true })).to.equal('true');
    expect(written('body', { body: NaN })).to.equal('NaN');
    expect(written('body', { body: new Uint8Array([1, 2, 3]) })).to.equal('AQID');
    expect(written('body', { body: undefined })).to.equal('');
    expect(written('body', { body: null })).to.equal('');
    expect(written('body', { body: () => 1 })).to.equal('');
  });
});

describe('a layout function', () => {
  it('gives text or an object', () => {
    expect(
      written((one) => `${String(one.severityText)}: ${one.body as string}`, { severityText: 'WARN' }),
    ).to.equal('WARN: hello');
    expect(written((one) => ({ msg: one.body, at: new Date(0) }), {})).to.equal(
      '{"msg":"hello","at":"1970-01-01T00:00:00.000Z"}',
    );
  });

  it('may spread the record', () => {
    class WithGetters {
      readonly #text = 'from a getter';
      get body(): string {
        return this.#text;
      }
    }
    const write = createMessageWriter((one) => ({ ...one, resource: undefined }), 'all');
    expect(write(new WithGetters() as never)).to.equal('{"body":"from a getter"}');
  });

  it('throws where the function gives neither', () => {
    for (const layout of [() => undefined, () => 5, () => null] as unknown as LayoutFunction[]) {
      expect(() => written(layout, {})).to.throw(TypeError, 'neither a string nor an object');
    }
    expect(() => written(() => Promise.resolve(''), {})).to.throw(TypeError, 'it must not be async');
  });
});
