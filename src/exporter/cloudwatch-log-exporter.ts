import { Diagnostics } from '../observability/diagnostics.js';
import {
  type CloudWatchLogExporterOptions,
  EXPORTER_OPTIONS,
  PROCESSOR_OPTIONS,
  readExporterOptions,
} from './options.js';
import { unknownVariables } from './read-options.js';
import { RecordExporter } from './record-exporter.js';

/**
 * Sends OpenTelemetry log records to Amazon CloudWatch Logs. Use it behind a batch processor, best the one
 * that `createCloudWatchLogRecordProcessor` makes.
 */
export class CloudWatchLogExporter extends RecordExporter {
  /**
   * @param options - each may come from the environment instead; only `logGroupName` has no default
   * @throws OptionError for a wrong option, which it names with its value and what would be right
   */
  constructor(options?: CloudWatchLogExporterOptions) {
    const settings = readExporterOptions(options, process.env);
    const diagnostics = new Diagnostics();
    warnOfUnknownVariables(diagnostics, process.env);
    super(settings, { diagnostics });
  }
}

/** A misspelt variable changes nothing, and without a word nobody would know. */
export function warnOfUnknownVariables(
  diagnostics: Diagnostics,
  environment: Readonly<Record<string, string | undefined>>,
): void {
  for (const { variable, near } of unknownVariables(
    { ...EXPORTER_OPTIONS, ...PROCESSOR_OPTIONS },
    environment,
  )) {
    const remedy = near === undefined ? '' : `; did you mean ${near}?`;
    diagnostics.warn(
      `variable ${variable}`,
      `the environment variable ${variable} is not an option${remedy}`,
    );
  }
}
