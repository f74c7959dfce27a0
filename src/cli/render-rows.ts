import { type QueryRow } from '../insights/index.js';
import { createColors } from './colors.js';
import { displayWidth, fitWidth, padWidth } from './display-width.js';
import { escapeTerminalText } from './escape-terminal-text.js';

const WIDEST_COLUMN = 60;
const GAP = '  ';

/**
 * Draws the rows of a query as a table. No character of a log reaches the terminal unescaped.
 * @param options.width - columns of the terminal; the last column is cut to fit. Default: nothing is cut
 */
export function renderRows(
  rows: readonly QueryRow[],
  options: { readonly color?: boolean | undefined; readonly width?: number | undefined } = {},
): string {
  const colors = createColors(options.color ?? false);
  const names = columnsOf(rows);
  const table = names.map((name) => {
    const cells = rows.map((row) => escapeTerminalText((row[name] ?? '').trimEnd()));
    const title = escapeTerminalText(name);
    const widest = cells.reduce((most, cell) => Math.max(most, displayWidth(cell)), displayWidth(title));
    return { title, cells, width: options.width === undefined ? widest : Math.min(widest, WIDEST_COLUMN) };
  });
  const line = (cellOf: (column: (typeof table)[number]) => string): string => {
    const text = table
      .map((column, index) =>
        // The last column is not cut to its own width: the terminal's decides.
        index === table.length - 1 ? cellOf(column) : padWidth(cellOf(column), column.width),
      )
      .join(GAP);
    return fitWidth(text, options.width ?? Infinity).trimEnd();
  };
  const lines = [colors.bold(line((column) => column.title))];
  for (let index = 0; index < rows.length; index++) lines.push(line((column) => column.cells[index]!));
  return `${lines.join('\n')}\n`;
}

/** The columns in their order. A row leaves out what has no value, so the fullest rows know it best. */
function columnsOf(rows: readonly QueryRow[]): string[] {
  const names = new Set<string>();
  const byFullness = rows.map((row) => Object.keys(row)).sort((a, b) => b.length - a.length);
  // `@ptr` means nothing to people; `--json` has it.
  for (const keys of byFullness) for (const name of keys) if (name !== '@ptr') names.add(name);
  return [...names];
}
