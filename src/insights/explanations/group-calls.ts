import {
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogGroupFieldsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { namedLogGroup } from '../../cloudwatch/named-log-group.js';
import { type ReadCalls } from '../queries/read-calls.js';

/** A time range in milliseconds since 1970. */
export interface Range {
  readonly fromMillis: number;
  readonly toMillis: number;
}

/** Pages of the list of log groups in which a near name is looked for. */
const MAX_LIST_PAGES = 10;

/**
 * The calls about log groups that help to explain why nothing was found. None of them is billed. A call that fails
 * tells nothing: it is not made again, and the explanation does without.
 */
export class GroupCalls {
  readonly #calls: ReadCalls;
  readonly #signal: AbortSignal;

  constructor(calls: ReadCalls, signal: AbortSignal) {
    this.#calls = calls;
    this.#signal = signal;
  }

  /** Milliseconds since 1970 of the newest event; the service's figure may lag by an hour. */
  async newestEventMillis(group: string): Promise<number | undefined> {
    const command = new DescribeLogStreamsCommand({
      ...namedLogGroup(group),
      orderBy: 'LastEventTime',
      descending: true,
      limit: 1,
    });
    const answer = await this.#ask(() => this.#calls.client.send(command, { abortSignal: this.#signal }));
    return answer?.logStreams?.[0]?.lastEventTimestamp;
  }

  /** The fields of the events around a time, with the share of events that have each, in percent. */
  async fields(group: string, atMillis: number): Promise<ReadonlyMap<string, number>> {
    const command = new GetLogGroupFieldsCommand({
      ...namedLogGroup(group),
      time: Math.floor(atMillis / 1000),
    });
    const answer = await this.#ask(() => this.#calls.client.send(command, { abortSignal: this.#signal }));
    return new Map(
      (answer?.logGroupFields ?? []).flatMap(({ name, percent }) =>
        name === undefined ? [] : [[name, percent ?? 0] as const],
      ),
    );
  }

  /** The message of an event that a filter pattern matches. */
  async messageLike(group: string, filterPattern: string, range: Range): Promise<string | undefined> {
    const command = new FilterLogEventsCommand({
      ...namedLogGroup(group),
      filterPattern,
      startTime: Math.floor(range.fromMillis),
      endTime: Math.ceil(range.toMillis),
      limit: 1,
    });
    const answer = await this.#ask(() => this.#calls.client.send(command, { abortSignal: this.#signal }));
    return answer?.events?.[0]?.message;
  }

  /** Names of log groups, the first some hundred. */
  async logGroupNames(): Promise<string[]> {
    const names: string[] = [];
    let nextToken: string | undefined;
    for (let pages = 0; pages < MAX_LIST_PAGES; pages++) {
      const command = new DescribeLogGroupsCommand({ ...(nextToken !== undefined && { nextToken }) });
      const page = await this.#ask(() => this.#calls.client.send(command, { abortSignal: this.#signal }));
      for (const { logGroupName } of page?.logGroups ?? []) {
        if (logGroupName !== undefined) names.push(logGroupName);
      }
      nextToken = page?.nextToken;
      if (nextToken === undefined) break;
    }
    return names;
  }

  async #ask<T>(call: () => Promise<T>): Promise<T | undefined> {
    try {
      return await this.#calls.once(call, { signal: this.#signal });
    } catch {
      return undefined;
    }
  }
}
