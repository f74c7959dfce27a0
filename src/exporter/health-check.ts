import { type CloudWatchLogsClient, PutLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { checkMembers, checkMillisAboveZero } from '../cloudwatch/check-members.js';
import {
  classifyError,
  describeError,
  type ErrorKind,
  missingIn,
  permissionIn,
  remedyFor,
} from '../cloudwatch/classify-error.js';
import { factsOf } from '../cloudwatch/error-facts.js';
import { OptionError } from '../cloudwatch/errors.js';
import { toRequestError } from '../cloudwatch/request-error.js';
import { sendWithin } from '../cloudwatch/send-within.js';
import { type BreakerState } from '../delivery/breaker.js';
import { type Destination } from '../delivery/encoded-event.js';
import { type SpoolStatus } from '../delivery/spool/spool.js';
import { type WriteAheadStatus } from '../write-ahead/write-ahead-log.js';
import { Diagnostics } from '../observability/diagnostics.js';
import { runAsOwnTelemetry } from '../observability/own-telemetry.js';
import { createProvisioner, type ProvisioningSettings } from '../resources/ensure-log-group.js';

/** How long a health check may take. */
export interface HealthCheckOptions {
  /** Milliseconds; what is not known then is unhealthy with kind `timeout`. Default 5,000. */
  readonly timeoutMillis?: number | undefined;
  /** Ends the check at once, unhealthy with kind `aborted`. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * - `credentials`: none, wrong or expired
 * - `permission`: {@link HealthProblem.permission} is denied
 * - `resource`: {@link HealthProblem.resource} is missing and is not or can not be made
 * - `configuration`: region, profile
 * - `throttled`, `unreachable`: passing
 * - `refused`: any other answer
 * - `breaker`: the circuit breaker holds requests back until one that probes succeeds
 * - `spool`: the spool can't be written to, or is full and drops its oldest
 * - `write_ahead`: records can't be written to the folder of `writeAhead`, so that they are in memory alone
 */
export type HealthProblemKind =
  | 'credentials'
  | 'permission'
  | 'resource'
  | 'configuration'
  | 'throttled'
  | 'unreachable'
  | 'refused'
  | 'breaker'
  | 'spool'
  | 'write_ahead'
  | 'timeout'
  | 'aborted'
  | 'shutdown';

/** Why records can not be delivered. */
export interface HealthProblem {
  readonly kind: HealthProblemKind;
  /** One line, without content of log records. */
  readonly message: string;
  /** For example `logs:PutLogEvents`. */
  readonly permission?: string | undefined;
  /** For example `log group /apps/orders`. */
  readonly resource?: string | undefined;
  readonly remedy?: string | undefined;
  readonly error?: Error | undefined;
}

/** Whether records can be delivered and, where there is a spool, kept. */
export interface HealthReport {
  readonly healthy: boolean;
  readonly problems: readonly HealthProblem[];
  /** The destination that was checked; undefined where it depends on records that did not come yet. */
  readonly destination?: Destination | undefined;
  /** The spool, as in the exporter's status, after it was tried; undefined without one. */
  readonly spool?: SpoolStatus | undefined;
  /** The files of `writeAhead`, as in the processor's status, after they were tried; undefined without it. */
  readonly writeAhead?: WriteAheadStatus | undefined;
}

/** The parts that a health check needs. */
export interface HealthCheckParts {
  readonly client: CloudWatchLogsClient;
  readonly isShutDown: boolean;
  /** The circuit breaker's, after the service was asked. */
  readonly breaker?: (() => BreakerState) | undefined;
  /** The destination, where it is known. */
  readonly destination: () => Destination | undefined;
  /** Tries the spool; undefined without one. Never rejects. */
  readonly checkSpool?: (() => Promise<SpoolStatus | undefined>) | undefined;
  /** Tries the folder of `writeAhead`; undefined without it. Never throws. */
  readonly checkWriteAhead?: (() => WriteAheadStatus | undefined) | undefined;
}

const MEMBERS = {
  timeoutMillis: true,
  signal: true,
} as const satisfies Record<keyof HealthCheckOptions, true>;

const DEFAULT_TIMEOUT_MILLIS = 5_000;

/** A name that no group should have: for asking where the destination is not known. */
const NOWHERE: Destination = { logGroupName: 'otel-cwlogs-health-check', logStreamName: 'none' };

/**
 * Asks the service whether events can be delivered, and the disk whether they can be kept.
 * @throws OptionError for wrong options; it rejects for nothing else
 */
export async function checkHealth(
  parts: HealthCheckParts,
  provisioning: ProvisioningSettings,
  options: HealthCheckOptions,
): Promise<HealthReport> {
  checkOptions(options);
  if (parts.isShutDown) return unhealthy({ kind: 'shutdown', message: 'the exporter is shut down' });
  const [service, spool] = await Promise.all([
    checkService(parts, provisioning, options),
    checkSpool(parts, options),
  ]);
  const writeAhead = parts.checkWriteAhead?.();
  const breaker = parts.breaker?.() ?? 'closed';
  const problems = [
    ...service.problems,
    ...problemsOfBreaker(breaker),
    ...spool.problems,
    ...problemsOf(writeAhead),
  ];
  return {
    ...service,
    healthy: problems.length === 0,
    problems,
    ...(spool.status && { spool: spool.status }),
    ...(writeAhead && { writeAhead }),
  };
}

function problemsOfBreaker(state: BreakerState): HealthProblem[] {
  if (state === 'closed') return [];
  const message = 'requests are held back after failures in a row, until one that probes succeeds';
  return [{ kind: 'breaker', message }];
}

function checkOptions(options: HealthCheckOptions): void {
  checkMembers('', options, MEMBERS);
  const { timeoutMillis, signal } = options;
  checkMillisAboveZero('timeoutMillis', timeoutMillis);
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new OptionError('signal', 'be an AbortSignal', signal);
  }
}

async function checkService(
  parts: HealthCheckParts,
  provisioning: ProvisioningSettings,
  options: HealthCheckOptions,
): Promise<HealthReport> {
  let destination: Destination | undefined;
  try {
    destination = parts.destination();
    const problem = await probeWithin(parts.client, destination, provisioning, options);
    return problem === undefined
      ? { healthy: true, problems: [], destination }
      : unhealthy(problem, destination);
  } catch (error) {
    return unhealthy(problemOf(error, 'logs:PutLogEvents'), destination);
  }
}

async function checkSpool(
  parts: HealthCheckParts,
  { timeoutMillis = DEFAULT_TIMEOUT_MILLIS, signal }: HealthCheckOptions,
): Promise<{ status?: SpoolStatus | undefined; problems: HealthProblem[] }> {
  let status: SpoolStatus | undefined;
  try {
    // A disk that hangs must not hold the report up.
    status = await sendWithin(
      () => parts.checkSpool?.() ?? Promise.resolve(undefined),
      timeoutMillis,
      signal,
    );
  } catch {
    // The check of the service tells of an abort.
    if (signal?.aborted) return { problems: [] };
    return { problems: [{ kind: 'spool', message: `the spool gave no answer within ${timeoutMillis} ms` }] };
  }
  const problems: HealthProblem[] = [];
  if (status?.writeError) {
    const { writeError: error } = status;
    const message = `the spool can't be written to: ${describeError(error)}`;
    const remedy = 'give the process a folder that it may write to, with free space';
    problems.push({ kind: 'spool', message, remedy, error });
  }
  if (status?.isFull) {
    const message = `the spool holds its ${status.maxBytes} bytes and drops its oldest batches`;
    problems.push({ kind: 'spool', message, remedy: 'raise spool.maxBytes' });
  }
  return { status, problems };
}

function problemsOf(writeAhead: WriteAheadStatus | undefined): HealthProblem[] {
  if (writeAhead?.writeError === undefined) return [];
  const { writeError: error } = writeAhead;
  return [
    {
      kind: 'write_ahead',
      message: `log records can't be written before emit returns: ${describeError(error)}`,
      remedy:
        'give the process a folder that it may write to, with free space; raise writeAhead.maxBytes where it is reached',
      error,
    },
  ];
}

async function probeWithin(
  client: CloudWatchLogsClient,
  destination: Destination | undefined,
  provisioning: ProvisioningSettings,
  { timeoutMillis = DEFAULT_TIMEOUT_MILLIS, signal }: HealthCheckOptions,
): Promise<HealthProblem | undefined> {
  try {
    // The limit and the signal are for all requests together.
    return await sendWithin(
      ({ abortSignal }) =>
        runAsOwnTelemetry(() => probe(client, destination, provisioning, timeoutMillis, abortSignal)),
      timeoutMillis,
      signal,
    );
  } catch (error) {
    if (signal?.aborted) return { kind: 'aborted', message: 'the health check was aborted' };
    if ((error as Error | undefined)?.name === 'TimeoutError') {
      return { kind: 'timeout', message: `the service gave no answer within ${timeoutMillis} ms` };
    }
    throw error;
  }
}

async function probe(
  client: CloudWatchLogsClient,
  destination: Destination | undefined,
  provisioning: ProvisioningSettings,
  timeoutMillis: number,
  signal: AbortSignal,
): Promise<HealthProblem | undefined> {
  const send = (): Promise<Error | undefined> => sendProbe(client, destination ?? NOWHERE, signal);
  const error = await send();
  if (error === undefined) return undefined;
  const kind = classifyError(error);
  // The service knows these credentials; what they may do where is not known before records come.
  if (destination === undefined && (kind === 'missing' || kind === 'denied')) return undefined;
  if (destination === undefined || kind !== 'missing') return problemOf(error, 'logs:PutLogEvents');
  const provisioner = createProvisioner(
    { client, diagnostics: new Diagnostics({ logger: SILENT }) },
    provisioning,
    timeoutMillis,
  );
  const made = await provisioner.ensure(destination, 'ahead');
  if (provisioning.provision !== 'none' && made.kind === 'failed') {
    const cause = made.error.cause ?? error;
    const problem = problemOf(
      cause,
      made.missing === 'group' ? 'logs:CreateLogGroup' : 'logs:CreateLogStream',
    );
    return problem.kind === 'resource'
      ? missing(error, destination, provisioning)
      : { ...problem, message: made.error.message, resource: resourceOf(error, destination) };
  }
  const again = await send();
  if (again === undefined) return undefined;
  return classifyError(again) === 'missing'
    ? missing(again, destination, provisioning)
    : problemOf(again, 'logs:PutLogEvents');
}

/** Writes an event of 1970: accepted and left out as too old, so stored and billed nowhere. */
export async function sendProbe(
  client: CloudWatchLogsClient,
  destination: Destination,
  signal?: AbortSignal,
): Promise<Error | undefined> {
  const logEvents = [{ timestamp: 1, message: 'opentelemetry-cloudwatch-logs health check' }];
  try {
    await client.send(
      new PutLogEventsCommand({ ...destination, logEvents }),
      signal ? { abortSignal: signal } : {},
    );
    return undefined;
  } catch (error) {
    return toRequestError(error);
  }
}

const KINDS: Readonly<Record<ErrorKind, HealthProblemKind>> = {
  retry: 'unreachable',
  throttled: 'throttled',
  credentials: 'credentials',
  denied: 'permission',
  missing: 'resource',
  configuration: 'configuration',
  exists: 'refused',
  invalid: 'refused',
  unreadable: 'refused',
  sequence_token: 'refused',
  already_accepted: 'refused',
  unexpected: 'refused',
  refused: 'refused',
};

/** @param permission - what the request needed, where its error does not say */
export function problemOf(thrown: unknown, permission: string): HealthProblem {
  const error = toRequestError(thrown);
  const kind = KINDS[classifyError(error)];
  const needed = kind === 'permission' ? (permissionIn(factsOf(error).message) ?? permission) : undefined;
  return {
    kind,
    message: describeError(error),
    permission: needed,
    remedy: needed === undefined ? remedyFor(error) : `allow ${needed} to the role in use`,
    error,
  };
}

function missing(error: Error, destination: Destination, { provision }: ProvisioningSettings): HealthProblem {
  const resource = resourceOf(error, destination);
  const least = missingIn(error) === 'stream' ? 'stream' : 'all';
  return {
    kind: 'resource',
    message: `${resource} does not exist, and provision is '${provision}', so it is not made here`,
    resource,
    remedy: `create it, or set provision to '${least}'`,
    error,
  };
}

function resourceOf(error: Error, { logGroupName, logStreamName }: Destination): string {
  return missingIn(error) === 'stream'
    ? `log stream ${logStreamName} of ${logGroupName}`
    : `log group ${logGroupName}`;
}

function unhealthy(problem: HealthProblem, destination?: Destination): HealthReport {
  return { healthy: false, problems: [problem], destination };
}

/** The report says it all. */
const SILENT = {
  error: () => undefined,
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
};
