import { compareValues, formatValue, isStructure, Timestamp, toNumber, type Value } from '../values/value.js';
import { finiteOrNull } from './define.js';
import { DistinctCount } from './distinct-count.js';
import {
  type Accumulator,
  type AggregatedRow,
  type AggregateFunction,
  type GroupedAccumulator,
} from './function.js';
import { NumberList } from './number-list.js';

/** Values of one list that `values` keeps. Not documented; a bound keeps memory. */
export const MAX_COLLECTED_VALUES = 100_000;

/** The largest k of `topk`. Source: User Guide, stats. */
export const MAX_TOP_VALUES = 10_000;

/** Functions of `stats`. Source: User Guide, "Functions to use with stats". */
export const statisticFunctions: readonly AggregateFunction[] = [
  {
    ...aggregate('count', 0, 1, () => new Count()),
    takesStar: true,
    createGrouped: () => new CountOfGroups(),
  },
  aggregate('avg', 1, 1, () => new Moments(({ count, mean }) => (count === 0 ? null : mean))),
  aggregate('sum', 1, 1, () => new Sum()),
  aggregate('min', 1, 1, () => new Extreme(-1)),
  aggregate('max', 1, 1, () => new Extreme(1)),
  // Not documented for stddev: the deviation of the population, as variance is documented.
  aggregate('stddev', 1, 1, () => new Moments((moments) => squareRoot(variance(moments)))),
  aggregate('variance', 1, 1, () => new Moments(variance)),
  aggregate('count_distinct', 1, 1, () => new Distinct()),
  aggregate('countDistinct', 1, 1, () => new Distinct()),
  {
    ...aggregate('pct', 2, 2, ([, percent]) => new Percentile(toNumber(percent ?? null) ?? Number.NaN)),
    problem: ([, percent]) => {
      const number = toNumber(percent ?? null);
      return number !== undefined && number >= 0 && number <= 100
        ? undefined
        : 'the second argument must be a number from 0 to 100';
    },
  },
  aggregate('median', 1, 1, () => new Median()),
  aggregate('values', 1, 1, () => new Collected()),
  aggregate('collect_values', 1, 1, () => new Collected()),
  {
    ...aggregate('topk', 2, 2, ([count]) => new TopValues(toNumber(count ?? null) ?? 0)),
    alone: true,
    problem: ([count]) => {
      const number = toNumber(count ?? null);
      return number !== undefined && Number.isInteger(number) && number >= 1 && number <= MAX_TOP_VALUES
        ? undefined
        : `the first argument must be a whole number from 1 to ${MAX_TOP_VALUES}`;
    },
  },
  aggregate('earliest', 1, 1, () => new ByTime(-1)),
  aggregate('latest', 1, 1, () => new ByTime(1)),
  aggregate('sortsFirst', 1, 1, () => new BySortOrder(-1)),
  aggregate('sortsLast', 1, 1, () => new BySortOrder(1)),
];

function aggregate(
  name: string,
  minArgs: number,
  maxArgs: number,
  create: (constantArgs: readonly Value[]) => Accumulator,
): AggregateFunction {
  return { name, minArgs, maxArgs, create };
}

/** Rows, or rows that have a field. */
export class Count implements Accumulator {
  #count = 0;

  add(args: readonly Value[]): void {
    if (args.length === 0 || args[0] !== null) this.#count++;
  }

  result(): Value {
    return this.#count;
  }
}

/** As {@link Count}, of very many groups. */
export class CountOfGroups implements GroupedAccumulator {
  #counts = new Float64Array(16);
  #groups = 0;

