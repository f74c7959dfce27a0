import { type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { type EventPage } from '../../delivery/event-page.js';

/** Names of the layouts that are built in. */
export const LAYOUT_NAMES = ['collector', 'otlp', 'body'] as const;

/** A way to write a record as the text of a log event. */
export type LayoutName = (typeof LAYOUT_NAMES)[number];

/**
 * Makes the message of a record.
 * @returns text that is stored as it is, or an object that is stored as JSON. An empty text drops the
 *   record (`empty`); anything else, or an exception, drops it as `unserializable`.
 */
export type LayoutFunction = (record: ReadableLogRecord) => string | object;

/**
 * Which resource attributes stand in each message: all, those named, none, or the essential ones, which are all but what
 * detectors find out about SDK, process, machine and platform. Of the machine its name stays.
 */
export type ResourceAttributes = 'all' | 'essential' | 'none' | readonly string[];

/** Members that a layout writes beside the record as it is. */
export interface LayoutExtras {
  /** The trace id in X-Ray's form too. */
  readonly xrayTraceId?: boolean | undefined;
}

/** Writes the message text of a record; throws where there is none to write. */
export type MessageWriter = (record: ReadableLogRecord) => string;

/**
 * Writes the message of a record where it will stand in the request, escaped for the JSON string that it is there.
 * Throws where there is none to write; some of it may be written then.
 * @returns where it ends
 */
export type OnePassWriter = (page: EventPage, start: number, record: ReadableLogRecord) => number;
