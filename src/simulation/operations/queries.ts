import { MAX_QUERY_LOG_GROUPS, MAX_QUERY_PAGE_ROWS } from '../../cloudwatch/limits.js';
import type { RequestOf } from '../protocol/request-shapes.js';
import type { ResultRow } from '../queries/query-engine.js';
import type { Query } from '../queries/query-service.js';
import { invalidParameter, notFound, ServiceError } from '../service-error.js';
import { logGroupNameOf } from './arns.js';
import { LOG_GROUPS, type LogGroupDocument } from './collections.js';
import { firstMilli, lastMilli } from '../epoch-time.js';
import { expireEvents, expiryTime } from './find-log-group.js';
import { queryResultKey } from './group-settings.js';
import { firstQueriedTime } from './older-events.js';
import { lookupTables } from './lookup-tables.js';
import { pageOfList, readPageToken, writePageToken } from './page-tokens.js';
import type { Answer, Handlers, RequestContext, ServiceContext } from './service-context.js';

/** Milliseconds a token of GetQueryResults is good for. Source: its `nextToken`. */
const RESULT_TOKEN_LIFE_MILLIS = 60 * 60 * 1000;

/** A query may not end before: recorded as November 2018; the day is not documented. */
const GENERALLY_AVAILABLE_SINCE = Date.UTC(2018, 10, 1);

/**
 * UTF-16 units of values in a page, but for a row that is longer alone. Not documented; a bound keeps the answer
 * shorter than the longest text that there can be.
 */
export const MAX_QUERY_PAGE_TEXT = 32 * 1024 * 1024;

function startQuery(context: RequestContext, request: RequestOf<'StartQuery'>): Answer {
  const { queryString, queryLanguage = 'CWLI', startTime, endTime } = request;
  if (queryLanguage !== 'CWLI') {
    throw invalidParameter(`The local CloudWatch Logs service does not cover the language ${queryLanguage}.`);
  }
  const requested = { startTimeMillis: firstMilli(startTime), endTimeMillis: lastMilli(endTime) };
  if (requested.startTimeMillis > requested.endTimeMillis) {
    throw invalidParameter('End time should not be less than start time.');
  }
  if (requested.endTimeMillis < GENERALLY_AVAILABLE_SINCE) {
    throw invalidParameter('End time should not be before the service was generally available');
  }
  const compiled = context.queryEngine.compile(queryString);
  const now = context.epochMillis();
  const source = compiled.source(context.eventSource, now);
  const given = givenLogGroups(context, request);
  if ((given === undefined) === (source === undefined)) {
    throw invalidParameter(
      'Exactly one of logGroupName, logGroupNames, logGroupIdentifiers and a SOURCE command must name the log groups.',
    );
  }
  const logGroupNames = [...new Set(given ?? source!.logGroupNames)];
  const groups = logGroupNames.map((name) => findQueriedGroup(context, name));
  const startTimeMillis = source?.startTimeMillis ?? requested.startTimeMillis;
  const endTimeMillis = source?.endTimeMillis ?? requested.endTimeMillis;
  checkRange(context, groups, endTimeMillis);
  for (const group of groups) expireEvents(context, group);

  const query = context.queries.start(
    compiled,
    {
      logGroupNames,
      startTimeMillis,
      endTimeMillis,
      isInfrequent: groups.some(({ logGroupClass }) => logGroupClass === 'INFREQUENT_ACCESS'),
      limit: request.limit,
      now,
      expectLogGroup: (name) => {
        expireEvents(context, findQueriedGroup(context, name));
      },
      lookupTables: lookupTables(context),
      runsMillis: context.fault?.kind === 'slow-query' ? (context.fault.delayMillis ?? 1000) : undefined,
    },
    shownQuery(logGroupNames, requested, queryString),
  );
  return { queryId: query.queryId };
}

function givenLogGroups(
  context: ServiceContext,
  { logGroupName, logGroupNames, logGroupIdentifiers }: RequestOf<'StartQuery'>,
): readonly string[] | undefined {
  const given = [logGroupName, logGroupNames, logGroupIdentifiers].filter((each) => each !== undefined);
  if (given.length > 1) {
    throw invalidParameter(
      'Only one of logGroupName, logGroupNames and logGroupIdentifiers may be specified.',
    );
  }
  const names =
    logGroupName === undefined
      ? (logGroupNames ??
        logGroupIdentifiers?.map((identifier) => logGroupNameOf(context, identifier) ?? identifier))
      : [logGroupName];
  if (names && (names.length === 0 || names.length > MAX_QUERY_LOG_GROUPS)) {
    throw invalidParameter(`A query takes 1 to ${MAX_QUERY_LOG_GROUPS} log groups.`);
  }
  return names;
}

function findQueriedGroup(context: RequestContext, name: string): LogGroupDocument {
  const group = context.catalog.get<LogGroupDocument>(LOG_GROUPS, name);
  if (!group) {
    context.notHere(name);
    // Recorded, with the traces of the service behind the service.
    throw notFound(
      `Log group '${name}' does not exist for account ID '${context.accountId}' (Service: AWSLogs; Status Code: 400; Error Code: ResourceNotFoundException; Request ID: ${context.requestId}; Proxy: null)`,
    );
  }
  if (group.logGroupClass === 'DELIVERY') {
    throw invalidParameter('Queries are not supported for log groups in the Delivery log class.');
  }
  return group;
}

