import { type Evaluate } from '../execution/compile-expression.js';
import { HeldText } from '../execution/held-text.js';
import { eachRow, type StageFactory } from '../execution/stage.js';
import { formatValue } from '../values/value.js';

/**
 * Keeps the first row of each combination of values; a null in any of them keeps the row. Only `limit` may
 * follow, so no more combinations are remembered than rows are wanted.
 */
export function dedupStage(fields: readonly Evaluate[]): StageFactory {
  return (next) => {
    const seen = new Set<string>();
    const text = new HeldText();
    return eachRow(next, (row) => {
      const values: string[] = [];
      for (const field of fields) {
        const text = formatValue(field(row));
        if (text === undefined) return true;
        values.push(text);
      }
      const key = groupKey(values);
      if (seen.has(key)) return false;
      text.add(key.length);
      seen.add(key);
      return true;
    });
  };
}

/** One text for several; a missing one (undefined) differs from every text. */
export function groupKey(values: readonly (string | undefined)[]): string {
  if (values.length === 1) return values[0] === undefined ? '-' : `+${values[0]}`;
  return values.map((value) => (value === undefined ? '-' : `${value.length}:${value}`)).join('');
}
