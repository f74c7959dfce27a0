import { PageText } from './page-text.js';

/** The text around the timestamp and the message of an event in a request's body. */
export const EVENT_START = new PageText('{"timestamp":');
export const MESSAGE_START = new PageText(',"message":"');
export const EVENT_END = new PageText('"},');

/** Most digits of a timestamp. */
const MAX_DIGITS = 17;

/** Bytes that an event takes beside its message. */
export const MAX_FRAME_BYTES = EVENT_START.length + MAX_DIGITS + MESSAGE_START.length + EVENT_END.length;

/** Where the message of an event, as a JSON string with its quotes, begins. @param start - where the event does */
export function messageStartOf(start: number, timestamp: number): number {
  // The quote is the frame's last byte.
  return start + EVENT_START.length + digitsOf(timestamp) + MESSAGE_START.length - 1;
}

/** Where the message of an event, as a JSON string with its quotes, ends. @param end - where the event does, with its comma */
export function messageEndOf(end: number): number {
  return end - EVENT_END.length + 1;
}

/**
 * The message of an event as a JSON string.
 * @param start - where the event begins, and where it ends with its comma
 */
export function messageJsonIn(bytes: Buffer, start: number, end: number, timestamp: number): string {
  return bytes.toString('utf8', messageStartOf(start, timestamp), messageEndOf(end));
}

export function digitsOf(timestamp: number): number {
  // Every time from 2001 to 2286.
  return timestamp >= 1e12 && timestamp < 1e13 ? 13 : String(timestamp).length;
}
