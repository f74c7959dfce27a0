import { type SpoolStatus } from '../delivery/spool/spool-settings.js';
import { type LossReason } from '../observability/losses.js';

/** The fate of the records so far: at every moment `emitted + inherited` is `delivered + kept + dropped + handedOn`. */
export interface LogDeliveryStatus {
  /** Records handed to `deliver`. */
  readonly emitted: number;
  /** Events that the back end accepted. */
  readonly delivered: number;
  /** Events on their way: in flight or waiting, in memory or in the spool. */
  readonly kept: number;
  readonly dropped: number;
  /** Reasons as docs/watch.md has them; those without a loss are left out. */
  readonly droppedByReason: Partial<Record<LossReason, number>>;
  /** Events that other processes left in the spool, and this one took over. */
  readonly inherited: number;
  /** Events in the spool that another process took over from this one, which it took for dead. */
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
  /** The last error of all: it stays when later requests succeed. */
  readonly lastError?: Error | undefined;
  /** When it came, in milliseconds since 1970. */
  readonly lastErrorAt?: number | undefined;
}

/** Whether events can be delivered now. */
export interface LogDeliveryHealth {
  readonly healthy: boolean;
  /** Each in one line, without content of log records; none where it is healthy. */
  readonly problems: readonly string[];
}
