import { DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { Command } from 'commander';
import { logGroupNameProblem } from '../cloudwatch/names.js';
import { type CommandIo } from './command-io.js';
import { connect, type ConnectionArguments } from './connection.js';
import { EXIT } from './exit-codes.js';

/** The command by which completion scripts ask for log groups; help does not name it. */
export const COMPLETE_LOG_GROUPS = 'complete-log-groups';

/** Nobody waits longer for a key. */
const TIMEOUT_MILLIS = 4_000;
const MOST_PAGES = 6;
const PAGE_SIZE = 50;
const ARN = /^arn:[^:]*:logs:[^:]*:\d*:log-group:/;

/** The command that completion scripts run: the log groups that begin as was typed, one a line. */
export function completeLogGroupsCommand(io: CommandIo): Command {
  return new Command(COMPLETE_LOG_GROUPS)
    .argument('<option>')
    .argument('<beginning>')
    .argument('[words...]')
    .helpOption(false)
    .action((option: string, beginning: string, words: readonly string[]) =>
      complete(option, beginning.replace(/^["']/, ''), words, io),
    );
}

async function complete(
  option: string,
  beginning: string,
  words: readonly string[],
  io: CommandIo,
): Promise<void> {
  io.setExitCode(EXIT.found);
  try {
    const names = await logGroupsOf(connectionOf(option, words), beginning, io);
    io.stdout.write(names.map((name) => `${name}\n`).join(''));
  } catch {
    // Whoever presses Tab is told nothing; the command itself says what is wrong.
  }
}

async function logGroupsOf(
  connection: Connection,
  beginning: string,
  io: CommandIo,
): Promise<readonly string[]> {
  const isArn = beginning.startsWith('arn:');
  // An ARN of which the account is still to be typed has no name to ask for.
  const prefix = isArn ? beginning.replace(ARN, '') : beginning;
  const isPrefix = prefix !== '' && (!isArn || prefix !== beginning);
  if (isPrefix && logGroupNameProblem(prefix) !== undefined) return [];
  const { ignoresEnvironment, ...options } = connection;
  const env = ignoresEnvironment ? { ...io.env, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' } : io.env;
  const client = connect(options, { ...io, env });
  const abortSignal = AbortSignal.any([io.signal, AbortSignal.timeout(TIMEOUT_MILLIS)]);
  const found: string[] = [];
  try {
    let nextToken: string | undefined;
    for (let page = 0; page < MOST_PAGES; page++) {
      const answer = await client.send(
        new DescribeLogGroupsCommand({
          logGroupNamePrefix: isPrefix ? prefix : undefined,
          limit: PAGE_SIZE,
          nextToken,
        }),
        { abortSignal },
      );
      for (const { logGroupName, logGroupArn } of answer.logGroups ?? []) {
        // What the shell is handed is typed by whoever presses Enter: names alone, whatever a service answers.
        if (logGroupName === undefined || logGroupNameProblem(logGroupName) !== undefined) continue;
        const offered = isArn ? logGroupArn : logGroupName;
        if (offered?.startsWith(beginning) && (!isArn || /^[\w:./#-]+$/.test(offered))) found.push(offered);
      }
      nextToken = answer.nextToken;
      if (nextToken === undefined) break;
    }
  } catch {
    // Some pages are better than none.
  } finally {
    client.destroy();
  }
  return found;
}

type Connection = ConnectionArguments & { readonly ignoresEnvironment?: boolean };

/** Region, profile and endpoint, as far as they are typed already. */
function connectionOf(option: string, words: readonly string[]): Connection {
  const valueOf = (name: string): string | undefined => {
    const at = words.findLastIndex((word) => word === name || word.startsWith(`${name}=`));
    const word = words[at];
    if (word === undefined) return undefined;
    const value = word === name ? words[at + 1] : word.slice(name.length + 1);
    return value?.replace(/^["']|["']$/g, '');
  };
  const profile = valueOf('--profile');
  if (option !== '--from-group') {
    return { region: valueOf('--region'), profile, endpoint: valueOf('--endpoint') };
  }
  const endpoint = valueOf('--from-endpoint');
  const region = valueOf('--from-region');
  return { region, profile, endpoint, ignoresEnvironment: endpoint === undefined };
}
