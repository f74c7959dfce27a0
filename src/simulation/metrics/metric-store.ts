import { checkMembers } from '../../cloudwatch/check-members.js';
import { checkGivenTexts } from '../../cloudwatch/check-values.js';
import { type CountedValues, Datapoint, type DatapointStatistics } from './datapoint.js';
import { keyOfSeries, type MetricSeries } from './metric-series.js';

const MINUTE_MILLIS = 60_000;
/** Datapoints that are kept to be read; the oldest go first. */
const MAX_DATAPOINTS = 20_000;
/** Different values of one minute that are held back to be published together. */
const MAX_HELD_VALUES = 1500;

/** Values of one metric in one minute, on their way to CloudWatch. */
export interface MetricValues {
  readonly series: MetricSeries;
  /** Start of the minute, in milliseconds since 1970. */
  readonly timestamp: number;
  readonly values: CountedValues;
}

/** Which metrics are read; all without a member. */
export interface WantedMetrics {
  readonly namespace?: string | undefined;
  readonly metricName?: string | undefined;
}

const WANTED_MEMBERS = { namespace: true, metricName: true } as const satisfies Record<
  keyof WantedMetrics,
  true
>;

/** A metric as it is read back. */
export interface MetricReading extends MetricSeries {
  /** By time. */
  readonly datapoints: readonly (DatapointStatistics & { readonly timestamp: number })[];
}

interface StoredPoint {
  readonly seriesKey: string;
  readonly series: MetricSeries;
  readonly timestamp: number;
  readonly point: Datapoint;
  /** The minute by the service's clock in which what is not published yet began to come. */
  changedInMinute: number;
}

/**
 * Gathers the values of metrics by the minute, as CloudWatch Logs does. Not documented: a value belongs to the
 * minute of its event's time.
 */
export class MetricStore {
  readonly #epochMillis: () => number;
  readonly #publish: (values: MetricValues) => void;
  /** In the order in which they were made, by series and minute. */
  readonly #points = new Map<string, StoredPoint>();
  /** Those that hold something to publish. */
  readonly #changed = new Set<StoredPoint>();

  /**
   * @param epochMillis - milliseconds since 1970
   * @param publish - is handed what a minute held, once it is over
   */
  constructor(epochMillis: () => number, publish: (values: MetricValues) => void) {
    this.#epochMillis = epochMillis;
    this.#publish = publish;
  }

  /** Adds a value, of an event of a time in milliseconds. */
  add(series: MetricSeries, time: number, value: number): void {
    const stored = this.#pointAt(series, time);
    stored.point.add(value);
    if (stored.point.unpublishedValues >= MAX_HELD_VALUES) this.#handOver(stored, stored.point.takeEarly());
  }

  /** Notes that a filter with a default value saw an event that does not match. */
  expectMatch(series: MetricSeries, time: number, filter: string, defaultValue: number): void {
    this.#pointAt(series, time).point.expectMatch(filter, defaultValue);
  }

  /** Notes that a filter with a default value saw an event that matches. */
  noteMatch(series: MetricSeries, time: number, filter: string): void {
    this.#pointAt(series, time).point.noteMatch(filter);
  }

  /** Hands over what came in minutes that are over; with `all`, in this one too. */
  publishDue({ all = false }: { readonly all?: boolean } = {}): void {
    const minute = minuteOf(this.#epochMillis());
    for (const stored of this.#changed) {
      if (stored.changedInMinute < minute || all) this.#finish(stored);
    }
  }

  /** What was gathered, the minute that goes on as if it ended now. */
  read(wanted: WantedMetrics = {}): MetricReading[] {
    checkMembers('', wanted, WANTED_MEMBERS);
    const { namespace, metricName } = wanted;
    checkGivenTexts({ namespace, metricName });
    const readings = new Map<string, MetricSeries & { datapoints: MetricReading['datapoints'][number][] }>();
    for (const { seriesKey, series, timestamp, point } of this.#points.values()) {
      if ((namespace ?? series.namespace) !== series.namespace) continue;
      if ((metricName ?? series.metricName) !== series.metricName) continue;
      const statistics = point.statistics();
      if (!statistics) continue;
      const reading = readings.get(seriesKey) ?? { ...series, datapoints: [] };
      reading.datapoints.push({ timestamp, ...statistics });
      readings.set(seriesKey, reading);
    }
    for (const { datapoints } of readings.values()) {
      datapoints.sort((left, right) => left.timestamp - right.timestamp);
    }
    return [...readings.values()];
  }

  /** Forgets all values, also those that are not published. */
  clear(): void {
    this.#points.clear();
    this.#changed.clear();
  }

  #pointAt(series: MetricSeries, time: number): StoredPoint {
    const minute = minuteOf(time);
    const seriesKey = keyOfSeries(series);
    const key = `${minute} ${seriesKey}`;
    let stored = this.#points.get(key);
    if (!stored) {
      const timestamp = minute * MINUTE_MILLIS;
      stored = { seriesKey, series, timestamp, point: new Datapoint(), changedInMinute: 0 };
      this.#points.set(key, stored);
      this.#dropOldest();
    }
    if (!this.#changed.has(stored)) {
      stored.changedInMinute = minuteOf(this.#epochMillis());
      this.#changed.add(stored);
    }
    return stored;
  }

  #dropOldest(): void {
    if (this.#points.size <= MAX_DATAPOINTS) return;
    for (const [key, stored] of this.#points) {
      this.#points.delete(key);
      this.#finish(stored);
      return;
    }
  }

  #finish(stored: StoredPoint): void {
    if (this.#changed.delete(stored)) this.#handOver(stored, stored.point.take());
  }

  #handOver({ series, timestamp }: StoredPoint, values: CountedValues): void {
    if (values.size > 0) this.#publish({ series, timestamp, values });
  }
}

function minuteOf(time: number): number {
  return Math.floor(time / MINUTE_MILLIS);
}
