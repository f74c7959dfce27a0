import {
  type CloudWatchLogsClient,
  type FilterLogEventsCommandInput,
  GetQueryResultsCommand,
  type ResultField,
  StartQueryCommand,
  StopQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { setTimeout as sleep } from 'node:timers/promises';
import { filteredPages } from '../cloudwatch/filtered-pages.js';
import { type Finding, permissionFinding } from './finding.js';

/** Where and what to look for. */
export interface TestEvent {
  readonly logGroupName: string;
  /** Text that its message holds, and no other. */
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
}

/** The parts with which events are looked for. */
export interface FindParts {
  readonly client: CloudWatchLogsClient;
  readonly signal: AbortSignal;
  readonly epochMillis: () => number;
}

const FIRST_DELAY_MILLIS = 200;
const MAX_DELAY_MILLIS = 3_000;
const RANGE_MILLIS = 60_000;

/** Looks for an event by FilterLogEvents, which shows it within seconds. */
export async function findByFilter(
  { client, signal, epochMillis }: FindParts,
  event: TestEvent,
  timeoutMillis: number,
): Promise<Finding> {
  const input = {
    logGroupName: event.logGroupName,
    filterPattern: `"${event.id}"`,
    startTime: event.timestamp - RANGE_MILLIS,
  };
  return await lookUntilFound('logs:FilterLogEvents', { signal, epochMillis }, timeoutMillis, async () => {
    return await isAnyEvent({ client, signal }, input);
  });
}

/** Whether FilterLogEvents finds an event. @throws the service's error, or the signal's reason */
export async function isAnyEvent(
  { client, signal }: Pick<FindParts, 'client' | 'signal'>,
  input: FilterLogEventsCommandInput,
): Promise<boolean> {
  for await (const { events } of filteredPages(client, input, { signal })) {
    if (events.length > 0) return true;
  }
  return false;
}

/** Looks for an event by a Logs Insights query, as the look-ups of this package do. */
export async function findByQuery(
  { client, signal, epochMillis }: FindParts,
  event: TestEvent,
  timeoutMillis: number,
): Promise<Finding> {
  return await lookUntilFound('logs:StartQuery', { signal, epochMillis }, timeoutMillis, async () => {
    const query = {
      logGroupName: event.logGroupName,
      queryString: `filter @message like "${event.id}" | limit 1`,
      fromMillis: event.timestamp - RANGE_MILLIS,
      toMillis: event.timestamp + RANGE_MILLIS,
    };
    return (await runQuery({ client, signal, epochMillis }, query, timeoutMillis)).length > 0;
  });
}

/** A query of one log group; the service cuts its range to seconds. */
export interface GroupQuery {
  readonly logGroupName: string;
  readonly queryString: string;
  readonly fromMillis: number;
  readonly toMillis: number;
}

/** @returns the rows; none where the query is stopped, as its time is over */
export async function runQuery(
  { client, signal, epochMillis }: FindParts,
  { logGroupName, queryString, fromMillis, toMillis }: GroupQuery,
  timeoutMillis: number,
): Promise<readonly ResultField[][]> {
  const { queryId } = await client.send(
    new StartQueryCommand({
      logGroupNames: [logGroupName],
      queryString,
      startTime: Math.floor(fromMillis / 1000),
      endTime: Math.ceil(toMillis / 1000),
    }),
    { abortSignal: signal },
  );
  const end = epochMillis() + timeoutMillis;
  for (let delay = FIRST_DELAY_MILLIS; ; delay = Math.min(2 * delay, MAX_DELAY_MILLIS)) {
    const answer = await client.send(new GetQueryResultsCommand({ queryId }), { abortSignal: signal });
    if (answer.status !== 'Running' && answer.status !== 'Scheduled') return answer.results ?? [];
    if (epochMillis() >= end) {
      await client.send(new StopQueryCommand({ queryId }), { abortSignal: signal });
      return [];
    }
    await sleep(delay, undefined, { signal });
  }
}

async function lookUntilFound(
  check: string,
  { signal, epochMillis }: Pick<FindParts, 'signal' | 'epochMillis'>,
  timeoutMillis: number,
  look: () => Promise<boolean>,
): Promise<Finding> {
  const start = epochMillis();
  for (let delay = FIRST_DELAY_MILLIS; ; delay = Math.min(2 * delay, MAX_DELAY_MILLIS)) {
    try {
      if (await look()) {
        return { check, status: 'ok', message: `found the test event after ${epochMillis() - start} ms` };
      }
    } catch (error) {
      signal.throwIfAborted();
      // Needed by look-ups, not by delivery.
      return permissionFinding(check, error, 'warning');
    }
    if (epochMillis() - start + delay > timeoutMillis) {
      const message = `the test event was accepted, and is not found after ${Math.round(timeoutMillis / 1000)} s`;
      return { check, status: 'warning', message, remedy: 'look again in a minute: new groups take longer' };
    }
    await sleep(delay, undefined, { signal });
  }
}
