import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { SeverityNumber } from '@opentelemetry/api-logs';
import { OTLPLogExporter as JsonLogExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPLogExporter as ProtobufLogExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import { OTLPTraceExporter as JsonTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { LoggerProvider, SimpleLogRecordProcessor, type LogRecordExporter } from '@opentelemetry/sdk-logs';
import { BasicTracerProvider, SimpleSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-node';
import { expect } from 'chai';
import fc from 'fast-check';
import { IngestionError } from '../../../../src/simulation/ingestion/ingestion-error.js';
import { otlpEncoding } from '../../../../src/simulation/ingestion/otlp/content-type.js';
import { decodeLogsRequest } from '../../../../src/simulation/ingestion/otlp/logs.js';
import {
  encodeErrorStatus,
  encodeExportResponse,
} from '../../../../src/simulation/ingestion/otlp/responses.js';
import { decodeTracesRequest } from '../../../../src/simulation/ingestion/otlp/traces.js';

const NOW = 1_771_007_000_000;
const JSON_TYPE = 'application/json; charset=utf-8';
const PROTOBUF_TYPE = 'application/x-protobuf';
const SPAN_CONTEXT = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  traceFlags: 1,
};

/** Answers everything with 200 and keeps the bodies. */
class Receiver {
  readonly bodies: Buffer[] = [];
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        this.bodies.push(Buffer.concat(chunks));
        response.setHeader('content-type', request.headers['content-type'] ?? '').end();
      });
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  async stop(): Promise<void> {
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

describe('decodeLogsRequest', () => {
  const receiver = new Receiver();
  let url: string;

  before(async () => {
    url = await receiver.start();
  });
  after(() => receiver.stop());

  async function send(exporter: LogRecordExporter): Promise<Buffer> {
    receiver.bodies.length = 0;
    const provider = new LoggerProvider({
      resource: resourceFromAttributes({ 'service.name': 'shop' }),
      processors: [new SimpleLogRecordProcessor({ exporter })],
    });
    provider.getLogger('scope', '1.0').emit({
      timestamp: [1_716_099_016, 682_000_001],
      observedTimestamp: [1_716_099_017, 0],
      severityNumber: SeverityNumber.ERROR,
      severityText: 'ERROR',
      eventName: 'order.failed',
      body: { text: 'é', count: 3, ratio: 0.5, list: [true, null, 'x'], bytes: new Uint8Array([1, 2]) },
      attributes: { 'order.id': 7, tags: ['a', 'b'] },
      context: trace.setSpanContext(ROOT_CONTEXT, SPAN_CONTEXT),
    });
    await provider.forceFlush();
    await provider.shutdown();
    return receiver.bodies[0]!;
  }

  const stored =
    '{"resource":{"attributes":{"service.name":"shop"}},"scope":{"name":"scope","version":"1.0"},' +
    '"timeUnixNano":1716099016682000001,"observedTimeUnixNano":1716099017000000000,' +
    '"severityNumber":17,"severityText":"ERROR",' +
    '"body":{"text":"é","count":3,"ratio":0.5,"list":[true,null,"x"],"bytes":"AQI="},' +
    '"attributes":{"order.id":7,"tags":["a","b"]},"eventName":"order.failed","flags":1,' +
    '"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203331"}';

  it("stores what OpenTelemetry's exporter sends as protobuf", async () => {
    const body = await send(new ProtobufLogExporter({ url: `${url}/logs` }));
    const [event, ...others] = decodeLogsRequest(body, PROTOBUF_TYPE, NOW);
    expect(others).to.deep.equal([]);
    expect(event).to.deep.equal({ message: event!.message, timestamp: 1_716_099_016_682 });
    expect(withoutFlagBits(event!.message)).to.equal(stored);
  });

  it("stores the same of what OpenTelemetry's exporter sends as JSON", async () => {
    const body = await send(new JsonLogExporter({ url: `${url}/logs` }));
    const [event] = decodeLogsRequest(body, JSON_TYPE, NOW);
    expect(event!.timestamp).to.equal(1_716_099_016_682);
    expect(withoutFlagBits(event!.message)).to.equal(stored);
  });

  /** Bits above the trace flags say whether the parent is remote; exporters differ there. */
  function withoutFlagBits(message: string): string {
    return message.replace(/"flags":(\d+)/, (_, flags: string) => `"flags":${Number(flags) & 0xff}`);
  }

  const ofRecord = (record: object, rest: object = {}) =>
    decodeLogsRequest(
      Buffer.from(JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: [record] }], ...rest }] })),
      'application/json',
      NOW,
    )[0]!;

  it('takes the observed time, then that of arrival, where a record has none', () => {
    expect(ofRecord({ observedTimeUnixNano: '1716099016682000001', timeUnixNano: '0' }).timestamp).to.equal(
      1_716_099_016_682,
    );
    expect(ofRecord({}).timestamp).to.equal(NOW);
  });

  it('leaves out what a record does not say', () => {
    expect(ofRecord({ traceId: '0'.repeat(32), spanId: '', flags: 0, severityNumber: 0 }).message).to.equal(
      '{"resource":{"attributes":{}}}',
    );
    expect(ofRecord({ body: {} }).message).to.equal('{"resource":{"attributes":{}},"body":null}');
  });

  it('reads the JSON mapping: names of both kinds, numbers and text, names of enumerations', () => {
    const message = JSON.parse(
      ofRecord(
        {
          severity_number: 'SEVERITY_NUMBER_WARN2',
          severity_text: 'WARN',
          time_unix_nano: 1e18,
          droppedAttributesCount: '3',
          traceId: '0AF7651916CD43DD8448EB211C80319C',
          unknown: { x: 1 },
          body: { doubleValue: 'NaN' },
          attributes: [
            { key: 'int', value: { intValue: '-9223372036854775808' } },
            { key: 'number', value: { intValue: 5 } },
            { key: 'double', value: { doubleValue: '2.5' } },
            { key: 'bytes', value: { bytesValue: '-_8' } },
            { key: 'none', value: null },
            { key: 'nothing' },
            { key: 'list', value: { arrayValue: {} } },
            { key: 'map', value: { kvlistValue: { values: [{ key: 'k', value: { boolValue: false } }] } } },
          ],
        },
        { resource: { attributes: [] } },
      ).message,
    ) as Record<string, unknown>;
    expect(message).to.deep.equal({
      resource: { attributes: {} },
      timeUnixNano: 1e18,
      severityNumber: 14,
      severityText: 'WARN',
      body: 'NaN',
      attributes: {
        int: -9223372036854775808,
        number: 5,
        double: 2.5,
        bytes: '+/8=',
        none: null,
        nothing: null,
        list: [],
        map: { k: false },
      },
      droppedAttributesCount: 3,
      traceId: '0af7651916cd43dd8448eb211c80319c',
    });
  });

  it('refuses JSON that is no request, and says where', () => {
    const wrong: [unknown, string][] = [
      [[], 'The request body must be an object'],
      [{ resourceLogs: {} }, "'resourceLogs'|resourceLogs must be a list"],
      [{ resourceLogs: [5] }, 'must be an object'],
    ];
    for (const [body, reason] of wrong) {
      expect(() => decodeLogsRequest(Buffer.from(JSON.stringify(body)), JSON_TYPE, NOW)).to.throw(
        IngestionError,
        new RegExp(reason),
      );
    }
    const records: [object, string][] = [
      [{ traceId: 'xyz' }, "'traceId' must be a string of hexadecimal digits"],
      [{ traceId: 5 }, 'hexadecimal'],
      [{ severityText: 5 }, "'severityText' must be a string"],
      [{ severityNumber: 'LOUD' }, "'severityNumber' must be a whole number"],
      [{ timeUnixNano: '-1' }, "'timeUnixNano' must be a whole number"],
      [{ timeUnixNano: 1.5 }, 'whole number'],
      [{ timeUnixNano: '18446744073709551616' }, 'whole number'],
      [{ flags: 4294967296 }, 'whole number'],
      [{ body: { boolValue: 1 } }, "'boolValue' must be true or false"],
      [{ body: { doubleValue: 'x' } }, "'doubleValue' must be a number"],
      [{ body: { doubleValue: true } }, "'doubleValue' must be a number"],
      [{ body: { bytesValue: '?' } }, 'Base64'],
      [{ body: { bytesValue: 5 } }, 'Base64'],
    ];
    for (const [record, reason] of records) expect(() => ofRecord(record)).to.throw(IngestionError, reason);
    expect(() => decodeLogsRequest(Buffer.from('{'), JSON_TYPE, NOW)).to.throw(
      IngestionError,
      'not valid JSON',
    );
    expect(() => decodeLogsRequest(Buffer.from('{}'), 'text/plain', NOW)).to.throw(
      IngestionError,
      'content type',
    );
  });

  it('refuses nesting without end, in both encodings', () => {
    let json: object = { stringValue: 'x' };
    let protobuf: Buffer = Buffer.from([0x0a, 0x01, 0x78]);
    for (let depth = 0; depth < 100; depth++) {
      json = { arrayValue: { values: [json] } };
      protobuf = field(5, field(1, protobuf));
    }
    expect(() => ofRecord({ body: json })).to.throw(IngestionError, 'nested too deep');
    const request = field(1, field(2, field(2, field(5, protobuf))));
    expect(() => decodeLogsRequest(request, PROTOBUF_TYPE, NOW)).to.throw(IngestionError, 'nested too deep');
    expect(() => decodeLogsRequest(Buffer.from('['.repeat(1e6)), JSON_TYPE, NOW)).to.throw(IngestionError);
  });

  it('passes over unknown protobuf fields and groups, and refuses broken bytes', () => {
    const known = field(1, field(2, field(2, field(3, Buffer.from('INFO')))));
    const unknown = Buffer.from([
      0x98, 0x06, 0x05, 0x9b, 0x06, 0x08, 0x01, 0x9c, 0x06, 0x9d, 0x06, 1, 2, 3, 4,
    ]);
    const decode = (bytes: Buffer) => decodeLogsRequest(bytes, PROTOBUF_TYPE, NOW);
    expect(decode(Buffer.concat([unknown, known]))[0]!.message).to.include('"severityText":"INFO"');
    expect(decode(Buffer.alloc(0))).to.deep.equal([]);
    const broken: [number[], string][] = [
      [[0x0a], 'ends inside a number'],
      [[0x0a, 5, 1], 'ends inside a field'],
      [[0x00, 1], 'no valid number'],
      [[0x0e], 'no valid wire type'],
      [[0x08, ...new Array<number>(10).fill(0xff), 1], 'longer than ten bytes'],
      [[0x08, 1], "'resourceLogs' has a wrong wire type"],
      [[0x13, 0x1c], 'a group ends'],
      [new Array<number>(20).fill(0x13), 'nested too deep'],
      [[...field(1, field(2, field(2, Buffer.from([0x0a, 1, 1]))))], "'timeUnixNano' has a wrong wire type"],
      [
        [...field(1, field(2, field(2, field(5, Buffer.from([0x20, 1])))))],
        "'doubleValue' has a wrong wire type",
      ],
    ];
    for (const [bytes, reason] of broken) {
      expect(() => decode(Buffer.from(bytes)), reason).to.throw(IngestionError, reason);
    }
  });

  it('survives any bytes', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 60 }),
        fc.constantFrom(PROTOBUF_TYPE, JSON_TYPE),
        (bytes, type) => {
          for (const decode of [decodeLogsRequest, decodeTracesRequest]) {
            try {
              decode(bytes, type, NOW);
            } catch (error) {
              expect(error).to.be.instanceOf(IngestionError);
            }
          }
        },
      ),
      { seed: 7, numRuns: 2000 },
    );
  });
});

