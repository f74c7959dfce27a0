import {
  CloudWatchLogsClient,
  type CloudWatchLogsClientConfig,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DescribeLogGroupsCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { LocalCloudWatchLogs } from '../../src/simulation/index.js';
import { givenEndpoint } from './given-endpoint.js';

/** What reaches a service, as options of clients and exporters. */
export interface Connection {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** 2026-03-01T12:00:00Z: where the clock of an embedded service stands at first. */
const START = Date.UTC(2026, 2, 1, 12);

/**
 * How far the time of a test is ahead of the clock where that clock can't be set. Queries show no event from before its
 * log group was made: what tests put up to an hour before their own time must still come after that. PutLogEvents takes
 * events up to two hours ahead.
 */
const AHEAD_MILLIS = 65 * 60_000;

let services = 0;

/**
 * The CloudWatch Logs service that an integration test runs against: the one at the endpoint of the environment, with log
 * groups under a prefix of the test's own, which go at the end; without an endpoint an embedded one, which is nobody
 * else's.
 */
export class ServiceUnderTest {
  readonly connection: Connection;
  readonly client: CloudWatchLogsClient;
  /** The test's own time, in milliseconds since 1970. An embedded service with a clock of its own follows it. */
  time: number;
  readonly #local: LocalCloudWatchLogs | undefined;
  readonly #prefix: string;

  private constructor(connection: Connection, local: LocalCloudWatchLogs | undefined, time: number) {
    this.connection = connection;
    this.#local = local;
    this.#prefix = local
      ? ''
      : `/opentelemetry-cloudwatch-logs/test/${Date.now()}-${process.pid}/${++services}`;
    this.time = time;
    this.client = this.newClient();
  }

  /**
   * @param options - `ownClock`: whether the embedded service's clock is the test's {@link time}; by default both are the
   *   system's. `answerOlderEvents`: of the embedded service
   */
  static async start({ ownClock = false, answerOlderEvents = false } = {}): Promise<ServiceUnderTest> {
    const endpoint = givenEndpoint();
    if (endpoint !== undefined) {
      return new ServiceUnderTest(
        connectionTo(endpoint),
        undefined,
        Date.now() + (ownClock ? AHEAD_MILLIS : 0),
      );
    }
    const own: { service?: ServiceUnderTest } = {};
    const clock = (): number => own.service?.time ?? START;
    const local = await LocalCloudWatchLogs.start({ answerOlderEvents, ...(ownClock && { clock }) });
    const time = ownClock ? START : Date.now();
    return (own.service = new ServiceUnderTest(connectionTo(local.endpoint), local, time));
  }

  /** The embedded service, for tests that are declared with `itNeeds`. */
  get local(): LocalCloudWatchLogs {
    if (this.#local) return this.#local;
    throw new Error('only the embedded service has controls: declare the test with itNeeds');
  }

  /** Whether others may have log groups there too, such as the spans of the account. */
  get isShared(): boolean {
    return this.#local === undefined;
  }

  /** Ends faults of the test before; a service that is not the embedded one has none. */
  clearFaults(): void {
    this.#local?.faults.clear();
  }

  /** The name under which a test finds its log group, or groups (`/apps/*`), in this service. */
  name(path: string): string {
    return `${this.#prefix}${path}`;
  }

  /** Another client; none tries again by default. */
  newClient(config: CloudWatchLogsClientConfig = {}): CloudWatchLogsClient {
    // Live tail's host is one of AWS's alone.
    return new CloudWatchLogsClient({
      ...this.connection,
      maxAttempts: 1,
      disableHostPrefix: true,
      ...config,
    });
  }

  /** Makes a group with a stream. */
  async createStream(path: string, logStreamName = 'stream'): Promise<void> {
    const logGroupName = this.name(path);
    await this.client.send(new CreateLogGroupCommand({ logGroupName }));
    await this.client.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
  }

  /** Puts events given as [milliseconds from the test's time, message]. */
  async put(path: string, events: readonly (readonly [offset: number, message: string])[]): Promise<void> {
    const logEvents = events.map(([offset, message]) => ({ timestamp: this.time + offset, message }));
    await this.client.send(
      new PutLogEventsCommand({ logGroupName: this.name(path), logStreamName: 'stream', logEvents }),
    );
  }

  /** Stops an embedded service; of another one it removes the log groups that the test has made. */
  async stop(): Promise<void> {
    if (this.#local) await this.#local.stop();
    else await this.#removeGroups();
    this.client.destroy();
  }

  async #removeGroups(): Promise<void> {
    // What was throttled or cut must not leave groups behind.
    const client = this.newClient({ maxAttempts: 3 });
    const names: string[] = [];
    let nextToken: string | undefined;
    do {
      const command = new DescribeLogGroupsCommand({ logGroupNamePrefix: `${this.#prefix}/`, nextToken });
      const page = await client.send(command);
      names.push(...(page.logGroups ?? []).map(({ logGroupName }) => logGroupName!));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    for (const logGroupName of names) await client.send(new DeleteLogGroupCommand({ logGroupName }));
    client.destroy();
  }
}

/** Emulators take any keys; those of the environment are for a service that checks them. */
function connectionTo(endpoint: string): Connection {
  const { AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = process.env;
  return {
    endpoint,
    region: AWS_REGION ?? 'us-east-1',
    credentials: {
      accessKeyId: AWS_ACCESS_KEY_ID ?? 'test',
      secretAccessKey: AWS_SECRET_ACCESS_KEY ?? 'test',
    },
  };
}
