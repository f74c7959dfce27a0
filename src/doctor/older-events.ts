import {
  type CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  type FilterLogEventsCommandInput,
} from '@aws-sdk/client-cloudwatch-logs';
import { isOnThisMachine } from '../cloudwatch/client-endpoint.js';
import { DEFAULT_RANGE_MILLIS } from '../cloudwatch/default-range.js';
import { filteredPages } from '../cloudwatch/filtered-pages.js';
import { olderEventsSentence, type YoungLogGroup } from '../cloudwatch/older-events-sentence.js';
import { type FindParts, runQuery } from './find-test-event.js';
import { type Finding } from './finding.js';

/** Pages may be empty while the service searches on. */
const MAX_PAGES = 5;
/** Nobody waits longer for a hint. */
const PROBE_MILLIS = 5_000;

/**
 * Says that a log group holds recent events from before it was made: queries show none of them. Whoever may not ask
 * for that is told nothing.
 * @throws the signal's reason
 */
export async function checkOlderEvents(parts: FindParts, logGroupName: string): Promise<Finding | undefined> {
  const group = await hiddenOlderEvents(parts, logGroupName, parts.epochMillis() - DEFAULT_RANGE_MILLIS);
  if (!group) return undefined;
  const message = olderEventsSentence(group, await isOnThisMachine(parts.client));
  return { check: 'queries', status: 'warning', message };
}

/**
 * Tells whether a log group holds events from before it was made, which queries do not show.
 * @param fromMillis - how far back to look; milliseconds since 1970
 * @returns undefined where it holds none, or where nobody may ask
 * @throws the signal's reason
 */
export async function hiddenOlderEvents(
  parts: FindParts,
  logGroupName: string,
  fromMillis: number,
): Promise<YoungLogGroup | undefined> {
  const { client, signal } = parts;
  try {
    const creationMillis = await createdAt(client, logGroupName, signal);
    if (creationMillis === undefined || creationMillis <= fromMillis) return undefined;
    const before = { startTime: fromMillis, endTime: creationMillis - 1 };
    if (!(await holdsEvents(client, { logGroupName, ...before, limit: 1 }, signal))) return undefined;
    const group = { logGroup: logGroupName, creationMillis };
    const isShown = (await isOnThisMachine(client)) && (await queriesShowOlder(parts, group, fromMillis));
    return isShown ? undefined : group;
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

/** Tells whether queries show them all the same, as a service on this machine does where it was told to. */
async function queriesShowOlder(
  parts: FindParts,
  { logGroup, creationMillis }: YoungLogGroup,
  fromMillis: number,
): Promise<boolean> {
  const queryString = 'fields @timestamp | sort @timestamp asc | limit 1';
  const query = { logGroupName: logGroup, queryString, fromMillis, toMillis: creationMillis };
  try {
    const [oldest = []] = await runQuery(parts, query, PROBE_MILLIS);
    const text = oldest.find(({ field }) => field === '@timestamp')?.value ?? '';
    return Date.parse(`${text.replace(' ', 'T')}Z`) < creationMillis;
  } catch {
    parts.signal.throwIfAborted();
    return false;
  }
}

async function createdAt(
  client: CloudWatchLogsClient,
  logGroupName: string,
  abortSignal: AbortSignal,
): Promise<number | undefined> {
  const command = new DescribeLogGroupsCommand({ logGroupNamePrefix: logGroupName });
  const { logGroups = [] } = await client.send(command, { abortSignal });
  return logGroups.find((group) => group.logGroupName === logGroupName)?.creationTime;
}

async function holdsEvents(
  client: CloudWatchLogsClient,
  input: FilterLogEventsCommandInput,
  signal: AbortSignal,
): Promise<boolean> {
  let pages = 0;
  for await (const { events } of filteredPages(client, input, { signal })) {
    if (events.length > 0) return true;
    if (++pages === MAX_PAGES) break;
  }
  return false;
}
