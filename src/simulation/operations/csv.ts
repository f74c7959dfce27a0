/**
 * Rows of cells. Source of the form: RFC 4180; lines may also end without a carriage return, the last without
 * any end.
 * @throws CsvError for a quote that is not closed, or stands inside a value
 */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = text.startsWith(BYTE_ORDER_MARK) ? 1 : 0;
  while (at < text.length || row.length > 0) {
    const cell = text[at] === '"' ? quotedCell(text, at) : plainCell(text, at);
    row.push(cell.value);
    at = cell.end + 1;
    if (text[cell.end] === ',') continue;
    if (text[cell.end] === '\r' && text[at] === '\n') at++;
    rows.push(row);
    row = [];
  }
  return rows;
}

/** What {@link parseCsv} can't read. */
export class CsvError extends Error {
  constructor(text: string, position: number) {
    const line = text.slice(0, position).split('\n').length;
    super(`the quote in line ${line} is not closed, or stands inside a value`);
  }
}

/** Writes rows so that {@link parseCsv} reads them again. */
export function writeCsv(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => `${row.map(writeCell).join(',')}\n`).join('');
}

interface Cell {
  readonly value: string;
  /** Where the separator stands that follows; the end of the text counts as one. */
  readonly end: number;
}

const SEPARATOR = /[",\r\n]/g;

function plainCell(text: string, start: number): Cell {
  SEPARATOR.lastIndex = start;
  const end = SEPARATOR.exec(text)?.index ?? text.length;
  if (text[end] === '"') throw new CsvError(text, end);
  return { value: text.slice(start, end), end };
}

function quotedCell(text: string, start: number): Cell {
  let close = text.indexOf('"', start + 1);
  while (close >= 0 && text[close + 1] === '"') close = text.indexOf('"', close + 2);
  const end = close + 1;
  const isClosed = close >= 0 && (end === text.length || ',\r\n'.includes(text[end]!));
  if (!isClosed) throw new CsvError(text, start);
  return { value: text.slice(start + 1, close).replaceAll('""', '"'), end };
}

function writeCell(value: string): string {
  // An only cell that is empty would be an empty line.
  return value === '' || /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

const BYTE_ORDER_MARK = '\ufeff';
