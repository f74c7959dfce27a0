import { Command, CommanderError } from 'commander';
import { withoutUrlSecrets } from '../cloudwatch/shown-url.js';
import { type CommandIo } from './command-io.js';
import { endpointOf, type ConnectionArguments } from './connection.js';
import { completeLogGroupsCommand } from './complete-log-groups-command.js';
import { completionCommand } from './completion-command.js';
import { dashboardCommand } from './dashboard-command.js';
import { doctorCommand } from './doctor-command.js';
import { escapeTerminalText } from '../cloudwatch/escape-terminal-text.js';
import { EXIT, EXIT_CODES_HELP } from './exit-codes.js';
import { explainError } from './explain-error.js';
import { generateCommand } from './generate-command.js';
import { groupsCommand } from './groups-command.js';
import { localCommand } from './local-command.js';
import { lookUpCommands } from './look-up-command.js';
import { mcpCommand } from './mcp-command.js';
import { queryCommand } from './query-command.js';
import { replayCommand } from './replay-command.js';
import { setupCommand } from './setup-command.js';
import { spoolCommand } from './spool-command.js';
import { tailCommand } from './tail-command.js';
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
  command.exitOverride().configureOutput({
    writeOut: (text) => io.stdout.write(text),
    writeErr: (text) => io.stderr.write(text),
    // What the user typed is shown again in errors.
    outputError: (text, write) => {
      write(withoutUrlSecrets(text).split('\n').map(escapeTerminalText).join('\n'));
    },
    getOutHelpWidth: () => io.stdout.columns ?? 100,
    getErrHelpWidth: () => io.stderr.columns ?? 100,
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
    io.stderr.write('interrupted\n');
    io.setExitCode(EXIT.interrupted);
    return;
  }
  const running = program.commands.find((command) => command.name() === program.args[0]);
  const endpoint = running ? endpointOf(running.opts<ConnectionArguments>(), io) : undefined;
  const { text, exitCode } = explainError(error, endpoint);
  io.stderr.write(`error: ${text}\n`);
  io.setExitCode(exitCode);
}
