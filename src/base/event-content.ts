import { type EncodedEvent, type LogEventBatch } from '../delivery/encoded-event.js';
import { jsonString } from '../encoding/json-text.js';
import { type BatchEvent, type EventBatch } from './back-end.js';
import { type Places } from './places.js';

/** What delivery keeps is text; this stands before bytes in base64, and before a text that begins with it. */
const MARK = '\u0000';

/** The text by which delivery, and its files, know a content. */
export function toMessage(content: string | Uint8Array): string {
  if (typeof content === 'string') return content.startsWith(MARK) ? MARK + content : content;
  return MARK + Buffer.from(content).toString('base64');
}

/** An event as delivery knows it. @param timestamp - milliseconds since 1970, a whole number */
export function toEvent(message: string, timestamp: number): EncodedEvent {
  const wellFormed = message.toWellFormed();
  return { timestamp, messageJson: jsonString(wellFormed), messageBytes: Buffer.byteLength(wellFormed) };
}

/** Bytes of the content that a message stands for. */
export function contentBytesOf({ messageJson, messageBytes }: EncodedEvent): number {
  if (!messageJson.startsWith('"\\u0000')) return messageBytes;
  if (messageJson.startsWith('"\\u0000\\u0000')) return messageBytes - 1;
  // Base64 holds no character that JSON escapes.
  const base64 = messageBytes - 1;
  const padding = messageJson.endsWith('=="') ? 2 : Number(messageJson.endsWith('="'));
  return (base64 / 4) * 3 - padding;
}

/** A batch as the back end finds it. */
export function readBatch({ destination, events }: LogEventBatch, places: Places): EventBatch {
  return {
    destination: places.keyOf(destination),
    events: events.map(({ messageJson, timestamp }) => new StoredContent(messageJson, timestamp)),
  };
}

/** A content that is read when it is asked for. */
class StoredContent implements BatchEvent {
  readonly timestamp: number;
  readonly #messageJson: string;

  constructor(messageJson: string, timestamp: number) {
    this.timestamp = timestamp;
    this.#messageJson = messageJson;
  }

  get text(): string {
    const content = this.#content;
    return typeof content === 'string' ? content : content.toString('utf8');
  }

  get bytes(): Uint8Array {
    const content = this.#content;
    return typeof content === 'string' ? Buffer.from(content) : content;
  }

  get #content(): string | Buffer {
    const message = JSON.parse(this.#messageJson) as string;
    if (!message.startsWith(MARK)) return message;
    const rest = message.slice(1);
    return rest.startsWith(MARK) ? rest : Buffer.from(rest, 'base64');
  }
}
