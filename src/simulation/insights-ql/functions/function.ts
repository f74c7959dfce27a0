import { type Value } from '../values/value.js';

/** What functions know beside their arguments. All times are milliseconds since 1970. */
export interface EvaluationContext {
  readonly queryStartMillis: number;
  readonly queryEndMillis: number;
  /** When the query began to run: `now()` is the same for every event. */
  readonly nowMillis: number;
}

/** A function over the values of one event. */
export interface ScalarFunction {
  /** As the guide spells it; queries may use any case. */
  readonly name: string;
  /** Arguments as written in a query. */
  readonly minArgs: number;
  /** `Infinity` where the list is open. */
  readonly maxArgs: number;
  /**
   * The executor puts `@timestamp` before a single argument (`bin(5m)` is evaluated as `[@timestamp, '5m']`); the
   * last argument is a period.
   */
  readonly takesTimestamp?: true;
  /** As {@link AggregateFunction.problem}. */
  problem?(constantArgs: readonly Value[]): string | undefined;
  /**
   * @param args - evaluated; a period literal is passed as its text (`'5m'`), a regex literal as its source
   * @returns null for what has no value; never throws
   */
  evaluate(args: readonly Value[], context: EvaluationContext): Value;
}

/** Collects one group's values of a `stats` function. */
export interface Accumulator {
  /**
   * @param args - evaluated for this row; empty for `count()` and `count(*)`
   * @param event - the row's `@timestamp` in milliseconds, where it has one
   */
  add(args: readonly Value[], event: AggregatedRow): void;
  result(): Value;
}

/** Collects the values of a `stats` function for all groups, which have numbers from 0 on. */
export interface GroupedAccumulator {
  /** Makes the next group. */
  addGroup(): void;
  /** As {@link Accumulator.add}. */
  add(group: number, args: readonly Value[], event: AggregatedRow): void;
  result(group: number): Value;
}

/** What an accumulator may know of a row beside its arguments; a stored event is one. */
export interface AggregatedRow {
  readonly timestamp?: number | undefined;
  /** Counts the text that the accumulators of all groups keep. */
  readonly text?: { add(length: number): void } | undefined;
}

/** A function over the rows of a group. */
export interface AggregateFunction {
  readonly name: string;
  readonly minArgs: number;
  readonly maxArgs: number;
  /** It may be called with `*`, which stands for no argument. */
  readonly takesStar?: true;
  /** It stands alone in its `stats`, without `by` (`topk`). */
  readonly alone?: true;
  /**
   * Says what is wrong with the constant arguments, in words that complete "<name>: …".
   * @param constantArgs - one a written argument; null for those that are no literal. Periods are texts.
   */
  problem?(constantArgs: readonly Value[]): string | undefined;
  /** @param constantArgs - as in {@link AggregateFunction.problem} */
  create(constantArgs: readonly Value[]): Accumulator;
  /** The same for all groups, where that takes less than one accumulator for each. */
  createGrouped?(): GroupedAccumulator;
}

/** Names functions by their lower-case names. */
export function byLowerCaseName<T extends { readonly name: string }>(
  functions: Iterable<T>,
): ReadonlyMap<string, T> {
  return new Map(Array.from(functions, (entry) => [entry.name.toLowerCase(), entry]));
}
