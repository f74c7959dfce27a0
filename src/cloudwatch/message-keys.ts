/**
 * The keys under which layouts, and other writers, put the ids of a record. The first of each list is
 * the key of our default layout; the correlation engine looks for all of them.
 * Sources: OpenTelemetry specification "Trace Context in non-OTLP Log Formats" (`trace_id`, `span_id`,
 * `trace_flags`); CloudWatch's OTLP endpoint (`traceId`, `spanId`); Lambda JSON logs (`xray_TraceId`,
 * `requestId`); Powertools for AWS Lambda (`xray_trace_id`, `function_request_id`).
 */
export const TRACE_ID_KEYS = [
  'trace_id',
  'traceId',
  'xray_trace_id',
  'xray_TraceId',
  '@xrayTraceId',
] as const;
export const SPAN_ID_KEYS = ['span_id', 'spanId'] as const;
export const REQUEST_ID_KEYS = [
  'request_id',
  'requestId',
  'attributes.request_id',
  'attributes.request.id',
  'attributes.requestId',
  'function_request_id',
  '@requestId',
] as const;

/** Fields that log groups of ours index: see {@link TRACE_ID_KEYS}, {@link SPAN_ID_KEYS}. */
export const DEFAULT_INDEX_FIELDS: readonly string[] = ['trace_id', 'span_id'];
