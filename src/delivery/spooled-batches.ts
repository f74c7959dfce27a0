import { type LossReason } from '../observability/losses.js';
import { type DispatchLoop, type DispatchState } from './dispatch-state.js';
import { type Destination, type LogEventBatch } from './encoded-event.js';
import { type Unread } from './outcome.js';
import { PendingBatch } from './pending-batch.js';
import { type Spool } from './spool/spool.js';
import { type StoredBatch } from './spool/stored-batch.js';
import { startTimeLimit } from './time-limit.js';

/** What earlier processes left comes before all that this one sends. */
const BEFORE_ALL = Number.MIN_SAFE_INTEGER;

/** The batches of a dispatcher that are on disk, on their way there, or back. */
export class SpooledBatches {
  readonly #state: DispatchState;
  readonly #loop: DispatchLoop;
  readonly #spool: Spool;
  readonly #ofStored = new WeakMap<StoredBatch, PendingBatch>();
  /** Batches that should be on disk and could not be written. */
  readonly #unstored = new Set<PendingBatch>();
  #isStoringAgain = false;
  #inheritedBatches = 0;

  constructor(state: DispatchState, loop: DispatchLoop, spool: Spool) {
    this.#state = state;
    this.#loop = loop;
    this.#spool = spool;
    spool.open({
      found: (batches) => {
        for (const { stored, destination } of batches) {
          state.accounts.inheritedEvents += stored.events;
          this.#takeIn(stored, destination);
        }
      },
      again: (batches) => {
        for (const { stored, destination } of batches) this.#takeIn(stored, destination);
      },
      scanned: () => {
        this.#storeAgain();
        loop.pump();
      },
      handedOn: (stored) => {
        this.#letGoOf(stored);
      },
      dropped: (stored, reason, detail) => {
        this.#drop(stored, reason, detail);
      },
      removed: () => {
        loop.pump();
      },
    });
  }

  /** Looks for what other processes left. */
  scan(): Promise<void> {
    return this.#spool.scan();
  }

  /**
   * Stores a batch for which there is no room in memory.
   * @returns undefined where it can't be stored, or not until `until` resolves: what comes to be on disk
   *   after that is removed again
   */
  async storeAtOnce(batch: LogEventBatch, until: Promise<void>): Promise<PendingBatch | undefined> {
    const { accounts, lanes } = this.#state;
    const sequence = this.#state.nextSequence();
    // From here on it may be sent from there, whatever becomes of this process.
    batch.keeper?.sending(batch.events);
    const writing = this.#spool.write(batch, { sequence });
    const stored = await Promise.race([writing, until.then(() => 'late' as const)]);
    if (stored === 'late') {
      void writing.then((late) => {
        if (typeof late === 'object') this.#spool.remove(late);
      });
      return undefined;
    }
    if (stored === undefined || stored === 'too_large') return undefined;
    batch.keeper?.release(batch.events);
    accounts.heldEvents -= batch.events.length;
    const pending = new PendingBatch({ stored, destination: batch.destination }, sequence);
    pending.lastError = accounts.lastError;
    pending.reportKept();
    this.#ofStored.set(stored, pending);
    lanes.of(batch.destination).putBack(pending);
    this.#loop.pump();
    return pending;
  }

