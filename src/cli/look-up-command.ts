import { Command } from 'commander';
import { OptionError } from '../cloudwatch/errors.js';
import { type CorrelationSubject } from '../insights/index.js';
import { type CommandIo } from './command-io.js';
import { addReadOptions, collected } from './connection.js';
import { EXIT_CODES_HELP } from './exit-codes.js';
import { type LookUpArguments, runLookUp } from './look-up-run.js';
import { errorLines } from './render-errors.js';
import { timelineLines } from './render-timeline.js';

interface LookUpCommand {
  readonly name: 'trace' | 'span' | 'request' | 'find';
  readonly argument: string;
  readonly about: string;
  readonly examples: readonly string[];
  readonly subject: (text: string) => CorrelationSubject;
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
    subject: (trace) => ({ trace }),
  },
  {
    name: 'span',
    argument: '<span-id>',
    about: 'every log event of one span, and its trace to go on with',
    examples: ["otel-cwlogs span eee19b7ec3c1b174 --log-group '/apps/*' --since 2h"],
    subject: (span) => ({ span }),
  },
  {
    name: 'request',
    argument: '<request-id>',
    about: 'every log event of a request id (Lambda, Powertools, or your own request_id), and its traces',
    examples: [
      'otel-cwlogs request c6af9ac6-7b61-11e6-9a41-93e8deadbeef -g /aws/lambda/orders',
      "otel-cwlogs request order-7 -g '/apps/*' --full-text",
    ],
    subject: (request) => ({ request }),
  },
  {
    name: 'find',
    argument: '<field=value>',
    about: 'every log event with a value in a field, attribute or resource attribute, and its traces',
    examples: [
      "otel-cwlogs find order.id=4711 -g '/apps/*'",
      "otel-cwlogs find 'user.name=Ada Lovelace' -g '/apps/*' --since 1d",
    ],
    subject: readFieldAndValue,
  },
];

/** The commands `trace`, `span`, `request`, `find` and `errors`. */
export function lookUpCommands(io: CommandIo): Command[] {
  return [...COMMANDS.map((one) => lookUpCommand(one, io)), errorsCommand(io)];
}

function lookUpCommand(one: LookUpCommand, io: CommandIo): Command {
  const command = addLookUpOptions(new Command(one.name).description(one.about).argument(one.argument))
    .option('--full-text', 'also find events that hold the value anywhere in their text (scans everything)')
    .option('--thorough', 'scan every log group for every spelling, even where an index has answered');
  if (one.name !== 'find') {
    command.option(
      `--${one.name}-id-field <name>`,
      `a further field that holds the ${one.name} id in your logs (can be repeated)`,
      collected,
    );
  }
  return command
    .addHelpText('after', `\nExamples:\n${one.examples.map((example) => `  ${example}`).join('\n')}`)
    .addHelpText('after', EXIT_CODES_HELP)
    .action((id: string, options: LookUpArguments) =>
      runLookUp({ subject: one.subject(id), draw: timelineLines }, options, io),
    );
}

/** Errors that are shown where no limit is given: a screen or two. */
const DEFAULT_ERRORS = 20;

const ERRORS_HELP = `
Examples:
  otel-cwlogs errors -g '/apps/*'
  otel-cwlogs errors -g '/apps/*' -g '/aws/lambda/*' --since 1d --limit 100

No index tells errors: the whole range is scanned. The newest ${DEFAULT_ERRORS} are shown, the newest last.`;

function errorsCommand(io: CommandIo): Command {
  return addLookUpOptions(
    new Command('errors').description(
      'the newest errors over log groups, each with its trace and the command that shows it',
    ),
  )
    .addHelpText('after', ERRORS_HELP)
    .addHelpText('after', EXIT_CODES_HELP)
    .action((options: LookUpArguments) =>
      runLookUp(
        {
          subject: { errors: true },
          limit: DEFAULT_ERRORS,
          draw: (result, drawing) => errorLines(result, options, drawing),
        },
        options,
        io,
      ),
    );
}

function addLookUpOptions(command: Command): Command {
  return addReadOptions(command)
    .option('--no-spans', 'leave out the spans of the group aws/spans')
    .option('-v, --verbose', 'all attributes, ids, resource and stack of each event')
    .option('--utc', 'times in UTC (default: the local zone)')
    .option('--markdown', 'print Markdown, for an issue or a chat')
    .option('-y, --yes', 'search all log groups without a question, where none is named');
}

/** @throws OptionError for what is no `field=value` */
function readFieldAndValue(text: string): { field: string; value: string } {
  const sign = text.indexOf('=');
  if (sign < 1 || sign === text.length - 1) {
    throw new OptionError('field=value', 'be a field, = and a value, for example order.id=4711', text);
  }
  return { field: text.slice(0, sign).trim(), value: text.slice(sign + 1) };
}
