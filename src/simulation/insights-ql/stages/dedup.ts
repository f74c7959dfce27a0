import { type Evaluate } from '../execution/compile-expression.js';
import { HeldText } from '../execution/held-text.js';
import { type Row } from '../execution/row.js';
import { eachRow, type StageFactory } from '../execution/stage.js';
import { ownText } from '../values/own-text.js';
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
      const key = keyOf(fields, row);
      if (key === undefined) return true;
      if (seen.has(key)) return false;
      text.add(key.length);
      seen.add(ownText(key));
      return true;
    });
  };
}

/** @returns undefined where one of the values is missing */
function keyOf(fields: readonly Evaluate[], row: Row): string | undefined {
  // Most ask for one field, and no missing value is to be told from its text.
  if (fields.length === 1) return formatValue(fields[0]!(row));
  const values: string[] = [];
  for (const field of fields) {
    const value = formatValue(field(row));
    if (value === undefined) return undefined;
    values.push(value);
  }
  return groupKey(values);
}

/** One text for several; a missing one (undefined) differs from every text. */
export function groupKey(values: readonly (string | undefined)[]): string {
  if (values.length === 1) return values[0] === undefined ? '-' : `+${values[0]}`;
  return values.map((value) => (value === undefined ? '-' : `${value.length}:${value}`)).join('');
}
