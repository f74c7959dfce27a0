import { type SpoolStatus } from '../delivery/spool/spool.js';
import { type LossReason } from '../observability/losses.js';
import { type WriteAheadStatus } from '../write-ahead/write-ahead-log.js';

/**
 * The fate of the records so far. At every moment `emitted + addedBySplit + inherited` is
 * `delivered + kept + dropped + handedOn`.
 */
export interface ExporterStatus {
  /** Log records handed to the exporter, and those that its processor dropped before. */
  readonly emitted: number;
  /** Log events beyond one a record: the further parts of records that `oversize: 'split'` split. */
  readonly addedBySplit: number;
  /** Log events that the service accepted. */
  readonly delivered: number;
  /** Records and events on their way: being written, in flight, or waiting, in memory or in the spool. */
  readonly kept: number;
  readonly dropped: number;
  readonly droppedByReason: Partial<Record<LossReason, number>>;
  /** As the service bills them: messages plus 26 bytes an event. */
  readonly deliveredBytes: number;
  /**
   * US dollars that a million events such as the last million delivered cost to ingest, by the prices of us-east-1: 0.50 a GB,
   * 0.25 with `logGroupClass: 'INFREQUENT_ACCESS'`. Undefined before the first.
   */
  readonly usdPerMillion: number | undefined;
  /** Log events in memory: {@link kept} without the records that are being written, and those in the spool. */
  readonly heldEvents: number;
  readonly heldBytes: number;
  /** PutLogEvents requests that the service accepted. */
  readonly batches: number;
  /** PutLogEvents requests as they went over the wire, the AWS SDK's own retries among them. */
  readonly requests: number;
  /** Requests of which the events are sent again, by the AWS SDK or by this package. */
  readonly retries: number;
  readonly throttles: number;
  /** `open` while requests are held back because the endpoint is down. */
  readonly breaker: 'closed' | 'open' | 'half_open';
  /** Log events that other processes left in the spool, and this one took over. */
  readonly inherited: number;
  /** Log events in the spool that another process took over from this one, which it took for dead. */
  readonly handedOn: number;
  /** Events and files of this process in the spool; undefined without one. */
  readonly spool: SpoolStatus | undefined;
  /** The last error of all: it stays when later requests succeed, so look at {@link lastErrorAt} and `breaker`. */
  readonly lastError?: Error | undefined;
  /** When it came, in milliseconds since 1970. */
  readonly lastErrorAt?: number | undefined;
}

/** The fate of the records; `emitted` counts from `emit`, `kept` includes those in the queue. */
export interface ProcessorStatus extends ExporterStatus {
  /** Records that wait to be encoded, and how many may. */
  readonly queued: number;
  readonly maxQueueSize: number;
  /** Bytes that they take in memory, estimated; with {@link ExporterStatus.heldBytes} bounded by `maxBufferBytes`. */
  readonly queuedBytes: number;
  /** The files of `writeAhead`, where it is in use. */
  readonly writeAhead?: WriteAheadStatus | undefined;
}
