import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DescribeLogGroupsCommand,
  DescribeMetricFiltersCommand,
  FilterLogEventsCommand,
  GetQueryResultsCommand,
  PutLogEventsCommand,
  PutMetricFilterCommand,
  PutRetentionPolicyCommand,
  StartQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';

const MAIN = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
const GROUP = '/apps/orders';

describe('otel-cwlogs local --data-dir', () => {
  let directory: string;
  let child: ChildProcess | undefined;
  let client: CloudWatchLogsClient;

  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'local-'));
  });
  after(() => {
    child?.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  });

  async function start(): Promise<void> {
    child = spawn(process.execPath, [MAIN, 'local', '--port', '0', '--data-dir', directory], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let shown = '';
    const endpoint = await new Promise<string>((resolve, reject) => {
      child!.stderr!.on('data', (text: Buffer) => (shown += String(text)));
      child!.stdout!.on('data', (text: Buffer) => {
        shown += String(text);
        const found = /running at (\S+)/.exec(shown)?.[1];
        if (found) resolve(found);
      });
      child!.once('exit', () => {
        reject(new Error(`it ended: ${shown}`));
      });
    });
    client = new CloudWatchLogsClient({
      endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 1,
    });
  }

  async function kill(): Promise<void> {
    const exited = once(child!, 'exit');
    child!.kill('SIGKILL');
    await exited;
    client.destroy();
  }

  async function ask(queryString: string): Promise<Record<string, string>[]> {
    const seconds = Math.floor(Date.now() / 1000);
    const { queryId } = await client.send(
      new StartQueryCommand({
        logGroupName: GROUP,
        queryString,
        startTime: seconds - 60,
        endTime: seconds + 60,
      }),
    );
    for (;;) {
      const { status, results } = await client.send(new GetQueryResultsCommand({ queryId }));
      if (status === 'Running' || status === 'Scheduled') continue;
      return results!.map((row) => Object.fromEntries(row.map(({ field, value }) => [field!, value!])));
    }
  }

  it('has everything that it acknowledged after kill -9, as often as it happens', async function () {
    this.timeout(180_000);
    await start();
    await client.send(new CreateLogGroupCommand({ logGroupName: GROUP, tags: { team: 'orders' } }));
    await client.send(new CreateLogStreamCommand({ logGroupName: GROUP, logStreamName: 's' }));
    await client.send(new PutRetentionPolicyCommand({ logGroupName: GROUP, retentionInDays: 7 }));
    await client.send(
      new PutMetricFilterCommand({
        logGroupName: GROUP,
        filterName: 'errors',
        filterPattern: 'ERROR',
        metricTransformations: [{ metricName: 'm', metricNamespace: 'n', metricValue: '1' }],
      }),
    );
    for (let round = 1; round <= 3; round++) {
      for (let put = 0; put < 5; put++) {
        const timestamp = Date.now();
        const logEvents = Array.from({ length: 100 }, (_, n) => ({
          timestamp,
          message: JSON.stringify({ round, put, n, trace_id: `trace-${round}-${put}` }),
        }));
        await client.send(new PutLogEventsCommand({ logGroupName: GROUP, logStreamName: 's', logEvents }));
      }
      // Right behind the last acknowledgement.
      await kill();
      await start();
      expect(await ask('stats count(*) as n')).to.deep.equal([{ n: String(round * 500) }]);
      expect(await ask(`filter trace_id = "trace-${round}-4" | stats count(*) as n`)).to.deep.equal([
        { n: '100' },
      ]);
    }
    const { events } = await client.send(
      new FilterLogEventsCommand({ logGroupName: GROUP, filterPattern: '{ $.n = 99 }' }),
    );
    expect(events).to.have.length(15);
    const { logGroups } = await client.send(new DescribeLogGroupsCommand({}));
    expect(logGroups![0]).to.include({ logGroupName: GROUP, retentionInDays: 7, metricFilterCount: 1 });
    const { metricFilters } = await client.send(new DescribeMetricFiltersCommand({ logGroupName: GROUP }));
    expect(metricFilters![0]!.filterName).to.equal('errors');
    await kill();
  });
});
