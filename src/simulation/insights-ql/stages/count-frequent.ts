import { type Evaluate } from '../execution/compile-expression.js';
import { HeldText } from '../execution/held-text.js';
import { Row } from '../execution/row.js';
import { holdingStage, type StageFactory } from '../execution/stage.js';
import { formatValue, type Value } from '../values/value.js';
import { groupKey } from './dedup.js';

export const APPROXIMATE_COUNT = '_approxcount';

/** Combinations that are counted at a time; the rarest make room, so that counts are approximate past it. */
const MAX_COUNTED = 200_000;

/** `countFrequent`: how often each combination of values occurs, the most frequent first. */
export function countFrequentStage(
  fields: readonly { readonly name: string; readonly evaluate: Evaluate }[],
): StageFactory {
  return (next) => {
    const text = new HeldText();
    const counts = new Map<string, { readonly values: readonly Value[]; count: number }>();
    return holdingStage(next, {
      push(row) {
        const values = fields.map(({ evaluate }) => evaluate(row));
        const key = groupKey(values.map(formatValue));
        const known = counts.get(key);
        if (known !== undefined) {
          known.count++;
          return;
        }
        text.add(key.length);
        counts.set(key, { values, count: 1 });
        if (counts.size <= MAX_COUNTED) return;
        dropRarest(counts);
        text.clear();
        for (const kept of counts.keys()) text.add(kept.length);
      },
      *rows() {
        const sorted = [...counts.values()].sort((left, right) => right.count - left.count);
        for (const { values, count } of sorted) {
          const row = new Row();
          for (const [index, { name }] of fields.entries()) row.set(name, values[index]!);
          row.set(APPROXIMATE_COUNT, count);
          yield row;
        }
      },
      clear: () => {
        counts.clear();
      },
    });
  };
}

/** Lossy counting: one off each, and out with those that reach none. */
function dropRarest(counts: Map<string, { count: number }>): void {
  const kept = MAX_COUNTED / 2;
  const sorted = Array.from(counts, ([key, { count }]) => ({ key, count })).sort(
    (left, right) => right.count - left.count,
  );
  for (const { key } of sorted.slice(kept)) counts.delete(key);
}