describe('decodeTracesRequest', () => {
  const receiver = new Receiver();
  let url: string;

  before(async () => {
    url = await receiver.start();
  });
  after(() => receiver.stop());

  async function send(exporter: SpanExporter): Promise<Buffer> {
    receiver.bodies.length = 0;
    const provider = new BasicTracerProvider({
      resource: resourceFromAttributes({ 'service.name': 'shop' }),
      spanProcessors: [new SimpleSpanProcessor(exporter)],
      idGenerator: { generateTraceId: () => '1'.repeat(32), generateSpanId: () => '2'.repeat(16) },
    });
    const span = provider.getTracer('scope').startSpan(
      'GET /orders',
      {
        kind: SpanKind.SERVER,
        startTime: [1_716_099_016, 682_000_001],
        attributes: { 'http.response.status_code': 500 },
        links: [{ context: SPAN_CONTEXT, attributes: { why: 'retry' } }],
      },
      trace.setSpanContext(ROOT_CONTEXT, SPAN_CONTEXT),
    );
    span.addEvent('exception', { message: 'no' }, [1_716_099_016, 700_000_000]);
    span.setStatus({ code: SpanStatusCode.ERROR, message: 'failed' });
    span.end([1_716_099_017, 0]);
    await provider.forceFlush();
    await provider.shutdown();
    return receiver.bodies[0]!;
  }

  const stored =
    '{"resource":{"attributes":{"service.name":"shop"}},"scope":{"name":"scope"},' +
    '"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"2222222222222222","parentSpanId":"b7ad6b7169203331",' +
    '"flags":1,"name":"GET /orders","kind":"SERVER","startTimeUnixNano":1716099016682000001,' +
    '"endTimeUnixNano":1716099017000000000,"durationNano":317999999,"attributes":{"http.response.status_code":500},' +
    '"events":[{"timeUnixNano":1716099016700000000,"name":"exception","attributes":{"message":"no"}}],' +
    '"links":[{"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203331","attributes":{"why":"retry"},"flags":1}],' +
    '"status":{"code":"ERROR","message":"failed"}}';

  const plainFlags = (message: string) =>
    message.replace(/"flags":(\d+)/g, (_, flags: string) => `"flags":${Number(flags) & 0xff}`);

  for (const [name, create, type] of [
    ['protobuf', () => new ProtobufTraceExporter({ url: `${url}/traces` }), PROTOBUF_TYPE],
    ['JSON', () => new JsonTraceExporter({ url: `${url}/traces` }), JSON_TYPE],
  ] as const) {
    it(`stores what OpenTelemetry's exporter sends as ${name}`, async () => {
      const events = decodeTracesRequest(await send(create()), type, NOW);
      expect(events.map(({ message }) => plainFlags(message))).to.deep.equal([stored]);
    });
  }

  const ofSpan = (span: object) =>
    decodeTracesRequest(
      Buffer.from(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] })),
      'application/json',
      NOW,
    )[0]!;

  it("not documented: an event's time is the end of its span, else the start, else that of arrival", () => {
    expect(ofSpan({ startTimeUnixNano: '1000000', endTimeUnixNano: '3000000' }).timestamp).to.equal(3);
    expect(ofSpan({ startTimeUnixNano: '1000000' }).timestamp).to.equal(1);
    expect(ofSpan({}).timestamp).to.equal(NOW);
  });

  it('has kind and status for a span that names none', () => {
    expect(ofSpan({ kind: 99, status: { code: 99 } }).message).to.equal(
      '{"resource":{"attributes":{}},"kind":"UNSPECIFIED","status":{"code":"UNSET"}}',
    );
    expect(ofSpan({ kind: 'SPAN_KIND_CLIENT', status: { code: 'STATUS_CODE_OK' } }).message).to.equal(
      '{"resource":{"attributes":{}},"kind":"CLIENT","status":{"code":"OK"}}',
    );
    expect(ofSpan({ startTimeUnixNano: '5', endTimeUnixNano: '4' }).message).to.not.include('durationNano');
  });
});

