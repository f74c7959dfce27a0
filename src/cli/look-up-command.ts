import { type CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { Command } from 'commander';
import { nearestName } from '../cloudwatch/nearest-name.js';
import { traceIdForms } from '../cloudwatch/trace-ids.js';
import { CorrelationEngine, type CorrelationResult, type LookUpOptions } from '../insights/index.js';
import { wantsColor } from './colors.js';
import { type CommandIo } from './command-io.js';
import { addReadOptions, connect, logGroupsOf, type ReadArguments } from './connection.js';
import { escapeTerminalText } from './escape-terminal-text.js';
import { EXIT, EXIT_CODES_HELP } from './exit-codes.js';
import { toSafeJson } from './print-json.js';
import { renderTimeline } from './render-timeline.js';
import { readTimeRange } from './time-arguments.js';

interface LookUpArguments extends ReadArguments {
  readonly fullText?: boolean | undefined;
  readonly thorough?: boolean | undefined;
  readonly spans?: boolean | undefined;
}

interface LookUpCommand {
  readonly name: string;
  readonly argument: string;
  readonly about: string;
  readonly examples: readonly string[];
  readonly lookUp: (
    engine: CorrelationEngine,
    id: string,
    options: LookUpOptions,
  ) => Promise<CorrelationResult>;
}

const COMMANDS: readonly LookUpCommand[] = [
  {
    name: 'trace',
    argument: '<trace-id>',
    about: 'every log event of a trace, over all log groups, as one timeline',
    examples: [
      "otel-cwlogs trace 5b8efff798038103d269b633813fc60c --log-group '/apps/*'",
      'otel-cwlogs trace 1-5b8efff7-98038103d269b633813fc60c -g /aws/lambda/orders --since 1d',
      "otel-cwlogs trace 5b8efff798038103d269b633813fc60c -g '/apps/*' --json | jq '.events[].text'",
    ],
    lookUp: (engine, id, options) => engine.correlateByTrace(id, options),
  },
  {
    name: 'span',
    argument: '<span-id>',
    about: 'every log event of one span',
    examples: ["otel-cwlogs span eee19b7ec3c1b174 --log-group '/apps/*' --since 2h"],
    lookUp: (engine, id, options) => engine.correlateBySpan(id, options),
  },
  {
    name: 'request',
    argument: '<request-id>',
    about: 'every log event of a request id (Lambda, Powertools, or your own request_id)',
    examples: [
      'otel-cwlogs request c6af9ac6-7b61-11e6-9a41-93e8deadbeef -g /aws/lambda/orders',
      "otel-cwlogs request order-7 -g '/apps/*' --full-text",
    ],
    lookUp: (engine, id, options) => engine.correlateByRequest(id, options),
  },
];

/** The commands `trace`, `span` and `request`. */
export function lookUpCommands(io: CommandIo): Command[] {
  return COMMANDS.map((one) =>
    addReadOptions(new Command(one.name).description(one.about).argument(one.argument))
      .option('--full-text', 'also find events that hold the id anywhere in their text (scans everything)')
      .option('--thorough', 'scan every log group for every spelling, even where an index has answered')
      .option('--no-spans', 'leave out the spans of the group aws/spans')
      .addHelpText('after', `\nExamples:\n${one.examples.map((example) => `  ${example}`).join('\n')}`)
      .addHelpText('after', EXIT_CODES_HELP)
      .action((id: string, options: LookUpArguments) => runLookUpCommand(one, id, options, io)),
  );
}

async function runLookUpCommand(
  command: LookUpCommand,
  id: string,
  options: LookUpArguments,
  io: CommandIo,
): Promise<void> {
  const logGroups = logGroupsOf(options, io);
  const { from, to } = readTimeRange(options, io.now());
  const client = connect(options, io);
  try {
    const engine = new CorrelationEngine({ client, logGroups, spans: options.spans, clock: io.now });
    const result = await command.lookUp(engine, id, {
      from,
      to,
      limit: options.limit,
      maxBytesScanned: options.maxBytesScanned,
      fullText: options.fullText,
      thorough: options.thorough,
      signal: io.signal,
    });
    if (options.json) io.stdout.write(`${toSafeJson(result)}\n`);
    else {
      const color = options.color !== false && wantsColor(io.stdout, io.env);
      const width = io.stdout.isTTY ? io.stdout.columns : undefined;
      io.stdout.write(renderTimeline(result, { color, width }));
      await suggest(result, client, command, id, options, io);
    }
    io.setExitCode(result.events.length > 0 ? EXIT.found : EXIT.nothingFound);
  } finally {
    client.destroy();
  }
}

/** Helps where something was not found: names like the missing group's, and what to try next. */
async function suggest(
  result: CorrelationResult,
  client: CloudWatchLogsClient,
  command: LookUpCommand,
  id: string,
  options: LookUpArguments,
  io: CommandIo,
): Promise<void> {
  const missing = result.leftOut.filter(({ reason }) => reason === 'missing').map(({ logGroup }) => logGroup);
  if (missing.length > 0) {
    const known = await someLogGroupNames(client, io.signal);
    for (const name of missing) {
      const near = nearestName(name.replace(/\*$/, ''), known);
      if (near !== undefined) {
        io.stderr.write(`hint: did you mean the log group ${escapeTerminalText(near)}?\n`);
      }
    }
  }
  if (result.events.length > 0 || missing.length > 0) return;
  if (command.name === 'trace' && traceIdForms(id).length === 1) {
    io.stderr.write(
      `hint: ${escapeTerminalText(id)} is no trace id of W3C (32 hex digits) or X-Ray (1-<8>-<24>); it was looked for as it is\n`,
    );
  }
  io.stderr.write(
    options.fullText
      ? `hint: add --since 1d to look further back, or search other log groups with --log-group\n`
      : `hint: add --since 1d to look further back, or --full-text to find the id anywhere in the messages\n`,
  );
}

async function someLogGroupNames(client: CloudWatchLogsClient, signal: AbortSignal): Promise<string[]> {
  const names: string[] = [];
  let nextToken: string | undefined;
  try {
    for (let pages = 0; pages < 10; pages++) {
      const command = new DescribeLogGroupsCommand({ ...(nextToken !== undefined && { nextToken }) });
      const page = await client.send(command, { abortSignal: signal });
      for (const { logGroupName } of page.logGroups ?? []) if (logGroupName) names.push(logGroupName);
      nextToken = page.nextToken;
      if (nextToken === undefined) break;
    }
  } catch {
    // A hint only: whoever may not list groups does without.
  }
  return names;
}
