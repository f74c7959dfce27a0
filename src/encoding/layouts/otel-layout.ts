import { addMember } from '../json-text.js';
import { type RecordRedaction } from '../redact.js';
import { severityTextOf } from '../severity.js';
import { type LayoutExtras, type MessageWriter, type ResourceAttributes } from './layout.js';
import {
  attributesJson,
  bodyJson,
  createResourceWriter,
  createScopeWriter,
  countJson,
  textJson,
  traceFlagsJson,
  xrayFormOf,
} from './record-parts.js';

/**
 * The default layout: a JSON object with the keys of the OpenTelemetry Collector's CloudWatch exporter,
 * ids as OpenTelemetry's "Trace Context in non-OTLP Log Formats" names them. What is empty is left out.
 */
export function createOtelLayout(
  resourceAttributes: ResourceAttributes,
  redaction: RecordRedaction,
  { xrayTraceId = false }: LayoutExtras = {},
): MessageWriter {
  const writeResource = createResourceWriter(resourceAttributes, redaction.resource);
  const writeScope = createScopeWriter(redaction.scope);
  return (record) => {
    let text = addMember('', 'body', bodyJson(record.body, redaction.body));
    text = addMember(text, 'severity_number', countJson(record.severityNumber));
    text = addMember(text, 'severity_text', textJson(severityTextOf(record)));
    text = addMember(text, 'event_name', textJson(record.eventName));
    const span = record.spanContext;
    if (span) {
      text = addMember(text, 'trace_id', textJson(span.traceId));
      text = addMember(text, 'span_id', textJson(span.spanId));
      text = addMember(text, 'trace_flags', traceFlagsJson(span.traceFlags));
      if (xrayTraceId) text = addMember(text, 'xray_trace_id', textJson(xrayFormOf(span.traceId)));
    }
    text = addMember(text, 'attributes', attributesJson(record.attributes, redaction.attributes));
    text = addMember(text, 'dropped_attributes_count', countJson(record.droppedAttributesCount));
    text = addMember(text, 'scope', writeScope(record.instrumentationScope));
    text = addMember(text, 'resource', writeResource(record.resource));
    return `{${text}}`;
  };
}