describe('encodeExportResponse', () => {
  const partial = { rejected: 300, errorMessage: 'too old' };

  it('is empty when everything was taken', () => {
    expect(encodeExportResponse('json', 'logs').body.toString()).to.equal('{}');
    const { body, contentType } = encodeExportResponse('protobuf', 'logs');
    expect([body.length, contentType]).to.deep.equal([0, 'application/x-protobuf']);
  });

  it('says what was rejected', () => {
    expect(JSON.parse(encodeExportResponse('json', 'logs', partial).body.toString())).to.deep.equal({
      partialSuccess: { rejectedLogRecords: 300, errorMessage: 'too old' },
    });
    expect(JSON.parse(encodeExportResponse('json', 'traces', partial).body.toString())).to.deep.equal({
      partialSuccess: { rejectedSpans: 300, errorMessage: 'too old' },
    });
    expect(encodeExportResponse('protobuf', 'logs', partial).body.toString('hex')).to.equal(
      '0a0c08ac021207746f6f206f6c64',
    );
    expect(
      encodeExportResponse('protobuf', 'logs', { rejected: 0, errorMessage: 'x' }).body.toString('hex'),
    ).to.equal('0a03120178');
  });
});

describe('encodeErrorStatus', () => {
  it('is a google.rpc.Status', () => {
    expect(encodeErrorStatus('json', 3, 'bad').body.toString()).to.equal('{"code":3,"message":"bad"}');
    expect(encodeErrorStatus('protobuf', 3, 'bad').body.toString('hex')).to.equal('08031203626164');
  });
});

describe('otlpEncoding', () => {
  it('knows the content types of OTLP', () => {
    expect(
      ['application/json', 'Application/X-Protobuf; x=y', 'application/protobuf', 'text/plain', ''].map(
        otlpEncoding,
      ),
    ).to.deep.equal(['json', 'protobuf', 'protobuf', undefined, undefined]);
  });
});

/** A length-delimited protobuf field. */
function field(number: number, bytes: Buffer): Buffer {
  const length = bytes.length < 128 ? [bytes.length] : [(bytes.length & 0x7f) | 0x80, bytes.length >> 7];
  return Buffer.concat([Buffer.from([number * 8 + 2, ...length]), bytes]);
}
