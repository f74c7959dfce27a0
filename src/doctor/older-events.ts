import {
  type CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  type FilterLogEventsCommandInput,
} from '@aws-sdk/client-cloudwatch-logs';
import { isOnThisMachine } from '../cloudwatch/client-endpoint.js';
import { filteredPages } from '../cloudwatch/filtered-pages.js';
import { olderEventsSentence } from '../cloudwatch/older-events-sentence.js';
import { type Finding } from './finding.js';

/** As far back as look-ups go where nothing is said. */
const RANGE_MILLIS = 3 * 60 * 60 * 1000;
/** Pages may be empty while the service searches on. */
const MAX_PAGES = 5;

/**
 * Says that a log group holds recent events from before it was made: queries show none of them. Whoever may not ask
 * for that is told nothing.
 * @param now - milliseconds since 1970
 * @throws the signal's reason
 */
export async function checkOlderEvents(
  client: CloudWatchLogsClient,
  logGroupName: string,
  { now, signal }: { readonly now: number; readonly signal: AbortSignal },
): Promise<Finding | undefined> {
  try {
    const creationMillis = await createdAt(client, logGroupName, signal);
    if (creationMillis === undefined || creationMillis <= now - RANGE_MILLIS) return undefined;
    const before = { startTime: now - RANGE_MILLIS, endTime: creationMillis - 1 };
    if (!(await holdsEvents(client, { logGroupName, ...before, limit: 1 }, signal))) return undefined;
    return {
      check: 'queries',
      status: 'warning',
      message: olderEventsSentence({ logGroup: logGroupName, creationMillis }, await isOnThisMachine(client)),
    };
  } catch {
    signal.throwIfAborted();
    return undefined;
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
