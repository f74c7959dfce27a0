import { expect } from 'chai';
import {
  alarmsTemplate,
  cloudWatchAlarms,
  type CloudWatchAlarmsOptions,
  cloudWatchDashboard,
  type CloudWatchDashboardOptions,
  dashboardTemplate,
  grafanaDashboard,
  type GrafanaOptions,
  grafanaProvisioning,
  traceWidgetPolicies,
} from '../../../src/dashboards/index.js';
import { QueryRunner } from '../../../src/insights/index.js';
import { HOUR, type LocalService } from '../../simulation/local-service.js';
import { askJson, handlerFor, HandlerServer } from '../handler-for.js';
import { startStory, TRACE_ID } from '../story.js';
import { cloudWatchQueries, type DashboardQuery, grafanaQueries } from './queries-of.js';

const REGION = 'eu-west-1';
const LAMBDA = 'arn:aws:lambda:eu-west-1:123456789012:function:traces';
const GROUP_ARN = 'arn:aws:logs:eu-west-1:111122223333:log-group:/apps/orders';
const LOG_GROUPS = ['/apps/gateway', '/apps/orders'];
const BASE = { region: REGION, logGroups: LOG_GROUPS };

describe('cloudWatchDashboard', () => {
  const CASES: CloudWatchDashboardOptions[] = [
    BASE,
    { region: 'us-gov-west-1', logGroups: ['/apps/*', '/aws/lambda/a'], spans: true },
    { ...BASE, logGroups: ['*'], pageUrl: 'https://logs.example.com/page/' },
    { ...BASE, logGroups: [GROUP_ARN], widgetArn: LAMBDA, metricsNamespace: 'apps/otel', spans: true },
  ];

  for (const options of CASES) {
    it(`is a body as CloudWatch documents it: ${JSON.stringify(options.logGroups)}`, () => {
      const body = cloudWatchDashboard(options);
      expect(body.start).to.match(/^-PT\d+H$/);
      expect(body.periodOverride).to.equal('inherit');
      for (const variable of body.variables) {
        expect(variable).to.have.all.keys(
          'type',
          'pattern',
          'inputType',
          'id',
          'label',
          'defaultValue',
          'visible',
        );
        expect(variable).to.include({ type: 'pattern', inputType: 'input' });
        expect(JSON.stringify(body.widgets)).to.contain(variable.pattern);
      }
      expect(body.widgets.length).to.be.within(5, 500);
      const taken = new Set<string>();
      for (const { type, x, y, width, height, properties } of body.widgets) {
        expect(x + width).to.be.at.most(24);
        for (let column = x; column < x + width; column++) {
          for (let line = y; line < y + height; line++) {
            expect(taken.has(`${column} ${line}`), `${type} over another`).to.equal(false);
            taken.add(`${column} ${line}`);
          }
        }
        if (type === 'log') {
          expect(properties).to.have.all.keys('title', 'region', 'view', 'stacked', 'query');
          expect(properties.view).to.be.oneOf(['table', 'timeSeries', 'bar']);
          expect(properties.query).to.match(
            /^SOURCE ('[^']+'(\n\| SOURCE '[^']+')*|logGroups\(namePrefix: \[[^\]]+\]\))\n\| fields /,
          );
        } else if (type === 'metric') {
          expect(properties).to.include({ region: options.region, view: 'timeSeries' });
          expect(properties.metrics).to.be.an('array').that.is.not.empty;
        } else {
          expect(type).to.equal('custom');
          expect(properties).to.have.all.keys('title', 'endpoint', 'params', 'updateOn');
        }
      }
      expect(Buffer.byteLength(JSON.stringify(body))).to.be.below(100_000);
    });
  }

  it('shows what its options ask for', () => {
    const titles = (options: CloudWatchDashboardOptions): unknown[] =>
      cloudWatchDashboard(options).widgets.map(({ properties }) => properties.title);
    expect(titles(BASE)).to.deep.equal([
      'Errors',
      'Errors by service',
      'Billed bytes by log group',
      'Log events by log group',
      'Longest traces',
      'Newest errors',
      'Trace',
    ]);
    expect(titles(CASES[3]!)).to.include.members(['Slowest requests', 'Exporter: held back']);
    const custom = cloudWatchDashboard(CASES[3]!).widgets.find(({ type }) => type === 'custom');
    expect(custom!.properties).to.deep.include({ endpoint: LAMBDA, params: { traceId: 'TRACE_ID_TO_FIND' } });
    const text = JSON.stringify(cloudWatchDashboard(CASES[1]!));
    expect(text).to.contain('us-gov-west-1.console.amazonaws-us-gov.com');
    expect(JSON.stringify(cloudWatchDashboard(CASES[2]!))).to.contain('https://logs.example.com/page/trace/');
  });

  it('refuses options that are wrong', () => {
    for (const [options, message] of [
      [{ ...BASE, region: 'x' }, /^region must/],
      [{ ...BASE, logGroups: [] }, /^logGroups must/],
      [{ ...BASE, logGroups: ["/a'b"] }, /^logGroups must/],
      [{ ...BASE, widgetArn: 'traces' }, /^widgetArn must/],
      [{ ...BASE, pageUrl: 'javascript:alert(1)' }, /^pageUrl must/],
      [{ ...BASE, pageUrl: 'https://a/"+x' }, /^pageUrl must/],
      [{ ...BASE, metricsNamespace: '"' }, /^metricsNamespace must/],
      [{ ...BASE, logGroup: '/a' }, /logGroup/],
    ] as const) {
      expect(() => cloudWatchDashboard(options as never), JSON.stringify(options)).to.throw(message);
    }
  });
});