  /**
   * Brings to disk what is left of batches; where that fails they stay in memory.
   * @param isLast - there will be no other time
   */
  async store(batches: readonly PendingBatch[], isLast = false): Promise<void> {
    await Promise.all(batches.map((pending) => this.#store(pending, isLast)));
  }

  /** Brings to disk all that is in memory, for the last time. */
  async storeAll(): Promise<void> {
    await this.store(this.#state.lanes.batches(), true);
  }

  /** Reads a batch that is only on disk. @returns undefined when its events are in memory */
  async load(pending: PendingBatch): Promise<Unread | undefined> {
    const { accounts, parts } = this.#state;
    const stored = pending.stored!;
    const read = await this.#spool.read(stored);
    if (pending.abandoned) return { kind: 'gone' };
    switch (read.kind) {
      case 'batch': {
        const { events } = pending;
        const damaged = pending.load(read.batch);
        // More than its name says were left too, whoever wrote them there.
        accounts.inheritedEvents += Math.max(0, pending.events - events);
        this.#spool.reduce(stored, pending.events);
        parts.losses.record('spool_corrupt', damaged, 'a file of the spool is damaged');
        return undefined;
      }
      case 'damaged':
        accounts.loseRest(pending, 'spool_corrupt', read.detail);
        return { kind: 'gone' };
      case 'handed_on':
        accounts.handedOn(pending);
        return { kind: 'gone' };
      case 'set_aside':
        pending.letGo();
        this.#ofStored.delete(stored);
        return { kind: 'gone' };
      case 'failed':
        return { kind: 'unreadable', error: read.error };
    }
  }

  /** Stores what is in memory and leaves all to the next process. @param millis - at the most */
  async close(millis: number): Promise<void> {
    const limit = startTimeLimit(millis, true);
    const end = async (): Promise<void> => {
      // Once for what is being stored, which may fail, and once for the last time.
      await this.storeAll();
      await this.storeAll();
      // Answers that come now still decide what the next process sends.
      await this.#state.idle();
    };
    await Promise.race([end(), limit.over]);
    await Promise.race([this.#spool.close(millis), limit.over]);
    limit.clear();
  }

  async #store(pending: PendingBatch, isLast: boolean): Promise<void> {
    if (pending.events === 0 || (pending.stored && !pending.isReduced)) return;
    pending.storing ??= this.#write(pending, isLast).finally(() => {
      pending.storing = undefined;
    });
    await pending.storing;
  }

  async #write(pending: PendingBatch, isLast: boolean): Promise<void> {
    const { accounts, lanes } = this.#state;
    const { rest, stored: replaces } = pending;
    pending.isReduced = false;
    pending.keeper?.sending(rest.events);
    const stored = await this.#spool.write(rest, { sequence: pending.sequence, replaces, isLast });
    // The disk is full, or the batch is larger than the whole spool may be.
    if (stored === undefined || stored === 'too_large') {
      if (stored === undefined) this.#unstored.add(pending);
      pending.isReduced = true;
      return;
    }
    // It was delivered, or lost, on another way meanwhile.
    if (pending.events === 0) {
      this.#spool.remove(stored);
      return;
    }
    if (replaces) this.#spool.remove(replaces);
    else accounts.stored(pending);
    pending.stored = stored;
    pending.releaseKeeper();
    this.#ofStored.set(stored, pending);
    this.#spool.reduce(stored, pending.events);
    stored.isBusy = lanes.of(pending.destination).inFlight.has(pending);
    if (!stored.isBusy) pending.unload();
    this.#storeAgain();
  }

  /** The disk works, or may do so again: what was said to be kept is to be there. One by one, as it may not. */
  #storeAgain(): void {
    if (this.#isStoringAgain || this.#unstored.size === 0) return;
    this.#isStoringAgain = true;
    const batches = [...this.#unstored];
    this.#unstored.clear();
    void (async () => {
      for (const pending of batches) await this.#store(pending, false);
      this.#isStoringAgain = false;
    })();
  }

  /** Takes in what an earlier process left. After shutdown it stays where it is, for the next. */
  #takeIn(stored: StoredBatch, destination: Destination): void {
    if (this.#state.isClosed) return;
    const pending = new PendingBatch({ stored, destination }, BEFORE_ALL + ++this.#inheritedBatches);
    this.#ofStored.set(stored, pending);
    this.#state.lanes.of(destination).putBack(pending);
  }

  #letGoOf(stored: StoredBatch): void {
    const { accounts } = this.#state;
    const pending = this.#takeOut(stored);
    if (pending) accounts.handedOn(pending);
    else accounts.handedOnEvents += stored.events;
  }

  #drop(stored: StoredBatch, reason: LossReason, detail: string): void {
    const { accounts, parts } = this.#state;
    const pending = this.#takeOut(stored);
    if (pending) accounts.loseRest(pending, reason, detail);
    else parts.losses.record(reason, stored.events, detail);
  }

  #takeOut(stored: StoredBatch): PendingBatch | undefined {
    const pending = this.#ofStored.get(stored);
    if (pending) this.#state.lanes.of(pending.destination).remove(pending);
    return pending;
  }
}
