import { expect } from 'chai';
import { mayScan } from '../../src/cli/ask-before-scan.js';
import { displayWidth } from '../../src/cli/display-width.js';
import { type CorrelationResult, type KnownLogGroup, LogEventBuilder } from '../../src/insights/index.js';
import { nextLines } from '../../src/cli/look-up-run.js';
import { HOUR, LocalService } from '../simulation/local-service.js';
import { type Ending, runCommand, type Surroundings } from './run-command.js';

const FAILED = 'f'.repeat(31) + '1';
const HEALTHY = 'a'.repeat(31) + '2';
const SPAN = 'b'.repeat(15) + '3';

describe('the look-ups of the command line', () => {
  let service: LocalService;
  const run = (args: readonly string[], more: Surroundings = {}): Promise<Ending> =>
    runCommand(service.local.endpoint, args, { now: () => service.time, ...more });

  before(async () => {
    service = await LocalService.start();
    service.time -= HOUR;
    await service.createStream('/apps/gateway');
    await service.createStream('/apps/orders');
    service.time += HOUR;
    const builder = new LogEventBuilder();
    const gateway = builder.service('gateway');
    const orders = builder.service('orders').attribute('order.id', 4711);
    await service.put('/apps/gateway', [
      [-3000, gateway.trace(HEALTHY, 'c'.repeat(16)).severity('INFO').body('all well').build().message],
      [-2000, gateway.trace(FAILED, SPAN).severity('INFO').body('came in').build().message],
      [-900, gateway.severity('ERROR').request('r-9').body('without a trace').build().message],
      [-800, gateway.severity('ERROR').body('alone').build().message],
    ]);
    await service.put('/apps/orders', [
      [
        -1500,
        orders
          .trace(FAILED, SPAN)
          .severity('ERROR')
          .attribute('exception.type', 'CardError')
          .attribute('exception.message', 'declined')
          .attribute('exception.stacktrace', 'CardError: declined\n    at charge (/app/pay.js:10:3)')
          .body('no money')
          .build().message,
      ],
    ]);
  });
  after(() => service.stop());

  it('finds a value in a field, and names the traces to go on with', async () => {
    const { stdout, code } = await run(['find', 'order.id=4711', '-g', '/apps/*', '--since', '2h']);
    expect(code).to.equal(0);
    expect(stdout).to.contain('no money');
    expect(stdout).to.contain(`\n  otel-cwlogs trace ${FAILED} -g '/apps/*' --since 2h\n`);
  });

  it('names the trace of a span and of a request', async () => {
    expect((await run(['span', SPAN, '-g', '/apps/*'])).stdout).to.contain(`otel-cwlogs trace ${FAILED}`);
    const { stdout } = await run(['request', 'r-9', '-g', '/apps/*']);
    expect(stdout).to.contain('without a trace').and.to.not.contain('otel-cwlogs trace');
  });

  it('refuses what is no field and value before it asks anything', async () => {
    for (const text of ['order.id', '=4711', 'order.id=', 'order id`=1']) {
      const { stderr, code } = await run(['find', text]);
      expect({ code, isError: stderr.startsWith('error: ') }, text).to.deep.equal({ code: 2, isError: true });
    }
  });

  it('shows the newest errors over groups, each with its trace and the command that shows it', async () => {
    const { stdout, code } = await run(['errors', '-g', '/apps/*', '--utc']);
    expect(code).to.equal(0);
    expect(stdout.split('\n').slice(0, 13)).to.deep.equal([
      'the newest 3 errors, 2 log groups, times in UTC',
      '',
      '✗ 2026-03-01 11:59:58.500 ERROR orders /apps/orders',
      '    no money',
      '    CardError: declined at charge (pay.js:10)',
      `    otel-cwlogs trace ${FAILED} -g '/apps/*'`,
      '',
      '✗ 2026-03-01 11:59:59.100 ERROR gateway /apps/gateway',
      '    without a trace',
      "    otel-cwlogs request r-9 -g '/apps/*'",
      '',
      '✗ 2026-03-01 11:59:59.200 ERROR gateway /apps/gateway',
      '    alone',
    ]);
    expect((await run(['errors', '-g', '/apps/*', '--limit', '1'])).stdout).to.not.contain('no money');
    const none = await run(['errors', '-g', '/apps/*', '--to', '2026-03-01T11:30:00Z']);
    expect(none.code).to.equal(1);
    expect(none.stdout).to.contain('errors  none found');
  });

  it('keeps errors inside the width, but for commands, which are copied', async () => {
    const { stdout } = await run(['errors', '-g', '/apps/*', '--no-color'], { isTTY: true, columns: 40 });
    for (const line of stdout.split('\n')) {
      if (!line.includes('otel-cwlogs')) expect(displayWidth(line), line).to.be.at.most(40);
    }
    expect(stdout).to.contain(`otel-cwlogs trace ${FAILED} -g '/apps/*'\n`);
  });

  it('holds each event once in its JSON', async () => {
    const { stdout } = await run(['trace', FAILED, '-g', '/apps/*', '--json']);
    expect(stdout.split('no money')).to.have.lengthOf(3, 'as text and in the message, no more');
    const { events, traces } = JSON.parse(stdout) as {
      events: { text: string; spanId: string; attributes: object }[];
      traces: { traceId: string; roots: { spanId: string; events: number[] }[] }[];
    };
    expect(events.map(({ text }) => text)).to.deep.equal(['came in', 'no money']);
    expect(events[1]!.attributes).to.have.property('order.id', 4711);
    expect(traces).to.have.lengthOf(1);
    expect(traces[0]!.roots[0]).to.deep.include({ spanId: SPAN, events: [0, 1] });
  });

  it('prints Markdown, in which nothing of a log is markup', async () => {
    const { stdout, code } = await run(['trace', FAILED, '-g', '/apps/*', '--markdown']);
    expect(code).to.equal(0);
    expect(stdout).to.contain(`**trace \` ${FAILED} \`**: 2 records, 1 error`);
    expect(stdout)
      .to.contain('| orders | ✗ error | no money |')
      .and.to.contain('at charge (/app/pay.js:10:3)');
    const found = await run(['find', 'order.id=4711', '-g', '/apps/*', '--markdown']);
    expect(found.stdout).to.contain('**field ` order.id = 4711 `**');
  });

  it('says why nothing was found, and the command that may find more', async () => {
    const severity = await run(['find', 'severity_text=error', '-g', '/apps/*']);
    expect(severity.code).to.equal(1);
    expect(severity.stderr).to.contain('hint: severity_text is written as "ERROR" there');
    expect(severity.stderr).to.contain("  try: otel-cwlogs find severity_text=ERROR -g '/apps/*'\n");
    const spelling = await run(['find', 'orderid=4711', '-g', '/apps/*']);
    expect(spelling.stderr).to.match(/no event that was looked at has the field orderid; \d+ % of .* have /);
    const range = await run(
      ['trace', FAILED, '-g', '/apps/*', '--from', '2026-03-02', '--to', '2026-03-03'],
      {
        now: () => service.time + 100 * HOUR,
      },
    );
    expect(range.stderr).to.match(
      /before the range\n {2}try: otel-cwlogs trace f{31}1 -g '\/apps\/\*' --from 2026-03-01T/,
    );
    const kind = await run(['trace', SPAN, '-g', '/apps/*', '--endpoint', service.local.endpoint]);
    expect(kind.stderr).to.contain(
      `try: otel-cwlogs span ${SPAN} -g '/apps/*' --endpoint ${service.local.endpoint}\n`,
    );
  });

  it('says how many log groups it searches where none is named', async () => {
    expect((await run(['trace', FAILED])).stderr).to.equal(
      'no --log-group is given: all 2 log groups will be searched\n',
    );
    const { stdout, stderr } = await run(['trace', FAILED, '-g', '/nope/*']);
    expect(stdout).to.contain('searched 0 log groups').and.to.contain('left out /nope/*');
    expect(stderr).to.contain('no log group was searched; there are /apps/gateway, /apps/orders');
  });

  it('shows on a terminal how far it is, and takes that away', async () => {
    const { stderr } = await run(['trace', FAILED, '-g', '/apps/*'], { isTTY: true, columns: 60 });
    const drawn = stderr.split('\r\u001b[K');
    expect(drawn[1]).to.match(/^0 of 2 log groups, 0 bytes scanned/);
    expect(drawn.at(-1)).to.equal('');
    for (const line of drawn) expect(displayWidth(line)).to.be.at.most(59);
    expect((await run(['trace', FAILED, '-g', '/apps/*'])).stderr).to.equal('');
  });

  it('shows times in the local zone, or in UTC, named in either case', async () => {
    const { stdout } = await run(['trace', FAILED, '-g', '/apps/*', '--utc']);
    expect(stdout).to.match(/^2026-03-01 UTC\n {2}11:59:58\.000 /m);
    expect((await run(['trace', FAILED, '-g', '/apps/*'])).stdout).to.match(/^2026-0\d-\d\d UTC/m);
  });

  it('lists log groups', async () => {
    const { stdout, stderr, code } = await run(['groups', '/apps/*', '/gone']);
    expect(stdout.split('\n')[0]).to.match(/^stored +class +retention +created +log group$/);
    expect(stdout).to.match(/^\d+.* standard +for ever +2026-03-01 +\/apps\/orders$/m);
    expect(stderr).to.match(/^2 log groups, .* stored\nleft out \/gone: the log group does not exist\n$/);
    expect(code).to.equal(0);
    const { logGroups } = JSON.parse((await run(['groups', '--json'])).stdout) as {
      logGroups: { name: string }[];
    };
    expect(logGroups.map(({ name }) => name)).to.deep.equal(['/apps/gateway', '/apps/orders']);
    expect((await run(['groups', '/gone'])).code).to.equal(1);
    const narrow = await run(['groups', '--no-color'], { isTTY: true, columns: 40 });
    for (const line of narrow.stdout.split('\n')) expect(displayWidth(line), line).to.be.at.most(40);
  });
});

