import { type LogRecordProcessor, type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { type Resource } from '@opentelemetry/resources';
import { messageOf } from './report.js';

/** What worker threads and the main thread say to each other over a channel of each thread's own. */

/** A record as it goes from a worker thread to the main one: plain values, which can be copied. */
export type ThreadRecord = Omit<ReadableLogRecord, 'resource'>;

/** What a worker thread says. */
export type FromThread =
  /** `number` counts from 1: what comes twice, because the main thread was late to listen, is taken once. */
  | { readonly kind: 'record'; readonly number: number; readonly record: ThreadRecord }
  | { readonly kind: 'ready' }
  /** A thread that this one has started, and one of them that has ended. */
  | { readonly kind: 'started' | 'ended'; readonly threadId: number };

/** What the main thread says, once: it listens, and has got the records up to this number. */
export interface FromMain {
  readonly kind: 'listening';
  readonly number: number;
}

/** The name of a thread's channel. Only threads of the same process hear each other. */
export function channelOf(threadId: number): string {
  return `opentelemetry-cloudwatch-logs/register/${threadId}`;
}

/** The record's own members. Those of an SDK's class are getters, which are not copied. */
export function toThreadRecord(record: ReadableLogRecord): ThreadRecord {
  const { hrTime, hrTimeObserved, spanContext, severityText, severityNumber, body, eventName } = record;
  const { attributes, droppedAttributesCount, instrumentationScope } = record;
  const { traceId = '', spanId = '', traceFlags = 0 } = spanContext ?? {};
  return {
    hrTime,
    hrTimeObserved,
    ...(spanContext && { spanContext: { traceId, spanId, traceFlags } }),
    ...(severityText !== undefined && { severityText }),
    ...(severityNumber !== undefined && { severityNumber }),
    ...(body !== undefined && { body }),
    ...(eventName !== undefined && { eventName }),
    attributes,
    droppedAttributesCount,
    instrumentationScope: { ...instrumentationScope },
  };
}

/** The same with the JSON of what can't be copied, such as an object with functions. */
export function withCopies(record: ThreadRecord): ThreadRecord {
  const attributes = Object.entries(record.attributes).map(([name, value]) => [name, copyOf(value)]);
  return {
    ...record,
    attributes: Object.fromEntries(attributes) as ThreadRecord['attributes'],
    ...(record.body !== undefined && { body: copyOf(record.body) as NonNullable<ThreadRecord['body']> }),
  };
}

function copyOf(value: unknown): unknown {
  try {
    return structuredClone(value);
  } catch {
    return plainOf(value);
  }
}

function plainOf(value: unknown): unknown {
  try {
    const json = JSON.stringify(value) as string | undefined;
    return json === undefined ? String(value) : JSON.parse(json);
  } catch (error) {
    return `[not copied: ${messageOf(error)}]`;
  }
}

/** A record as processors take it. @param resource - of the process */
export function ofThread(
  record: ThreadRecord,
  resource: Resource | undefined,
): Parameters<LogRecordProcessor['onEmit']>[0] {
  return { ...record, resource } as unknown as Parameters<LogRecordProcessor['onEmit']>[0];
}
