import { type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { MAX_BATCH_BYTES } from '../cloudwatch/limits.js';
import {
  type Destination,
  type EncodedEvent,
  type EventKeeper,
  type LogEventBatch,
} from '../delivery/encoded-event.js';
import { EventPage, HEAD_BYTES, SPARE_BYTES } from '../delivery/event-page.js';
import { type Diagnostics } from '../observability/diagnostics.js';
import { type Losses } from '../observability/losses.js';
import { Destinations } from './destinations.js';
import { encodeEvent } from './encode-event.js';
import { entityOf } from './entity.js';
import { type EventCollector } from './event-collector.js';
import { FunctionResultError, refusePromise } from './function-result-error.js';
import {
  type LayoutFunction,
  type LayoutName,
  type OnePassWriter,
  type ResourceAttributes,
} from './layouts/layout.js';
import { createOnePassWriter } from './one-pass/one-pass-writer.js';
import { splitMessage, truncateMessage } from './oversize.js';
import { type Place, Places } from './place.js';
import { eventTimestamp } from './record-time.js';
import { withoutFalseException } from './false-exception.js';
import { readableView, viewOf, type WholeParts, withResourceAndScope } from './record-view.js';
import {
  NO_REDACTION,
  parseRedactPath,
  type RecordRedaction,
  type RedactPath,
  redactionOf,
} from './redact.js';
import { createRedactor, type Redactor } from './redacted-view.js';
import { type Template } from './template.js';

/** The parts that the encoder needs. */
export interface RecordEncoderParts {
  readonly losses: Losses;
  readonly diagnostics: Diagnostics;
  /** Milliseconds since 1970. */
  readonly epochMillis: () => number;
  /** Milliseconds, monotonic. */
  readonly monotonicMillis: () => number;
}

/** Changes a record before it is written, or drops it by returning undefined (counted as `dropped_by_transform`). */
export type TransformFunction = (record: ReadableLogRecord) => ReadableLogRecord | undefined;

/** Names of the ways to treat a message that is larger than `maxMessageBytes`. */
export const OVERSIZE_POLICIES = ['truncate', 'split', 'drop'] as const;

/** What becomes of a message that is larger than `maxMessageBytes`. */
export type OversizePolicy = (typeof OVERSIZE_POLICIES)[number];

/** The settings that encoding needs. */
export interface RecordEncoderSettings {
  readonly logGroupName: Template;
  readonly logStreamName: Template;
  readonly maxDestinations: number;
  readonly layout: LayoutName | LayoutFunction;
  readonly resourceAttributes: ResourceAttributes;
  readonly xrayTraceId?: boolean | undefined;
  /** Records whose severity number is lower are dropped. */
  readonly minSeverity: number | undefined;
  /** Paths that `parseRedactPath` has accepted. */
  readonly redact: readonly string[] | undefined;
  readonly transform: TransformFunction | undefined;
  readonly oversize: OversizePolicy;
  /** Bytes of UTF-8. */
  readonly maxMessageBytes: number;
  readonly entity: boolean;
}

/** The events of one record. */
export interface EncodedRecord extends Place {
  /** One, or the parts of a record that was split. */
  readonly events: readonly EncodedEvent[];
}

/** Where the event of a record goes that was written to a page; or the events that it became instead. */
interface Written extends Place {
  readonly events?: readonly EncodedEvent[];
}

/** A record that was encoded before, and kept safe. */
export abstract class RecordAhead {
  abstract readonly resource: ReadableLogRecord['resource'] | undefined;
  /** Bytes of memory that it takes. */
  abstract readonly bytes: number;
  /** Gives its events. @param encode - encodes a record, should it be another one by now */
  abstract take(encode: (record: ReadableLogRecord) => EncodedRecord | undefined): EncodedRecord | undefined;
}

/** A record that is to be exported, encoded ahead or not. */
export type RecordToExport = ReadableLogRecord | RecordAhead;

/** Batches of one list of records. */
export interface EncodedRecords {
  readonly batches: readonly LogEventBatch[];
  /** Events beyond one a record: the further parts of split records. */
  readonly addedBySplit: number;
}

/** Bytes of a page that holds a full batch, mostly. */
const MAX_EXPECTED_BYTES = 1.5 * MAX_BATCH_BYTES;

/** Bytes of a page on which single records are written, one behind the other. */
const SINGLES_BYTES = 256 * 1024;

/** Room that such a page has at least for the next one: others would be moved for most of them. */
const SINGLE_BYTES = 8 * 1024;

/** Records, and bytes of messages, encoded without letting other work of the application in: a millisecond or two. */
const RECORDS_IN_STEP = 1_000;
const BYTES_IN_STEP = 1_000_000;

/**
 * Turns log records into batches: severity, transform, redaction, layout, size, destination, batch. A
 * record that fails on the way is counted; the others are not touched by it.
 */
export class RecordEncoder {
  readonly #parts: RecordEncoderParts;
  readonly #settings: RecordEncoderSettings;
  readonly #destinations: Destinations;
  readonly #places: Places;
  readonly #writeMessage: OnePassWriter;
  readonly #redactor: Redactor;
  /** Something is redacted of what names and entities are made of. */
  readonly #isRedacted: boolean;
  /** Where the records of the last resource go, where that depends on nothing else. */
  #fixed: { readonly resource: object; readonly place: Place } | undefined;
  /** Resource and scope of the last record that lacked nothing. */
  readonly #wholeParts: WholeParts = { resource: undefined, scope: undefined };
  /** Bytes of a page that an event took lately. */
  #bytesPerRecord = 0;
  /** A page for single records, which stay there. */
  #singles: EventPage | undefined;

  constructor(parts: RecordEncoderParts, settings: RecordEncoderSettings) {
    this.#parts = parts;
    this.#settings = settings;
    this.#destinations = new Destinations(settings, parts.monotonicMillis, (sentence) => {
      parts.diagnostics.warn(sentence, sentence);
    });
    this.#places = new Places(settings.entity ? entityOf : () => undefined);
    const redaction = redactionOfSettings(settings);
    this.#writeMessage = createOnePassWriter(
      settings.layout,
      settings.resourceAttributes,
      redaction,
      settings,
    );
    this.#redactor = createRedactor(redaction);
    this.#isRedacted =
      redaction.resource !== undefined ||
      (redaction.attributes !== undefined && this.#destinations.usesRecord);
  }

  /**
   * Encodes records, a few hundred in each step, so that a caller can let other work in between. Never
   * throws: what can't be encoded is counted as lost.
   * @param Collector - gathers the events; only who exports has it loaded
   * @param keeper - who keeps the events of records that were encoded before
   */
  *encodeInSteps(
    records: readonly RecordToExport[],
    Collector: typeof EventCollector,
    keeper?: EventKeeper,
  ): Generator<undefined, EncodedRecords> {
    const expectedBytes = Math.min(MAX_EXPECTED_BYTES, records.length * this.#bytesPerRecord);
    const collector = new Collector(expectedBytes, keeper);
    // Its destination is in use, which is noted when it is looked for.
    this.#fixed = undefined;
    const encodeAgain = (changed: ReadableLogRecord): EncodedRecord | undefined => this.encode(changed);
    let addedBySplit = 0;
    let stepRecords = 0;
    let stepBytes = 0;
    for (const record of records) {
      if (stepRecords >= RECORDS_IN_STEP || collector.bytes - stepBytes >= BYTES_IN_STEP) {
        yield;
        stepRecords = 0;
        stepBytes = collector.bytes;
      }
      stepRecords++;
      if (!(record instanceof RecordAhead)) {
        addedBySplit += this.#collect(record, collector);
        continue;
      }
      const encoded = record.take(encodeAgain);
      if (encoded === undefined) continue;
      addedBySplit += encoded.events.length - 1;
      collector.add(encoded, encoded.events);
    }
    const batches = collector.finish();
    if (collector.bytesPerEvent !== undefined) this.#bytesPerRecord = collector.bytesPerEvent;
    return { batches, addedBySplit };
  }

  /** Encodes one record. Never throws. @returns undefined where it is lost, which is counted */
  encode(record: ReadableLogRecord): EncodedRecord | undefined {
    // A getter of the application may log, and so come back here before the record is through.
    const page = this.#singles ?? new EventPage(SINGLES_BYTES - HEAD_BYTES - SPARE_BYTES);
    this.#singles = undefined;
    const written = this.#writeOrLose(record, page);
    const encoded = written && {
      destination: written.destination,
      entity: written.entity,
      events: written.events ?? [page.takeLast()],
    };
    if (page.bytes.length <= SINGLES_BYTES && page.end < SINGLES_BYTES - SINGLE_BYTES) this.#singles = page;
    else page.free();
    return encoded;
  }

  /** The destination that records of a resource will have, where it can be told before the first one. */
  destinationAhead(resource?: ReadableLogRecord['resource']): Destination | undefined {
    const shown = resource && this.#redactor.resource(resource);
    return this.#destinations.ahead(shown, this.#parts.epochMillis());
  }

  /** The log group of all records, where it can be told before any record and resource are known. */
  groupAhead(): string | undefined {
    return this.#destinations.groupAhead(this.#parts.epochMillis());
  }

  /** Says whether `minSeverity` drops records of a severity. */
  isBelowMinSeverity(severity: number | undefined): boolean {
    const { minSeverity } = this.#settings;
    return minSeverity !== undefined && severity !== undefined && severity > 0 && severity < minSeverity;
  }

  /** @returns events beyond the one of the record */
  #collect(record: ReadableLogRecord, collector: EventCollector): number {
    const written = this.#writeOrLose(record, collector.page);
    if (written === undefined) return 0;
    if (written.events === undefined) {
      collector.settle(written);
      return 0;
    }
    collector.add(written, written.events);
    return written.events.length - 1;
  }

  /** Writes a record to a page. @returns undefined where it is lost, which is counted */
  #writeOrLose(record: ReadableLogRecord, page: EventPage): Written | undefined {
    try {
      return this.#write(record, page);
    } catch (error) {
      const withoutUnreadable = this.#writeReadable(record, page);
      if (withoutUnreadable !== undefined) return withoutUnreadable;
      this.#parts.losses.record('unserializable', 1, `a log record could not be written: ${reason(error)}`);
      return undefined;
    }
  }

  /** One member that throws when it is read does not cost the others. Functions are not called a second time. */
  #writeReadable(record: ReadableLogRecord, page: EventPage): Written | undefined {
    const { layout, transform } = this.#settings;
    if (transform !== undefined || typeof layout === 'function' || layout === 'body') return undefined;
    try {
      return this.#write(readableView(record), page);
    } catch {
      return undefined;
    }
  }

  #write(original: ReadableLogRecord, page: EventPage): Written | undefined {
    const { losses } = this.#parts;
    if (this.isBelowMinSeverity(original.severityNumber)) {
      losses.record('below_min_severity');
      return undefined;
    }
    const whole = withoutFalseException(withResourceAndScope(original, this.#wholeParts));
    const record = this.#transform(whole);
    if (record === undefined) return undefined;
    const timestamp = eventTimestamp(record.hrTime, record.hrTimeObserved, this.#parts.epochMillis);
    const end = this.#writeMessage(page, page.begin(timestamp), record);
    const bytes = page.messageBytesTo(end);
    if (bytes === 0) {
      losses.record('empty', 1, 'a log record has an empty message, which the service refuses');
      return undefined;
    }
    if (bytes > this.#settings.maxMessageBytes) {
      const events = this.#fit({ timestamp, message: page.messageTo(end), bytes }, record);
      const place = events.length === 0 ? undefined : this.#placeOf(record, timestamp);
      return place && { ...place, events };
    }
    const place = this.#placeOf(record, timestamp);
    if (place !== undefined) page.commit(timestamp, end);
    return place;
  }

  /** Where a record goes. @returns undefined where there are too many destinations, which is counted */
  #placeOf(record: ReadableLogRecord, timestamp: number): Place | undefined {
    const fixed = this.#fixed;
    if (fixed?.resource === record.resource) return fixed.place;
    const shown = this.#shown(record);
    const destination = this.#destinations.of(shown, timestamp);
    if (destination === undefined) {
      this.#parts.losses.record(
        'too_many_destinations',
        1,
        `more than ${this.#settings.maxDestinations} log groups and streams are in use (maxDestinations)`,
      );
      return undefined;
    }
    const place = this.#places.of(destination, shown.resource);
    if (this.#destinations.isOfResource && record.resource.asyncAttributesPending !== true) {
      this.#fixed = { resource: record.resource, place };
    }
    return place;
  }

  /** The parts of a record that may stand in names and in the entity. */
  #shown(record: ReadableLogRecord): Pick<ReadableLogRecord, 'resource' | 'attributes'> {
    if (!this.#isRedacted) return record;
    const { resource, attributes } = record;
    return {
      resource: this.#redactor.resource(resource),
      attributes: this.#destinations.usesRecord ? this.#redactor.attributes(attributes) : attributes,
    };
  }

  #transform(record: ReadableLogRecord): ReadableLogRecord | undefined {
    const { transform } = this.#settings;
    if (transform === undefined) return record;
    try {
      const result: unknown = transform(viewOf(record));
      if (result === undefined || result === null) {
        this.#parts.losses.record('dropped_by_transform');
        return undefined;
      }
      refusePromise(result, 'it');
      if (typeof result !== 'object' || !('hrTime' in result)) {
        throw new FunctionResultError('it returned neither a log record nor undefined');
      }
      return withResourceAndScope(result as ReadableLogRecord);
    } catch (error) {
      // It may be there to remove secrets: what it failed on is not sent.
      this.#parts.diagnostics.warn('transform', `transform failed, the record is dropped: ${reason(error)}`);
      this.#parts.losses.record('dropped_by_transform');
      return undefined;
    }
  }

  /** Applies the oversize policy to a message that is too large. */
  #fit(
    { timestamp, message, bytes }: { timestamp: number; message: string; bytes: number },
    record: ReadableLogRecord,
  ): readonly EncodedEvent[] {
    const { maxMessageBytes, oversize } = this.#settings;
    const { losses, diagnostics } = this.#parts;
    const what = `a message of ${bytes} bytes is over ${maxMessageBytes} (maxMessageBytes)`;
    if (oversize === 'drop') {
      losses.record('oversize', 1, what);
      return [];
    }
    diagnostics.warn('oversize', `${what}; oversize is "${oversize}"`);
    const parts =
      oversize === 'split'
        ? splitMessage(message, record, maxMessageBytes)
        : [truncateMessage(message, bytes, maxMessageBytes)];
    return parts.map((part) => encodeEvent(timestamp, part));
  }
}

function redactionOfSettings({ redact }: RecordEncoderSettings): RecordRedaction {
  return redact === undefined ? NO_REDACTION : redactionOf(redact.map(parseRedactPath) as RedactPath[]);
}

/**
 * Says why it failed, without the record's content: errors of the application's functions and getters, and of
 * the JavaScript engine, quote what they failed on, so no more than their name is said.
 */
export function reason(error: unknown): string {
  try {
    if (error instanceof FunctionResultError) return error.message;
    if (!(error instanceof Error)) return `a thrown ${typeof error}`;
    return /^[A-Za-z_$][\w$]{0,99}$/.test(error.name) ? error.name : 'Error';
  } catch {
    return 'unknown';
  }
}
