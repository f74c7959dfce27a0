import {
  CloudWatchLogsClient,
  DeleteLogGroupCommand,
  DescribeLogGroupsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { LocalCloudWatchLogs } from '../../src/simulation/index.js';
import { givenEndpoint } from '../endpoint/given-endpoint.js';

/** What reaches the service under test. */
export interface Connection {
  readonly region?: string;
  readonly endpoint?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/**
 * The service that the end-to-end tests run against: AWS with `CLOUDWATCH_E2E_TESTS=true`, the one at
 * `CLOUDWATCH_TEST_ENDPOINT`, else the local one, so that the tests themselves are tested each time.
 */
export class Target {
  readonly connection: Connection;
  readonly client: CloudWatchLogsClient;
  /** The beginning of the names of all log groups that the tests make. */
  readonly prefix = `/opentelemetry-cloudwatch-logs/e2e/${Date.now()}-${process.pid}`;
  readonly #local: LocalCloudWatchLogs | undefined;

  private constructor(connection: Connection, local?: LocalCloudWatchLogs) {
    this.connection = connection;
    // Live tail's host is one of AWS's alone.
    this.client = new CloudWatchLogsClient({
      ...connection,
      disableHostPrefix: connection.endpoint !== undefined,
    });
    this.#local = local;
  }

  static async open(environment: NodeJS.ProcessEnv): Promise<Target> {
    // Region and credentials are those of the environment.
    if (environment.CLOUDWATCH_E2E_TESTS === 'true') return new Target({});
    const given = givenEndpoint(environment);
    const local = given === undefined ? await LocalCloudWatchLogs.start() : undefined;
    const endpoint = given ?? local!.endpoint;
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    return new Target({ endpoint, region: 'us-east-1', credentials }, local);
  }

  /** Removes what the tests have made. */
  async close(): Promise<void> {
    const command = new DescribeLogGroupsCommand({ logGroupNamePrefix: this.prefix });
    for (const { logGroupName } of (await this.client.send(command)).logGroups ?? []) {
      await this.client.send(new DeleteLogGroupCommand({ logGroupName }));
    }
    this.client.destroy();
    await this.#local?.stop();
  }
}
