import { type Evaluate } from '../execution/compile-expression.js';
import { type Row } from '../execution/row.js';
import { manyRows, type StageFactory } from '../execution/stage.js';
import { parseJson } from '../values/json.js';
import { asLogged, isList, type Value } from '../values/value.js';

/** One row for each element of a list, the other fields copied; what is no list counts as one element. */
export function unnestStage(input: Evaluate, name: string): StageFactory {
  return (next) =>
    manyRows(next, (row, give) => {
      const value = listOf(input(row));
      return giveRows(row, name, isList(value) ? value : [value], give);
    });
}

/** As {@link unnestStage}, in place, for a field whose text is a JSON array; other rows stay as they are. */
export function expandStage(input: Evaluate, name: string): StageFactory {
  return (next) =>
    manyRows(next, (row, give) => {
      const value = listOf(input(row));
      return isList(value) ? giveRows(row, name, value, give) : give(row);
    });
}

function listOf(value: Value): Value {
  if (typeof value !== 'string' || !value.trimStart().startsWith('[')) return value;
  const parsed = parseJson(value);
  return parsed !== undefined && isList(parsed) ? parsed : value;
}

function giveRows(row: Row, name: string, elements: readonly Value[], give: (made: Row) => boolean): boolean {
  for (const element of elements) {
    const made = row.copyWith(name, typeof element === 'number' ? asLogged(element) : element);
    if (!give(made)) return false;
  }
  return true;
}
