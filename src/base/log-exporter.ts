import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { type LogRecordExporter, type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { CloudWatchLogsError } from '../cloudwatch/errors.js';
import { type DeliveryResult } from '../delivery/delivery.js';
import { runAsOwnTelemetry } from '../observability/own-telemetry.js';
import { checkDelivery } from './check-delivery.js';
import { type LogDelivery } from './log-delivery.js';

/**
 * Makes the exporter of a delivery, to stand behind OpenTelemetry's `BatchLogRecordProcessor`. It shuts the delivery down when
 * it is shut down.
 * @throws OptionError for what {@link createLogDelivery} has not made
 */
export function createLogRecordExporter(delivery: LogDelivery): LogRecordExporter {
  checkDelivery(delivery);
  return new DeliveringExporter(delivery);
}

class DeliveringExporter implements LogRecordExporter {
  readonly #delivery: LogDelivery;

  constructor(delivery: LogDelivery) {
    this.#delivery = delivery;
  }

  /** Calls back once, when every record is delivered, kept for later or counted as lost. Never throws. */
  export(records: ReadableLogRecord[], resultCallback: (result: ExportResult) => void): void {
    void this.#export(records).then((result) => {
      // What a callback throws is the processor's fault, and no unhandled rejection of ours.
      try {
        runAsOwnTelemetry(() => {
          resultCallback(result);
        });
      } catch {
        // The records are accounted for.
      }
    });
  }

  forceFlush(): Promise<void> {
    return this.#delivery.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.#delivery.shutdown();
  }

  async #export(records: readonly ReadableLogRecord[]): Promise<ExportResult> {
    let result: DeliveryResult;
    try {
      result = await this.#delivery.deliver(records);
    } catch (error) {
      return { code: ExportResultCode.FAILED, error: error as Error };
    }
    const { kept, lost, error } = result;
    if (lost === 0) return { code: ExportResultCode.SUCCESS };
    const because = error === undefined ? '' : `: ${error.message}`;
    const waiting = kept > 0 ? `, ${kept} are kept` : '';
    const message = `${lost} of ${records.length} log records were lost${waiting}${because}`;
    const failure = new CloudWatchLogsError('ERR_EXPORT', message, { cause: error });
    return { code: ExportResultCode.FAILED, error: failure };
  }
}
