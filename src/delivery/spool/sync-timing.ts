/** When what is written is synced: before it counts as written, or, in a hurry, after all else. */
export class SyncTiming {
  readonly #fsync: boolean;
  readonly #hurried: Promise<void>;
  #resolve!: () => void;
  #isHurried = false;

  /** @param fsync - whether anything is synced at all */
  constructor(fsync: boolean) {
    this.#fsync = fsync;
    this.#hurried = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  get isHurried(): boolean {
    return this.#isHurried;
  }

  /** Files that are written now are to be synced later. */
  get isPutOff(): boolean {
    return this.#fsync && this.#isHurried;
  }

  /** From now on nobody waits for a sync, not even for those under way. */
  hurry(): void {
    this.#isHurried = true;
    this.#resolve();
  }

  /** Syncs, unless that is put off. */
  async sync(syncing: () => Promise<void>): Promise<void> {
    if (this.#fsync && !this.#isHurried) await Promise.race([syncing(), this.#hurried]);
  }

  /** Does something with its syncs where there is time for them, without them else. It may be done twice. */
  async withSync(work: (fsync: boolean) => Promise<void>): Promise<void> {
    if (!this.#fsync || this.#isHurried) await work(false);
    else await Promise.race([work(true), this.#hurried.then(() => work(false))]);
  }
}
