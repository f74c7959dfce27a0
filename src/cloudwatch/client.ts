import { CloudWatchLogsClient, type CloudWatchLogsClientConfig } from '@aws-sdk/client-cloudwatch-logs';
import { createBackgroundAgents } from './background-agents.js';
import { BackgroundRetries } from './background-retries.js';
import { checkFlags, checkText, checkWord } from './check-values.js';
import { type ClientOptions, type ClientPlan, planClient } from './client-options.js';
import { OptionError } from './errors.js';
import { guardErrors, secretsIn } from './guarded-client.js';

export { checkClient, CLIENT_MEMBERS, type ClientOptions, isLoopbackHost } from './client-options.js';

/**
 * Milliseconds to wait for a connection. The SDK has no limit of its own, and a host that drops packets
 * would hold a request for minutes.
 */
const CONNECTION_TIMEOUT_MILLIS = 5_000;

/** Attempts of one request, as the SDK makes them by default. */
const MAX_ATTEMPTS = 3;

/** Attempts at the most, as the exporter's option takes them. */
const MOST_ATTEMPTS = 20;

/** Region of requests to an endpoint on this machine where none is configured: it only goes into the signature. */
const LOOPBACK_REGION = 'us-east-1';

/** @throws OptionError for the first option of a client that is wrong; whether its region is one is seen when it is made */
export function checkClientOptions(options: ClientOptions): void {
  const { region, endpoint, credentials, maxAttempts, retryMode, errorDetails }: Record<string, unknown> = {
    ...options,
  };
  if (region !== undefined) checkText('region', region);
  if (endpoint !== undefined && typeof endpoint !== 'string') {
    throw new OptionError('endpoint', 'be a URL that begins with http:// or https://', endpoint);
  }
  if (credentials !== undefined && !areCredentials(credentials)) {
    const rule = 'be AWS credentials ({ accessKeyId, secretAccessKey }) or a function that gives them';
    throw new OptionError('credentials', rule);
  }
  if (
    maxAttempts !== undefined &&
    !(Number.isInteger(maxAttempts) && Number(maxAttempts) >= 1 && Number(maxAttempts) <= MOST_ATTEMPTS)
  ) {
    throw new OptionError('maxAttempts', `be a whole number from 1 to ${MOST_ATTEMPTS}`, maxAttempts);
  }
  if (retryMode !== undefined) checkWord('retryMode', retryMode, ['standard', 'adaptive']);
  checkFlags({ errorDetails });
}

function areCredentials(value: unknown): boolean {
  if (typeof value === 'function') return true;
  const { accessKeyId, secretAccessKey } = Object(value) as Record<string, unknown>;
  return typeof accessKeyId === 'string' && typeof secretAccessKey === 'string';
}

/**
 * Makes a client of CloudWatch Logs. An endpoint on this machine (the local service, LocalStack) works
 * without region and credentials.
 * @param environment - where AWS's own variables are read
 * @param settings - with `isInBackground` none of its requests keeps the process alive
 * @throws OptionError for a wrong option, an endpoint that holds a password, and a region that no source can give
 */
export function createCloudWatchLogsClient(
  options: ClientOptions = {},
  environment: Readonly<Record<string, string | undefined>> = process.env,
  { isInBackground = false } = {},
): CloudWatchLogsClient {
  checkClientOptions(options);
  return createPlannedClient(planClient(options, environment), { isInBackground });
}

/** Makes the client that {@link planClient} has checked. */
export function createPlannedClient(
  { options, region, isLoopback, secrets }: ClientPlan,
  { isInBackground = false } = {},
): CloudWatchLogsClient {
  const client = new CloudWatchLogsClient({
    ...(isLoopback && localDefaults()),
    ...(region !== undefined && { region }),
    ...(options.endpoint !== undefined && { endpoint: options.endpoint }),
    ...(options.credentials !== undefined && { credentials: options.credentials }),
    ...(options.maxAttempts !== undefined && { maxAttempts: options.maxAttempts }),
    ...(options.retryMode !== undefined && { retryMode: options.retryMode }),
    // Live tail's host prefix (`streaming-`) does not resolve on this machine.
    ...(isLoopback && { disableHostPrefix: true }),
    ...(isInBackground ? inBackground(options) : { requestHandler: { connectionTimeout: CONNECTION_TIMEOUT_MILLIS } }), // prettier-ignore
  });
  guardErrors(client, {
    errorDetails: options.errorDetails,
    secrets: [...secretsIn(options.credentials), ...secrets],
  });
  return client;
}

/**
 * What takes the place of timers of the SDK that keep the process alive: those of its connections, and those of its
 * waits between the attempts of a request.
 */
function inBackground({
  maxAttempts = MAX_ATTEMPTS,
  retryMode = 'standard',
}: ClientOptions): Pick<CloudWatchLogsClientConfig, 'requestHandler' | 'retryStrategy'> {
  return {
    requestHandler: {
      ...createBackgroundAgents(CONNECTION_TIMEOUT_MILLIS),
      // By default the timer for this warning keeps the process for seven seconds.
      socketAcquisitionWarningTimeout: 1,
    },
    // The adaptive mode bounds the rate of requests too; there is no other than the SDK's.
    ...(retryMode === 'standard' && { retryStrategy: new BackgroundRetries(maxAttempts) }),
  };
}

/**
 * Where the SDK finds no credentials or region, a service on this machine gets made-up ones: it does not
 * check them, but the SDK sends nothing unsigned. The providers of a client that is never used for
 * requests are the way to the SDK's own chains.
 */
function localDefaults(): Pick<CloudWatchLogsClientConfig, 'credentials' | 'region'> {
  const chains = new CloudWatchLogsClient({}).config;
  // Each request asks for it some times, and a chain that found nothing looks again each time.
  let region: Promise<string> | undefined;
  return {
    credentials: () => chains.credentials().catch(() => ({ accessKeyId: 'test', secretAccessKey: 'test' })),
    region: () => (region ??= chains.region().catch(() => LOOPBACK_REGION)),
  };
}