describe('dashboardTemplate', () => {
  it('holds the body as text', () => {
    const body = cloudWatchDashboard(BASE);
    const { Resources } = dashboardTemplate('my-logs', body);
    const { Type, Properties } = Resources.MyLogsDashboard!;
    expect(Type).to.equal('AWS::CloudWatch::Dashboard');
    const { DashboardName, DashboardBody } = Properties as Record<string, string>;
    expect(DashboardName).to.equal('my-logs');
    expect(JSON.parse(DashboardBody!)).to.deep.equal(JSON.parse(JSON.stringify(body)));
    expect(() => dashboardTemplate('a b', body)).to.throw(/^name must/);
  });
});

describe('cloudWatchAlarms', () => {
  it('has a breaker open for five minutes, records lost, and billed bytes a day', () => {
    const alarms = cloudWatchAlarms({
      metricsNamespace: 'apps',
      logGroups: [...LOG_GROUPS, GROUP_ARN],
      billedBytesADay: 5e9,
      actions: ['arn:aws:sns:eu-west-1:123456789012:on-call'],
    });
    expect(alarms.map(({ AlarmName }) => AlarmName)).to.deep.equal([
      'otel-logs-breaker-open',
      'otel-logs-records-lost',
      'otel-logs-billed-bytes-a-day',
    ]);
    const [breaker, lost, billed] = alarms;
    expect(breaker).to.deep.include({
      EvaluationPeriods: 5,
      DatapointsToAlarm: 5,
      Threshold: 1,
      AlarmActions: ['arn:aws:sns:eu-west-1:123456789012:on-call'],
      Metrics: [
        {
          Id: 'm1',
          Expression: 'SELECT MAX("cloudwatch_logs.exporter.breaker.open") FROM "apps"',
          Period: 60,
          ReturnData: true,
        },
      ],
    });
    expect(lost).to.deep.include({ Threshold: 0, ComparisonOperator: 'GreaterThanThreshold' });
    expect(billed!.Threshold).to.equal(5e9);
    expect(billed!.Metrics.at(-1)).to.deep.equal({
      Id: 'sum',
      Expression: 'FILL(m1, 0) + FILL(m2, 0) + FILL(m3, 0)',
      ReturnData: true,
    });
    expect(billed!.Metrics[2]).to.deep.include({ AccountId: '111122223333', ReturnData: false });
  });

  it('is what PutMetricAlarm and AWS::CloudWatch::Alarm take', () => {
    const options: CloudWatchAlarmsOptions[] = [
      {},
      { logGroups: ['/a'] },
      { metricsNamespace: 'x', namePrefix: 'shop.logs' },
    ];
    for (const alarms of options.map(cloudWatchAlarms)) {
      for (const alarm of alarms) {
        expect(alarm).to.have.all.keys(
          ...[
            'AlarmName',
            'AlarmDescription',
            'AlarmActions',
            'OKActions',
            'ComparisonOperator',
            'EvaluationPeriods',
          ],
          ...['DatapointsToAlarm', 'Threshold', 'TreatMissingData', 'Metrics'],
        );
        expect(alarm.Metrics.filter(({ ReturnData }) => ReturnData)).to.have.length(1);
        for (const metric of alarm.Metrics) {
          expect(metric.Id).to.match(/^[a-z]\w*$/);
          expect('Expression' in metric).to.not.equal('MetricStat' in metric);
        }
      }
      const { Resources } = alarmsTemplate(alarms);
      expect(Object.keys(Resources)).to.have.length(alarms.length);
      for (const [name, { Type, Properties }] of Object.entries(Resources)) {
        expect(name).to.match(/^[A-Za-z0-9]+$/);
        expect(Type).to.equal('AWS::CloudWatch::Alarm');
        expect(alarms).to.include(Properties);
      }
    }
  });

  it('refuses options that are wrong', () => {
    for (const [options, message] of [
      [{ logGroups: ['/apps/*'] }, /be named in full/],
      [{ logGroups: Array.from({ length: 10 }, (_, n) => `/a/${n}`) }, /fewer than 10/],
      [{ billedBytesADay: 0 }, /^billedBytesADay must/],
      [{ namePrefix: 'a b' }, /^namePrefix must/],
      [{ actions: ['me'] }, /^actions must/],
    ] as const) {
      expect(() => cloudWatchAlarms(options)).to.throw(message);
    }
  });
});

