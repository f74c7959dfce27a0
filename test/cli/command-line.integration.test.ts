import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Command } from 'commander';
import { demoCommand } from '../../src/cli/demo-command.js';
import { runCommandLine } from '../../src/cli/program.js';
import { LogEventBuilder } from '../../src/insights/index.js';
import { LocalCloudWatchLogs } from '../../src/simulation/index.js';
import { HOUR, LocalService, START } from '../simulation/local-service.js';
import { sendSigned } from '../simulation/signed-request.js';

const TRACE_ID = '5b8efff798038103d269b633813fc60c';
const MAIN = join(__dirnameOf(import.meta.url), '../../src/cli/main.js');

function __dirnameOf(url: string): string {
  return join(new URL(url).pathname, '..');
}

/** How a command ended and what it wrote. */
interface Ending {
  stdout: string;
  stderr: string;
  code: number | undefined;
}

/** Runs the command line in this process, with the local service as its endpoint. */
async function run(
  service: LocalService,
  args: readonly string[],
  more: { env?: Record<string, string>; isTTY?: boolean; columns?: number; signal?: AbortSignal } = {},
  commands: (io: Parameters<typeof demoCommand>[0]) => Command[] = () => [],
): Promise<Ending> {
  const ending: Ending = { stdout: '', stderr: '', code: undefined };
  const io = {
    stdout: {
      write: (text: string) => (ending.stdout += text),
      isTTY: more.isTTY,
      columns: more.columns,
    },
    stderr: { write: (text: string) => (ending.stderr += text) },
    env: { AWS_ENDPOINT_URL: service.local.endpoint, ...more.env } as Record<string, string | undefined>,
    signal: more.signal ?? new AbortController().signal,
    epochMillis: () => service.time,
    setExitCode: (code: number) => {
      ending.code = code;
    },
  };
  await runCommandLine(args, io, '1.2.3', commands(io));
  return ending;
}

