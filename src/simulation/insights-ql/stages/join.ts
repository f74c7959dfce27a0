import { JoinedFields, Row } from '../execution/row.js';
import { manyRows, type StageFactory } from '../execution/stage.js';
import { fieldName, type FieldReference, type JoinCommand } from '../tree.js';
import { formatValue, indexKey } from '../values/value.js';
import { groupKey } from './dedup.js';

/** Distinct keys of the right side. Source: User Guide, join. */
export const MAX_JOIN_KEYS = 50_000;

/** Rows of the right side of a join by their keys. */
export class JoinTable {
  readonly #rows = new Map<string, Row[]>();
  readonly #fields: readonly FieldReference[];

  constructor(command: JoinCommand) {
    this.#fields = command.on.map(({ right }) => right);
  }

  /** @throws RangeError past {@link MAX_JOIN_KEYS} */
  add(row: Row): void {
    const key = joinKey(row, this.#fields);
    if (key === undefined) return;
    const known = this.#rows.get(key);
    if (known !== undefined) {
      known.push(row);
      return;
    }
    if (this.#rows.size >= MAX_JOIN_KEYS) {
      throw new RangeError(
        `the right side of the join has more than ${MAX_JOIN_KEYS} keys, which is the limit: filter it, or give its SOURCE a shorter time range`,
      );
    }
    this.#rows.set(key, [row]);
  }

  find(key: string | undefined): readonly Row[] {
    return (key === undefined ? undefined : this.#rows.get(key)) ?? [];
  }
}

/** `join`: each row with each row of the other side that has the same keys; with `left`, also without one. */
export function joinStage(command: JoinCommand, table: JoinTable): StageFactory {
  const names = { left: command.left, right: command.right };
  const keys = command.on.map(({ left }) => left);
  return (next) =>
    manyRows(next, (row, give) => {
      const partners = table.find(joinKey(row, keys));
      for (const partner of partners) {
        if (!give(new Row(row.event, new JoinedFields(row, partner, names)))) return false;
      }
      if (partners.length > 0 || command.type !== 'left') return true;
      return give(new Row(row.event, new JoinedFields(row, undefined, names)));
    });
}

/** Values that are equal to a filter have the same key; a null joins nothing. */
function joinKey(row: Row, fields: readonly FieldReference[]): string | undefined {
  const values: string[] = [];
  for (const field of fields) {
    const text = formatValue(row.resolve(fieldName(field), field.steps));
    if (text === undefined) return undefined;
    values.push(indexKey(text));
  }
  return groupKey(values);
}
