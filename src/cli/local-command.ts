import { Command, Option } from 'commander';
import { OptionError } from '../cloudwatch/errors.js';
import { LocalCloudWatchLogs, type SigningCredentials } from '../simulation/index.js';
import { type CommandIo } from './command-io.js';
import { readBytes } from './connection.js';

/** The port that the local service takes when none is said. */
export const DEFAULT_LOCAL_PORT = 4586;

interface LocalArguments {
  readonly port: number;
  readonly dataDir?: string | undefined;
  readonly maxBytes?: number | undefined;
  readonly region?: string | undefined;
  readonly account?: string | undefined;
  readonly verifySignatures?: readonly SigningCredentials[] | undefined;
  readonly allowHost?: readonly string[] | undefined;
}

const EXAMPLES = `
Examples:
  otel-cwlogs local
  otel-cwlogs local --port 4600 --data-dir ./cloudwatch --max-bytes 2GB
  otel-cwlogs local --verify-signatures AKIDEXAMPLE:secret

Then, in another terminal:
  export AWS_ENDPOINT_URL=http://127.0.0.1:${DEFAULT_LOCAL_PORT} AWS_REGION=us-east-1
  export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test
  aws logs describe-log-groups`;

/** The command `local`. */
export function localCommand(io: CommandIo): Command {
  return new Command('local')
    .description('run a local CloudWatch Logs that AWS SDKs, the AWS CLI and this command can use')
    .addOption(
      new Option('-p, --port <port>', 'TCP port on 127.0.0.1; 0 takes a free one')
        .default(DEFAULT_LOCAL_PORT)
        .argParser(readPort),
    )
    .addOption(
      new Option(
        '--data-dir <folder>',
        'keep everything in a folder, also over restarts (default: in memory)',
      ).argParser(readFolder),
    )
    .addOption(
      new Option('--max-bytes <bytes>', 'keep so much, oldest events go first (kB, MB, GB)').argParser(
        (text: string) => readBytes('--max-bytes', text),
      ),
    )
    .option('--region <region>', 'region of the service (default: us-east-1)')
    .option('--account <id>', 'account of the service, 12 digits (default: 000000000000)')
    .addOption(
      new Option('--verify-signatures <key:secret>', 'accept only requests signed so (repeatable)').argParser(
        (text: string, previous: SigningCredentials[] | undefined) => [
          ...(previous ?? []),
          readCredentials(text),
        ],
      ),
    )
    .option(
      '--allow-host <name>',
      'host name that requests may be sent to, besides this machine (repeatable)',
      (text: string, previous: string[] | undefined) => [...(previous ?? []), text],
    )
    .addHelpText('after', EXAMPLES)
    .action((options: LocalArguments) => runLocal(options, io));
}

async function runLocal(options: LocalArguments, io: CommandIo): Promise<void> {
  const local = await start(options);
  const region = options.region ?? 'us-east-1';
  io.stdout.write(
    `CloudWatch Logs is running at ${local.endpoint} (region ${region}); Ctrl-C stops it\n` +
      `  export AWS_ENDPOINT_URL=${local.endpoint} AWS_REGION=${region}\n`,
  );
  await new Promise<void>((resolve) => {
    if (io.signal.aborted) resolve();
    else
      io.signal.addEventListener(
        'abort',
        () => {
          resolve();
        },
        { once: true },
      );
  });
  await local.stop();
  io.setExitCode(0);
}

async function start(options: LocalArguments): Promise<LocalCloudWatchLogs> {
  try {
    return await LocalCloudWatchLogs.start({
      port: options.port,
      dataDirectory: options.dataDir,
      maxBytes: options.maxBytes,
      region: options.region,
      accountId: options.account,
      verifySignatures: options.verifySignatures,
      allowedHosts: options.allowHost,
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') {
      throw new OptionError(
        '--port',
        'be free; something listens there already (0 takes a free one)',
        options.port,
      );
    }
    throw error;
  }
}

function readFolder(text: string): string {
  if (text.trim() === '') throw new OptionError('--data-dir', 'be a folder', text);
  return text;
}

function readPort(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) {
    throw new OptionError('--port', 'be a whole number from 0 to 65535', text);
  }
  return Number(text);
}

function readCredentials(text: string): SigningCredentials {
  const colon = text.indexOf(':');
  // The secret is not shown.
  if (colon < 1 || colon === text.length - 1) {
    throw new OptionError('--verify-signatures', 'be an access key id and its secret, joined by a colon');
  }
  return { accessKeyId: text.slice(0, colon), secretAccessKey: text.slice(colon + 1) };
}
