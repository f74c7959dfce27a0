/** What a loss for a reason means. */
interface Loss {
  /** It is dropped because the options say so: counted, and nothing to report. */
  readonly isWanted: boolean;
}

const WANTED: Loss = { isWanted: true };
const UNWANTED: Loss = { isWanted: false };

/**
 * Why a record or event was not delivered: every loss of the package has one of these reasons. The table of docs/watch.md
 * is made from the comments.
 */
export const LOSSES = {
  /**
   * `maxBufferBytes` were taken, or `maxQueueSize` records waited (our processor only); of a worker thread: 40,000 records or
   * 32 MiB waited for the main thread
   */
  queue_full: UNWANTED,
  /** you asked for it: `minSeverity` */
  below_min_severity: WANTED,
  /** you asked for it: `transform` */
  dropped_by_transform: WANTED,
  /** no message could be made of it */
  unserializable: UNWANTED,
  /** its message has no text */
  empty: UNWANTED,
  /** larger than a request, with `oversize: 'drop'` */
  oversize: UNWANTED,
  /** refused by the service for its time: over 14 days old */
  too_old: UNWANTED,
  /** refused by the service for its time: over 2 hours ahead */
  too_new: UNWANTED,
  /** refused by the service for its time: older than the group's retention */
  expired: UNWANTED,
  /** refused by the service for another reason, alone */
  rejected: UNWANTED,
  /** `maxDestinations` was reached */
  too_many_destinations: UNWANTED,
  /** `maxBufferBytes` were taken (behind OpenTelemetry's own processor, and of streams that fail for themselves) */
  buffer_full: UNWANTED,
  /** emitted by this package's own delivery, or by functions and getters of the application while a record is encoded */
  own_telemetry: WANTED,
  /** still there when the shutdown deadline passed */
  shutdown: UNWANTED,
  /**
   * refused for good; without a spool also: denied, or answered as nobody knows, for longer than 10 s (docs/delivery.md has
   * each error)
   */
  delivery_failed: UNWANTED,
  /** the oldest, beyond `spool.maxBytes` */
  spool_full: UNWANTED,
  /** waited longer than `spool.maxAgeMillis` */
  spool_expired: UNWANTED,
  /** its line of a file of `spool` or `writeAhead` was damaged, or the file removed by somebody */
  spool_corrupt: UNWANTED,
} satisfies Readonly<Record<string, Loss>>;

/** One of {@link LOSS_REASONS}. */
export type LossReason = keyof typeof LOSSES;

/** Why a record or event was not delivered. Every loss of the package has one of these reasons. */
export const LOSS_REASONS = Object.keys(LOSSES) as readonly LossReason[];

/** Says whether what is lost for a reason is dropped by wish. @param reason - a name that is none is no wish */
export function isWanted(reason: string): boolean {
  return Object.hasOwn(LOSSES, reason) && LOSSES[reason as LossReason].isWanted;
}

/** Counts and reports every loss; no other code drops. */
export class Losses {
  readonly #counts = new Map<LossReason, number>();
  readonly #onLoss: (reason: LossReason, count: number, detail?: string) => void;

  /** @param onLoss - told of each loss, for diagnostics and metrics */
  constructor(onLoss: (reason: LossReason, count: number, detail?: string) => void = () => undefined) {
    this.#onLoss = onLoss;
  }

  /**
   * Counts records that will not be delivered.
   * @param detail - one sentence for diagnostics, without the record's content
   */
  record(reason: LossReason, count = 1, detail?: string): void {
    if (count === 0) return;
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + count);
    this.#onLoss(reason, count, detail);
  }

  /** Records lost so far, by reason; reasons without a loss are left out. */
  byReason(): Partial<Record<LossReason, number>> {
    return Object.fromEntries(this.#counts);
  }

  /** Records lost so far. */
  total(): number {
    let sum = 0;
    for (const count of this.#counts.values()) sum += count;
    return sum;
  }
}
