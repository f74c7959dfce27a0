import { metrics } from '@opentelemetry/api';
import { expect } from 'chai';
import { OptionError } from '../../src/cloudwatch/errors.js';
import {
  type CloudWatchLogExporterOptions,
  EXPORTER_OPTIONS,
  PROCESSOR_OPTIONS,
  readExporterOptions,
  readProcessorOptions,
} from '../../src/exporter/options.js';
import { optionsTable } from '../../src/exporter/options-table.js';
import { environmentName, unknownVariables } from '../../src/exporter/read-options.js';
import { fakeClient } from './records.js';

const GROUP = { logGroupName: '/apps/x' };
const ENV = 'OTEL_EXPORTER_CLOUDWATCH_LOGS_';
const KEY = 'arn:aws:kms:eu-central-1:123456789012:key/1234';

function errorOf(options: object, environment: Record<string, string> = {}): OptionError {
  try {
    readProcessorOptions({ ...GROUP, ...options }, environment);
  } catch (error) {
    expect(error).to.be.instanceOf(OptionError);
    return error as OptionError;
  }
  throw new Error(`nothing was wrong with ${Object.keys({ ...options, ...environment }).join()}`);
}

/** For each option: wrong values in code, each with what the message says; texts for the environment; right ones. */
interface Case {
  readonly wrong: readonly (readonly [value: unknown, message: string | RegExp])[];
  readonly right: readonly unknown[];
  /** Text and the setting that it gives. */
  readonly env?: readonly (readonly [text: string, setting: unknown])[];
  readonly wrongEnv?: readonly (readonly [text: string, message: string | RegExp])[];
}

function whole(min: number, max: number): Case {
  const rule = `must be a whole number from ${min} to ${max}; it is `;
  return {
    wrong: [
      [min - 1, rule + String(min - 1)],
      [max + 1, rule + String(max + 1)],
      [min + 0.5, rule + String(min + 0.5)],
      [NaN, rule + 'NaN'],
      [String(min), rule + JSON.stringify(String(min))],
      [null, rule + 'null'],
    ],
    right: [min, max],
    env: [[` ${max} `, max]],
    wrongEnv: [
      ['many', rule + '"many"'],
      [String(max + 1), rule + String(max + 1)],
      ['-1', rule],
      ['1e3', rule],
    ],
  };
}

function words(...known: string[]): Case {
  const rule = `must be one of ${known.map((word) => JSON.stringify(word)).join(', ')}; it is `;
  return {
    wrong: [
      ['nonsense', rule + '"nonsense"'],
      [1.5, rule + '1.5'],
      [known[0]!.toUpperCase() + ' ', rule],
    ],
    right: known,
    env: [[` ${known[0]!} `, known[0]]],
    wrongEnv: [['nonsense', rule + '"nonsense"']],
  };
}

const truth: Case = {
  wrong: [
    ['true', 'must be true or false; it is "true"'],
    [1, 'must be true or false; it is 1'],
  ],
  right: [true, false],
  env: [
    ['TRUE', true],
    ['false', false],
  ],
  wrongEnv: [['yes', 'must be true or false; it is "yes"']],
};

const fields: Case = {
  wrong: [
    ['a,b', 'must be a list of texts; it is "a,b"'],
    [[''], /\[0\] must be a text that is not empty/],
    [['a', 5], /\[1\] must be a text that is not empty; it is 5/],
    [['x'.repeat(101)], /\[0\] must have at most 100 characters/],
    [Array.from({ length: 21 }, (_, n) => `f${n}`), 'must have at most 20 entries; it has 21'],
  ],
  right: [['x'.repeat(100)], []],
  env: [[' a, b ,,', ['a', 'b']]],
  wrongEnv: [['x'.repeat(101), /must have at most 100 characters/]],
};

