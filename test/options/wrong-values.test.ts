import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import * as base from '../../src/base/index.js';
import * as client from '../../src/client/index.js';
import { createCloudWatchLogsClient } from '../../src/cloudwatch/client.js';
import * as dashboards from '../../src/dashboards/index.js';
import * as main from '../../src/index.js';
import * as insights from '../../src/insights/index.js';
import * as replay from '../../src/replay/index.js';
import * as resources from '../../src/resources/index.js';
import * as simulation from '../../src/simulation/index.js';
import * as tail from '../../src/tail/index.js';

const ENTRIES: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  '.': main,
  './base': base,
  './client': client,
  './dashboards': dashboards,
  './insights': insights,
  './replay': replay,
  './resources': resources,
  './simulation': simulation,
  './tail': tail,
};

const ACCOUNT = {
  region: 'us-east-1',
  endpoint: 'http://127.0.0.1:1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  maxAttempts: 1,
};
const PLACE = { logGroupName: '/g', logStreamName: 's' } as const;
const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const NOW = Date.now();
const SECONDS = Math.floor(NOW / 1000);

/** What is called wrongly, and the option that the error must name. */
type Wrong = readonly [option: string, call: () => unknown];

/**
 * Calls with one wrong value each: what JavaScript may hand over, whatever the types say.
 * @param values - by option; `spool.directory` is one of an object's members
 */
function wrongOf(
  right: object,
  values: Readonly<Record<string, unknown>>,
  call: (options: never) => unknown,
): Wrong[] {
  return Object.entries(values).map(([path, value]) => {
    const [name, member] = path.split('.') as [string, string | undefined];
    const wrong = member === undefined ? value : { [member]: value };
    return [path, () => call({ ...right, [name]: wrong } as never)];
  });
}

const any = (value: unknown): never => value as never;

/** Wrong values of what every client is made of. */
const OF_CLIENT = {
  region: 5,
  endpoint: 5,
  credentials: { accessKey: 'x' },
  maxAttempts: 'x',
  retryMode: 'x',
  errorDetails: 'x',
  nonsense: 1,
};

const sdk = createCloudWatchLogsClient(ACCOUNT);
const engineOf = (more: object = {}): insights.CorrelationEngine =>
  new insights.CorrelationEngine({ ...ACCOUNT, logGroups: ['/g'], ...more });
const engine = engineOf();
const runner = new insights.QueryRunner({ client: sdk });
const logs = new client.CloudWatchLogs({ ...ACCOUNT, ...PLACE });
const manage = new resources.LogResources({ client: sdk });
const exporter = new main.CloudWatchLogExporter({ ...ACCOUNT, ...PLACE, provision: 'none' });
const processor = new main.CloudWatchLogRecordProcessor({ ...ACCOUNT, ...PLACE, provision: 'none' });
const generator = new simulation.LogEventGenerator();
const request = { query: 'fields @message', logGroups: ['/g'], from: NOW - 1_000, to: NOW };
const query = (): insights.QueryBuilder => new insights.QueryBuilder();
const filter = (): insights.FilterBuilder => new insights.FilterBuilder();
const event = (): insights.LogEventBuilder => new insights.LogEventBuilder();
const stream = simulation.MockLogStream.create();

const LOOK_UP = {
  since: 1,
  from: SECONDS,
  to: SECONDS,
  limit: 'x',
  fullText: 'no',
  thorough: 1,
  maxBytesScanned: -1,
  onProgress: 5,
  signal: {},
  timeoutMillis: 'x',
  logGroups: '/g',
};
const lookUpsOf = (call: (options: never) => unknown): Wrong[] => wrongOf({}, LOOK_UP, call);

const OF_EXPORTER = {
  ...OF_CLIENT,
  meterProvider: {},
  layout: 'xml',
  exportTimeoutMillis: -1,
  'retry.initialDelayMillis': 'x',
  retryInitialDelayMillis: 'x',
  'spool.directory': 5,
};

const backEnd = {
  name: 'x',
  limits: { maxBytes: 100_000, maxEvents: 10, maxEventBytes: 1_000 },
  encode: () => ({ content: 'x' }),
  classify: () => ({ kind: 'accepted' }),
  send: () => Promise.resolve(),
};
const { signal } = new AbortController();
const noHook = (): undefined => undefined;
const HOOKS = { beforeAll: noHook, beforeEach: noHook, afterAll: noHook };

