import { type SpoolStatus } from '../delivery/spool/spool-settings.js';
import { type LossReason } from '../observability/losses.js';

/** The fate of the records so far: at every moment `emitted + inherited` is `delivered + kept + dropped + handedOn`. */
export interface LogDeliveryStatus {
  /** Records handed to `deliver` or `emit`. */
  readonly emitted: number;
  /** Events that the back end accepted. */
  readonly delivered: number;
  /** Events on their way: in flight or waiting, in memory, in the spool or in files of `writeAhead`. */
  readonly kept: number;
  readonly dropped: number;
  /** Reasons as docs/watch.md has them; those without a loss are left out. */
  readonly droppedByReason: Partial<Record<LossReason, number>>;
  /** Events that other processes left in the spool or in files of `writeAhead`, and this one took over. */
  readonly inherited: number;
  /** Events on disk that another process took over from this one, which it took for dead. */
  readonly handedOn: number;
  /** Events in memory, and their bytes. */
  readonly heldEvents: number;
  readonly heldBytes: number;
  readonly requests: number;
  /** Requests of which the events are sent again. */
  readonly retries: number;
  readonly throttles: number;
  /** `open` while requests are held back because the back end is down. */
  readonly breaker: 'closed' | 'open' | 'half_open';
  /** What this process has on disk; undefined without a spool. */
  readonly spool: SpoolStatus | undefined;
  /** The files of `writeAhead`; undefined without it. */
  readonly writeAhead: LogDeliveryWriteAheadStatus | undefined;
  /** The last error of all: it stays when later requests succeed. */
  readonly lastError?: Error | undefined;
  /** When it came, in milliseconds since 1970. */
  readonly lastErrorAt?: number | undefined;
}

/** The files of `writeAhead` that are in use. */
export interface LogDeliveryWriteAheadStatus {
  /** Bytes of the files, and how many there may be. */
  readonly bytes: number;
  readonly maxBytes: number;
  /** Events in them that are not delivered, in the spool or lost. */
  readonly events: number;
  /** Records that could not be written, so that they were in memory alone. */
  readonly unprotected: number;
  /** Events of earlier processes that these may have delivered: at most so many are there twice. */
  readonly possibleDuplicates: number;
  /** Why the last record could not be written, until one is. */
  readonly writeError: Error | undefined;
}

/** Whether events can be delivered now. */
export interface LogDeliveryHealth {
  readonly healthy: boolean;
  /** Each in one line, without content of log records; none where it is healthy. */
  readonly problems: readonly string[];
}
