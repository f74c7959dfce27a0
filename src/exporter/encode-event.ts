import { type EncodedEvent } from '../delivery/encoded-event.js';

/**
 * Encodes a message for the request body: a JSON string literal, and the bytes that the service counts.
 * @param timestamp - milliseconds since 1970
 * @param message - any text; lone surrogates become U+FFFD
 */
export function encodeEvent(timestamp: number, message: string): EncodedEvent {
  const text = message.isWellFormed() ? message : message.toWellFormed();
  return { timestamp, messageJson: JSON.stringify(text), messageBytes: Buffer.byteLength(text) };
}
