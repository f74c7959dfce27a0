import { type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { EVENT_OVERHEAD_BYTES } from '../cloudwatch/limits.js';
import { type Destination, type EncodedEvent, type LogEntity } from '../delivery/encoded-event.js';
import { type EncodedRecord, RecordAhead } from '../encoding/record-encoder.js';
import { isInSegment, keepAs } from '../write-ahead/segment.js';
import { type WriteAheadLog } from '../write-ahead/write-ahead-log.js';

/** Bytes of the objects by which an event is known. */
const EVENT_OBJECT_BYTES = 250;

/**
 * A record that was encoded in `emit`, so that it is not encoded twice, and written to a file, where that was possible.
 * It waits in the record's place.
 */
export class WrittenRecord extends RecordAhead implements EncodedRecord {
  readonly resource: ReadableLogRecord['resource'] | undefined;
  readonly destination: Destination;
  readonly entity: LogEntity | undefined;
  readonly events: readonly EncodedEvent[];
  readonly #keeper: WriteAheadLog;
  /** The record itself, where its resource was not complete yet. */
  readonly #early: ReadableLogRecord | undefined;

  /** Writes an encoded record to the log. */
  constructor(log: WriteAheadLog, record: ReadableLogRecord, { destination, entity, events }: EncodedRecord) {
    super();
    const resource = record.resource as ReadableLogRecord['resource'] | undefined;
    const written = log.append(destination, entity, events);
    this.resource = resource;
    this.#keeper = log;
    this.destination = destination;
    this.entity = entity;
    this.events = written ?? events;
    this.#early = resource?.asyncAttributesPending === true ? record : undefined;
  }

  get bytes(): number {
    let bytes = 0;
    for (const { messageBytes } of this.events) {
      bytes += messageBytes + EVENT_OVERHEAD_BYTES + EVENT_OBJECT_BYTES;
    }
    return bytes;
  }

  /** Nobody will export it now. @returns how many of its events a file has */
  leave(): number {
    return this.#keeper.giveBack(this.events);
  }

  take(encode: (record: ReadableLogRecord) => EncodedRecord | undefined): EncodedRecord | undefined {
    return this.#early ? this.#encodeAgain(encode(this.#early)) : this;
  }

  /** The file has the record without the attributes that came later; what is sent has them. */
  #encodeAgain(encoded: EncodedRecord | undefined): EncodedRecord | undefined {
    const { events: early } = this;
    this.#keeper.release(early.slice(encoded?.events.length ?? 0));
    if (encoded === undefined) return undefined;
    const events = encoded.events.map((event, index) => {
      const written = early[index];
      return written && isInSegment(written) ? keepAs(event, written.keptIn, written.keptAs) : event;
    });
    return { ...encoded, events };
  }
}
