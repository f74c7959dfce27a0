import { type Readable } from 'node:stream';
import { Command, Option } from 'commander';
import { USD_PER_SCANNED_GIGABYTE } from '../cloudwatch/prices.js';
import { CorrelationEngine } from '../insights/index.js';
import { serveMcp } from '../mcp/index.js';
import { type CommandIo } from './command-io.js';
import {
  addConnectionOptions,
  addLogGroupOption,
  connect,
  type ConnectionArguments,
  logGroupsOf,
  readBytes,
  wholeNumber,
} from './connection.js';

interface McpArguments extends ConnectionArguments {
  readonly logGroup?: readonly string[] | undefined;
  readonly maxRows?: number | undefined;
  readonly maxCharacters?: number | undefined;
  readonly maxBytesScanned?: number | undefined;
}

const DEFAULT_MAX_ROWS = 200;
const DEFAULT_MAX_CHARACTERS = 30_000;
const DEFAULT_MAX_BYTES_SCANNED = 2e9;

const HELP = `
For a client of the Model Context Protocol, which starts it itself:
  { "mcpServers": { "logs": { "command": "npx", "args": ["otel-cwlogs", "mcp", "-g", "/apps/*"] } } }

Tools: find_trace, find_request, recent_errors, search_logs, list_log_groups, explain_cost. They read and
change nothing; each answer says what was scanned and what was left out.`;

/** The command `mcp`. */
export function mcpCommand(io: CommandIo, version: string, input: Readable = process.stdin): Command {
  return addConnectionOptions(
    addLogGroupOption(
      new Command('mcp').description(
        'look-ups as tools of the Model Context Protocol, over standard input and output',
      ),
      'log group that may be read',
    )
      .addOption(
        new Option(
          '--max-rows <count>',
          `events or rows of an answer (default: ${DEFAULT_MAX_ROWS})`,
        ).argParser(wholeNumber('--max-rows')),
      )
      .addOption(
        new Option(
          '--max-characters <count>',
          `characters of an answer (default: ${DEFAULT_MAX_CHARACTERS.toLocaleString('en-US')})`,
        ).argParser(wholeNumber('--max-characters')),
      )
      .addOption(
        new Option(
          '--max-bytes-scanned <bytes>',
          'that one call may scan (kB, MB, GB; default: 2GB)',
        ).argParser((text: string) => readBytes('--max-bytes-scanned', text)),
      ),
  )
    .addHelpText('after', HELP)
    .action((options: McpArguments) => runMcp(options, io, version, input));
}

async function runMcp(options: McpArguments, io: CommandIo, version: string, input: Readable): Promise<void> {
  const logGroups = logGroupsOf(options, io);
  const client = connect(options, io);
  try {
    const engine = new CorrelationEngine({ client, logGroups, clock: io.epochMillis });
    await serveMcp(
      { input, output: io.stdout },
      { engine, version, signal: io.signal },
      {
        logGroups,
        maxRows: options.maxRows ?? DEFAULT_MAX_ROWS,
        maxCharacters: options.maxCharacters ?? DEFAULT_MAX_CHARACTERS,
        maxBytesScanned: options.maxBytesScanned ?? DEFAULT_MAX_BYTES_SCANNED,
        usdPerScannedGigabyte: USD_PER_SCANNED_GIGABYTE,
        epochMillis: io.epochMillis,
      },
    );
    io.setExitCode(0);
  } finally {
    client.destroy();
  }
}
