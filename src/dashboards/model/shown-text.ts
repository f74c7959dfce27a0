import { type LogRecord } from './records.js';

/** Words at the begin of a line that may be time, level and ids. */
const HEAD_WORDS = 8;

type ShownRecord = Pick<LogRecord, 'message' | 'text' | 'span'> &
  Partial<Pick<LogRecord, 'severityText' | 'traceId' | 'spanId' | 'requestId'>>;

/** What a record is shown as: its text, which of a span is its name. */
export function shownText(record: ShownRecord): string {
  return record.span ? record.text : withoutHead(record);
}

/** A line that begins with its time: without that, its level and its ids, which stand beside it or are the same in all. */
function withoutHead({ text, severityText, traceId, spanId, requestId }: ShownRecord): string {
  if (!/^\[?\d{4}-\d\d-\d\d[T ]/.test(text)) return text;
  const known = [traceId, spanId, requestId].filter((id) => id !== undefined);
  const level = severityText?.toLowerCase();
  let rest = text;
  for (let words = 0; words < HEAD_WORDS; words++) {
    const [whole, word = ''] = /^\s*(\S{1,200})(?:\s|$)/.exec(rest) ?? [];
    const isHead =
      /^\[?\d{4}-\d\d-\d\d/.test(word) ||
      /^[\d:.,]{8,15}Z?\]?$/.test(word) ||
      (level !== undefined && word.toLowerCase().replace(/[[\]:]/g, '') === level) ||
      known.some((id) => word.includes(id));
    if (whole === undefined || !isHead) break;
    rest = rest.slice(whole.length);
  }
  return rest.trim() === '' ? text : rest.trimStart();
}
