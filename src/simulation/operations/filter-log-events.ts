import type { RequestOf } from '../protocol/request-shapes.js';
import { invalidParameter } from '../service-error.js';
import { readEventPage } from './event-pages.js';
import { compileFilterPattern } from './filter-pattern.js';
import { expireEvents, findLogStream, findNamedLogGroup, refuseInfrequentAccess } from './find-log-group.js';
import { readPageToken, writePageToken } from './page-tokens.js';
import type { Answer, Handlers, ServiceContext } from './service-context.js';

/** What a token's position begins with. */
const NEWEST_FIRST = '-';
const OLDEST_FIRST = '+';

/** Milliseconds: the earliest start of a search with the newest first. Source: FilterLogEvents, `startFromHead`. */
const NEWEST_FIRST_SINCE = Date.UTC(2024, 0, 1);

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
  refuseInfrequentAccess(group, 'FilterLogEvents');
  const { logGroupName } = group;
  for (const logStreamName of logStreamNames ?? []) findLogStream(context, logGroupName, logStreamName);
  const scope = JSON.stringify(['FilterLogEvents', logGroupName]);
  const token = nextToken === undefined ? undefined : readPageToken(scope, nextToken, context.epochMillis());
  // The direction of a token counts, whatever is asked beside it. Source: FilterLogEvents, `startFromHead`.
  const newestFirst = token === undefined ? request.startFromHead === false : token.startsWith(NEWEST_FIRST);
  if (newestFirst && startTime !== undefined && startTime < NEWEST_FIRST_SINCE) {
    throw invalidParameter(
      'startFromHead can only be false when startTime is on or after 2024-01-01T00:00:00Z.',
    );
  }
  const after = token?.slice(1);
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
    nextToken:
      next === undefined
        ? undefined
        : writePageToken(scope, `${newestFirst ? NEWEST_FIRST : OLDEST_FIRST}${next}`, context.epochMillis()),
    // Always empty since 2020. Source: FilterLogEvents, `searchedLogStreams`.
    searchedLogStreams: [],
  };
}

export const FILTER_LOG_EVENTS_HANDLERS = { FilterLogEvents: filterLogEvents } satisfies Handlers;
