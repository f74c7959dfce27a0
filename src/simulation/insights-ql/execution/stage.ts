import { type Row } from './row.js';

/** One command at work: takes rows, hands rows on. */
export interface Stage {
  /** @returns false when it wants no more */
  push(row: Row): boolean;
  /** All rows have come. */
  finish(): void;
  /** The rows that it would hand on if no more came; only of stages that hold rows back. */
  heldRows?(): Iterable<Row>;
}

/** Makes a stage that hands its rows to the next one; each run of a plan makes its own. */
export type StageFactory = (next: Stage) => Stage;

/** A stage that hands on each row for which something holds, changed or not. */
export function eachRow(next: Stage, take: (row: Row) => boolean): Stage {
  return {
    push: (row) => !take(row) || next.push(row),
    finish: () => {
      next.finish();
    },
  };
}

/**
 * A stage that makes of each row any number of rows.
 * @param make - gives them on; returns false when it is told so, as then no more are wanted
 */
export function manyRows(next: Stage, make: (row: Row, give: (made: Row) => boolean) => boolean): Stage {
  const give = (made: Row): boolean => next.push(made);
  return {
    push: (row) => make(row, give),
    finish: () => {
      next.finish();
    },
  };
}

/** A stage that holds rows back until all have come. */
export function holdingStage(
  next: Stage,
  hold: { push(row: Row): void; rows(): Iterable<Row>; clear(): void },
): Stage {
  return {
    push(row) {
      hold.push(row);
      return true;
    },
    finish() {
      const rows = hold.rows();
      for (const row of rows) if (!next.push(row)) break;
      hold.clear();
      next.finish();
    },
    heldRows: () => hold.rows(),
  };
}
