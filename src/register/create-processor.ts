import { type CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { diag } from '@opentelemetry/api';
import { createCloudWatchLogsClient } from '../cloudwatch/client.js';
import { type SendAtOnce } from '../delivery/delivery.js';
import { deliverySettings } from '../exporter/delivery-settings.js';
import * as lateParts from '../exporter/late-parts.js';
import { provideLateParts } from '../exporter/parts-on-demand.js';
import { QueueingProcessor } from '../exporter/queueing-processor.js';
import { collectProcessorOptions, type ProcessorSettings } from '../options/options.js';
import { warnOfVariablesAndNames } from '../options/warnings.js';
import { Diagnostics } from '../observability/diagnostics.js';
import { type Environment } from './environment.js';
import { keepCredentialsAtHand } from './credentials-at-hand.js';
import { isInLambda, LAMBDA_FLUSH_TIMEOUT_MILLIS, LAMBDA_SHUTDOWN_TIMEOUT_MILLIS } from './lambda.js';
import { isApiSet } from './logs-apis.js';
import { inKnownNames, report, writeLine } from './report.js';
import { createExitSender, exitSenderProblem, type ExitSenderParts } from './send-at-exit.js';
import { type CreatedProcessor, type Extras } from './start.js';
import { isTakingOfThread } from './threads.js';
import { usableSettings } from './usable-settings.js';

/**
 * The processor with the exporter behind it, its options read from the environment. Loading this module
 * loads the exporter and the AWS SDK.
 * @throws OptionError for an option that is required and missing
 */
export function createProcessor(
  environment: Environment,
  senderFile?: string,
  extras?: Extras,
): CreatedProcessor {
  // Before the application runs, and before its end could come, nothing is left to be loaded.
  provideLateParts(lateParts);
  const diagnostics = new Diagnostics({ logger: { error, warn, info, debug } });
  const defaults = defaultsFor(environment);
  const reading = collectProcessorOptions(undefined, { ...defaults, ...withoutEmpty(environment) });
  const settings = usableSettings(reading);
  warnOfVariablesAndNames(diagnostics, reading, environment);
  const client = createClient(settings);
  const credentials = keepCredentialsAtHand(client);
  return {
    processor: new QueueingProcessor(withTraceContext(settings, extras), { diagnostics, client }),
    exitTimeoutMillis: settings.shutdownTimeoutMillis,
    flushTimeoutMillis: settings.flushTimeoutMillis,
    sendAtExit: createSendAtExit(settings, { environment, senderFile, credentials }),
    console: settings.console,
  };
}

/** Puts the sources behind the names of `traceContext` in their place, so that the first record has its trace context too. */
function withTraceContext(settings: ProcessorSettings, extras: Extras | undefined): ProcessorSettings {
  const { traceContext } = settings;
  if (!extras || !traceContext || typeof traceContext === 'function') return settings;
  const found = extras.traceContextOf(traceContext);
  // A worker thread has asked for its own records.
  return { ...settings, traceContext: () => (isTakingOfThread() ? undefined : found()) };
}

function createClient(settings: ProcessorSettings): CloudWatchLogsClient {
  const { region, endpoint, maxAttempts, retryMode, errorDetails } = settings;
  const options = { region, endpoint, maxAttempts, retryMode, errorDetails };
  return withoutSdkAdvice(() => createCloudWatchLogsClient(options, process.env, { isInBackground: true }));
}

/**
 * Makes the process's first client of the AWS SDK, which on Node 20 prints eight lines about its own future: the
 * application was started for something else. The SDK takes them as said from then on; what the application and its
 * children see of the environment stays as it is.
 */
function withoutSdkAdvice<T>(make: () => T): T {
  const { env } = process;
  if (env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED !== undefined) return make();
  env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
  try {
    return make();
  } finally {
    delete env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED;
  }
}

function createSendAtExit(
  settings: ProcessorSettings,
  {
    environment,
    senderFile,
    credentials,
  }: Pick<ExitSenderParts, 'environment' | 'credentials'> & { readonly senderFile: string | undefined },
): SendAtOnce | undefined {
  if (!settings.sendAtExit) return undefined;
  const problem = exitSenderProblem(senderFile);
  if (problem !== undefined || senderFile === undefined) {
    report(
      `records that process.exit() or an uncaught exception leaves behind are not sent: ${problem}. To switch that off: OTEL_EXPORTER_CLOUDWATCH_LOGS_SEND_AT_EXIT=false`,
    );
    return undefined;
  }
  const { region, endpoint, maxAttempts, retryMode } = settings;
  return createExitSender(
    {
      senderFile,
      environment,
      credentials,
      client: { region, endpoint, maxAttempts, retryMode },
      settings: deliverySettings(settings),
    },
    settings.shutdownTimeoutMillis,
  );
}

/** The variables that hold where the environment says nothing else. */
function defaultsFor(environment: Environment): Environment {
  if (!isInLambda(environment)) return {};
  return {
    OTEL_EXPORTER_CLOUDWATCH_LOGS_FLUSH_TIMEOUT_MILLIS: String(LAMBDA_FLUSH_TIMEOUT_MILLIS),
    // There is not the time, nor the processor, for a second Node.js; the function's end is flushed.
    OTEL_EXPORTER_CLOUDWATCH_LOGS_SEND_AT_EXIT: 'false',
    OTEL_EXPORTER_CLOUDWATCH_LOGS_SHUTDOWN_TIMEOUT_MILLIS: String(LAMBDA_SHUTDOWN_TIMEOUT_MILLIS),
  };
}

/** An empty variable counts as unset. */
function withoutEmpty(environment: Environment): Environment {
  return Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value.trim() !== ''),
  );
}

// Who runs an application with --import has written no code that could listen to `diag`: until somebody
// does, what is wrong with delivery is said on standard error.
function error(said: string): void {
  const message = inKnownNames(said);
  if (isApiSet('diag')) diag.error(message);
  else writeLine(message);
}

function warn(said: string): void {
  const message = inKnownNames(said);
  if (isApiSet('diag')) diag.warn(message);
  else writeLine(message);
}

function info(message: string): void {
  diag.info(message);
}

function debug(message: string): void {
  diag.debug(message);
}
