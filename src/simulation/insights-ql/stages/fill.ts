import { Row } from '../execution/row.js';
import { eachRow, holdingStage, type StageFactory } from '../execution/stage.js';
import { ceilToPeriod, type Period } from '../functions/period.js';
import { FILL_MISSING_DEFAULT, MAX_FILLED_ROWS } from '../undocumented.js';
import { formatValue, Timestamp, toNumber, type Value } from '../values/value.js';
import { Sum } from '../functions/aggregates.js';
import { groupKey } from './dedup.js';

/** `filldown`: a null takes the value of the row before. */
export function fillDownStage(columns: readonly string[]): StageFactory {
  return (next) => {
    const last = new Map<string, Value>();
    return eachRow(next, (row) => {
      for (const column of columns) {
        const value = row.get(column);
        if (value !== null) last.set(column, value);
        else if (last.has(column)) row.set(column, last.get(column)!);
      }
      return true;
    });
  };
}

/** What `fillmissing` works on. */
export interface FillMissingPlan {
  readonly timeColumn: string;
  readonly period: Period;
  readonly otherKeys: readonly string[];
  readonly valueColumns: readonly string[];
  readonly fills: ReadonlyMap<string, Value>;
}

/** `fillmissing`: a row for each period without one, for each combination of the other keys. */
export function fillMissingStage(plan: FillMissingPlan): StageFactory {
  return (next) => {
    const rows: Row[] = [];
    return holdingStage(next, {
      push: (row) => {
        rows.push(row);
      },
      rows: () => filled(rows, plan),
      clear: () => {
        rows.length = 0;
      },
    });
  };
}

function* filled(rows: readonly Row[], plan: FillMissingPlan): Generator<Row> {
  const times: number[] = [];
  const combinations = new Map<string, { readonly row: Row; readonly times: Set<number> }>();
  for (const row of rows) {
    const time = row.get(plan.timeColumn);
    if (!(time instanceof Timestamp)) continue;
    times.push(time.millis);
    const key = groupKey(plan.otherKeys.map((name) => formatValue(row.get(name))));
    const known = combinations.get(key);
    if (known === undefined) combinations.set(key, { row, times: new Set([time.millis]) });
    else known.times.add(time.millis);
  }
  yield* rows;
  if (times.length === 0) return;
  const first = times.reduce((least, time) => Math.min(least, time));
  const last = times.reduce((most, time) => Math.max(most, time));
  let made = 0;
  for (let time = first; time < last; time = ceilToPeriod(time + 1, plan.period)) {
    for (const { row, times: present } of combinations.values()) {
      if (present.has(time)) continue;
      if (++made > MAX_FILLED_ROWS) return;
      yield missingRow(plan, row, time);
    }
  }
}

function missingRow(plan: FillMissingPlan, like: Row, millis: number): Row {
  const row = new Row();
  row.set(plan.timeColumn, new Timestamp(millis));
  for (const name of plan.otherKeys) row.set(name, like.get(name));
  for (const name of plan.valueColumns) row.set(name, plan.fills.get(name) ?? FILL_MISSING_DEFAULT);
  return row;
}

/** What `addtotals` works on. */
export interface AddTotalsPlan {
  readonly columns: readonly string[];
  readonly name: string;
  readonly row: boolean;
  readonly column: boolean;
}

/** `addtotals`: the sum of a row's numbers in a further column, and of each column in a last row. */
export function addTotalsStage({ columns, name, row: inRow, column: inColumn }: AddTotalsPlan): StageFactory {
  return (next) => {
    const summed = inRow ? [...columns, name] : columns;
    const sums = new Map(summed.map((column) => [column, new Sum()]));
    return {
      push(row) {
        if (inRow) {
          const total = new Sum();
          for (const column of columns) total.add([numberIn(row, column)]);
          row.set(name, total.result());
        }
        if (inColumn) for (const [column, sum] of sums) sum.add([numberIn(row, column)]);
        return next.push(row);
      },
      finish() {
        if (inColumn) {
          const totals = new Row();
          for (const [column, sum] of sums) totals.set(column, sum.result());
          next.push(totals);
        }
        next.finish();
      },
    };
  };
}

/** Times are no numbers to be added. */
function numberIn(row: Row, column: string): number | null {
  const value = row.get(column);
  return value instanceof Timestamp ? null : (toNumber(value) ?? null);
}
