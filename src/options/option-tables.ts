import { type CloudWatchLogsClient, type CloudWatchLogsClientConfig } from '@aws-sdk/client-cloudwatch-logs';
import { type MeterProvider } from '@opentelemetry/api';
import { CLIENT_RULE } from '../cloudwatch/client-options.js';
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
import { DEFAULT_CIRCUIT_BREAKER_SETTINGS } from '../delivery/breaker.js';
import { DEFAULT_DELIVERY_SETTINGS } from '../delivery/delivery.js';
import { DEFAULT_SPOOL_SETTINGS } from '../delivery/spool/spool-settings.js';
import {
  LAYOUT_NAMES,
  type LayoutFunction,
  type LayoutName,
  type ResourceAttributes,
} from '../encoding/layouts/layout.js';
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
  type OptionsOf,
} from './option-kinds.js';
import { OVERSIZE_POLICIES, type TransformFunction } from '../encoding/record-encoder.js';
import { ENV_PREFIX } from './environment-names.js';
import { type OldLayoutName } from './renamed-options.js';
import { parseRedactPath } from '../encoding/redact.js';
import {
  MAX_SEVERITY_NUMBER,
  SEVERITY_NAMES,
  type SeverityName,
  severityNumberOf,
} from '../encoding/severity.js';
import { traceContextOption } from './trace-context-option.js';
import { writeAheadOption } from './write-ahead-option.js';

/** The default of `logStreamName`. */
export const DEFAULT_LOG_STREAM_NAME =
  "{service.name|'unknown_service'}/{service.instance.id|host.name|hostname}/{yyyy-mm-dd}";

type AwsCredentials = NonNullable<CloudWatchLogsClientConfig['credentials']>;

const RESOURCE_WORDS = ['all', 'essential', 'none'] as const;

function isResourceWord(value: unknown): value is (typeof RESOURCE_WORDS)[number] {
  return (RESOURCE_WORDS as readonly unknown[]).includes(value);
}

/** Named, because declarations would otherwise spell the type out of a package that is not ours to import. */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- a type alias has no name in declarations
export interface CredentialsOption extends Option<AwsCredentials, AwsCredentials | undefined> {}

/** Source: CloudWatch Logs API reference, CreateLogGroup, `tags`. */
const TAG_TEXT = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

const MINUTE = 60_000;
const KIB = 1024;
const severityRule = `be one of ${SEVERITY_NAMES.join(', ')}, or a severity number from 1 to ${MAX_SEVERITY_NUMBER}`;

/** Members of the option `retry`. */
export const RETRY_OPTIONS = {
  /** Milliseconds before the first attempt after a failed one; doubled from then on. */
  initialDelayMillis: integer({
    min: 1,
    max: MINUTE,
    default: DEFAULT_DELIVERY_SETTINGS.retry.initialDelayMillis,
  }),
  /** Longest wait between two attempts, in milliseconds. */
  maxDelayMillis: integer({
    min: 1,
    max: 10 * MINUTE,
    default: DEFAULT_DELIVERY_SETTINGS.retry.maxDelayMillis,
  }),
};

/** Members of the option `retry`. */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- declarations spell out a type alias, without its comments
export interface RetryOptions extends OptionsOf<typeof RETRY_OPTIONS> {}

/** Members of the option `circuitBreaker`. */
export const CIRCUIT_BREAKER_OPTIONS = {
  /**
   * Requests that fail in a row for the endpoint’s sake (network, 5xx, no answer) before it opens.
   */
  failures: integer({
    min: 1,
    max: 1_000,
    default: DEFAULT_CIRCUIT_BREAKER_SETTINGS.failures,
  }),
  /** Milliseconds for which it stays open; then one request probes. */
  probeAfterMillis: integer({
    min: 100,
    max: 10 * MINUTE,
    default: DEFAULT_CIRCUIT_BREAKER_SETTINGS.probeAfterMillis,
  }),
};

/** Members of the option `circuitBreaker`. */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- declarations spell out a type alias, without its comments
export interface CircuitBreakerOptions extends OptionsOf<typeof CIRCUIT_BREAKER_OPTIONS> {}

/** Members of the option `spool`. */
export const SPOOL_OPTIONS = {
  /** Folder of the spool, made where it is missing; several processes may share it. */
  directory: text({
    isRequired: true,
  }),
  /** Bytes of all files in the folder; beyond it the oldest batches are dropped (`spool_full`). */
  maxBytes: integer({
    min: 1024 * KIB,
    max: 1024 ** 5,
    default: DEFAULT_SPOOL_SETTINGS.maxBytes,
  }),
  /**
   * Milliseconds after which a batch is dropped (`spool_expired`). The service itself takes no
   * event older than 14 days (`too_old`).
   */
  maxAgeMillis: integer({
    min: 1_000,
    max: 366 * 24 * 60 * MINUTE,
    default: DEFAULT_SPOOL_SETTINGS.maxAgeMillis,
  }),
  /** Makes what is reported as kept outlive a power cut, not only the process. */
  fsync: flag({
    default: DEFAULT_SPOOL_SETTINGS.fsync,
  }),
};

