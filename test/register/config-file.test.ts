import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { Application } from '../../src/register/application.js';
import { type ConfigFile, readConfigFile } from '../../src/register/config-file.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const PREFIX = 'OTEL_EXPORTER_CLOUDWATCH_LOGS_';

const NOWHERE = new Application(
  { mainFile: undefined, workingDirectory: tmpdir(), ownRequire: createRequire(join(tmpdir(), 'noop.js')) },
  () => undefined,
);

const FULL = `
file_format: "1.0"
disabled: false
log_level: debug2
attribute_limits:
  attribute_count_limit: 64
resource:
  attributes_list: \${LIST:-team=shop,service.name=late}
  attributes:
    - name: service.name
      value: \${SERVICE:-orders}
    - name: shards
      value: \${SHARDS}
      type: int
    - name: ratio
      value: 0.5
      type: double
    - name: beta
      value: true
      type: bool
    - name: zones
      value: [a, b]
      type: string_array
    - name: build
      value: 17
  detection/development:
    detectors:
      - container:
      - service:
propagator:
  composite:
    - tracecontext:
    - b3:
  composite_list: b3,xray
tracer_provider:
  sampler:
    parent_based:
      root:
        trace_id_ratio_based:
          ratio: 0.25
  processors:
    - batch: { exporter: { otlp_http: { endpoint: http://collector:4318 } } }
logger_provider:
  limits:
    attribute_value_length_limit: 100
  processors:
    - batch:
        schedule_delay: 500
        max_queue_size: 2000
        exporter:
          cloudwatch_logs:
            log_group_name: /apps/\${env:SERVICE}
            retention_in_days: 30
            redact: [attributes.password, body.token]
            tags: { team: shop, cost: "7" }
            console: true
            circuit_breaker: false
            region:
            spool:
              directory: /var/spool/$$HOME
              max_bytes: 1048576
    - simple:
        exporter:
          console:
    - batch:
        exporter:
          otlp_http:
meter_provider:
  readers: []
instrumentation/development:
  js: {}
`;

