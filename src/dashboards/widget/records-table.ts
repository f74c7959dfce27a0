import { formatCount, formatDateTime, formatOffset } from '../model/format.js';
import { levelOf } from '../model/level.js';
import { type LogRecord } from '../model/records.js';
import { shownText } from '../model/shown-text.js';
import { type Html, markup } from './html.js';
import { recordPopup } from './record-popup.js';

/** Bytes of all popups together: with rows and lanes, the answer of a widget stays below a megabyte. */
const POPUP_BYTES = 500_000;
/** Bytes of all rows together. */
const ROW_BYTES = 250_000;
const LONGEST_TEXT = 300;
/** Pixels below which the log group stands in the popup alone. */
const NARROW = 640;

/** How records are listed. */
interface TableStyle {
  /** Errors come first where there are more records. */
  readonly maxRows: number;
  /** Of the dashboard's zone. */
  readonly shiftMillis: number;
  /** Pixels. */
  readonly width: number;
}

/** The records as a table; the button of a row shows all that its record says. */
export function recordsTable(records: readonly LogRecord[], style: TableStyle): Html {
  const { maxRows, shiftMillis } = style;
  const isNarrow = style.width < NARROW;
  const origin = records[0]?.timeMillis ?? 0;
  const rows: Html[] = [];
  let popups = POPUP_BYTES;
  let room = ROW_BYTES;
  for (const record of chosen(records, maxRows)) {
    const cells = row(record, origin, shiftMillis, isNarrow);
    room -= Buffer.byteLength(cells.text);
    if (room < 0) break;
    const popup = recordPopup(record, shiftMillis);
    popups -= Buffer.byteLength(popup.text);
    rows.push(withPopup(record, cells, popups < 0 ? undefined : popup));
  }
  const left = records.length - rows.length;
  const head = ['', 'time', 'service', 'level', 'message', ...(isNarrow ? [] : ['log group']), ''];
  return markup`<table class="otel-records"><thead><tr>${head.map((name) => markup`<th scope="col">${name}</th>`)}</tr></thead><tbody>${rows}</tbody></table>${
    left > 0 &&
    markup`<p class="otel-dim">${formatCount(left, 'further record')} not shown: narrow the range of the dashboard.</p>`
  }`;
}

/** All of few records; of many the errors and the first ones, in their order. */
function chosen(records: readonly LogRecord[], most: number): readonly LogRecord[] {
  if (records.length <= most) return records;
  const errors = records.filter(({ isError }) => isError).slice(0, Math.ceil(most / 2));
  const others = records.filter(({ isError }) => !isError).slice(0, most - errors.length);
  return [...errors, ...others].sort((a, b) => a.index - b.index);
}

function row(record: LogRecord, origin: number, shiftMillis: number, isNarrow: boolean): Html {
  const text = shownText(record);
  const shown = text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text;
  const level = record.span ? 'span' : (levelOf(record) ?? '');
  const time = formatDateTime(record.timeMillis + shiftMillis, 'utc');
  return markup`<td>${record.isError && '✗'}</td><td title="${time}">${formatOffset(record.timeMillis - origin)}</td><td>${record.service}</td><td>${level}</td><td class="otel-text">${shown}</td>${!isNarrow && markup`<td>${record.logGroup}</td>`}`;
}

/** A `cwdb-action` acts on the element before it: in a table's row that is the button in its first cell. */
function withPopup({ isError }: LogRecord, cells: Html, popup: Html | undefined): Html {
  const action = popup
    ? markup`<td><a class="btn otel-more" aria-label="Show the whole record">…</a><cwdb-action action="html" display="popup" event="click">${popup}</cwdb-action></td>`
    : markup`<td></td>`;
  return markup`<tr class="${isError ? 'otel-failed' : ''}">${cells}${action}</tr>`;
}
