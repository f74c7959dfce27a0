import { type LoggedAttempt, type LoggedLife } from './request-log.js';
import { CONCURRENCY } from './sender-settings.js';

/** When the disk was full, in milliseconds since 1970. */
export interface FullDisk {
  readonly from: number;
  readonly to: number;
}

/** What is known of those who send. */
export interface Senders {
  readonly senders: number;
  readonly recordsEach: number;
  readonly hasWriteAhead: boolean;
}

/** Why records may be in the store more than once. */
export interface Causes {
  /** Attempts of which the sender never heard, though it lived on: resets, broken answers, time-outs. */
  readonly answersLost: number;
  /** Attempts that a killed sender had in flight, or whose answer it had hardly noted. */
  readonly cutOff: number;
  /** Batches that a killed sender had in the spool before its write-ahead log knew of it. */
  readonly storedTwice: number;
  /** Records of these attempts, each as often as it was in one. */
  readonly records: number;
}

/**
 * Requests that a killed sender may have to send again though it had the answer: those that were in flight
 * together, and as many whose files are just being removed.
 */
const JUST_ANSWERED = 2 * CONCURRENCY;

/** Milliseconds before the disk was full in which an answer may have come that could not be noted any more. */
const NOTING_MILLIS = 1000;

/** How often each record may have been sent again, because a sender could not know that it had arrived. */
export class ExplainedDuplicates {
  readonly #counts: readonly Uint16Array[];
  readonly #fullDisk: readonly FullDisk[];
  readonly #hasWriteAhead: boolean;
  #answersLost = 0;
  #cutOff = 0;
  #storedTwice = 0;
  #records = 0;

  constructor({ senders, recordsEach, hasWriteAhead }: Senders, fullDisk: readonly FullDisk[]) {
    this.#hasWriteAhead = hasWriteAhead;
    this.#counts = Array.from({ length: senders }, () => new Uint16Array(recordsEach));
    this.#fullDisk = fullDisk;
  }

  /** How many copies of a record, beyond the first, have an explanation. */
  count(sender: number, record: number): number {
    return this.#counts[sender]![record]!;
  }

  get causes(): Causes {
    return {
      answersLost: this.#answersLost,
      cutOff: this.#cutOff,
      storedTwice: this.#storedTwice,
      records: this.#records,
    };
  }

  add(life: LoggedLife): void {
    for (const attempt of life.attempts) {
      if (attempt.heard !== 'nothing') continue;
      if (attempt.heardAt === undefined) this.#cutOff++;
      else this.#answersLost++;
      this.#explain(attempt);
    }
    if (life.isEnded) return;
    const answered = life.attempts.filter(({ heard }) => heard === 'accepted');
    const last = new Set(answered.slice(-JUST_ANSWERED));
    for (const attempt of answered) {
      if (!last.has(attempt) && !this.#wasDiskFull(attempt.heardAt!)) continue;
      this.#cutOff++;
      this.#explain(attempt);
    }
    // Without one, what was in memory is gone with the process.
    if (!this.#hasWriteAhead) return;
    const stored = life.stores.filter(({ storedAt }) => storedAt !== undefined);
    const lastStored = new Set(stored.slice(-JUST_ANSWERED));
    for (const store of life.stores) {
      const { storedAt } = store;
      if (storedAt !== undefined && !lastStored.has(store) && !this.#wasDiskFull(storedAt)) continue;
      this.#storedTwice++;
      this.#explain(store);
    }
  }

  #wasDiskFull(at: number): boolean {
    return this.#fullDisk.some(({ from, to }) => at >= from - NOTING_MILLIS && at <= to);
  }

  #explain({ records }: Pick<LoggedAttempt, 'records'>): void {
    for (const [sender, first, last] of records) {
      this.#records += last - first + 1;
      const counts = this.#counts[sender]!;
      for (let record = first; record <= last; record++) counts[record]!++;
    }
  }
}
