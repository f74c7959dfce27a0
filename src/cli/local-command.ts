import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { isIP } from 'node:net';
import { Command, Option } from 'commander';
import { isLoopbackAddress } from '../cloudwatch/loopback-address.js';
import { OptionError } from '../cloudwatch/errors.js';
import {
  type FaultKind,
  type FaultRule,
  type FsyncPolicy,
  LocalCloudWatchLogs,
  type SigningCredentials,
} from '../simulation/index.js';
import { type CommandIo, type TextSink } from './command-io.js';
import { collected, readBytes } from './connection.js';
import { escapeTerminalText } from '../cloudwatch/escape-terminal-text.js';
import { LocalPage } from './local-page.js';
import { readPort } from './read-port.js';
import { commandFor, factFor, tell } from './tell.js';

/** The port that the local service takes when none is said. */
export const DEFAULT_LOCAL_PORT = 4586;

interface LocalArguments {
  readonly port: number;
  readonly host?: string | undefined;
  readonly dataDir?: string | undefined;
  readonly maxBytes?: number | undefined;
  readonly fsync?: FsyncPolicy | undefined;
  readonly region?: string | undefined;
  readonly account?: string | undefined;
  readonly verifySignatures?: readonly SigningCredentials[] | undefined;
  readonly allowHost?: readonly string[] | undefined;
  readonly subscription?: Readonly<Record<string, string>> | undefined;
  readonly exportDir?: string | undefined;
  readonly metricsEndpoint?: string | undefined;
  readonly accountOf?: Readonly<Record<string, string>> | undefined;
  readonly answerOlderEvents?: boolean | undefined;
  readonly sequenceTokens?: boolean | undefined;
  readonly fault?: readonly FaultRule[] | undefined;
  readonly faultSeed?: number | undefined;
}

const EXAMPLES = `
Examples:
  otel-cwlogs local
  otel-cwlogs local --port 4600 --data-dir ./cloudwatch --max-bytes 2GB
  otel-cwlogs local --verify-signatures AKIDEXAMPLE:secret
  otel-cwlogs local --host 0.0.0.0 --verify-signatures env     # in a container, with the keys of its environment
  otel-cwlogs local --port 4566        # where suites made for LocalStack look; /_localstack/health answers too
  otel-cwlogs local --fault error=LimitExceededException:CreateLogGroup
  otel-cwlogs local --fault throttle:PutLogEvents@0.1 --fault '{"kind":"delay","delayMillis":500}'
  otel-cwlogs local --subscription arn:aws:lambda:us-east-1:000000000000:function:f=http://127.0.0.1:9000/
  otel-cwlogs local --metrics-endpoint http://127.0.0.1:4566

Then, in another terminal, what it prints at the start:
  export AWS_ENDPOINT_URL=http://127.0.0.1:${DEFAULT_LOCAL_PORT} AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1
  export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test
  aws logs describe-log-groups
  aws --endpoint-url $AWS_ENDPOINT_URL logs describe-log-groups       # before 1.29 and 2.13

While it runs, faults and the service's clock are set over HTTP, as JSON:
  curl -H 'content-type: application/json' -d '{"kind":"throttle","count":3}' $AWS_ENDPOINT_URL/_control/faults
  curl -H 'content-type: application/json' -d '{"advanceMillis":3600000}' $AWS_ENDPOINT_URL/_control/clock
  curl -X DELETE $AWS_ENDPOINT_URL/_control/faults
  curl -X POST $AWS_ENDPOINT_URL/_control/reset       # nothing stored, as at the start
With --verify-signatures these are signed too:
  curl --aws-sigv4 aws:amz:us-east-1:logs --user KEY:SECRET …`;

