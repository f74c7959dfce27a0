import { type CloudWatchLogsClient, type CloudWatchLogsClientConfig } from '@aws-sdk/client-cloudwatch-logs';
import { type MeterProvider } from '@opentelemetry/api';
import { type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { OptionError } from '../cloudwatch/errors.js';
import {
  LOG_GROUP_CLASSES,
  MAX_BATCH_EVENTS,
  MAX_INDEX_FIELD_LENGTH,
  MAX_INDEX_FIELDS,
  MAX_MESSAGE_BYTES,
  MAX_TAG_KEY_LENGTH,
  MAX_TAG_VALUE_LENGTH,
  MAX_TAGS,
  RETENTION_DAYS,
} from '../cloudwatch/limits.js';
import { DEFAULT_INDEX_FIELDS } from '../cloudwatch/message-keys.js';
import { DEFAULT_CIRCUIT_BREAKER_SETTINGS } from '../delivery/circuit-breaker.js';
import { DEFAULT_DELIVERY_SETTINGS } from '../delivery/delivery.js';
import { DEFAULT_SPOOL_SETTINGS } from '../delivery/spool/spool.js';
import {
  LAYOUT_NAMES,
  type LayoutFunction,
  type LayoutName,
  type ResourceAttributes,
} from './layouts/layout.js';
import {
  either,
  flag,
  fromCode,
  group,
  integer,
  list,
  oneOf,
  pairs,
  splitList,
  template,
  text,
  type Option,
} from './option-kinds.js';
import { environmentName, type OptionsOf, readOptions, type SettingsOf } from './read-options.js';
import { parseRedactPath } from './redact.js';
import { MAX_SEVERITY_NUMBER, SEVERITY_NAMES, type SeverityName, severityNumberOf } from './severity.js';
import { writeAheadOption } from './write-ahead/write-ahead-option.js';

/** Changes a record before it is written, or drops it by returning undefined (counted as `dropped_by_transform`). */
export type TransformFunction = (record: ReadableLogRecord) => ReadableLogRecord | undefined;

/** What becomes of a message larger than `maxMessageBytes`. */
export const OVERSIZE_POLICIES = ['truncate', 'split', 'drop'] as const;
export type OversizePolicy = (typeof OVERSIZE_POLICIES)[number];

/** The default of `logStreamName`. */
export const DEFAULT_LOG_STREAM_NAME =
  "{service.name|'unknown_service'}/{service.instance.id|host.name|hostname}/{yyyy-mm-dd}";

type AwsCredentials = NonNullable<CloudWatchLogsClientConfig['credentials']>;

/** Named, because declarations would otherwise spell the type out of a package that is not ours to import. */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- a type alias has no name in declarations
interface CredentialsOption extends Option<AwsCredentials, AwsCredentials | undefined> {}

/** Source: CloudWatch Logs API reference, CreateLogGroup, `tags`. */
const TAG_TEXT = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

const MINUTE = 60_000;
const KIB = 1024;
const severityRule = `be one of ${SEVERITY_NAMES.join(', ')}, or a severity number from 1 to ${MAX_SEVERITY_NUMBER}`;

/** Options of the exporter, declared once: type, checks, environment variables and the reference table. */
export const EXPORTER_OPTIONS = {
  logGroupName: template({
    names: 'log group',
    isRequired: true,
    doc: 'Log group to write to: a name or a template such as `/apps/{service.name}`.',
  }),
  logStreamName: template({
    names: 'log stream',
    default: DEFAULT_LOG_STREAM_NAME,
    doc: 'Log stream to write to: a name or a template.',
  }),
  allowRecordDataFirst: flag({
    default: false,
    doc:
      'Allow a template that begins with an attribute of the record. Whoever writes that attribute then ' +
      'decides where in the account events go.',
  }),
  maxDestinations: integer({
    min: 1,
    max: 100_000,
    default: 500,
    doc:
      'Pairs of group and stream in use at once. Records for more are dropped (`too_many_destinations`) ' +
      'until one has been unused for an hour.',
  }),
  region: text({
    doc: 'AWS region.',
    defaultText: 'as in the AWS SDK: `AWS_REGION`, the profile',
    problem: (value) => (/^[a-z0-9-]+$/.test(value) ? undefined : 'be an AWS region such as eu-central-1'),
  }),
  endpoint: text({
    type: 'URL',
    doc: 'Endpoint to send to instead of the region’s own.',
    defaultText: 'as in the AWS SDK: `AWS_ENDPOINT_URL_CLOUDWATCH_LOGS`, `AWS_ENDPOINT_URL`',
    isSecret: true,
    problem: endpointProblem,
  }),
  credentials: fromCode<AwsCredentials>({
    type: 'AWS credentials or a provider of them',
    rule: 'be AWS credentials ({ accessKeyId, secretAccessKey }) or a function that gives them',
    doc: 'Credentials to sign with.',
    defaultText: 'as in the AWS SDK: environment, profile, SSO, container, instance',
    isSecret: true,
    is: isCredentials,
  }) as CredentialsOption,
  client: fromCode<CloudWatchLogsClient>({
    type: '`CloudWatchLogsClient`',
    rule: 'be a CloudWatchLogsClient of @aws-sdk/client-cloudwatch-logs',
    doc: 'Client to send with, instead of `region`, `endpoint`, `credentials`, `maxAttempts` and `retryMode`. It stays open at shutdown.',
    defaultText: 'one of our own',
    is: (value) => typeof value === 'object' && value !== null && 'send' in value,
  }),
  maxAttempts: integer({
    min: 1,
    max: 20,
    default: 3,
    doc: 'Attempts that the AWS SDK makes of each request, before ours begin to wait longer.',
  }),
  retryMode: oneOf(['standard', 'adaptive'], {
    default: 'standard',
    doc: 'How the AWS SDK retries; `adaptive` also slows down under throttling.',
  }),
  layout: either<LayoutName | LayoutFunction, LayoutName | LayoutFunction>({
    type: `${LAYOUT_NAMES.map((name) => `\`${name}\``).join(', ')} or a function (in code)`,
    default: 'otel',
    doc:
      'What a message holds: `otel` JSON with the keys of the Collector’s CloudWatch exporter, `otlp` JSON as ' +
      'CloudWatch’s OTLP endpoint stores it, `body` the body alone, or what the function returns.',
    check(name, value) {
      if (typeof value === 'function') return value as LayoutFunction;
      if (LAYOUT_NAMES.includes(value as LayoutName)) return value as LayoutName;
      throw new OptionError(name, `be one of ${LAYOUT_NAMES.join(', ')}, or a function`, value);
    },
    fromText: (_, value) => value.trim() as LayoutName,
  }),
  resourceAttributes: either<ResourceAttributes, ResourceAttributes>({
    type: '`all`, `none` or a list of names',
    default: 'all',
    doc: 'Resource attributes that each message carries. They are billed with each event.',
    check(name, value) {
      if (value === 'all' || value === 'none') return value;
      if (Array.isArray(value) && value.every((item) => typeof item === 'string' && item !== '')) {
        return [...(value as string[])];
      }
      throw new OptionError(name, 'be "all", "none" or a list of attribute names', value);
    },
    fromText: (_, value) => {
      const word = value.trim();
      return word === 'all' || word === 'none' ? word : splitList(value);
    },
  }),
  minSeverity: either<SeverityName | number | undefined, number | undefined>({
    type: `${SEVERITY_NAMES.map((name) => `\`${name}\``).join(', ')} or a number from 1 to ${MAX_SEVERITY_NUMBER}`,
    doc: 'Records of a lower severity are dropped; those without a severity pass.',
    check(name, value) {
      if (SEVERITY_NAMES.includes(value as SeverityName)) return severityNumberOf(value as SeverityName);
      if (Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MAX_SEVERITY_NUMBER) {
        return value as number;
      }
      throw new OptionError(name, severityRule, value);
    },
    fromText(_, value) {
      const word = value.trim().toLowerCase();
      return /^\d+$/.test(word) ? Number(word) : (word as SeverityName);
    },
  }),
  redact: list({
    type: 'list of paths',
    doc:
      'Values replaced by `[REDACTED]`: paths that begin with `body`, `attributes`, `resource` or `scope`, such as ' +
      '`attributes.password` or `body.*.token`; `*` is any one key.',
    problem: (path) => {
      const parsed = parseRedactPath(path);
      return typeof parsed === 'string' ? parsed : undefined;
    },
  }),
  transform: fromCode<TransformFunction>({
    type: 'function(record)',
    rule: 'be a function that takes a log record and returns one or undefined',
    doc:
      'Changes a record before it is written; a record for which it returns undefined, or throws, is dropped. ' +
      'It runs before `redact`.',
    is: (value) => typeof value === 'function',
  }),
  oversize: oneOf(OVERSIZE_POLICIES, {
    default: 'truncate',
    doc:
      'What becomes of a message over `maxMessageBytes`: its longest texts are shortened, it is split into several ' +
      'events, or dropped.',
  }),
  maxMessageBytes: integer({
    min: KIB,
    max: MAX_MESSAGE_BYTES,
    default: MAX_MESSAGE_BYTES,
    doc: 'Largest message, in UTF-8 bytes. Older endpoints take 262,118.',
  }),
  entity: flag({
    default: true,
    doc: 'Send service and environment with each request, so that the console links logs to the service.',
  }),
  provision: oneOf(['all', 'stream', 'none'], {
    default: 'all',
    doc: 'What is created where it is missing: group and stream, the stream alone, nothing.',
  }),
  retentionInDays: oneOf(RETENTION_DAYS, {
    doc: 'Days that groups created here keep their events.',
    defaultText: 'for ever',
  }),
  logGroupClass: oneOf(LOG_GROUP_CLASSES, {
    doc: 'Class of groups created here; fixed at creation.',
    defaultText: '`STANDARD`',
  }),
  kmsKeyId: text({
    type: 'ARN of a KMS key',
    doc: 'Key that encrypts groups created here. Best effort: where the key is denied or not valid, the group is made without it, with one warning.',
    problem: (value) =>
      value.length <= 256 && /^arn:[^:]+:kms:[^:]*:\d{12}:.+$/.test(value)
        ? undefined
        : 'be the ARN of a KMS key (arn:aws:kms:<region>:<account>:key/<id>)',
  }),
  tags: pairs({
    max: MAX_TAGS,
    doc: 'Tags of groups created here.',
    problem: (key, value) => {
      if (key.length === 0 || key.length > MAX_TAG_KEY_LENGTH) {
        return `have a key of 1 to ${MAX_TAG_KEY_LENGTH} characters`;
      }
      if (key.toLowerCase().startsWith('aws:')) return 'not begin with "aws:", which AWS keeps for itself';
      if (value.length > MAX_TAG_VALUE_LENGTH) return `have at most ${MAX_TAG_VALUE_LENGTH} characters`;
      return TAG_TEXT.test(key) && TAG_TEXT.test(value)
        ? undefined
        : 'hold, in key and value, only letters, digits, spaces and _ . : / = + - @';
    },
  }),
  indexFields: list({
    type: 'list of field names',
    isSet: true,
    max: MAX_INDEX_FIELDS,
    default: DEFAULT_INDEX_FIELDS,
    doc: 'Fields that groups created here index, so that look-ups scan less.',
    problem: indexFieldProblem,
  }),
  facetFields: list({
    type: 'list of field names',
    isSet: true,
    max: MAX_INDEX_FIELDS,
    doc: 'Fields that groups created here index as facets, whose values the console counts.',
    problem: indexFieldProblem,
  }),
  compression: oneOf(['gzip', 'none'], {
    default: DEFAULT_DELIVERY_SETTINGS.compression,
    doc: 'Compression of request bodies.',
  }),
  concurrency: integer({
    min: 1,
    max: 50,
    default: DEFAULT_DELIVERY_SETTINGS.concurrency,
    doc: 'PutLogEvents requests in flight at once.',
  }),
  maxBufferBytes: integer({
    min: 1024 * KIB,
    max: 4096 * KIB * KIB,
    default: DEFAULT_DELIVERY_SETTINGS.maxBufferBytes,
    doc:
      'Bytes of events held in memory while the service can’t be reached; beyond it they go to the `spool`, or ' +
      'are lost (`buffer_full`) without one.',
  }),
  exportTimeoutMillis: integer({
    min: 100,
    max: 10 * MINUTE,
    default: DEFAULT_DELIVERY_SETTINGS.exportTimeoutMillis,
    doc:
      'Milliseconds that one export may take; what is not delivered then is kept and sent later. Keep it under ' +
      'the batch processor’s own timeout.',
  }),
  requestTimeoutMillis: integer({
    min: 100,
    max: 10 * MINUTE,
    default: DEFAULT_DELIVERY_SETTINGS.requestTimeoutMillis,
    doc: 'Milliseconds for one request, the AWS SDK’s own retries included.',
  }),
  flushTimeoutMillis: integer({
    min: 100,
    max: 10 * MINUTE,
    default: DEFAULT_DELIVERY_SETTINGS.flushTimeoutMillis,
    doc: 'Milliseconds that `forceFlush` waits.',
  }),
  shutdownTimeoutMillis: integer({
    min: 100,
    max: 10 * MINUTE,
    default: DEFAULT_DELIVERY_SETTINGS.shutdownTimeoutMillis,
    doc: 'Milliseconds that `shutdown` waits; what is left then is in the `spool`, or lost (`shutdown`) without one.',
  }),
  retryInitialDelayMillis: integer({
    min: 1,
    max: MINUTE,
    default: DEFAULT_DELIVERY_SETTINGS.retry.initialDelayMillis,
    doc: 'Milliseconds before the first attempt after a failed one; doubled from then on.',
  }),
  retryMaxDelayMillis: integer({
    min: 1,
    max: 10 * MINUTE,
    default: DEFAULT_DELIVERY_SETTINGS.retry.maxDelayMillis,
    doc: 'Longest wait between two attempts, in milliseconds.',
  }),
  requestsPerSecond: integer({
    min: 1,
    max: 100_000,
    doc: 'PutLogEvents requests a second: what the account’s quota leaves to this process.',
    defaultText: 'no bound',
  }),
  circuitBreaker: group(
    {
      failures: integer({
        min: 1,
        max: 1_000,
        default: DEFAULT_CIRCUIT_BREAKER_SETTINGS.failures,
        doc: 'Requests that fail in a row for the endpoint’s sake (network, 5xx, no answer) before it opens.',
      }),
      probeAfterMillis: integer({
        min: 100,
        max: 10 * MINUTE,
        default: DEFAULT_CIRCUIT_BREAKER_SETTINGS.probeAfterMillis,
        doc: 'Milliseconds for which it stays open; then one request probes.',
      }),
    },
    {
      canBeOff: true,
      defaultText: 'on',
      doc: 'Stops requests to an endpoint that is down; `false` for never.',
    },
  ),
  spool: group(
    {
      directory: text({
        type: 'path',
        isRequired: true,
        doc: 'Folder of the spool, made where it is missing; several processes may share it.',
      }),
      maxBytes: integer({
        min: 1024 * KIB,
        max: 1024 ** 5,
        default: DEFAULT_SPOOL_SETTINGS.maxBytes,
        doc: 'Bytes of all files in the folder; beyond it the oldest batches are dropped (`spool_full`).',
      }),
      maxAgeMillis: integer({
        min: 1_000,
        max: 366 * 24 * 60 * MINUTE,
        default: DEFAULT_SPOOL_SETTINGS.maxAgeMillis,
        doc:
          'Milliseconds after which a batch is dropped (`spool_expired`). The service itself takes no event older ' +
          'than 14 days (`too_old`).',
      }),
      fsync: flag({
        default: DEFAULT_SPOOL_SETTINGS.fsync,
        doc: 'Whether what is reported as kept outlives a power cut, not only the process.',
      }),
    },
    {
      canBeOff: false,
      doc: 'Keeps on disk what can’t be delivered now; see docs/delivery.md.',
      defaultText: 'none: it is kept in memory',
    },
  ),
  meterProvider: fromCode<MeterProvider>({
    type: '`MeterProvider` of `@opentelemetry/api`',
    rule: 'be a MeterProvider of @opentelemetry/api',
    doc:
      'Where metrics of exporter and processor go, `metrics.getMeterProvider()` for the global one. Without ' +
      'it there are none, and they cost nothing.',
    is: (value) =>
      typeof value === 'object' && value !== null && typeof (value as MeterProvider).getMeter === 'function',
  }),
};

/** Options of the batch processor that `createCloudWatchLogRecordProcessor` makes, beside the exporter's. */
export const PROCESSOR_OPTIONS = {
  maxExportBatchSize: integer({
    min: 1,
    max: 1_000_000,
    default: MAX_BATCH_EVENTS,
    env: 'OTEL_BLRP_MAX_EXPORT_BATCH_SIZE',
    doc: 'Records handed to the exporter at once.',
  }),
  maxQueueSize: integer({
    min: 1,
    max: 10_000_000,
    default: 4 * MAX_BATCH_EVENTS,
    env: 'OTEL_BLRP_MAX_QUEUE_SIZE',
    doc: 'Records that wait for the exporter; more are dropped (`queue_full`).',
  }),
  scheduledDelayMillis: integer({
    min: 0,
    max: 10 * MINUTE,
    default: 1000,
    env: 'OTEL_BLRP_SCHEDULE_DELAY',
    doc: 'Milliseconds between two exports that are not full.',
  }),
  processorTimeoutMillis: integer({
    min: 200,
    max: 20 * MINUTE,
    default: 30_000,
    env: 'OTEL_BLRP_EXPORT_TIMEOUT',
    doc: 'Milliseconds after which the processor gives an export up; more than `exportTimeoutMillis`.',
  }),
  writeAhead: writeAheadOption({
    env: 'OTEL_EXPORTER_CLOUDWATCH_LOGS_WRITE_AHEAD_DIRECTORY',
    doc:
      'Writes each record to a file of `directory` before `emit` returns, so that a process killed at any moment ' +
      'loses none: the next one sends it. `fsyncIntervalMillis` (1,000; 0 for never) bounds what a power cut ' +
      'takes; `maxBytes` (256 MiB) bounds the files of a process. One request is in flight at a time unless ' +
      '`concurrency` is given.',
  }),
};

/** What `new CloudWatchLogExporter` takes. */
export type CloudWatchLogExporterOptions = OptionsOf<typeof EXPORTER_OPTIONS>;

/** What `createCloudWatchLogRecordProcessor` takes. */
export type CloudWatchLogRecordProcessorOptions = CloudWatchLogExporterOptions &
  OptionsOf<typeof PROCESSOR_OPTIONS>;

/** Checked options of the exporter. */
export type ExporterSettings = SettingsOf<typeof EXPORTER_OPTIONS>;

/** Checked options of the processor and its exporter. */
export type ProcessorSettings = ExporterSettings & SettingsOf<typeof PROCESSOR_OPTIONS>;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Checks the options of an exporter.
 * @throws OptionError
 */
export function readExporterOptions(
  options: CloudWatchLogExporterOptions | undefined,
  environment: Environment,
): ExporterSettings {
  const known = withoutClientVariables(options, environment);
  const settings = withoutFacets(readOptions(EXPORTER_OPTIONS, options, known), options, known);
  checkTogether(settings, options);
  return settings;
}

/**
 * Checks the options of a processor and its exporter. Where `exportTimeoutMillis` is not given it stays
 * under `processorTimeoutMillis`, since what the processor gives up it never asks for again.
 * @throws OptionError
 */
export function readProcessorOptions(
  options: CloudWatchLogRecordProcessorOptions | undefined,
  variables: Environment,
): ProcessorSettings {
  const table = { ...EXPORTER_OPTIONS, ...PROCESSOR_OPTIONS };
  const environment = withoutClientVariables(options, variables);
  let settings = withoutFacets(readOptions(table, options, environment), options, environment);
  if (settings.exportTimeoutMillis >= settings.processorTimeoutMillis) {
    const { defaultValue } = EXPORTER_OPTIONS.exportTimeoutMillis;
    if (settings.exportTimeoutMillis !== defaultValue) {
      throw new OptionError(
        'exportTimeoutMillis',
        `be less than processorTimeoutMillis (${settings.processorTimeoutMillis})`,
        settings.exportTimeoutMillis,
      );
    }
    settings = { ...settings, exportTimeoutMillis: Math.floor(settings.processorTimeoutMillis * 0.8) };
  }
  settings = withFittingQueue(settings, options, environment);
  if (settings.writeAhead !== undefined && !isGiven('concurrency', options, environment)) {
    // A killed process then leaves one request at the most whose events may be there twice.
    settings = { ...settings, concurrency: 1 };
  }
  checkTogether(settings, options);
  return settings;
}

/**
 * A queue never fills a batch that is larger. What is given says how large both are; the other's default
 * gives way.
 */
function withFittingQueue(
  settings: ProcessorSettings,
  options: CloudWatchLogRecordProcessorOptions | undefined,
  environment: Environment,
): ProcessorSettings {
  const { maxExportBatchSize, maxQueueSize } = settings;
  if (maxExportBatchSize <= maxQueueSize) return settings;
  if (!isGiven('maxExportBatchSize', options, environment)) {
    return { ...settings, maxExportBatchSize: maxQueueSize };
  }
  if (!isGiven('maxQueueSize', options, environment))
    return { ...settings, maxQueueSize: maxExportBatchSize };
  const isInCode = options?.maxQueueSize !== undefined;
  throw new OptionError(
    isInCode ? 'maxQueueSize' : environmentName('maxQueueSize', PROCESSOR_OPTIONS.maxQueueSize),
    `not be less than maxExportBatchSize (${maxExportBatchSize})`,
    maxQueueSize,
  );
}

/** What a client of the application decides itself. */
const CLIENT_OPTIONS = ['region', 'endpoint', 'credentials', 'maxAttempts', 'retryMode'] as const;

/** Code wins over the environment: beside a client in code, variables about one say nothing. */
function withoutClientVariables(
  options: CloudWatchLogExporterOptions | undefined,
  environment: Environment,
): Environment {
  if (options?.client === undefined) return environment;
  const hidden = CLIENT_OPTIONS.map((name) => environmentName(name, EXPORTER_OPTIONS[name]));
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !hidden.includes(name)));
}

/** A field is index or facet: where nobody named the index fields, their default gives way. */
function withoutFacets<Settings extends ExporterSettings>(
  settings: Settings,
  options: CloudWatchLogExporterOptions | undefined,
  environment: Environment,
): Settings {
  const { facetFields } = settings;
  if (facetFields === undefined || isGiven('indexFields', options, environment)) return settings;
  const indexFields = settings.indexFields.filter((field) => !facetFields.includes(field));
  return { ...settings, indexFields };
}

function isGiven(
  name: 'concurrency' | 'indexFields' | 'maxExportBatchSize' | 'maxQueueSize',
  options: CloudWatchLogRecordProcessorOptions | undefined,
  environment: Environment,
): boolean {
  const variable = environmentName(name, { ...EXPORTER_OPTIONS, ...PROCESSOR_OPTIONS }[name]);
  return options?.[name] !== undefined || Boolean(environment[variable]?.trim());
}

function checkTogether(settings: ExporterSettings, options: CloudWatchLogExporterOptions | undefined): void {
  for (const name of ['logGroupName', 'logStreamName'] as const) {
    if (settings[name].startsWithRecord && !settings.allowRecordDataFirst) {
      throw new OptionError(
        name,
        'not begin with data of the record, which then decides where events go: begin with text or a resource ' +
          'attribute, or set allowRecordDataFirst to true',
        settings[name].text,
      );
    }
  }
  if (settings.client !== undefined) {
    for (const name of CLIENT_OPTIONS) {
      if (options?.[name] !== undefined) {
        throw new OptionError(name, 'not be given together with client, which has its own');
      }
    }
  }
  if (settings.retryMaxDelayMillis < settings.retryInitialDelayMillis) {
    throw new OptionError(
      'retryMaxDelayMillis',
      `not be less than retryInitialDelayMillis (${settings.retryInitialDelayMillis})`,
      settings.retryMaxDelayMillis,
    );
  }
  const facets = settings.facetFields ?? [];
  const twice = facets.find((field) => settings.indexFields.includes(field));
  if (twice !== undefined) {
    throw new OptionError('facetFields', 'not name a field that indexFields names too', twice);
  }
  if (facets.length + settings.indexFields.length > MAX_INDEX_FIELDS) {
    throw new OptionError('facetFields', `name at most ${MAX_INDEX_FIELDS} fields together with indexFields`);
  }
}

function endpointProblem(value: string): string | undefined {
  if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol)) {
    return 'be a URL that begins with http:// or https://';
  }
  const { username, password } = new URL(value);
  return username !== '' || password !== '' ? 'not hold a user name or password; use credentials' : undefined;
}

function isCredentials(value: unknown): boolean {
  if (typeof value === 'function') return true;
  if (typeof value !== 'object' || value === null) return false;
  const { accessKeyId, secretAccessKey } = value as Record<string, unknown>;
  return typeof accessKeyId === 'string' && typeof secretAccessKey === 'string';
}

function indexFieldProblem(field: string): string | undefined {
  return field.length > MAX_INDEX_FIELD_LENGTH
    ? `have at most ${MAX_INDEX_FIELD_LENGTH} characters`
    : undefined;
}
