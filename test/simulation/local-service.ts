import {
  CloudWatchLogsClient,
  type CloudWatchLogsClientConfig,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';

import { LocalCloudWatchLogs, type LocalCloudWatchLogsOptions } from '../../src/simulation/index.js';

export const DAY = 24 * 60 * 60 * 1000;
export const HOUR = 60 * 60 * 1000;

/** 2026-03-01T12:00:00Z: where the clock of a {@link LocalService} stands at first. */
export const START = Date.UTC(2026, 2, 1, 12);

/** A local service with a clock that tests set, and the AWS SDK's client for it. */
export class LocalService {
  readonly local: LocalCloudWatchLogs;
  readonly client: CloudWatchLogsClient;
  readonly #clock: { time: number };

  private constructor(local: LocalCloudWatchLogs, clock: { time: number }) {
    this.local = local;
    this.client = clientFor(local);
    this.#clock = clock;
  }

  static async start(options: LocalCloudWatchLogsOptions = {}): Promise<LocalService> {
    const clock = { time: START };
    const local = await LocalCloudWatchLogs.start({ clock: () => clock.time, ...options });
    return new LocalService(local, clock);
  }

  get time(): number {
    return this.#clock.time;
  }

  set time(time: number) {
    this.#clock.time = time;
  }

  async stop(): Promise<void> {
    this.client.destroy();
    await this.local.stop();
  }

  /** Makes a group with a stream. */
  async createStream(logGroupName: string, logStreamName = 'stream'): Promise<void> {
    await this.client.send(new CreateLogGroupCommand({ logGroupName }));
    await this.client.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
  }

  /** Puts events given as [milliseconds from the clock, message]. */
  async put(
    logGroupName: string,
    events: readonly (readonly [offset: number, message: string])[],
    logStreamName = 'stream',
  ): Promise<void> {
    const logEvents = events.map(([offset, message]) => ({ timestamp: this.time + offset, message }));
    await this.client.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents }));
  }

  /** Sends a request as it stands. */
  async raw(
    operation: string | undefined,
    body: string | Buffer,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; body: Record<string, unknown>; headers: Headers }> {
    const response = await fetch(this.local.endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        ...(operation === undefined ? {} : { 'x-amz-target': `Logs_20140328.${operation}` }),
        ...headers,
      },
      body: typeof body === 'string' ? body : new Uint8Array(body),
    });
    const text = await response.text();
    const parsed = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
    return { status: response.status, body: parsed, headers: response.headers };
  }
}

/** The AWS SDK's client of a local service. */
export function clientFor(
  local: LocalCloudWatchLogs,
  config: CloudWatchLogsClientConfig = {},
): CloudWatchLogsClient {
  return new CloudWatchLogsClient({
    endpoint: local.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
    maxAttempts: 1,
    ...config,
  });
}

/** The error that a call fails with. */
export async function failure(promise: Promise<unknown>): Promise<{ name: string; message: string }> {
  try {
    await promise;
  } catch (error) {
    const { name, message } = error as Error;
    return { name, message };
  }
  throw new Error('The call did not fail.');
}