describe('traceWidgetPolicies', () => {
  it('lets the viewer invoke the function and nothing else, and the function read', () => {
    const { viewer, function: ofFunction } = traceWidgetPolicies(LAMBDA);
    expect(viewer.Statement).to.deep.equal([
      { Sid: 'LookAtTraces', Effect: 'Allow', Action: ['lambda:InvokeFunction'], Resource: LAMBDA },
    ]);
    const actions = ofFunction.Statement.flatMap(({ Action }) => Action);
    expect(actions).to.include.members(['logs:StartQuery', 'logs:StopQuery', 'logs:FilterLogEvents']);
    for (const action of actions) expect(action).to.match(/^logs:(?:Start|Stop|Get|Describe|Filter)/);
    expect(() => traceWidgetPolicies('x')).to.throw(/^functionArn must/);
  });
});

describe('grafanaDashboard', () => {
  const CASES: GrafanaOptions[] = [
    BASE,
    { ...BASE, logGroups: [GROUP_ARN], spans: true, handlerUrl: 'https://logs.example.com/page/' },
  ];

  for (const options of CASES) {
    it(`is of the classic model ${options.handlerUrl === undefined ? 'without' : 'with'} a handler`, () => {
      const dashboard = grafanaDashboard(options);
      expect(dashboard.schemaVersion).to.equal(42);
      expect(dashboard).to.include.keys('uid', 'title', 'panels', 'templating', 'time', 'annotations');
      const ids = dashboard.panels.map(({ id }) => id);
      expect(new Set(ids).size).to.equal(ids.length);
      const types = ['timeseries', 'barchart', 'table', 'logs', 'traces'];
      for (const panel of dashboard.panels) {
        const { type, gridPos, datasource, targets } = panel as unknown as {
          type: string;
          gridPos: { x: number; w: number };
          datasource: object;
          targets: { refId: string; datasource: object; region?: string }[];
        };
        expect(type).to.be.oneOf(types);
        expect(gridPos.x + gridPos.w).to.be.at.most(24);
        expect(new Set(targets.map(({ refId }) => refId)).size)
          .to.equal(targets.length)
          .and.be.above(0);
        for (const target of targets) expect(target.datasource).to.deep.equal(datasource);
      }
      expect(dashboard.templating.list.map(({ name, type }) => [name, type])).to.deep.equal([
        ['service', 'textbox'],
        ['trace_id', 'textbox'],
      ]);
    });
  }

  it('reads the shapes of Infinity from the handler, which answers them', async () => {
    const service = await startStory();
    const handler = handlerFor(service);
    const server = await HandlerServer.start(handler);
    try {
      const { panels } = grafanaDashboard({ ...BASE, handlerUrl: server.url });
      const targets = panels
        .flatMap(
          ({ targets: all }) => all as { format?: string; url?: string; type: string; parser: string }[],
        )
        .filter(({ url }) => url !== undefined);
      expect(targets.map(({ format }) => format)).to.deep.equal(['trace', 'logs']);
      for (const { url, type, parser } of targets) {
        expect({ type, parser }).to.deep.equal({ type: 'json', parser: 'backend' });
        const asked = url!
          .replace('${trace_id:percentencode}', TRACE_ID)
          .replace('${__from}', String(service.time - HOUR))
          .replace('${__to}', String(service.time));
        const rows = await askJson<object[]>(handler, asked.slice(server.url.length));
        expect(rows, asked).to.be.an('array').that.is.not.empty;
      }
    } finally {
      await server.stop();
      await service.stop();
    }
  });

  it('refuses options that are wrong', () => {
    for (const [options, message] of [
      [{ ...BASE, logGroups: ['/apps/*'] }, /be named in full/],
      [{ ...BASE, handlerUrl: 'ftp://x' }, /^handlerUrl must/],
      [{ ...BASE, uid: 'x' }, /uid/],
    ] as const) {
      expect(() => grafanaDashboard(options as never)).to.throw(message);
    }
  });
});

