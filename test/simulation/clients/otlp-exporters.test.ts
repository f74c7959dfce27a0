import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { type AnyValueMap, SeverityNumber } from '@opentelemetry/api-logs';
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, TraceFlags } from '@opentelemetry/api';
import { OTLPLogExporter as JsonLogExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPLogExporter as ProtobufLogExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import { OTLPTraceExporter as JsonTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { LoggerProvider, type LogRecordExporter, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import { NodeTracerProvider, SimpleSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-node';
import { expect } from 'chai';

import { LocalService } from '../local-service.js';

const GROUP = '/apps/orders';
const HEADERS = { 'x-aws-log-group': GROUP, 'x-aws-log-stream': 'stream' };
const TRACE_ID = '5b8efff798038103d269b633813fc60c';
const SPAN_ID = 'eee19b7ec3c1b174';

describe("OpenTelemetry's OTLP/HTTP exporters", () => {
  let service: LocalService;
  const resource = resourceFromAttributes({ 'service.name': 'orders', 'service.instance.id': 'a1' });

  beforeEach(async () => {
    service = await LocalService.start({ clock: Date.now });
    await service.createStream(GROUP);
  });
  afterEach(() => service.stop());

  async function stored(logGroupName: string): Promise<Record<string, unknown>[]> {
    const { events } = await service.client.send(new FilterLogEventsCommand({ logGroupName }));
    return events!.map(({ message }) => JSON.parse(message!) as Record<string, unknown>);
  }

  type LogExporter = new (config: object) => LogRecordExporter;
  const logExporters: [string, LogExporter][] = [
    ['JSON', JsonLogExporter],
    ['protobuf', ProtobufLogExporter],
  ];
  for (const [encoding, Exporter] of logExporters) {
    for (const compression of ['none', 'gzip']) {
      it(`deliver log records as ${encoding}, compression ${compression}`, async () => {
        const exporter = new Exporter({
          url: `${service.local.endpoint}/v1/logs`,
          headers: HEADERS,
          compression,
        });
        const provider = new LoggerProvider({
          resource,
          processors: [new SimpleLogRecordProcessor({ exporter })],
        });
        const context = trace.setSpanContext(ROOT_CONTEXT, {
          traceId: TRACE_ID,
          spanId: SPAN_ID,
          traceFlags: TraceFlags.SAMPLED,
        });
        const attributes: AnyValueMap = {
          'http.response.status_code': 502,
          retry: false,
          tags: ['a', 'b'],
          nested: { deep: { value: 1.5 } },
        };
        provider.getLogger('checkout', '1.2.3').emit({
          context,
          severityNumber: SeverityNumber.ERROR,
          severityText: 'ERROR',
          body: 'payment declined',
          attributes,
        });
        await provider.shutdown();
        const [record, ...others] = await stored(GROUP);
        expect(others).to.deep.equal([]);
        expect(record).to.deep.include({
          body: 'payment declined',
          severityNumber: 17,
          severityText: 'ERROR',
          traceId: TRACE_ID,
          spanId: SPAN_ID,
          flags: 1,
          attributes,
        });
        expect(record!.resource).to.deep.include({
          attributes: { 'service.name': 'orders', 'service.instance.id': 'a1' },
        });
        expect(record!.scope).to.include({ name: 'checkout', version: '1.2.3' });
      });
    }
  }

  it('hear why records were refused', async () => {
    const exporter = new JsonLogExporter({
      url: `${service.local.endpoint}/v1/logs`,
      headers: { ...HEADERS, 'x-aws-log-group': '/none' },
    });
    const refusal = await new Promise<Error | undefined>((resolve) => {
      const provider = new LoggerProvider({
        resource,
        processors: [
          new SimpleLogRecordProcessor({
            exporter: {
              export: (records) => {
                exporter.export(records, ({ error }) => {
                  resolve(error);
                });
              },
              shutdown: () => exporter.shutdown(),
              forceFlush: () => exporter.forceFlush(),
            },
          }),
        ],
      });
      provider.getLogger('checkout').emit({ body: 'lost' });
    });
    expect(refusal).to.have.property('code', 400);
    await exporter.shutdown();
  });

  type TraceExporter = new (config: object) => SpanExporter;
  const traceExporters: [string, TraceExporter][] = [
    ['JSON', JsonTraceExporter],
    ['protobuf', ProtobufTraceExporter],
  ];
  for (const [encoding, Exporter] of traceExporters) {
    it(`deliver spans as ${encoding}`, async () => {
      const exporter = new Exporter({ url: `${service.local.endpoint}/v1/traces` });
      const provider = new NodeTracerProvider({
        resource,
        spanProcessors: [new SimpleSpanProcessor(exporter)],
      });
      const tracer = provider.getTracer('checkout');
      const parent = tracer.startSpan('GET /orders', { kind: SpanKind.SERVER });
      const child = tracer.startSpan(
        'SELECT',
        { kind: SpanKind.CLIENT, attributes: { 'db.system': 'postgresql' } },
        trace.setSpan(ROOT_CONTEXT, parent),
      );
      child.setStatus({ code: SpanStatusCode.ERROR, message: 'timeout' });
      child.end();
      parent.end();
      await provider.shutdown();
      const spans = await stored('aws/spans');
      const { traceId, spanId } = parent.spanContext();
      expect(spans.map(({ name }) => name)).to.have.members(['GET /orders', 'SELECT']);
      const select = spans.find(({ name }) => name === 'SELECT');
      expect(select).to.deep.include({ traceId, parentSpanId: spanId, kind: 'CLIENT' });
      expect(select!.attributes).to.deep.equal({ 'db.system': 'postgresql' });
    });
  }
});
