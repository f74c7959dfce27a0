import { randomBytes } from 'node:crypto';
import { isForsakenPromise } from '../cloudwatch/is-thenable.js';
import { MAX_TIMESTAMP } from '../cloudwatch/limits.js';
import { type Destination, type EncodedEvent } from '../delivery/encoded-event.js';
import { MAX_STORED_BYTES } from '../delivery/foreign-content.js';
import { type Diagnostics } from '../observability/diagnostics.js';
import { type LossReason } from '../observability/losses.js';
import { type BackEnd, type EncodedRecord } from './back-end.js';
import { describeThrown } from './back-end-error.js';
import { type Limits, storedBytesOf } from './cut-batches.js';
import { contentBytesOf, toEvent, toMessage } from './event-content.js';
import { DEFAULT_DESTINATION, type Places } from './places.js';
import { kindOf } from './kind-of.js';

const DESTINATION_RULE =
  'a destination is 1 to 512 characters of well-formed text, counted as encodeURIComponent writes it';

/** A record as delivery knows it. */
export interface Encoded {
  readonly destination: Destination;
  readonly event: EncodedEvent;
}

/** Why there is nothing to send of a record. */
export interface Unencoded {
  readonly reason: LossReason;
  readonly detail?: string;
}

interface EncodingParts<LogRecord> {
  readonly backEnd: Pick<BackEnd<LogRecord, unknown>, 'encode'>;
  readonly places: Places;
  readonly limits: Limits;
  readonly diagnostics: Diagnostics;
}

/** Makes events of records, by the back end's `encode`. */
export class RecordEncoding<LogRecord> {
  readonly #parts: EncodingParts<LogRecord>;
  /** What the ids of this process begin with. */
  readonly #ids = `${Date.now().toString(36)}-${randomBytes(9).toString('base64url')}`;
  #count = 0;

  constructor(parts: EncodingParts<LogRecord>) {
    this.#parts = parts;
  }

  /** Never throws. */
  encode(record: LogRecord): Encoded | Unencoded {
    const { backEnd, places } = this.#parts;
    const { maxEventBytes: maxBytes } = this.#parts.limits;
    let parts: EncodedRecord;
    try {
      const encoded = backEnd.encode(record, { id: `${this.#ids}-${++this.#count}`, maxBytes });
      if (encoded === undefined) return { reason: 'dropped_by_transform' };
      if (isForsakenPromise(encoded)) {
        return { reason: 'unserializable', detail: 'encode gave a promise, and must not be async' };
      }
      // It may be anything, null too, and its members getters that throw.
      const { content, timestamp, destination } = (
        isContent(encoded) ? { content: encoded } : Object(encoded)
      ) as EncodedRecord;
      parts = { content, timestamp, destination };
    } catch (error) {
      return { reason: 'unserializable', detail: `encode threw ${describeThrown(error)}` };
    }
    const { content, timestamp, destination = DEFAULT_DESTINATION } = parts;
    if (!isContent(content)) {
      return {
        reason: 'unserializable',
        detail: `encode gave ${kindOf(content)} as content, which is neither text nor bytes`,
      };
    }
    const place = typeof destination === 'string' ? places.of(destination) : undefined;
    if (place === undefined) return { reason: 'unserializable', detail: DESTINATION_RULE };
    if (content.length === 0) return { reason: 'empty', detail: 'encode gave an empty content' };
    const event = toEvent(toMessage(content), this.#timeOf(timestamp));
    const bytes = contentBytesOf(event);
    if (bytes > maxBytes) {
      return { reason: 'oversize', detail: `${bytes} bytes, where an event may have ${maxBytes}` };
    }
    if (storedBytesOf(event) > MAX_STORED_BYTES) {
      return { reason: 'oversize', detail: `more than ${MAX_STORED_BYTES} bytes once it is escaped` };
    }
    return { destination: place, event };
  }

  /** A time that delivery can hold; what is none is now, and one line says so. */
  #timeOf(timestamp: unknown): number {
    if (timestamp === undefined) return Date.now();
    const millis = typeof timestamp === 'number' ? Math.floor(timestamp) : Number.NaN;
    if (millis >= 0 && millis <= MAX_TIMESTAMP) return millis;
    const what = typeof timestamp === 'number' ? String(timestamp) : kindOf(timestamp);
    this.#parts.diagnostics.warn(
      'timestamp',
      `encode gave ${what} as timestamp, which is no number of milliseconds since 1970: now stands in its place`,
    );
    return Date.now();
  }
}

function isContent(value: unknown): value is string | Uint8Array {
  return typeof value === 'string' || value instanceof Uint8Array;
}
