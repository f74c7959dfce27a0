import { runAsOwnTelemetry } from '../observability/own-telemetry.js';
import { type Admission } from './admission.js';
import { Admissions } from './admissions.js';
import { Answers } from './answers.js';
import {
  type Delivery,
  type DeliveryResult,
  type DeliverySettings,
  type DeliveryStatus,
} from './delivery.js';
import { type DispatcherParts, DispatchState } from './dispatch-state.js';
import { type Destination, type LogEventBatch } from './encoded-event.js';
import { Flushes } from './flushes.js';
import { type Lane } from './lane.js';
import { type Outcome, type Unread } from './outcome.js';
import { type PendingBatch } from './pending-batch.js';
import { Preparation } from './preparation.js';
import { type SpoolStatus } from './spool/spool.js';
import { SpooledBatches } from './spooled-batches.js';
import { startTimeLimit, STORING_SHARE, type TimeLimit, within } from './time-limit.js';

/**
 * Least milliseconds that `deliver` waits for the disk, though it were longer than it was given: what it
 * reports as kept is to be on disk, and a second is what a busy disk may take.
 */
const MIN_STORING_MILLIS = 1_000;

/**
 * Holds the batches that are on their way, decides which is sent when, and what an answer means for it.
 * Every batch is in one lane, from its admission until it is delivered or counted as lost; `deliver` only
 * stops waiting for it when its time is over. Timers are unref'd but for that of a flush, which somebody
 * waits for.
 */
export class Dispatcher implements Delivery {
  readonly #state: DispatchState;
  readonly #preparation: Preparation;
  readonly #spooled: SpooledBatches | undefined;
  readonly #admissions: Admissions;
  readonly #answers: Answers;
  readonly #flushes: Flushes;
  /** The times of those who wait in `deliver`. */
  readonly #limits = new Set<TimeLimit>();
  #requests = 0;
  #timer: NodeJS.Timeout | undefined;
  #closing: Promise<void> | undefined;

  constructor(parts: DispatcherParts, settings: DeliverySettings) {
    const state = new DispatchState(parts, settings);
    const loop = {
      pump: () => {
        this.#pump();
      },
      checkFlushes: () => {
        this.#flushes.check();
      },
    };
    this.#state = state;
    this.#preparation = new Preparation(state, loop);
    this.#spooled = parts.spool && new SpooledBatches(state, loop, parts.spool);
    this.#admissions = new Admissions(state, loop, this.#spooled);
    this.#answers = new Answers(state, this.#preparation, this.#spooled);
    this.#flushes = new Flushes(state, loop, this.#spooled);
  }

  async deliver(batches: readonly LogEventBatch[]): Promise<DeliveryResult> {
    const { exportTimeoutMillis } = this.#state.settings;
    const storingMillis = this.#spooled ? exportTimeoutMillis * STORING_SHARE : 0;
    const limit = startTimeLimit(exportTimeoutMillis - storingMillis, false);
    this.#limits.add(limit);
    const admission = await this.#admissions.admitAll(batches, limit.over);
    const { admitted, kept, lost } = admission;
    await Promise.race([Promise.all(admitted.map((pending) => pending.reported)), limit.over]);
    this.#end(limit);
    if (this.#spooled) {
      await this.#whileStoring(Math.max(MIN_STORING_MILLIS, storingMillis), this.#spooled.store(admitted));
    }
    const result = { delivered: 0, kept, lost };
    let { error } = admission;
    for (const pending of admitted) {
      result.delivered += pending.delivered;
      result.kept += pending.events + pending.keptElsewhere;
      result.lost += pending.lost;
      error = pending.error ?? error;
      // Errors hold the answer and its connection: what waits on disk for hours must not keep one each.
      if (pending.stored) pending.lastError = undefined;
    }
    return error === undefined ? result : { ...result, error };
  }

  prepare(destinations: readonly Destination[]): void {
    for (const destination of destinations) {
      this.#preparation.ensure(this.#state.lanes.of(destination), 'ahead');
    }
  }

  prepareGroup(logGroupName: string): void {
    this.#preparation.ensureGroupAhead(logGroupName);
  }

