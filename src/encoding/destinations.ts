import { type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { toLogGroupName, toLogStreamName } from '../cloudwatch/names.js';
import { type Destination } from '../delivery/encoded-event.js';
import { fillTemplate, missingSentence, type Template, type TemplateSource, usesTime } from './template.js';

/** Milliseconds after which a destination that nothing was written to makes room for another. */
export const DESTINATION_IDLE_MILLIS = 60 * 60 * 1000;

/** The smallest date part of a template. */
const HOUR_MILLIS = 60 * 60 * 1000;

interface Known {
  readonly destination: Destination;
  lastUsedAt: number;
}

/**
 * Finds the group and stream of each record. The number of destinations in use is bounded: a template over
 * record data could otherwise make streams without end. Beyond the bound new ones are refused rather than
 * old ones forgotten, as forgetting would bound nothing; one that was unused for an hour makes room.
 */
export class Destinations {
  readonly #group: Template;
  readonly #stream: Template;
  readonly #max: number;
  readonly #monotonicMillis: () => number;
  readonly #onMissing: (sentence: string) => void;
  /** Placeholders that nothing filled. */
  readonly #missed = new Set<string>();
  readonly #known = new Map<string, Known>();
  /** The last destination of a resource, where neither name holds record data: most records have the same. */
  #last: { readonly resource: object; readonly hour: number; readonly known: Known } | undefined;
  /** Whether a name holds data of the record itself. */
  readonly usesRecord: boolean;
  /** Whether all records of a resource have the same destination. */
  readonly isOfResource: boolean;

  /**
   * @param monotonicMillis - a monotonic clock in milliseconds
   * @param onMissing - told in a sentence of each placeholder that nothing fills, once
   */
  constructor(
    settings: { logGroupName: Template; logStreamName: Template; maxDestinations: number },
    monotonicMillis: () => number,
    onMissing: (sentence: string) => void = () => undefined,
  ) {
    this.#group = settings.logGroupName;
    this.#stream = settings.logStreamName;
    this.#max = settings.maxDestinations;
    this.#monotonicMillis = monotonicMillis;
    this.#onMissing = onMissing;
    this.usesRecord = this.#group.usesRecord || this.#stream.usesRecord;
    this.isOfResource = !this.usesRecord && !usesTime(this.#group) && !usesTime(this.#stream);
  }

  /**
   * The destination of a record; the same object for the same names.
   * @param timestamp - of the event, milliseconds since 1970
   * @returns undefined where there are too many destinations
   */
  of(record: Pick<ReadableLogRecord, 'resource' | 'attributes'>, timestamp: number): Destination | undefined {
    const { resource } = record;
    const hour = Math.floor(timestamp / HOUR_MILLIS);
    const last = this.#last;
    const isLikeLast = last?.resource === resource && last.hour === hour;
    const known = isLikeLast ? last.known : this.#find(record, timestamp);
    if (known === undefined) return undefined;
    known.lastUsedAt = this.#monotonicMillis();
    if (!isLikeLast && !this.usesRecord && resource.asyncAttributesPending !== true) {
      this.#last = { resource, hour, known };
    }
    return known.destination;
  }

  #find(
    { resource, attributes }: Pick<ReadableLogRecord, 'resource' | 'attributes'>,
    timestamp: number,
  ): Known | undefined {
    const { logGroupName, logStreamName } = this.#names({ resource, attributes, timestamp });
    const key = `${logGroupName}:${logStreamName}`;
    const old = this.#known.get(key);
    if (old) return old;
    const now = this.#monotonicMillis();
    if (this.#known.size >= this.#max && !this.#forgetIdle(now)) return undefined;
    const known = { destination: { logGroupName, logStreamName }, lastUsedAt: now };
    this.#known.set(key, known);
    return known;
  }

  /**
   * The destination that records of a resource will have, where it can be told before the first one.
   * @param timestamp - milliseconds since 1970
   */
  ahead(resource: ReadableLogRecord['resource'] | undefined, timestamp: number): Destination | undefined {
    if (!isFixed(this.#group, resource) || !isFixed(this.#stream, resource)) return undefined;
    return this.#names({ resource: resource ?? { attributes: {} }, attributes: {}, timestamp });
  }

  /** The log group of all records, where it can be told without any of them and without a resource. */
  groupAhead(timestamp: number): string | undefined {
    if (!isFixed(this.#group, undefined)) return undefined;
    // Nothing of it can be missing: it is made of text and time.
    return toLogGroupName(
      fillTemplate(this.#group, { resource: { attributes: {} }, attributes: {}, timestamp }),
    );
  }

  #names(source: TemplateSource): Destination {
    return {
      logGroupName: toLogGroupName(this.#fill('logGroupName', this.#group, source)),
      logStreamName: toLogStreamName(this.#fill('logStreamName', this.#stream, source)),
    };
  }

  #fill(option: string, template: Template, source: TemplateSource): string {
    return fillTemplate(template, source, (placeholder) => {
      const key = `${option} ${placeholder}`;
      if (this.#missed.has(key)) return;
      this.#missed.add(key);
      this.#onMissing(missingSentence(option, template, placeholder, source.resource.attributes));
    });
  }

  #forgetIdle(now: number): boolean {
    let forgot = false;
    for (const [key, known] of this.#known) {
      if (now - known.lastUsedAt < DESTINATION_IDLE_MILLIS) continue;
      this.#known.delete(key);
      if (this.#last?.known === known) this.#last = undefined;
      forgot = true;
    }
    return forgot;
  }
}

function isFixed(template: Template, resource: ReadableLogRecord['resource'] | undefined): boolean {
  return !template.usesRecord && (resource !== undefined || !template.usesResource);
}