const CASES: Record<keyof typeof EXPORTER_OPTIONS | keyof typeof PROCESSOR_OPTIONS, Case> = {
  logGroupName: {
    wrong: [
      ['', 'must be a log group name or a template of one; it is ""'],
      [7, 'must be a log group name'],
      ['a b', 'must hold only letters, digits and . - _ / #; it is "a b"'],
      ['aws/x', 'must not start with "aws/"'],
      ['x'.repeat(513), 'must have 1 to 512 characters'],
      ['/a/{x', 'must close the "{" at character 4'],
      ["/a/{x.y|'b c'}", 'must hold only letters'],
      ['{attributes.tenant}/x', 'must not begin with data of the record'],
      ['{service.name|attributes.x}', 'allowRecordDataFirst'],
    ],
    right: ['/apps/{service.name}', 'x'.repeat(512), '{service.name}', '/t/{attributes.tenant}'],
    wrongEnv: [['a b', 'must hold only letters']],
  },
  logStreamName: {
    wrong: [
      ['', 'must be a log stream name or a template of one'],
      ['a:b', 'must not hold ":" or "*"'],
      ['{attributes.x}', 'must not begin with data of the record'],
      ['{}', 'must name an attribute'],
    ],
    right: ['s', '{yyyy-mm-dd}/{attributes.x}'],
    wrongEnv: [['a*', 'must not hold']],
  },
  allowRecordDataFirst: truth,
  maxDestinations: whole(1, 100_000),
  region: {
    wrong: [
      ['', 'must be a text that is not empty'],
      ['eu central', 'must be an AWS region such as eu-central-1; it is "eu central"'],
      [5, 'must be a text'],
    ],
    right: ['eu-central-1'],
    env: [['us-east-1', 'us-east-1']],
    wrongEnv: [['EU', 'must be an AWS region']],
  },
  endpoint: {
    wrong: [
      ['localhost:4566', 'must be a URL that begins with http:// or https://'],
      ['logs.example', 'must be a URL'],
      ['http://me:secret@host', 'must not hold a user name or password'],
      [5, 'must be a text'],
    ],
    right: ['http://127.0.0.1:4566', 'https://logs.example'],
    env: [['http://127.0.0.1:1', 'http://127.0.0.1:1']],
    wrongEnv: [['no url', 'must be a URL']],
  },
  credentials: {
    wrong: [
      ['AKIA', 'must be AWS credentials'],
      [{ accessKeyId: 'AKIA' }, 'must be AWS credentials'],
      [null, 'must be AWS credentials'],
    ],
    right: [{ accessKeyId: 'a', secretAccessKey: 'b' }, () => Promise.resolve({})],
  },
  meterProvider: {
    wrong: [
      [{}, 'must be a MeterProvider'],
      [null, 'must be a MeterProvider'],
    ],
    right: [metrics.getMeterProvider()],
  },
  client: {
    wrong: [
      [{}, 'must be a CloudWatchLogsClient'],
      [null, 'must be a CloudWatchLogsClient'],
      ['client', 'must be a CloudWatchLogsClient'],
    ],
    right: [fakeClient()],
  },
  maxAttempts: whole(1, 20),
  retryMode: words('standard', 'adaptive'),
  layout: {
    wrong: [
      ['json', 'must be one of otel, otlp, body, or a function; it is "json"'],
      [null, 'must be one of otel'],
    ],
    right: ['otel', 'otlp', 'body', () => ''],
    env: [['otlp', 'otlp']],
    wrongEnv: [['json', 'must be one of otel']],
  },
  resourceAttributes: {
    wrong: [
      ['some', 'must be "all", "none" or a list of attribute names; it is "some"'],
      [[1], 'must be "all", "none" or a list'],
      [[''], 'must be "all", "none" or a list'],
    ],
    right: ['all', 'none', ['service.name'], []],
    env: [
      ['none', 'none'],
      ['service.name, host.name', ['service.name', 'host.name']],
    ],
  },
  minSeverity: {
    wrong: [
      [
        'warning',
        'must be one of trace, debug, info, warn, error, fatal, or a severity number from 1 to 24; it is',
      ],
      [0, 'must be one of trace'],
      [25, 'must be one of trace'],
      [1.5, 'must be one of trace'],
    ],
    right: ['trace', 'fatal', 1, 24],
    env: [
      ['WARN', 13],
      ['17', 17],
    ],
    wrongEnv: [['loud', 'must be one of trace']],
  },
  redact: {
    wrong: [
      ['attributes.x', 'must be a list of texts'],
      [['password'], 'redact[0] must begin with one of body, attributes, resource, scope; it is "password"'],
      [['body', 'body..x'], 'redact[1] must have a name or * between its dots'],
      [[5], 'redact[0] must be a text'],
    ],
    right: [['attributes.password', 'body.*.x'], []],
    env: [['attributes.a, body.b', ['attributes.a', 'body.b']]],
    wrongEnv: [['password', 'must begin with one of body']],
  },
  transform: {
    wrong: [['x', 'must be a function that takes a log record and returns one or undefined; it is "x"']],
    right: [() => undefined],
  },
  oversize: words('truncate', 'split', 'drop'),
  maxMessageBytes: whole(1024, 1_048_550),
  entity: truth,
  provision: words('all', 'stream', 'none'),
  retentionInDays: {
    wrong: [
      [2, /must be one of 1, 3, 5, 7, 14, .*; it is 2/],
      ['7', 'it is "7"'],
      [0, 'it is 0'],
    ],
    right: [1, 3653],
    env: [['30', 30]],
    wrongEnv: [['31', 'must be one of 1, 3']],
  },
  logGroupClass: words('STANDARD', 'INFREQUENT_ACCESS', 'ESSENTIALS', 'DELIVERY'),
  kmsKeyId: {
    wrong: [
      ['alias/x', 'must be the ARN of a KMS key (arn:aws:kms:'],
      [`${KEY}${'x'.repeat(256)}`, 'must be the ARN of a KMS key'],
    ],
    right: [KEY],
    env: [[KEY, KEY]],
    wrongEnv: [['1234', 'must be the ARN']],
  },
  tags: {
    wrong: [
      [['a'], 'must be an object whose values are texts'],
      [{ a: 1 }, 'tags.a must be a text; it is 1'],
      [{ '': 'x' }, 'must have a key of 1 to 128 characters'],
      [{ ['k'.repeat(129)]: 'x' }, 'must have a key of 1 to 128 characters'],
      [{ a: 'v'.repeat(257) }, 'tags.a must have at most 256 characters'],
      [{ 'a;b': 'v' }, 'must hold, in key and value, only letters, digits, spaces and _ . : / = + - @'],
      [{ a: 'x#1' }, 'tags.a must hold, in key and value, only letters, digits, spaces'],
      [{ a: 'x\ny' }, 'must hold, in key and value, only'],
      [{ 'aws:x': 'v' }, 'must not begin with "aws:"'],
      [
        Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`k${n}`, 'v'])),
        'must have at most 50 entries',
      ],
    ],
    right: [{ team: 'a', 'Größe 1_.:/=+-@': 'Ω x_.:/=+-@', ['k'.repeat(128)]: 'v'.repeat(256) }, {}],
    env: [['team=a, env = b=c', { team: 'a', env: 'b=c' }]],
    wrongEnv: [
      ['team', 'must be key=value pairs joined by commas; it is "team"'],
      ['=x', 'must be key=value pairs'],
    ],
  },
  indexFields: fields,
  facetFields: fields,
  compression: words('gzip', 'none'),
  concurrency: whole(1, 50),
  maxBufferBytes: whole(1_048_576, 4_294_967_296),
  exportTimeoutMillis: { ...whole(100, 600_000), right: [100, 29_999], env: [['5000', 5000]] },
  requestTimeoutMillis: whole(100, 600_000),
  flushTimeoutMillis: whole(100, 600_000),
  shutdownTimeoutMillis: whole(100, 600_000),
  retryInitialDelayMillis: { ...whole(1, 60_000), right: [1, 30_000], env: [['500', 500]] },
  retryMaxDelayMillis: { ...whole(1, 600_000), right: [200, 600_000], env: [['500', 500]] },
  maxExportBatchSize: { ...whole(1, 1_000_000), right: [1, 40_000], env: [['512', 512]] },
  maxQueueSize: whole(1, 10_000_000),
  scheduledDelayMillis: whole(0, 600_000),
  processorTimeoutMillis: whole(200, 1_200_000),
  requestsPerSecond: whole(1, 100_000),
  circuitBreaker: {
    wrong: [
      [true, 'must be an object, or false; it is true'],
      [[], 'must be an object, or false'],
      [{ failures: 0 }, 'circuitBreaker.failures must be a whole number from 1 to 1000; it is 0'],
      [{ failure: 1 }, 'circuitBreaker.failure must be the name of an option; did you mean failures?'],
    ],
    right: [false, {}, { failures: 1 }, { probeAfterMillis: 100 }],
    env: [[' FALSE ', false]],
    wrongEnv: [['off', 'must be false; it is "off"']],
  },
  spool: {
    wrong: [
      ['/var/spool', 'must be an object; it is "/var/spool"'],
      [false, 'must be an object; it is false'],
      [{}, 'spool.directory must be given, as an option or as OTEL_EXPORTER_CLOUDWATCH_LOGS_SPOOL_DIRECTORY'],
      [{ directory: '' }, 'spool.directory must be a text that is not empty'],
      [{ directory: 'd', maxBytes: 5 }, 'spool.maxBytes must be a whole number from 1048576'],
      [{ directory: 'd', maxAgeMillis: 1 }, 'spool.maxAgeMillis must be a whole number from 1000'],
      [{ directory: 'd', fsync: 'yes' }, 'spool.fsync must be true or false; it is "yes"'],
    ],
    right: [{ directory: 'd' }, { directory: 'd', maxBytes: 1_048_576, maxAgeMillis: 1_000, fsync: false }],
  },
  writeAhead: {
    wrong: [
      ['/var/logs', 'must be an object with a directory; it is "/var/logs"'],
      [null, 'must be an object with a directory; it is null'],
      [[], 'must be an object with a directory; it is []'],
      [{}, 'writeAhead.directory must be the path of a directory; it is undefined'],
      [{ directory: ' ' }, 'writeAhead.directory must be the path of a directory; it is " "'],
      [
        { directory: 'd', colour: 1 },
        'writeAhead.colour must be one of directory, fsyncIntervalMillis, maxBytes',
      ],
      [{ directory: 'd', fsync: 1 }, /writeAhead\.fsync must be one of .*fsyncIntervalMillis/],
      [
        { directory: 'd', fsyncIntervalMillis: -1 },
        'writeAhead.fsyncIntervalMillis must be a whole number from 0 to 3600000; it is -1',
      ],
      [
        { directory: 'd', maxBytes: 8_388_607 },
        'writeAhead.maxBytes must be a whole number from 8388608 to 1099511627776; it is 8388607',
      ],
    ],
    right: [{ directory: 'd', fsyncIntervalMillis: 0, maxBytes: 8_388_608 }],
    env: [['/var/wal', { directory: '/var/wal', fsyncIntervalMillis: 1000, maxBytes: 268_435_456 }]],
  },
};

