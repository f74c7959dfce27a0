import { type LossReason } from '../observability/losses.js';
import { Deadline } from './deadline.js';
import { type DispatchLoop, type DispatchState } from './dispatch-state.js';
import { type Destination } from './encoded-event.js';
import { mergeable, mergeBatches } from './merge-batches.js';
import { type Unread } from './outcome.js';
import { PendingBatch } from './pending-batch.js';
import { NOWHERE } from './spool/spool-file.js';
import { CONCURRENT_WRITES } from './spool/spool-writer.js';
import { type Spool } from './spool/spool.js';
import { type StoredBatch } from './spool/stored-batch.js';
import { startTimeLimit } from './time-limit.js';

/** Batches that earlier processes left come before all that this one sends. */
const BEFORE_ALL = Number.MIN_SAFE_INTEGER;

/** Files written at once where there is no other time: none of them waits for the device. */
const CONCURRENT_LAST_WRITES = 32;

/** Milliseconds for which a batch waits until what is left of it is on disk. */
const MAX_REST_MILLIS = 1_000;

/** A batch that is to be stored. */
interface Waiting {
  /** There will be no other time. */
  isLast: boolean;
  /** It is stored, or could not be. */
  readonly end: () => void;
}

/** The batches of a dispatcher that are on disk, on their way there, or back. */
export class SpooledBatches {
  readonly #state: DispatchState;
  readonly #loop: DispatchLoop;
  readonly #spool: Spool;
  readonly #ofStored = new WeakMap<StoredBatch, PendingBatch>();
  /** In the order in which they are written. */
  readonly #toStore = new Map<PendingBatch, Waiting>();
  #writes = 0;
  /** Batches that should be on disk and could not be written. */
  readonly #unstored = new Set<PendingBatch>();
  #isStoringAgain = false;
  #isHurried = false;
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
   * @returns whether it is stored: false where it can't be, or is not until `until` resolves; what comes to be on disk
   *   after that is removed again
   */
  async storeAtOnce(pending: PendingBatch, until: Promise<void>): Promise<boolean> {
    const { accounts, lanes } = this.#state;
    const { destination, keeper, rest, sequence } = pending;
    let isWaiting = true;
    const whenStored = (stored: StoredBatch): void => {
      // Too late, or settled while the process stood still.
      if (!isWaiting || pending.events === 0) {
        this.#spool.remove(stored);
        return;
      }
      accounts.heldEvents -= pending.events;
      pending.stored = stored;
      pending.releaseKeeper();
      pending.unload();
      pending.lastError = accounts.lastError;
      pending.reportKept();
      this.#ofStored.set(stored, pending);
      lane.add(pending);
    };
    // From here on it may be sent from there, whatever becomes of this process.
    keeper?.sending(rest.events);
    const writing = this.#spool.write(rest, { sequence, whenStored });
    // There may be room for what comes meanwhile, which must not pass.
    const lane = lanes.of(destination);
    lane.expect(sequence);
    await Promise.race([writing, until]);
    isWaiting = false;
    lane.doesNotExpect(sequence);
    this.#loop.pump();
    return pending.stored !== undefined;
  }

