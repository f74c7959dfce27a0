import { discoverFields } from '../insights-ql/values/discovery.js';
import { formatValue, Timestamp } from '../insights-ql/values/value.js';
import type { RequestOf } from '../protocol/request-shapes.js';
import { invalidParameter, notFound } from '../service-error.js';
import { parsePtr } from '../store/event-id.js';
import type { StoredEvent } from '../store/event-store.js';
import { LOG_GROUPS, type LogGroupDocument } from './collections.js';
import { firstMilli } from '../epoch-time.js';
import { expireEvents, findNamedLogGroup } from './find-log-group.js';
import { firstQueriedTime } from './older-events.js';
import type { Answer, Handlers, ServiceContext } from './service-context.js';

const MINUTE_MILLIS = 60 * 1000;
/** Events that GetLogGroupFields looks at. */
const MAX_SAMPLED_EVENTS = 10_000;

function getLogRecord(context: ServiceContext, request: RequestOf<'GetLogRecord'>): Answer {
  const { logRecordPointer } = request;
  if (!parsePtr(logRecordPointer)) throw invalidParameter('Invalid log record pointer.');
  const event = findEvent(context, logRecordPointer);
  if (!event) throw notFound('The specified log record does not exist.');
  const fields = discoverFields(event, context);
  const logRecord = Object.create(null) as Record<string, string>;
  for (const name of fields.names()) {
    const value = fields.get(name);
    // Times are milliseconds here, unlike in results.
    const text = value instanceof Timestamp ? String(value.millis) : formatValue(value);
    if (text !== undefined) logRecord[name] = text;
  }
  return { logRecord };
}

/** The event of a `@ptr`, unless its group is gone or it has expired. */
function findEvent(context: ServiceContext, ptr: string): StoredEvent | undefined {
  const event = context.events.eventByPtr(ptr);
  if (!event) return undefined;
  const group = context.catalog.get<LogGroupDocument>(LOG_GROUPS, event.logGroupName);
  if (!group) return undefined;
  expireEvents(context, group);
  return context.events.eventByPtr(ptr);
}

async function getLogGroupFields(
  context: ServiceContext,
  request: RequestOf<'GetLogGroupFields'>,
): Promise<Answer> {
  const group = findNamedLogGroup(context, request);
  expireEvents(context, group);
  const { time } = request;
  const [start, end] =
    time === undefined
      ? [context.epochMillis() - 15 * MINUTE_MILLIS, context.epochMillis()]
      : [firstMilli(time) - 8 * MINUTE_MILLIS, firstMilli(time) + 8 * MINUTE_MILLIS];
  const counts = new Map<string, number>();
  let events = 0;
  const chunks = context.events.read({
    logGroupName: group.logGroupName,
    startTimeMillis: Math.max(start, firstQueriedTime(context, group)),
    endTimeMillis: end,
    order: 'descending',
  });
  for (const chunk of chunks) {
    for (const event of chunk.slice(0, MAX_SAMPLED_EVENTS - events)) {
      events++;
      for (const name of discoverFields(event, context).names()) {
        counts.set(name, (counts.get(name) ?? 0) + 1);
      }
    }
    if (events >= MAX_SAMPLED_EVENTS) break;
    await new Promise(setImmediate);
  }
  const logGroupFields = [...counts]
    .map(([name, count]) => ({ name, percent: Math.round((count / events) * 100) }))
    .sort((left, right) => right.percent - left.percent || (left.name < right.name ? -1 : 1));
  return { logGroupFields };
}

export const LOG_RECORD_HANDLERS = {
  GetLogRecord: getLogRecord,
  GetLogGroupFields: getLogGroupFields,
} satisfies Handlers;