describe('nextLines', () => {
  const result = (kind: 'trace' | 'errors', logGroups: string[]): CorrelationResult =>
    ({
      lookUp: { kind, value: '5B8EFFF798038103D269B633813FC60C' },
      range: { fromMillis: 0, toMillis: 1000 },
      events: [],
      steps: [],
      logGroups,
    }) as never;
  const trace = { subject: { trace: '5B8EFFF798038103D269B633813FC60C' } } as const;

  it('links to the console of a region, with the trace', () => {
    const lines = nextLines(trace, result('trace', ['/apps/a']), {}, 'eu-west-1');
    expect(lines[1]).to.match(
      /^console: https:\/\/eu-west-1\.console\.aws\.amazon\.com\/cloudwatch\/home\?region=eu-west-1#logsV2:logs-insights\S+trace_id\S+\*2fapps\*2fa\S+$/,
    );
    expect(lines[2]).to.match(/#xray:traces\/1-5b8efff7-98038103d269b633813fc60c$/);
    const errors = nextLines({ subject: { errors: true } }, result('errors', ['/apps/a']), {}, 'us-east-1');
    expect(errors).to.have.lengthOf(2);
  });

  it('has no link for a service that is not AWS, or where nothing was searched', () => {
    expect(nextLines(trace, result('trace', ['/apps/a']), {}, undefined)).to.deep.equal([]);
    expect(nextLines(trace, result('trace', []), {}, 'eu-west-1')).to.deep.equal([]);
  });
});

describe('mayScan', () => {
  const NOW = Date.UTC(2026, 2, 1);
  const DAY = 86_400_000;
  const GROUP: KnownLogGroup = {
    name: '/apps/a',
    identifier: '/apps/a',
    creationMillis: NOW - 10 * DAY,
    storedBytes: 1e12,
  };

  async function ask(
    plan: object,
    answer: boolean | undefined,
    group = GROUP,
  ): Promise<{ may: boolean; said: string }> {
    let said = '';
    const io = {
      stderr: { write: (text: string) => (said += text) },
      epochMillis: () => NOW,
      signal: new AbortController().signal,
      ask: answer === undefined ? undefined : () => Promise.resolve(answer),
    };
    const engine = { listLogGroups: () => Promise.resolve({ groups: [group], leftOut: [] }) };
    const whole = { from: NOW - DAY, to: NOW, isAgreed: false, maxBytesScanned: undefined, isLocal: false };
    return { may: await mayScan(engine, { ...whole, ...plan }, io), said };
  }

  it('says what lies in the range, and asks where that is much', async () => {
    expect(await ask({}, true)).to.deep.equal({
      may: true,
      said:
        'no --log-group is given: the one log group will be searched; about 100 GB of theirs are stored in the range, ' +
        'which costs about $0.5 or more where no index helps\n',
    });
    expect((await ask({}, false)).may).to.equal(false);
  });

  it('asks nothing where little lies in the range, with --yes, and where the scan stops by itself', async () => {
    expect((await ask({ from: NOW - DAY / 100 }, false)).may).to.equal(true);
    expect((await ask({ isAgreed: true }, false)).may).to.equal(true);
    expect(await ask({ maxBytesScanned: 5e6 }, false)).to.deep.equal({
      may: true,
      said: 'no --log-group is given: the one log group will be searched; at most 5 MB are scanned\n',
    });
    expect((await ask({ maxBytesScanned: 5e12 }, false)).may).to.equal(false);
  });

  it('counts what a retention leaves, and a group of this moment', async () => {
    const kept = await ask({}, true, { ...GROUP, retentionInDays: 2 });
    expect(kept.said).to.contain('about 500 GB');
    expect((await ask({}, true, { ...GROUP, creationMillis: NOW })).said).to.contain('about 1 TB');
  });

  it('stops where nobody can be asked', async () => {
    const error: unknown = await ask({}, undefined).catch((thrown: unknown) => thrown);
    expect(error)
      .to.have.property('message')
      .that.matches(/^--log-group must be given where so much may be scanned, or --yes/);
  });
});
