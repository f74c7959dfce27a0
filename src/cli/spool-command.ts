import { basename, resolve } from 'node:path';
import { Command } from 'commander';
import { classifyError, describeError, remedyFor } from '../cloudwatch/classify-error.js';
import { isoTime } from '../cloudwatch/iso-time.js';
import { OptionError } from '../cloudwatch/errors.js';
import {
  BACK_END_FOLDER,
  drainSpool,
  listSpool,
  readSpoolEntry,
  type SpoolEntry,
  type SpoolListing,
} from '../drain/index.js';
import { type CommandIo } from './command-io.js';
import { addConnectionOptions, connect, type ConnectionArguments } from './connection.js';
import { escapeTerminalText } from '../cloudwatch/escape-terminal-text.js';
import { EXIT } from './exit-codes.js';
import { formatBytes, formatCount, formatDelta } from './format-amounts.js';
import { printJson } from './print-json.js';
import { tell } from './tell.js';

interface SpoolArguments extends ConnectionArguments {
  readonly json?: boolean | undefined;
  readonly createGroups?: boolean | undefined;
}

const EXAMPLES = `
Examples:
  otel-cwlogs spool list /var/spool/orders
  otel-cwlogs spool show /var/spool/orders --json
  otel-cwlogs spool verify /var/spool/orders
  otel-cwlogs spool drain /var/spool/orders --region eu-central-1

drain makes log streams that are missing. A log group that is missing it makes with --create-groups alone, since
retention, encryption key, class and tags of the group are not in the spool: it would have none of them.

Exit codes: 0 done and all is well, 1 nothing there (list, show), 2 wrong command line, 3 damaged files
(show, verify) or events left (drain), 130 interrupted.`;

/** The command `spool`: what the exporter's option \`spool\` keeps on disk. */
export function spoolCommand(io: CommandIo): Command {
  const spool = new Command('spool')
    .description('look at, check and send what the exporter keeps on disk (its option spool)')
    .addHelpText('after', EXAMPLES);
  const json = (command: Command): Command => command.option('--json', 'print one JSON document');
  spool.addCommand(
    json(new Command('list').description('list the batches of a spool').argument('<directory>')).action(
      (directory: string, options: SpoolArguments) => runList(directory, options, io),
    ),
  );
  spool.addCommand(
    json(new Command('show').description('print the log events of a spool').argument('<directory>')).action(
      (directory: string, options: SpoolArguments) => runShow(directory, options, io),
    ),
  );
  spool.addCommand(
    json(
      new Command('verify')
        .description('check every file of a spool; changes nothing')
        .argument('<directory>'),
    ).action((directory: string, options: SpoolArguments) => runVerify(directory, options, io)),
  );
  spool.addCommand(
    addConnectionOptions(
      json(
        new Command('drain')
          .description('send what is in a spool and not held by a running process')
          .argument('<directory>'),
      ),
    )
      .option('--create-groups', 'make missing log groups too, without retention, key, class or tags')
      .action((directory: string, options: SpoolArguments) => runDrain(directory, options, io)),
  );
  return spool;
}

async function runList(directory: string, options: SpoolArguments, io: CommandIo): Promise<void> {
  const { entries, foreign, unreadable } = await list(directory);
  if (options.json) printJson(io.stdout, { entries, foreign, unreadable });
  else {
    for (const entry of entries) tell(io.stdout, line(entry, io));
    const events = formatCount(sum(entries, 'events'), 'event');
    const bytes = formatBytes(sum(entries, 'fileBytes'));
    tell(io.stderr, `${formatCount(entries.length, 'batch', 'batches')}, ${events}, ${bytes}`);
    noteForeign(foreign, io);
    noteUnreadable(unreadable, io);
  }
  const found = entries.length > 0 ? EXIT.found : EXIT.nothingFound;
  io.setExitCode(unreadable.length > 0 ? EXIT.failed : found);
}

async function runShow(directory: string, options: SpoolArguments, io: CommandIo): Promise<void> {
  const { entries, unreadable } = await list(directory);
  noteUnreadable(unreadable, io);
  const shown: unknown[] = [];
  let damaged = 0;
  for (const entry of entries) {
    const content = await readSpoolEntry(directory, entry);
    if (content.state === 'gone') continue;
    if (content.state !== 'whole') {
      damaged++;
      tell(io.stderr, `${escapeTerminalText(entry.file)}: ${escapeTerminalText(content.detail)}`);
    }
    if (!content.batch) continue;
    const { destination, events } = content.batch;
    const messages = events.map(({ timestamp, messageJson }) => ({
      timestamp: isoTime(timestamp),
      message: textOf(messageJson),
    }));
    if (options.json) shown.push({ file: entry.file, ...destination, events: messages });
    else {
      tell(io.stdout, escapeTerminalText(`${destination.logGroupName} ${destination.logStreamName}`));
      for (const { timestamp, message } of messages) {
        tell(io.stdout, `  ${timestamp} ${escapeTerminalText(message)}`);
      }
    }
  }
  if (options.json) printJson(io.stdout, shown);
  const whole = entries.length > 0 ? EXIT.found : EXIT.nothingFound;
  io.setExitCode(damaged > 0 || unreadable.length > 0 ? EXIT.failed : whole);
}

