import { Command } from 'commander';
import { CorrelationEngine, type KnownLogGroup, type LeftOutLogGroup } from '../insights/index.js';
import { formatDate } from '../dashboards/model/format.js';
import { createColors, wantsColor } from './colors.js';
import { type CommandIo } from './command-io.js';
import { addConnectionOptions, connect, type ConnectionArguments } from './connection.js';
import { escapeTerminalText } from '../cloudwatch/escape-terminal-text.js';
import { EXIT, EXIT_CODES_HELP } from './exit-codes.js';
import { formatBytes, formatCount } from './format-amounts.js';
import { printJson } from './print-json.js';
import { NARROW } from './render-event.js';
import { rowLines } from './render-rows.js';
import { tell } from './tell.js';
import { terminalWidth } from './terminal-width.js';

interface GroupsArguments extends ConnectionArguments {
  readonly json?: boolean | undefined;
}

const HELP = `
Examples:
  otel-cwlogs groups
  otel-cwlogs groups '/apps/*' '/aws/lambda/*' --json

Nothing is scanned. The bytes are those that the service last counted, compressed.`;

/** The command `groups`. */
export function groupsCommand(io: CommandIo): Command {
  return addConnectionOptions(
    new Command('groups')
      .description('the log groups that look-ups can read: class, retention, size, age')
      .argument('[selector...]', 'names, ARNs, or prefixes with * (default: all)'),
  )
    .option('--json', 'print one JSON document')
    .option('--no-color', 'no colours (also: NO_COLOR)')
    .addHelpText('after', HELP)
    .addHelpText('after', EXIT_CODES_HELP)
    .action((selectors: readonly string[], options: GroupsArguments) =>
      runGroupsCommand(selectors.length > 0 ? selectors : ['*'], options, io),
    );
}

async function runGroupsCommand(
  selectors: readonly string[],
  options: GroupsArguments,
  io: CommandIo,
): Promise<void> {
  const client = connect(options, io);
  try {
    const engine = new CorrelationEngine({ client, logGroups: selectors, clock: io.epochMillis });
    const { groups, leftOut } = await engine.listLogGroups({ signal: io.signal });
    if (options.json) printJson(io.stdout, { logGroups: groups, leftOut });
    else printTable(groups, leftOut, options, io);
    io.setExitCode(groups.length > 0 ? EXIT.found : EXIT.nothingFound);
  } finally {
    client.destroy();
  }
}

function printTable(
  groups: readonly KnownLogGroup[],
  leftOut: readonly LeftOutLogGroup[],
  options: GroupsArguments,
  io: CommandIo,
): void {
  const color = options.color !== false && wantsColor(io.stdout, io.env);
  const width = terminalWidth(io.stdout);
  const isNarrow = (width ?? Infinity) < NARROW;
  const rows = groups.map((group) => (isNarrow ? narrowRow(group) : wideRow(group)));
  for (const line of rowLines(rows, { color, width })) io.stdout.write(`${line}\n`);
  const { dim, yellow } = createColors(color);
  const bytes = groups.reduce((sum, { storedBytes = 0 }) => sum + storedBytes, 0);
  tell(io.stderr, `${formatCount(groups.length, 'log group')}, ${formatBytes(bytes)} stored`, { paint: dim });
  for (const { logGroup, detail } of leftOut) {
    tell(io.stderr, escapeTerminalText(`left out ${logGroup}: ${detail}`), { paint: yellow });
  }
}

function narrowRow(group: KnownLogGroup): Record<string, string> {
  return { stored: storedText(group), 'log group': group.identifier };
}

/** The name last: it is the one that may be cut. */
function wideRow(group: KnownLogGroup): Record<string, string> {
  const { logGroupClass, retentionInDays, creationMillis } = group;
  return {
    stored: storedText(group),
    class: (logGroupClass ?? '').toLowerCase().replaceAll('_', ' '),
    retention: retentionInDays === undefined ? 'for ever' : formatCount(retentionInDays, 'day'),
    created: creationMillis === undefined ? '' : formatDate(creationMillis, 'utc'),
    'log group': group.identifier,
  };
}

function storedText({ storedBytes }: KnownLogGroup): string {
  return storedBytes === undefined ? '' : formatBytes(storedBytes);
}
