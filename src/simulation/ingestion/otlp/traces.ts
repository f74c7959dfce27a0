import { type IngestedEvent } from '../ingestion-error.js';
import { decodeRequest } from './content-type.js';
import { writeJson, type JsonValue } from './json-value.js';
import { longField, messageField, messagesField, numberField, textField, type Message } from './message.js';
import { SPAN_KINDS, STATUS_CODES, TRACES_REQUEST } from './schema.js';
import { attributesField, idField, nonZero, resourceOf, scopeOf, toMillis } from './stored-values.js';

/**
 * Decodes an ExportTraceServiceRequest into the events of the log group `aws/spans`, as Transaction Search
 * stores spans: one JSON object a span, with its duration, attributes as members, and names for kind and
 * status. Not documented: an event's time is the end of its span, else the start, else that of arrival.
 * @param contentType - `application/x-protobuf` or `application/json`
 * @param nowMillis - milliseconds since 1970
 * @throws IngestionError for a body or content type that is wrong
 */
export function decodeTracesRequest(
  body: Uint8Array,
  contentType: string,
  nowMillis: number,
): IngestedEvent[] {
  const request = decodeRequest(body, contentType, TRACES_REQUEST);
  const events: IngestedEvent[] = [];
  for (const resourceSpans of messagesField(request, 'resourceSpans')) {
    const resource = resourceOf(messageField(resourceSpans, 'resource'));
    for (const scopeSpans of messagesField(resourceSpans, 'scopeSpans')) {
      const scope = scopeOf(messageField(scopeSpans, 'scope'));
      for (const span of messagesField(scopeSpans, 'spans')) {
        events.push(storedSpan(span, resource, scope, nowMillis));
      }
    }
  }
  return events;
}

function storedSpan(
  span: Message,
  resource: JsonValue,
  scope: JsonValue | undefined,
  nowMillis: number,
): IngestedEvent {
  const start = longField(span, 'startTimeUnixNano');
  const end = longField(span, 'endTimeUnixNano');
  const stored = new Map<string, JsonValue | undefined>([
    ['resource', resource],
    ['scope', scope],
    ['traceId', idField(span, 'traceId')],
    ['spanId', idField(span, 'spanId')],
    ['parentSpanId', idField(span, 'parentSpanId')],
    ['traceState', textField(span, 'traceState')],
    ['flags', nonZero(numberField(span, 'flags'))],
    ['name', textField(span, 'name')],
    ['kind', SPAN_KINDS[numberField(span, 'kind') ?? 0] ?? SPAN_KINDS[0]],
    ['startTimeUnixNano', start],
    ['endTimeUnixNano', end],
    ['durationNano', start !== undefined && end !== undefined && end >= start ? end - start : undefined],
    ['attributes', attributesField(span)],
    ['droppedAttributesCount', nonZero(numberField(span, 'droppedAttributesCount'))],
    ['events', listOf(messagesField(span, 'events').map(storedEvent))],
    ['droppedEventsCount', nonZero(numberField(span, 'droppedEventsCount'))],
    ['links', listOf(messagesField(span, 'links').map(storedLink))],
    ['droppedLinksCount', nonZero(numberField(span, 'droppedLinksCount'))],
    ['status', storedStatus(messageField(span, 'status'))],
  ]);
  const nanos = end ?? start;
  return { message: writeJson(stored), timestamp: nanos === undefined ? nowMillis : toMillis(nanos) };
}

function listOf(items: readonly JsonValue[]): readonly JsonValue[] | undefined {
  return items.length === 0 ? undefined : items;
}

function storedEvent(event: Message): JsonValue {
  return new Map<string, JsonValue | undefined>([
    ['timeUnixNano', longField(event, 'timeUnixNano')],
    ['name', textField(event, 'name')],
    ['attributes', attributesField(event)],
    ['droppedAttributesCount', nonZero(numberField(event, 'droppedAttributesCount'))],
  ]);
}

function storedLink(link: Message): JsonValue {
  return new Map<string, JsonValue | undefined>([
    ['traceId', idField(link, 'traceId')],
    ['spanId', idField(link, 'spanId')],
    ['traceState', textField(link, 'traceState')],
    ['attributes', attributesField(link)],
    ['droppedAttributesCount', nonZero(numberField(link, 'droppedAttributesCount'))],
    ['flags', nonZero(numberField(link, 'flags'))],
  ]);
}

function storedStatus(status: Message | undefined): JsonValue {
  return new Map<string, JsonValue | undefined>([
    ['code', STATUS_CODES[numberField(status, 'code') ?? 0] ?? STATUS_CODES[0]],
    ['message', textField(status, 'message')],
  ]);
}
