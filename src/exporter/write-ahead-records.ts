import { type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { type EncodedAhead, type EncodedRecord } from '../encoding/record-encoder.js';
import { JournaledEvent } from '../write-ahead/segment.js';
import { type WriteAheadLog } from '../write-ahead/write-ahead-log.js';

/** What became of a record in `emit`: with the operating system, in memory alone, or lost and counted. */
export type WrittenAhead = 'written' | 'unprotected' | 'lost';

interface Written extends EncodedRecord {
  /** The resource was not complete yet. */
  readonly isEarly: boolean;
}

/**
 * Encodes records in `emit` and writes them to the log, and has what they became at hand when they are
 * exported, so that no record is encoded twice.
 */
export class WriteAheadRecords implements EncodedAhead {
  readonly keeper: WriteAheadLog;
  /** Each is taken or left at some time. A weak map would cost garbage collection as much as all the rest. */
  readonly #records = new Map<ReadableLogRecord, Written>();

  constructor(log: WriteAheadLog) {
    this.keeper = log;
  }

  write(record: ReadableLogRecord, encode: () => EncodedRecord | undefined): WrittenAhead {
    const encoded = encode();
    if (encoded === undefined) return 'lost';
    const { destination, entity } = encoded;
    const events = this.keeper.append(destination, entity, encoded.events);
    const resource = record.resource as ReadableLogRecord['resource'] | undefined;
    const isEarly = resource?.asyncAttributesPending === true;
    this.#records.set(record, { destination, entity, events: events ?? encoded.events, isEarly });
    return events === undefined ? 'unprotected' : 'written';
  }

  /** Lets go of a record that nobody will export now. @returns how many of its events a file has */
  leave(record: ReadableLogRecord): number {
    const written = this.#records.get(record);
    this.#records.delete(record);
    return this.keeper.giveBack(written?.events ?? []);
  }

  take(record: ReadableLogRecord, encode: () => EncodedRecord | undefined): EncodedRecord | undefined {
    const written = this.#records.get(record);
    if (written === undefined) return encode();
    this.#records.delete(record);
    return written.isEarly ? this.#encodeAgain(written, encode) : written;
  }

  /** The file has the record without the attributes that came later; what is sent has them. */
  #encodeAgain(early: Written, encode: () => EncodedRecord | undefined): EncodedRecord | undefined {
    const encoded = encode();
    const count = encoded?.events.length ?? 0;
    this.keeper.release(early.events.slice(count));
    if (encoded === undefined) return undefined;
    const events = encoded.events.map((event, index) => {
      const written = early.events[index];
      return written instanceof JournaledEvent ? written.with(event) : event;
    });
    return { ...encoded, events };
  }
}
