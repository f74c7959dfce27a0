import { type QueryRow } from '../insights/index.js';
import { type Colors, createColors } from './colors.js';
import { displayWidth, fillWidth, fitWidth, padWidth } from './display-width.js';
import { escapeTerminalText } from '../cloudwatch/escape-terminal-text.js';

const WIDEST_COLUMN = 60;
/** Where nothing is cut, one long cell must not fill those of all other rows up to its width. */
const WIDEST_PADDING = 200;
const GAP = '  ';
/** Columns that the last cell of a row has at the least; where a terminal has fewer, each cell has a line of its own. */
const LEAST_LAST = 16;

interface RowsOptions {
  readonly color?: boolean | undefined;
  readonly width?: number | undefined;
}

interface Column {
  readonly title: string;
  readonly cells: readonly string[];
  readonly width: number;
}

/**
 * Draws the rows of a query as a table, or where that is too wide each cell with its name. No character of a log reaches the
 * terminal unescaped.
 * @param options.width - columns of the terminal; the last column is cut to fit. Default: nothing is cut
 */
export function renderRows(rows: readonly QueryRow[], options: RowsOptions = {}): string {
  return [...rowLines(rows, options), ''].join('\n');
}

/** The same line by line, since all of them together may be longer than a string can be. No lines without rows. */
export function* rowLines(rows: readonly QueryRow[], options: RowsOptions = {}): Generator<string> {
  if (rows.length === 0) return;
  const colors = createColors(options.color ?? false);
  const isCut = options.width !== undefined;
  const names = columnsOf(rows);
  const table = names.map((name): Column => {
    const cells = rows.map((row) => escapeTerminalText((row[name] ?? '').trimEnd()));
    const title = escapeTerminalText(name);
    const widest = cells.reduce((most, cell) => Math.max(most, displayWidth(cell)), displayWidth(title));
    return { title, cells, width: Math.min(widest, isCut ? WIDEST_COLUMN : WIDEST_PADDING) };
  });
  const last = table.at(-1)!;
  const before = table.slice(0, -1).reduce((sum, column) => sum + column.width + GAP.length, 0);
  const { width = Infinity } = options;
  if (before > 0 && before + Math.min(last.width, LEAST_LAST) > width) {
    yield* cellLines(table, rows.length, colors, width);
    return;
  }
  const line = (cellOf: (column: Column) => string): string => {
    const text = table
      .map((column, index) =>
        // The last column is not cut to its own width: the terminal's decides.
        index === table.length - 1
          ? cellOf(column)
          : (isCut ? padWidth : fillWidth)(cellOf(column), column.width),
      )
      .join(GAP);
    return fitWidth(text, width).trimEnd();
  };
  yield colors.bold(line((column) => column.title));
  for (let index = 0; index < rows.length; index++) yield line((column) => column.cells[index]!);
}

/** Row by row, with a name before each cell that there is. */
function* cellLines(
  table: readonly Column[],
  rows: number,
  colors: Colors,
  width: number,
): Generator<string> {
  const widest = table.reduce((most, { title }) => Math.max(most, displayWidth(title)), 0);
  const titleWidth = Math.min(widest, Math.floor(width / 2));
  for (let index = 0; index < rows; index++) {
    if (index > 0) yield '';
    for (const { title, cells } of table) {
      const cell = cells[index]!;
      if (cell === '') continue;
      yield `${colors.bold(padWidth(title, titleWidth))}${GAP}${fitWidth(cell, width - titleWidth - GAP.length)}`;
    }
  }
}

/** The columns in their order. A row leaves out what has no value, so the fullest rows know it best. */
function columnsOf(rows: readonly QueryRow[]): string[] {
  const names = new Set<string>();
  const byFullness = rows.map((row) => Object.keys(row)).sort((a, b) => b.length - a.length);
  // `@ptr` means nothing to people; `--json` has it.
  for (const keys of byFullness) for (const name of keys) if (name !== '@ptr') names.add(name);
  return [...names];
}
