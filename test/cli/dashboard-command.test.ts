import { expect } from 'chai';
import { load } from 'js-yaml';
import { toYaml } from '../../src/cli/to-yaml.js';
import { LocalService } from '../simulation/local-service.js';
import { type Ending, runCommand } from './run-command.js';

const LAMBDA = 'arn:aws:lambda:eu-west-1:123456789012:function:traces';

describe('otel-cwlogs dashboard', () => {
  let service: LocalService;
  const run = (
    args: readonly string[],
    env: Record<string, string> = { AWS_REGION: 'us-east-1' },
  ): Promise<Ending> => runCommand(service.local.endpoint, ['dashboard', ...args], { env });
  const json = async <T>(args: readonly string[]): Promise<T> => {
    const { stdout, stderr, code } = await run(args);
    expect({ stderr, code }, args.join(' ')).to.deep.equal({ stderr: '', code: 0 });
    return JSON.parse(stdout) as T;
  };

  before(async () => {
    service = await LocalService.start();
    await service.createStream('/apps/a');
    await service.createStream('/apps/b');
  });
  after(() => service.stop());

  it('leads from what is wrong to the help of that command', async () => {
    const option = await run(['cloudwatch', '--nope']);
    expect(option.stderr).to.include('(otel-cwlogs dashboard cloudwatch --help shows what it takes)');
    const command = await run(['nope']);
    expect(command.stderr).to.include('(otel-cwlogs dashboard --help shows all commands)');
  });

  it('prints the body of a CloudWatch dashboard, or a template of it', async () => {
    const args = [
      'cloudwatch',
      '-g',
      '/apps/a',
      '--widget-arn',
      LAMBDA,
      '--metrics-namespace',
      'apps',
      '--spans',
    ];
    const { widgets } = await json<{ widgets: { properties: { title: string } }[] }>(args);
    expect(widgets.map(({ properties }) => properties.title)).to.include.members([
      'Trace',
      'Slowest requests',
    ]);
    const { Resources } = await json<{ Resources: object }>([...args, '--cloudformation', '--name', 'shop']);
    expect(Object.keys(Resources)).to.deep.equal(['ShopDashboard']);
  });

  it('prints alarms, the groups of a prefix by their names', async () => {
    const args = [
      'alarms',
      '-g',
      '/apps/*',
      '--metrics-namespace',
      'apps',
      '--billed-bytes',
      '2GB',
      '--action',
      'arn:aws:sns:x',
    ];
    const alarms = await json<{ Threshold: number; Metrics: object[] }[]>(args);
    expect(alarms.map(({ Threshold }) => Threshold)).to.deep.equal([1, 0, 2e9]);
    expect(JSON.stringify(alarms[2]!.Metrics)).to.contain('/apps/a').and.to.contain('/apps/b');
    const { Resources } = await json<{ Resources: object }>([...args, '--cloudformation']);
    expect(Object.keys(Resources)).to.have.length(3);
    expect(await json<object[]>(['alarms'])).to.have.length(1);
  });

  it('prints the policies of a trace widget', async () => {
    const { viewer } = await json<{ viewer: { Statement: object[] } }>(['widget', '--function-arn', LAMBDA]);
    expect(viewer.Statement).to.have.length(1);
  });

  it('warns where all log groups are queried each time that it is drawn', async () => {
    const { stderr, stdout, code } = await run(['cloudwatch']);
    expect(stderr).to.contain('every log group').and.to.contain('billed');
    expect(JSON.parse(stdout)).to.have.property('widgets');
    expect(code).to.equal(0);
    expect((await run(['cloudwatch', '-g', '/apps/*'])).stderr).to.equal('');
  });

  it('refuses a data source where none is printed', async () => {
    const { stderr, code } = await run(['grafana', '-g', '/apps/a', '--traces-url', 'http://tempo']);
    expect(stderr).to.contain('--traces-url must stand beside --provisioning');
    expect(code).to.equal(2);
  });

  it('prints a Grafana dashboard, and its data sources as YAML', async () => {
    const args = ['grafana', '-g', '/apps/*', '--handler-url', 'https://logs.example.com'];
    const { panels } = await json<{ panels: { title: string }[] }>(args);
    expect(panels.map(({ title }) => title)).to.include('Records of the trace');
    const { stdout } = await run([...args, '--provisioning', '--traces', 'tempo:my-tempo']);
    const { apiVersion, datasources } = load(stdout) as {
      apiVersion: number;
      datasources: { uid: string }[];
    };
    expect(apiVersion).to.equal(1);
    expect(datasources.map(({ uid }) => uid)).to.deep.equal(['cloudwatch-logs', 'log-look-ups', 'my-tempo']);
  });

  it('keeps the address of a data source of traces, or says that the file has none', async () => {
    const args = ['grafana', '-g', '/apps/*', '--provisioning', '--traces', 'jaeger:j1'];
    const named = await run([...args, '--traces-name', 'Our Jaeger', '--traces-url', 'http://jaeger:16686']);
    const { datasources } = load(named.stdout) as { datasources: object[] };
    expect(datasources.at(-1)).to.deep.include({ name: 'Our Jaeger', uid: 'j1', url: 'http://jaeger:16686' });
    expect(named.stdout).to.not.contain('#');
    const { stdout } = await run(args);
    expect(stdout).to.match(/^# Grafana replaces the data source "j1" by what this file says/);
    expect(load(stdout)).to.have.property('apiVersion', 1);
  });

  it('refuses what is missing or wrong with 2', async () => {
    for (const [args, message] of [
      [['cloudwatch', '-g', '/apps/a'], '--region must be given'],
      [['cloudwatch', '-g', '/apps/a', '--region', 'here'], 'region must be'],
      [
        ['cloudwatch', '-g', '/apps/a', '--region', 'eu-west-1', '--cloudformation', '--name', 'a b'],
        'name must',
      ],
      [
        ['grafana', '-g', '/nope/*', '--region', 'eu-west-1'],
        '--log-group must mean log groups that exist in eu-west-1; it is "/nope/*"',
      ],
      [
        ['grafana', '-g', '/apps/a', '--region', 'eu-west-1', '--provisioning', '--traces', 'tempo'],
        '--traces must',
      ],
      [['widget'], "required option '--function-arn <arn>'"],
      [['widget', '--function-arn', 'x'], 'functionArn must'],
    ] as const) {
      const { stderr, code } = await run(args, {});
      expect(stderr, args.join(' ')).to.contain(message);
      expect(code).to.equal(2);
    }
  });
});

describe('toYaml', () => {
  it('is read back as it was', () => {
    for (const value of [
      { a: 1, b: [{ c: 'x: "y"\n# z', d: [] }, 'text', [1, [2]], {}], 'e f': null, g: { h: { i: true } } },
      [],
      'no',
      { yes: 'no', n: '1', list: [[{ a: { b: 1 } }]] },
    ]) {
      expect(load(toYaml(value))).to.deep.equal(value);
    }
    expect(toYaml({ a: undefined, b: 1 })).to.equal('b: 1\n');
  });
});