  /** Brings to disk what is left of batches; where that fails they stay in memory. */
  async store(batches: readonly PendingBatch[]): Promise<void> {
    await Promise.all(batches.map((pending) => this.#store(pending, false)));
  }

  /**
   * Writes down what is left of a stored batch that does not go on: its file says more. Waits only so long for a disk
   * that hangs.
   */
  async storeRest(pending: PendingBatch): Promise<void> {
    pending.isRewritten = true;
    const limit = startTimeLimit(Deadline.after(MAX_REST_MILLIS), false);
    await Promise.race([this.#store(pending, false), limit.over]);
    limit.clear();
    pending.isRewritten = false;
  }

  /**
   * Stores batches, and tells whoever waits for that when they are safe, or as safe as they can be.
   * @param isForAll - also who would wait for answers
   */
  keep(batches: readonly PendingBatch[], isForAll = false): void {
    for (const pending of batches) {
      void this.#store(pending, false).then(() => {
        if (isForAll) pending.reportKept();
        else pending.reportSafe();
      });
    }
  }

  /**
   * Brings to disk all that is in memory, for the last time: written first, in few files, and synced after, so that
   * it outlives the process though there is little time.
   */
  async storeAll(): Promise<void> {
    if (!this.#isHurried) this.#spool.hurry();
    this.#isHurried = true;
    const batches = this.#state.lanes.batches();
    // All of them before the first is written, so that they are merged.
    for (const pending of batches) void this.#line(pending, true);
    await Promise.all(batches.map((pending) => this.#store(pending, true)));
  }

  /** Reads a batch that is only on disk. @returns undefined when its events are in memory */
  async load(pending: PendingBatch): Promise<Unread | undefined> {
    const { accounts, parts } = this.#state;
    const stored = pending.stored!;
    const read = await this.#spool.read(stored);
    if (pending.abandoned) return { kind: 'gone' };
    switch (read.kind) {
      case 'batch': {
        const { destination, events } = pending;
        if (!isSame(destination, read.batch.destination)) {
          accounts.loseRest(
            pending,
            'spool_corrupt',
            'a file of the spool goes elsewhere than it said before',
          );
          return { kind: 'gone' };
        }
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

  /**
   * Leaves what is stored to the next process, while this one stands still: what is on disk without anybody having been
   * told is taken as stored, and of what is delivered in part the rest is left.
   * @returns as {@link Spool.handOnAtOnce}
   */
  handOnAtOnce(): ReturnType<Spool['handOnAtOnce']> {
    // A rest on its way to the disk does not arrive, or is there twice, of which the next process takes one.
    this.#leaveRests(({ isReduced, storing }) => isReduced || storing !== undefined);
    const handedOn = this.#spool.handOnAtOnce();
    // Of what was found there some may have been delivered while it was on its way.
    this.#leaveRests(({ isReduced }) => isReduced);
    return handedOn;
  }

  #leaveRests(isRest: (pending: PendingBatch) => boolean): void {
    for (const pending of this.#state.lanes.batches()) {
      const { isLoaded, stored } = pending;
      if (!stored || !isLoaded || !isRest(pending)) continue;
      pending.isReduced = false;
      this.#spool.replaceAtEnd(stored, pending.rest);
    }
  }

  /** Stores what is in memory and leaves all to the next process. */
  async close(deadline: Deadline): Promise<void> {
    const limit = startTimeLimit(deadline, true);
    const end = async (): Promise<void> => {
      // Once for what is being stored, which may fail, and once for the last time.
      await this.storeAll();
      await this.storeAll();
      await this.#spool.sync();
      // Answers that come now still decide what the next process sends.
      await this.#state.idle();
    };
    await Promise.race([end(), limit.over]);
    await Promise.race([this.#spool.close(deadline.leftMillis), limit.over]);
    limit.clear();
  }

  async #store(pending: PendingBatch, isLast: boolean): Promise<void> {
    const stored = this.#line(pending, isLast);
    this.#writeNext();
    await stored;
  }

  /** Lines a batch up to be stored. @returns when it is, or could not be; undefined where it is already */
  #line(pending: PendingBatch, isLast: boolean): Promise<void> | undefined {
    if (pending.events === 0 || (pending.stored && !pending.isReduced)) return undefined;
    const waiting = this.#toStore.get(pending);
    if (waiting && isLast) waiting.isLast = true;
    pending.storing ??= new Promise<void>((resolve) => {
      const end = (): void => {
        pending.storing = undefined;
        resolve();
      };
      this.#toStore.set(pending, { isLast, end });
    });
    return pending.storing;
  }

  /** Writes a few files at once. What waits meanwhile is merged, so that a slow disk gets fewer and larger ones. */
  #writeNext(): void {
    for (const [first, { isLast }] of this.#toStore) {
      if (this.#writes >= (isLast ? CONCURRENT_LAST_WRITES : CONCURRENT_WRITES)) return;
      const group = this.#takeGroup(first);
      this.#writes++;
      void this.#writeGroup(group, isLast).then(() => {
        this.#writes--;
        for (const { end } of group.values()) end();
        this.#writeNext();
      });
    }
  }

  /** A batch that is to be stored, with those behind it that can share its file. */
  #takeGroup(first: PendingBatch): Map<PendingBatch, Waiting> {
    const group = new Map<PendingBatch, Waiting>();
    for (const pending of mergeable(this.#state.lanes.of(first.destination), first, this.#toStore)) {
      group.set(pending, this.#toStore.get(pending)!);
      this.#toStore.delete(pending);
    }
    return group;
  }

  async #writeGroup(group: ReadonlyMap<PendingBatch, Waiting>, isLast: boolean): Promise<void> {
    const batches = [...group.keys()];
    if (batches.length === 1) await this.#write(batches[0]!, isLast);
    else await this.#writeMerged(batches, isLast);
  }

  async #write(pending: PendingBatch, isLast: boolean): Promise<void> {
    if (pending.events === 0) return;
    const { rest, sequence, stored: replaces } = pending;
    pending.isReduced = false;
    pending.keeper?.sending(rest.events);
    const whenStored = (stored: StoredBatch): void => {
      this.#isStored(pending, stored, replaces);
    };
    const stored = await this.#spool.write(rest, { sequence, replaces, isLast, whenStored });
    if (typeof stored === 'object') return;
    // The disk is full, or the batch is larger than the whole spool may be.
    if (stored === undefined) this.#unstored.add(pending);
    pending.isReduced = true;
  }

  #isStored(pending: PendingBatch, stored: StoredBatch, replaces: StoredBatch | undefined): void {
    const { accounts, lanes } = this.#state;
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
    stored.isBusy = lanes.of(pending.destination).isSending(pending);
    if (!stored.isBusy) pending.unload();
    this.#storeAgain();
  }

  /** Neighbours in one file; none of them is sent meanwhile. */
  async #writeMerged(batches: readonly PendingBatch[], isLast: boolean): Promise<void> {
    const [{ sequence }] = batches as [PendingBatch];
    for (const pending of batches) {
      pending.isRewritten = true;
      pending.keeper?.sending(pending.rest.events);
    }
    const whenStored = (stored: StoredBatch): void => {
      this.#areStored(batches, stored);
    };
    const stored = await this.#spool.write(mergeBatches(batches), { sequence, isLast, whenStored });
    for (const pending of batches) pending.isRewritten = false;
    if (typeof stored !== 'object') {
      for (const pending of batches) {
        if (stored === 'too_large') await this.#write(pending, isLast);
        else this.#unstored.add(pending);
      }
    }
    this.#loop.pump();
  }

  #areStored(batches: readonly PendingBatch[], stored: StoredBatch): void {
    const { accounts, lanes } = this.#state;
    const [first] = batches as [PendingBatch];
    if (first.events === 0) {
      // The time of a shutdown was over meanwhile: all of them are counted as lost.
      this.#spool.remove(stored);
      return;
    }
    const merged = new PendingBatch({ stored, destination: first.destination }, first.sequence);
    merged.reportKept();
    this.#ofStored.set(stored, merged);
    lanes.of(first.destination).replace(batches, merged);
    for (const pending of batches) {
      accounts.stored(pending);
      pending.releaseKeeper();
      pending.letGo();
    }
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
    if (this.#state.phase !== 'open') return;
    const pending = new PendingBatch({ stored, destination }, BEFORE_ALL + ++this.#inheritedBatches);
    this.#ofStored.set(stored, pending);
    this.#state.lanes.of(destination).add(pending);
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

/** Where a file goes is read when it is found and when it is sent; what could not be read at first may go anywhere. */
function isSame(known: Destination, now: Destination): boolean {
  if (known === NOWHERE) return true;
  return known.logGroupName === now.logGroupName && known.logStreamName === now.logStreamName;
}
