import { expect } from 'chai';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import * as client from '../../src/client/index.js';
import * as dashboards from '../../src/dashboards/index.js';
import * as main from '../../src/index.js';
import * as insights from '../../src/insights/index.js';
import * as replay from '../../src/replay/index.js';
import * as resources from '../../src/resources/index.js';
import * as simulation from '../../src/simulation/index.js';
import * as tail from '../../src/tail/index.js';

/** What JavaScript may hand over, whatever the types say. */
const any = (value: unknown): never => value as never;
const foo = (more: object = {}): never => any({ ...more, foo: 1 });

const SECONDS = 1_700_000_000;
const GROUP = { logGroupName: '/g', logStreamName: 's' };
const METRIC = { metricName: 'errors', metricNamespace: 'app', metricValue: '1' };
const METRIC_FILTER = { logGroupName: '/g', filterName: 'f', filterPattern: '', metric: METRIC };
const SUBSCRIPTION = {
  logGroupName: '/g',
  filterName: 'f',
  filterPattern: '',
  destinationArn: 'arn:aws:lambda:us-east-1:123456789012:function:f',
};
const QUERY = { query: 'fields @message', logGroups: ['/g'], from: 0, to: 1 };
const GRAFANA = { region: 'eu-west-1', logGroups: ['/g'] };
const TRACES = { name: 'Tempo', uid: 'tempo', type: 'tempo' };
const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';

