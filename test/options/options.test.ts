import { metrics } from '@opentelemetry/api';
import { expect } from 'chai';
import { OptionError } from '../../src/cloudwatch/errors.js';
import {
  type CloudWatchLogExporterOptions,
  collectExporterOptions,
  collectProcessorOptions,
  readExporterOptions,
  readProcessorOptions,
} from '../../src/options/options.js';
import { readResourceAttributes } from '../../src/options/resource-attributes.js';
import { environmentName } from '../../src/options/environment-names.js';
import { idleVariables } from '../../src/options/idle-variables.js';
import { EXPORTER_OPTIONS, PROCESSOR_OPTIONS } from '../../src/options/option-tables.js';
import { fakeClient } from '../encoding/records.js';

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
      ['json', 'must be one of collector, otlp, body, or a function; it is "json"'],
      [null, 'must be one of collector'],
    ],
    right: ['collector', 'otlp', 'body', () => ''],
    env: [['otlp', 'otlp']],
    wrongEnv: [['json', 'must be one of collector']],
  },
  resourceAttributes: {
    wrong: [
      ['some', 'must be all, essential, none or a list of names; it is "some"'],
      [[1], 'must be all, essential, none or a list'],
      [[''], 'must be all, essential, none or a list'],
    ],
    right: ['all', 'essential', 'none', ['service.name'], []],
    env: [
      ['essential ', 'essential'],
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
  xrayTraceId: truth,
  errorDetails: truth,
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
  deliveryTimeoutMillis: { ...whole(100, 600_000), right: [100, 29_999], env: [['5000', 5000]] },
  requestTimeoutMillis: whole(100, 600_000),
  flushTimeoutMillis: whole(100, 600_000),
  shutdownTimeoutMillis: whole(100, 600_000),
  retry: {
    wrong: [
      ['fast', 'must be an object; it is "fast"'],
      [false, 'must be an object; it is false'],
      [{ initialDelayMillis: 0 }, 'retry.initialDelayMillis must be a whole number from 1 to 60000; it is 0'],
      [{ initialDelayMillis: 60_001 }, 'retry.initialDelayMillis must be a whole number from 1 to 60000'],
      [{ maxDelayMillis: 600_001 }, 'retry.maxDelayMillis must be a whole number from 1 to 600000'],
      [{ maxDelay: 1 }, 'retry.maxDelay must be the name of an option; did you mean maxDelayMillis?'],
      [{ maxDelayMillis: 199 }, 'retry.maxDelayMillis must not be less than retry.initialDelayMillis (200)'],
    ],
    right: [{}, { initialDelayMillis: 60_000 }, { maxDelayMillis: 200 }, { maxDelayMillis: 600_000 }],
  },
  maxExportBatchSize: { ...whole(1, 1_000_000), right: [1, 40_000], env: [['512', 512]] },
  maxQueueSize: whole(1, 10_000_000),
  scheduledDelayMillis: whole(0, 600_000),
  exportTimeoutMillis: whole(200, 1_200_000),
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
  sendAtExit: truth,
  console: truth,
  traceContext: {
    wrong: [
      [
        'xray',
        'traceContext must be a function or a list of xray, sentry, datadog, newrelic, elastic, request; it is "xray"',
      ],
      [['xray', 'lightstep'], /traceContext must be a function or a list of xray, .*lightstep/],
      [{}, /must be a function/],
    ],
    right: [['xray', 'request'], [], () => undefined],
    wrongEnv: [
      ['xray,other', /^OTEL_EXPORTER_CLOUDWATCH_LOGS_TRACE_CONTEXT must be a function or a list of xray/],
    ],
  },
  writeAhead: {
    wrong: [
      ['/var/logs', 'must be an object; it is "/var/logs"'],
      [null, 'must be an object; it is null'],
      [[], 'must be an object; it is []'],
      [{}, 'writeAhead.directory must be the path of a directory; it is undefined'],
      [{ directory: ' ' }, 'writeAhead.directory must be the path of a directory; it is " "'],
      [
        { directory: 'd', colour: 1 },
        'writeAhead.colour must be the name of an option (directory, fsyncIntervalMillis, maxBytes)',
      ],
      [{ directory: 'd', fsync: 1 }, /writeAhead\.fsync must be the name of an option.*fsyncIntervalMillis/],
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
      layout: 'collector',
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
    expect(errorOf({ retry: { maxDelayMillis: 100 } }).message).to.include(
      'must not be less than retry.initialDelayMillis (200)',
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
    expect(readProcessorOptions({ ...GROUP, exportTimeoutMillis: 5000 }, {}).deliveryTimeoutMillis).to.equal(
      4000,
    );
    expect(errorOf({ deliveryTimeoutMillis: 5000, exportTimeoutMillis: 5000 }).message).to.include(
      'deliveryTimeoutMillis must be less than exportTimeoutMillis (5000); it is 5000',
    );
    const longer = readProcessorOptions({ ...GROUP, deliveryTimeoutMillis: 40_000 }, {});
    expect(longer).to.include({ deliveryTimeoutMillis: 40_000, exportTimeoutMillis: 50_000 });
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
    const settings = readExporterOptions({ ...GROUP, spool: { maxBytes: 3_000_000 } as never }, environment);
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

describe('old names of options', () => {
  const renamed = (options: object, environment = {}): unknown =>
    collectProcessorOptions({ ...GROUP, ...options }, environment).renamed;

  it('are read, and named with the new ones', () => {
    const settings = readProcessorOptions(
      { ...GROUP, retryInitialDelayMillis: 7, retryMaxDelayMillis: 8, processorTimeoutMillis: 9_000 },
      {},
    );
    expect(settings.retry).to.deep.equal({ initialDelayMillis: 7, maxDelayMillis: 8 });
    expect(settings.exportTimeoutMillis).to.equal(9_000);
    expect(renamed({ retryMaxDelayMillis: 9_000, processorTimeoutMillis: 9_000 })).to.deep.equal([
      { was: 'retryMaxDelayMillis', now: 'retry.maxDelayMillis' },
      { was: 'processorTimeoutMillis', now: 'exportTimeoutMillis' },
    ]);
    expect(renamed({ retryMaxDelayMillis: undefined })).to.deep.equal([]);
  });

  it('reads the layout by its old name, in code and in the environment', () => {
    const layoutOf = (layout: 'otel' | undefined, environment = {}): unknown =>
      collectExporterOptions({ ...GROUP, layout }, environment).settings.layout;
    const variable = { OTEL_EXPORTER_CLOUDWATCH_LOGS_LAYOUT: ' otel ' };
    expect(layoutOf('otel')).to.equal('collector');
    expect(layoutOf(undefined, variable)).to.equal('collector');
    expect(renamed({ layout: 'otel' }, variable)).to.deep.equal([
      { was: 'layout "otel"', now: '"collector"' },
    ]);
    expect(renamed({ layout: 'collector' })).to.deep.equal([]);
  });

  it('take exportTimeoutMillis of an exporter, and beside the processor’s old name, for delivery’s', () => {
    expect(readExporterOptions({ ...GROUP, exportTimeoutMillis: 700 }, {}).deliveryTimeoutMillis).to.equal(
      700,
    );
    const both = { ...GROUP, exportTimeoutMillis: 700, processorTimeoutMillis: 900 };
    expect(readProcessorOptions(both, {})).to.include({
      deliveryTimeoutMillis: 700,
      exportTimeoutMillis: 900,
    });
    expect(readProcessorOptions({ ...GROUP, exportTimeoutMillis: 700 }, {})).to.include({
      deliveryTimeoutMillis: 560,
      exportTimeoutMillis: 700,
    });
  });

  it('stand in errors about their values, with the new ones', () => {
    const refused = (read: () => unknown): unknown => {
      try {
        return read();
      } catch (error) {
        return error instanceof OptionError
          ? [error.option, error.message.replace(/ must be .*; it is/, '')]
          : error;
      }
    };
    expect(refused(() => readExporterOptions({ ...GROUP, exportTimeoutMillis: -1 }, {}))).to.deep.equal([
      'exportTimeoutMillis',
      'exportTimeoutMillis (now deliveryTimeoutMillis) -1',
    ]);
    expect(refused(() => readProcessorOptions({ ...GROUP, processorTimeoutMillis: -1 }, {}))).to.deep.equal([
      'processorTimeoutMillis',
      'processorTimeoutMillis (now exportTimeoutMillis) -1',
    ]);
    const options = { ...GROUP, retryInitialDelayMillis: 'x' as never };
    expect(refused(() => readExporterOptions(options, {}))).to.deep.equal([
      'retryInitialDelayMillis',
      'retryInitialDelayMillis (now retry.initialDelayMillis) "x"',
    ]);
    const variable = 'OTEL_EXPORTER_CLOUDWATCH_LOGS_EXPORT_TIMEOUT_MILLIS';
    expect(refused(() => readExporterOptions(GROUP, { [variable]: 'soon' }))).to.deep.equal([
      variable,
      `${variable} (now OTEL_EXPORTER_CLOUDWATCH_LOGS_DELIVERY_TIMEOUT_MILLIS) "soon"`,
    ]);
  });

  it('are refused beside the new one', () => {
    const retry = { initialDelayMillis: 5 };
    expect(errorOf({ retry, retryInitialDelayMillis: 5 }).message).to.equal(
      'retryInitialDelayMillis must not be given together with retry.initialDelayMillis, its new name',
    );
    expect(errorOf({ retry: 'fast', retryInitialDelayMillis: 5 }).message).to.include(
      'retry must be an object',
    );
    expect(() =>
      readExporterOptions({ ...GROUP, exportTimeoutMillis: 700, deliveryTimeoutMillis: 700 }, {}),
    ).to.throw(OptionError, 'exportTimeoutMillis must not be given together with deliveryTimeoutMillis');
  });

  it('are read from the environment, where the new one wins', () => {
    const old = { [`${ENV}EXPORT_TIMEOUT_MILLIS`]: '700' };
    expect(readExporterOptions(GROUP, old).deliveryTimeoutMillis).to.equal(700);
    expect(collectExporterOptions(GROUP, old).renamed).to.deep.equal([
      { was: `${ENV}EXPORT_TIMEOUT_MILLIS`, now: `${ENV}DELIVERY_TIMEOUT_MILLIS` },
    ]);
    const both = { ...old, [`${ENV}DELIVERY_TIMEOUT_MILLIS`]: '800' };
    expect(readExporterOptions(GROUP, both).deliveryTimeoutMillis).to.equal(800);
  });
});

describe('collectProcessorOptions', () => {
  it('names every problem, and has defaults in the place of what is wrong', () => {
    const { settings, problems, origins } = collectProcessorOptions(
      { ...GROUP, concurrency: 0, colour: 'red', spool: { directory: 'd', fsync: 1 } } as never,
      { OTEL_BLRP_MAX_QUEUE_SIZE: 'many', [`${ENV}OVERSIZE`]: 'split', [`${ENV}SPOOL_MAX_BYTES`]: '5' },
    );
    expect(problems.map(({ error, source }) => [source, error.option])).to.have.deep.members([
      ['code', 'concurrency'],
      ['code', 'colour'],
      ['code', 'spool.fsync'],
      ['environment', 'OTEL_BLRP_MAX_QUEUE_SIZE'],
      ['environment', `${ENV}SPOOL_MAX_BYTES`],
    ]);
    expect(settings).to.include({ concurrency: 4, maxQueueSize: 40_000, oversize: 'split' });
    expect(settings.spool).to.include({ directory: 'd', fsync: true, maxBytes: 1024 ** 3 });
    expect(origins.get('oversize')).to.deep.equal({ source: 'environment', calledAs: `${ENV}OVERSIZE` });
    expect(origins.get('spool.directory')).to.deep.equal({ source: 'code', calledAs: 'spool.directory' });
    expect(origins.get('concurrency')?.source).to.equal('default');
  });

  it('settles what variables contradict, and names the variable', () => {
    const { settings, problems } = collectProcessorOptions(GROUP, {
      OTEL_BLRP_EXPORT_TIMEOUT: '5000',
      [`${ENV}DELIVERY_TIMEOUT_MILLIS`]: '6000',
      [`${ENV}RETRY_INITIAL_DELAY_MILLIS`]: '500',
      [`${ENV}RETRY_MAX_DELAY_MILLIS`]: '400',
      [`${ENV}FACET_FIELDS`]: 'a,b',
      [`${ENV}INDEX_FIELDS`]: 'b',
    });
    expect(problems.map(({ error }) => error.option)).to.have.members([
      `${ENV}DELIVERY_TIMEOUT_MILLIS`,
      `${ENV}RETRY_MAX_DELAY_MILLIS`,
      `${ENV}FACET_FIELDS`,
    ]);
    expect(settings).to.deep.include({
      deliveryTimeoutMillis: 4_000,
      retry: { initialDelayMillis: 500, maxDelayMillis: 500 },
      facetFields: undefined,
      indexFields: ['b'],
    });
  });
});

describe('readResourceAttributes', () => {
  it('reads pairs as OpenTelemetry does', () => {
    expect(readResourceAttributes(' team = a%20b ,, x=%3D')).to.deep.equal({
      attributes: { team: 'a b', x: '=' },
    });
    expect(readResourceAttributes(undefined).attributes).to.deep.equal({});
  });

  it('says why all of it is left out, without values', () => {
    for (const [text, problem] of [
      ['justtext', 'must be key=value pairs joined by commas, .* \\(entry 1, "justtext"\\)'],
      ['a=b,team=%ZZ', 'has a "%" that is no percent-encoding: .* \\(entry 2, "team"\\)'],
      ['a=b=secret', 'must be key=value pairs .* \\(entry 1, "a"\\)'],
      ['=secret', 'must be key=value pairs'],
      ['%=1', 'no percent-encoding'],
      [`a=${'s'.repeat(256)}`, 'of over 255 characters'],
    ] as const) {
      const read = readResourceAttributes(text);
      expect(read.attributes).to.deep.equal({});
      expect(read.problem)
        .to.match(new RegExp(`${problem}.*leaves out all of it$`))
        .and.not.contain('secret');
    }
  });
});

describe('idleVariables', () => {
  const idle = (environment: Record<string, string>, inUse: readonly string[] = []): unknown =>
    idleVariables(ALL, environment, (path) => inUse.includes(path)).map(({ variable, problem, near }) => [
      variable,
      near === undefined ? problem : `${problem}; did you mean ${near}?`,
    ]);

  it('finds variables that look misspelt', () => {
    const found = idle({ [`${ENV}LOGGROUP_NAME`]: 'x', [`${ENV}REGION`]: 'y', OTHER: 'z' });
    expect(found).to.deep.equal([
      [`${ENV}LOGGROUP_NAME`, `is not an option; did you mean ${ENV}LOG_GROUP_NAME?`],
    ]);
  });

  it('suggests none that is not near, however long the beginning that all share', () => {
    expect(idle({ [`${ENV}FLAVOUR`]: 'x' })).to.deep.equal([[`${ENV}FLAVOUR`, 'is not an option']]);
  });

  it('finds those that lost a part of their beginning', () => {
    const meant = `is not an option; did you mean ${ENV}LOG_GROUP_NAME?`;
    for (const variable of [
      'OTEL_EXPORTER_CLOUDWATCH_LOG_GROUP_NAME',
      'OTEL_EXPORTER_CLOUDWATCH_LOG_LOG_GROUP_NAME',
      'OTEL_CLOUDWATCH_LOGS_LOG_GROUP_NAME',
      'OTEL_EXPORTER_AWS_CLOUDWATCH_LOGS_LOG_GROUP_NAME',
      'CLOUDWATCH_LOG_GROUP_NAME',
      'CLOUDWATCH_LOGS_LOG_GROUP_NAME',
      'CLOUDWATCH_LOG_GROUP',
      'AWS_CLOUDWATCH_LOG_GROUP',
      'OTEL_CLOUDWATCH_LOG_GROUP',
    ]) {
      expect(idle({ [variable]: 'x' })).to.deep.equal([[variable, meant]], variable);
    }
    // An application may read its own, and hand it on.
    const both = { CLOUDWATCH_LOG_GROUP_NAME: 'x', [`${ENV}LOG_GROUP_NAME`]: 'x' };
    expect(idle(both)).to.deep.equal([]);
    expect(idle({ CLOUDWATCH_DASHBOARD: 'x', AWS_REGION: 'y', OTEL_LOGS_EXPORTER: 'z' })).to.deep.equal([]);
  });

  it('says which options can only be given in code', () => {
    for (const [name, option] of [
      ['TRANSFORM', 'transform'],
      ['CREDENTIALS', 'credentials'],
      ['METER_PROVIDER', 'meterProvider'],
      ['CLIENT', 'client'],
    ]) {
      expect(idle({ [`${ENV}${name}`]: 'x' })).to.deep.equal([
        [`${ENV}${name}`, `is not read: the option ${option} can only be given in code`],
      ]);
    }
  });

  it('points at the members of an option that is made of others', () => {
    expect(idle({ [`${ENV}SPOOL`]: '/tmp/x' })).to.deep.equal([
      [`${ENV}SPOOL`, `is not an option; did you mean ${ENV}SPOOL_DIRECTORY?`],
    ]);
    expect(idle({ [`${ENV}RETRY`]: '5' })).to.deep.equal([
      [`${ENV}RETRY`, `is not an option; did you mean ${ENV}RETRY_INITIAL_DELAY_MILLIS?`],
    ]);
  });

  it('says which member has no effect for want of another', () => {
    const environment = { [`${ENV}SPOOL_MAX_BYTES`]: '2000000' };
    expect(idle(environment)).to.deep.equal([
      [`${ENV}SPOOL_MAX_BYTES`, `has no effect without ${ENV}SPOOL_DIRECTORY`],
    ]);
    expect(idle(environment, ['spool'])).to.deep.equal([]);
    expect(idle({ ...environment, [`${ENV}SPOOL_DIRECTORY`]: 'd' }, ['spool'])).to.deep.equal([]);
    expect(idle({ [`${ENV}CIRCUIT_BREAKER_FAILURES`]: '5' })).to.deep.equal([]);
  });
});
