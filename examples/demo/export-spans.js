// Exports the spans of a service over OTLP, as an application that traces does; `register` exports its log records.
import { trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';

const provider = new NodeTracerProvider({
  resource: defaultResource().merge(
    resourceFromAttributes({ 'service.name': process.env.OTEL_SERVICE_NAME ?? 'unknown_service' }),
  ),
  // It reads OTEL_EXPORTER_OTLP_TRACES_ENDPOINT.
  spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter(), { scheduledDelayMillis: 500 })],
});
trace.setGlobalTracerProvider(provider);
process.once('beforeExit', () => provider.shutdown());
