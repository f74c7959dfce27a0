import { addMember, jsonString } from '../json-text.js';
import { unixNanos } from '../record-time.js';
import { severityTextOf } from '../severity.js';
import { type MessageWriter, type ResourceAttributes } from './layout.js';
import { attributesJson, bodyJson, createResourceWriter, createScopeWriter } from './record-parts.js';

/**
 * A record as CloudWatch's own OTLP endpoint stores it: camelCase, nested resource and scope, times as bare
 * numbers of nanoseconds, exact to the digit though a double holds fewer. Standard-class groups index its `traceId` without a policy.
 */
export function createOtlpLayout(resourceAttributes: ResourceAttributes): MessageWriter {
  const writeResource = createResourceWriter(resourceAttributes);
  const writeScope = createScopeWriter();
  return (record) => {
    const resource = writeResource(record.resource);
    let text = resource === undefined ? '' : `"resource":{"attributes":${resource}}`;
    text = addMember(text, 'scope', writeScope(record.instrumentationScope));
    text = addMember(text, 'timeUnixNano', unixNanos(record.hrTime));
    text = addMember(text, 'observedTimeUnixNano', unixNanos(record.hrTimeObserved));
    const number = record.severityNumber;
    if (number) text = addMember(text, 'severityNumber', String(number));
    const severity = severityTextOf(record);
    if (severity) text = addMember(text, 'severityText', jsonString(severity));
    text = addMember(text, 'body', bodyJson(record.body));
    text = addMember(text, 'attributes', attributesJson(record.attributes));
    if (record.droppedAttributesCount > 0) {
      text = addMember(text, 'droppedAttributesCount', String(record.droppedAttributesCount));
    }
    if (record.eventName) text = addMember(text, 'eventName', jsonString(record.eventName));
    const span = record.spanContext;
    if (span) {
      text = addMember(text, 'flags', String(span.traceFlags));
      text = addMember(text, 'traceId', jsonString(span.traceId));
      text = addMember(text, 'spanId', jsonString(span.spanId));
    }
    return `{${text}}`;
  };
}
