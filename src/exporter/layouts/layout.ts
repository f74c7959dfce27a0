import { type ReadableLogRecord } from '@opentelemetry/sdk-logs';

/** Names of the layouts that are built in. */
export const LAYOUT_NAMES = ['otel', 'otlp', 'body'] as const;

/** One of {@link LAYOUT_NAMES}. */
export type LayoutName = (typeof LAYOUT_NAMES)[number];

/**
 * Makes the message of a record.
 * @returns text that is stored as it is, or an object that is stored as JSON. An empty text drops the
 *   record (`empty`); anything else, or an exception, drops it as `unserializable`.
 */
export type LayoutFunction = (record: ReadableLogRecord) => string | object;

/** Which resource attributes stand in each message: all, those named, or none. */
export type ResourceAttributes = 'all' | 'none' | readonly string[];

/** Writes the message text of a record; throws where there is none to write. */
export type MessageWriter = (record: ReadableLogRecord) => string;
