import { Command } from 'commander';
import { explainEmptyQuery, QueryRunner, ScanBudget, runOverLogGroups } from '../insights/index.js';
import { createColors, wantsColor } from './colors.js';
import { type CommandIo } from './command-io.js';
import { addReadOptions, connect, logGroupsOf, type ReadArguments } from './connection.js';
import { escapeTerminalText } from '../cloudwatch/escape-terminal-text.js';
import { EXIT, EXIT_CODES_HELP } from './exit-codes.js';
import { formatBytes, formatCount } from './format-amounts.js';
import { printJson } from './print-json.js';
import { rowLines } from './render-rows.js';
import { tell } from './tell.js';
import { terminalWidth } from './terminal-width.js';
import { readTimeRange } from './time-arguments.js';

const EXAMPLES = `
Examples:
  otel-cwlogs query 'filter severity_number >= 17 | stats count() by bin(5m)' -g '/apps/*'
  otel-cwlogs query 'fields @timestamp, body | sort @timestamp desc | limit 20' -g /apps/orders
  otel-cwlogs query 'stats count() by trace_id' -g /apps/orders --since 1d --json`;

/** The command `query`. */
export function queryCommand(io: CommandIo): Command {
  return addReadOptions(
    new Command('query')
      .description('run a query of CloudWatch Logs Insights and print its rows')
      .argument('<query>', 'text of the query; one that begins with SOURCE needs no --log-group'),
  )
    .addHelpText('after', EXAMPLES)
    .addHelpText('after', EXIT_CODES_HELP)
    .action((query: string, options: ReadArguments) => runQueryCommand(query, options, io));
}

async function runQueryCommand(query: string, options: ReadArguments, io: CommandIo): Promise<void> {
  const namesItsGroups = /^\s*(?:#[^\n]*\n\s*)*source\b/i.test(query);
  const logGroups = namesItsGroups && !options.logGroup ? [] : logGroupsOf(options, io);
  const { from, to } = readTimeRange(options, io.epochMillis());
  const client = connect(options, io);
  try {
    const runner = new QueryRunner({ client });
    const request = {
      query,
      logGroups,
      from,
      to,
      limit: options.limit,
      signal: io.signal,
      budget: new ScanBudget(options.maxBytesScanned ?? Infinity),
    };
    const result = await runOverLogGroups({ client, runner }, request);
    if (options.json) printJson(io.stdout, result);
    else {
      const color = options.color !== false && wantsColor(io.stdout, io.env);
      const width = terminalWidth(io.stdout);
      for (const line of rowLines(result.rows, { color, width })) io.stdout.write(`${line}\n`);
      const colors = createColors(color);
      const warning = { paint: colors.yellow };
      const scanned = `${formatCount(result.rows.length, 'row')}, scanned ${formatBytes(result.statistics.bytesScanned)}`;
      // Not on stdout: what is piped on is the table alone.
      tell(io.stderr, scanned, { paint: colors.dim });
      for (const { logGroup, detail } of result.leftOut) {
        tell(io.stderr, escapeTerminalText(`left out ${logGroup}: ${detail}`), warning);
      }
      for (const note of result.notes) {
        tell(io.stderr, escapeTerminalText(`note: ${note}`), warning);
      }
      const explanations = await explainEmptyQuery(runner.calls, request, result, { signal: io.signal });
      for (const { text } of explanations) tell(io.stderr, escapeTerminalText(`hint: ${text}`));
      if (!result.isComplete)
        tell(io.stderr, 'rows may be missing: --max-bytes-scanned was reached', warning);
    }
    io.setExitCode(result.rows.length > 0 ? EXIT.found : EXIT.nothingFound);
  } finally {
    client.destroy();
  }
}