describe('otel-cwlogs', () => {
  let service: LocalService;

  before(async () => {
    service = await LocalService.start();
    service.time -= HOUR;
    await service.createStream('/apps/gateway');
    await service.createStream('/apps/orders');
    service.time += HOUR;
    const event = new LogEventBuilder().trace(TRACE_ID, 'a'.repeat(16)).request('r-1');
    const write = (text: string, service: string, severity = 'INFO'): string =>
      event.body(text).service(service).severity(severity).build().message;
    await service.put('/apps/gateway', [[-2000, write('in', 'gateway')]]);
    await service.put('/apps/orders', [
      [-1500, write('no \u001b[31mmoney', 'orders', 'ERROR')],
      [-1400, `text with ${TRACE_ID}`],
    ]);
  });
  after(() => service.stop());

  it('draws the timeline of a trace, span and request over all groups of this machine', async () => {
    for (const args of [
      ['trace', TRACE_ID],
      ['span', 'a'.repeat(16)],
      ['request', 'r-1'],
    ]) {
      const { stdout, stderr, code } = await run(service, args);
      expect(stdout).to.match(/gateway\s+INFO\s+in .*\n✗ .* orders\s+ERROR no \\e\[31mmoney .*\n/);
      expect({ stderr, code }).to.deep.equal({
        stderr: 'no --log-group is given: all 2 log groups will be searched\n',
        code: 0,
      });
    }
  });

  it('prints one JSON document with --json', async () => {
    const { stdout } = await run(service, ['trace', TRACE_ID, '--json', '-g', '/apps/orders']);
    expect(stdout).to.not.contain('\u001b');
    const result = JSON.parse(stdout) as { events: { text: string }[]; statistics: { bytesScanned: number } };
    expect(result.events.map(({ text }) => text)).to.deep.equal(['no \u001b[31mmoney']);
    expect(result.statistics.bytesScanned).to.be.above(0);
  });

  it('finds the id in text with --full-text', async () => {
    const { stdout } = await run(service, ['trace', TRACE_ID, '--full-text', '--since', '1h']);
    expect(stdout).to.contain('text with');
  });

  it('ends with 1 where nothing was found, and says what to try', async () => {
    const { stdout, stderr, code } = await run(service, ['trace', 'f'.repeat(32)]);
    expect(code).to.equal(1);
    expect(stdout).to.contain('no events found');
    expect(stderr).to.contain('--full-text');
  });

  it('suggests the command span for an id of 16 digits', async () => {
    const { stderr, code } = await run(service, ['trace', 'b'.repeat(16)]);
    expect(code).to.equal(1);
    expect(stderr).to.contain(`try: otel-cwlogs span ${'b'.repeat(16)}`);
  });

  it('looks in further fields when told so', async () => {
    const args = [
      'trace',
      'gateway',
      '--trace-id-field',
      'nothing',
      '--trace-id-field',
      'resource.service.name',
    ];
    expect((await run(service, args)).stdout).to.match(/gateway\s+INFO\s+in /);
    expect((await run(service, ['trace', 'gateway'])).code).to.equal(1);
  });

  it('suggests a log group with a similar name', async () => {
    const { stdout, stderr, code } = await run(service, ['trace', TRACE_ID, '-g', '/apps/order']);
    expect(code).to.equal(1);
    expect(stdout).to.contain('left out /apps/order: the log group does not exist');
    expect(stderr).to.contain('did you mean the log group /apps/orders?');
  });

  it('takes the log groups of the exporter where none are named', async () => {
    const env = { OTEL_EXPORTER_CLOUDWATCH_LOGS_LOG_GROUP_NAME: '/apps/{service.name}' };
    expect((await run(service, ['trace', TRACE_ID], { env })).stdout).to.contain('2 log groups');
  });

  it('colours a terminal only, and not with NO_COLOR or --no-color', async () => {
    const args = ['trace', TRACE_ID];
    const terminal = { isTTY: true, columns: 100 };
    expect((await run(service, args, terminal)).stdout).to.contain('\u001b[');
    expect((await run(service, args)).stdout).to.not.contain('\u001b');
    expect((await run(service, args, { ...terminal, env: { NO_COLOR: '1' } })).stdout).to.not.contain(
      '\u001b',
    );
    expect((await run(service, args, { ...terminal, env: { TERM: 'dumb' } })).stdout).to.not.contain(
      '\u001b',
    );
    expect((await run(service, [...args, '--no-color'], terminal)).stdout).to.not.contain('\u001b');
    expect((await run(service, args, { env: { FORCE_COLOR: '1' } })).stdout).to.contain('\u001b[');
  });

  it('runs queries', async () => {
    const args = ['query', 'stats count() as n by severity_text | sort n', '-g', '/apps/*'];
    const { stdout, stderr, code } = await run(service, args);
    expect(stdout).to.match(/^severity_text\s+n\n/);
    expect(stdout).to.match(/^ERROR\s+1$/m);
    expect(stderr).to.contain('3 rows, scanned');
    expect(code).to.equal(0);
    const json = await run(service, [...args, '--json']);
    expect((JSON.parse(json.stdout) as { rows: unknown[] }).rows).to.have.lengthOf(3);
  });

  it('says in a line why a query finds nothing', async () => {
    const quick = await LocalService.start();
    try {
      await quick.createStream('/quick/orders');
      await quick.put('/quick/orders', [[-1, '{"body":"paid"}']]);
      const older = await run(quick, ['query', 'fields @timestamp, body', '-g', '/quick/*']);
      expect(older.code).to.equal(1);
      expect(older.stderr).to.match(
        /^note: \/quick\/orders was made at .* from before, which queries do not show; .*--answer-older-events.*$/m,
      );
      await quick.put('/quick/orders', [[0, '{"body":"paid"}']]);
      const spelt = await run(quick, ['query', 'filter body = "PAID"', '-g', '/quick/orders']);
      expect(spelt.stderr).to.match(/^hint: .*body.*paid/m);
      const name = await run(quick, ['query', 'fields body', '-g', '/quick/order']);
      expect(name.stderr).to.match(/^left out .*\nhint: .*did you mean the log group \/quick\/orders\?$/m);
    } finally {
      await quick.stop();
    }
  });

  it('takes the log groups of SOURCE, and names missing ones', async () => {
    const source = await run(
      service,
      ['query', "SOURCE logGroups(namePrefix: ['/apps']) | stats count() as n"],
      {
        env: { AWS_ENDPOINT_URL: service.local.endpoint },
      },
    );
    expect(source.stdout).to.equal('n\n3\n');
    const gone = await run(service, ['query', 'fields @message', '-g', '/gone']);
    expect(gone.stderr).to.contain('left out /gone');
    expect(gone.code).to.equal(1);
  });

  it('marks where a query is wrong, and ends with 2', async () => {
    const { stderr, code } = await run(service, ['query', 'fields @message | fitler a = 1', '-g', '/apps/*']);
    expect(stderr)
      .to.contain('error: the query cannot be read')
      .and.to.contain('fitler a = 1\n')
      .and.to.contain('^');
    expect(code).to.equal(2);
  });

  it('refuses wrong command lines with 2', async () => {
    for (const args of [
      ['trcae', 'x'],
      ['trace'],
      ['trace', ''],
      ['trace', 'x', '--since', 'long ago'],
      ['trace', 'x', '--limit', 'all'],
      ['trace', 'x', '--max-bytes-scanned', 'much'],
      ['trace', 'x', '--log-group', 'a b'],
      ['trace', 'x', '--unknown'],
      ['query', 'fields a', '--endpoint', 'nowhere'],
      ['local', '--port', '99999'],
      ['local', '--verify-signatures', 'key'],
      ['local', '--max-bytes', 'x'],
      ['local', '--data-dir', ''],
      ['local', '--export-dir', ' '],
      ['local', '--subscription', 'arn'],
      ['local', '--subscription', 'arn:aws:lambda:x=http://example.com/'],
      ['local', '--fault', 'throtle'],
      ['local', '--fault', '@0.5'],
      ['local', '--fault', 'throttle@often'],
      ['local', '--fault', 'throttle@2'],
      ['local', '--fault', '{"kind":'],
      ['local', '--fault', '{"kind":"throttle","operation":"PutLogEvents"}'],
      ['local', '--fault-seed', '1.5'],
      ['local', '--fsync', 'sometimes'],
      ['local', '--account', '12'],
      ['local', '--region', 'here'],
      ['local', '--fsync', 'always'],
      ['local', '--port', '0', '--fault', 'throttle:PutLogEvent'],
      ['local', '--port', '0', '--allow-host', 'http://logs.test'],
      ['local', '--port', '0', '--allow-host', 'logs.test:4586'],
      ['local', '--port', '0', '--export-dir', MAIN],
      ['local', '--port', '0', '--metrics-endpoint', 'localhost:4566'],
      ['local', '--port', '0', '--data-dir', MAIN],
      ['local', '--data-dirr', 'x'],
      ['local', '--port', '0', '--host', 'here'],
      ['local', '--port', '0', '--host', '203.0.113.7'],
      ['local', '--port', '0', '--verify-signatures', 'env'],
    ]) {
      const { stderr, code } = await run(service, args);
      expect(code, args.join(' ')).to.equal(2);
      expect(stderr, args.join(' ')).to.match(/^error: /);
    }
    const { stderr } = await run(service, ['trcae', 'x\u001b']);
    expect(stderr).to.contain('Did you mean trace?');
  });

  it('asks for a log group where scanning costs', async () => {
    const env = { AWS_ENDPOINT_URL: 'https://logs.example.com', AWS_REGION: 'us-east-1' };
    for (const args of [['query', 'fields a'], ['tail']]) {
      const { stderr, code } = await run(service, args, { env });
      expect(stderr).to.contain('--log-group must be given');
      expect(code).to.equal(2);
    }
  });

  it('says that nothing answers, and asks for the local service', async () => {
    const { stderr, code } = await run(service, ['trace', 'x', '--endpoint', 'http://127.0.0.1:1']);
    expect(stderr).to.contain('Is `otel-cwlogs local` running there?');
    expect(code).to.equal(3);
  });

  it('names the missing permission', async () => {
    service.local.faults.add({ kind: 'deny', operations: ['StartQuery'], count: 4 });
    const { stderr, code } = await run(service, ['query', 'fields a', '-g', '/apps/*']);
    service.local.faults.clear();
    expect(stderr).to.contain('AccessDeniedException').and.to.contain('Remedy: allow');
    expect(code).to.equal(3);
  });

  it("shows the service's own words with --error-details, in every command that asks it", async () => {
    for (const args of [
      ['groups'],
      ['tail', '-g', '/apps/gateway'],
      ['trace', TRACE_ID, '-g', '/apps/gateway'],
    ]) {
      service.local.faults.add({ kind: 'deny' });
      const short = await run(service, args);
      const whole = await run(service, [...args, '--error-details']);
      service.local.faults.clear();
      expect(short.stderr, args[0]).to.contain('AccessDenied').and.to.not.contain('no identity-based policy');
      expect(whole.stderr, args[0]).to.contain('no identity-based policy');
    }
    for (const command of ['groups', 'tail', 'mcp', 'ui', 'query', 'generate', 'replay', 'doctor']) {
      expect((await run(service, [command, '--help'])).stdout, command).to.contain('--error-details');
    }
  });

  it('ends with 130 when it is interrupted', async () => {
    const signal = AbortSignal.abort(new Error('interrupted'));
    const { stderr, code } = await run(service, ['trace', 'x'], { signal });
    expect({ stderr, code }).to.deep.equal({ stderr: 'interrupted\n', code: 130 });
  });

  it('shows examples in the help of every command', async () => {
    for (const args of [
      ['--help'],
      ['trace', '--help'],
      ['span', '--help'],
      ['query', '-h'],
      ['local', '-h'],
    ]) {
      const { stdout, code } = await run(service, args);
      expect(stdout, args.join(' ')).to.contain('Examples:\n  otel-cwlogs ');
      expect(code).to.equal(0);
    }
    expect((await run(service, ['--version'])).stdout).to.equal('1.2.3\n');
  });

  it('runs the demo that it is given', async () => {
    const seen: unknown[] = [];
    const ending = await run(service, ['demo', '--keep'], {}, (io) => [
      demoCommand(io, () =>
        Promise.resolve({
          runDemo: (given, options) => {
            seen.push(options.keep);
            given.setExitCode(0);
            return Promise.resolve();
          },
        }),
      ),
    ]);
    expect(seen).to.deep.equal([true]);
    expect(ending.code).to.equal(0);
  });

  it('runs a local service until it is interrupted', async () => {
    const controller = new AbortController();
    let shown = '';
    const ended = runCommandLine(
      [
        'local',
        '--port',
        '0',
        '--account',
        '123456789012',
        '--region',
        'eu-central-1',
        '--verify-signatures',
        'AKID:secret',
        '--allow-host',
        'logs.test',
        '--fault',
        'throttle:PutLogEvents,Start*@0.25',
        '--fault',
        '{"kind":"delay","delayMillis":500}',
        '--fault',
        'error=LimitExceededException:CreateLogGroup',
        '--account-of',
        'AKID=111122223333',
        '--answer-older-events',
        '--sequence-tokens',
        '--fault-seed',
        '7',
        '--export-dir',
        'exports',
        '--subscription',
        'arn:aws:lambda:eu-central-1:123456789012:function:f=http://127.0.0.1:9000/a=b',
      ],
      {
        stdout: { write: (text: string) => (shown += text) },
        stderr: { write: (text: string) => (shown += text) },
        env: {},
        signal: controller.signal,
        epochMillis: () => START,
        setExitCode: () => undefined,
      },
      '1',
    );
    while (!shown.includes('running at') && !shown.includes('error')) await new Promise(setImmediate);
    const endpoint = /running at (\S+)/.exec(shown)?.[1];
    const answer = await fetch(`${String(endpoint)}/health`);
    expect(answer.status).to.equal(200);
    const asked = await sendSigned(new URL(`${String(endpoint)}/_control/faults`), {
      method: 'GET',
      accessKeyId: 'AKID',
      secretAccessKey: 'secret',
    });
    expect(JSON.parse(asked.text) as object).to.deep.equal({
      faults: [
        {
          id: 'fault-1',
          kind: 'throttle',
          operations: ['PutLogEvents', 'Start*'],
          probability: 0.25,
          struck: 0,
        },
        { id: 'fault-2', kind: 'delay', delayMillis: 500, struck: 0 },
        {
          id: 'fault-3',
          kind: 'error',
          code: 'LimitExceededException',
          operations: ['CreateLogGroup'],
          struck: 0,
        },
      ],
    });
    controller.abort();
    await ended;
    expect(shown).to.contain(
      `  export AWS_ENDPOINT_URL=${String(endpoint)} AWS_REGION=eu-central-1 AWS_DEFAULT_REGION=eu-central-1\n` +
        `  export AWS_ACCESS_KEY_ID=AKID AWS_SECRET_ACCESS_KEY='<its secret>'\n` +
        `AWS CLI before 1.29 and 2.13: aws --endpoint-url ${String(endpoint)} logs …\n`,
    );
    const again = await fetch(`${String(endpoint)}/health`).catch((error: unknown) => error);
    expect(again).to.be.instanceOf(Error);
  });

  it('says why a query of the local service failed', async () => {
    const controller = new AbortController();
    let shown = '';
    const ended = runCommandLine(
      ['local', '--port', '0'],
      {
        stdout: { write: (text: string) => (shown += text) },
        stderr: { write: (text: string) => (shown += text) },
        env: {},
        signal: controller.signal,
        epochMillis: () => START,
        setExitCode: () => undefined,
      },
      '1',
    );
    while (!shown.includes('running at')) await new Promise(setImmediate);
    const send = async (operation: string, body: object) =>
      fetch(/running at (\S+)/.exec(shown)![1]!, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-amz-json-1.1',
          'x-amz-target': `Logs_20140328.${operation}`,
        },
        body: JSON.stringify(body),
      });
    const names = { logGroupName: '/app', logStreamName: 'stream' };
    await send('CreateLogGroup', { logGroupName: '/app' });
    await send('CreateLogStream', names);
    const message = Array.from({ length: 50_001 }, (_, index) => index).join(',');
    const now = Date.now();
    await send('PutLogEvents', { ...names, logEvents: [{ timestamp: now, message }] });
    await send('StartQuery', {
      logGroupName: '/app',
      startTime: now - 1000,
      endTime: now + 1000,
      queryString:
        "join left=l right=r where l.@message = r.k (SOURCE '/app' | fields split(@message, ',') as list | unnest list into k)",
    });
    while (!shown.includes('warning')) await new Promise(setImmediate);
    expect(shown).to.match(
      /warning: query [0-9a-f-]{36} failed: the right side of the join has more than 50000 keys/,
    );
    controller.abort();
    await ended;
  });

  it('names wrong options of the local service as they were written', async () => {
    for (const [flag, value, rule] of [
      ['--max-bytes', '1kB', 'be a number of at least 1048576 (bytes)'],
      ['--account', '12', 'be a string of 12 digits'],
      ['--account-of', 'AKID=12', 'be an access key id and an account of 12 digits, joined by ='],
      ['--allow-host', '', 'be host names without scheme and port'],
      ['--metrics-endpoint', 'localhost:4566', 'be an http:// or https:// URL'],
      ['--data-dir', join(MAIN, 'below'), 'be a folder that this process can read and write (ENOTDIR: '],
      ['--fault', 'throttle:PutLogEvent', 'name operations, such as PutLogEvents or v1/logs (did you mean '],
    ] as const) {
      const { stderr, code } = await run(service, ['local', '--port', '0', flag, value]);
      expect(stderr).to.contain(`${flag === '--fault' ? 'fault.operations' : flag} must ${rule}`);
      expect(code).to.equal(2);
    }
  });

  it('says what of its folder cannot be read', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'local-'));
    try {
      const args = ['local', '--port', '0', '--data-dir', folder];
      const first = await LocalCloudWatchLogs.start({ dataDirectory: folder });
      const body = JSON.stringify({ logGroupName: '/harmed' });
      const headers = { 'x-amz-target': 'Logs_20140328.CreateLogGroup' };
      await fetch(first.endpoint, { method: 'POST', headers, body });
      await first.stop();
      const whole = await run(service, args, { signal: AbortSignal.abort() });
      expect([whole.code, whole.stderr]).to.deep.equal([0, '']);
      const journal = join(folder, 'catalog.journal');
      writeFileSync(journal, readFileSync(journal, 'utf8').replace('/harmed', '/Harmed'));
      const harmed = await run(service, args, { signal: AbortSignal.abort() });
      expect(harmed.stderr).to.equal(
        `warning: ${folder}: 1 entries about log groups, streams or settings are harmed and were left out\n`,
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('says that the port is taken', async () => {
    const { stderr, code } = await run(service, ['local', '--port', String(service.local.port)]);
    expect(stderr).to.contain('--port must be free');
    expect(code).to.equal(2);
  });
});

