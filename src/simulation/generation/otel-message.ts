/** What a log record says, for a message in this package's default layout. */
export interface GeneratedRecord {
  readonly service: string;
  readonly body: string;
  readonly severity: GeneratedSeverity;
  readonly traceId?: string | undefined;
  readonly spanId?: string | undefined;
  readonly attributes?: Readonly<Record<string, unknown>> | undefined;
}

export type GeneratedSeverity = 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';

/** Source: OpenTelemetry's log data model, "Severity fields". */
const SEVERITY_NUMBERS: Readonly<Record<GeneratedSeverity, number>> = {
  DEBUG: 5,
  INFO: 9,
  WARN: 13,
  ERROR: 17,
};

/** The message of a log record, as the layout `collector` writes it. */
export function otelMessage(record: GeneratedRecord): string {
  return JSON.stringify({
    body: record.body,
    severity_number: SEVERITY_NUMBERS[record.severity],
    severity_text: record.severity,
    trace_id: record.traceId,
    span_id: record.spanId,
    trace_flags: record.traceId === undefined ? undefined : '01',
    attributes: record.attributes,
    resource: { 'service.name': record.service },
  });
}

/** A finished span. */
export interface GeneratedSpan {
  readonly service: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string | undefined;
  readonly name: string;
  readonly kind: 'SERVER' | 'CLIENT';
  readonly startMillis: number;
  readonly endMillis: number;
  /** What went wrong; undefined where nothing did. */
  readonly failure?: string | undefined;
  readonly attributes?: Readonly<Record<string, unknown>> | undefined;
}

/** The message of a span, as Transaction Search keeps it in the log group `aws/spans`. */
export function spanMessage(span: GeneratedSpan): string {
  // Nanoseconds since 1970 have more digits than a double; these end in zeros, which the text adds.
  const nanos = (millis: number): string => `${millis}000000`;
  const members = {
    resource: { attributes: { 'service.name': span.service } },
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId,
    name: span.name,
    kind: span.kind,
    startTimeUnixNano: '@start',
    endTimeUnixNano: '@end',
    durationNano: (span.endMillis - span.startMillis) * 1_000_000,
    attributes: span.attributes,
    status: span.failure === undefined ? { code: 'UNSET' } : { code: 'ERROR', message: span.failure },
  };
  return JSON.stringify(members)
    .replace('"@start"', nanos(span.startMillis))
    .replace('"@end"', nanos(span.endMillis));
}
