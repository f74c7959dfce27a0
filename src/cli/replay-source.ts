import { type CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { type CommandIo } from './command-io.js';
import { connect, type ConnectionArguments } from './connection.js';

/** Where `replay` reads a log group. */
export interface SourceArguments extends ConnectionArguments {
  readonly fromEndpoint?: string | undefined;
  readonly fromRegion?: string | undefined;
}

/**
 * Runs something with the client that reads the source: at `--from-endpoint`, else at AWS.
 * The endpoint of the environment says where events go, as it does for every command that writes. The SDK would read
 * from there as well, log groups and credentials, when it makes its first request: so nothing of it is in the
 * environment until the end. Whoever sends must have been told its endpoint before.
 */
export async function withSourceClient<T>(
  options: SourceArguments,
  io: CommandIo,
  run: (reader: CloudWatchLogsClient) => Promise<T>,
): Promise<T> {
  const { AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_CLOUDWATCH_LOGS } = io.env;
  delete io.env.AWS_ENDPOINT_URL;
  delete io.env.AWS_ENDPOINT_URL_CLOUDWATCH_LOGS;
  try {
    const reader = connect({ ...options, region: options.fromRegion, endpoint: options.fromEndpoint }, io);
    try {
      return await run(reader);
    } finally {
      reader.destroy();
    }
  } finally {
    // An environment variable that is set to undefined would be the text "undefined".
    Object.assign(
      io.env,
      AWS_ENDPOINT_URL !== undefined && { AWS_ENDPOINT_URL },
      AWS_ENDPOINT_URL_CLOUDWATCH_LOGS !== undefined && { AWS_ENDPOINT_URL_CLOUDWATCH_LOGS },
    );
  }
}