  addGroup(): void {
    if (this.#groups === this.#counts.length) {
      const larger = new Float64Array(this.#groups * 2);
      larger.set(this.#counts);
      this.#counts = larger;
    }
    this.#groups++;
  }

  add(group: number, args: readonly Value[]): void {
    if (args.length === 0 || args[0] !== null) this.#counts[group]!++;
  }

  result(group: number): Value {
    return this.#counts[group]!;
  }
}

/** Sum with the rounding errors carried along (Neumaier), so that 0.1 ten times is 1. */
export class Sum implements Accumulator {
  #sum = 0;
  #lost = 0;
  #any = false;

  add([value]: readonly Value[]): void {
    const number = toNumber(value!);
    if (number === undefined) return;
    this.#any = true;
    const next = this.#sum + number;
    this.#lost +=
      Math.abs(this.#sum) >= Math.abs(number) ? this.#sum - next + number : number - next + this.#sum;
    this.#sum = next;
  }

  result(): Value {
    const total = this.#sum + this.#lost;
    return this.#any && Number.isFinite(total) ? total : null;
  }
}

interface MomentState {
  count: number;
  mean: number;
  /** Sum of the squared distances from the mean. */
  squares: number;
}

/** Mean and variance in one pass (Welford). */
class Moments implements Accumulator {
  readonly #state: MomentState = { count: 0, mean: 0, squares: 0 };
  readonly #sum = new Sum();
  readonly #finish: (state: MomentState) => number | null;

  constructor(finish: (state: MomentState) => number | null) {
    this.#finish = finish;
  }

  add(args: readonly Value[]): void {
    const number = toNumber(args[0]!);
    if (number === undefined) return;
    this.#sum.add(args);
    const state = this.#state;
    state.count++;
    const distance = number - state.mean;
    state.mean += distance / state.count;
    state.squares += distance * (number - state.mean);
  }

  result(): Value {
    const total = toNumber(this.#sum.result());
    const { count } = this.#state;
    // The exact sum gives a better mean than the running one.
    const mean = total === undefined ? this.#state.mean : total / count;
    const result = this.#finish({ ...this.#state, mean });
    return result !== null && Number.isFinite(result) ? result : null;
  }
}

function variance({ count, squares }: MomentState): number | null {
  return count === 0 ? null : squares / count;
}

function squareRoot(number: number | null): number | null {
  return number === null ? null : Math.sqrt(number);
}

/** The least or greatest number; timestamps stay timestamps. Not documented: text that is no number is left out. */
class Extreme implements Accumulator {
  readonly #direction: -1 | 1;
  #best: number | undefined;
  #timestamps = true;

  constructor(direction: -1 | 1) {
    this.#direction = direction;
  }

  add([value]: readonly Value[]): void {
    const number = toNumber(value!);
    if (number === undefined) return;
    this.#timestamps &&= value instanceof Timestamp;
    if (this.#best === undefined || (number - this.#best) * this.#direction > 0) this.#best = number;
  }

  result(): Value {
    if (this.#best === undefined) return null;
    return this.#timestamps ? new Timestamp(this.#best) : this.#best;
  }
}

class Distinct implements Accumulator {
  readonly #values = new DistinctCount();

  add([value]: readonly Value[]): void {
    const text = isStructure(value!) ? undefined : formatValue(value!);
    if (text !== undefined) this.#values.add(text);
  }

  result(): Value {
    return this.#values.count;
  }
}

/** Not documented: nearest rank, so that the result is one of the values. */
class Percentile implements Accumulator {
  readonly #percent: number;
  readonly #numbers = new NumberList();

  constructor(percent: number) {
    this.#percent = percent;
  }

  add([value]: readonly Value[]): void {
    const number = toNumber(value!);
    if (number !== undefined) this.#numbers.add(number);
  }

  result(): Value {
    const rank = Math.max(1, Math.ceil((this.#percent / 100) * this.#numbers.length));
    return this.#numbers.nth(rank - 1) ?? null;
  }
}

/** Not documented: of an even count the mean of the two in the middle. */
class Median implements Accumulator {
  readonly #numbers = new NumberList();

  add([value]: readonly Value[]): void {
    const number = toNumber(value!);
    if (number !== undefined) this.#numbers.add(number);
  }

  result(): Value {
    const { length } = this.#numbers;
    const upper = this.#numbers.nth(Math.floor(length / 2));
    if (upper === undefined || length % 2 === 1) return upper ?? null;
    return finiteOrNull(this.#numbers.nth(length / 2 - 1)! / 2 + upper / 2);
  }
}

/** Different values in the order in which they came. Not documented whether repeated ones are kept: they aren't. */
class Collected implements Accumulator {
  readonly #values = new Map<string, Value>();

  add([value]: readonly Value[], { text }: AggregatedRow): void {
    if (value === null || value === undefined || this.#values.size >= MAX_COLLECTED_VALUES) return;
    const key = formatValue(value);
    if (key === undefined || this.#values.has(key)) return;
    text?.add(key.length);
    this.#values.set(key, value);
  }

  result(): Value {
    return [...this.#values.values()];
  }
}

/** Values with the most rows. Not documented: of as many rows, in sort order. */
class TopValues implements Accumulator {
  readonly #count: number;
  readonly #rows = new Map<string, { readonly value: Value; count: number }>();

  constructor(count: number) {
    this.#count = count;
  }

  add(args: readonly Value[], { text }: AggregatedRow): void {
    const value = args[1] ?? null;
    const key = value === null ? undefined : formatValue(value);
    if (key === undefined) return;
    const known = this.#rows.get(key);
    if (known !== undefined) {
      known.count++;
      return;
    }
    text?.add(key.length);
    this.#rows.set(key, { value, count: 1 });
  }

  result(): Value {
    return [...this.#rows.values()]
      .sort((a, b) => b.count - a.count || compareValues(a.value, b.value))
      .slice(0, this.#count)
      .map((row) => row.value);
  }
}

/**
 * The value of the row with the earliest or latest timestamp; rows without the field don't count. Of a field that
 * is a time it is the number of milliseconds: seen in answers of the service.
 */
class ByTime implements Accumulator {
  readonly #direction: -1 | 1;
  #value: Value = null;
  #timestamp: number | undefined;

  constructor(direction: -1 | 1) {
    this.#direction = direction;
  }

  add([value]: readonly Value[], event: AggregatedRow): void {
    if (value === null || value === undefined || event.timestamp === undefined) return;
    if (this.#timestamp === undefined || (event.timestamp - this.#timestamp) * this.#direction > 0) {
      this.#timestamp = event.timestamp;
      this.#value = value;
    }
  }

  result(): Value {
    return this.#value instanceof Timestamp ? this.#value.millis : this.#value;
  }
}

class BySortOrder implements Accumulator {
  readonly #direction: -1 | 1;
  #value: Value = null;

  constructor(direction: -1 | 1) {
    this.#direction = direction;
  }

  add([value]: readonly Value[]): void {
    if (value === null || value === undefined) return;
    if (this.#value === null || compareValues(value, this.#value) * this.#direction > 0) this.#value = value;
  }

  result(): Value {
    return this.#value;
  }
}
