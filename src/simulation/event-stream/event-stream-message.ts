import { crc32 } from './crc32.js';

/** The content type of a body that is an event stream. */
export const EVENT_STREAM_CONTENT_TYPE = 'application/vnd.amazon.eventstream';

const PRELUDE_BYTES = 12;
const CRC_BYTES = 4;
const STRING_HEADER = 7;

/**
 * Writes one message of an event stream: prelude (lengths, checksum), headers, payload, checksum. Source:
 * Smithy, "Amazon Event Stream Specification".
 * @param headers - texts by name
 */
export function encodeEventStreamMessage(
  headers: Readonly<Record<string, string>>,
  payload: Uint8Array,
): Buffer {
  const encodedHeaders = Buffer.concat(
    Object.entries(headers).map(([name, value]) => encodeHeader(name, value)),
  );
  const length = PRELUDE_BYTES + encodedHeaders.length + payload.length + CRC_BYTES;
  const message = Buffer.alloc(length);
  message.writeUInt32BE(length, 0);
  message.writeUInt32BE(encodedHeaders.length, 4);
  message.writeUInt32BE(crc32(message.subarray(0, 8)), 8);
  encodedHeaders.copy(message, PRELUDE_BYTES);
  message.set(payload, PRELUDE_BYTES + encodedHeaders.length);
  message.writeUInt32BE(crc32(message.subarray(0, length - CRC_BYTES)), length - CRC_BYTES);
  return message;
}

function encodeHeader(name: string, value: string): Buffer {
  const encodedName = Buffer.from(name);
  const encodedValue = Buffer.from(value);
  const lengths = Buffer.alloc(3);
  lengths.writeUInt8(STRING_HEADER, 0);
  lengths.writeUInt16BE(encodedValue.length, 1);
  return Buffer.concat([Buffer.from([encodedName.length]), encodedName, lengths, encodedValue]);
}

/**
 * An event of an operation's stream, such as `sessionUpdate` of StartLiveTail.
 * @param eventType - the member of the stream; `initial-response` opens a stream of the AWS JSON protocol
 */
export function encodeStreamEvent(eventType: string, event: unknown): Buffer {
  return encodeEventStreamMessage(
    { ':message-type': 'event', ':event-type': eventType, ':content-type': 'application/json' },
    Buffer.from(JSON.stringify(event)),
  );
}

/** A modeled error that ends a stream, such as `SessionTimeoutException`. */
export function encodeStreamException(exceptionType: string, message: string): Buffer {
  return encodeEventStreamMessage(
    { ':message-type': 'exception', ':exception-type': exceptionType, ':content-type': 'application/json' },
    Buffer.from(JSON.stringify({ message })),
  );
}
