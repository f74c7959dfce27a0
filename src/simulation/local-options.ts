import type { IncomingMessage, ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import { checkMembers } from '../cloudwatch/check-members.js';
import { checkFlags, checkGivenTexts } from '../cloudwatch/check-values.js';
import { isObject } from '../cloudwatch/is-object.js';
import { isLoopbackAddress } from '../cloudwatch/loopback-address.js';
import { OptionError } from '../cloudwatch/errors.js';
import type { FaultRule } from './faults/fault-rule.js';
import type { AwsCredentials } from './metrics/sign-request.js';
import type { SigningCredentials } from './protocol/signatures.js';
import type { FsyncPolicy } from './store/file-syncer.js';
import { MIN_STORE_BYTES } from './store/segment-limits.js';

/** Answers GET requests that are none of the service's. */
export type PageListener = (request: IncomingMessage, response: ServerResponse) => void;

/** How a local service is started. */
export interface LocalCloudWatchLogsOptions {
  /** TCP port; 0, the default, takes a free one. */
  readonly port?: number | undefined;
  /**
   * IP address to listen on, such as `0.0.0.0` in a container. The loopback addresses by default, and nobody but this
   * machine gets there; with any other `verifySignatures` must be given, as the keys are all that keeps others out.
   */
  readonly host?: string | undefined;
  /** 12 digits; `000000000000` by default. Requests signed with keys of others see what is stored for these alone. */
  readonly accountId?: string | undefined;
  /**
   * `us-east-1` by default: where what is not signed belongs. Requests signed for another region see what is stored
   * there alone.
   */
  readonly region?: string | undefined;
  /**
   * Account ids by access key id. A key id of 12 digits is the account itself; any other belongs to `accountId`.
   */
  readonly accounts?: Readonly<Record<string, string>> | undefined;
  /** Milliseconds since 1970: the service's clock, so that tests can set the time. Default: the system's. */
  readonly clock?: (() => number) | undefined;
  /** A folder, made when it is missing, that keeps everything over a restart; in memory when left out. */
  readonly dataDirectory?: string | undefined;
  /**
   * When a `dataDirectory` is forced to the disk: `always` before each answer, `interval` (the default) once a
   * second, `never` by the operating system alone. Whatever it is, the end of the process takes nothing, `kill
   * -9` included; a power cut may take what was not forced.
   */
  readonly fsync?: FsyncPolicy | undefined;
  /** Bytes of events that are kept, oldest going first; message bytes and 26 for each event. Default: unbounded. */
  readonly maxBytes?: number | undefined;
  /** Host names, without port, that requests may be sent to besides 127.0.0.1, localhost and [::1]. */
  readonly allowedHosts?: readonly string[] | undefined;
  /** Keys that requests must be signed with; without them any signature, and none, will do. */
  readonly verifySignatures?: readonly SigningCredentials[] | undefined;
  /**
   * Whether queries answer events that are older than their log group, for fixtures with times of the past. The service
   * does not, nor does this one by default.
   */
  readonly answerOlderEvents?: boolean | undefined;
  /**
   * An endpoint of before 2023: PutLogEvents wants the sequence token of its stream, and refuses a wrong one and a batch
   * that came already (InvalidSequenceTokenException, DataAlreadyAcceptedException). Default: tokens are ignored.
   */
  readonly sequenceTokens?: boolean | undefined;
  /** Faults in force from the start. */
  readonly faults?: readonly FaultRule[] | undefined;
  /** A whole number that decides which requests faults with a probability strike; 1 by default. */
  readonly faultSeed?: number | undefined;
  /**
   * What subscription filters deliver to: URLs, on the loopback address alone, by the ARN of the Lambda
   * function, stream or destination. A filter may also name such a URL as its `destinationArn`. A destination
   * that is neither gets nothing.
   */
  readonly subscriptionDestinations?: Readonly<Record<string, string>> | undefined;
  /**
   * Where metric filters publish their values, with PutMetricData: the URL of CloudWatch, of LocalStack or another
   * stand-in. Without it they can be read from the local service alone.
   */
  readonly metricsEndpoint?: string | undefined;
  /**
   * Keys for the `metricsEndpoint`, or a function that fetches them. Default: at an address of AWS those that the AWS
   * SDK finds, else `test`.
   */
  readonly metricsCredentials?: AwsCredentials | (() => Promise<AwsCredentials>) | undefined;
  /** Folder whose sub-folders are the buckets that export tasks write to. */
  readonly exportDirectory?: string | undefined;
  /**
   * Hears what no answer of the service tells, a line at a time: what of its folder can't be read, why a query failed or
   * finds nothing, or a filter pattern was refused, that metrics can't be published, that messages of subscriptions are
   * lost. Must not throw. By default the first, and events that queries leave out, are warnings of the process.
   * `otel-cwlogs local` writes it to standard error.
   */
  readonly onWarning?: ((warning: string) => void) | undefined;
  /**
   * Answers GET requests that are none of the service's, such as those of a browser: pages on its own port. The Host
   * header has been checked by then.
   */
  readonly pages?: PageListener | undefined;
}

const MEMBERS = {
  port: true,
  host: true,
  accountId: true,
  region: true,
  accounts: true,
  clock: true,
  dataDirectory: true,
  fsync: true,
  maxBytes: true,
  allowedHosts: true,
  verifySignatures: true,
  answerOlderEvents: true,
  sequenceTokens: true,
  faults: true,
  faultSeed: true,
  subscriptionDestinations: true,
  metricsEndpoint: true,
  metricsCredentials: true,
  exportDirectory: true,
  onWarning: true,
  pages: true,
} as const satisfies Record<keyof LocalCloudWatchLogsOptions, true>;

const HOST_NAME = /^(?:[\w-]+(?:\.[\w-]+)*|\[[\da-f:.]+\])$/i;
const FSYNC_POLICIES: readonly FsyncPolicy[] = ['always', 'interval', 'never'];

/** @throws OptionError for the first option that is wrong */
export function checkOptions(options: LocalCloudWatchLogsOptions): void {
  checkMembers('', options, MEMBERS);
  checkKeys(options);
  checkValues(options);
}

function checkKeys({
  verifySignatures,
  metricsCredentials,
  faults,
  subscriptionDestinations,
  accounts,
}: LocalCloudWatchLogsOptions): void {
  if (
    verifySignatures !== undefined &&
    !(Array.isArray(verifySignatures) && verifySignatures.every(areKeys))
  ) {
    // Without what was given: it holds secrets.
    throw new OptionError('verifySignatures', 'be a list of { accessKeyId, secretAccessKey }');
  }
  if (
    metricsCredentials !== undefined &&
    typeof metricsCredentials !== 'function' &&
    !areKeys(metricsCredentials)
  ) {
    const rule = 'be { accessKeyId, secretAccessKey }, or a function that fetches them';
    throw new OptionError('metricsCredentials', rule);
  }
  if (faults !== undefined && !Array.isArray(faults)) {
    throw new OptionError('faults', 'be a list of fault rules', faults);
  }
  for (const [name, value] of Object.entries({ subscriptionDestinations, accounts })) {
    if (value !== undefined && !isObject(value)) throw new OptionError(name, 'be an object of texts', value);
  }
}

function areKeys(value: unknown): boolean {
  const { accessKeyId, secretAccessKey } = Object(value) as Partial<
    Record<keyof SigningCredentials, unknown>
  >;
  return [accessKeyId, secretAccessKey].every((key) => typeof key === 'string' && key !== '');
}

function checkValues({
  port = 0,
  host,
  accountId,
  region,
  accounts,
  clock,
  maxBytes,
  allowedHosts,
  fsync,
  onWarning,
  metricsEndpoint,
  answerOlderEvents,
  sequenceTokens,
  pages,
  dataDirectory,
  exportDirectory,
  verifySignatures = [],
}: LocalCloudWatchLogsOptions): void {
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new OptionError('port', 'be a whole number from 0 to 65535', port);
  }
  if (host !== undefined && (typeof host !== 'string' || isIP(host) === 0)) {
    throw new OptionError('host', 'be an IP address, for example 0.0.0.0', host);
  }
  if (host !== undefined && !isLoopbackAddress(host)) {
    if (verifySignatures.length === 0) {
      throw new OptionError(
        'verifySignatures',
        `be given where others than this machine get to the service, as by host ${host}`,
      );
    }
    if (pages !== undefined) {
      throw new OptionError(
        'pages',
        'be left out where others than this machine get to the service: browsers do not sign',
      );
    }
  }
  if (accountId !== undefined && !(typeof accountId === 'string' && /^\d{12}$/.test(accountId))) {
    throw new OptionError('accountId', 'be a string of 12 digits', accountId);
  }
  for (const [key, account] of Object.entries(accounts ?? {}) as [string, unknown][]) {
    if (typeof account === 'string' && /^\d{12}$/.test(account)) continue;
    throw new OptionError(`accounts.${key}`, 'be a string of 12 digits', account);
  }
  if (region !== undefined && !/^[a-z]{2}(-[a-z]+)+-\d+$/.test(region)) {
    throw new OptionError('region', 'be the name of an AWS region, such as us-east-1', region);
  }
  if (clock !== undefined && typeof clock !== 'function') {
    throw new OptionError('clock', 'be a function that returns milliseconds', clock);
  }
  checkFlags({ answerOlderEvents, sequenceTokens });
  checkGivenTexts({ dataDirectory, exportDirectory });
  if (onWarning !== undefined && typeof onWarning !== 'function') {
    throw new OptionError('onWarning', 'be a function that takes a text', onWarning);
  }
  if (pages !== undefined && typeof pages !== 'function') {
    throw new OptionError('pages', 'be a function that answers a request', pages);
  }
  if (maxBytes !== undefined && !(typeof maxBytes === 'number' && maxBytes >= MIN_STORE_BYTES)) {
    throw new OptionError('maxBytes', `be a number of at least ${MIN_STORE_BYTES} (bytes)`, maxBytes);
  }
  if (fsync !== undefined && !FSYNC_POLICIES.includes(fsync)) {
    throw new OptionError('fsync', `be one of ${FSYNC_POLICIES.join(', ')}`, fsync);
  }
  if (metricsEndpoint !== undefined && !isMetricsEndpoint(metricsEndpoint)) {
    throw new OptionError('metricsEndpoint', 'be an http:// or https:// URL', metricsEndpoint);
  }
  if (allowedHosts !== undefined && !Array.isArray(allowedHosts)) {
    throw new OptionError('allowedHosts', 'be an array of host names', allowedHosts);
  }
  for (const name of (allowedHosts ?? []) as readonly unknown[]) {
    if (typeof name === 'string' && HOST_NAME.test(name)) continue;
    throw new OptionError('allowedHosts', 'be host names without scheme and port, such as logs.test', name);
  }
}

/** Keys are an option of their own; a query has no place in the protocol. */
function isMetricsEndpoint(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, search } = new URL(text);
  return /^https?:$/.test(protocol) && username === '' && search === '';
}