  async forceFlush(timeoutMillis = this.#state.settings.flushTimeoutMillis): Promise<void> {
    const { isWaitingOver } = this.#state;
    if (isWaitingOver) return;
    if (!this.#closing) await this.#flushes.flushWithFound(timeoutMillis);
    // A shutdown does what a flush would, and says itself what becomes of the rest.
    if (!this.#state.isWaitingOver) await this.#closing;
  }

  stopWaiting(): void {
    this.#state.isWaitingOver = true;
    for (const pending of this.#state.lanes.batches()) pending.reportKept();
    this.#flushes.cutShort();
  }

  async checkSpool(): Promise<SpoolStatus | undefined> {
    return await this.#state.parts.spool?.check();
  }

  async ready(): Promise<void> {
    await this.#spooled?.scan();
  }

  shutdown(timeoutMillis = this.#state.settings.shutdownTimeoutMillis): Promise<void> {
    this.#closing ??= this.#close(timeoutMillis);
    return this.#closing;
  }

  status(): DeliveryStatus {
    const { accounts, pace, parts, room } = this.#state;
    return {
      deliveredEvents: accounts.deliveredEvents,
      deliveredBytes: accounts.deliveredBytes,
      heldEvents: accounts.heldEvents,
      requests: this.#requests,
      retries: this.#answers.retries,
      throttles: pace.throttles,
      inheritedEvents: accounts.inheritedEvents,
      handedOnEvents: accounts.handedOnEvents,
      heldBytes: room.used,
      lastError: accounts.lastError,
      lastErrorAt: accounts.lastErrorAt,
      breaker: parts.breaker?.state ?? 'closed',
      spool: parts.spool?.status(),
    };
  }

  /** Starts what may start now, the lanes in turn, and sets the timer for the next that may start later. */
  #pump(): void {
    const { isAborted, lanes, pace, parts } = this.#state;
    clearTimeout(this.#timer);
    if (isAborted) return;
    const now = parts.now();
    let nextAt = Number.POSITIVE_INFINITY;
    // A lane that started something is moved to the end, where this same loop comes to it again.
    for (const lane of lanes) {
      // What is answered and still on disk would be sent again after a kill, as what is in flight would.
      if (!pace.allowsBeside(this.#state.inFlight + (parts.spool?.removals ?? 0))) return;
      if (lane.isBlocked || !lane.hasWaiting || !lane.mayStart) {
        if (lane.isForgettable) lanes.forget(lane);
        continue;
      }
      const at = Math.max(lane.readyAt, pace.pausedUntil);
      if (at > now) {
        nextAt = Math.min(nextAt, at);
        continue;
      }
      const wait = pace.takeTurn(now);
      if (wait > 0) {
        nextAt = Math.min(nextAt, now + wait);
        break;
      }
      lanes.moveToEnd(lane);
      this.#state.begin(this.#attempt(lane, lane.start()));
    }
    if (nextAt === Number.POSITIVE_INFINITY) return;
    this.#timer = setTimeout(() => {
      this.#pump();
    }, nextAt - now).unref();
  }

  async #attempt(lane: Lane, pending: PendingBatch): Promise<void> {
    const { abort, isClosed, parts } = this.#state;
    this.#state.inFlight++;
    const number = ++this.#state.attempts;
    if (pending.stored) pending.stored.isBusy = true;
    const send = async (): Promise<Outcome | Unread> => {
      const unread = pending.isLoaded ? undefined : await this.#spooled!.load(pending);
      if (unread) return unread;
      this.#requests++;
      pending.keeper?.sending(pending.part.events);
      return await parts.sender.send(pending.part, abort.signal, lane.sequenceToken);
    };
    // The last chance of a shutdown is taken whatever the breaker thinks.
    const breaker = isClosed ? undefined : parts.breaker;
    const outcome = await runAsOwnTelemetry(() => (breaker ? breaker.run(send) : send())).catch(
      // Senders do not reject; should one do so, the application must not end by it, nor the events be lost.
      (error: unknown): Outcome => ({ kind: 'retry', cause: 'retry', error: toError(error) }),
    );
    this.#state.inFlight--;
    lane.inFlight.delete(pending);
    if (pending.stored) pending.stored.isBusy = false;
    if (!pending.abandoned && outcome.kind !== 'gone') {
      this.#answers.apply(outcome, { number, lane, pending });
    }
    if (pending.events > 0) {
      lane.putBack(pending);
      if (this.#state.isClosed) this.#storeSoon();
    }
    this.#pump();
    this.#flushes.check();
  }

  /** There may be no time for a second attempt: whoever ends a process waits only so long. */
  #storeSoon(): void {
    void this.#spooled?.storeAll().then(() => {
      this.#flushes.check();
    });
  }

  /** Waits for the disk as long as a caller of `deliver` can; it may hang. */
  async #whileStoring(millis: number, storing: Promise<void>): Promise<void> {
    const limit = startTimeLimit(millis, false);
    this.#limits.add(limit);
    await Promise.race([storing, limit.over]);
    this.#end(limit);
  }

  #end(limit: TimeLimit): void {
    this.#limits.delete(limit);
    limit.clear();
  }

  async #close(shutdownTimeoutMillis: number): Promise<void> {
    const { abort, accounts, admissions, lanes, parts, room } = this.#state;
    const storingMillis = shutdownTimeoutMillis * STORING_SHARE;
    const deadline = parts.now() + shutdownTimeoutMillis;
    this.#state.isClosed = true;
    await this.#flushes.flush(this.#spooled ? shutdownTimeoutMillis - storingMillis : shutdownTimeoutMillis);
    abort.abort();
    clearTimeout(this.#timer);
    room.turnAllAway();
    // Who was given room just before still comes into a lane; its batches are counted below.
    await within(storingMillis / 2, throughAll(admissions));
    if (this.#spooled) await this.#spooled.close(Math.max(0, deadline - parts.now()));
    for (const pending of lanes.batches()) {
      pending.reportKept();
      if (pending.stored) continue;
      accounts.loseRest(pending, 'shutdown', 'not delivered in the time given to shutdown');
    }
    lanes.clear();
    // Whoever waits for a disk that hangs would wait for its own longer time; what is not stored is counted.
    for (const limit of this.#limits) limit.clear();
    await throughAll(admissions);
    // A flush that began before would keep the process, and whoever waits for it, for its own longer time.
    this.#flushes.cutShort();
    parts.diagnostics.flush();
  }
}

async function throughAll(admissions: Iterable<Admission>): Promise<void> {
  await Promise.all([...admissions].map(({ through }) => through));
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
