import { detailsOf, type LogRecord } from './records.js';

/** Where the conventions, newer and older, put the path of a request. */
const PATHS = ['http.route', 'url.path', 'http.target', 'url.full', 'http.url'];

/** Words at the begin of a line that may be time, level and ids. */
const HEAD_WORDS = 8;

type ShownRecord = Pick<LogRecord, 'message' | 'text' | 'span'> &
  Partial<Pick<LogRecord, 'severityText' | 'traceId' | 'spanId' | 'requestId'>>;

/**
 * What a record is shown as: its text. Instrumentations that know no route name the spans of HTTP by their method
 * alone: then the path says which request it was.
 */
export function shownText(record: ShownRecord): string {
  if (!record.span) return withoutHead(record);
  if (!/^(?:HTTP )?[A-Z]{3,7}$/.test(record.text)) return record.text;
  const { attributes } = detailsOf(record);
  const path = PATHS.map((name) => attributes[name]).find((value) => typeof value === 'string');
  return typeof path === 'string' ? `${record.text} ${pathOf(path)}` : record.text;
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

/** Without scheme, host and query. */
function pathOf(target: string): string {
  return target.replace(/^[a-z]+:\/\/[^/?#]*/i, '').replace(/[?#][^]*$/, '') || '/';
}