describe('grafanaProvisioning', () => {
  const tempo = { name: 'Tempo', uid: 'tempo', type: 'tempo' };

  it('has the data sources that the dashboard reads from', () => {
    const options = { ...BASE, handlerUrl: 'https://logs.example.com:8443/page' };
    const { apiVersion, datasources } = grafanaProvisioning(options);
    expect(apiVersion).to.equal(1);
    const uids = datasources.map(({ uid }) => uid);
    const read = grafanaDashboard(options).panels.map(
      ({ datasource }) => (datasource as { uid: string }).uid,
    );
    expect([...new Set(read)].sort()).to.deep.equal([...uids].sort());
    expect(datasources[1]!.jsonData).to.deep.include({ allowedHosts: ['https://logs.example.com:8443'] });
    expect(grafanaProvisioning(BASE).datasources).to.have.length(1);
  });

  it('leads from spans to their logs and the page, and from logs to their trace', () => {
    const { datasources } = grafanaProvisioning({
      ...BASE,
      handlerUrl: 'https://logs.example.com',
      traces: tempo,
    });
    const of = (uid: string): Record<string, unknown>[] =>
      datasources.find((one) => one.uid === uid)!.correlations as Record<string, unknown>[];
    const [logs, page] = of('tempo');
    expect(logs).to.deep.include({ targetUID: 'cloudwatch-logs', type: 'query' });
    const { field, target } = logs!.config as {
      field: string;
      target: { expression: string; queryMode: string };
    };
    expect(field).to.equal('traceID');
    expect(target.queryMode).to.equal('Logs');
    expect(target.expression).to.contain('"${traceID}"');
    expect(page).to.deep.include({ type: 'external' });
    expect((page!.config as { target: object }).target).to.deep.equal({
      url: 'https://logs.example.com/trace/${traceID}',
    });
    expect(of('cloudwatch-logs')[0]).to.deep.include({ targetUID: 'tempo' });
    const xray = { name: 'X-Ray', uid: 'xray', type: 'grafana-x-ray-datasource' };
    expect(JSON.stringify(grafanaProvisioning({ ...BASE, traces: xray }))).to.contain('"getTrace"');
    expect(() => grafanaProvisioning({ ...BASE, traces: { ...tempo, uid: '' } })).to.throw(
      /^traces\.uid must/,
    );
  });
});

describe('the queries of dashboards', function () {
  this.timeout(180_000);
  let service: LocalService;
  const choices = { service: '.*', traceId: TRACE_ID };
  const logGroups = [...LOG_GROUPS, '/aws/lambda/payments', '/apps/legacy'];

  before(async () => {
    service = await startStory();
  });
  after(() => service.stop());

  const rowsOf = async ({
    query,
    logGroups: of,
  }: DashboardQuery): Promise<readonly Readonly<Record<string, string>>[]> => {
    const runner = new QueryRunner({ client: service.client }, { firstPollMillis: 5 });
    const range = { from: service.time - HOUR, to: service.time };
    return (await runner.run({ query, logGroups: of, ...range })).rows;
  };
  const all = (service_ = choices.service): DashboardQuery[] => {
    const chosen = { ...choices, service: service_ };
    return [
      ...cloudWatchQueries(cloudWatchDashboard({ region: REGION, logGroups, spans: true }), chosen),
      ...cloudWatchQueries(
        cloudWatchDashboard({ region: REGION, logGroups: ['/apps/*', '/aws/lambda/*'] }),
        chosen,
      ),
      ...grafanaQueries(grafanaDashboard({ region: REGION, logGroups, spans: true }), chosen),
    ];
  };

  for (const [index, { title }] of all().entries()) {
    it(`give rows: ${index + 1}. ${title}`, async () => {
      expect(await rowsOf(all()[index]!)).to.not.be.empty;
    });
  }

  it('say who, what and where to look further', async () => {
    const named = async (
      title: string,
      service_?: string,
    ): Promise<readonly Readonly<Record<string, string>>[]> =>
      rowsOf(all(service_).find((one) => one.title === title)!);
    expect((await named('Errors by service')).map((row) => row.serviceName)).to.include.members([
      'gateway',
      'orders',
      'payments',
    ]);
    const [newest] = await named('Newest errors');
    expect(newest).to.include({ serviceName: 'gateway', text: 'checkout failed', trace: TRACE_ID });
    expect(newest!.link).to.match(/#xray:traces\/1-4bf92f35-77b34da6a3ce929d0e0e4736$/);
    const [longest] = await named('Longest traces');
    expect(longest).to.include({ trace: TRACE_ID });
    expect(Number(longest!.milliseconds)).to.be.within(1_000, 2_000);
    expect((await named('Newest errors', 'pay.*')).every((row) => row.serviceName === 'payments')).to.equal(
      true,
    );
    expect((await named('Slowest requests'))[0]).to.include({
      serviceName: 'gateway',
      name: 'POST /checkout',
    });
  });
});
