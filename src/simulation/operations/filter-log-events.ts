import type { RequestOf } from '../protocol/request-shapes.js';
import { invalidParameter } from '../service-error.js';
import { readEventPage } from './event-pages.js';
import { compileFilterPattern } from './filter-pattern.js';
import { expireEvents, findLogStream, findNamedLogGroup } from './find-log-group.js';
import { readPageToken, writePageToken } from './page-tokens.js';
import type { Answer, Handlers, ServiceContext } from './service-context.js';

async function filterLogEvents(
  context: ServiceContext,
  request: RequestOf<'FilterLogEvents'>,
): Promise<Answer> {
  const { logStreamNames, logStreamNamePrefix, startTime, endTime, filterPattern, nextToken } = request;
  if (logStreamNames && logStreamNamePrefix !== undefined) {
    throw invalidParameter('LogStreamNames and LogStreamNamePrefix are mutually exclusive parameters.');
  }
  const matches = compileFilterPattern(filterPattern);
  const group = findNamedLogGroup(context, request);
  const { logGroupName } = group;
  for (const logStreamName of logStreamNames ?? []) findLogStream(context, logGroupName, logStreamName);
  const newestFirst = request.startFromHead === false;
  const scope = JSON.stringify(['FilterLogEvents', logGroupName, newestFirst]);
  const after = nextToken === undefined ? undefined : readPageToken(scope, nextToken, context.now());
  expireEvents(context, group);

  const { events, next } = await readEventPage(
    context,
    {
      logGroupName,
      logStreamNames,
      logStreamNamePrefix,
      startTimeMillis: startTime,
      endTimeMillis: endTime,
      order: newestFirst ? 'descending' : 'ascending',
      after,
    },
    request.limit ?? 10_000,
    matches,
  );
  return {
    events: events.map((event) => ({
      eventId: event.eventId,
      ingestionTime: event.ingestionTime,
      logStreamName: event.logStreamName,
      message: event.message,
      timestamp: event.timestamp,
    })),
    nextToken: next === undefined ? undefined : writePageToken(scope, next, context.now()),
    // Always empty since 2020. Source: FilterLogEvents, `searchedLogStreams`.
    searchedLogStreams: [],
  };
}

export const FILTER_LOG_EVENTS_HANDLERS = { FilterLogEvents: filterLogEvents } satisfies Handlers;
