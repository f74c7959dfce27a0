import { type CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createCloudWatchLogsClient } from '../../src/cloudwatch/client.js';
import { type CommandIo } from '../../src/cli/command-io.js';
import { runReplay } from '../../src/cli/run-replay.js';
import { type ReplaySource } from '../../src/replay/index.js';
import { LocalCloudWatchLogs } from '../../src/simulation/index.js';
import { replayProgressText } from '../../src/cli/replay-progress.js';
import { runCommand } from './run-command.js';

/** Credentials with which nothing can be done: no request is to be made. */
const AWS = {
  AWS_ENDPOINT_URL: '',
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'a',
  AWS_SECRET_ACCESS_KEY: 'b',
};

describe('otel-cwlogs generate and replay', () => {
  let local: LocalCloudWatchLogs;
  let directory: string;
  const fileOf = (name: string): string => join(directory, name);

  before(async () => {
    local = await LocalCloudWatchLogs.start();
    directory = mkdtempSync(join(tmpdir(), 'replay-command-'));
  });
  beforeEach(() => local.reset());
  after(async () => {
    await local.stop();
    rmSync(directory, { recursive: true });
  });

  async function generate(...args: string[]): Promise<string> {
    const { stdout, code } = await runCommand(local.endpoint, ['generate', ...args]);
    expect(code).to.equal(0);
    return stdout;
  }

  async function eventsFile(...args: string[]): Promise<string> {
    const path = fileOf('events.ndjson');
    writeFileSync(path, await generate(...args));
    return path;
  }

  it('ends in the midst of what it writes, when it is interrupted', async () => {
    const interrupt = new AbortController();
    setImmediate(() => interrupt.abort());
    const args = ['generate', '--kind', 'random', '-n', '20000', '--start', '1h'];
    const { stdout, code } = await runCommand(local.endpoint, args, { signal: interrupt.signal });
    expect(stdout.split('\n').length).to.be.within(2, 10_000);
    expect(code).to.equal(130);
  });

  it('replays what generate wrote, and says that spans are left out', async () => {
    const path = await eventsFile('-n', '30');
    const { stderr, code } = await runCommand(local.endpoint, ['replay', path]);
    expect(stderr).to.match(
      /delivered, \d+ left out\nleft out are events of AWS's own groups, such as aws\/spans/,
    );
    expect(code).to.equal(0);
    const elsewhere = await runCommand(local.endpoint, ['replay', path, '-g', '/mine']);
    expect(elsewhere.stderr).not.to.contain('left out');
  });

  it('refuses names that no log group or stream can have, before it sends', async () => {
    const path = await eventsFile('-n', '3');
    for (const [args, message] of [
      [['-g', 'a b'], '--log-group must hold only letters, digits and . - _ / #; it is "a b"'],
      [['-g', 'aws/spans'], '--log-group must not begin with aws/, as AWS\'s own do; it is "aws/spans"'],
      [['-g', '/a', '--log-stream', 'a:b'], '--log-stream must not hold ":" or "*"; it is "a:b"'],
      [['-g', '/a', '--endpoint', 'h:1'], '--endpoint must be a URL that begins with http:// or https://'],
    ] as const) {
      const { stderr, code } = await runCommand(local.endpoint, ['replay', path, ...args]);
      expect(stderr).to.contain(`error: ${message}`);
      expect(code, message).to.equal(2);
    }
    const wrong = await runCommand('h:1', ['tail', '-g', '/a']);
    expect(wrong.stderr).to.contain('error: AWS_ENDPOINT_URL must be a URL that begins with');
    const groups = await runCommand(local.endpoint, ['query', 'fields @message', '-g', 'a b']);
    expect(groups.stderr).to.contain('error: --log-group must hold names, ARNs or prefixes');
    expect(local.events({ logGroupName: '/a' })).to.deep.equal([]);
  });

  it('makes the same lines for the same seed', async () => {
    const args = ['--kind', 'random', '-n', '20', '--seed', '7', '--start', '2026-11-01T00:00:00Z'];
    const lines = await generate(...args);
    expect(lines.trim().split('\n')).to.have.length(20);
    expect(await generate(...args)).to.equal(lines);
    const named = await generate(...args, '-g', '/mine');
    expect((JSON.parse(named.split('\n')[0]!) as { logGroupName: string }).logGroupName).to.equal('/mine');
  });

  it('reads --start as other commands read their times, without a zone in UTC', async () => {
    const firstOf = async (start: string): Promise<number> => {
      const args = ['generate', '--kind', 'random', '-n', '1', '--start', start];
      const { stdout, code } = await runCommand(local.endpoint, args, {
        now: () => Date.UTC(2026, 10, 26, 12),
      });
      expect(code, start).to.equal(0);
      return (JSON.parse(stdout) as { timestamp: number }).timestamp;
    };
    const zone = process.env.TZ;
    process.env.TZ = 'Asia/Kolkata';
    try {
      const exact = await firstOf('2026-11-26T10:00:00Z');
      for (const start of [
        '2h',
        '2026-11-26 10:00',
        '2026-11-26T15:30+05:30',
        '1795687200',
        '1795687200000',
      ]) {
        expect(await firstOf(start), start).to.equal(exact);
      }
      expect(await firstOf('now')).to.equal(exact + 2 * 3_600_000);
    } finally {
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
    }
  });

  it('replays what it made', async () => {
    const path = await eventsFile('--kind', 'structured', '--count', '50');
    const { code, stderr } = await runCommand(local.endpoint, ['replay', path, '-g', '/replayed']);
    expect(stderr).to.match(/^50 events of 50, .* to \/replayed\n50 events delivered\n/);
    expect(code).to.equal(0);
    expect(local.events({ logGroupName: '/replayed' })).to.have.length(50);
  });

  it('sends made-up events itself, without spans where they have a group of their own', async () => {
    const { code } = await runCommand(local.endpoint, ['generate', '--send', '-n', '60']);
    expect(code).to.equal(0);
    expect(local.events().length).to.be.greaterThan(20);
    expect(local.events({ logGroupName: 'aws/spans' })).to.deep.equal([]);
  });

  describe('into groups that are younger than the events', () => {
    const HIDDEN =
      /^\/apps\/\w+, \/apps\/\w+, \/apps\/\w+ and 1 more: made after events that were sent, which queries do not show; look-ups and tail do; .*--answer-older-events.*$/m;
    const sent = (endpoint: string, ...more: string[]): ReturnType<typeof runCommand> =>
      runCommand(endpoint, ['generate', '--send', '-n', '60', ...more]);

    for (const start of [[], ['--start', '5m']]) {
      it(`says in a line that queries do not show them: ${start.join(' ') || 'no --start'}`, async () => {
        const { stderr, code } = await sent(local.endpoint, ...start);
        expect(stderr).to.match(HIDDEN);
        expect(stderr.trim().split('\n')).to.have.length(3);
        expect(code).to.equal(0);
      });
    }

    it('says nothing where the groups are old enough', async () => {
      const old = {
        logGroupName: '/old',
        logStreamName: 's',
        message: 'm',
        timestamp: Date.now() - 3_600_000,
      };
      await local.put([old]);
      expect((await sent(local.endpoint, '--start', '5m', '-g', '/old')).stderr).to.match(/delivered\n$/);
    });

    it('says nothing where the service answers them, or nobody may ask', async () => {
      const answering = await LocalCloudWatchLogs.start({ answerOlderEvents: true });
      try {
        expect((await sent(answering.endpoint, '--start', '5m')).stderr).to.match(/delivered\n$/);
      } finally {
        await answering.stop();
      }
      local.faults.add({ kind: 'deny', operations: ['DescribeLogGroups'] });
      expect((await sent(local.endpoint, '--start', '5m')).stderr).to.match(/delivered\n$/);
    });
  });

  it('reads a log group elsewhere', async () => {
    await runCommand(local.endpoint, ['generate', '--send', '-n', '10', '--kind', 'error', '-g', '/from']);
    const args = ['replay', '--from-group', '/from', '--from-endpoint', local.endpoint, '-g', '/to'];
    const { code, stderr } = await runCommand(local.endpoint, args);
    expect([code, stderr.includes('10 events delivered')]).to.deep.equal([0, true]);
  });

  for (const [asks, isAgreed] of [
    ['without a question', true],
    ['after a question', false],
  ] as const) {
    it(`reads a source once to measure it and once to send it, ${asks}`, async () => {
      let opened = 0;
      const source: ReplaySource = {
        name: 'counted',
        *open() {
          opened++;
          yield { logGroupName: '/counted', timestamp: 1e12, message: 'm' };
        },
      };
      const client = createCloudWatchLogsClient({ endpoint: local.endpoint });
      // A client that does not say where it sends to may send to AWS, which bills.
      const unknown = { send: client.send.bind(client) } as unknown as CloudWatchLogsClient;
      const questions: string[] = [];
      const sink = { write: () => true };
      const io: CommandIo = {
        stdout: sink,
        stderr: sink,
        env: {},
        signal: new AbortController().signal,
        epochMillis: Date.now,
        ask: (question) => Promise.resolve(questions.push(question) > 0),
        setExitCode: () => undefined,
      };
      try {
        await runReplay({ client: unknown, source }, { isAgreed }, io);
      } finally {
        client.destroy();
      }
      expect(opened).to.equal(2);
      expect(questions).to.have.length(isAgreed ? 0 : 1);
      expect(local.events({ logGroupName: '/counted' })).to.have.length(1);
    });
  }

  it('takes an empty AWS_REGION for none where it reads a log group', async () => {
    await runCommand(local.endpoint, ['generate', '--send', '-n', '10', '--kind', 'error', '-g', '/from']);
    const args = ['replay', '--from-group', '/from', '--from-endpoint', local.endpoint, '-g', '/to'];
    const { code, stderr } = await runCommand(local.endpoint, args, { env: { AWS_REGION: '' } });
    expect([code, stderr.includes('10 events delivered')]).to.deep.equal([0, true]);
  });

  it("tells the whole text of the source's errors with --error-details alone", async () => {
    local.faults.add({ kind: 'deny', operations: ['FilterLogEvents'], count: 2 });
    const args = ['replay', '--from-group', '/from', '--from-endpoint', local.endpoint, '-g', '/to'];
    const short = await runCommand(local.endpoint, args);
    const whole = await runCommand(local.endpoint, [...args, '--error-details']);
    expect([short.code, whole.code]).to.deep.equal([3, 3]);
    expect(short.stderr).to.not.contain('is not authorized to perform');
    expect(whole.stderr).to.contain('is not authorized to perform');
  });

  it('shows a bar on a terminal', async () => {
    const path = await eventsFile('--kind', 'error', '--count', '5');
    const { stderr } = await runCommand(local.endpoint, ['replay', path], { isTTY: true, columns: 120 });
    expect(stderr).to.contain('[####################] 100 %, 5 of 5 events; Ctrl-C stops');
    const line = {
      delivered: 1,
      checkpoint: { position: 1, times: { fromMillis: 0, toMillis: 0, scale: 1 } },
    };
    const quarter = { ...line, position: 1, events: 4, lost: 1 };
    expect(replayProgressText(quarter, 79)).to.equal(
      '[#####---------------] 25 %, 1 of 4 events, 1 lost; Ctrl-C stops',
    );
    expect(replayProgressText(quarter, 39)).to.equal('25 %, 1 of 4 events, 1 lost; Ctrl-C stops');
    expect(replayProgressText({ ...line, position: 0, events: 0, lost: 0 }, 79)).to.contain('100 %');
  });

  it('keeps how far it came, and sends nothing twice', async () => {
    const path = await eventsFile('--kind', 'error', '--count', '5');
    const args = ['replay', path, '--checkpoint-file', fileOf('checkpoint')];
    await runCommand(local.endpoint, args);
    expect(readFileSync(fileOf('checkpoint'), 'utf8')).to.contain('"position":5');
    const { stderr } = await runCommand(local.endpoint, args);
    expect(stderr).to.contain('goes on behind event 5').and.contain('0 events delivered');
    expect(local.events()).to.have.length(5);
    writeFileSync(fileOf('checkpoint'), '{');
    expect((await runCommand(local.endpoint, args)).code).to.equal(2);
    const folder = ['replay', path, '--checkpoint-file', directory];
    expect((await runCommand(local.endpoint, folder)).code).to.equal(2);
  });

  it('asks before AWS is to bill, says how much, and wants --yes where nobody can be asked', async () => {
    const path = await eventsFile('--kind', 'error', '--count', '5');
    const questions: string[] = [];
    const ask = (question: string): Promise<boolean> => {
      questions.push(question);
      return Promise.resolve(false);
    };
    const asked = await runCommand('', ['replay', path], { env: AWS, ask });
    expect([asked.code, questions]).to.deep.equal([1, ['Send them to AWS? [y/N] ']]);
    const silent = await runCommand('', ['replay', path], { env: AWS });
    expect(silent.code).to.equal(2);
    expect(silent.stderr).to.contain('AWS bills the ingestion').and.contain('--yes must be given');
  });

  it('ends with 1 where events were lost, and names the reasons', async () => {
    const path = fileOf('old.ndjson');
    writeFileSync(path, '{"timestamp":1,"message":"old"}\n');
    const args = ['replay', path, '-g', '/g', '--keep-times'];
    const { code, stderr } = await runCommand(local.endpoint, args);
    expect([code, stderr.includes('1 lost (too_old 1)')]).to.deep.equal([1, true]);
  });

  it('takes a file that is none of events for a wrong argument, and a group that is not there for a failure', async () => {
    const path = fileOf('wrong.txt');
    writeFileSync(path, 'no JSON\n');
    for (const [file, what] of [
      [path, 'is not JSON'],
      [fileOf('missing'), "can't be read: ENOENT"],
    ] as const) {
      const { stderr, code } = await runCommand(local.endpoint, ['replay', file]);
      expect(stderr).to.contain(what);
      expect(code).to.equal(2);
    }
    const group = ['replay', '--from-group', '/missing', '--from-endpoint', local.endpoint];
    expect((await runCommand(local.endpoint, group)).code).to.equal(3);
  });

  const wrong = [
    ['replay'],
    ['replay', 'file', '--from-group', '/g'],
    ['replay', 'file', '--speed', '0'],
    ['generate', '--seed', 'x'],
    ['generate', '--start', 'soon'],
    ['generate', '--start', '1960-01-01'],
    ['generate', '--start', '3000w'],
    ['generate', '--kind', 'noise'],
    ['generate', '--send', '--count', '1000001'],
  ];
  for (const args of wrong) {
    it(`refuses ${args.join(' ')}`, async () => {
      expect((await runCommand(local.endpoint, args)).code).to.equal(2);
    });
  }

  for (const more of [[], ['--send', '--yes']]) {
    it(`stops while it finds out when the first event is: generate ${more.join(' ')}`, async () => {
      const interrupt = new AbortController();
      setImmediate(() => {
        interrupt.abort(new Error('interrupted'));
      });
      const args = ['generate', '--kind', 'random', '-n', '20000', ...more];
      const { code, stdout } = await runCommand(local.endpoint, args, { signal: interrupt.signal });
      expect({ code, stdout }).to.deep.equal({ code: 130, stdout: '' });
    });
  }

  it('stops at an interrupt', async () => {
    const path = await eventsFile('--kind', 'error', '--count', '5');
    const interrupt = new AbortController();
    interrupt.abort(new Error('interrupted'));
    for (const args of [['replay', path], ['generate']]) {
      const { code } = await runCommand(local.endpoint, args, { signal: interrupt.signal });
      expect(code).to.equal(130);
    }
  });
});
