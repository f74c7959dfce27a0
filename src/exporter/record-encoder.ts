import { type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import {
  type Destination,
  type EncodedEvent,
  type EventKeeper,
  type LogEntity,
  type LogEventBatch,
} from '../delivery/encoded-event.js';
import { type Diagnostics } from '../observability/diagnostics.js';
import { type Losses } from '../observability/losses.js';
import { cutIntoBatches } from './batcher.js';
import { Destinations } from './destinations.js';
import { encodeEvent } from './encode-event.js';
import { entityOf } from './entity.js';
import { FunctionResultError } from './function-result-error.js';
import { type MessageWriter } from './layouts/layout.js';
import { createMessageWriter } from './layouts/message-writer.js';
import { type ExporterSettings } from './options.js';
import { splitMessage, truncateMessage } from './oversize.js';
import { eventTimestamp } from './record-time.js';
import { readableView, viewOf, withResourceAndScope } from './record-view.js';
import { createRedactor, parseRedactPath, type RedactPath, type Redactor } from './redact.js';

/** What the encoder works with. */
export interface RecordEncoderParts {
  readonly losses: Losses;
  readonly diagnostics: Diagnostics;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
}

/** The settings that encoding needs. */
export type RecordEncoderSettings = Pick<
  ExporterSettings,
  | 'logGroupName'
  | 'logStreamName'
  | 'maxDestinations'
  | 'layout'
  | 'resourceAttributes'
  | 'minSeverity'
  | 'redact'
  | 'transform'
  | 'oversize'
  | 'maxMessageBytes'
  | 'entity'
>;

/** What one record becomes. */
export interface EncodedRecord {
  readonly destination: Destination;
  readonly entity: LogEntity | undefined;
  /** One, or the parts of a record that was split. */
  readonly events: readonly EncodedEvent[];
}

/** Records that were encoded before, and kept safe. */
export interface EncodedAhead {
  /** What the record became; undefined where it is to be encoded now. */
  take(record: ReadableLogRecord, encode: () => EncodedRecord | undefined): EncodedRecord | undefined;
  readonly keeper: EventKeeper;
}

/** Batches of one list of records. */
export interface EncodedRecords {
  readonly batches: readonly LogEventBatch[];
  /** Events beyond one a record: the further parts of split records. */
  readonly addedBySplit: number;
}

/** Records encoded without letting other work of the application in: some milliseconds. */
const RECORDS_IN_STEP = 500;

/** Events of one destination and entity, on their way into batches. */
interface Lane {
  readonly destination: Destination;
  readonly entity: LogEntity | undefined;
  readonly events: EncodedEvent[];
}

/**
 * Turns log records into batches: severity, transform, redaction, layout, size, destination, batch. A
 * record that fails on the way is counted; the others are not touched by it.
 */
export class RecordEncoder {
  readonly #parts: RecordEncoderParts;
  readonly #settings: RecordEncoderSettings;
  readonly #destinations: Destinations;
  readonly #write: MessageWriter;
  readonly #redact: Redactor | undefined;
  readonly #entities = new WeakMap<object, { readonly entity: LogEntity | undefined }>();

  constructor(parts: RecordEncoderParts, settings: RecordEncoderSettings) {
    this.#parts = parts;
    this.#settings = settings;
    this.#destinations = new Destinations(settings, parts.now);
    this.#write = createMessageWriter(settings.layout, settings.resourceAttributes);
    const paths = (settings.redact ?? []).map(parseRedactPath) as RedactPath[];
    this.#redact = paths.length > 0 ? createRedactor(paths) : undefined;
  }

  /**
   * Encodes records, a few hundred in each step, so that a caller can let other work in between. Never
   * throws: what can't be encoded is counted as lost.
   */
  *encodeInSteps(
    records: readonly ReadableLogRecord[],
    ahead?: EncodedAhead,
  ): Generator<undefined, EncodedRecords> {
    const lanes = new Map<Destination, Lane[]>();
    let addedBySplit = 0;
    for (let index = 0; index < records.length; index++) {
      if (index > 0 && index % RECORDS_IN_STEP === 0) yield;
      const record = records[index]!;
      const encode = (): EncodedRecord | undefined => this.encode(record);
      const encoded = ahead ? ahead.take(record, encode) : encode();
      if (encoded === undefined) continue;
      addedBySplit += encoded.events.length - 1;
      this.#lane(lanes, encoded.destination, encoded.entity).events.push(...encoded.events);
    }
    const batches = [...lanes.values()]
      .flat()
      .flatMap((lane) => [...cutIntoBatches(lane.events, lane.destination, lane.entity, ahead?.keeper)]);
    return { batches, addedBySplit };
  }

  /** Encodes one record. Never throws. @returns undefined where it is lost, which is counted */
  encode(record: ReadableLogRecord): EncodedRecord | undefined {
    try {
      return this.#encode(record);
    } catch (error) {
      const withoutUnreadable = this.#encodeReadable(record);
      if (withoutUnreadable !== undefined) return withoutUnreadable;
      this.#parts.losses.record('unserializable', 1, `a log record could not be written: ${reason(error)}`);
      return undefined;
    }
  }

  /** The destination that records of a resource will have, where it can be told before the first one. */
  destinationAhead(resource?: ReadableLogRecord['resource']): Destination | undefined {
    return this.#destinations.ahead(resource, this.#parts.wallClock());
  }

  /** The log group of all records, where it can be told before any record and resource are known. */
  groupAhead(): string | undefined {
    return this.#destinations.groupAhead(this.#parts.wallClock());
  }

  /** Says whether `minSeverity` drops a record. */
  isBelowMinSeverity(record: Pick<ReadableLogRecord, 'severityNumber'>): boolean {
    const { minSeverity } = this.#settings;
    const severity = record.severityNumber as number | undefined;
    return minSeverity !== undefined && severity !== undefined && severity > 0 && severity < minSeverity;
  }

  /** One member that throws when it is read does not cost the others. Functions are not called a second time. */
  #encodeReadable(record: ReadableLogRecord): EncodedRecord | undefined {
    const { layout, transform } = this.#settings;
    if (transform !== undefined || typeof layout === 'function' || layout === 'body') return undefined;
    try {
      return this.#encode(readableView(record));
    } catch {
      return undefined;
    }
  }

  #encode(original: ReadableLogRecord): EncodedRecord | undefined {
    const { losses } = this.#parts;
    if (this.isBelowMinSeverity(original)) {
      losses.record('below_min_severity');
      return undefined;
    }
    const transformed = this.#transform(withResourceAndScope(original));
    if (transformed === undefined) return undefined;
    const record = this.#redact === undefined ? transformed : this.#redact(transformed);
    const timestamp = eventTimestamp(record.hrTime, record.hrTimeObserved, this.#parts.wallClock());
    const message = this.#write(record).toWellFormed();
    if (message === '') {
      losses.record('empty', 1, 'a log record has an empty message, which the service refuses');
      return undefined;
    }
    const events = this.#fit(encodeEvent(timestamp, message), message, record);
    if (events.length === 0) return undefined;
    const destination = this.#destinations.of(record, timestamp);
    if (destination === undefined) {
      losses.record(
        'too_many_destinations',
        1,
        `more than ${this.#settings.maxDestinations} log groups and streams are in use (maxDestinations)`,
      );
      return undefined;
    }
    return { destination, entity: this.#entityOf(record.resource), events };
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

  /** The events of one message: itself, or what the oversize policy makes of it. */
  #fit(event: EncodedEvent, message: string, record: ReadableLogRecord): readonly EncodedEvent[] {
    const { maxMessageBytes, oversize } = this.#settings;
    if (event.messageBytes <= maxMessageBytes) return [event];
    const { losses, diagnostics } = this.#parts;
    const what = `a message of ${event.messageBytes} bytes is over ${maxMessageBytes} (maxMessageBytes)`;
    if (oversize === 'drop') {
      losses.record('oversize', 1, what);
      return [];
    }
    diagnostics.warn('oversize', `${what}; oversize is "${oversize}"`);
    const parts =
      oversize === 'split'
        ? splitMessage(message, record, maxMessageBytes)
        : [truncateMessage(message, event.messageBytes, maxMessageBytes)];
    return parts.map((part) => encodeEvent(event.timestamp, part));
  }

  #entityOf(resource: ReadableLogRecord['resource']): LogEntity | undefined {
    if (!this.#settings.entity) return undefined;
    const known = this.#entities.get(resource);
    if (known !== undefined) return known.entity;
    const entity = entityOf(resource);
    if (resource.asyncAttributesPending !== true) this.#entities.set(resource, { entity });
    return entity;
  }

  #lane(lanes: Map<Destination, Lane[]>, destination: Destination, entity: LogEntity | undefined): Lane {
    let ofDestination = lanes.get(destination);
    if (ofDestination === undefined) {
      ofDestination = [];
      lanes.set(destination, ofDestination);
    }
    let lane = ofDestination.find((one) => isSameEntity(one.entity, entity));
    if (lane === undefined) {
      lane = { destination, entity, events: [] };
      ofDestination.push(lane);
    }
    return lane;
  }
}

/** Entities of different resources may be equal: their events then share requests. */
function isSameEntity(a: LogEntity | undefined, b: LogEntity | undefined): boolean {
  if (a === b) return true;
  return a !== undefined && b !== undefined && JSON.stringify(a) === JSON.stringify(b);
}

/**
 * What went wrong, without the record's content: errors of the application's functions and getters, and of
 * the JavaScript engine, quote what they failed on, so no more than their name is said.
 */
function reason(error: unknown): string {
  try {
    if (error instanceof FunctionResultError) return error.message;
    if (!(error instanceof Error)) return `a thrown ${typeof error}`;
    return /^[A-Za-z_$][\w$]{0,99}$/.test(error.name) ? error.name : 'Error';
  } catch {
    return 'unknown';
  }
}