/** Of every exported function and class: wrong calls, or why nothing can be wrong. */
const TABLE: Readonly<Record<string, Readonly<Record<string, readonly Wrong[] | string>>>> = {
  '.': {
    CloudWatchLogExporter: [
      ...wrongOf({ ...ACCOUNT, ...PLACE }, OF_EXPORTER, (options) => new main.CloudWatchLogExporter(options)),
      ['options', () => new main.CloudWatchLogExporter(any('x'))],
      ['resource', () => exporter.prepare(any(5))],
      ['signal', () => exporter.healthCheck(any({ signal: 5 }))],
    ],
    CloudWatchLogRecordProcessor: [
      ...wrongOf(
        { ...ACCOUNT, ...PLACE },
        {
          ...OF_CLIENT,
          processorTimeoutMillis: -1,
          retryMaxDelayMillis: 'x',
          traceContext: ['foo'],
        },
        (options) => new main.CloudWatchLogRecordProcessor(options),
      ),
      // The one that can be unset, as a variable is.
      [
        'writeAhead',
        () =>
          new main.CloudWatchLogRecordProcessor({ ...ACCOUNT, ...PLACE, writeAhead: any({ directory: 5 }) }),
      ],
      ['timeoutMillis', () => processor.forceFlush(any({ timeoutMillis: 'x' }))],
      ['resource', () => processor.prepare(any(5))],
    ],
    createCloudWatchLogRecordProcessor: 'the class by its old name',
    bridgeLogsApis: [['provider', () => main.bridgeLogsApis(any({}))]],
    flushAfterInvocation: [
      ['handler', () => main.flushAfterInvocation(any(5), { provider: processor })],
      ['provider', () => main.flushAfterInvocation(() => 1, any({ provider: {} }))],
      [
        'timeoutMillis',
        () => main.flushAfterInvocation(() => 1, any({ provider: processor, timeoutMillis: 'x' })),
      ],
    ],
    logGroupAttributes: [
      ['logGroupName', () => main.logGroupAttributes(any(5))],
      ['resource', () => main.logGroupAttributes('/g', any(5))],
    ],
  },
  './base': {
    createLogDelivery: [
      ...wrongOf(
        backEnd,
        {
          name: 5,
          concurrency: 'x',
          'spool.directory': 5,
          'retry.nonsense': 1,
          circuitBreaker: true,
          'writeAhead.directory': 5,
          limits: 5,
          meterProvider: {},
          deliveryTimeoutMillis: 'x',
          nonsense: 1,
        },
        (options) => base.createLogDelivery(options),
      ),
    ],
    createLogRecordExporter: [['delivery', () => base.createLogRecordExporter(any(5))]],
    createLogRecordProcessor: [['delivery', () => base.createLogRecordProcessor(any(5))]],
    checkOption: 'it is what throws',
    classifyByCode: [
      ['answer', () => base.classifyByCode(any(5), {})],
      ['kinds', () => base.classifyByCode({ error: 1 }, any(5))],
    ],
    classifyHttp: [
      ['nonsense', () => base.classifyHttp({ error: 1 }, any({ nonsense: 1 }))],
      ['accepted', () => base.classifyHttp({ error: 1 }, { accepted: any(202) })],
    ],
    cutUtf8: [
      ['text', () => base.cutUtf8(any(5), 5)],
      ['maxBytes', () => base.cutUtf8('x', any('y'))],
    ],
    encodeWithin: [
      ['plain', () => base.encodeWithin(any(5), 5, () => '')],
      ['maxBytes', () => base.encodeWithin(any({ bodyText: '' }), any('x'), () => '')],
      ['write', () => base.encodeWithin(any({ bodyText: '' }), 5, any(5))],
    ],
    httpAuthorization: [
      ['credentials', () => base.httpAuthorization(any(5))],
      ['nonsense', () => base.httpAuthorization(any({ nonsense: 1 }))],
      ['token', () => base.httpAuthorization({ token: any(5) })],
    ],
    httpUrl: [
      ['url', () => base.httpUrl('url', any(5))],
      ['5', () => base.httpUrl(any(5), any(5))],
    ],
    jsonOf: 'whatever has no JSON is undefined',
    jwtBearer: [
      ['key', () => base.jwtBearer('key', any(5))],
      ['nonsense', () => base.jwtBearer('key', any({ nonsense: 1 }))],
      ['issuer', () => base.jwtBearer('key', any({ url: 'http://127.0.0.1', privateKey: 'x' }))],
      ['key', () => base.jwtBearer('key', { url: 'http://127.0.0.1', privateKey: 'x', issuer: 'x' })],
    ],
    plainLogRecord: [['record', () => base.plainLogRecord(any(5))]],
    requestAccessToken: wrongOf(
      { url: 'http://127.0.0.1:1', form: {}, signal },
      { nonsense: 1, form: 5, url: 5, signal: 5 },
      (options) => base.requestAccessToken(options),
    ),
    requireHttpSuccess: [
      ['answer', () => base.requireHttpSuccess(any(5))],
      ['accepted', () => base.requireHttpSuccess(any({ status: 200 }), any(5))],
    ],
    rfc3339: [
      ['nanos', () => base.rfc3339(any(5))],
      ['digits', () => base.rfc3339('5', 99)],
    ],
    runConformance: [['nonsense', () => base.runConformance(any({ nonsense: 1 }))]],
    sendOverHttp: [
      ['request', () => base.sendOverHttp(any(5))],
      ...wrongOf(
        { url: 'http://127.0.0.1:1', signal },
        { nonsense: 1, url: 5, method: 5, headers: 5, body: 5, json: {}, gzip: 'x', signal: 5 },
        (options) => base.sendOverHttp(options),
      ),
    ],
    severityName: [['names', () => base.severityName(5, any(5))]],
    textLabels: [
      ['values', () => base.textLabels(any(5))],
      ['rules.nonsense', () => base.textLabels({ a: 1 }, any({ nonsense: 1 }))],
      ['cleanName', () => base.textLabels({ a: 1 }, { cleanName: any(5) })],
      ['maxLabels', () => base.textLabels({ a: 1 }, { maxLabels: any('x') })],
    ],
    RenewableClient: [
      ['life', () => new base.RenewableClient(any(undefined))],
      ['life.nonsense', () => new base.RenewableClient(any({ nonsense: 1 }))],
      ['life.end', () => new base.RenewableClient(any({ create: () => 1 }))],
    ],
  },
  './client': {
    CloudWatchLogs: [
      ...wrongOf(
        ACCOUNT,
        { ...OF_CLIENT, logGroups: 5, logGroupName: 5, logStreamName: 5, clock: 5, client: 5 },
        (options) => new client.CloudWatchLogs(options),
      ),
      ['timeoutMillis', () => logs.healthCheck({ timeoutMillis: any('x') })],
      ['query', () => logs.query(any(5))],
      ['hours', () => logs.query('fields a').lastHours(any('2'))],
      ['from', () => logs.query('fields a').between(SECONDS, SECONDS)],
      ['events[0].timestamp', () => logs.events.put([{ timestamp: SECONDS, message: 'x' }])],
      ['events[0]', () => logs.events.put([any(5)])],
      ['logStreamName', () => logs.events.put('x', { logStreamName: any(5) })],
      ['records[0]', () => logs.events.putStructured(any(5))],
      ['limit', () => logs.events.get({ limit: any('x') })],
      ['from', () => logs.events.get({ from: SECONDS })],
      ['interleaved', () => logs.events.filter().interleaved(any('x'))],
      ['pattern', () => logs.events.filter().pattern(any(5))],
      ['maxEvents', () => logs.events.buffer({ maxEvents: any('x') })],
      ['retryMode', () => logs.tail(any({ retryMode: 'x' }))],
    ],
    FilterPattern: [
      ['texts', () => client.FilterPattern.allOf(any(5))],
      ['texts', () => client.FilterPattern.anyOf('')],
      ['texts', () => client.FilterPattern.allOf('a').without(any(5))],
      ['path', () => client.FilterPattern.where(any(5), '=', 5)],
      ['operator', () => client.FilterPattern.where('a', any('~'), 5)],
      ['value', () => client.FilterPattern.where('a', '=', any({}))],
      ['pattern', () => client.FilterPattern.lacks('a').and(any('x'))],
    ],
    LogEventBuilder: 'see ./insights',
    QueryBuilder: 'see ./insights',
  },
  './dashboards': {
    alarmsTemplate: [
      ['alarms', () => dashboards.alarmsTemplate(any(5))],
      ['alarms', () => dashboards.alarmsTemplate([any({})])],
    ],
    cloudWatchAlarms: wrongOf(
      {},
      { nonsense: 1, actions: 'x', billedBytesADay: 'x', logGroups: 'x', namePrefix: 5, metricsNamespace: 5 },
      (options) => dashboards.cloudWatchAlarms(options),
    ),
    cloudWatchDashboard: wrongOf(
      { logGroups: ['/g'], region: 'us-east-1' },
      { nonsense: 1, logGroups: '/g', region: 5, spans: 'x', pageUrl: 5, widgetArn: 5, metricsNamespace: 5 },
      (options) => dashboards.cloudWatchDashboard(options),
    ),
    consoleLinks: [
      [
        'region',
        () => dashboards.consoleLinks(any(5), { query: 'x', logGroups: [], fromMillis: NOW, toMillis: NOW }),
      ],
      ['view.nonsense', () => dashboards.consoleLinks('us-east-1', any({ nonsense: 1 }))],
      [
        'view.fromMillis',
        () =>
          dashboards.consoleLinks('us-east-1', {
            query: 'x',
            logGroups: [],
            fromMillis: SECONDS,
            toMillis: NOW,
          }),
      ],
    ],
    createLookupHandler: wrongOf(
      { engine },
      {
        nonsense: 1,
        engine: {},
        authorize: 5,
        basePath: 5,
        clock: 5,
        concurrency: 'x',
        consoleRegion: 5,
        live: 5,
        maxEvents: 'x',
        maxMessageBytes: 'x',
        onError: 'x',
        timeoutMillis: 'x',
        endpoint: 5,
      },
      (options) => dashboards.createLookupHandler(options),
    ),
    createTraceWidget: wrongOf(
      { engine },
      { nonsense: 1, maxRows: 'x', clock: 5, engine: 5, onError: 5, timeoutMillis: 'x' },
      (options) => dashboards.createTraceWidget(options),
    ),
    dashboardTemplate: [
      ['name', () => dashboards.dashboardTemplate(any(5), any({}))],
      ['body', () => dashboards.dashboardTemplate('name', any(5))],
    ],
    grafanaDashboard: wrongOf(
      { logGroups: ['/g'], region: 'us-east-1' },
      {
        nonsense: 1,
        region: 5,
        handlerUrl: 5,
        cloudWatchUid: 5,
        infinityUid: 5,
        spans: 'x',
        logGroups: '/g',
      },
      (options) => dashboards.grafanaDashboard(options),
    ),
    grafanaProvisioning: wrongOf(
      { logGroups: ['/g'], region: 'us-east-1' },
      { nonsense: 1, 'traces.nonsense': 1, cloudWatchUid: 5 },
      (options) => dashboards.grafanaProvisioning(options),
    ),
    lookUpMarkdown: [['result', () => dashboards.lookUpMarkdown(any(5))]],
    toNodeListener: [['handler', () => dashboards.toNodeListener(any(5))]],
    traceWidgetPolicies: [['functionArn', () => dashboards.traceWidgetPolicies(any(5))]],
  },
  './insights': {
    CorrelationEngine: [
      ['options', () => new insights.CorrelationEngine(any(undefined))],
      ...wrongOf(
        { ...ACCOUNT, logGroups: ['/g'] },
        {
          ...OF_CLIENT,
          client: 5,
          logGroups: '/g',
          concurrency: 'x',
          freshMillis: -1,
          rowsOfQuery: 'x',
          traceIdFields: 'trace_id',
          spanIdFields: [5],
          requestIdFields: [''],
          spans: 'yes',
          clock: 5,
          usdPerScannedGigabyte: '5',
          calls: {},
          meterProvider: {},
          'circuitBreaker.nonsense': 1,
        },
        (options) => new insights.CorrelationEngine(options),
      ),
      ...lookUpsOf((options) => engine.correlateByTrace(TRACE_ID, options)),
      ...lookUpsOf((options) => engine.correlateBySpan('b7ad6b7169203331', options)),
      ...lookUpsOf((options) => engine.correlateByRequest('r', options)),
      ...lookUpsOf((options) => engine.correlateBy('field', 'value', options)),
      ...lookUpsOf((options) => engine.recentErrors(options)),
      ['traceId', () => engine.correlateByTrace(any(5))],
      ['field', () => engine.correlateBy('', 'x')],
      ['value', () => engine.correlateBy('f', any({}))],
      ...wrongOf(
        {},
        { nonsense: 1, from: SECONDS, limit: -1, filterPattern: 5, signal: 5, logGroups: '/g' },
        (options) => engine.newestEvents(options),
      ),
      ...wrongOf({}, { nonsense: 1, logGroups: 5, signal: 5 }, (options) => engine.listLogGroups(options)),
    ],
    QueryRunner: [
      ['parts', () => new insights.QueryRunner(any(undefined))],
      ['client', () => new insights.QueryRunner({ client: any({}) })],
      ['calls', () => new insights.QueryRunner({ client: sdk, calls: any({}) })],
      ...wrongOf(
        {},
        { nonsense: 1, firstPollMillis: 'x', longestPollMillis: -1, concurrency: 0, meterProvider: {} },
        (settings) => new insights.QueryRunner({ client: sdk }, settings),
      ),
      [
        'firstPollMillis',
        () => new insights.QueryRunner({ client: sdk }, { firstPollMillis: 9_000, longestPollMillis: 10 }),
      ],
      ...wrongOf(
        request,
        {
          nonsense: 1,
          query: 5,
          logGroups: '/g',
          from: SECONDS,
          to: 'x',
          limit: 'x',
          budget: {},
          onProgress: 1,
          timeoutMillis: -1,
          signal: {},
        },
        (options) => runner.run(options),
      ),
      ['query', () => runner.run({ ...request, query: '' })],
    ],
    ReadCalls: [
      ['client', () => new insights.ReadCalls({ client: any(5) })],
      ['meterProvider', () => new insights.ReadCalls({ client: sdk, meterProvider: any({}) })],
      ['epochMillis', () => new insights.ReadCalls({ client: sdk, epochMillis: any(5) })],
      ['nonsense', () => new insights.ReadCalls({ client: sdk }, any({ nonsense: 1 }))],
    ],
    ScanBudget: [
      ['maxBytes', () => new insights.ScanBudget(-1)],
      ['maxBytes', () => new insights.ScanBudget(any(undefined))],
    ],
    runOverLogGroups: [
      ['parts', () => insights.runOverLogGroups(any(undefined), request)],
      ['parts.runner', () => insights.runOverLogGroups({ client: sdk, runner: any({}) }, request)],
      ['client', () => insights.runOverLogGroups({ client: any(5), runner }, request)],
      ...wrongOf(request, { nonsense: 1, from: SECONDS, query: 5, limit: 'x' }, (options) =>
        insights.runOverLogGroups({ client: sdk, runner }, options),
      ),
    ],
    correlationQuery: [
      ['subject', () => insights.correlationQuery(any(undefined))],
      ['subject', () => insights.correlationQuery(any({ trace: TRACE_ID, span: 'b7ad6b7169203331' }))],
      ['options.nonsense', () => insights.correlationQuery({ trace: TRACE_ID }, any({ nonsense: 1 }))],
      ['subject.nonsense', () => insights.correlationQuery(any({ trace: TRACE_ID, nonsense: 1 }))],
      ['value', () => insights.correlationQuery(any({ field: 'a', value: {} }))],
      ...wrongOf({}, { step: 'x', limit: 'x', fields: 'x', field: 5 }, (options) =>
        insights.correlationQuery({ trace: TRACE_ID }, options),
      ),
    ],
    explainNothing: [
      ['calls', () => insights.explainNothing(any(5), any({ events: [] }))],
      ['result', () => insights.explainNothing(engine.calls, any(undefined))],
      ['signal', () => insights.explainNothing(engine.calls, any({ events: [1] }), { signal: any(5) })],
    ],
    explainEmptyQuery: [
      ['calls', () => insights.explainEmptyQuery(any(5), request, any({ rows: [] }))],
      ['result', () => insights.explainEmptyQuery(engine.calls, request, any(undefined))],
      [
        'from',
        () => insights.explainEmptyQuery(engine.calls, { ...request, from: SECONDS }, any({ rows: [1] })),
      ],
      [
        'query',
        () => insights.explainEmptyQuery(engine.calls, { ...request, query: any(5) }, any({ rows: [1] })),
      ],
    ],
    buildTraces: [['events', () => insights.buildTraces(any(5))]],
    spanDepths: [['traces', () => insights.spanDepths(any(5))]],
    parseMessage: [['message', () => insights.parseMessage(any(5))]],
    printQuery: [
      ['query.commands', () => insights.printQuery(any({}))],
      ['command', () => insights.printQuery({ commands: [any({ kind: 'foo' })] })],
      ['command', () => insights.printQuery({ commands: [any(null)] })],
      [
        'direction',
        () => insights.printQuery(any({ commands: [{ kind: 'sort', field: { kind: 'field', name: 'a' } }] })),
      ],
      [
        'limit',
        () => insights.printQuery({ commands: [{ kind: 'limit', count: any('1 | stats count(*)') }] }),
      ],
      [
        'operator',
        () =>
          insights.printQuery(
            any({
              commands: [
                {
                  kind: 'filter',
                  condition: {
                    kind: 'comparison',
                    operator: '= 1 or 1 =',
                    left: insights.field('a'),
                    right: insights.literal(1),
                  },
                },
              ],
            }),
          ),
      ],
    ],
    LogEventBuilder: [
      ['options', () => new insights.LogEventBuilder(any(5))],
      ['nonsense', () => new insights.LogEventBuilder(any({ nonsense: 1 }))],
      ['time', () => event().at(SECONDS)],
      ['body', () => event().body(any(5))],
      ['severity', () => event().severity('x')],
      ['severity', () => event().severity(any(undefined))],
      ['traceId', () => event().trace(any(5))],
      ['spanId', () => event().trace(TRACE_ID, any(5))],
      ['layout', () => event().body('x').build(any('foo'))],
      ['fields', () => event().fields(any(5))],
      ['requestId', () => event().request(any(5))],
      ['headers', () => event().requestFrom(any(5))],
      ['names', () => event().requestFrom({}, any('x-id'))],
      ['service', () => event().service(any(5))],
      ['name', () => event().attribute(any(5), 1)],
    ],
    QueryBuilder: [
      ['query', () => new insights.QueryBuilder(any(5))],
      ['expression', () => query().fields(any(5))],
      ['fields', () => query().fields()],
      ['expression', () => query().display(any({}))],
      ['filter', () => query().filter(any(5))],
      ['filter', () => query().filter(() => any('a = 1'))],
      ['field', () => query().filterIndex(any(5), 'x')],
      ['values', () => query().filterIndex('a', any(5))],
      ['limit', () => query().limit(any('x'))],
      ['direction', () => query().sort('a', any('up'))],
      ['regex', () => query().parse('a', any(5))],
      ['names', () => query().parse('a', '*', any(5))],
      ['aggregates', () => query().stats(any(5))],
      ['by', () => query().stats([insights.count()], any('a'))],
      ['field', () => query().dedup(any(5))],
      ['field', () => query().unnest('a', any(undefined))],
      ['field', () => query().pattern(any(5))],
    ],
    FilterBuilder: [
      ['conditions', () => new insights.FilterBuilder(any(5))],
      ['condition', () => new insights.FilterBuilder([any({ kind: 'x' })])],
      ['value', () => filter().equals('a', any({}))],
      ['value', () => filter().equals('a', any(undefined))],
      ['expression', () => filter().equals(any(5), 5)],
      ['values', () => filter().in('a', any('x'))],
      ['number', () => filter().lessThan('a', NaN)],
      ['value', () => filter().contains('a', any(5))],
      ['regex', () => filter().matches('a', any(5))],
      ['filter', () => filter().not(any(5))],
      ['filter', () => filter().any(any(5))],
      ['expression', () => filter().isPresent(any(5))],
    ],
    as: [
      ['field', () => insights.as('x', any(5))],
      ['expression', () => insights.as(any(5), 'x')],
    ],
    bin: [
      ['unit', () => insights.bin(5, any('x'))],
      ['amount', () => insights.bin(-1, 's')],
    ],
    call: [
      ['function', () => insights.call(any(5))],
      ['expression', () => insights.call('count', any(5))],
    ],
    count: [['expression', () => insights.count(any({}))]],
    field: [['field', () => insights.field(any(5))]],
    literal: [['value', () => insights.literal(any({}))]],
  },
  './replay': {
    LogReplay: [
      ...wrongOf(
        { ...ACCOUNT, source: [] },
        {
          ...OF_CLIENT,
          client: 5,
          source: 5,
          logGroupName: 5,
          clock: 5,
          keepTimes: 'x',
          speed: 'x',
          timeoutMillis: 'x',
          transform: 5,
          yes: 'x',
          onProgress: 5,
          resume: 5,
        },
        (options) => new replay.LogReplay(options),
      ),
      ['source[0]', () => new replay.LogReplay({ source: [any({ nonsense: 1 })] })],
      [
        'source[1].timestamp',
        () =>
          new replay.LogReplay({
            source: [
              { timestamp: NOW, message: 'x' },
              { timestamp: SECONDS, message: 'x' },
            ],
          }),
      ],
      [
        'source[0].timestamp',
        () =>
          new replay.LogReplay({
            ...ACCOUNT,
            source: { name: 'x', open: () => [{ timestamp: SECONDS, message: 'x' }] },
          }).plan(),
      ],
      ['signal', () => new replay.LogReplay({ ...ACCOUNT, source: [] }).plan({ signal: any(5) })],
    ],
    logGroupSource: [
      ['client', () => replay.logGroupSource(any({}), { logGroup: '/g', from: NOW, to: NOW })],
      ...wrongOf(
        { logGroup: '/g', from: NOW, to: NOW },
        { nonsense: 1, logGroup: 5, from: SECONDS, filterPattern: 5 },
        (options) => replay.logGroupSource(sdk, options),
      ),
    ],
    ndjsonSource: [['path', () => replay.ndjsonSource(any(5))]],
  },
  './resources': {
    LogResources: [
      ...wrongOf(ACCOUNT, { ...OF_CLIENT, client: 5 }, (options) => new resources.LogResources(options)),
      ...wrongOf({}, { nonsense: 1, prefix: 5, pattern: 5, logGroupClass: 'x', signal: 5 }, (options) =>
        manage.logGroups.list(options),
      ),
      ...wrongOf(
        { logGroupName: '/g' },
        { nonsense: 1, logGroupName: 5, retentionInDays: 31, kmsKeyId: 5, tags: 5 },
        (spec) => manage.logGroups.ensure(spec),
      ),
      ...wrongOf({}, { nonsense: 1, prefix: 5, orderBy: 'x', descending: 'x', signal: 5 }, (options) =>
        manage.logStreams.list('/g', options),
      ),
      ...wrongOf({}, { nonsense: 1, prefix: 5, signal: 5 }, (options) =>
        manage.metricFilters.list('/g', options),
      ),
      ...wrongOf({}, { nonsense: 1, prefix: 5, signal: 5 }, (options) =>
        manage.subscriptionFilters.list('/g', options),
      ),
      ...wrongOf({}, { nonsense: 1, signal: 5 }, (options) => manage.fieldIndexes.list(['/g'], options)),
      ['logStreamName', () => manage.logStreams.ensure('/g', any(5))],
      ['nonsense', () => manage.metricFilters.ensure(any({ nonsense: 1 }))],
      ['nonsense', () => manage.subscriptionFilters.ensure(any({ nonsense: 1 }))],
    ],
  },
  './simulation': {
    LocalCloudWatchLogs: [
      ...wrongOf(
        {},
        {
          nonsense: 1,
          port: 'x',
          accountId: 123456789012,
          accounts: 5,
          allowedHosts: 'x',
          answerOlderEvents: 'x',
          clock: 5,
          dataDirectory: 5,
          exportDirectory: 5,
          faults: 5,
          faultSeed: 'x',
          fsync: 'x',
          host: 5,
          maxBytes: 'x',
          metricsEndpoint: 5,
          metricsCredentials: 5,
          onWarning: 5,
          pages: 5,
          region: 5,
          sequenceTokens: 'x',
          subscriptionDestinations: 5,
          verifySignatures: 5,
        },
        (options) => simulation.LocalCloudWatchLogs.start(options),
      ),
      [
        'verifySignatures',
        () => simulation.LocalCloudWatchLogs.start({ verifySignatures: [any({ foo: 1 })] }),
      ],
      [
        'fault.from',
        () => simulation.LocalCloudWatchLogs.start({ faults: [{ kind: 'throttle', from: SECONDS }] }),
      ],
    ],
    MockLogStream: [
      ...wrongOf({}, { nonsense: 1, logGroupName: 5, logStreamName: 5, clock: 5, faults: 5 }, (options) =>
        simulation.MockLogStream.create(options),
      ),
      ['time', async () => (await stream).clock.setTime(SECONDS)],
      ['time', async () => (await stream).clock.setTime(any('x'))],
      ['millis', async () => (await stream).clock.advance(any('x'))],
      ['fault.until', async () => (await stream).faults.add({ kind: 'throttle', until: SECONDS })],
      ['fault.nonsense', async () => (await stream).faults.add(any({ kind: 'throttle', nonsense: 1 }))],
      ['id', async () => (await stream).faults.remove(any(5))],
      ['events[0].timestamp', async () => (await stream).put([{ timestamp: SECONDS, message: 'x' }])],
      ['events[0]', async () => (await stream).put([any(5)])],
      ['logGroupName', async () => (await stream).events({ logGroupName: any(5) })],
    ],
    LogEventGenerator: [
      ...wrongOf(
        {},
        {
          nonsense: 1,
          seed: 'x',
          startMillis: SECONDS,
          endMillis: SECONDS,
          betweenMillis: '5',
          logGroupPrefix: 5,
          logStreamName: 5,
        },
        (options) => new simulation.LogEventGenerator(options),
      ),
      ['kind', () => [...generator.events(any('x'), 3)]],
      ['count', () => generator.random(any('x'))],
      ['story', () => generator.sequence(any('x'))],
    ],
    expectRecords: [
      ['source', () => simulation.expectRecords(any(5))],
      ...wrongOf({}, { nonsense: 1, timeoutMillis: 'x', logGroupName: 5 }, (options) =>
        simulation.expectRecords([], options),
      ),
      ['count', () => simulation.expectRecords([], { timeoutMillis: 0 }).toHaveCount(any('x'))],
    ],
    localLogsFixture: [
      ['hooks', () => simulation.localLogsFixture(any({}))],
      ['nonsense', () => simulation.localLogsFixture(HOOKS, any({ nonsense: 1 }))],
    ],
  },
  './tail': {
    tailLogs: [
      ...wrongOf(
        { ...ACCOUNT, logGroups: ['/g'] },
        {
          ...OF_CLIENT,
          from: SECONDS,
          batchSize: 'x',
          calls: {},
          checkpoint: 5,
          clock: 5,
          deduplicationWindowMillis: 'x',
          filterPattern: 5,
          follow: 'x',
          intervalMillis: 0,
          last: 'x',
          minSeverity: 'x',
          samplingRatio: 5,
          signal: 5,
          source: 'x',
          traceId: 5,
          logGroups: '/g',
          meterProvider: {},
        },
        (options) => tail.tailLogs(options),
      ),
    ],
  },
};