/** Members of the option `spool`. */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- declarations spell out a type alias, without its comments
export interface SpoolOptions extends OptionsOf<typeof SPOOL_OPTIONS> {}

/** Options of the exporter, declared once: type, checks, environment variables and the reference table. */
export const EXPORTER_OPTIONS = {
  /** Log group to write to: a name or a template such as `/apps/{service.name}`. */
  logGroupName: template({
    names: 'log group',
    isRequired: true,
  }),
  /** Log stream to write to: a name or a template. */
  logStreamName: template({
    names: 'log stream',
    default: DEFAULT_LOG_STREAM_NAME,
  }),
  /**
   * Allow a template that begins with an attribute of the record. Whoever writes that attribute then
   * decides where in the account events go.
   */
  allowRecordDataFirst: flag({
    default: false,
  }),
  /**
   * Pairs of group and stream in use at once. Records for more are dropped (`too_many_destinations`)
   * until one has been unused for an hour.
   */
  maxDestinations: integer({
    min: 1,
    max: 100_000,
    default: 500,
  }),
  /**
   * AWS region.
   *
   * @defaultValue as in the AWS SDK: `AWS_REGION`, the profile
   */
  region: text({
    problem: (value) => (/^[a-z0-9-]+$/.test(value) ? undefined : 'be an AWS region such as eu-central-1'),
  }),
  /**
   * Endpoint to send to instead of the region’s own.
   *
   * @defaultValue as in the AWS SDK: `AWS_ENDPOINT_URL_CLOUDWATCH_LOGS`, `AWS_ENDPOINT_URL`
   */
  endpoint: text({
    isSecret: true,
    problem: endpointProblem,
  }),
  /**
   * Credentials to sign with.
   *
   * @defaultValue as in the AWS SDK: environment, profile, SSO, container, instance
   */
  credentials: fromCode<AwsCredentials>({
    rule: 'be AWS credentials ({ accessKeyId, secretAccessKey }) or a function that gives them',
    isSecret: true,
    is: isCredentials,
  }) as CredentialsOption,
  /**
   * Client to send with, instead of `region`, `endpoint`, `credentials`, `maxAttempts` and
   * `retryMode`. It stays open at shutdown.
   *
   * @defaultValue one of our own
   */
  client: fromCode<CloudWatchLogsClient>({
    rule: CLIENT_RULE,
    is: (value) => typeof value === 'object' && value !== null && 'send' in value,
  }),
  /** Attempts that the AWS SDK makes of each request, before ours begin to wait longer. */
  maxAttempts: integer({
    min: 1,
    max: 20,
    default: 3,
  }),
  /** How the AWS SDK retries; `adaptive` also slows down under throttling. */
  retryMode: oneOf(['standard', 'adaptive'], {
    default: 'standard',
  }),
  /**
   * The content of a message: `collector` JSON with the keys of the Collector’s CloudWatch exporter, `otlp`
   * JSON as CloudWatch’s OTLP endpoint stores it, `body` the body alone, or what the function returns.
   */
  layout: either<LayoutName | OldLayoutName | LayoutFunction, LayoutName | LayoutFunction>({
    default: 'collector',
    check(name, value) {
      if (typeof value === 'function') return value as LayoutFunction;
      if (LAYOUT_NAMES.includes(value as LayoutName)) return value as LayoutName;
      throw new OptionError(name, `be one of ${LAYOUT_NAMES.join(', ')}, or a function`, value);
    },
    fromText: (_, value) => value.trim() as LayoutName,
  }),
  /** Also write each trace id in X-Ray’s form, as `xray_trace_id`; layouts `collector` and `otlp`. 54 bytes an event. */
  xrayTraceId: flag({
    default: false,
  }),
  /**
   * Resource attributes that each message carries, billed with each event. `essential`: all but what detectors find out about
   * SDK, process, machine and platform.
   */
  resourceAttributes: either<ResourceAttributes, ResourceAttributes>({
    default: 'essential',
    check(name, value) {
      if (isResourceWord(value)) return value;
      if (Array.isArray(value) && value.every((item) => typeof item === 'string' && item !== '')) {
        return [...(value as string[])];
      }
      throw new OptionError(name, 'be all, essential, none or a list of names', value);
    },
    fromText: (_, value) => {
      const word = value.trim();
      return isResourceWord(word) ? word : splitList(value);
    },
  }),
  /** Records of a lower severity are dropped; those without a severity pass. */
  minSeverity: either<SeverityName | number | undefined, number | undefined>({
    check(name, value) {
      const word = typeof value === 'string' ? value.toLowerCase() : value;
      if (SEVERITY_NAMES.includes(word as SeverityName)) return severityNumberOf(word as SeverityName);
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
  /**
   * Values replaced by `[REDACTED]`: paths that begin with `body`, `attributes`, `resource` or
   * `scope`, such as `attributes.password` or `body.*.token`; `*` is any one key.
   */
  redact: list({
    problem: (path) => {
      const parsed = parseRedactPath(path);
      return typeof parsed === 'string' ? parsed : undefined;
    },
  }),
  /**
   * Changes a record before it is written; a record for which it returns undefined, or throws, is
   * dropped. It runs before `redact`.
   */
  transform: fromCode<TransformFunction>({
    rule: 'be a function that takes a log record and returns one or undefined',
    is: (value) => typeof value === 'function',
  }),
  /**
   * The fate of a message over `maxMessageBytes`: its longest texts are shortened, it is split
   * into several events, or dropped.
   */
  oversize: oneOf(OVERSIZE_POLICIES, {
    default: 'truncate',
  }),
  /** Largest message, in UTF-8 bytes. Older endpoints take 262,118. */
  maxMessageBytes: integer({
    min: KIB,
    max: MAX_MESSAGE_BYTES,
    default: MAX_MESSAGE_BYTES,
  }),
  /** Send service and environment with each request, so that the console links logs to the service. */
  entity: flag({
    default: true,
  }),
  /** Says which of log group and stream are created where they are missing: both, the stream alone, or none. */
  provision: oneOf(['all', 'stream', 'none'], {
    default: 'all',
  }),
  /**
   * Days that groups created here keep their events.
   *
   * @defaultValue for ever
   */
  retentionInDays: oneOf(RETENTION_DAYS, {}),
  /**
   * Class of groups created here; fixed at creation.
   *
   * @defaultValue `STANDARD`
   */
  logGroupClass: oneOf(LOG_GROUP_CLASSES, {}),
  /**
   * Key that encrypts groups created here. Best effort: where the key is denied or not valid, the
   * group is made without it, with one warning.
   */
  kmsKeyId: text({
    problem: (value) =>
      value.length <= 256 && /^arn:[^:]+:kms:[^:]*:\d{12}:.+$/.test(value)
        ? undefined
        : 'be the ARN of a KMS key (arn:aws:kms:<region>:<account>:key/<id>)',
  }),
  /** Tags of groups created here. */
  tags: pairs({
    max: MAX_TAGS,
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
  /** Fields that groups created here index, so that look-ups scan less. */
  indexFields: list({
    isSet: true,
    max: MAX_INDEX_FIELDS,
    default: DEFAULT_INDEX_FIELDS,
    problem: indexFieldProblem,
  }),
  /** Fields that groups created here index as facets, whose values the console counts. */
  facetFields: list({
    isSet: true,
    max: MAX_INDEX_FIELDS,
    problem: indexFieldProblem,
  }),
  /** Compression of request bodies. */
  compression: oneOf(['gzip', 'none'], {
    default: DEFAULT_DELIVERY_SETTINGS.compression,
  }),
  /** PutLogEvents requests in flight at once. */
  concurrency: integer({
    min: 1,
    max: 50,
    default: DEFAULT_DELIVERY_SETTINGS.concurrency,
  }),
  /**
   * Bytes of records and events in memory, from the processor’s queue to the requests in flight; beyond
   * it they go to the `spool`, or are lost (`queue_full`; `buffer_full` behind another processor).
   */
  maxBufferBytes: integer({
    min: 1024 * KIB,
    max: 4096 * KIB * KIB,
    default: DEFAULT_DELIVERY_SETTINGS.maxBufferBytes,
  }),
  /**
   * Milliseconds for which an export waits for the service; what is not delivered then is kept and sent
   * later. Keep it under the batch processor’s own timeout.
   */
  deliveryTimeoutMillis: integer({
    min: 100,
    max: 10 * MINUTE,
    default: DEFAULT_DELIVERY_SETTINGS.deliveryTimeoutMillis,
  }),
  /** Milliseconds for one request, the AWS SDK’s own retries included. */
  requestTimeoutMillis: integer({
    min: 100,
    max: 10 * MINUTE,
    default: DEFAULT_DELIVERY_SETTINGS.requestTimeoutMillis,
  }),
  /** Milliseconds that `forceFlush` waits. */
  flushTimeoutMillis: integer({
    min: 100,
    max: 10 * MINUTE,
    default: DEFAULT_DELIVERY_SETTINGS.flushTimeoutMillis,
  }),
  /**
   * Milliseconds that `shutdown` waits; what is left then is in the `spool`, or lost (`shutdown`)
   * without one.
   */
  shutdownTimeoutMillis: integer({
    min: 100,
    max: 10 * MINUTE,
    default: DEFAULT_DELIVERY_SETTINGS.shutdownTimeoutMillis,
  }),
  /** Waits between the attempts that follow the AWS SDK’s own. */
  retry: group<typeof RETRY_OPTIONS, false, RetryOptions>(RETRY_OPTIONS, { canBeOff: false }),
  /**
   * PutLogEvents requests a second: what the account’s quota leaves to this process.
   *
   * @defaultValue no bound
   */
  requestsPerSecond: integer({
    min: 1,
    max: 100_000,
  }),
  /**
   * Stops requests to an endpoint that is down; `false` for never.
   *
   * @defaultValue on
   */
  circuitBreaker: group<typeof CIRCUIT_BREAKER_OPTIONS, true, CircuitBreakerOptions>(
    CIRCUIT_BREAKER_OPTIONS,
    {
      canBeOff: true,
    },
  ),
  /**
   * Keeps on disk what can’t be delivered now; see docs/delivery.md.
   *
   * @defaultValue none: it is kept in memory
   */
  spool: group<typeof SPOOL_OPTIONS, false, SpoolOptions>(SPOOL_OPTIONS, {
    canBeOff: false,
  }),
  /**
   * Shows the whole text of the service’s errors in `diag`, `status()`, health checks and errors,
   * without the credentials in use. Such a text may quote log content; without it there are the
   * error’s code, its HTTP status and request id, and sentences that are known to be safe.
   */
  errorDetails: flag({ default: false }),
  /**
   * Where metrics of exporter and processor go, `metrics.getMeterProvider()` for the global one.
   * Without it there are none, and they cost nothing.
   */
  meterProvider: fromCode<MeterProvider>({
    rule: 'be a MeterProvider of @opentelemetry/api',
    is: (value) =>
      typeof value === 'object' && value !== null && typeof (value as MeterProvider).getMeter === 'function',
  }),
};

/** Options of `CloudWatchLogRecordProcessor` beside the exporter's. */
export const PROCESSOR_OPTIONS = {
  /** Records exported together; also as many as fill one request are. */
  maxExportBatchSize: integer({
    min: 1,
    max: 1_000_000,
    default: MAX_BATCH_EVENTS,
    env: 'OTEL_BLRP_MAX_EXPORT_BATCH_SIZE',
  }),
  /** Records that wait to be exported; more are dropped (`queue_full`). */
  maxQueueSize: integer({
    min: 1,
    max: 10_000_000,
    default: 4 * MAX_BATCH_EVENTS,
    env: 'OTEL_BLRP_MAX_QUEUE_SIZE',
  }),
  /** Milliseconds after the first record of a batch that does not fill. */
  scheduledDelayMillis: integer({
    min: 0,
    max: 10 * MINUTE,
    default: 1000,
    env: 'OTEL_BLRP_SCHEDULE_DELAY',
  }),
  /**
   * Milliseconds after which the processor waits no longer for an export, and for attributes of a
   * resource that come later; more than `deliveryTimeoutMillis`.
   */
  exportTimeoutMillis: integer({
    min: 200,
    max: 20 * MINUTE,
    default: 30_000,
    env: 'OTEL_BLRP_EXPORT_TIMEOUT',
  }),
  /**
   * Writes each record to a file of `directory` before `emit` returns, so that a process killed at any
   * moment loses none: the next one sends it. `fsyncIntervalMillis` (1,000; 0 for never) bounds what a
   * power cut takes; `maxBytes` (256 MiB) bounds the files of a process. One request is in flight at a
   * time unless `concurrency` is given.
   */
  writeAhead: writeAheadOption({
    env: `${ENV_PREFIX}WRITE_AHEAD_DIRECTORY`,
  }),
  /**
   * Trace context of records for which OpenTelemetry has none: a function that gives `{ traceId, spanId, traceFlags }`, or
   * whose it is; see docs/set-ups.md.
   */
  traceContext: traceContextOption(),
  /**
   * Under `register`: a second Node.js sends, at the very end of the process, what is not delivered by then, also after
   * `process.exit()` and uncaught exceptions; see docs/exit.md. In code it changes nothing.
   */
  sendAtExit: flag({
    default: true,
  }),
  /**
   * Under `register`: what is printed by `console.log` and its like becomes log records too, once where a logger prints it;
   * see docs/set-ups.md. In code it changes nothing.
   */
  console: flag({
    default: false,
  }),
};

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
