/**
 * The keys under which layouts, and other writers, put the ids of a record. The first of each list is
 * the key of our default layout; the correlation engine looks for all of them.
 * Sources: OpenTelemetry specification "Trace Context in non-OTLP Log Formats" (`trace_id`, `span_id`,
 * `trace_flags`); CloudWatch's OTLP endpoint (`traceId`, `spanId`); Lambda JSON logs (`xray_TraceId`,
 * `requestId`); Powertools for AWS Lambda (`xray_trace_id`, `function_request_id`); Elastic Common Schema
 * (`trace.id`, `span.id`); OpenTelemetry's logging of Python (`otelTraceID`) and .NET (`TraceId`); Datadog's
 * correlation (`dd.trace_id`); SLF4J's mapped diagnostic context (`mdc.…`); OpenTelemetry's semantic conventions
 * (`faas.invocation_id`).
 */
export const TRACE_ID_KEYS = [
  'trace_id',
  'traceId',
  'xray_trace_id',
  'xray_TraceId',
  '@xrayTraceId',
  'trace.id',
  'traceID',
  'TraceId',
  'traceid',
  'otelTraceID',
  'dd.trace_id',
  'mdc.trace_id',
  'mdc.traceId',
] as const;
export const SPAN_ID_KEYS = [
  'span_id',
  'spanId',
  'span.id',
  'spanID',
  'SpanId',
  'spanid',
  'otelSpanID',
  'dd.span_id',
  'mdc.span_id',
  'mdc.spanId',
] as const;
export const REQUEST_ID_KEYS = [
  'request_id',
  'requestId',
  'attributes.request_id',
  'attributes.request.id',
  'attributes.requestId',
  'function_request_id',
  '@requestId',
  'attributes.faas.invocation_id',
  'faas.invocation_id',
  'requestID',
  'RequestId',
  'x_request_id',
  'x-request-id',
  'X-Request-Id',
  'mdc.request_id',
  'mdc.requestId',
] as const;

/**
 * The keys of whole headers, which hold a trace id among other things. Sources: W3C "Trace Context"; AWS X-Ray,
 * "Tracing header".
 */
export const TRACE_HEADER_KEYS = [
  'traceparent',
  'X-Amzn-Trace-Id',
  'x-amzn-trace-id',
  'attributes.traceparent',
  'headers.traceparent',
  'headers.x-amzn-trace-id',
] as const;

/** Fields that log groups of ours index: see {@link TRACE_ID_KEYS}, {@link SPAN_ID_KEYS}. */
export const DEFAULT_INDEX_FIELDS: readonly string[] = ['trace_id', 'span_id'];