describe('readConfigFile', () => {
  let directory: string;
  let files = 0;
  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'config-file-'));
  });
  after(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  function read(
    text: string | object,
    { environment = {}, folder = root }: { environment?: Record<string, string>; folder?: string } = {},
  ): { config: ConfigFile | undefined; file: string; said: string[] } {
    const file = join(directory, `${files++}.yaml`);
    writeFileSync(file, typeof text === 'string' ? text : JSON.stringify(text));
    const application = new Application(
      {
        mainFile: undefined,
        workingDirectory: folder,
        ownRequire: createRequire(join(folder, 'noop.js')),
      },
      () => undefined,
    );
    const said: string[] = [];
    const all = { ...environment, OTEL_CONFIG_FILE: file };
    return { config: readConfigFile(application, all, (line) => said.push(line)), file, said };
  }
  const withOptions = (options: object | null, beside: object = {}): object => ({
    file_format: '1.0',
    logger_provider: { processors: [{ batch: { exporter: { cloudwatch_logs: options }, ...beside } }] },
  });
  const EXPORTER = 'logger_provider.processors[0].batch.exporter.cloudwatch_logs';

  function failureOf(text: string | object, parts?: Parameters<typeof read>[1]): string {
    try {
      read(text, parts);
    } catch (error) {
      return (error as Error).message.replace(/^\S*\/\d+\.yaml: /, 'FILE: ');
    }
    throw new Error('it was read');
  }

  it('makes of its values what variables would have said', () => {
    const { config } = read(FULL, { environment: { SERVICE: 'checkout', SHARDS: '3', HOME: '/root' } });
    const { OTEL_CONFIG_FILE: _, SERVICE, SHARDS, HOME, ...variables } = config!.environment;
    expect([SERVICE, SHARDS, HOME]).to.deep.equal(['checkout', '3', '/root']);
    expect(variables).to.deep.equal({
      OTEL_SDK_DISABLED: 'false',
      OTEL_LOG_LEVEL: 'DEBUG',
      OTEL_ATTRIBUTE_COUNT_LIMIT: '64',
      OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT: '100',
      OTEL_NODE_RESOURCE_DETECTORS: 'container,serviceinstance',
      OTEL_PROPAGATORS: 'tracecontext,b3,xray',
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0.25',
      OTEL_LOGS_EXPORTER: 'console',
      OTEL_BLRP_SCHEDULE_DELAY: '500',
      OTEL_BLRP_MAX_QUEUE_SIZE: '2000',
      [`${PREFIX}LOG_GROUP_NAME`]: '/apps/checkout',
      [`${PREFIX}RETENTION_IN_DAYS`]: '30',
      [`${PREFIX}REDACT`]: 'attributes.password,body.token',
      [`${PREFIX}TAGS`]: 'team=shop,cost=7',
      [`${PREFIX}CONSOLE`]: 'true',
      [`${PREFIX}CIRCUIT_BREAKER`]: 'false',
      [`${PREFIX}REGION`]: '',
      [`${PREFIX}SPOOL_DIRECTORY`]: '/var/spool/$HOME',
      [`${PREFIX}SPOOL_MAX_BYTES`]: '1048576',
    });
    expect(config!.attributes).to.deep.equal({
      team: 'shop',
      'service.name': 'checkout',
      shards: 3,
      ratio: 0.5,
      beta: true,
      zones: ['a', 'b'],
      build: '17',
    });
  });

  it('says in one line what register does not do, and in one which variables it does not read', () => {
    const { said, file } = read(FULL, {
      environment: {
        SERVICE: 'orders',
        SHARDS: '1',
        OTEL_SERVICE_NAME: 'x',
        OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'pino',
        OTEL_EMPTY: '',
      },
    });
    expect(said).to.deep.equal([
      `${file}: not honoured by register: meter_provider, instrumentation/development, tracer_provider.processors, logger_provider.processors[2].batch.exporter.otlp_http`,
      `${file} takes the place of OTEL_SERVICE_NAME: not read`,
    ]);
  });

  it('reads JSON without any package, and says which package reads YAML', () => {
    const { config } = read(withOptions({ log_group_name: '/a' }), { folder: directory });
    expect(config!.environment).to.include({ [`${PREFIX}LOG_GROUP_NAME`]: '/a' });
    expect(failureOf(FULL, { folder: directory })).to.equal(
      'FILE: it is read by the package yaml, which is not installed; run: npm install yaml, or write JSON',
    );
  });

  it('leaves all to the variables where the file is for another exporter, or there is none', () => {
    const other = {
      file_format: '1.0',
      logger_provider: { processors: [{ simple: { exporter: { console: {} } } }] },
    };
    const { config, said, file } = read(other, { environment: { OTEL_SERVICE_NAME: 'x' } });
    expect(config).to.equal(undefined);
    expect(said).to.deep.equal([
      `${file} has no exporter cloudwatch_logs in a processor of logs, so variables hold`,
    ]);
    expect(readConfigFile(NOWHERE, { OTEL_CONFIG_FILE: ' ' }, () => undefined)).to.equal(undefined);
  });

  for (const name of ['cloudwatch_log', 'cloud_watch_logs', 'cloudwatch-logs', 'cloudwatchlogs']) {
    it(`asks whether ${name} is meant to be its exporter`, () => {
      const { config, said } = read({
        file_format: '1.0',
        logger_provider: { processors: [{ batch: { exporter: { [name]: { log_group_name: '/a' } } } }] },
      });
      expect(config).to.equal(undefined);
      expect(said.join()).to.match(new RegExp(`so variables hold; is ${name} meant to be it\\?$`));
    });
  }

  it('says which variables are not set and leave a hole, but for what is not honoured', () => {
    const { config, said, file } = read(
      {
        ...withOptions({
          log_group_name: '/cfg/${STAGE}/${SERVICE}',
          region: '${REGION}',
          kms_key_id: '${A:-}${B:-}',
        }),
        meter_provider: { readers: [{ name: 'x${METER}' }] },
      },
      { environment: { STAGE: 'test' } },
    );
    expect(config!.environment).to.include({ [`${PREFIX}LOG_GROUP_NAME`]: '/cfg/test/' });
    expect(said).to.deep.equal([
      `${file}: empty, since the variable is not set: \${SERVICE} in ${EXPORTER}.log_group_name`,
      `${file}: not honoured by register: meter_provider`,
    ]);
  });

  it('gives messages the places of the file for the variables', () => {
    const { config, file } = read(
      withOptions({ log_group_name: '/a', spool: { directory: '/x', max_bytes: 1 } }, { max_queue_size: 0 }),
    );
    const { inFile } = config!;
    expect(inFile(`${PREFIX}SPOOL_MAX_BYTES must be more; it is "1"`)).to.equal(
      `${file}: ${EXPORTER}.spool.max_bytes must be more; it is "1"`,
    );
    expect(inFile('OTEL_BLRP_MAX_QUEUE_SIZE must be more')).to.equal(
      `${file}: logger_provider.processors[0].batch.max_queue_size must be more`,
    );
    expect(inFile('something else')).to.equal('something else');
  });

  it('knows every option that a variable can give', () => {
    const { config } = read(
      withOptions({ log_group_name: '/a', write_ahead: '/ahead', trace_context: ['xray', 'sentry'] }),
    );
    expect(config!.environment).to.include({
      [`${PREFIX}WRITE_AHEAD_DIRECTORY`]: '/ahead',
      [`${PREFIX}TRACE_CONTEXT`]: 'xray,sentry',
    });
  });

  const GROUP = { log_group_name: '/a' };
  const resource = (value: object): object => ({ ...withOptions(GROUP), resource: value });
  for (const [what, text, expected] of [
    ['a missing format', {}, 'file_format must be given as "1.0" or another 1.x; it is undefined'],
    [
      'another format',
      { file_format: '0.4' },
      'file_format must be given as "1.0" or another 1.x; it is "0.4"',
    ],
    ['no mapping', '- a', 'the file must be a mapping; it is a list'],
    ['no group', withOptions(null), `${EXPORTER}.log_group_name must be given`],
    [
      'a mistyped option',
      withOptions({ ...GROUP, retention_days: 7 }),
      `${EXPORTER}.retention_days must be the name of an option that a file can give; did you mean retention_in_days?`,
    ],
    [
      'a mistyped member',
      withOptions({ ...GROUP, retry: { initial_delay: 7 } }),
      `${EXPORTER}.retry.initial_delay must be the name of an option that a file can give; did you mean initial_delay_millis?`,
    ],
    [
      'a list for a text',
      withOptions({ log_group_name: { a: 1 } }),
      `${EXPORTER}.log_group_name must be a text, a number, true or false; it is a mapping`,
    ],
    [
      'a text for a mapping',
      withOptions({ ...GROUP, spool: '/tmp/x' }),
      `${EXPORTER}.spool must be a mapping; it is a text`,
    ],
    [
      'a number for a mapping',
      withOptions({ ...GROUP, retry: 5 }),
      `${EXPORTER}.retry must be a mapping; it is a number`,
    ],
    [
      'a text for a mapping or false',
      withOptions({ ...GROUP, circuit_breaker: 'off' }),
      `${EXPORTER}.circuit_breaker must be a mapping, or false; it is a text`,
    ],
    [
      'a list for a mapping',
      withOptions({ ...GROUP, spool: ['/x'] }),
      `${EXPORTER}.spool must be a mapping; it is a list`,
    ],
    [
      'a switch that is none',
      { ...withOptions(GROUP), disabled: 'yes' },
      'disabled must be true or false; it is a text',
    ],
    [
      'a comma in a list',
      withOptions({ ...GROUP, redact: ['a', 'b,c'] }),
      `${EXPORTER}.redact[1] must have no "," or "=" in it: a file can't give such`,
    ],
    [
      'a value that is given twice',
      withOptions({ ...GROUP, max_queue_size: 5 }, { max_queue_size: 6 }),
      `logger_provider.processors[0].batch.max_queue_size must not be given together with ${EXPORTER}.max_queue_size, which says the same`,
    ],
    [
      'a simple processor',
      {
        file_format: '1.0',
        logger_provider: { processors: [{ simple: { exporter: { cloudwatch_logs: GROUP } } }] },
      },
      'logger_provider.processors[0].simple.exporter.cloudwatch_logs must stand under batch: log events are sent in batches',
    ],
    [
      'two of them',
      {
        file_format: '1.1',
        logger_provider: {
          processors: [1, 2].map(() => ({ batch: { exporter: { cloudwatch_logs: GROUP } } })),
        },
      },
      'logger_provider.processors[1].batch.exporter.cloudwatch_logs must be the only one: register has one exporter',
    ],
    [
      'processors that are no list',
      { file_format: '1.0', logger_provider: { processors: {} } },
      'logger_provider.processors must be a list; it is a mapping',
    ],
    [
      'a reference that is none',
      withOptions({ log_group_name: '/a/${NAME:?needed}' }),
      `${EXPORTER}.log_group_name must refer to variables as \${NAME} or \${NAME:-default}; it is "\${NAME:?needed}"`,
    ],
    [
      'an attribute of another type',
      resource({ attributes: [{ name: 'a', value: 'x', type: 'int' }] }),
      'resource.attributes[0].value must be of its type, int; it is a text',
    ],
    [
      'an attribute without a name',
      resource({ attributes: [{ value: 'x' }] }),
      'resource.attributes[0].name must be given',
    ],
    [
      'a list that is a text',
      resource({ attributes: [{ name: 'a', value: 'x', type: 'string_array' }] }),
      'resource.attributes[0].value must be a list; it is a text',
    ],
    [
      'detectors that are no mappings',
      resource({ 'detection/development': { detectors: ['host'] } }),
      'resource.detection/development.detectors[0] must be a mapping with one member; it is a text',
    ],
    [
      'propagators that are no list',
      { ...withOptions(GROUP), propagator: { composite: 'b3' } },
      'propagator.composite must be a list; it is a text',
    ],
  ] as const) {
    it(`names the place of ${what}`, () => {
      expect(failureOf(text)).to.equal(`FILE: ${expected}`);
    });
  }

  it('says why the file can not be read', () => {
    const missing = join(directory, 'nowhere.yaml');
    expect(() => readConfigFile(NOWHERE, { OTEL_CONFIG_FILE: missing }, () => undefined)).to.throw(
      `OTEL_CONFIG_FILE must name a file that can be read: ENOENT: no such file or directory, open '${missing}'`,
    );
    expect(() => readConfigFile(NOWHERE, { OTEL_CONFIG_FILE: directory }, () => undefined)).to.throw(
      `OTEL_CONFIG_FILE must name a file that can be read: EISDIR: illegal operation on a directory, read ${directory}`,
    );
    expect(failureOf('{"file_format": ')).to.match(/^FILE: .*JSON/);
    expect(failureOf(resource({ attributes_list: 'a' }))).to.contain(
      'FILE: resource.attributes_list must be key=value pairs',
    );
  });

  for (const [sampler, expected] of [
    [{ always_off: null }, { OTEL_TRACES_SAMPLER: 'always_off' }],
    [{ parent_based: null }, { OTEL_TRACES_SAMPLER: 'parentbased_always_on' }],
    [
      { trace_id_ratio_based: { ratio: 1 } },
      { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '1' },
    ],
    [{}, {}],
  ] as const) {
    it(`reads the sampler ${JSON.stringify(sampler)}`, () => {
      const { config } = read({ ...withOptions(GROUP), tracer_provider: { sampler } });
      const found = Object.entries(config!.environment).filter(([name]) => name.includes('SAMPLER'));
      expect(Object.fromEntries(found)).to.deep.equal(expected);
    });
  }

  it('says of a sampler and of processors that it does not know that they are not honoured', () => {
    const { said, file } = read({
      file_format: '1.0',
      logger_provider: {
        processors: [
          { 'event_to_span_event_bridge/development': null },
          { batch: { exporter: { cloudwatch_logs: GROUP } } },
        ],
      },
      tracer_provider: { sampler: { 'jaeger_remote/development': { interval: 1 } } },
    });
    expect(said).to.deep.equal([
      `${file}: not honoured by register: logger_provider.processors[0].event_to_span_event_bridge/development, tracer_provider.sampler.jaeger_remote/development`,
    ]);
  });
});
