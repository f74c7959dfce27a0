import { Command, Option } from 'commander';
import { OptionError } from '../cloudwatch/errors.js';
import { logGroupSource, ndjsonSource, type ReplaySource } from '../replay/index.js';
import { type CommandIo } from './command-io.js';
import { addConnectionOptions, connect } from './connection.js';
import { type SourceArguments, withSourceClient } from './replay-source.js';
import { runReplay } from './run-replay.js';
import { DEFAULT_SINCE, readTimeRange, type TimeArguments } from './time-arguments.js';

interface ReplayArguments extends SourceArguments, TimeArguments {
  readonly fromGroup?: string | undefined;
  readonly filter?: string | undefined;
  readonly logGroup?: string | undefined;
  readonly logStream?: string | undefined;
  readonly speed?: number | undefined;
  readonly keepTimes?: boolean | undefined;
  readonly checkpointFile?: string | undefined;
  readonly yes?: boolean | undefined;
}

const EXAMPLES = `
Examples:
  otel-cwlogs replay incident.ndjson --endpoint http://127.0.0.1:4586
  otel-cwlogs replay incident.ndjson -g /replayed --speed 10 --checkpoint-file incident.checkpoint
  otel-cwlogs replay --from-group /apps/orders --since 1h --endpoint http://127.0.0.1:4586

A file has one JSON object a line, as generate and tail --json write it. Times are moved so that the newest event is of
now; with --speed the first one is, and the others follow at that pace. AWS_ENDPOINT_URL says where events go:
--from-group is read from AWS, unless --from-endpoint names another service.`;

const EXIT_CODES = `
Exit codes: 0 all delivered, 1 some lost or not agreed, 2 wrong command line or file, 3 source group
or service failed, 130 interrupted.`;

/** The command `replay`. */
export function replayCommand(io: CommandIo): Command {
  return addConnectionOptions(
    new Command('replay')
      .description('send the log events of a file or a log group once more, into any log group')
      .argument('[file]', 'NDJSON; or --from-group')
      .option('--from-group <name>', 'log group to read, a name or an ARN')
      .option(
        '--from-endpoint <url>',
        'endpoint that --from-group is read from (default: AWS, also where AWS_ENDPOINT_URL is set)',
      )
      .option(
        '--from-region <region>',
        'region that --from-group is read from (default: AWS_REGION, then the profile)',
      )
      .option('--filter <pattern>', 'filter pattern for --from-group')
      .option('-s, --since <duration>', `how far back --from-group is read (default: ${DEFAULT_SINCE})`)
      .option('--from <time>', 'begin for --from-group')
      .option('--to <time>', 'end for --from-group (default: now)')
      .option('-g, --log-group <name>', 'log group for all events (default: where each came from)')
      .option('--log-stream <name>', 'log stream for all events (default: where each came from, or replay)')
      .addOption(
        new Option(
          '--speed <times>',
          'so many times as fast as they came, 1 as then (default: at once)',
        ).argParser(readSpeed),
      )
      .option('--keep-times', 'leave the times as they are; what is older than 14 days is refused')
      .option('--checkpoint-file <file>', 'keep there how far it came, and go on from there')
      .option('-y, --yes', 'agree to what AWS bills'),
    { region: 'AWS region to send to', endpoint: 'endpoint to send to' },
  )
    .addHelpText('after', EXAMPLES)
    .addHelpText('after', EXIT_CODES)
    .action((file: string | undefined, options: ReplayArguments) => run(file, options, io));
}

async function run(file: string | undefined, options: ReplayArguments, io: CommandIo): Promise<void> {
  const { fromGroup, logGroup, logStream, speed, keepTimes, checkpointFile } = options;
  if ((file === undefined) === (fromGroup === undefined)) {
    throw new OptionError('<file>', 'be given, or --from-group, and not both');
  }
  const client = connect(options, io);
  const replay = (source: ReplaySource): Promise<void> =>
    runReplay(
      {
        client,
        source,
        logGroupName: logGroup,
        logStreamName: logStream,
        // Spans of a file that `generate` wrote, for one: nobody writes into that group but AWS.
        ...(logGroup === undefined && {
          transform: (event) => (/^aws\//i.test(event.logGroupName ?? '') ? undefined : event),
        }),
        speed,
        keepTimes,
        clock: io.epochMillis,
      },
      { isAgreed: options.yes === true, checkpointFile },
      io,
    );
  try {
    if (fromGroup === undefined) {
      await replay(ndjsonSource(file!));
      return;
    }
    const range = readTimeRange(options, io.epochMillis());
    await withSourceClient(options, io, (reader) =>
      replay(logGroupSource(reader, { logGroup: fromGroup, ...range, filterPattern: options.filter })),
    );
  } finally {
    client.destroy();
  }
}

function readSpeed(text: string): number {
  const speed = Number(text);
  if (!(speed > 0 && speed < Infinity)) throw new OptionError('--speed', 'be a number over 0', text);
  return speed;
}
