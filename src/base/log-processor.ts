import { type Context } from '@opentelemetry/api';
import { type LogRecordProcessor, type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { checkDelivery } from './check-delivery.js';
import { type LogDelivery } from './log-delivery.js';

/**
 * Makes the processor of a delivery: it takes the place of `BatchLogRecordProcessor` with an exporter. Records are encoded in
 * `emit`, and with `writeAhead` they are in a file before it returns. It shuts the delivery down when it is shut down.
 * @throws OptionError for what {@link createLogDelivery} has not made
 */
export function createLogRecordProcessor(delivery: LogDelivery): LogRecordProcessor {
  checkDelivery(delivery);
  return {
    onEmit(record: ReadableLogRecord, context?: Context) {
      delivery.emit(record, context);
    },
    forceFlush: () => delivery.forceFlush(),
    shutdown: () => delivery.shutdown(),
  };
}
