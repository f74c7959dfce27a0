import { type EncodedEvent } from '../delivery/encoded-event.js';

/**
 * Encodes a message for the request body: a JSON string literal, and the bytes that the service counts.
 * @param timestamp - milliseconds since 1970
 * @param message - well-formed text, as `toWellFormed` gives
 */
export function encodeEvent(timestamp: number, message: string): EncodedEvent {
  return { timestamp, messageJson: JSON.stringify(message), messageBytes: Buffer.byteLength(message) };
}
