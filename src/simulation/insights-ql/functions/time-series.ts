import { toNumber, type Value } from '../values/value.js';
import { Count, CountOfGroups, Sum } from './aggregates.js';
import { type Accumulator, type AggregatedRow, type AggregateFunction } from './function.js';
import { NumberList } from './number-list.js';
import { parsePeriod, periodMillis } from './period.js';

/** Buckets of a histogram. Not documented; a bound keeps memory. */
export const MAX_HISTOGRAM_BUCKETS = 10_000;

/** Functions of `stats` over time. Source: User Guide, "Time-series functions". */
export const timeSeriesFunctions: readonly AggregateFunction[] = [
  {
    name: 'rate',
    minArgs: 2,
    maxArgs: 2,
    problem: ([, period]) =>
      typeof period === 'string' && parsePeriod(period) !== undefined
        ? undefined
        : 'the second argument must be a period such as 5m',
    create: ([, period]) => new Rate(typeof period === 'string' ? period : ''),
  },
  // Seen in answers of the service: count_over_time(*) is count(*).
  {
    name: 'count_over_time',
    minArgs: 1,
    maxArgs: 1,
    takesStar: true,
    create: () => new Count(),
    createGrouped: () => new CountOfGroups(),
  },
  { name: 'sum_over_time', minArgs: 1, maxArgs: 1, create: () => new Sum() },
  {
    name: 'histogram',
    minArgs: 2,
    maxArgs: 2,
    problem: ([, buckets]) =>
      isBucketCount(buckets)
        ? undefined
        : `the second argument must be a whole number from 1 to ${MAX_HISTOGRAM_BUCKETS}`,
    create: ([, buckets]) => new Histogram(isBucketCount(buckets) ? toNumber(buckets)! : 1),
  },
];

function isBucketCount(value: Value | undefined): value is Value {
  const number = toNumber(value ?? null);
  return number !== undefined && Number.isInteger(number) && number >= 1 && number <= MAX_HISTOGRAM_BUCKETS;
}

/**
 * "The per-interval rate of change for a numeric field": how much the field grew from the group's earliest
 * to its latest row, for each interval between them. Not documented further: counters that start again are
 * not recognised, one moment alone has no rate.
 */
class Rate implements Accumulator {
  readonly #intervalMillis: number | undefined;
  #first: { readonly timestamp: number; readonly number: number } | undefined;
  #last: { readonly timestamp: number; readonly number: number } | undefined;

  constructor(period: string) {
    const parsed = parsePeriod(period, { isCapped: false });
    this.#intervalMillis = parsed && periodMillis(parsed);
  }

  add([value]: readonly Value[], { timestamp }: AggregatedRow): void {
    const number = toNumber(value!);
    if (number === undefined || timestamp === undefined) return;
    if (this.#first === undefined || timestamp < this.#first.timestamp) this.#first = { timestamp, number };
    if (this.#last === undefined || timestamp > this.#last.timestamp) this.#last = { timestamp, number };
  }

  result(): Value {
    if (this.#first === undefined || this.#last === undefined || this.#intervalMillis === undefined)
      return null;
    const elapsed = this.#last.timestamp - this.#first.timestamp;
    return elapsed === 0 ? null : ((this.#last.number - this.#first.number) / elapsed) * this.#intervalMillis;
  }
}

/**
 * A map from each of the ranges of equal width between the least and the greatest number to how many numbers
 * it holds. Not documented how a range is written: `low-high`, the last one with its upper end.
 */
class Histogram implements Accumulator {
  readonly #buckets: number;
  readonly #numbers = new NumberList();

  constructor(buckets: number) {
    this.#buckets = buckets;
  }

  add([value]: readonly Value[]): void {
    const number = toNumber(value!);
    if (number !== undefined) this.#numbers.add(number);
  }

  result(): Value {
    const sorted = this.#numbers.sorted();
    if (sorted.length === 0) return null;
    const least = sorted[0]!;
    const width = (sorted[sorted.length - 1]! - least) / this.#buckets;
    if (width === 0) return new Map([[`${least}-${least}`, sorted.length]]);
    const counts = new Array<number>(this.#buckets).fill(0);
    for (const number of sorted) {
      const bucket = Math.min(this.#buckets - 1, Math.floor((number - least) / width));
      counts[bucket] = (counts[bucket] ?? 0) + 1;
    }
    return new Map(counts.map((count, index) => [rangeName(least + index * width, width), count]));
  }
}

function rangeName(low: number, width: number): string {
  return `${tidy(low)}-${tidy(low + width)}`;
}

/** Without the last digits, which arithmetic on doubles makes up. */
function tidy(number: number): string {
  return String(Number(number.toPrecision(12)));
}
