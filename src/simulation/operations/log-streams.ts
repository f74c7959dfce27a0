import type { RequestOf } from '../protocol/request-shapes.js';
import { alreadyExists, invalidParameter } from '../service-error.js';
import type { StreamStatistics } from '../store/event-store.js';
import { arn } from './arns.js';
import {
  type LogStreamDocument,
  logStreamsOf,
  type SequenceTokenDocument,
  sequenceTokensOf,
} from './collections.js';
import { expireEvents, findLogGroup, findLogStream, findNamedLogGroup } from './find-log-group.js';
import { refuseProtected } from './log-groups.js';
import { pageOf, pageOfList } from './page-tokens.js';
import type { Answer, Handlers, ServiceContext } from './service-context.js';

function createLogStream(context: ServiceContext, request: RequestOf<'CreateLogStream'>): Answer {
  const { logGroupName, logStreamName } = request;
  findLogGroup(context, logGroupName);
  if (context.catalog.get(logStreamsOf(logGroupName), logStreamName)) {
    throw alreadyExists('The specified log stream already exists');
  }
  addLogStream(context, logGroupName, logStreamName);
  return undefined;
}

/** Makes a stream that does not exist yet. */
export function addLogStream(context: ServiceContext, logGroupName: string, logStreamName: string): void {
  const stream: LogStreamDocument = { logStreamName, creationTime: context.epochMillis() };
  context.catalog.put(logStreamsOf(logGroupName), logStreamName, stream);
}

function deleteLogStream(context: ServiceContext, request: RequestOf<'DeleteLogStream'>): Answer {
  const { logGroupName, logStreamName } = request;
  const group = findLogGroup(context, logGroupName);
  findLogStream(context, logGroupName, logStreamName);
  refuseProtected(group);
  // The events first, as for a group.
  context.events.deleteLogStream(logGroupName, logStreamName);
  context.catalog.delete(sequenceTokensOf(logGroupName), logStreamName);
  context.catalog.delete(logStreamsOf(logGroupName), logStreamName);
  return undefined;
}

function describeLogStreams(context: ServiceContext, request: RequestOf<'DescribeLogStreams'>): Answer {
  const { logStreamNamePrefix: prefix, orderBy = 'LogStreamName', descending = false } = request;
  if (prefix !== undefined && orderBy === 'LastEventTime') {
    throw invalidParameter('Cannot order by LastEventTime with a logStreamNamePrefix.');
  }
  const group = findNamedLogGroup(context, request);
  expireEvents(context, group);
  const { logGroupName } = group;
  const scope = JSON.stringify(['DescribeLogStreams', logGroupName, prefix, orderBy, descending]);
  const paging = { nextToken: request.nextToken, limit: request.limit ?? 50, now: context.epochMillis() };
  const statistics = context.events.groupStreams(logGroupName);
  const describe = (stream: LogStreamDocument): object =>
    describeLogStream(context, logGroupName, stream, statistics.get(stream.logStreamName));

  if (orderBy === 'LogStreamName' && !descending) {
    const { items, nextToken } = pageOf<LogStreamDocument>(scope, paging, (after) =>
      context.catalog.list(logStreamsOf(logGroupName), { prefix, after }),
    );
    return { logStreams: items.map(describe), nextToken };
  }
  const all = [...context.catalog.list<LogStreamDocument>(logStreamsOf(logGroupName), { prefix })].map(
    ([, stream]) => stream,
  );
  if (orderBy === 'LastEventTime') {
    const last = (stream: LogStreamDocument): number =>
      statistics.get(stream.logStreamName)?.lastEventTimestamp ?? 0;
    all.sort((a, b) => last(a) - last(b));
  }
  if (descending) all.reverse();
  const { items, nextToken } = pageOfList(scope, paging, all);
  return { logStreams: items.map(describe), nextToken };
}

function describeLogStream(
  context: ServiceContext,
  logGroupName: string,
  { logStreamName, creationTime }: LogStreamDocument,
  statistics: StreamStatistics | undefined,
): object {
  return {
    arn: arn(context, `log-group:${logGroupName}:log-stream:${logStreamName}`),
    creationTime,
    firstEventTimestamp: statistics?.firstEventTimestamp,
    lastEventTimestamp: statistics?.lastEventTimestamp,
    lastIngestionTime: statistics?.lastIngestionTime,
    logStreamName,
    // Always 0 since June 2019. Source: DescribeLogStreams, `storedBytes`.
    storedBytes: 0,
    // Recorded: a stream without events has none.
    uploadSequenceToken: context.sequenceTokens
      ? context.catalog.get<SequenceTokenDocument>(sequenceTokensOf(logGroupName), logStreamName)?.token
      : statistics && SEQUENCE_TOKEN,
  };
}

/** Still answered, and ignored when sent. Source: PutLogEvents, `sequenceToken`. */
export const SEQUENCE_TOKEN = '49039859630624283462398412370915726573048957305298362962';

export const LOG_STREAM_HANDLERS = {
  CreateLogStream: createLogStream,
  DeleteLogStream: deleteLogStream,
  DescribeLogStreams: describeLogStreams,
} satisfies Handlers;
