import { OptionError } from '../cloudwatch/errors.js';
import type { FaultRule } from './faults/fault-rule.js';
import type { SigningCredentials } from './protocol/signatures.js';
import type { FsyncPolicy } from './store/file-syncer.js';
import { MIN_STORE_BYTES } from './store/segment-limits.js';

/** How a local service is started. */
export interface LocalCloudWatchLogsOptions {
  /** TCP port on 127.0.0.1; 0, the default, takes a free one. */
  readonly port?: number | undefined;
  /** 12 digits; `000000000000` by default. */
  readonly accountId?: string | undefined;
  /** `us-east-1` by default. */
  readonly region?: string | undefined;
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
  /** Folder whose sub-folders are the buckets that export tasks write to. */
  readonly exportDirectory?: string | undefined;
}

const HOST_NAME = /^(?:[\w-]+(?:\.[\w-]+)*|\[[\da-f:.]+\])$/i;
const FSYNC_POLICIES: readonly FsyncPolicy[] = ['always', 'interval', 'never'];

/** @throws OptionError for the first option that is wrong */
export function checkOptions({
  port = 0,
  accountId,
  region,
  clock,
  maxBytes,
  allowedHosts,
  fsync,
}: LocalCloudWatchLogsOptions): void {
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new OptionError('port', 'be a whole number from 0 to 65535', port);
  }
  if (accountId !== undefined && !/^\d{12}$/.test(accountId)) {
    throw new OptionError('accountId', 'be a string of 12 digits', accountId);
  }
  if (region !== undefined && !/^[a-z]{2}(-[a-z]+)+-\d+$/.test(region)) {
    throw new OptionError('region', 'be the name of an AWS region, such as us-east-1', region);
  }
  if (clock !== undefined && typeof clock !== 'function') {
    throw new OptionError('clock', 'be a function that returns milliseconds', clock);
  }
  if (maxBytes !== undefined && !(maxBytes >= MIN_STORE_BYTES)) {
    throw new OptionError('maxBytes', `be a number of at least ${MIN_STORE_BYTES} (bytes)`, maxBytes);
  }
  if (fsync !== undefined && !FSYNC_POLICIES.includes(fsync)) {
    throw new OptionError('fsync', `be one of ${FSYNC_POLICIES.join(', ')}`, fsync);
  }
  if (allowedHosts !== undefined && !Array.isArray(allowedHosts)) {
    throw new OptionError('allowedHosts', 'be an array of host names', allowedHosts);
  }
  for (const name of (allowedHosts ?? []) as readonly unknown[]) {
    if (typeof name === 'string' && HOST_NAME.test(name)) continue;
    throw new OptionError('allowedHosts', 'be host names without scheme and port, such as logs.test', name);
  }
}
