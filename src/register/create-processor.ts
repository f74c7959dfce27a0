import { diag } from '@opentelemetry/api';
import { warnOfUnknownVariables } from '../exporter/cloudwatch-log-exporter.js';
import { CountingProcessor } from '../exporter/log-record-processor.js';
import { readProcessorOptions } from '../exporter/options.js';
import { Diagnostics } from '../observability/diagnostics.js';
import { isInLambda, LAMBDA_FLUSH_TIMEOUT_MILLIS, LAMBDA_SHUTDOWN_TIMEOUT_MILLIS } from './lambda.js';
import { isApiSet } from './logs-apis.js';
import { writeLine } from './report.js';
import { type CreatedProcessor } from './start.js';
import { withoutWrongVariables } from './wrong-variables.js';

/**
 * The processor with the exporter behind it, its options read from the environment. Loading this module
 * loads the exporter and the AWS SDK.
 * @throws OptionError for an option that is required and missing
 */
export function createProcessor(environment: NodeJS.ProcessEnv): CreatedProcessor {
  const diagnostics = new Diagnostics({ logger: { error, warn, info, debug } });
  const defaults = defaultsFor(environment);
  const settings = withoutWrongVariables(environment, () =>
    readProcessorOptions(undefined, { ...defaults, ...withoutEmpty(environment) }),
  );
  warnOfUnknownVariables(diagnostics, environment);
  return {
    processor: new CountingProcessor(settings, { diagnostics }),
    exitTimeoutMillis: settings.shutdownTimeoutMillis,
    flushTimeoutMillis: settings.flushTimeoutMillis,
  };
}

/** What holds where the environment says nothing else. */
function defaultsFor(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  if (!isInLambda(environment)) return {};
  return {
    OTEL_EXPORTER_CLOUDWATCH_LOGS_FLUSH_TIMEOUT_MILLIS: String(LAMBDA_FLUSH_TIMEOUT_MILLIS),
    OTEL_EXPORTER_CLOUDWATCH_LOGS_SHUTDOWN_TIMEOUT_MILLIS: String(LAMBDA_SHUTDOWN_TIMEOUT_MILLIS),
  };
}

/** An empty variable counts as unset. */
function withoutEmpty(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value.trim() !== ''),
  );
}

// Who runs an application with --import has written no code that could listen to `diag`: until somebody
// does, what is wrong with delivery is said on standard error.
function error(message: string): void {
  if (isApiSet('diag')) diag.error(message);
  else writeLine(message);
}

function warn(message: string): void {
  if (isApiSet('diag')) diag.warn(message);
  else writeLine(message);
}

function info(message: string): void {
  diag.info(message);
}

function debug(message: string): void {
  diag.debug(message);
}