const ALL = { ...EXPORTER_OPTIONS, ...PROCESSOR_OPTIONS };

describe('the options', () => {
  for (const [name, option] of Object.entries(ALL)) {
    const { wrong, right, env, wrongEnv } = CASES[name as keyof typeof CASES];
    const variable = environmentName(name, option);

    describe(name, () => {
      for (const [value, message] of wrong) {
        it(`refuses ${JSON.stringify(value).slice(0, 60)}`, () => {
          const error = errorOf({ [name]: value });
          expect(error.message).to.match(new RegExp(`^${name}[^ ]* must `));
          if (typeof message === 'string') expect(error.message).to.include(message);
          else expect(error.message).to.match(message);
        });
      }

      it('takes right values', () => {
        for (const value of right) {
          const given = name === 'client' ? { ...GROUP, client: value } : { ...GROUP, [name]: value };
          readProcessorOptions(given as CloudWatchLogExporterOptions, {});
        }
      });

      if (env === undefined && wrongEnv === undefined) {
        it('does not come from the environment', () => {
          const settings = readProcessorOptions(GROUP, { [variable]: 'x' });
          expect(settings).to.have.property(name, undefined);
        });
        return;
      }

      for (const [text, setting] of env ?? []) {
        it(`reads ${variable}=${text}`, () => {
          const settings = readProcessorOptions(GROUP, { [variable]: text }) as Record<string, unknown>;
          expect(settings[name]).to.deep.equal(setting);
        });
      }

      for (const [text, message] of wrongEnv ?? []) {
        it(`refuses ${variable}=${text.slice(0, 40)} by the variable’s name`, () => {
          const options = name === 'logGroupName' ? { logGroupName: undefined } : {};
          const error = errorOf(options, { [variable]: text });
          expect(error.option).to.equal(variable);
          if (typeof message === 'string') expect(error.message).to.include(message);
          else expect(error.message).to.match(message);
        });
      }
    });
  }
});

