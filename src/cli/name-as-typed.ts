import { type OptionError } from '../cloudwatch/errors.js';
import { type CommandIo } from './command-io.js';
import { type ConnectionArguments } from './connection.js';

/** What options of the code are called on the command line. */
const FLAGS: Readonly<Record<string, string>> = {
  logGroups: '--log-group',
  logGroupName: '--log-group',
  logStreamName: '--log-stream',
  kmsKeyId: '--kms-key',
  region: '--region',
  endpoint: '--endpoint',
};

const VARIABLES: Readonly<Record<string, readonly string[]>> = {
  logGroups: ['OTEL_EXPORTER_CLOUDWATCH_LOGS_LOG_GROUP_NAME'],
  endpoint: ['AWS_ENDPOINT_URL_CLOUDWATCH_LOGS', 'AWS_ENDPOINT_URL'],
};

/**
 * Lets an error say which option of the command line is wrong, or which variable gave its value, in place of the
 * option's name in code.
 */
export function nameAsTyped(
  error: OptionError,
  options: ConnectionArguments & { logGroup?: unknown },
  io: CommandIo,
): void {
  const { option } = error;
  const flag = Object.hasOwn(FLAGS, option) ? FLAGS[option] : undefined;
  if (flag === undefined) return;
  const isTyped = (option === 'endpoint' ? options.endpoint : options.logGroup) !== undefined;
  const variable = isTyped ? undefined : VARIABLES[option]?.find((name) => io.env[name]);
  error.message = error.named(variable ?? flag);
}
