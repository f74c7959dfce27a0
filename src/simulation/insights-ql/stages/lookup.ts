import { eachRow, type StageFactory } from '../execution/stage.js';
import { type LookupCommand } from '../tree.js';
import { formatValue } from '../values/value.js';
import { groupKey } from './dedup.js';

/** A table that `lookup` may name. */
export interface LookupTable {
  readonly columns: readonly string[];
  readonly rows: readonly Readonly<Record<string, string>>[];
}

/** The tables that there are, by name; a Map is one. */
export type LookupTables = Pick<ReadonlyMap<string, LookupTable>, 'get'> & { keys(): Iterable<string> };

/** `lookup`: adds columns of the first row of a table whose keys are all the same text, case and all. */
export function lookupStage(command: LookupCommand, table: LookupTable): StageFactory {
  const byKey = new Map<string, Readonly<Record<string, string>>>();
  for (const entry of table.rows) {
    const key = groupKey(command.keys.map(({ column }) => entry[column]));
    if (!byKey.has(key)) byKey.set(key, entry);
  }
  return (next) =>
    eachRow(next, (row) => {
      const values = command.keys.map(({ column, alias }) => {
        const name = alias ?? column;
        return formatValue(row.resolve(name, name.split('.')));
      });
      const entry = values.includes(undefined) ? undefined : byKey.get(groupKey(values));
      for (const { column, alias } of command.outputs) {
        const name = alias ?? column;
        if (command.overwrite || row.get(name) === null) row.set(name, entry?.[column] ?? null);
      }
      return true;
    });
}
