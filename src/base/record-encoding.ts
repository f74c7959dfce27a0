import { randomBytes } from 'node:crypto';
import { MAX_MESSAGE_BYTES, MAX_TIMESTAMP } from '../cloudwatch/limits.js';
import { type Destination, type EncodedEvent } from '../delivery/encoded-event.js';
import { type LossReason } from '../observability/losses.js';
import { type BackEnd, type EncodedRecord } from './back-end.js';
import { describeThrown } from './back-end-error.js';
import { type Limits } from './cut-batches.js';
import { contentBytesOf, toEvent, toMessage } from './event-content.js';
import { DEFAULT_DESTINATION, type Places } from './places.js';

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
    let encoded: EncodedRecord | string | Uint8Array | undefined;
    try {
      encoded = backEnd.encode(record, { id: `${this.#ids}-${++this.#count}`, maxBytes });
    } catch (error) {
      return { reason: 'unserializable', detail: `encode threw ${describeThrown(error)}` };
    }
    if (encoded === undefined) return { reason: 'dropped_by_transform' };
    // It may be anything, null too.
    const whole = (isContent(encoded) ? { content: encoded } : Object(encoded)) as EncodedRecord;
    const { content, timestamp, destination = DEFAULT_DESTINATION } = whole;
    if (!isContent(content)) {
      return { reason: 'unserializable', detail: 'encode gave neither text nor bytes' };
    }
    const place = typeof destination === 'string' ? places.of(destination) : undefined;
    if (place === undefined) return { reason: 'unserializable', detail: DESTINATION_RULE };
    if (content.length === 0) return { reason: 'empty', detail: 'encode gave an empty content' };
    const event = toEvent(toMessage(content), timeOf(timestamp));
    const bytes = contentBytesOf(event);
    if (bytes > maxBytes || event.messageBytes > MAX_MESSAGE_BYTES) {
      return { reason: 'oversize', detail: `${bytes} bytes, where an event may have ${maxBytes}` };
    }
    return { destination: place, event };
  }
}

function isContent(value: unknown): value is string | Uint8Array {
  return typeof value === 'string' || value instanceof Uint8Array;
}

/** A time that delivery can hold; what is none is now. */
function timeOf(timestamp: number | undefined): number {
  const millis = Math.floor(timestamp ?? Number.NaN);
  return millis >= 0 && millis <= MAX_TIMESTAMP ? millis : Date.now();
}
