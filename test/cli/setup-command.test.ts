import { expect } from 'chai';
import { LogResources } from '../../src/resources/index.js';
import { LocalCloudWatchLogs } from '../../src/simulation/index.js';
import { type Ending, runCommand, type Surroundings } from './run-command.js';

describe('otel-cwlogs setup', () => {
  let local: LocalCloudWatchLogs;
  let resources: LogResources;

  before(async () => {
    local = await LocalCloudWatchLogs.start();
    resources = new LogResources({ endpoint: local.endpoint, region: 'us-east-1' });
  });
  beforeEach(() => local.reset());
  after(async () => {
    resources.close();
    await local.stop();
  });

  const setup = (args: readonly string[], around?: Surroundings): Promise<Ending> =>
    runCommand(local.endpoint, ['setup', ...args], around);
  const policyOf = async (
    group: string,
  ): Promise<{ fields: readonly string[]; facets: readonly string[] }> => {
    const { fields = [], facets = [] } = (await resources.fieldIndexes.policy(group)) ?? {};
    return { fields, facets };
  };

  it('shows the plan, asks, and makes what is missing; a second run changes nothing', async () => {
    const questions: string[] = [];
    const args = ['-g', '/apps/orders', '--retention', '30', '--tag', 'team=shop', '--log-stream', 'a'];
    const first = await setup(args, {
      ask: (question) => {
        questions.push(question);
        return Promise.resolve(true);
      },
    });
    expect(first.code, first.stderr).to.equal(0);
    expect(first.stdout.split('\n')).to.deep.equal([
      `plan for ${local.endpoint}:`,
      '  /apps/orders',
      '    + log group, class STANDARD',
      '    + retention: 30 days',
      '    + tags: team=shop',
      '    + field index: trace_id, span_id (of events that come from now on)',
      '    + log stream a',
      'done: 5 changes',
      '',
    ]);
    expect(questions).to.deep.equal(['Make these 5 changes? [y/N] ']);
    expect(await resources.logGroups.get('/apps/orders')).to.include({
      retentionInDays: 30,
      logGroupClass: 'STANDARD',
    });
    expect(await resources.logGroups.tags('/apps/orders')).to.deep.equal({ team: 'shop' });
    expect((await policyOf('/apps/orders')).fields).to.deep.equal(['trace_id', 'span_id']);

    const again = await setup(args);
    expect(again).to.deep.equal({
      code: 0,
      stderr: '',
      stdout: `plan for ${local.endpoint}:\n  /apps/orders: nothing to change\n`,
    });
  });

  it('brings a group in line that exists, and says what is deleted by it', async () => {
    const create = { logGroupName: '/apps/pay', tags: { team: 'pay', keep: '1' } };
    await resources.logGroups.create({ ...create, retentionInDays: 90 });
    await resources.fieldIndexes.put('/apps/pay', ['order.id'], ['level']);
    const { stdout, code } = await setup([
      ...['-g', '/apps/pay', '--retention', '7', '--tag', 'team=shop', '--tag', 'keep=1'],
      ...['--index-field', 'trace_id', '--index-field', 'order.id', '--facet-field', 'service', '--yes'],
    ]);
    expect(code).to.equal(0);
    expect(stdout).to.contain(
      '    ~ retention: 7 days (now: 90 days); the service deletes what is older, for good\n',
    );
    expect(stdout).to.contain('    ~ tags: team=shop\n');
    expect(stdout).to.contain('    + field index: trace_id (of events that come from now on)\n');
    expect(stdout).to.contain('    + facet: service (of events that come from now on)\n');
    expect(await policyOf('/apps/pay')).to.deep.equal({
      fields: ['order.id', 'trace_id'],
      facets: ['level', 'service'],
    });
    expect(await resources.logGroups.tags('/apps/pay')).to.deep.equal({ team: 'shop', keep: '1' });

    const never = await setup(['-g', '/apps/pay', '--retention', 'never', '--no-index', '--yes']);
    expect(never.stdout).to.contain('    ~ retention: events never expire (now: 7 days)\n');
    expect((await resources.logGroups.get('/apps/pay'))?.retentionInDays).to.equal(undefined);
  });

  it('changes nothing with --dry-run, with the answer no, and where nobody can be asked', async () => {
    const dry = await setup(['-g', '/a', '-g', '/b', '--class', 'INFREQUENT_ACCESS', '--dry-run']);
    expect(dry.code).to.equal(0);
    expect(dry.stdout).to.equal(
      `plan for ${local.endpoint}:\n` +
        '  /a\n    + log group, class INFREQUENT_ACCESS\n  /b\n    + log group, class INFREQUENT_ACCESS\n',
    );
    const no = await setup(['-g', '/a'], { ask: () => Promise.resolve(false) });
    expect(no.code).to.equal(1);
    const nobody = await setup(['-g', '/a']);
    expect(nobody.code).to.equal(2);
    expect(nobody.stderr).to.contain('--yes must be given where nobody can be asked');
    expect(await resources.logGroups.get('/a')).to.equal(undefined);
  });

  it('prints one JSON document that says whether it was carried out', async () => {
    for (const [flags, isCarriedOut] of [
      [['--dry-run'], false],
      [['--yes'], true],
    ] as const) {
      const { stdout, code } = await setup(['-g', '/json', '--retention', '1', '--json', ...flags]);
      expect(code).to.equal(0);
      expect(JSON.parse(stdout)).to.deep.equal({
        endpoint: local.endpoint,
        groups: [
          {
            logGroupName: '/json',
            retentionInDays: 1,
            isNew: true,
            changes: [],
            indexFields: ['trace_id', 'span_id'],
            facetFields: [],
            logStreams: [],
          },
        ],
        isCarriedOut,
      });
    }
  });

  it('says how far it came where the service fails, and goes on there', async () => {
    local.faults.add({ kind: 'deny', operations: ['PutIndexPolicy'] });
    const args = ['-g', '/one', '-g', '/two', '--yes'];
    const { code, stderr } = await setup(args);
    expect(code).to.equal(3);
    expect(stderr).to.contain('none of the log groups is through; the same command goes on with the rest\n');
    local.faults.clear();
    const again = await setup(args);
    expect(again.code).to.equal(0);
    expect(again.stdout).to.contain('  /one\n    + field index: trace_id, span_id');
    expect(again.stdout).to.contain('  /two\n    + log group');
  });

  it('takes the group of the exporter', async () => {
    const env = { OTEL_EXPORTER_CLOUDWATCH_LOGS_LOG_GROUP_NAME: '/from/env' };
    expect((await setup(['--yes'], { env })).code).to.equal(0);
    expect(await resources.logGroups.get('/from/env')).to.include({ logGroupName: '/from/env' });
  });

  it('refuses what can not be meant, before anything changes', async () => {
    await resources.logGroups.create({ logGroupName: '/there' });
    for (const [args, text] of [
      [[], '--log-group must be the whole name of a log group'],
      [['-g', '/apps/*'], '--log-group must be the whole name of a log group; it is "/apps/*"'],
      [['-g', '/apps/{service.name}'], 'must be the whole name of a log group; it is "/apps/{service.name}"'],
      [['-g', '/new', '-g', 'no spaces'], '--log-group must'],
      [['-g', '/new', '--retention', '31'], '--retention must be never, or one of 1, 3, 5'],
      [['-g', '/new', '--tag', 'team'], '--tag must be key=value; it is "team"'],
      [['-g', '/new', '--kms-key', 'alias/x'], '--kms-key must be an ARN'],
      [
        ['-g', '/new', '-g', '/there', '--class', 'INFREQUENT_ACCESS'],
        'be STANDARD for /there, which exists',
      ],
      [
        ['-g', '/new', '--class', 'INFREQUENT_ACCESS', '--index-field', 'a'],
        'only the class STANDARD has field indexes',
      ],
      [['-g', '/new', '--class', 'CHEAP'], 'CHEAP'],
      [['-g', '/new', '--no-index', '--facet-field', 'a'], '--no-index must not stand beside'],
    ] as const) {
      const { code, stderr } = await setup([...args, '--yes'], { env: {} });
      expect(stderr, args.join(' ')).to.contain(text);
      expect(code, args.join(' ')).to.equal(2);
    }
    expect(await resources.logGroups.get('/new')).to.equal(undefined);
  });
});
