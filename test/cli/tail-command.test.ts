import { expect } from 'chai';
import { createColors } from '../../src/cli/colors.js';
import { type CommandIo } from '../../src/cli/command-io.js';
import { runCommandLine } from '../../src/cli/program.js';
import { renderEnd, renderItem } from '../../src/cli/tail-command.js';
import { toCorrelatedEvent } from '../../src/insights/look-up/correlated-event.js';
import { type TailItem, type TailStatus } from '../../src/tail/index.js';
import { LocalService } from '../simulation/local-service.js';

const TRACE_ID = '5b8efff798038103d269b633813fc60c';
const plain = createColors(false);

const item = (message: string, logGroup = '/apps/orders'): TailItem => ({
  kind: 'event',
  event: toCorrelatedEvent({
    timestampMillis: Date.UTC(2026, 10, 26, 3, 4, 5, 678),
    logGroup,
    logStream: 's',
    message,
  }),
});

describe('renderItem', () => {
  const failed = JSON.stringify({
    body: 'charge failed \u001b[2J',
    severity_text: 'ERROR',
    trace_id: TRACE_ID,
    resource: { 'service.name': 'orders' },
    attributes: { 'exception.type': 'CardError', 'exception.message': 'declined' },
  });

  it('shows time, service, severity, text, trace and exception, with nothing that a terminal obeys', () => {
    expect(renderItem(item(failed), plain, { width: Infinity, zone: 'utc' })).to.equal(
      `✗ 03:04:05.678Z orders                   ERROR charge failed \\e[2J  ${TRACE_ID}\n` +
        `${' '.repeat(47)}CardError: declined\n`,
    );
    expect(renderItem(item('plain\u202etext'), plain, { width: Infinity, zone: 'utc' })).to.equal(
      '  03:04:05.678Z /apps/orders                   plain\\u{202e}text\n',
    );
  });

  it('shows a line of text as the timeline does, its time, level and ids once', () => {
    const line = `2026-11-26T03:04:05.678Z WARN trace_id=${TRACE_ID} the shop is shut`;
    expect(renderItem(item(line), plain, { width: Infinity, zone: 'utc' })).to.equal(
      `  03:04:05.678Z /apps/orders             WARN  the shop is shut  ${TRACE_ID}\n`,
    );
  });

  it('says the zone of a time where it has room', () => {
    const drawn = renderItem(item('text'), plain, { width: 80, zone: 'local' });
    expect(drawn).to.match(/^ {2}\d\d:\d\d:05\.678(?:Z|[+-]\d\d:\d\d) /);
    const time = /\S+/.exec(drawn)![0];
    expect(Date.parse(`2026-11-26T${time}`) % 86_400_000).to.equal(
      Date.UTC(2026, 10, 26, 3, 4, 5, 678) % 86_400_000,
    );
  });

  for (const width of [40, 60, 80, 120]) {
    it(`fits ${width} columns`, () => {
      const items = [
        item(failed),
        item('x'.repeat(500), `/apps/${'long/'.repeat(20)}`),
        item('{"message":"日本語日本語日本語日本語日本語日本語"}'),
      ];
      const lines = items.flatMap((one) =>
        renderItem(one, plain, { width, zone: 'local' }).trimEnd().split('\n'),
      );
      for (const line of lines) expect(line.length, line).to.be.at.most(width);
      expect(lines.slice(0, 2).join('\n')).to.include('charge');
    });
  }

  it('has a line for who and when where a message has no room beside them', () => {
    expect(renderItem(item(failed), plain, { width: 40, zone: 'utc' })).to.equal(
      '✗ 03:04:05 ERROR orders\n  charge failed \\e[2J\n    CardError: declined\n',
    );
    expect(renderItem(item('plain'), plain, { width: 40, zone: 'utc' })).to.equal(
      '  03:04:05       /apps/orders\n  plain\n',
    );
  });

  it('wraps what happens besides', () => {
    const missing = { kind: 'missing' as const, logGroups: ['/apps/orders', '/apps/payments'] };
    expect(renderItem(missing, plain, { width: 40, zone: 'utc' })).to.equal(
      '-- waiting for /apps/orders,\n   /apps/payments: no such log group\n',
    );
  });

  it('tells what happens besides, over many groups in few words', () => {
    const logGroups = [
      '/apps/a',
      '/apps/b',
      '/apps/c',
      'arn:aws:logs:eu-west-1:123456789012:log-group:/apps/d',
    ];
    const times = { fromMillis: 0, toMillis: 3_000 };
    const told = (one: TailItem): string => renderItem(one, plain, { width: Infinity, zone: 'utc' });
    expect(told({ kind: 'session', source: 'polling', logGroups })).to.equal(
      '-- following /apps/a, /apps/b and 2 more by polling\n',
    );
    expect(
      told({
        kind: 'gap',
        logGroups: logGroups.slice(3),
        ...times,
        reason: 'the session ended',
        isFilled: true,
        events: 2,
      }),
    ).to.equal('-- gap of 3 s in /apps/d: the session ended; read afterwards, 2 events\n');
    expect(
      told({ kind: 'gap', logGroups: ['/a'], ...times, reason: 'x', isFilled: false, events: 0 }),
    ).to.include('its events are missing');
    expect(told({ kind: 'sampled', logGroups: ['/a'], ...times, isFilled: true, events: 2 })).to.include(
      'the other 2 events were read afterwards',
    );
    expect(told({ kind: 'sampled', logGroups: ['/a'], ...times, isFilled: false, events: 0 })).to.include(
      'are missing',
    );
    expect(told({ kind: 'fallback', logGroups: ['/a'], reason: 'why' })).to.equal(
      '-- /a: polling instead of live tail (why)\n',
    );
    expect(told({ kind: 'missing', logGroups: ['/a'] })).to.include('no such log group');
    expect(told({ kind: 'missing', logGroups: ['*'] }))
      .to.include('there are no log groups yet')
      .and.not.include('*');
    expect(told({ kind: 'left-out', logGroups: ['/a'], reason: 'why' })).to.equal('-- left out /a: why\n');
    expect(told({ kind: 'lag', lagMillis: 12_000 })).to.equal('-- 12 s behind\n');
  });
});

