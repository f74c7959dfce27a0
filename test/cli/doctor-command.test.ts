import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';
import { runCommandLine } from '../../src/cli/program.js';
import { type Finding } from '../../src/doctor/index.js';
import { LocalCloudWatchLogs } from '../../src/simulation/index.js';

interface Ran {
  readonly out: string;
  readonly err: string;
  readonly exitCode: number | undefined;
}

interface Report {
  healthy: boolean;
  findings: Finding[];
  furtherPolicies?: Record<
    'lookUps' | 'tail' | 'setUp',
    { Statement: { Sid: string; Action: string[]; Resource: string[] }[] }
  >;
  policy?: { Statement: { Sid: string; Action: string[]; Resource: string[] }[] };
  destination?: { logGroupName: string; logStreamName: string };
}

describe('otel-cwlogs doctor', () => {
  let local: LocalCloudWatchLogs;
  let client: CloudWatchLogsClient;

  before(async () => {
    local = await LocalCloudWatchLogs.start();
    client = new CloudWatchLogsClient({
      endpoint: local.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
  });

  afterEach(() => {
    local.faults.clear();
  });

  after(async () => {
    client.destroy();
    await local.stop();
  });

  async function run(
    args: readonly string[],
    env: Record<string, string> = {},
    signal: AbortSignal = new AbortController().signal,
  ): Promise<Ran> {
    let out = '';
    let err = '';
    let exitCode: number | undefined;
    await runCommandLine(
      ['doctor', '--endpoint', local.endpoint, ...args],
      {
        stdout: { write: (text) => (out += text) },
        stderr: { write: (text) => (err += text) },
        env: { AWS_REGION: 'us-east-1', OTEL_EXPORTER_CLOUDWATCH_LOGS_MAX_ATTEMPTS: '1', ...env },
        signal,
        epochMillis: Date.now,
        setExitCode: (code) => {
          exitCode = code;
        },
      },
      '0.0.0',
    );
    return { out, err, exitCode };
  }

  async function report(
    args: readonly string[],
    env: Record<string, string> = {},
  ): Promise<Report & { exitCode: number | undefined; of: (check: string) => Finding | undefined }> {
    const { out, exitCode } = await run([...args, '--json'], env);
    const parsed = JSON.parse(out) as Report;
    return {
      ...parsed,
      exitCode,
      of: (check) => parsed.findings.findLast((finding) => finding.check === check),
    };
  }

  describe('with OTEL_CONFIG_FILE', () => {
    let folder: string;
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'doctor-config-'));
    });
    after(() => rm(folder, { recursive: true, force: true }));

    const write = async (ours: string): Promise<Record<string, string>> => {
      const file = join(folder, 'otel.yaml');
      await writeFile(
        file,
        'file_format: "1.0"\n' +
          'resource: { attributes: [{ name: service.name, value: "of, file=1" }, { name: tenant, value: blue }] }\n' +
          `logger_provider: { processors: [{ batch: { exporter: ${ours} } }] }\n`,
      );
      return { OTEL_CONFIG_FILE: file };
    };

    it('looks at what the file says, as register does', async () => {
      const env = await write(
        '{ cloudwatch_logs: { log_group_name: "/doctor/{resource.tenant}", log_stream_name: fixed } }',
      );
      const { exitCode, destination } = await report([], {
        ...env,
        OTEL_EXPORTER_CLOUDWATCH_LOGS_LOG_GROUP_NAME: '/not/read',
        OTEL_RESOURCE_ATTRIBUTES: 'tenant=red',
      });
      expect(destination).to.deep.equal({ logGroupName: '/doctor/blue', logStreamName: 'fixed' });
      expect(exitCode).to.equal(0);
    });

    it('says what of it is not honoured, and names its places in what is wrong', async () => {
      const env = await write('{ cloudwatch_logs: { log_group_name: /doctor/file, retention_in_days: 31 } }');
      const { out, err, exitCode } = await run([], { ...env, OTEL_SERVICE_NAME: 'of-variable' });
      expect(err).to.include('takes the place of');
      expect(err).to.include('OTEL_SERVICE_NAME');
      expect(out).to.match(/FAILED +options: .*otel\.yaml: .*cloudwatch_logs\.retention_in_days/);
      expect(exitCode).to.equal(2);
    });

    it('fails for a file that is none, and holds to the variables where the file has none of ours', async () => {
      const none = await run(['--json'], { OTEL_CONFIG_FILE: join(folder, 'missing.yaml') });
      expect(none.err).to.match(/^error: OTEL_CONFIG_FILE must name a file that can be read \(.*ENOENT/);
      expect(none.exitCode).to.equal(2);
      const { err, out } = await run(['--json', '-g', '/doctor/flag'], await write('{ otlp_http: {} }'));
      expect(err).to.include('has no exporter cloudwatch_logs');
      expect((JSON.parse(out) as Report).destination?.logGroupName).to.equal('/doctor/flag');
    });
  });

  it('says what nothing fills in a name', async () => {
    const args = ['-g', '/doctor/{service.nam}', '--log-stream', 'a{attributes.tenant}', '--no-test-event'];
    const { findings } = await report(args, { OTEL_SERVICE_NAME: 'shop' });
    const warnings = findings.filter(({ status }) => status === 'warning');
    expect(warnings.map(({ message }) => message).join()).to.match(
      /^logGroupName is \/doctor\/\{service.nam\}, .*did you mean \{service\.name\}\?$/,
    );
  });

  it('says that resource attributes can not be read', async () => {
    const args = ['-g', "/doctor/{resource.team|'none'}", '--no-test-event'];
    const { findings, destination } = await report(args, { OTEL_RESOURCE_ATTRIBUTES: 'team=a,oops' });
    expect(findings.find(({ status }) => status === 'warning')?.message).to.match(
      /^OTEL_RESOURCE_ATTRIBUTES must be key=value pairs/,
    );
    expect(destination?.logGroupName).to.equal('/doctor/none');
  });

  it('says that a group is younger than what it holds, unless nobody may ask', async () => {
    const stream = { logGroupName: '/doctor/young', logStreamName: 's' };
    await client.send(new CreateLogGroupCommand({ logGroupName: stream.logGroupName }));
    expect((await report(['-g', stream.logGroupName])).of('queries')).to.equal(undefined);
    await client.send(new CreateLogStreamCommand(stream));
    const logEvents = [{ timestamp: Date.now() - 60_000, message: 'first' }];
    await client.send(new PutLogEventsCommand({ ...stream, logEvents }));
    const { of, exitCode } = await report(['-g', stream.logGroupName]);
    expect(of('queries')?.status).to.equal('warning');
    expect(of('queries')?.message).to.match(/^\/doctor\/young was made at .*--answer-older-events/);
    expect(exitCode).to.equal(0);
    local.faults.add({ kind: 'deny', operations: ['FilterLogEvents'] });
    expect((await report(['-g', stream.logGroupName])).of('queries')).to.equal(undefined);
  });

  it('says nothing of that where the service answers such events', async () => {
    const answering = await LocalCloudWatchLogs.start({ answerOlderEvents: true });
    try {
      const group = { logGroupName: '/doctor/answered' };
      await answering.put([{ ...group, logStreamName: 's', timestamp: Date.now(), message: 'now' }]);
      const timestamp = Date.now() - 60_000;
      await answering.put([{ ...group, logStreamName: 's', timestamp, message: 'before' }]);
      const args = ['--endpoint', answering.endpoint, '-g', group.logGroupName];
      expect((await report(args)).of('queries')).to.equal(undefined);
    } finally {
      await answering.stop();
    }
  });

  async function groups(prefix: string): Promise<string[]> {
    const { logGroups } = await client.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: prefix }));
    return (logGroups ?? []).map((group) => group.logGroupName!);
  }

  it('writes a test event, finds it both ways, and deletes the group that it made', async () => {
    const found = await report(['-g', '/doctor/{service.name}', '--log-stream', 's'], {
      OTEL_SERVICE_NAME: 'shop',
      OTEL_EXPORTER_CLOUDWATCH_LOGS_RETENTION_IN_DAYS: '7',
      OTEL_EXPORTER_CLOUDWATCH_LOGS_TAGS: 'team=a',
    });
    expect(found.findings.filter(({ status }) => status !== 'ok')).to.deep.equal([]);
    expect(found.findings.map(({ check }) => check)).to.deep.equal([
      'options',
      'region',
      'credentials',
      'reachability',
      'clock',
      'logs:PutLogEvents',
      'logs:CreateLogGroup',
      'logs:CreateLogStream',
      'logs:PutRetentionPolicy',
      'logs:TagResource',
      'logs:DescribeIndexPolicies',
      'logs:PutIndexPolicy',
      'test event',
      'logs:FilterLogEvents',
      'logs:StartQuery',
      'clean up',
    ]);
    expect(found.exitCode).to.equal(0);
    expect(found.healthy).to.equal(true);
    expect(found.destination).to.deep.equal({ logGroupName: '/doctor/shop', logStreamName: 's' });
    expect(await groups('/doctor/shop')).to.deep.equal([]);
  });

  it('takes the name that a service has where nobody says one, as the SDK does, and says so', async () => {
    const unnamed = await report(['-g', '/doctor/{service.name}', '--no-test-event']);
    expect(unnamed.destination!.logGroupName).to.equal('/doctor/unknown_service_node');
    const [warning, ...others] = unnamed.findings.filter(({ status }) => status === 'warning');
    expect(others).to.deep.equal([]);
    expect(warning!.message).to.include('"unknown_service:node"');
    expect(warning!.remedy).to.include('OTEL_SERVICE_NAME');

    const env = { AWS_LAMBDA_FUNCTION_NAME: 'checkout' };
    const lambda = await report(['-g', '/doctor/{service.name}', '--no-test-event'], env);
    expect(lambda.destination!.logGroupName).to.equal('/doctor/checkout');
    expect(lambda.findings.filter(({ status }) => status === 'warning')).to.deep.equal([]);
  });

  it('leaves a group that was there, and deletes the stream that it made', async () => {
    await client.send(new CreateLogGroupCommand({ logGroupName: '/doctor/there' }));
    const found = await report(['-g', '/doctor/there', '--log-stream', 's']);
    expect(found.exitCode).to.equal(0);
    expect(found.of('logs:PutIndexPolicy')?.status).to.equal('skipped');
    expect(found.of('test event')?.status).to.equal('ok');
    const { logStreams } = await client.send(
      new DescribeLogStreamsCommand({ logGroupName: '/doctor/there' }),
    );
    expect(logStreams).to.deep.equal([]);
  });

  it('prints what is found, and the policy', async () => {
    const { out, exitCode } = await run(['-g', '/doctor/text']);
    expect(exitCode).to.equal(0);
    expect(out).to.match(/^ok {7}options: log group \/doctor\/text/m);
    expect(out).to.include('Least-privilege IAM policy');
    expect(out).to.match(/^For look-ups .*:$[^]*^For tail:$[^]*^For whoever makes the log groups/m);
    expect(out).to.include('Log records arrive.');
  });

  it('gives the policies of what reads the log groups, and of what makes them', async () => {
    const { furtherPolicies } = await report(['-g', '/doctor/{service.name}/x', '--no-test-event']);
    const { lookUps, tail, setUp } = furtherPolicies!;
    const own = 'arn:aws:logs:us-east-1:000000000000:log-group:/doctor/*/x';
    expect(lookUps.Statement[0]!.Resource).to.include.members([own, `${own}:*`]);
    expect(lookUps.Statement[0]!.Resource.join()).to.contain(':log-group:aws/spans:*');
    expect(tail.Statement[0]).to.deep.include({
      Action: ['logs:StartLiveTail', 'logs:FilterLogEvents'],
      Resource: [own, `${own}:*`],
    });
    expect(setUp.Statement[0]!.Action)
      .to.include('logs:CreateLogGroup')
      .and.to.include('logs:PutMetricFilter');
    for (const { Statement } of [lookUps, tail, setUp]) {
      expect(Statement[1]).to.deep.include({ Sid: 'Account', Resource: ['*'] });
      expect(Statement[1]!.Action).to.include('logs:DescribeLogGroups');
    }
  });

  it('gives the least-privilege policy of the options', async () => {
    const none = await report(['-g', '/apps/{service.name}', '--log-stream', 'fix', '--provision', 'none']);
    expect(none.policy!.Statement).to.deep.equal([
      {
        Sid: 'Write',
        Effect: 'Allow',
        Action: ['logs:PutLogEvents'],
        Resource: ['arn:aws:logs:us-east-1:*:log-group:/apps/*:log-stream:fix'],
      },
    ]);
    const all = await report(['-g', '/doctor/there']);
    expect(all.policy!.Statement[1]).to.deep.equal({
      Sid: 'Provision',
      Effect: 'Allow',
      Action: [
        'logs:CreateLogStream',
        'logs:CreateLogGroup',
        'logs:DescribeIndexPolicies',
        'logs:PutIndexPolicy',
      ],
      Resource: [
        'arn:aws:logs:us-east-1:000000000000:log-group:/doctor/there',
        'arn:aws:logs:us-east-1:000000000000:log-group:/doctor/there:*',
      ],
    });
  });

  const denials: [string, string, 'failed' | 'warning'][] = [
    ['PutLogEvents', '/doctor/there', 'failed'],
    ['CreateLogStream', '/doctor/there', 'failed'],
    ['CreateLogGroup', '/doctor/there', 'warning'],
    ['CreateLogGroup', '/doctor/new', 'failed'],
    ['DescribeIndexPolicies', '/doctor/there', 'warning'],
    ['PutIndexPolicy', '/doctor/new', 'warning'],
    ['PutRetentionPolicy', '/doctor/new', 'warning'],
    ['FilterLogEvents', '/doctor/there', 'warning'],
    ['StartQuery', '/doctor/there', 'warning'],
  ];
  for (const [operation, group, status] of denials) {
    it(`reports ${operation} denied for ${group} as ${status}`, async () => {
      local.faults.add({ kind: 'deny', operations: [operation] });
      const found = await report(['-g', group], { OTEL_EXPORTER_CLOUDWATCH_LOGS_RETENTION_IN_DAYS: '7' });
      expect(found.of(`logs:${operation}`)).to.include({ status });
      expect(found.of(`logs:${operation}`)!.remedy).to.include(`allow logs:${operation}`);
      expect(found.exitCode).to.equal(status === 'failed' ? 4 : 0);
      expect(await groups('/doctor/new')).to.deep.equal([]);
    });
  }

  it('leaves what it made where it can not be seen whether somebody else has written to it', async () => {
    const env = { OTEL_EXPORTER_CLOUDWATCH_LOGS_LOG_GROUP_CLASS: 'INFREQUENT_ACCESS' };
    const found = await report(['-g', '/doctor/unseen'], env);
    expect(found.exitCode).to.equal(0);
    expect(found.of('clean up')).to.include({ status: 'warning', remedy: 'delete it, if it is not wanted' });
    expect(found.of('clean up')!.message).to.match(
      /^the log group \/doctor\/unseen, which was made here, is left: whether .* can't be seen \(InvalidOperationException/,
    );
  });

  for (const [made, groupName] of [
    ['log group', '/doctor/shared'],
    ['log stream', '/doctor/there'],
  ] as const) {
    it(`leaves a ${made} to which an application writes while it runs`, async () => {
      const destination = { logGroupName: groupName, logStreamName: 'shared' };
      const event = { timestamp: Date.now(), message: '{"body":"order 42 is paid"}' };
      // Held back, so that the application is between what doctor makes and what it deletes.
      local.faults.add({ kind: 'delay', operations: ['StartQuery'], delayMillis: 500 });
      const running = report(['-g', groupName, '--log-stream', 'shared']);
      const written = (async () => {
        for (;;) {
          try {
            return await client.send(new PutLogEventsCommand({ ...destination, logEvents: [event] }));
          } catch {
            await sleep(20);
          }
        }
      })();
      const [found] = await Promise.all([running, written]);
      expect(found.of('clean up')).to.include({ status: 'ok' });
      expect(found.of('clean up')!.message).to.match(/ is left: .* has written to it/);
      const { events } = await client.send(
        new FilterLogEventsCommand({ logGroupName: groupName, filterPattern: '"order 42"' }),
      );
      expect(events).to.have.length(1);
    });
  }

  it('says what is left where it may not delete', async () => {
    local.faults.add({ kind: 'deny', operations: ['Delete*'] });
    const found = await report(['-g', '/doctor/left', '--no-test-event']);
    expect(found.of('clean up')).to.include({ status: 'warning' });
    expect(found.of('test event')).to.equal(undefined);
    expect(await groups('/doctor/left')).to.deep.equal(['/doctor/left']);
  });

  it('names a group or stream that is missing and not to be made', async () => {
    const group = await report(['-g', '/doctor/none', '--provision', 'stream']);
    expect(group.of('log group')).to.include({ status: 'failed' });
    expect(group.exitCode).to.equal(4);
    const stream = await report(['-g', '/doctor/there', '--log-stream', 'none', '--provision', 'none']);
    expect(stream.of('log stream')!.remedy).to.include("'stream'");
    expect(await groups('/doctor/none')).to.deep.equal([]);
  });

  describe('what a million events cost', () => {
    async function write(
      logGroupName: string,
      messages: readonly string[],
      settings: object = {},
    ): Promise<void> {
      const place = { logGroupName, logStreamName: 's' };
      await client.send(new CreateLogGroupCommand({ logGroupName, ...settings }));
      await client.send(new CreateLogStreamCommand(place));
      const logEvents = messages.map((message) => ({ timestamp: Date.now(), message }));
      await client.send(new PutLogEventsCommand({ ...place, logEvents }));
    }
    const message = (resource: object, bytes: number): string => {
      const start = JSON.stringify({ body: '', resource });
      return start.replace('""', `"${'x'.repeat(bytes - start.length)}"`);
    };

    it('is said by the bytes of the last ones, their price and class', async () => {
      await write('/doctor/cost', [message({}, 474), message({}, 474)]);
      const found = await report(['-g', '/doctor/cost']);
      expect(found.of('cost')).to.deep.equal({
        check: 'cost',
        status: 'ok',
        message:
          '2 recent events are billed as 500 bytes each, 14 of them the resource: 0.25 USD to ingest a million, at 0.50 USD a GB (class STANDARD, us-east-1)',
      });
      await write('/doctor/one', ['x'.repeat(974)]);
      expect((await report(['-g', '/doctor/one', '--no-test-event'])).of('cost')!.message).to.equal(
        'a recent event is billed as 1000 bytes: 0.50 USD to ingest a million, at 0.50 USD a GB (class STANDARD, us-east-1)',
      );
      await write('/doctor/cheap', ['x'.repeat(974)], { logGroupClass: 'INFREQUENT_ACCESS' });
      expect((await report(['-g', '/doctor/cheap', '--no-test-event'])).of('cost')).to.equal(undefined);
    });

    it('comes with a remedy where the resource is much of it', async () => {
      await write('/doctor/large', [message({ 'process.command': 'x'.repeat(400) }, 600)]);
      const { remedy } = (await report(['-g', '/doctor/large', '--no-test-event'])).of('cost')!;
      expect(remedy).to.include("'essential'");
    });

    it('counts no test event, and is not said where nobody may read', async () => {
      await write('/doctor/none-yet', ['{"body":"otel-cwlogs doctor: test event 1"}']);
      expect((await report(['-g', '/doctor/none-yet'])).of('cost')).to.equal(undefined);
      local.faults.add({ kind: 'deny', operations: ['FilterLogEvents'] });
      expect((await report(['-g', '/doctor/cost'])).of('cost')).to.equal(undefined);
    });
  });

  it('measures the clock against the service', async () => {
    for (const [skewMillis, status, words] of [
      [3_600_000, 'failed', 'behind the service'],
      [-3_600_000, 'failed', 'ahead of the service'],
    ] as const) {
      local.faults.clear();
      local.faults.add({ kind: 'clock-skew', skewMillis });
      const found = await report(['-g', '/doctor/there', '--no-test-event']);
      expect(found.of('clock')).to.include({ status });
      expect(found.of('clock')!.message).to.include(words);
      expect(found.of('clock')!.remedy).to.include('NTP');
    }
  });

  it('tells an expired token', async () => {
    local.faults.add({ kind: 'expired-token' });
    const found = await report(['-g', '/doctor/there']);
    expect(found.of('reachability')!.status).to.equal('ok');
    expect(found.of('credentials')).to.include({ status: 'failed' });
    expect(found.of('credentials')!.remedy).to.include('aws sso login');
    expect(found.exitCode).to.equal(4);
    expect(found.policy).not.to.equal(undefined);
  });

  it('tells an endpoint that does not answer', async () => {
    const found = await report(['-g', '/doctor/there', '--endpoint', 'http://127.0.0.1:1']);
    expect(found.of('reachability')).to.include({ status: 'failed' });
    expect(found.of('reachability')!.remedy).to.include('endpoint');
    expect(found.exitCode).to.equal(4);
  });

  it('tells a service that accepts connections and answers nothing', async () => {
    local.faults.add({ kind: 'hang' });
    const { of, exitCode } = await report(['--log-group', '/hangs'], {
      OTEL_EXPORTER_CLOUDWATCH_LOGS_REQUEST_TIMEOUT_MILLIS: '300',
    });
    expect(of('reachability')).to.include({ status: 'failed' });
    expect(of('reachability')?.message).to.contain('no answer within 300 ms');
    expect(exitCode).to.equal(4);
  });

  describe('of the folders of spool and writeAhead', () => {
    let folder: string;
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'doctor-'));
    });
    afterEach(() => rm(folder, { recursive: true, force: true }));
    const variables = {
      spool: 'OTEL_EXPORTER_CLOUDWATCH_LOGS_SPOOL_DIRECTORY',
      writeAhead: 'OTEL_EXPORTER_CLOUDWATCH_LOGS_WRITE_AHEAD_DIRECTORY',
    };
    for (const [option, variable] of Object.entries(variables)) {
      it(`tells that ${option} can be written to, and removes what it made`, async () => {
        const path = join(folder, 'made', 'here');
        const { of, healthy } = await report(['--log-group', '/folders'], { [variable]: path });
        expect(of(option)).to.include({ status: 'ok', message: `${path} can be written to` });
        expect(healthy).to.equal(true);
        expect(await readdir(folder)).to.deep.equal([]);
      });

      it(`tells that ${option} can't be written to`, async () => {
        await writeFile(join(folder, 'file'), '');
        const path = join(folder, 'file', 'below');
        const { of, exitCode } = await report(['--log-group', '/folders'], { [variable]: path });
        expect(of(option)?.message).to.contain('ENOTDIR');
        expect(of(option)?.status).to.equal('failed');
        expect(of('logs:PutLogEvents')?.status).to.equal('ok');
        expect(exitCode).to.equal(4);
      });
    }
  });

  it('tells a service that throttles', async () => {
    local.faults.add({ kind: 'throttle' });
    expect((await report(['-g', '/doctor/there'])).of('service')).to.include({ status: 'failed' });
  });

  it('refuses wrong options in words, and warns of unknown variables', async () => {
    const missing = await run([]);
    expect(missing.out).to.include('FAILED   options: logGroupName must be given');
    expect(missing.exitCode).to.equal(2);
    const found = await report(['-g', '/doctor/there', '--no-test-event'], {
      OTEL_EXPORTER_CLOUDWATCH_LOGS_LAYOT: 'otlp',
    });
    expect(found.findings[0]!.remedy).to.include('OTEL_EXPORTER_CLOUDWATCH_LOGS_LAYOUT');
    expect((await run(['--provision', 'some'])).exitCode).to.equal(2);
  });

  it('prints nothing that a terminal obeys', async () => {
    const { out } = await run(['-g', '/doctor/there', '--log-stream', 'a\u001b[2Jb\u202e'], {});
    expect(out).to.include('\\e[2J');
    // eslint-disable-next-line no-control-regex -- looked for
    expect(out).not.to.match(/[\u001b\u202e]/);
  });

  it('ends on Ctrl-C', async () => {
    const { exitCode } = await run(['-g', '/doctor/there'], {}, AbortSignal.abort(new Error('interrupted')));
    expect(exitCode).to.equal(130);
  });
});
