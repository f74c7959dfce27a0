import {
  GetQueryResultsCommand,
  PutLogEventsCommand,
  StartQueryCommand,
  type CloudWatchLogsServiceException,
  type GetQueryResultsCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';
import { eventually, refused, type Bench } from './conformance-case.js';

export type Row = Record<string, string>;

/**
 * Makes a log group that holds objects as JSON, and texts as they are, a millisecond apart, and waits until queries find
 * them. They come after the group was made: older ones are invisible to queries.
 * @returns the group's name, and when the first one was logged, in milliseconds since 1970
 */
export async function groupOf(
  bench: Bench,
  messages: readonly (object | string)[],
): Promise<{ logGroupName: string; firstMillis: number }> {
  const logGroupName = await bench.groupWith([]);
  const firstMillis = Date.now();
  const logEvents = messages.map((message, index) => ({
    timestamp: firstMillis + index,
    message: typeof message === 'string' ? message : JSON.stringify(message),
  }));
  await bench.client.send(new PutLogEventsCommand({ logGroupName, logStreamName: 'stream', logEvents }));
  await eventually(
    async () => (await query(bench, logGroupName, 'stats count(*) as n')).rows,
    (rows) => rows[0]?.n === String(messages.length),
    { attempts: 90, delayMillis: 1000 },
  );
  return { logGroupName, firstMillis };
}

/** Runs a query over the hour before and the hour after now. */
export async function query(
  { client }: Bench,
  logGroupNames: string | readonly string[],
  queryString: string,
): Promise<{ rows: Row[]; answer: GetQueryResultsCommandOutput }> {
  const { queryId } = await client.send(
    new StartQueryCommand({ logGroupNames: [logGroupNames].flat(), queryString, ...aroundNow() }),
  );
  const answer = await resultOf({ client }, queryId!);
  expect(answer.status, queryString).to.equal('Complete');
  return { rows: rowsOf(answer), answer };
}

/** The rows of a query, without `@ptr`. */
export async function rowsOfQuery(bench: Bench, logGroupName: string, queryString: string): Promise<Row[]> {
  const { rows } = await query(bench, logGroupName, queryString);
  return rows.map(({ '@ptr': _, ...row }) => row);
}

/** Expects answers of several queries over one group. */
export async function expectRows(
  bench: Bench,
  logGroupName: string,
  answers: readonly (readonly [queryString: string, rows: readonly Row[]])[],
): Promise<void> {
  for (const [queryString, rows] of answers) {
    expect(await rowsOfQuery(bench, logGroupName, queryString), queryString).to.deep.equal(rows);
  }
}

/** The result of a query once it has ended. */
export function resultOf(
  { client }: Pick<Bench, 'client'>,
  queryId: string,
): Promise<GetQueryResultsCommandOutput> {
  return eventually(
    () => client.send(new GetQueryResultsCommand({ queryId })),
    ({ status }) => status !== 'Scheduled' && status !== 'Running',
    { attempts: 240 },
  );
}

export function rowsOf({ results }: GetQueryResultsCommandOutput): Row[] {
  return results!.map((row) => Object.fromEntries(row.map(({ field, value }) => [field!, value!])));
}

/** Seconds since 1970. */
export function aroundNow(): { startTime: number; endTime: number } {
  const seconds = Math.floor(Date.now() / 1000);
  return { startTime: seconds - 3600, endTime: seconds + 3600 };
}

/** Expects MalformedQueryException. */
export function refusedQuery(
  { client }: Bench,
  logGroupName: string,
  queryString: string,
  message?: string | RegExp,
): Promise<CloudWatchLogsServiceException> {
  return refused(
    client.send(new StartQueryCommand({ logGroupName, queryString, ...aroundNow() })),
    'MalformedQueryException',
    message,
  );
}