describe('readExporterOptions', () => {
  it('wants a log group and says both ways to give it', () => {
    expect(() => readExporterOptions({}, {})).to.throw(
      OptionError,
      'logGroupName must be given, as an option or as OTEL_EXPORTER_CLOUDWATCH_LOGS_LOG_GROUP_NAME',
    );
    expect(readExporterOptions(undefined, { [`${ENV}LOG_GROUP_NAME`]: '/env' }).logGroupName.text).to.equal(
      '/env',
    );
  });

  it('puts code before the environment, and that before defaults', () => {
    const environment = { [`${ENV}CONCURRENCY`]: '7' };
    expect(readExporterOptions(GROUP, environment).concurrency).to.equal(7);
    expect(readExporterOptions({ ...GROUP, concurrency: 9 }, environment).concurrency).to.equal(9);
    expect(readExporterOptions({ ...GROUP, concurrency: undefined }, {}).concurrency).to.equal(4);
    // What code gives hides the variable, also a wrong one.
    expect(
      readExporterOptions({ ...GROUP, concurrency: 9 }, { [`${ENV}CONCURRENCY`]: 'x' }).concurrency,
    ).to.equal(9);
    expect(readExporterOptions(GROUP, { [`${ENV}CONCURRENCY`]: ' ' }).concurrency).to.equal(4);
  });

  it('has the defaults that the reference shows', () => {
    const settings = readExporterOptions(GROUP, {});
    expect(settings.logStreamName.text).to.equal(
      "{service.name|'unknown_service'}/{service.instance.id|host.name|hostname}/{yyyy-mm-dd}",
    );
    expect(settings).to.include({
      layout: 'otel',
      oversize: 'truncate',
      provision: 'all',
      compression: 'gzip',
    });
    expect(settings.retentionInDays).to.equal(undefined);
  });

  it('refuses unknown names and suggests the near one', () => {
    expect(errorOf({ loggroupName: 'x' }).message).to.equal(
      'loggroupName must be the name of an option; did you mean logGroupName?',
    );
    expect(errorOf({ zzzzzzzzzz: 1 }).message).to.include('(logGroupName, logStreamName');
    expect(() => readExporterOptions('x' as never, {})).to.throw(
      OptionError,
      'options must be an object; it is "x"',
    );
    expect(() => readExporterOptions([] as never, {})).to.throw(OptionError, 'options must be an object');
  });

  it('never shows secrets', () => {
    expect(errorOf({ endpoint: 'http://me:hunter2@host' }).message).to.not.include('hunter2');
    expect(errorOf({ endpoint: 'me:hunter2@host' }).message).to.not.include('hunter2');
    expect(errorOf({ credentials: { secretAccessKey: 'hunter2' } }).message).to.not.include('hunter2');
    expect(errorOf({ credentials: 'hunter2' }).message).to.not.include('hunter2');
  });

  it('takes a template that begins with record data when it is allowed', () => {
    const settings = readExporterOptions({ logGroupName: '{attributes.x}', allowRecordDataFirst: true }, {});
    expect(settings.logGroupName.startsWithRecord).to.equal(true);
  });

  it('lets a client in code win over variables about one, right or wrong', () => {
    const client = fakeClient();
    const variables = {
      OTEL_EXPORTER_CLOUDWATCH_LOGS_REGION: 'eu-central-1',
      OTEL_EXPORTER_CLOUDWATCH_LOGS_ENDPOINT: 'no URL',
      OTEL_EXPORTER_CLOUDWATCH_LOGS_MAX_ATTEMPTS: '9',
      OTEL_EXPORTER_CLOUDWATCH_LOGS_RETRY_MODE: 'adaptive',
      OTEL_EXPORTER_CLOUDWATCH_LOGS_LAYOUT: 'otlp',
    };
    for (const read of [readExporterOptions, readProcessorOptions]) {
      const settings = read({ logGroupName: '/g', client }, variables);
      expect(settings).to.include({ client, region: undefined, endpoint: undefined, layout: 'otlp' });
    }
  });

  it('lets default index fields give way to facets, and counts a field given twice once', () => {
    const read = (options: object, environment = {}): unknown[] => {
      const settings = readExporterOptions({ logGroupName: '/g', ...options }, environment);
      return [settings.indexFields, settings.facetFields];
    };
    expect(read({ facetFields: ['trace_id'] })).to.deep.equal([['span_id'], ['trace_id']]);
    const variables = { OTEL_EXPORTER_CLOUDWATCH_LOGS_FACET_FIELDS: 'trace_id,span_id,trace_id' };
    expect(read({}, variables)).to.deep.equal([[], ['trace_id', 'span_id']]);
    const twice = Array.from({ length: 30 }, (_, n) => `f${n % 20}`);
    expect(read({ indexFields: twice })[0]).to.deep.equal(twice.slice(0, 20));
    const given = { OTEL_EXPORTER_CLOUDWATCH_LOGS_INDEX_FIELDS: 'trace_id' };
    expect(() => read({ facetFields: ['trace_id'] }, given)).to.throw(OptionError, 'indexFields names too');
  });

  it('refuses options that contradict each other', () => {
    const client = fakeClient();
    expect(errorOf({ client, region: 'eu-central-1' }).message).to.include(
      'region must not be given together with client',
    );
    expect(
      errorOf({ client, credentials: { accessKeyId: 'hunter2', secretAccessKey: 'y' } }).message,
    ).to.not.include('hunter2');
    expect(errorOf({ retryMaxDelayMillis: 100 }).message).to.include(
      'must not be less than retryInitialDelayMillis (200)',
    );
    for (const given of [{ maxAttempts: 1 }, { maxAttempts: 3 }, { retryMode: 'standard' }] as const) {
      expect(errorOf({ client, ...given }).message).to.match(
        /^(maxAttempts|retryMode) must not be given together with client, which has its own/,
      );
    }
    expect(errorOf({ facetFields: ['trace_id'], indexFields: ['trace_id'] }).message).to.include(
      'must not name a field that indexFields names too',
    );
    expect(errorOf({ facetFields: Array.from({ length: 19 }, (_, n) => `f${n}`) }).message).to.include(
      'must name at most 20 fields together with indexFields',
    );
  });
});

