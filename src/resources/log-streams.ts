import {
  type CloudWatchLogsClient,
  CreateLogStreamCommand,
  DeleteLogStreamCommand,
  DescribeLogStreamsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { checkMembers } from '../cloudwatch/check-members.js';
import { checkFlags, checkGivenTexts, checkSignal, checkWord } from '../cloudwatch/check-values.js';
import { OptionError } from '../cloudwatch/errors.js';
import { checkLogGroupName, checkLogStreamName } from './checks.js';
import { abortable } from './log-groups.js';
import { LIST_MEMBERS, type ListOptions, pages } from './pages.js';
import { call, callUnless } from './resource-error.js';

/** A log stream as the service describes it. The times lag behind by up to an hour. */
export interface LogStream {
  readonly logStreamName: string;
  readonly arn: string;
  readonly creationTimeMillis: number;
  readonly firstEventTimeMillis: number | undefined;
  readonly lastEventTimeMillis: number | undefined;
  readonly lastIngestionTimeMillis: number | undefined;
}

/** Which log streams to list, and in which order. */
export interface ListLogStreamsOptions extends ListOptions {
  /** Only in order of name. */
  readonly prefix?: string | undefined;
  /** Default `LogStreamName`. */
  readonly orderBy?: 'LogStreamName' | 'LastEventTime' | undefined;
  /** The last one first. */
  readonly descending?: boolean | undefined;
}

const LIST_LOG_STREAMS_MEMBERS = {
  ...LIST_MEMBERS,
  prefix: true,
  orderBy: true,
  descending: true,
} as const satisfies Record<keyof ListLogStreamsOptions, true>;

/** Log streams of log groups. Every method throws OptionError or ResourceError. */
export class LogStreams {
  readonly #client: CloudWatchLogsClient;

  constructor(client: CloudWatchLogsClient) {
    this.#client = client;
  }

  /** Lists the streams of a group, page by page as they are asked for. */
  list(logGroupName: string, options: ListLogStreamsOptions = {}): AsyncIterable<LogStream> {
    checkLogGroupName(logGroupName);
    checkMembers('', options, LIST_LOG_STREAMS_MEMBERS);
    const { prefix, orderBy, descending, signal } = options;
    checkGivenTexts({ prefix });
    if (orderBy !== undefined) checkWord('orderBy', orderBy, ['LogStreamName', 'LastEventTime']);
    checkFlags({ descending });
    checkSignal(signal);
    if (prefix !== undefined && orderBy === 'LastEventTime') {
      throw new OptionError('prefix', 'not be given with the order LastEventTime', prefix);
    }
    return pages(async (nextToken) => {
      const command = new DescribeLogStreamsCommand({
        logGroupName,
        logStreamNamePrefix: prefix,
        orderBy,
        descending,
        nextToken,
      });
      const answer = await call('DescribeLogStreams', () => this.#client.send(command, abortable(signal)));
      const items = (answer.logStreams ?? []).map((stream) => ({
        logStreamName: stream.logStreamName ?? '',
        arn: stream.arn ?? '',
        creationTimeMillis: stream.creationTime ?? 0,
        firstEventTimeMillis: stream.firstEventTimestamp,
        lastEventTimeMillis: stream.lastEventTimestamp,
        lastIngestionTimeMillis: stream.lastIngestionTime,
      }));
      return { items, nextToken: answer.nextToken };
    }, signal);
  }

  /** Makes a stream unless it exists. @returns whether it was made */
  async ensure(logGroupName: string, logStreamName: string): Promise<boolean> {
    checkLogGroupName(logGroupName);
    checkLogStreamName(logStreamName);
    return await callUnless('exists', 'CreateLogStream', () =>
      this.#client.send(new CreateLogStreamCommand({ logGroupName, logStreamName })),
    );
  }

  /** @returns false for a stream that did not exist */
  async delete(logGroupName: string, logStreamName: string): Promise<boolean> {
    checkLogGroupName(logGroupName);
    checkLogStreamName(logStreamName);
    return await callUnless('missing', 'DeleteLogStream', () =>
      this.#client.send(new DeleteLogStreamCommand({ logGroupName, logStreamName })),
    );
  }
}
