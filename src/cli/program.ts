import { Command, CommanderError } from 'commander';
import { withoutUrlSecrets } from '../cloudwatch/shown-url.js';
import { type CommandIo, type TextSink } from './command-io.js';
import { endpointOf, type ConnectionArguments } from './connection.js';
import { completeLogGroupsCommand } from './complete-log-groups-command.js';
import { completionCommand } from './completion-command.js';
import { dashboardCommand } from './dashboard-command.js';
import { doctorCommand } from './doctor-command.js';
import { escapeTerminalText } from '../cloudwatch/escape-terminal-text.js';
import { EXIT, EXIT_CODES_HELP } from './exit-codes.js';
import { nameAsTyped } from './name-as-typed.js';
import { OptionError } from '../cloudwatch/errors.js';
import { explainError } from './explain-error.js';
import { generateCommand } from './generate-command.js';
import { groupsCommand } from './groups-command.js';
import { formatItem, layOutHelp } from './lay-out-help.js';
import { localCommand } from './local-command.js';
import { MalformedQueryError } from '../insights/index.js';
import { lookUpCommands } from './look-up-command.js';
import { markedLines } from './marked-lines.js';
import { mcpCommand } from './mcp-command.js';
import { queryCommand } from './query-command.js';
import { replayCommand } from './replay-command.js';
import { setupCommand } from './setup-command.js';
import { spoolCommand } from './spool-command.js';
import { tailCommand } from './tail-command.js';
import { tell } from './tell.js';
import { terminalWidth } from './terminal-width.js';
import { uiCommand } from './ui-command.js';

const EXAMPLES = `
Examples:
  otel-cwlogs trace 5b8efff798038103d269b633813fc60c --log-group '/apps/*'
  otel-cwlogs errors --log-group '/apps/*' --since 1h
  otel-cwlogs find order.id=4711 --log-group '/apps/*'
  otel-cwlogs query 'stats count() by severity_number' --log-group /apps/orders --since 1d
  otel-cwlogs local --port 4586
  otel-cwlogs ui --log-group '/apps/*'
  otel-cwlogs <command> --help
${EXIT_CODES_HELP}`;

/** Where help goes into a pipe or a file. */
const PIPED_HELP_COLUMNS = 100;

/**
 * Runs the command line. Never rejects: what goes wrong is printed and becomes the exit code.
 * @param args - without the program's name
 * @param moreCommands - commands of other folders
 */
export async function runCommandLine(
  args: readonly string[],
  io: CommandIo,
  version: string,
  moreCommands: readonly Command[] = [],
): Promise<void> {
  const program = new Command('otel-cwlogs')
    .description(
      'CloudWatch Logs of OpenTelemetry applications: find every log event of a trace, run queries, run locally',
    )
    .version(version)
    .addHelpText('after', EXAMPLES);
  const commands = [
    ...lookUpCommands(io),
    groupsCommand(io),
    queryCommand(io),
    tailCommand(io),
    localCommand(io),
    generateCommand(io),
    replayCommand(io),
    uiCommand(io),
    mcpCommand(io, version),
    dashboardCommand(io),
    setupCommand(io),
    spoolCommand(io),
    doctorCommand(io),
    completionCommand(io, () => program),
    ...moreCommands,
  ];
  for (const command of commands) {
    program.addCommand(command.copyInheritedSettings(program));
  }
  program.addCommand(completeLogGroupsCommand(io).copyInheritedSettings(program), { hidden: true });
  configure(program, io);
  try {
    await program.parseAsync([...args], { from: 'user' });
  } catch (error) {
    report(error, program, io);
  }
}

function configure(command: Command, io: CommandIo, path = command.name()): void {
  const shown = command.commands.length > 0 ? 'all commands' : 'what it takes';
  command.showHelpAfterError(`(${path} --help shows ${shown})`);
  const help = (to: TextSink) => (text: string) => {
    const columns = terminalWidth(to);
    to.write(columns === undefined ? text : layOutHelp(text, columns));
  };
  command
    .exitOverride()
    .configureHelp({ formatItem })
    .configureOutput({
      writeOut: help(io.stdout),
      writeErr: help(io.stderr),
      // What the user typed is shown again in errors.
      outputError: (text) => {
        const lines = withoutUrlSecrets(text).trimEnd().split('\n');
        for (const line of lines) tell(io.stderr, escapeTerminalText(line));
      },
      getOutHelpWidth: () => terminalWidth(io.stdout) ?? PIPED_HELP_COLUMNS,
      getErrHelpWidth: () => terminalWidth(io.stderr) ?? PIPED_HELP_COLUMNS,
    });
  for (const child of command.commands) configure(child, io, `${path} ${child.name()}`);
}

function report(error: unknown, program: Command, io: CommandIo): void {
  if (error instanceof CommanderError) {
    // Commander has printed it. Help and version are no errors.
    io.setExitCode(error.exitCode === 0 ? EXIT.found : EXIT.usage);
    return;
  }
  if (io.signal.aborted) {
    tell(io.stderr, 'interrupted');
    io.setExitCode(EXIT.interrupted);
    return;
  }
  const running = program.commands.find((command) => command.name() === program.args[0]);
  const options = running?.opts<ConnectionArguments>() ?? {};
  const endpoint = running ? endpointOf(options, io) : undefined;
  if (error instanceof OptionError) nameAsTyped(error, options, io);
  const { text, exitCode } = explainError(error, endpoint);
  const [first, ...more] = text.split('\n');
  tell(io.stderr, `error: ${first!}`);
  const [line, mark] = more;
  if (error instanceof MalformedQueryError && line !== undefined && mark !== undefined) {
    for (const piece of markedLines(line, mark, terminalWidth(io.stderr) ?? Infinity)) {
      io.stderr.write(`${piece}\n`);
    }
  } else for (const remedy of more) tell(io.stderr, remedy);
  io.setExitCode(exitCode);
}