describe('wrong input of a public function', () => {
  let requests = 0;
  let server: Server;
  let sdk: CloudWatchLogsClient;
  let logs: client.CloudWatchLogs;
  let managed: resources.LogResources;
  let engine: insights.CorrelationEngine;
  let runner: insights.QueryRunner;
  let again: replay.LogReplay;
  let local: simulation.LocalCloudWatchLogs;
  let stream: simulation.MockLogStream;
  let exporter: main.CloudWatchLogExporter;
  let processor: main.CloudWatchLogRecordProcessor;

  before(async () => {
    server = createServer((request, response) => {
      requests++;
      request.resume();
      response.writeHead(400, { 'content-type': 'application/x-amz-json-1.1' }).end('{}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    sdk = new CloudWatchLogsClient({ region: 'us-east-1', endpoint, credentials, maxAttempts: 1 });
    logs = new client.CloudWatchLogs({ ...GROUP, client: sdk });
    managed = new resources.LogResources({ client: sdk });
    engine = new insights.CorrelationEngine({ client: sdk, logGroups: ['/g'] });
    runner = new insights.QueryRunner({ client: sdk });
    again = new replay.LogReplay({ client: sdk, source: [], logGroupName: '/g' });
    local = await simulation.LocalCloudWatchLogs.start();
    stream = await simulation.MockLogStream.create();
    exporter = new main.CloudWatchLogExporter({ ...GROUP, provision: 'none', client: sdk });
    processor = new main.CloudWatchLogRecordProcessor({ ...GROUP, provision: 'none', client: sdk });
  });

  after(async () => {
    await Promise.all([exporter.shutdown(), processor.shutdown(), local.stop(), stream.close()]);
    sdk.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  /** A call, and the option that its error names: `foo` unless said. */
  const calls: Record<string, (() => unknown) | readonly [string, () => unknown]> = {
    // The main entry.
    'new CloudWatchLogExporter': () => new main.CloudWatchLogExporter(foo(GROUP)),
    'new CloudWatchLogRecordProcessor': () => new main.CloudWatchLogRecordProcessor(foo(GROUP)),
    createCloudWatchLogRecordProcessor: () => main.createCloudWatchLogRecordProcessor(foo(GROUP)),
    'exporter.healthCheck': () => exporter.healthCheck(foo()),
    'processor.healthCheck': () => processor.healthCheck(foo()),
    'processor.forceFlush of a wrong value': [
      'timeoutMillis',
      () => processor.forceFlush({ timeoutMillis: any('soon') }),
    ],
    flushAfterInvocation: () => main.flushAfterInvocation(() => 1, foo({ provider: processor })),
    'bridgeLogsApis of no provider': ['provider', () => main.bridgeLogsApis(foo())],

    // The client.
    'new CloudWatchLogs': () => new client.CloudWatchLogs(foo()),
    'CloudWatchLogs.fromEnv': () => client.CloudWatchLogs.fromEnv(foo()),
    'CloudWatchLogs.fromEnv of no options': ['options', () => client.CloudWatchLogs.fromEnv(any(5))],
    'new CloudWatchLogs of a wrong clock': [
      'clock',
      () => new client.CloudWatchLogs({ client: sdk, clock: any(5) }),
    ],
    'new CloudWatchLogs of wrong log groups': [
      'logGroups',
      () => new client.CloudWatchLogs({ client: sdk, logGroups: any('/g') }),
    ],
    'logs.healthCheck': () => logs.healthCheck(foo()),
    'logs.healthCheck of a wrong value': [
      'timeoutMillis',
      () => logs.healthCheck({ timeoutMillis: any('soon') }),
    ],
    'logs.tail': () => logs.tail(foo()),
    'logs.query of neither text nor function': ['query', () => logs.query(any({ foo: 1 }))],
    'logs.query.build of neither text nor function': ['build', () => logs.query().build(any({ foo: 1 }))],
    'logs.query.timeout': ['timeoutMillis', () => logs.query().lastHours(1).timeout(any('soon')).execute()],
    'logs.query.between seconds': ['from', () => logs.query().between(SECONDS, Date.now())],
    'logs.events.put': () => logs.events.put('x', foo()),
    'logs.events.put of no event': ['events[0]', () => logs.events.put(any(null))],
    'logs.events.put of seconds': [
      'events[0].timestamp',
      () => logs.events.put({ timestamp: SECONDS, message: 'x' }),
    ],
    'logs.events.putStructured': () => logs.events.putStructured((event) => event.info('x'), foo()),
    'logs.events.putStructured of no function': ['records[0]', () => logs.events.putStructured(any('x'))],
    'logs.events.filter of no name': ['logGroupName', () => logs.events.filter(any({ foo: 1 }))],
    'logs.events.filter.streams of no name': ['streams', () => logs.events.filter().streams(any(5))],
    'logs.events.filter.prefix of no text': ['prefix', () => logs.events.filter().prefix(any(5))],
    'logs.events.filter.after of no token': ['nextToken', () => logs.events.filter().after(any(5))],
    'logs.events.filter.pattern of nothing': ['pattern', () => logs.events.filter().pattern(any({ foo: 1 }))],
    'logs.events.get': () => logs.events.get(foo()),
    'logs.events.get of the name of the AWS SDK': [
      'startTime',
      () => logs.events.get(any({ startTime: SECONDS })),
    ],
    'logs.events.get of seconds': ['from', () => logs.events.get({ from: SECONDS })],
    'logs.events.get of a wrong limit': ['limit', () => logs.events.get({ limit: 0 })],
    'logs.events.get of a later begin': ['from', () => logs.events.get({ from: 2e12, to: 1e12 })],
    'logs.events.buffer': () => logs.events.buffer(foo()),
    'logs.retention.set': ['retentionInDays', () => logs.retention.set('/g', any({ foo: 1 }))],
    'logs.retention.get': ['logGroupName', () => logs.retention.get(any({ foo: 1 }))],

    // Resources.
    'new LogResources': () => new resources.LogResources(foo()),
    'logGroups.list': () => managed.logGroups.list(foo()),
    'logGroups.get': ['logGroupName', () => managed.logGroups.get(any({ foo: 1 }))],
    'logGroups.create': () => managed.logGroups.create(foo({ logGroupName: '/g' })),
    'logGroups.ensure': () => managed.logGroups.ensure(foo({ logGroupName: '/g' })),
    'logGroups.ensure of wrong tags': [
      'tags',
      () => managed.logGroups.ensure({ logGroupName: '/g', tags: any('x') }),
    ],
    'logGroups.plan': () => managed.logGroups.plan(foo({ logGroupName: '/g' })),
    'logGroups.tag': ['tags', () => managed.logGroups.tag('/g', any(undefined))],
    'logGroups.tag of a list': ['tags', () => managed.logGroups.tag('/g', any(['a']))],
    'logGroups.untag': ['tagKeys', () => managed.logGroups.untag('/g', any(undefined))],
    'logGroups.untag of a text': ['tagKeys', () => managed.logGroups.untag('/g', any('a'))],
    'logStreams.list': () => managed.logStreams.list('/g', foo()),
    'logStreams.ensure': ['logStreamName', () => managed.logStreams.ensure('/g', any({ foo: 1 }))],
    'subscriptionFilters.list': () => managed.subscriptionFilters.list('/g', foo()),
    'subscriptionFilters.put': () => managed.subscriptionFilters.put(foo(SUBSCRIPTION)),
    'subscriptionFilters.ensure': () => managed.subscriptionFilters.ensure(foo(SUBSCRIPTION)),
    'subscriptionFilters.ensure of a wrong value': [
      'destinationArn',
      () => managed.subscriptionFilters.ensure({ ...SUBSCRIPTION, destinationArn: 'f' }),
    ],
    'metricFilters.list': () => managed.metricFilters.list('/g', foo()),
    'metricFilters.put': () => managed.metricFilters.put(foo(METRIC_FILTER)),
    'metricFilters.ensure': () => managed.metricFilters.ensure(foo(METRIC_FILTER)),
    'metricFilters.ensure of a wrong metric': [
      'metric.foo',
      () => managed.metricFilters.ensure({ ...METRIC_FILTER, metric: foo(METRIC) }),
    ],
    'metricFilters.test': ['logEventMessages', () => managed.metricFilters.test('a', any({}))],
    'metricFilters.test of numbers': ['logEventMessages', () => managed.metricFilters.test('a', any([1]))],
    'fieldIndexes.list': () => managed.fieldIndexes.list(['/g'], foo()),
    'fieldIndexes.list of no list': ['logGroups', () => managed.fieldIndexes.list(any({}))],
    'fieldIndexes.list of a text': ['logGroups', () => managed.fieldIndexes.list(any('/g'))],
    'fieldIndexes.policy': ['logGroupName', () => managed.fieldIndexes.policy(any({ foo: 1 }))],
    'fieldIndexes.put': ['fields', () => managed.fieldIndexes.put('/g', any({}))],
    'fieldIndexes.put of no list of facets': ['facets', () => managed.fieldIndexes.put('/g', ['a'], any({}))],
    'fieldIndexes.ensure': ['fields', () => managed.fieldIndexes.ensure('/g', any({}))],
    'fieldIndexes.ensure of a text': ['fields', () => managed.fieldIndexes.ensure('/g', any('abc'))],

    // Look-ups and queries.
    'new CorrelationEngine': () => new insights.CorrelationEngine(foo({ client: sdk, logGroups: ['/g'] })),
    'engine.correlateByTrace': () => engine.correlateByTrace(TRACE_ID, foo()),
    'engine.correlateByTrace of no id': ['traceId', () => engine.correlateByTrace(any({ foo: 1 }))],
    'engine.correlateBySpan': () => engine.correlateBySpan('b7ad6b7169203331', foo()),
    'engine.correlateByRequest': () => engine.correlateByRequest('r', foo()),
    'engine.correlateBy': () => engine.correlateBy('field', 'value', foo()),
    'engine.correlateBy of no value': ['value', () => engine.correlateBy('field', any({ foo: 1 }))],
    'engine.recentErrors': () => engine.recentErrors(foo()),
    'engine.newestEvents': () => engine.newestEvents(foo()),
    'engine.listLogGroups': () => engine.listLogGroups(foo()),
    correlationQuery: ['options.foo', () => insights.correlationQuery({ trace: TRACE_ID }, foo())],
    'correlationQuery of no subject': ['subject', () => insights.correlationQuery(foo())],
    'correlationQuery of nothing': ['subject', () => insights.correlationQuery(any(undefined))],
    'new QueryRunner': () => new insights.QueryRunner({ client: sdk }, foo()),
    'new QueryRunner of parts': ['parts.foo', () => new insights.QueryRunner(foo({ client: sdk }))],
    'runner.run': () => runner.run(foo(QUERY)),
    'runner.run of nothing': ['options', () => runner.run(any(undefined))],
    'runner.run of no list': ['logGroups', () => runner.run({ ...QUERY, logGroups: any('/g') })],
    'runner.run of a wrong timeout': [
      'timeoutMillis',
      () => runner.run({ ...QUERY, timeoutMillis: any('soon') }),
    ],
    runOverLogGroups: () => insights.runOverLogGroups({ client: sdk, runner }, foo(QUERY)),
    'runOverLogGroups of a prefix': () =>
      insights.runOverLogGroups({ client: sdk, runner }, foo({ ...QUERY, logGroups: ['/g*'] })),
    'runOverLogGroups of no list': [
      'logGroups',
      () => insights.runOverLogGroups({ client: sdk, runner }, { ...QUERY, logGroups: any(undefined) }),
    ],
    'runOverLogGroups of seconds': [
      'from',
      () =>
        insights.runOverLogGroups({ client: sdk, runner }, { ...QUERY, logGroups: ['/g*'], from: SECONDS }),
    ],
    'runOverLogGroups of parts': [
      'parts.foo',
      () => insights.runOverLogGroups(foo({ client: sdk, runner }), QUERY),
    ],
    'new ReadCalls': () => new insights.ReadCalls({ client: sdk }, foo()),
    'new ReadCalls of parts': ['parts.foo', () => new insights.ReadCalls(foo({ client: sdk }))],
    explainNothing: () => insights.explainNothing(engine.calls, any({ events: [1] }), foo()),
    explainEmptyQuery: () => insights.explainEmptyQuery(engine.calls, any({}), any({ rows: [1] }), foo()),

    // Tails and replays.
    tailLogs: () => tail.tailLogs(foo({ client: sdk, logGroups: ['/g'] })),
    'new LogReplay': () => new replay.LogReplay(foo({ client: sdk, source: [] })),
    'new LogReplay of a wrong clock': [
      'clock',
      () => new replay.LogReplay({ client: sdk, source: [], clock: any(5) }),
    ],
    'replay.run': () => again.run(foo()),
    'replay.run of no signal': ['signal', () => again.run({ signal: any('x') })],
    'replay.plan': () => again.plan(foo()),
    logGroupSource: () => replay.logGroupSource(sdk, foo({ logGroup: '/g', from: 0, to: 1 })),
    'logGroupSource of no name': [
      'logGroup',
      () => replay.logGroupSource(sdk, { logGroup: any(5), from: 0, to: 1 }),
    ],
    'ndjsonSource of no path': ['path', () => replay.ndjsonSource(any({ foo: 1 }))],

    // The local service.
    'LocalCloudWatchLogs.start': () => simulation.LocalCloudWatchLogs.start(foo()),
    'local.put': () => local.put([], foo()),
    'local.put of no list': ['events', () => local.put(any({}))],
    'local.put of a text': ['events', () => local.put(any('x'))],
    'local.events': () => local.events(foo()),
    'local.metrics': () => local.metrics(foo()),
    'local.faults.add': ['fault.foo', () => local.faults.add(foo({ kind: 'throttle' }))],
    'MockLogStream.create': () => simulation.MockLogStream.create(foo()),
    'stream.put of no list': ['events', () => stream.put(any({}))],
    'stream.events': () => stream.events(foo()),
    'new LogEventGenerator': () => new simulation.LogEventGenerator(foo()),
    expectRecords: () => simulation.expectRecords(local, foo()),
    'expectRecords of no source': ['source', () => simulation.expectRecords(any({}))],
    localLogsFixture: () =>
      simulation.localLogsFixture(
        { beforeAll: () => undefined, beforeEach: () => undefined, afterAll: () => undefined },
        foo(),
      ),
    'localLogsFixture of no hooks': ['hooks', () => simulation.localLogsFixture(any(undefined))],

    // Dashboards.
    createLookupHandler: () => dashboards.createLookupHandler(foo({ engine })),
    toNodeListener: ['handler', () => dashboards.toNodeListener(any({ foo: 1 }))],
    createTraceWidget: () => dashboards.createTraceWidget(foo({ engine })),
    cloudWatchDashboard: () => dashboards.cloudWatchDashboard(foo(GRAFANA)),
    cloudWatchAlarms: () => dashboards.cloudWatchAlarms(foo()),
    grafanaDashboard: () => dashboards.grafanaDashboard(foo(GRAFANA)),
    grafanaProvisioning: () => dashboards.grafanaProvisioning(foo(GRAFANA)),
    'grafanaProvisioning of nothing': ['options', () => dashboards.grafanaProvisioning(any(undefined))],
    'grafanaProvisioning of wrong traces': [
      'traces.foo',
      () => dashboards.grafanaProvisioning({ ...GRAFANA, traces: foo(TRACES) }),
    ],
    'grafanaProvisioning of traces without a name': [
      'traces.name',
      () => dashboards.grafanaProvisioning({ ...GRAFANA, traces: any({ uid: 'x', type: 'tempo' }) }),
    ],
    consoleLinks: [
      'view.foo',
      () =>
        dashboards.consoleLinks('eu-west-1', foo({ query: '', logGroups: [], fromMillis: 0, toMillis: 1 })),
    ],
    'consoleLinks of no list': [
      'view.logGroups',
      () =>
        dashboards.consoleLinks('eu-west-1', {
          query: '',
          logGroups: any('/g'),
          fromMillis: 0,
          toMillis: 1,
        }),
    ],
    'lookUpMarkdown of no result': ['result', () => dashboards.lookUpMarkdown(any({}))],
    'alarmsTemplate of no list': ['alarms', () => dashboards.alarmsTemplate(any({}))],
    dashboardTemplate: ['name', () => dashboards.dashboardTemplate(any({ foo: 1 }), any({}))],
    traceWidgetPolicies: ['functionArn', () => dashboards.traceWidgetPolicies(any({ foo: 1 }))],
  };

  for (const [name, entry] of Object.entries(calls)) {
    const [option, call] = typeof entry === 'function' ? (['foo', entry] as const) : entry;
    it(`is refused before any request: ${name}`, async () => {
      const before = requests;
      expect(await refusedOption(call)).to.equal(option);
      expect(requests - before).to.equal(0);
    });
  }

  /** Functions that take neither options nor lists, or are told above by the object that they make. */
  const OTHERS: ReadonlySet<string> = new Set(
    [
      // Builders: their parameters are texts, numbers and builders, each with tests of its own.
      'as bin call count field literal QueryBuilder FilterBuilder LogEventBuilder FilterPattern',
      'printQuery parseMessage buildTraces spanDepths ScanBudget logGroupAttributes',
      // Errors are made by the package.
      'CloudWatchLogsError OptionError ResourceError ReplayNotAgreedError ReplaySourceError ReplayStoppedError',
      'AccessDeniedError CircuitOpenError MalformedQueryError QueryFailedError QueryTimeoutError',
    ].flatMap((line) => line.split(' ')),
  );

  it('has a case here for every function and class that is exported', () => {
    const entries = { ...main, ...client, ...resources, ...insights, ...tail, ...replay, ...simulation, ...dashboards }; // prettier-ignore
    const tested = Object.keys(calls).join(' ').split(/[^A-Za-z]+/); // prettier-ignore
    const missing = Object.entries(entries)
      .filter(([name, value]) => typeof value === 'function' && !OTHERS.has(name) && !tested.includes(name))
      .map(([name]) => name);
    expect(missing).to.deep.equal([]);
  });
});

/** The option that an error names, thrown at once, by a promise, or by the first step of an iteration. */
async function refusedOption(call: () => unknown): Promise<unknown> {
  try {
    const made = await call();
    if (isIterable(made)) await made[Symbol.asyncIterator]().next();
    return 'nothing was refused';
  } catch (error) {
    return error instanceof main.OptionError ? error.option : error;
  }
}

function isIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}