/** What somebody else wrote may be no JSON though its checksum is right: it is shown as it is. */
function textOf(messageJson: string): string {
  try {
    return String(JSON.parse(messageJson));
  } catch {
    return messageJson;
  }
}

async function runVerify(directory: string, options: SpoolArguments, io: CommandIo): Promise<void> {
  const { entries, foreign, unreadable } = await list(directory);
  let files = entries.length;
  const problems: { file: string; state: string; damagedEvents: number; detail: string }[] = [];
  for (const entry of entries) {
    const content = await readSpoolEntry(directory, entry);
    if (content.state === 'whole') continue;
    if (content.state === 'gone') {
      files--;
      continue;
    }
    const damagedEvents = content.batch ? content.damagedEvents : entry.events;
    problems.push({ file: entry.file, state: content.state, damagedEvents, detail: content.detail });
  }
  if (options.json) {
    printJson(io.stdout, { files, events: sum(entries, 'events'), problems, foreign, unreadable });
  } else {
    for (const { file, state, detail } of problems) {
      tell(io.stdout, `${state} ${escapeTerminalText(file)}: ${escapeTerminalText(detail)}`);
    }
    const whole = formatCount(files - problems.length, 'file');
    tell(io.stdout, `${whole} whole, ${problems.length} with problems`);
    noteForeign(foreign, io);
    noteUnreadable(unreadable, io);
  }
  io.setExitCode(problems.length + unreadable.length > 0 ? EXIT.failed : EXIT.found);
}

async function runDrain(directory: string, options: SpoolArguments, io: CommandIo): Promise<void> {
  await list(directory);
  if (basename(resolve(directory)).startsWith(BACK_END_FOLDER)) {
    throw new OptionError(
      '<directory>',
      'hold events for CloudWatch Logs; these are of another back end, and the next process with it sends them',
      directory,
    );
  }
  const client = connect(options, io);
  try {
    const provision = options.createGroups ? 'all' : 'stream';
    const { error, ...result } = await drainSpool(directory, client, { provision, signal: io.signal });
    const reason = error && describeError(error);
    const remedy = error && remedyOf(error, provision);
    if (options.json) printJson(io.stdout, { ...result, error: reason, remedy });
    else {
      tell(io.stdout, `delivered ${result.delivered}, lost ${result.lost}, left ${result.left}`);
      for (const [why, count] of Object.entries(result.lostByReason)) {
        tell(io.stdout, `  lost ${count}: ${why}`);
      }
      if (result.leftToOthers > 0)
        tell(io.stdout, `  left ${result.leftToOthers}: running processes hold them`);
      if (result.leftUnreadable > 0) {
        tell(io.stdout, `  left ${result.leftUnreadable}: of a later version, or not to be read`);
      }
      for (const message of result.messages) tell(io.stderr, escapeTerminalText(message));
      if (reason !== undefined) tell(io.stderr, escapeTerminalText(reason));
      if (remedy !== undefined) tell(io.stderr, `Remedy: ${escapeTerminalText(remedy)}`);
    }
    const code = result.left > 0 ? EXIT.failed : EXIT.found;
    io.setExitCode(io.signal.aborted ? EXIT.interrupted : code);
  } finally {
    client.destroy();
  }
}

function remedyOf(error: Error, provision: 'all' | 'stream'): string | undefined {
  // What could not be made has as its cause why it was to be made.
  return classifyError(error.cause ?? error) === 'missing' && provision === 'stream'
    ? 'create the log group, or drain with --create-groups'
    : remedyFor(error);
}

async function list(directory: string): Promise<SpoolListing> {
  try {
    return await listSpool(directory);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new OptionError(
      '<directory>',
      `be a folder that can be read (${code ?? String(error)})`,
      directory,
    );
  }
}

function line(entry: SpoolEntry, io: CommandIo): string {
  const age = formatDelta(io.epochMillis() - entry.createdMillis);
  const where = entry.holder === 'unknown' ? ' of another container or host' : '';
  const held = entry.heldByProcess === undefined ? '' : `, held by process ${entry.heldByProcess}${where}`;
  const events = formatCount(entry.events, 'event');
  return `${escapeTerminalText(entry.file)}: ${events}, ${formatBytes(entry.fileBytes)}, ${age} old${held}`;
}

function sum(entries: readonly SpoolEntry[], member: 'events' | 'fileBytes'): number {
  return entries.reduce((total, entry) => total + entry[member], 0);
}

function noteForeign(foreign: readonly string[], io: CommandIo): void {
  for (const name of foreign) {
    const isBackEnd = name.startsWith(BACK_END_FOLDER);
    const what = isBackEnd ? 'of another back end, a spool of its own' : 'not of the spool';
    tell(io.stderr, `${what}: ${escapeTerminalText(name)}`);
  }
}

function noteUnreadable(unreadable: SpoolListing['unreadable'], io: CommandIo): void {
  for (const { folder, detail } of unreadable) {
    tell(io.stderr, `${escapeTerminalText(folder)} can't be read: ${escapeTerminalText(detail)}`);
  }
}
