import { diag } from '@opentelemetry/api';
import { warnOfUnknownVariables } from '../exporter/cloudwatch-log-exporter.js';
import { type CloudWatchLogRecordProcessor, CountingProcessor } from '../exporter/log-record-processor.js';
import { readProcessorOptions } from '../exporter/options.js';
import { Diagnostics } from '../observability/diagnostics.js';
import { isApiSet } from './logs-apis.js';
import { writeLine } from './report.js';
import { withoutWrongVariables } from './wrong-variables.js';

/**
 * The processor with the exporter behind it, its options read from the environment. Loading this module
 * loads the exporter and the AWS SDK.
 * @throws OptionError for an option that is required and missing
 */
export function createProcessor(environment: NodeJS.ProcessEnv): CloudWatchLogRecordProcessor {
  const diagnostics = new Diagnostics({ logger: { error, warn, info, debug } });
  const settings = withoutWrongVariables(environment, () => readProcessorOptions(undefined, environment));
  warnOfUnknownVariables(diagnostics, environment);
  return new CountingProcessor(settings, { diagnostics });
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
