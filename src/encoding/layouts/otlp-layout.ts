import { addMember, jsonText } from '../json-text.js';
import { unixNanos } from '../record-time.js';
import { type RecordRedaction } from '../redact.js';
import { severityTextOf } from '../severity.js';
import { type LayoutExtras, type MessageWriter, type ResourceAttributes } from './layout.js';
import {
  attributesJson,
  bodyJson,
  countJson,
  createResourceWriter,
  createScopeWriter,
  textJson,
  xrayFormOf,
} from './record-parts.js';

/**
 * A record as CloudWatch's own OTLP endpoint stores it: camelCase, nested resource and scope, times as bare
 * numbers of nanoseconds, exact to the digit though a double holds fewer. Standard-class groups index its `traceId` without a policy.
 */
export function createOtlpLayout(
  resourceAttributes: ResourceAttributes,
  redaction: RecordRedaction,
  { xrayTraceId = false }: LayoutExtras = {},
): MessageWriter {
  const writeResource = createResourceWriter(resourceAttributes, redaction.resource);
  const writeScope = createScopeWriter(redaction.scope);
  return (record) => {
    const resource = writeResource(record.resource);
    let text = resource === undefined ? '' : `"resource":{"attributes":${resource}}`;
    text = addMember(text, 'scope', writeScope(record.instrumentationScope));
    text = addMember(text, 'timeUnixNano', unixNanos(record.hrTime));
    text = addMember(text, 'observedTimeUnixNano', unixNanos(record.hrTimeObserved));
    text = addMember(text, 'severityNumber', countJson(record.severityNumber));
    text = addMember(text, 'severityText', textJson(severityTextOf(record)));
    text = addMember(text, 'body', bodyJson(record.body, redaction.body));
    text = addMember(text, 'attributes', attributesJson(record.attributes, redaction.attributes));
    text = addMember(text, 'droppedAttributesCount', countJson(record.droppedAttributesCount));
    text = addMember(text, 'eventName', textJson(record.eventName));
    const span = record.spanContext;
    if (span) {
      text = addMember(text, 'flags', jsonText(span.traceFlags));
      text = addMember(text, 'traceId', textJson(span.traceId));
      text = addMember(text, 'spanId', textJson(span.spanId));
      if (xrayTraceId) text = addMember(text, 'xray_trace_id', textJson(xrayFormOf(span.traceId)));
    }
    return `{${text}}`;
  };
}