describe('the bin', () => {
  let service: LocalService;
  before(async () => {
    service = await LocalService.start({ clock: Date.now });
    await service.createStream('/apps/a');
    const event = new LogEventBuilder().trace(TRACE_ID).body('x'.repeat(1000)).build().message;
    const now = Date.now();
    await service.put(
      '/apps/a',
      Array.from({ length: 300 }, (_, n): [number, string] => [now - service.time + n, event]),
    );
  });
  after(() => service.stop());

  const start = (args: readonly string[]): ReturnType<typeof spawn> =>
    spawn(process.execPath, [MAIN, ...args], {
      env: { ...process.env, AWS_ENDPOINT_URL: service.local.endpoint },
    });

  it('ends quietly when its reader goes', async () => {
    const child = start(['trace', TRACE_ID, '-g', '/apps/*']);
    let stderr = '';
    child.stderr!.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.stdout!.once('data', () => child.stdout!.destroy());
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect(code).to.equal(0);
    expect(stderr).to.equal('');
  });

  it('cleans up what it made when its reader goes', async () => {
    const child = start(['doctor', '-g', '/doctor/piped', '--region', 'us-east-1']);
    let stderr = '';
    child.stderr!.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.stdout!.on('data', (chunk: Buffer) => {
      // The group is made by then.
      if (chunk.toString().includes('logs:CreateLogGroup')) child.stdout!.destroy();
    });
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    const { logGroups } = (await service.raw('DescribeLogGroups', '{"logGroupNamePrefix":"/doctor/"}')).body;
    expect(logGroups).to.deep.equal([]);
  });

  it('stops its queries at Ctrl-C', async () => {
    service.local.faults.add({ kind: 'delay', delayMillis: 60_000, operations: ['GetQueryResults'] });
    const running = async (): Promise<unknown[]> =>
      (await service.raw('DescribeQueries', '{}')).body.queries as unknown[];
    const before = (await running()).length;
    const child = start(['query', 'fields @message', '-g', '/apps/a']);
    const ended = new Promise((resolve) => child.on('close', resolve));
    while ((await running()).length === before) await new Promise(setImmediate);
    child.kill('SIGINT');
    expect(await ended).to.equal(130);
    service.local.faults.clear();
  });
});