/** The command `local`. */
export function localCommand(io: CommandIo): Command {
  return new Command('local')
    .description('run a local CloudWatch Logs that AWS SDKs, the AWS CLI and this command can use')
    .addOption(
      new Option('-p, --port <port>', 'TCP port; 0 takes a free one')
        .default(DEFAULT_LOCAL_PORT)
        .argParser(readPort),
    )
    .option(
      '--host <address>',
      'IP address to listen on, such as 0.0.0.0 in a container (default: this machine alone); requests must be signed then',
    )
    .addOption(
      new Option(
        '--data-dir <folder>',
        'keep everything in a folder, also over restarts (default: in memory)',
      ).argParser((text: string) => readFolder('--data-dir', text)),
    )
    .addOption(
      new Option('--max-bytes <bytes>', 'keep so much, oldest events go first (kB, MB, GB)').argParser(
        (text: string) => readBytes('--max-bytes', text),
      ),
    )
    .addOption(
      new Option(
        '--fsync <policy>',
        'force the folder to the disk before each answer, once a second, or never (kill -9 takes nothing)',
      ).choices(['always', 'interval', 'never']),
    )
    .option('--region <region>', 'region of what is not signed (default: us-east-1); others are kept apart')
    .option('--account <id>', 'account of the service, 12 digits (default: 000000000000)')
    .addOption(
      new Option(
        '--account-of <key=id>',
        'account of an access key id; one of 12 digits is the account itself (repeatable)',
      ).argParser((text: string, previous: Record<string, string> | undefined) => ({
        ...previous,
        ...readAccountOf(text),
      })),
    )
    .option(
      '--answer-older-events',
      'let queries see events that are older than their log group, which the service does not',
    )
    .option('--sequence-tokens', 'want the sequence tokens of PutLogEvents, as the service did before 2023')
    .addOption(
      new Option(
        '--verify-signatures <key:secret>',
        'accept only requests signed so; env: with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (repeatable)',
      ).argParser((text: string, previous: SigningCredentials[] | undefined) => [
        ...(previous ?? []),
        text === 'env' ? credentialsIn(io.env) : readCredentials(text),
      ]),
    )
    .option(
      '--allow-host <name>',
      'host name that requests may be sent to, besides this machine (repeatable)',
      collected,
    )
    .addOption(
      new Option(
        '--subscription <arn=url>',
        'where subscription filters with this destination deliver: an http:// URL on this machine (repeatable)',
      ).argParser((text: string, previous: Record<string, string> | undefined) => {
        const { arn, url } = readSubscription(text);
        return { ...previous, [arn]: url };
      }),
    )
    .addOption(
      new Option(
        '--export-dir <folder>',
        'folder whose sub-folders are the buckets that export tasks write to',
      ).argParser((text: string) => readFolder('--export-dir', text)),
    )
    .option(
      '--metrics-endpoint <url>',
      'where metric filters publish: LocalStack, CloudWatch itself (keys as the AWS SDK finds them), or the like',
    )
    .addOption(
      new Option(
        '--fault <rule>',
        'let requests fail: kind[=code][:operation,…][@probability], or a fault rule as JSON (repeatable)',
      ).argParser((text: string, previous: FaultRule[] | undefined) => [
        ...(previous ?? []),
        readFault(text),
      ]),
    )
    .addOption(
      new Option(
        '--fault-seed <number>',
        'decides which requests faults with a probability strike (default: 1)',
      ).argParser(readSeed),
    )
    .addHelpText('after', EXAMPLES)
    .action((options: LocalArguments) => runLocal(options, io));
}

