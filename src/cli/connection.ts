import { type CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { type Command, Option } from 'commander';
import { createCloudWatchLogsClient, isLoopbackHost } from '../cloudwatch/client.js';
import { OptionError } from '../cloudwatch/errors.js';
import { type CommandIo } from './command-io.js';
import { rememberOperations } from './failed-operations.js';
import { DEFAULT_SINCE } from './time-arguments.js';
import { useProfile } from './use-profile.js';

/** Options of every command that asks the service. */
export interface ConnectionArguments {
  readonly region?: string | undefined;
  readonly profile?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly color?: boolean | undefined;
  readonly errorDetails?: boolean | undefined;
}

/** Options of every command that reads log groups. */
export interface ReadArguments extends ConnectionArguments {
  readonly logGroup?: readonly string[] | undefined;
  readonly since?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly limit?: number | undefined;
  readonly maxBytesScanned?: number | undefined;
  readonly json?: boolean | undefined;
}

/** Keeps the values of an option that may be given several times. */
export function collected(value: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), value];
}

/**
 * Adds the options of {@link ConnectionArguments} to a command.
 * @param names - what region and endpoint are, for a command that knows several
 */
export function addConnectionOptions(
  command: Command,
  { region = 'AWS region', endpoint = 'endpoint of the service' } = {},
): Command {
  return command
    .option('--region <region>', `${region} (default: AWS_REGION, then the profile)`)
    .option('--profile <name>', 'profile of ~/.aws (default: AWS_PROFILE)')
    .option('--endpoint <url>', `${endpoint} (default: AWS_ENDPOINT_URL, then AWS)`)
    .option(
      '--error-details',
      "show the whole text of the service's errors, without credentials; it may quote log content",
    );
}

/** Adds the option that names log groups, several and by prefixes too. @param what - what they are for the command */
export function addLogGroupOption(command: Command, what = 'log group'): Command {
  return command.option(
    '-g, --log-group <name>',
    `${what}: a name, an ARN, or a prefix with * (repeatable)`,
    collected,
  );
}

/** Adds the options of {@link ReadArguments} to a command. */
export function addReadOptions(command: Command): Command {
  return addConnectionOptions(
    addLogGroupOption(command)
      .option('-s, --since <duration>', `how far back, for example 15m, 2h, 7d (default: ${DEFAULT_SINCE})`)
      .option('--from <time>', 'begin: ISO time, epoch, or a duration back from the end')
      .option('--to <time>', 'end: ISO time, epoch, or a duration back from now (default: now)')
      .addOption(
        new Option('--limit <count>', 'at most so many events or rows').argParser(wholeNumber('--limit')),
      )
      .addOption(
        new Option(
          '--max-bytes-scanned <bytes>',
          'stop when the queries have scanned so much (kB, MB, GB)',
        ).argParser((text: string) => readBytes('--max-bytes-scanned', text)),
      ),
  )
    .option('--json', 'print one JSON document')
    .option('--no-color', 'no colours (also: NO_COLOR)');
}

/** Makes the client of a command. @throws OptionError */
export function connect(options: ConnectionArguments, io: CommandIo): CloudWatchLogsClient {
  useProfile(options.profile, io);
  const client = createCloudWatchLogsClient(
    {
      region: options.region ?? setIn(io, 'AWS_REGION'),
      endpoint: endpointOf(options, io),
      errorDetails: options.errorDetails,
    },
    io.env,
  );
  rememberOperations(client);
  return client;
}

/** Where a command's requests go, as far as it was said; undefined for AWS. */
export function endpointOf(options: ConnectionArguments, io: CommandIo): string | undefined {
  if (options.endpoint !== undefined) return options.endpoint;
  if (io.env.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS === 'true') return undefined;
  return setIn(io, 'AWS_ENDPOINT_URL_CLOUDWATCH_LOGS') ?? setIn(io, 'AWS_ENDPOINT_URL');
}

/** An environment variable; an empty one is as good as none, as in the AWS SDK. */
function setIn(io: CommandIo, name: string): string | undefined {
  return io.env[name] === '' ? undefined : io.env[name];
}

/** All log groups, for a command that asks before it reads them; undefined where some are named. */
export function allLogGroups(options: ReadArguments, io: CommandIo): readonly string[] | undefined {
  const isNamed = options.logGroup ?? io.env.OTEL_EXPORTER_CLOUDWATCH_LOGS_LOG_GROUP_NAME;
  return isNamed ? undefined : ['*'];
}

/**
 * The log groups that a command reads: those named, else the exporter's own, else, on this machine where
 * scanning costs nothing, all.
 * @throws OptionError where nothing says which
 */
export function logGroupsOf(options: ReadArguments, io: CommandIo): readonly string[] {
  if (options.logGroup) return options.logGroup;
  const exported = io.env.OTEL_EXPORTER_CLOUDWATCH_LOGS_LOG_GROUP_NAME;
  // A template (`/apps/{service.name}`) stands for all groups that begin as it does.
  if (exported) return [exported.replace(/\{[^]*$/, '*')];
  if (isLocalService(options, io)) return ['*'];
  throw new OptionError(
    '--log-group',
    "be given, for example --log-group '/apps/*' (scanning every log group of an account costs money; " +
      "--log-group '*' does so)",
  );
}

/** Whether a command asks a service on this machine, where scanning costs nothing. */
export function isLocalService(options: ConnectionArguments, io: CommandIo): boolean {
  const endpoint = endpointOf(options, io);
  return endpoint !== undefined && URL.canParse(endpoint) && isLoopbackHost(new URL(endpoint).hostname);
}

/** Reads a whole number from 1. */
export function wholeNumber(option: string): (text: string) => number {
  return (text) => {
    if (!/^[1-9]\d{0,14}$/.test(text)) throw new OptionError(option, 'be a whole number from 1', text);
    return Number(text);
  };
}

/** Reads an amount of bytes: `500000`, `10MB`, `1.5 GB`, `64MiB`. */
export function readBytes(option: string, text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(?:([kmgt])(i?)b?|b)?$/i.exec(text.trim());
  if (!match) throw new OptionError(option, 'be an amount of bytes, for example 500000, 10MB or 2GiB', text);
  const power = match[2] === undefined ? 0 : 'kmgt'.indexOf(match[2].toLowerCase()) + 1;
  const bytes = Math.round(Number(match[1]) * (match[3] ? 1024 : 1000) ** power);
  if (bytes < 1) throw new OptionError(option, 'be at least a byte', text);
  return bytes;
}