describe('readProcessorOptions', () => {
  it('keeps the exporter’s timeout under the processor’s', () => {
    expect(readProcessorOptions({ ...GROUP, processorTimeoutMillis: 5000 }, {}).exportTimeoutMillis).to.equal(
      4000,
    );
    expect(errorOf({ exportTimeoutMillis: 5000, processorTimeoutMillis: 5000 }).message).to.include(
      'exportTimeoutMillis must be less than processorTimeoutMillis (5000); it is 5000',
    );
  });

  it('sends one request at a time with writeAhead, unless it is told otherwise', () => {
    const concurrency = (options: object, environment = {}): number =>
      readProcessorOptions({ ...GROUP, ...options }, environment).concurrency;
    const writeAhead = { directory: 'd' };
    expect(concurrency({})).to.equal(4);
    expect(concurrency({ writeAhead })).to.equal(1);
    expect(concurrency({ writeAhead, concurrency: 4 })).to.equal(4);
    expect(concurrency({ writeAhead }, { [`${ENV}CONCURRENCY`]: '3' })).to.equal(3);
  });

  it('takes each member of an option from code, else from the environment, else its default', () => {
    const environment = {
      [`${ENV}SPOOL_DIRECTORY`]: '/env',
      [`${ENV}SPOOL_MAX_BYTES`]: '2000000',
      [`${ENV}CIRCUIT_BREAKER_FAILURES`]: '3',
    };
    const settings = readExporterOptions({ ...GROUP, spool: { maxBytes: 3_000_000 } }, environment);
    expect(settings.spool).to.deep.equal({
      directory: '/env',
      maxBytes: 3_000_000,
      maxAgeMillis: 14 * 86_400_000,
      fsync: true,
    });
    expect(settings.circuitBreaker).to.deep.equal({ failures: 3, probeAfterMillis: 5_000 });
    expect(readExporterOptions(GROUP, {}).spool).to.equal(undefined);
    const wrong = errorOf({}, { ...environment, [`${ENV}SPOOL_MAX_BYTES`]: 'many' });
    expect(wrong.option).to.equal(`${ENV}SPOOL_MAX_BYTES`);
  });

  it('keeps a batch no larger than the queue', () => {
    expect(readProcessorOptions({ ...GROUP, maxQueueSize: 10 }, {}).maxExportBatchSize).to.equal(10);
  });

  it('has a queue that holds a batch', () => {
    expect(readProcessorOptions({ ...GROUP, maxExportBatchSize: 90_000 }, {}).maxQueueSize).to.equal(90_000);
    const both = { maxExportBatchSize: 11, maxQueueSize: 10 };
    const rule = 'maxQueueSize must not be less than maxExportBatchSize (11); it is 10';
    expect(() => readProcessorOptions({ ...GROUP, ...both }, {})).to.throw(OptionError, rule);
    expect(readProcessorOptions({ ...GROUP, ...both, maxQueueSize: 11 }, {})).to.include({
      maxQueueSize: 11,
    });
    expect(() =>
      readProcessorOptions({ ...GROUP, maxExportBatchSize: 11 }, { OTEL_BLRP_MAX_QUEUE_SIZE: '10' }),
    )
      .to.throw(OptionError)
      .with.property('option', 'OTEL_BLRP_MAX_QUEUE_SIZE');
  });

  it('reads OpenTelemetry’s own variables of the batch processor', () => {
    const settings = readProcessorOptions(GROUP, {
      OTEL_BLRP_SCHEDULE_DELAY: '50',
      OTEL_BLRP_MAX_QUEUE_SIZE: '99999',
    });
    expect(settings).to.include({ scheduledDelayMillis: 50, maxQueueSize: 99_999 });
  });
});

