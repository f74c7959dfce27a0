import { type IngestedEvent } from '../ingestion-error.js';
import { decodeRequest } from './content-type.js';
import { writeJson, type JsonValue } from './json-value.js';
import { longField, messageField, messagesField, numberField, textField, type Message } from './message.js';
import { LOGS_REQUEST } from './schema.js';
import {
  anyValueOf,
  attributesField,
  idField,
  nonZero,
  resourceOf,
  scopeOf,
  toMillis,
} from './stored-values.js';

/**
 * Decodes an ExportLogsServiceRequest into log events as CloudWatch's `/v1/logs` stores them: one JSON object
 * a record, with camelCase members and times as numbers (members and order as in events of AWS services that
 * log over OTLP). An event's time is its record's, else the observed one, else that of arrival.
 * @param contentType - `application/x-protobuf` or `application/json`
 * @param nowMillis - milliseconds since 1970
 * @throws IngestionError for a body or content type that is wrong
 */
export function decodeLogsRequest(body: Uint8Array, contentType: string, nowMillis: number): IngestedEvent[] {
  const request = decodeRequest(body, contentType, LOGS_REQUEST);
  const events: IngestedEvent[] = [];
  for (const resourceLogs of messagesField(request, 'resourceLogs')) {
    const resource = resourceOf(messageField(resourceLogs, 'resource'));
    for (const scopeLogs of messagesField(resourceLogs, 'scopeLogs')) {
      const scope = scopeOf(messageField(scopeLogs, 'scope'));
      for (const record of messagesField(scopeLogs, 'logRecords')) {
        events.push(storedRecord(record, resource, scope, nowMillis));
      }
    }
  }
  return events;
}

function storedRecord(
  record: Message,
  resource: JsonValue,
  scope: JsonValue | undefined,
  nowMillis: number,
): IngestedEvent {
  const time = longField(record, 'timeUnixNano');
  const observedTime = longField(record, 'observedTimeUnixNano');
  const body = messageField(record, 'body');
  const stored = new Map<string, JsonValue | undefined>([
    ['resource', resource],
    ['scope', scope],
    ['timeUnixNano', time],
    ['observedTimeUnixNano', observedTime],
    ['severityNumber', nonZero(numberField(record, 'severityNumber'))],
    ['severityText', textField(record, 'severityText')],
    ['body', body && anyValueOf(body)],
    ['attributes', attributesField(record)],
    ['droppedAttributesCount', nonZero(numberField(record, 'droppedAttributesCount'))],
    ['eventName', textField(record, 'eventName')],
    ['flags', nonZero(numberField(record, 'flags'))],
    ['traceId', idField(record, 'traceId')],
    ['spanId', idField(record, 'spanId')],
  ]);
  const nanos = time ?? observedTime;
  return { message: writeJson(stored), timestamp: nanos === undefined ? nowMillis : toMillis(nanos) };
}