/** Seen, not recorded; whether it takes all groups or one to be refused is not documented: all. */
function checkRange(
  context: ServiceContext,
  groups: readonly LogGroupDocument[],
  endTimeMillis: number,
): void {
  const unreadable = groups.every((group) => {
    const madeLater = endTimeMillis < firstQueriedTime(context, group);
    return madeLater || endTimeMillis < (expiryTime(context, group) ?? -Infinity);
  });
  if (groups.length === 0 || !unreadable) return;
  for (const group of groups) if (endTimeMillis < group.creationTime) context.olderEvents.leftOut(group);
  const message =
    "Query's end date and time is either before the log groups creation time or exceeds the log groups log retention settings";
  throw new ServiceError('MalformedQueryException', message, { members: { queryCompileError: { message } } });
}

/** Recorded form. */
function shownQuery(
  logGroupNames: readonly string[],
  { startTimeMillis, endTimeMillis }: { readonly startTimeMillis: number; readonly endTimeMillis: number },
  queryString: string,
): string {
  const groups = logGroupNames.map((name) => `"${name}"`).join(', ');
  return `SOURCE ${groups} START=${startTimeMillis} END=${endTimeMillis} | ${queryString}`;
}

function getQueryResults(context: ServiceContext, request: RequestOf<'GetQueryResults'>): Answer {
  const query = findQuery(context, request.queryId);
  const { maxItems = MAX_QUERY_PAGE_ROWS, nextToken } = request;
  const scope = `GetQueryResults ${query.queryId}`;
  const now = context.epochMillis();
  const start =
    nextToken === undefined ? 0 : Number(readPageToken(scope, nextToken, now, RESULT_TOKEN_LIFE_MILLIS));
  const rows = query.rows();
  const end = start + rowsOfPage(rows, start, maxItems);
  const ended = query.status !== 'Running' && query.status !== 'Scheduled';
  return {
    queryLanguage: 'CWLI',
    results: rows.slice(start, end),
    statistics: { ...query.statistics(), resultCount: rows.length },
    status: query.status,
    encryptionKey: queryResultKey(context),
    // The rows of a query that still runs may change: it has one page.
    nextToken: ended && end < rows.length ? writePageToken(scope, String(end), now) : undefined,
  };
}

/** @returns how many rows from `start` on make a page */
export function rowsOfPage(rows: readonly ResultRow[], start: number, maxItems: number): number {
  let length = 0;
  let count = 0;
  for (let index = start; index < rows.length && count < maxItems; index++) {
    for (const { value } of rows[index]!) length += value.length;
    if (length > MAX_QUERY_PAGE_TEXT && count > 0) break;
    count++;
  }
  return count;
}

function findQuery(context: ServiceContext, queryId: string): Query {
  const query = context.queries.find(queryId);
  if (!query) throw notFound('The specified query does not exist.');
  return query;
}

function stopQuery(context: ServiceContext, { queryId }: RequestOf<'StopQuery'>): Answer {
  findQuery(context, queryId);
  if (!context.queries.cancel(queryId)) throw invalidParameter('The specified query is not running.');
  return { success: true };
}

function describeQueries(context: ServiceContext, request: RequestOf<'DescribeQueries'>): Answer {
  const { logGroupName, status, queryLanguage } = request;
  const all = context.queries
    .list()
    .filter(
      (query) =>
        (logGroupName === undefined || query.logGroupNames.includes(logGroupName)) &&
        (status === undefined || query.status === status) &&
        (queryLanguage === undefined || queryLanguage === 'CWLI'),
    );
  const { items, nextToken } = pageOfList(
    JSON.stringify(['DescribeQueries', logGroupName, status, queryLanguage]),
    { nextToken: request.nextToken, limit: request.maxResults ?? 1000, now: context.epochMillis() },
    all,
  );
  return {
    queries: items.map((query) => ({
      bytesScanned: query.statistics().bytesScanned,
      createTime: query.createTime,
      logGroupName: query.logGroupNames[0],
      queryDuration: query.durationMillis,
      queryId: query.queryId,
      queryLanguage: 'CWLI',
      queryString: query.queryString,
      status: query.status,
    })),
    nextToken,
  };
}

function listLogGroupsForQuery(
  context: ServiceContext,
  { queryId, nextToken, maxResults = 500 }: RequestOf<'ListLogGroupsForQuery'>,
): Answer {
  const { logGroupNames } = findQuery(context, queryId);
  const page = pageOfList(
    `ListLogGroupsForQuery ${queryId}`,
    { nextToken, limit: maxResults, now: context.epochMillis() },
    logGroupNames,
  );
  return { logGroupIdentifiers: page.items, nextToken: page.nextToken };
}

export const QUERY_HANDLERS = {
  StartQuery: startQuery,
  GetQueryResults: getQueryResults,
  StopQuery: stopQuery,
  DescribeQueries: describeQueries,
  ListLogGroupsForQuery: listLogGroupsForQuery,
} satisfies Handlers;
