import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import {
  BatchLogRecordProcessor,
  type LogRecordExporter,
  type LogRecordProcessor,
  SimpleLogRecordProcessor,
} from '@opentelemetry/sdk-logs';

/** The options of OpenTelemetry's batch processor that tests use. */
interface BatchOptions {
  readonly maxExportBatchSize?: number;
  readonly maxQueueSize?: number;
  readonly scheduledDelayMillis?: number;
  readonly exportTimeoutMillis?: number;
}

type Constructor = new (parts: object, options: object) => LogRecordProcessor;

/**
 * OpenTelemetry's processor, of whatever version: before 0.220 the exporter was the first parameter and options the
 * second, since then it is a member of the options. What is handed over is both.
 */
function processorOf(
  processor: unknown,
  exporter: LogRecordExporter,
  options: BatchOptions,
): LogRecordProcessor {
  const both: LogRecordExporter & { exporter: LogRecordExporter } = {
    ...options,
    exporter,
    export: (records, callback) => {
      exporter.export(records, callback);
    },
    forceFlush: () => exporter.forceFlush(),
    shutdown: () => exporter.shutdown(),
  };
  return new (processor as Constructor)(both, options);
}

export function sdkBatchProcessor(
  exporter: LogRecordExporter,
  options: BatchOptions = {},
): LogRecordProcessor {
  return processorOf(BatchLogRecordProcessor, exporter, options);
}

export function sdkSimpleProcessor(exporter: LogRecordExporter): LogRecordProcessor {
  return processorOf(SimpleLogRecordProcessor, exporter, {});
}

/** The minor version of the SDK, of its 0.x line; undefined on a later line. */
export function sdkMinorVersion(): number | undefined {
  const [folder] = /^.*[\\/]sdk-logs(?=[\\/])/.exec(
    createRequire(import.meta.url).resolve('@opentelemetry/sdk-logs'),
  )!;
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
  const [major, minor] = version.split('.').map(Number);
  return major === 0 ? minor : undefined;
}
