import type { RequestOf } from '../protocol/request-shapes.js';
import { formatEventId, parseEventId, positionAt } from '../store/event-id.js';
import { readEventPage } from './event-pages.js';
import { expireEvents, findLogStream, findNamedLogGroup, refuseInfrequentAccess } from './find-log-group.js';
import { invalidToken } from './page-tokens.js';
import type { Answer, Handlers, ServiceContext } from './service-context.js';

/** `f` reads on behind a position, `b` back from it: the form in which the service writes its tokens. */
const TOKEN = /^([fb])\/(\d{56})\/s$/;

async function getLogEvents(context: ServiceContext, request: RequestOf<'GetLogEvents'>): Promise<Answer> {
  const { startTime, endTime, nextToken, limit = 10_000 } = request;
  const group = findNamedLogGroup(context, request);
  refuseInfrequentAccess(group, 'GetLogEvents');
  findLogStream(context, group.logGroupName, request.logStreamName);
  const token = nextToken === undefined ? undefined : parseToken(nextToken);
  expireEvents(context, group);

  const forward = token ? token.forward : (request.startFromHead ?? false);
  const { events: found } = await readEventPage(
    context,
    {
      logGroupName: group.logGroupName,
      logStreamNames: [request.logStreamName],
      startTimeMillis: startTime,
      // The end is exclusive here. Source: GetLogEvents, `endTime`.
      endTimeMillis: endTime === undefined ? undefined : endTime - 1,
      order: forward ? 'ascending' : 'descending',
      after: token?.position,
    },
    limit,
  );
  const events = forward ? found : [...found].reverse();

  const first = events[0]?.eventId ?? token?.position ?? positionAt(startTime ?? 0);
  const last = events.at(-1)?.eventId ?? token?.position ?? positionAt(startTime ?? 0);
  const atEnd = token !== undefined && events.length === 0;
  return {
    events: events.map(({ ingestionTime, message, timestamp }) => ({ ingestionTime, message, timestamp })),
    // At either end of the stream the token that was passed in comes back. Turning round there, the other
    // token has to bring the event at the position itself again.
    nextBackwardToken: `b/${atEnd && forward ? positionBehind(first) : first}/s`,
    nextForwardToken: `f/${atEnd && !forward ? positionBefore(last) : last}/s`,
  };
}

function parseToken(token: string): { forward: boolean; position: string } {
  const match = TOKEN.exec(token);
  if (!match || !parseEventId(match[2]!)) throw invalidToken();
  return { forward: match[1] === 'f', position: match[2]! };
}

function positionBehind(position: string): string {
  return moved(position, 1);
}

function positionBefore(position: string): string {
  return moved(position, -1);
}

function moved(position: string, by: number): string {
  const { timestamp, groupNumber, sequence } = parseEventId(position)!;
  return formatEventId(timestamp, groupNumber, Math.max(-1, sequence + by));
}

export const GET_LOG_EVENTS_HANDLERS = { GetLogEvents: getLogEvents } satisfies Handlers;