/** What became of a call, whether it throws or a promise or its first item rejects. */
async function outcome(call: () => unknown): Promise<unknown> {
  try {
    const made: unknown = await call();
    if (typeof (made as AsyncIterable<unknown>)[Symbol.asyncIterator] === 'function') {
      await (made as AsyncIterable<unknown>)[Symbol.asyncIterator]().next();
    }
    return 'nothing was refused';
  } catch (error) {
    return error instanceof main.OptionError ? error.option : error;
  }
}

describe('a wrong value', () => {
  after(async () => {
    await Promise.all([exporter.shutdown(), processor.shutdown(), logs.shutdown(), (await stream).close()]);
    sdk.destroy();
  });

  it('is tried with every function and class of every entry', () => {
    const { exports } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      exports: Record<string, unknown>;
    };
    const entries = Object.keys(exports).filter((name) => name !== './register' && !name.endsWith('.json'));
    expect(Object.keys(ENTRIES)).to.have.members(entries);
    const isError = (value: unknown): boolean => (value as { prototype: unknown }).prototype instanceof Error;
    for (const [entry, exported] of Object.entries(ENTRIES)) {
      const functions = Object.keys(exported).filter(
        (name) => typeof exported[name] === 'function' && !isError(exported[name]),
      );
      expect(Object.keys(TABLE[entry]!), entry).to.have.members(functions);
    }
  });

  for (const [entry, functions] of Object.entries(TABLE)) {
    for (const [name, wrong] of Object.entries(functions)) {
      if (typeof wrong === 'string') continue;
      it(`is refused by ${name} of ${entry}`, async () => {
        const refused: unknown[] = [];
        for (const [option, call] of wrong) {
          const named = await outcome(call);
          if (named !== option) refused.push({ option, named: String(named), call: String(call) });
        }
        expect(refused).to.deep.equal([]);
      });
    }
  }
});
