import { type CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { isOnThisMachine } from '../cloudwatch/client-endpoint.js';
import { hiddenOlderEvents } from '../doctor/index.js';
import { type CommandIo } from './command-io.js';
import { escapeTerminalText } from '../cloudwatch/escape-terminal-text.js';
import { tell } from './tell.js';

/** Log groups that are asked: each costs some calls, none of which is billed. */
const MAX_GROUPS = 10;
const MAX_NAMES = 3;

/**
 * Says in a line which log groups were made after events that were sent to them: no query shows those, though all were
 * delivered. Where nobody may ask for that, nothing is said.
 * @param fromMillis - time of the first event; milliseconds since 1970
 * @throws the signal's reason
 */
export async function sayHiddenEvents(
  client: CloudWatchLogsClient,
  logGroupNames: readonly string[],
  fromMillis: number,
  io: CommandIo,
): Promise<void> {
  const parts = { client, signal: io.signal, epochMillis: io.epochMillis };
  const asked = logGroupNames.slice(0, MAX_GROUPS);
  const answers = await Promise.all(asked.map((name) => hiddenOlderEvents(parts, name, fromMillis)));
  const names = answers.flatMap((group) => (group ? [group.logGroup] : []));
  if (names.length === 0) return;
  const more = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : '';
  const remedy = (await isOnThisMachine(client))
    ? 'the local service answers them with --answer-older-events, and its put() in code makes groups as old as their events'
    : 'make groups first (otel-cwlogs setup), and send events of later times';
  tell(
    io.stderr,
    `${escapeTerminalText(names.slice(0, MAX_NAMES).join(', '))}${more}: made after events that were sent, which queries do not show; look-ups and tail do; ${remedy}`,
  );
}
