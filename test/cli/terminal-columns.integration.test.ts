import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { displayWidth } from '../../src/cli/display-width.js';
import { DEFAULT_SPOOL_SETTINGS, Spool } from '../../src/delivery/spool/spool.js';
import { Diagnostics } from '../../src/observability/diagnostics.js';
import { LocalCloudWatchLogs, LogEventGenerator } from '../../src/simulation/index.js';
import { batch } from '../delivery/builders.js';
import { runCommand } from './run-command.js';

const COMMAND = /^\s*(?:try: )?(?:otel-cwlogs|npx|aws|export|curl) /;
/** What else is copied as it stands: JSON, and what a look-up names as an address. */
const COPIED = /^\s*(?:["{}[\]]|console: )/;
/** One word, with nothing before it but what hangs above. */
const ONE_WORD = /^ *\S+$/;
/** Sequences of colours, and of lines that go away again. */
// eslint-disable-next-line no-control-regex
const SEQUENCES = /\u001b\[\d*[mK]/g;

const COMMANDS = [
  'trace span request find errors groups query tail local generate replay ui mcp setup doctor completion'.split(
    ' ',
  ),
  ['dashboard', 'dashboard cloudwatch', 'dashboard alarms', 'dashboard widget', 'dashboard grafana'],
  ['spool', 'spool list', 'spool show', 'spool verify', 'spool drain'],
].flat();

describe('what a terminal shows', () => {
  let local: LocalCloudWatchLogs;
  let folder: string;
  let traceId: string;

  before(async () => {
    local = await LocalCloudWatchLogs.start();
    folder = await mkdtemp(join(tmpdir(), 'columns-'));
    const generator = new LogEventGenerator({ seed: 3 });
    const { traceId: id, events } = generator.sequence('payment-timeout');
    traceId = id;
    await local.put(events);
    const toReplay = generator.structured(5).map((event) => JSON.stringify(event));
    await writeFile(join(folder, 'events.ndjson'), `${toReplay.join('\n')}\n`);
    const settings = { directory: join(folder, 'spool'), ...DEFAULT_SPOOL_SETTINGS };
    const spool = new Spool({ diagnostics: new Diagnostics() }, settings);
    await spool.write(batch(['one that is a bit longer than a line of a narrow terminal']), { sequence: 1 });
    await spool.close(1_000);
  });

  after(async () => {
    await local.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const environment = {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    NO_COLOR: '1',
  };

  /** The lines of both streams. */
  async function linesOf(args: readonly string[], columns: number | undefined): Promise<string[]> {
    const around = columns === undefined ? { env: environment } : { env: environment, isTTY: true, columns };
    const { stdout, stderr } = await runCommand(local.endpoint, args, around);
    return `${stdout}${stderr}`.replace(SEQUENCES, '').split(/[\n\r]/);
  }

  function expectFit(lines: readonly string[], columns: number): void {
    for (const line of lines) {
      if (COMMAND.test(line) || COPIED.test(line) || ONE_WORD.test(line)) continue;
      expect(displayWidth(line), line).to.be.at.most(columns);
    }
  }

  const wordsOf = (lines: readonly string[]): string[] =>
    lines.flatMap((line) => line.split(/\s+/)).filter((word) => word !== '' && word !== '#');

  for (const columns of [40, 80, 120]) {
    it(`has the help of every command in ${columns} columns, and all of its words`, async () => {
      for (const command of ['', ...COMMANDS]) {
        const args = [...command.split(' ').filter(Boolean), '--help'];
        const lines = await linesOf(args, columns);
        expectFit(lines, columns);
        const piped = await linesOf(args, undefined);
        expect(wordsOf(lines).sort(), command).to.deep.equal(wordsOf(piped).sort());
        // What is copied has a line of its own in both.
        const commands = piped.filter((line) => COMMAND.test(line) && !line.includes('  # '));
        expect(lines, command).to.include.members(commands);
      }
    });

    it(`says what it does, finds and refuses in ${columns} columns`, async () => {
      const file = join(folder, 'events.ndjson');
      const spool = join(folder, 'spool');
      for (const [args, told] of [
        [['doctor', '-g', '/apps/orders', '--endpoint', local.endpoint], 'which was made here'],
        [
          ['doctor', '-g', '/apps/{service.name}', '--provision', 'none', '--endpoint', local.endpoint],
          'does not exist, and provision',
        ],
        [
          ['setup', '-g', '/new', '--tag', 'team=shop', '--tag', 'stage=test', '--dry-run'],
          'of events that come from now on',
        ],
        [['setup', '-g', '/apps/*'], 'must be the whole name of a log group'],
        [['replay', file, '-g', '/replayed', '--keep-times'], '5 events delivered'],
        [['generate', '--kind', 'error', '-n', '3', '--send', '-g', '/replayed'], '3 events delivered'],
        [['spool', 'list', spool], '1 batch, 1 event'],
        [['spool', 'show', spool], 'one that is a bit longer than a line of a narrow terminal'],
        [['spool', 'verify', spool], '1 file whole, 0 with problems'],
        [['groups'], '/apps/orders'],
        [['query', 'fields @timestamp, body, severity_text | limit 3', '-g', '/apps/*'], 'severity_text'],
        [
          ['query', 'fields @timestamp, body, severity_text | limt 3', '-g', '/apps/*'],
          'the query cannot be read',
        ],
        [['query', 'filter body = "nothing of that kind"', '-g', '/apps/*'], '0 rows'],
        [['tail', '-g', '/apps/*', '-g', '/not/there'], 'events'],
        [['errors', '-g', '/apps/*'], 'times in'],
        [['trace', traceId, '-g', '/apps/*'], 'searched'],
        [['trace', '0'.repeat(31) + '1', '-g', '/apps/*'], 'no events found'],
        [['trace', '--unknown'], "unknown option '--unknown'"],
        [['dashboard', 'cloudwatch', '--region', 'eu-west-1'], 'the widgets query every log group'],
      ] as const) {
        const lines = await linesOf(args, columns);
        expectFit(lines, columns);
        expect(wordsOf(lines).join(' '), args.join(' ')).to.contain(told);
      }
    });

    it(`says in ${columns} columns where the local service and the page are`, async () => {
      for (const args of [
        ['local', '--port', '0'],
        ['ui', '--port', '0'],
      ]) {
        const around = { env: environment, isTTY: true, columns, signal: AbortSignal.timeout(300) };
        const { stdout } = await runCommand(local.endpoint, args, around);
        expectFit(stdout.split('\n'), columns);
        expect(stdout).to.match(/http:\/\/127\.0\.0\.1:\d+/);
        if (args[0] === 'local') {
          expect(stdout).to.match(
            /^ {2}export AWS_ENDPOINT_URL=\S+ AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1$/m,
          );
          expect(stdout).to.match(/aws --endpoint-url \S+ logs …$/m);
        }
      }
    });
  }

  it('takes 80 columns for those of a terminal that says 0', async () => {
    const none = await linesOf(['setup', '-g', '/new', '--dry-run'], 0);
    expect(none).to.deep.equal(await linesOf(['setup', '-g', '/new', '--dry-run'], 80));
  });

  it('is one line for each fact in a pipe', async () => {
    const args = ['doctor', '-g', '/apps/{service.name}', '--provision', 'none'];
    const piped = await linesOf([...args, '--endpoint', local.endpoint], undefined);
    expect(piped.find((line) => line.startsWith('FAILED'))).to.match(
      /^FAILED +log group: .* does not exist, and provision is 'none'$/,
    );
  });
});