describe('renderEnd', () => {
  const status: TailStatus = {
    streamsActive: 0,
    liveSessions: 0,
    logGroups: [],
    breaker: 'closed',
    calls: 3,
    errors: 0,
    eventsSeen: 5,
    eventsShown: 5,
    eventsDeduplicated: 0,
    eventsFiltered: 0,
    eventsSampledOut: 0,
    sampledUpdates: 0,
    gaps: 0,
    unfilledGaps: 0,
    liveMillis: 0,
  };

  it('says what was seen', () => {
    expect(renderEnd(status)).to.equal('5 events, 3 requests');
  });

  it('says what was missed, and what it cost', () => {
    const all = {
      ...status,
      eventsFiltered: 1,
      eventsSampledOut: 2,
      gaps: 2,
      errors: 1,
      lastError: 'X',
      liveMillis: 150_000,
    };
    expect(renderEnd({ ...all, unfilledGaps: 1 })).to.equal(
      '5 events, 1 filtered out, 2 sampled out, 2 gaps (1 not read: events are missing), 3 requests, ' +
        '1 error, the last X, live tail for 2 min 30 s (about $0.025 at list price)',
    );
    expect(renderEnd(all)).to.include('2 gaps (all read afterwards)');
  });
});

describe('otel-cwlogs tail', () => {
  let service: LocalService;
  before(async () => {
    service = await LocalService.start({ clock: Date.now });
    service.time = Date.now();
    await service.createStream('/apps/orders');
    await service.createStream('/apps/gateway');
    await service.put('/apps/gateway', [[-3_000, 'in']]);
    await service.put('/apps/orders', [
      [-2_000, JSON.stringify({ body: 'paid', severity_text: 'INFO', trace_id: TRACE_ID })],
      [-1_000, JSON.stringify({ body: 'failed', severity_text: 'ERROR' })],
    ]);
  });
  after(() => service.stop());

  async function run(args: readonly string[], more: Partial<CommandIo> = {}) {
    const ending = { stdout: '', stderr: '', code: undefined as number | undefined };
    const io: CommandIo = {
      stdout: { write: (text) => void (ending.stdout += text) },
      stderr: { write: (text) => void (ending.stderr += text) },
      env: { AWS_ENDPOINT_URL: service.local.endpoint },
      signal: new AbortController().signal,
      epochMillis: Date.now,
      setExitCode: (code) => (ending.code = code),
      ...more,
    };
    await runCommandLine(['tail', ...args], io, '1.2.3');
    return ending;
  }

  it('prints the newest events in order of their times, and ends', async () => {
    const { stdout, stderr, code } = await run(['-g', '/apps/*']);
    expect(stdout.split('\n').map((line) => line.slice(47).split('  ')[0])).to.deep.equal([
      'in',
      'paid',
      'failed',
      '',
    ]);
    expect(stderr).to.match(/^3 events, \d+ requests\n$/);
    expect(code).to.equal(0);
    expect((await run(['-g', '/apps/*', '--last', '1'])).stdout).to.match(/ failed\n$/);
  });

  it('narrows to a trace, a severity, a pattern', async () => {
    const lines = async (...args: string[]): Promise<number> =>
      (await run(['-g', '/apps/*', '--since', '1h', ...args])).stdout.split('\n').length - 1;
    expect(await lines()).to.equal(3);
    expect(await lines('--trace', TRACE_ID.toUpperCase())).to.equal(1);
    expect(await lines('--min-severity', 'error')).to.equal(2);
    expect(await lines('--filter', '{ $.body = "paid" }')).to.equal(1);
    expect((await run(['-g', '/apps/*', '--filter', '{ $.body = "none" }'])).code).to.equal(1);
  });

  it('prints a JSON object a line, each message once', async () => {
    const { stdout, stderr } = await run(['-g', '/apps/*', '--json']);
    const items = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(items.map(({ kind, text }) => [kind, text])).to.deep.equal([
      ['event', 'in'],
      ['event', 'paid'],
      ['event', 'failed'],
    ]);
    expect(items[0]).to.not.have.property('message');
    expect(items[1]).to.include({
      logGroup: '/apps/orders',
      traceId: TRACE_ID,
      severityText: 'INFO',
      isError: false,
    });
    expect(stderr).to.equal('');
  });

  it('follows until Ctrl-C, and ends with 130', async () => {
    const stop = new AbortController();
    let stdout = '';
    const write = (text: string): boolean => {
      stdout += text;
      if (text.includes('following')) void service.put('/apps/orders', [[Date.now() - service.time, 'new']]);
      if (text.includes('new')) stop.abort(new Error('interrupted'));
      return true;
    };
    const ending = await run(['-f', '-g', '/apps/orders', '--last', '1'], {
      stdout: { write },
      signal: stop.signal,
    });
    expect(stdout).to.match(/failed\n-- following \/apps\/orders\n.*new\n$/);
    expect(ending.code).to.equal(130);
    expect(ending.stderr).to.include('2 events');
  });

  it('waits for a reader that is slow', async () => {
    const listeners: (() => void)[] = [];
    let lines = 0;
    const stdout = {
      write: () => ++lines < 0,
      once: (_: string, listener: () => void) => void listeners.push(listener),
      removeListener: () => undefined,
    };
    const running = run(['-g', '/apps/*', '--last', '3'], { stdout });
    while (listeners.length < 1) await new Promise((resolve) => setImmediate(resolve));
    expect(lines).to.equal(1);
    for (let shown = 1; shown <= 3; shown++) {
      while (listeners.length < shown) await new Promise((resolve) => setImmediate(resolve));
      listeners[shown - 1]!();
    }
    await running;
    expect(lines).to.equal(3);
  });

  it('refuses what is wrong', async () => {
    expect(await run(['-g', '/apps/*', '--last', '0'])).to.include({ code: 2 });
    expect((await run(['-g', '/apps/*', '--last', '5', '--since', '1h'])).stderr).to.include(
      '--last must not be given together with --since',
    );
    const wrong: readonly (readonly [string, string, string])[] = [
      ['--sample', 'abc', '--sample must be a number from 0 to 1, for example 0.1; it is "abc"'],
      ['--sample', '1.5', '--sample must be a number from 0 to 1, for example 0.1; it is "1.5"'],
      ['--sample', '', '--sample must be a number from 0 to 1'],
      ['--interval', '0.5', '--interval must be a whole number of seconds from 1 to 3600; it is "0.5"'],
      ['--interval', '7200', '--interval must be a whole number of seconds from 1 to 3600; it is "7200"'],
      [
        '--min-severity',
        'loud',
        '--min-severity must be a severity such as warn, or a number from 1 to 24; it is "loud"',
      ],
      ['--last', '20000', '--last must be a whole number from 1 to 10000; it is 20000'],
      ['--trace', ' ', '--trace must be a string that is not empty; it is " "'],
      ['--filter', 'x'.repeat(2_000), '--filter must be text of at most 1024 characters; it is "xxx'],
      ['--log-group', 'a?', '--log-group must hold names'],
    ];
    for (const [flag, value, text] of wrong) {
      const { code, stderr } = await run([...(flag === '--log-group' ? [] : ['-g', '/apps/*']), flag, value]);
      expect(stderr, flag).to.include(text);
      expect(code, flag).to.equal(2);
    }
  });
});
