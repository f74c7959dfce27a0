/**
 * Why a record or event was not delivered. Every loss of the package has one of these reasons.
 * `too_old`, `too_new`, `expired`: refused by the service for their time. `spool_full`, `spool_expired`: dropped for
 * the bound or the age of the spool; `spool_corrupt`: files were damaged or removed.
 */
export const LOSS_REASONS = [
  'queue_full',
  'below_min_severity',
  'dropped_by_transform',
  'unserializable',
  'empty',
  'oversize',
  'too_old',
  'too_new',
  'expired',
  'rejected',
  'too_many_destinations',
  'buffer_full',
  'own_telemetry',
  'shutdown',
  'delivery_failed',
  'spool_full',
  'spool_expired',
  'spool_corrupt',
] as const;

/** One of {@link LOSS_REASONS}. */
export type LossReason = (typeof LOSS_REASONS)[number];

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