describe('unknownVariables', () => {
  it('finds variables that look misspelt', () => {
    const found = unknownVariables(ALL, { [`${ENV}LOGGROUP_NAME`]: 'x', [`${ENV}REGION`]: 'y', OTHER: 'z' });
    expect(found).to.deep.equal([{ variable: `${ENV}LOGGROUP_NAME`, near: `${ENV}LOG_GROUP_NAME` }]);
  });

  it('suggests none that is not near, however long the beginning that all share', () => {
    expect(unknownVariables(ALL, { [`${ENV}FLAVOUR`]: 'x' })).to.deep.equal([
      { variable: `${ENV}FLAVOUR`, near: undefined },
    ]);
  });
});

describe('optionsTable', () => {
  it('has one row for each option, with its variable', () => {
    const lines = optionsTable().split('\n');
    for (const [name, option] of Object.entries(ALL)) {
      const rows = lines.filter((line) => line.startsWith(`| \`${name}\` |`));
      expect(rows).to.have.length(1);
      expect(rows[0]).to.include(option.fromText === undefined ? 'code only' : environmentName(name, option));
      expect(rows[0]!.replaceAll('\\|', '').split('|')).to.have.length(7);
    }
    expect(lines[2]).to.include('**required**');
    expect(lines.find((line) => line.startsWith('| `indexFields`'))).to.include('`trace_id,span_id`');
  });
});