async function runLocal(given: LocalArguments, io: CommandIo): Promise<void> {
  const madeUp =
    given.verifySignatures === undefined && isOpen(given.host) ? [madeUpCredentials()] : undefined;
  const options = { ...given, verifySignatures: given.verifySignatures ?? madeUp };
  // A browser can't sign: where signatures are asked for, it gets nothing.
  const page = options.verifySignatures ? undefined : new LocalPage();
  const local = await start(options, io, page);
  const region = options.region ?? 'us-east-1';
  page?.open(local, region);
  const { stdout } = io;
  stdout.write(
    factFor(stdout, `CloudWatch Logs is running at ${local.endpoint} (region ${region}); Ctrl-C stops it`) +
      clientLines(local, given, stdout) +
      (page ? factFor(stdout, `Traces, errors and live records in the browser: ${local.endpoint}/`) : ''),
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
  page?.close();
  await local.stop();
  io.setExitCode(0);
}

/** What each client needs: SDKs, old ones among them, and command lines that know no endpoint by the environment. */
function clientLines(
  { endpoint, environment }: LocalCloudWatchLogs,
  options: LocalArguments,
  to: TextSink,
): string {
  const { AWS_ACCESS_KEY_ID: key = '', AWS_REGION: region = '' } = environment;
  // A secret that was given is known to whoever gave it, and needs not stand in a terminal; one that was made up does.
  const secret = options.verifySignatures ? "'<its secret>'" : environment.AWS_SECRET_ACCESS_KEY!;
  return (
    `  export AWS_ENDPOINT_URL=${endpoint} AWS_REGION=${region} AWS_DEFAULT_REGION=${region}\n` +
    `  export AWS_ACCESS_KEY_ID=${escapeTerminalText(key)} AWS_SECRET_ACCESS_KEY=${secret}\n` +
    commandFor(to, 'AWS CLI before 1.29 and 2.13:', `aws --endpoint-url ${endpoint} logs …`)
  );
}

/** Options of the service by the names that they have on the command line. */
const FLAGS: Readonly<Record<string, string>> = {
  accountId: '--account',
  accounts: '--account-of',
  allowedHosts: '--allow-host',
  host: '--host',
  maxBytes: '--max-bytes',
  metricsEndpoint: '--metrics-endpoint',
  region: '--region',
};

async function start(
  options: LocalArguments,
  io: CommandIo,
  page: LocalPage | undefined,
): Promise<LocalCloudWatchLogs> {
  if (options.fsync !== undefined && options.dataDir === undefined) {
    throw new OptionError(
      '--fsync',
      'stand beside --data-dir: nothing is written without one',
      options.fsync,
    );
  }
  try {
    return await LocalCloudWatchLogs.start({
      port: options.port,
      host: options.host,
      dataDirectory: options.dataDir,
      maxBytes: options.maxBytes,
      fsync: options.fsync,
      region: options.region,
      accountId: options.account,
      accounts: options.accountOf,
      answerOlderEvents: options.answerOlderEvents,
      sequenceTokens: options.sequenceTokens,
      verifySignatures: options.verifySignatures,
      allowedHosts: options.allowHost,
      subscriptionDestinations: options.subscription,
      exportDirectory: options.exportDir,
      metricsEndpoint: options.metricsEndpoint,
      faults: options.fault,
      faultSeed: options.faultSeed,
      pages: page?.answer,
      onWarning: (warning) => {
        tell(io.stderr, `warning: ${escapeTerminalText(warning)}`);
      },
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRNOTAVAIL') {
      throw new OptionError('--host', 'be an address of this machine', options.host);
    }
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') {
      throw new OptionError(
        '--port',
        'be free; something listens there already (0 takes a free one)',
        options.port,
      );
    }
    if (error instanceof OptionError && FLAGS[error.option] !== undefined) {
      error.message = error.named(FLAGS[error.option]!);
    }
    if (options.dataDir !== undefined && error instanceof Error && 'syscall' in error) {
      throw new OptionError(
        '--data-dir',
        `be a folder that this process can read and write (${error.message})`,
        options.dataDir,
      );
    }
    throw error;
  }
}

function readFolder(option: string, text: string): string {
  if (text.trim() === '' || isOtherThanFolder(text)) throw new OptionError(option, 'be a folder', text);
  return text;
}

function isOtherThanFolder(path: string): boolean {
  try {
    return !statSync(path).isDirectory();
  } catch {
    // It may be made yet; what else is wrong with it shows when it is used.
    return false;
  }
}

function readSubscription(text: string): { arn: string; url: string } {
  const [, arn, url] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
  if (arn === undefined || url === undefined) {
    throw new OptionError('--subscription', 'be the ARN of a destination and a URL, joined by =', text);
  }
  return { arn, url };
}

function readAccountOf(text: string): Record<string, string> {
  const [, key, account] = /^([^=]+)=(\d{12})$/.exec(text) ?? [];
  if (key === undefined || account === undefined) {
    throw new OptionError(
      '--account-of',
      'be an access key id and an account of 12 digits, joined by =',
      text,
    );
  }
  return { [key]: account };
}

/** Reads `throttle`, `error=LimitExceededException:Put*,Start*@0.1`, or JSON; the service checks what it says. */
function readFault(text: string): FaultRule {
  if (text.trimStart().startsWith('{')) {
    try {
      return JSON.parse(text) as FaultRule;
    } catch {
      throw new OptionError('--fault', 'be valid JSON, since it begins with {', text);
    }
  }
  const [, kind, code, operations, probability] =
    /^([^:@=]+)(?:=([^:@]+))?(?::([^@]+))?(?:@(.+))?$/s.exec(text) ?? [];
  if (kind === undefined) {
    throw new OptionError('--fault', 'be kind[=code][:operation,…][@probability] or JSON', text);
  }
  return {
    kind: kind as FaultKind,
    code,
    operations: operations?.split(',').map((name) => name.trim()),
    probability: probability === undefined ? undefined : Number(probability),
  };
}

/** Whether others than this machine get to an address. What is no address the service refuses. */
function isOpen(host: string | undefined): boolean {
  return host !== undefined && isIP(host) !== 0 && !isLoopbackAddress(host);
}

/** Keys of this run alone. */
function madeUpCredentials(): SigningCredentials {
  return { accessKeyId: 'local', secretAccessKey: randomBytes(20).toString('hex') };
}

/** Where a command line can be read by others, an environment can not. */
function credentialsIn(env: CommandIo['env']): SigningCredentials {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = env;
  if (accessKeyId && secretAccessKey) return { accessKeyId, secretAccessKey };
  throw new OptionError(
    '--verify-signatures',
    'stand beside AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY where it is "env"',
  );
}

function readSeed(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new OptionError('--fault-seed', 'be a whole number from 0', text);
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
