import { addMember, jsonString } from '../json-text.js';
import { severityTextOf } from '../severity.js';
import { type MessageWriter, type ResourceAttributes } from './layout.js';
import {
  attributesJson,
  bodyJson,
  createResourceWriter,
  createScopeWriter,
  traceFlagsText,
} from './record-parts.js';

/**
 * The default layout: a JSON object with the keys of the OpenTelemetry Collector's CloudWatch exporter,
 * ids as OpenTelemetry's "Trace Context in non-OTLP Log Formats" names them. What is empty is left out.
 */
export function createOtelLayout(resourceAttributes: ResourceAttributes): MessageWriter {
  const writeResource = createResourceWriter(resourceAttributes);
  const writeScope = createScopeWriter();
  return (record) => {
    let text = addMember('', 'body', bodyJson(record.body));
    const number = record.severityNumber;
    if (number) text = addMember(text, 'severity_number', String(number));
    const severity = severityTextOf(record);
    if (severity) text = addMember(text, 'severity_text', jsonString(severity));
    if (record.eventName) text = addMember(text, 'event_name', jsonString(record.eventName));
    const span = record.spanContext;
    if (span) {
      text = addMember(text, 'trace_id', jsonString(span.traceId));
      text = addMember(text, 'span_id', jsonString(span.spanId));
      text = addMember(text, 'trace_flags', `"${traceFlagsText(span.traceFlags)}"`);
    }
    text = addMember(text, 'attributes', attributesJson(record.attributes));
    if (record.droppedAttributesCount > 0) {
      text = addMember(text, 'dropped_attributes_count', String(record.droppedAttributesCount));
    }
    text = addMember(text, 'scope', writeScope(record.instrumentationScope));
    text = addMember(text, 'resource', writeResource(record.resource));
    return `{${text}}`;
  };
}
