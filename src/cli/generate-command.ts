import { setImmediate as nextTurn } from 'node:timers/promises';
import { Command, Option } from 'commander';
import { OptionError } from '../cloudwatch/errors.js';
import {
  GENERATED_KINDS,
  type GeneratedKind,
  LogEventGenerator,
  type PlacedEvent,
} from '../simulation/index.js';
import { type CommandIo } from './command-io.js';
import { addConnectionOptions, connect, type ConnectionArguments, wholeNumber } from './connection.js';
import { drained } from './drained.js';
import { EXIT, EXIT_CODES_HELP } from './exit-codes.js';
import { toSafeJsonLine } from './print-json.js';
import { runReplay } from './run-replay.js';
import { readTime } from './time-arguments.js';

interface GenerateArguments extends ConnectionArguments {
  readonly kind: GeneratedKind;
  readonly count: number;
  readonly seed?: number | undefined;
  readonly start?: string | undefined;
  readonly send?: boolean | undefined;
  readonly logGroup?: string | undefined;
  readonly yes?: boolean | undefined;
}

/** Events that are sent at once: they are held in memory. */
const MAX_SENT_EVENTS = 1_000_000;
/** Made without a pause; in a pause it shows that a pipe's reader has left, or that Ctrl-C was pressed. */
const EVENTS_A_TURN = 500;

const EXAMPLES = `
Examples:
  otel-cwlogs generate --kind sequence --count 1000 --seed 7 > events.ndjson
  otel-cwlogs generate --kind error --count 50 --send --endpoint http://127.0.0.1:4586
  otel-cwlogs replay events.ndjson --endpoint http://127.0.0.1:4586`;

/** The command `generate`. */
export function generateCommand(io: CommandIo): Command {
  return addConnectionOptions(
    new Command('generate')
      .description('make log events up, the same for the same seed: as NDJSON, or into log groups')
      .addOption(
        new Option(
          '--kind <kind>',
          'lines of all sorts, records, errors, or requests through several services',
        )
          .choices(GENERATED_KINDS)
          .default('sequence'),
      )
      .addOption(
        new Option('-n, --count <count>', 'so many; a sequence is not cut')
          .argParser(wholeNumber('--count'))
          .default(100),
      )
      .addOption(new Option('--seed <number>', 'decides what is made (default: 1)').argParser(readSeed))
      .option(
        '--start <time>',
        'time of the first event: ISO time, epoch, or a duration back from now (default: the last event is of now)',
      )
      .option('--send', 'send them; without it they are written to the standard output')
      .option('-g, --log-group <name>', 'log group for all of them (default: one for each service, /apps/…)')
      .option('-y, --yes', 'agree to what AWS bills'),
  )
    .addHelpText('after', EXAMPLES)
    .addHelpText('after', EXIT_CODES_HELP)
    .action((options: GenerateArguments) => run(options, io));
}

async function run(options: GenerateArguments, io: CommandIo): Promise<void> {
  const { kind, count, seed, logGroup } = options;
  const now = io.epochMillis();
  const times =
    options.start === undefined
      ? { endMillis: now }
      : { startMillis: readTime('--start', options.start, now) };
  const steps = new LogEventGenerator({ seed, ...times }).steps(kind, count);
  if (!options.send) {
    for await (const event of inTurns(steps, io)) {
      const isRoom = io.stdout.write(
        toSafeJsonLine(logGroup === undefined ? event : { ...event, logGroupName: logGroup }),
      );
      if (isRoom === false) await drained(io);
      if (io.signal.aborted) throw io.signal.reason;
    }
    io.setExitCode(EXIT.found);
    return;
  }
  if (count > MAX_SENT_EVENTS) {
    throw new OptionError(
      '--count',
      `be at most ${MAX_SENT_EVENTS} with --send; write a file and replay it`,
      count,
    );
  }
  const client = connect(options, io);
  try {
    // Spans belong to a group of AWS's own, into which nobody else writes.
    const source: PlacedEvent[] = [];
    for await (const event of inTurns(steps, io)) {
      if (logGroup !== undefined || event.logGroupName !== 'aws/spans') source.push(event);
    }
    await runReplay(
      {
        client,
        source,
        logGroupName: logGroup,
        keepTimes: options.start !== undefined,
        clock: io.epochMillis,
      },
      { isAgreed: options.yes === true },
      io,
    );
  } finally {
    client.destroy();
  }
}

/**
 * Lets others work after some steps, those too that give no event yet.
 * @throws the signal's reason, where Ctrl-C is pressed
 */
async function* inTurns(
  steps: Iterable<PlacedEvent | undefined>,
  { signal }: CommandIo,
): AsyncGenerator<PlacedEvent, void, undefined> {
  let count = 0;
  for (const event of steps) {
    if (event !== undefined) yield event;
    if (++count % EVENTS_A_TURN === 0) await nextTurn();
    if (signal.aborted) throw signal.reason;
  }
}

function readSeed(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new OptionError('--seed', 'be a whole number from 0', text);
  return Number(text);
}
