import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';
import { CloudWatchLogExporter } from '../../src/exporter/cloudwatch-log-exporter.js';
import { type SpoolStatus } from '../../src/delivery/spool/spool.js';
import {
  checkHealth,
  type HealthCheckOptions,
  type HealthCheckParts,
  type HealthReport,
} from '../../src/exporter/health-check.js';
import { type CloudWatchLogExporterOptions } from '../../src/options/options.js';
import { CloudWatchLogRecordProcessor } from '../../src/exporter/cloudwatch-log-record-processor.js';
import { LocalCloudWatchLogs } from '../../src/simulation/index.js';

const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };

describe('healthCheck', () => {
  let local: LocalCloudWatchLogs;
  let client: CloudWatchLogsClient;

  before(async () => {
    local = await LocalCloudWatchLogs.start();
    client = new CloudWatchLogsClient({
      endpoint: local.endpoint,
      region: 'us-east-1',
      credentials: CREDENTIALS,
    });
  });

  afterEach(() => {
    local.faults.clear();
  });

  after(async () => {
    client.destroy();
    await local.stop();
  });

  async function check(
    options: Partial<CloudWatchLogExporterOptions> = {},
    how: HealthCheckOptions = {},
  ): Promise<HealthReport> {
    const exporter = new CloudWatchLogExporter({
      endpoint: local.endpoint,
      region: 'us-east-1',
      credentials: CREDENTIALS,
      maxAttempts: 1,
      logGroupName: '/health/ok',
      logStreamName: 's',
      ...options,
    });
    try {
      return await exporter.healthCheck(how);
    } finally {
      await exporter.shutdown();
    }
  }

  async function storedBytes(): Promise<number | undefined> {
    const { logGroups } = await client.send(
      new DescribeLogGroupsCommand({ logGroupNamePrefix: '/health/ok' }),
    );
    return logGroups?.[0]?.storedBytes;
  }

  it('is not healthy while the circuit breaker is not closed, though the service answers', async () => {
    for (const [state, kinds] of [
      ['open', ['breaker']],
      ['half_open', ['breaker']],
      ['closed', []],
    ] as const) {
      const report = await checkHealth(
        { client, isShutDown: false, breaker: () => state, destination: () => undefined },
        { provision: 'none' },
        {},
      );
      expect(report.healthy, state).to.equal(state === 'closed');
      expect(
        report.problems.map(({ kind }) => kind),
        state,
      ).to.deep.equal(kinds);
    }
  });

  describe('with a spool', () => {
    let parent: string;
    beforeEach(async () => {
      parent = await mkdtemp(join(tmpdir(), 'spool-health-'));
    });
    afterEach(() => rm(parent, { recursive: true, force: true }));

    it('tries to write to it, says what it holds, and leaves nothing behind', async () => {
      const report = await check({ spool: { directory: join(parent, 'spool') } });
      expect(report).to.deep.include({ healthy: true, problems: [] });
      expect(report.spool).to.deep.include({
        isWritable: true,
        isFull: false,
        batches: 0,
        oldestAgeMillis: undefined,
      });
      expect(await readdir(join(parent, 'spool'))).to.deep.equal([]);
    });

    it('is not healthy where it can not be written to', async () => {
      await writeFile(join(parent, 'spool'), 'a file in its place');
      const { healthy, problems, spool } = await check({ spool: { directory: join(parent, 'spool') } });
      expect(healthy).to.equal(false);
      expect(problems).to.have.length(1);
      expect(problems[0]).to.include({ kind: 'spool' });
      expect(problems[0]!.message).to.match(/^the spool can't be written to: .*(EEXIST|ENOTDIR)/);
      expect(spool).to.include({ isWritable: false });
    });

    const parts = (checkSpool: () => Promise<SpoolStatus>): HealthCheckParts => ({
      client,
      isShutDown: false,
      destination: () => undefined,
      checkSpool,
    });
    const full: SpoolStatus = {
      bytes: 99,
      batches: 1,
      events: 1,
      oldestAgeMillis: 5,
      unreadableBatches: 0,
      maxBytes: 100,
      bytesOfOthers: 0,
      isFull: true,
      isWritable: true,
      writeError: undefined,
    };

    it('is not healthy where it is full', async () => {
      const report = await checkHealth(
        parts(() => Promise.resolve(full)),
        { provision: 'none' },
        {},
      );
      expect(report.problems.map(({ message }) => message)).to.deep.equal([
        'the spool holds its 100 bytes and drops its oldest batches',
      ]);
      expect(report.spool).to.equal(full);
    });

    it('does not wait for a disk that hangs', async () => {
      const hangs = parts(() => new Promise(() => undefined));
      const report = await checkHealth(hangs, { provision: 'none' }, { timeoutMillis: 1_000 });
      expect(report.problems.map(({ message }) => message)).to.include(
        'the spool gave no answer within 1000 ms',
      );
    });

    it('says once that it was aborted', async () => {
      const hangs = parts(() => new Promise(() => undefined));
      const report = await checkHealth(hangs, { provision: 'none' }, { signal: AbortSignal.abort() });
      expect(report.problems.map(({ kind }) => kind)).to.deep.equal(['aborted']);
    });
  });

  describe('with writeAhead', () => {
    let parent: string;
    beforeEach(async () => {
      parent = await mkdtemp(join(tmpdir(), 'write-ahead-health-'));
    });
    afterEach(() => rm(parent, { recursive: true, force: true }));

    const checkWith = async (directory: string): Promise<HealthReport> => {
      const processor = new CloudWatchLogRecordProcessor({
        endpoint: local.endpoint,
        region: 'us-east-1',
        credentials: CREDENTIALS,
        logGroupName: '/health/ok',
        logStreamName: 's',
        writeAhead: { directory },
      });
      try {
        return await processor.healthCheck();
      } finally {
        await processor.shutdown();
      }
    };

    it('tries to write, says what its files hold, and leaves nothing behind', async () => {
      const report = await checkWith(join(parent, 'log'));
      expect(report).to.deep.include({ healthy: true, problems: [] });
      expect(report.writeAhead).to.include({ events: 0, unprotected: 0, writeError: undefined });
      expect(await readdir(join(parent, 'log'))).to.deep.equal([]);
    });

    it('is not healthy where nothing can be written, before the first record as well', async () => {
      await writeFile(join(parent, 'log'), 'a file in its place');
      const { healthy, problems, writeAhead } = await checkWith(join(parent, 'log'));
      expect(healthy).to.equal(false);
      expect(problems.map(({ kind }) => kind)).to.deep.equal(['write_ahead']);
      expect(problems[0]!.message).to.match(
        /^log records can't be written before emit returns: .*(EEXIST|ENOTDIR)/,
      );
      expect(writeAhead).to.include({ unprotected: 0 });
    });
  });

  it('is healthy where events can be written, and stores none', async () => {
    expect(await check()).to.deep.equal({
      healthy: true,
      problems: [],
      destination: { logGroupName: '/health/ok', logStreamName: 's' },
    });
    expect(await storedBytes()).to.equal(0);
  });

  it('names the permission to write', async () => {
    await check();
    local.faults.add({ kind: 'deny', operations: ['PutLogEvents'] });
    const { healthy, problems } = await check();
    expect(healthy).to.equal(false);
    expect(problems[0]).to.include({
      kind: 'permission',
      permission: 'logs:PutLogEvents',
      remedy: 'allow logs:PutLogEvents to the role in use',
    });
  });

  for (const operation of ['CreateLogGroup', 'CreateLogStream']) {
    it(`names the permission ${operation} where the exporter has to make it`, async () => {
      local.faults.add({ kind: 'deny', operations: [operation] });
      const { problems } = await check({ logGroupName: `/health/denied-${operation}` });
      expect(problems[0]).to.include({ kind: 'permission', permission: `logs:${operation}` });
    });
  }

  it('names the group that is missing and not to be made', async () => {
    for (const provision of ['none', 'stream'] as const) {
      const { problems } = await check({ provision, logGroupName: '/health/none' });
      expect(problems[0]).to.include({ kind: 'resource', resource: 'log group /health/none' });
      expect(problems[0]!.remedy).to.include("provision to 'all'");
    }
  });

  it('names the stream that is missing and not to be made', async () => {
    await check();
    const { problems } = await check({ provision: 'none', logStreamName: 'other' });
    expect(problems[0]).to.include({ kind: 'resource', resource: 'log stream other of /health/ok' });
  });

  it('makes a group that was deleted', async () => {
    expect((await check({ logGroupName: '/health/new' })).healthy).to.equal(true);
  });

  it('tells expired credentials, throttling and an endpoint that is down', async () => {
    await check();
    local.faults.add({ kind: 'expired-token' });
    expect((await check()).problems[0]).to.include({ kind: 'credentials' });
    local.faults.clear();
    local.faults.add({ kind: 'throttle' });
    expect((await check()).problems[0]).to.include({ kind: 'throttled' });
    local.faults.clear();
    const down = await check({ endpoint: 'http://127.0.0.1:1' }, {});
    expect(down.problems[0]!.kind).to.equal('unreachable');
  });

  it('tells what the credentials provider says', async () => {
    const { problems } = await check({
      credentials: () => Promise.reject(Object.assign(new Error('no'), { name: 'CredentialsProviderError' })),
    });
    expect(problems[0]).to.include({ kind: 'credentials' });
    expect(problems[0]!.remedy).to.include('AWS_ACCESS_KEY_ID');
  });

  it('ends at its deadline, and when it is aborted', async () => {
    local.faults.add({ kind: 'hang', operations: ['PutLogEvents'] });
    expect((await check({}, { timeoutMillis: 20 })).problems[0]!.kind).to.equal('timeout');
    expect((await check({}, { signal: AbortSignal.abort() })).problems[0]!.kind).to.equal('aborted');
  });

  it('checks what can be where the destination depends on records', async () => {
    const logGroupName = '/health/{service.name}';
    expect(await check({ logGroupName })).to.deep.equal({
      healthy: true,
      problems: [],
      destination: undefined,
    });
    // A role that may write to the application's groups alone.
    local.faults.add({ kind: 'deny' });
    expect((await check({ logGroupName })).healthy).to.equal(true);
    local.faults.clear();
    local.faults.add({ kind: 'expired-token' });
    expect((await check({ logGroupName })).healthy).to.equal(false);
  });

  it('says that the exporter is shut down', async () => {
    const processor = new CloudWatchLogRecordProcessor({
      endpoint: local.endpoint,
      logGroupName: '/health/p',
    });
    await processor.shutdown();
    expect((await processor.healthCheck()).problems[0]!.kind).to.equal('shutdown');
  });
});
