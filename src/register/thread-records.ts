import { type LogRecordProcessor, type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { type Resource } from '@opentelemetry/resources';
import { messageOf } from './report.js';

/** What worker threads and the main thread say to each other over a channel of each thread's own. */

/** A record as it goes from a worker thread to the main one: plain values, which can be copied. */
export type ThreadRecord = Omit<ReadableLogRecord, 'resource'>;

/** What a worker thread says. */
export type FromThread =
  /**
   * `bytes` are those that it takes in memory, about. `early` numbers records that are said before the thread has heard that
   * it is listened to: they are said again then, and taken once.
   */
  | {
      readonly kind: 'record';
      readonly record: ThreadRecord;
      readonly bytes: number;
      readonly early?: number | undefined;
    }
  | { readonly kind: 'ready'; readonly tally: ThreadTally }
  /** A thread that this one has started, and one of them that has ended. */
  | { readonly kind: 'started' | 'ended'; readonly threadId: number };

/**
 * Numbers that a thread and the main one share: a thread that logs while the main one is blocked sees so how much of it has been
 * taken. They wrap around.
 */
export type ThreadTally = Int32Array<SharedArrayBuffer>;
/** Records and bytes that the main thread has taken. */
export const TAKEN_RECORDS = 0;
export const TAKEN_BYTES = 1;
/** Records that the thread has dropped, and that the main one has not counted yet. */
export const DROPPED = 2;

export function createThreadTally(): ThreadTally {
  return new Int32Array(new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT));
}

/** What the main thread says: it listens. */
export interface FromMain {
  readonly kind: 'listening';
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
