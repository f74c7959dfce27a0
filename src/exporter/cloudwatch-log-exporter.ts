import { type ExportResult } from '@opentelemetry/core';
import { type LogRecordExporter, type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { Diagnostics } from '../observability/diagnostics.js';
import { type CloudWatchLogExporterOptions, collectExporterOptions, settingsOf } from '../options/options.js';
import { ExporterCore } from './exporter-core.js';
import { type ExporterStatus } from './exporter-status.js';
import { type HealthCheckOptions, type HealthReport } from './health-check.js';
import { warnOfOptions } from './warn-of-options.js';

/**
 * Sends OpenTelemetry log records to Amazon CloudWatch Logs. Use it behind a batch processor of OpenTelemetry's;
 * `CloudWatchLogRecordProcessor` has one of its own.
 */
export class CloudWatchLogExporter implements LogRecordExporter {
  readonly #core: ExporterCore;

  /**
   * @param options - each may come from the environment instead; only `logGroupName` has no default
   * @throws OptionError for a wrong option, which it names with its value and what would be right
   */
  constructor(options?: CloudWatchLogExporterOptions) {
    const reading = collectExporterOptions(options, process.env);
    const settings = settingsOf(reading);
    const diagnostics = new Diagnostics();
    warnOfOptions(diagnostics, reading, process.env);
    this.#core = new ExporterCore(settings, { diagnostics });
  }

  /** Never throws, and calls back once, when every record is delivered, kept for later, or counted as lost. */
  export(records: ReadableLogRecord[], resultCallback: (result: ExportResult) => void): void {
    this.#core.export(records, resultCallback);
  }

  /** Sends what is kept without waiting longer between attempts, and waits for it up to `flushTimeoutMillis`. */
  forceFlush(): Promise<void> {
    return this.#core.forceFlush();
  }

  /** Sends what is left, up to `shutdownTimeoutMillis`; what is not delivered then is lost (`shutdown`). */
  shutdown(): Promise<void> {
    return this.#core.shutdown();
  }

  /** The fate of the records so far. */
  status(): ExporterStatus {
    return this.#core.status();
  }

  /**
   * Asks the service whether this exporter can deliver now, and says which permission or resource is missing.
   * It stores no log event: it sends one of 1970 to the destination, which the service leaves out and does
   * not bill. Where group or stream are missing it makes them, as `provision` allows. Rejects with an
   * `OptionError` for wrong options, and for nothing else.
   */
  healthCheck(options?: HealthCheckOptions): Promise<HealthReport> {
    return this.#core.healthCheck(options);
  }

  /**
   * Makes the log group before the first record comes, as far as its name holds no record data, and the stream of a
   * resource's records: queries show no event that is older than its group. It begins when it is called; who awaits it
   * logs to a group that is there. Resolves within some seconds, whatever the service does; rejects with an `OptionError` for what
   * is no resource, and for nothing else.
   * @param resource - of the records to come; not needed for a group with a fixed name, which is made from the start
   */
  prepare(resource?: ReadableLogRecord['resource']): Promise<void> {
    return this.#core.prepare(resource);
  }
}
