import { type TextSink } from './command-io.js';

/** Columns of a terminal that says none, or 0, as one does that nobody looks at. */
const USUAL_COLUMNS = 80;

/** Columns of the terminal that text goes to; undefined for a pipe or a file, where nothing is cut or broken. */
export function terminalWidth({ isTTY, columns }: TextSink): number | undefined {
  if (!isTTY) return undefined;
  return columns === undefined || columns === 0 ? USUAL_COLUMNS : columns;
}
