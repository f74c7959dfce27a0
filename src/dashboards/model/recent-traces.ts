import { type LogRecord } from './records.js';
import { shownText } from './shown-text.js';

/** What newest records tell of one trace. */
export interface RecentTrace {
  readonly traceId: string;
  readonly firstMillis: number;
  readonly lastMillis: number;
  /** What was logged first, and by whom. */
  readonly text: string;
  readonly service: string;
  readonly services: readonly string[];
  readonly records: number;
  readonly errors: number;
  /** The first error. */
  readonly error: LogRecord | undefined;
}

/** The traces of some records, the newest first: by their begin, so that none moves while more of it arrives. */
export function recentTraces(records: Iterable<LogRecord>): RecentTrace[] {
  const byTrace = new Map<string, LogRecord[]>();
  for (const record of records) {
    if (record.traceId === undefined) continue;
    const list = byTrace.get(record.traceId);
    if (list) list.push(record);
    else byTrace.set(record.traceId, [record]);
  }
  return [...byTrace]
    .map(([traceId, ofTrace]) => toRecentTrace(traceId, ofTrace))
    .sort((a, b) => b.firstMillis - a.firstMillis || (a.traceId < b.traceId ? -1 : 1));
}

function toRecentTrace(traceId: string, records: readonly LogRecord[]): RecentTrace {
  const first = records.reduce((a, b) => (b.timeMillis < a.timeMillis ? b : a));
  const last = records.reduce((a, b) => (b.timeMillis > a.timeMillis ? b : a));
  const errors = records.filter(({ isError }) => isError);
  return {
    traceId,
    firstMillis: first.timeMillis,
    lastMillis: last.timeMillis,
    text: shownText(first),
    service: first.service ?? first.logGroup,
    services: [...new Set(records.map(({ service, logGroup }) => service ?? logGroup))],
    records: records.length,
    errors: errors.length,
    error: errors[0],
  };
}
