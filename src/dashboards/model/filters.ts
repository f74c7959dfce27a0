import { LEVELS, type Level, levelOf } from './level.js';
import { type LogRecord } from './records.js';
import { endOf, keyOf } from './span-rows.js';
import { type Stretch } from './time-scale.js';

/** What limits the list of records. */
export interface RecordFilters {
  /** The least level; records that name none pass `trace` alone. */
  readonly level?: Level | undefined;
  readonly services: readonly string[];
  readonly logGroups: readonly string[];
  readonly eventNames: readonly string[];
  /** Anywhere in the message, in either case. */
  readonly text: string;
  /** The lane whose records are shown: see keyOf. */
  readonly span?: string | undefined;
  readonly zoom?: Stretch | undefined;
  /** Without the spans' own records. */
  readonly withoutSpans: boolean;
}

/** Nothing is limited. */
export const NO_FILTERS: RecordFilters = {
  services: [],
  logGroups: [],
  eventNames: [],
  text: '',
  withoutSpans: false,
};

/** The records that pass all filters. */
export function filterRecords(records: readonly LogRecord[], filters: RecordFilters): LogRecord[] {
  const text = filters.text.trim().toLowerCase();
  const least = filters.level === undefined ? -1 : LEVELS.indexOf(filters.level);
  const services = new Set(filters.services);
  const logGroups = new Set(filters.logGroups);
  const eventNames = new Set(filters.eventNames);
  const { span, zoom, withoutSpans } = filters;
  return records.filter((record) => {
    if (withoutSpans && record.span) return false;
    if (least > 0 && LEVELS.indexOf(levelOf(record) ?? 'trace') < least) return false;
    if (services.size > 0 && !services.has(record.service ?? '')) return false;
    if (logGroups.size > 0 && !logGroups.has(record.logGroup)) return false;
    if (eventNames.size > 0 && !eventNames.has(record.eventName ?? '')) return false;
    if (span !== undefined && laneKeyOf(record) !== span) return false;
    if (zoom && (record.timeMillis > zoom.toMillis || endOf(record) < zoom.fromMillis)) return false;
    return text === '' || record.message.toLowerCase().includes(text);
  });
}

/** The key of the lane in which a record stands among spans. */
export function laneKeyOf(record: LogRecord): string | undefined {
  if (record.traceId !== undefined && record.spanId !== undefined)
    return keyOf(record.traceId, record.spanId);
  return `loose ${record.traceId ?? ''} ${record.service ?? record.logGroup}`;
}
