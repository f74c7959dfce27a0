import { toRequestError } from '../cloudwatch/request-error.js';
import { runAsOwnTelemetry } from '../observability/own-telemetry.js';
import { type LossReason } from '../observability/losses.js';
import { type Admission } from './admission.js';
import { Admissions } from './admissions.js';
import { Answers } from './answers.js';
import { type Deadline } from './deadline.js';
import {
  type DeliverOptions,
  type Delivery,
  type DeliveryResult,
  type DeliverySettings,
  type DeliveryStatus,
  type SendAtOnce,
} from './delivery.js';
import { type DispatcherParts, type DispatchLoop, DispatchState } from './dispatch-state.js';
import { type Destination, type LogEventBatch } from './encoded-event.js';
import { Flushes } from './flushes.js';
import { type Lane } from './lane.js';
import { mergeable, mergeBatches } from './merge-batches.js';
import { type Outcome, type Unread } from './outcome.js';
import { PendingBatch } from './pending-batch.js';
import { Preparation } from './preparation.js';
import { admittingOfShutdown, answersOfDelivery, planShutdown, storingOfDelivery } from './shutdown-plan.js';
import { type Spool, type SpoolStatus } from './spool/spool.js';
import { SpooledBatches } from './spooled-batches.js';
import { startTimeLimit, type TimeLimit, within } from './time-limit.js';

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
    const loop: DispatchLoop = {
      pump: () => {
        this.#pump();
      },
      checkFlushes: () => {
        this.#flushes.check();
      },
      keep: (batches) => {
        if (this.#spooled) this.#spooled.keep(batches);
        else for (const pending of batches) pending.reportSafe();
      },
    };
    this.#state = state;
    this.#preparation = new Preparation(state, loop);
    this.#spooled = parts.spool && new SpooledBatches(state, loop, parts.spool);
    this.#admissions = new Admissions(state, loop, this.#spooled);
    this.#answers = new Answers(state, loop, this.#preparation);
    this.#flushes = new Flushes(state, loop, this.#spooled);
  }

  async deliver(
    batches: readonly LogEventBatch[],
    { reservedBytes, untilSafe = false }: DeliverOptions = {},
  ): Promise<DeliveryResult> {
    const deadline = this.#state.deadlineIn(this.#state.settings.deliveryTimeoutMillis);
    const hasSpool = this.#spooled !== undefined;
    const limit = this.#startLimit(answersOfDelivery(deadline, { hasSpool }));
    const admission = await this.#admissions.admitAll(batches, limit.over, reservedBytes);
    const waits = admission.batches.map((pending) => (untilSafe ? pending.safe : pending.reported));
    await Promise.race([Promise.all(waits), limit.over]);
    this.#end(limit);
    if (this.#spooled) {
      const storing = this.#startLimit(storingOfDelivery(deadline));
      await Promise.race([this.#spooled.store(admission.batches), storing.over]);
      this.#end(storing);
    }
    const result = { delivered: 0, kept: 0, lost: 0 };
    let error: Error | undefined;
    for (const pending of admission.batches) {
      result.delivered += pending.delivered;
      result.kept += pending.events + pending.keptElsewhere;
      result.lost += pending.lost;
      error = pending.error ?? error;
      // Errors hold the answer and its connection: what waits on disk for hours must not keep one each.
      if (pending.stored) pending.lastError = undefined;
    }
    return error === undefined ? result : { ...result, error };
  }

  async prepare(destinations: readonly Destination[]): Promise<void> {
    const lanes = destinations.map((destination) => this.#state.lanes.of(destination));
    await Promise.all(lanes.map((lane) => this.#preparation.ensure(lane, 'ahead')));
  }

  prepareGroup(logGroupName: string): Promise<void> {
    return this.#preparation.ensureGroupAhead(logGroupName);
  }

  async forceFlush(
    deadline = this.#state.deadlineIn(this.#state.settings.flushTimeoutMillis),
  ): Promise<void> {
    if (!this.#closing) await this.#flushes.flushWithFound(deadline);
    // A shutdown does what a flush would, and says itself what becomes of the rest.
    await this.#closing;
  }

  async checkSpool(): Promise<SpoolStatus | undefined> {
    return await this.#state.parts.spool?.check();
  }

  async ready(): Promise<void> {
    await this.#spooled?.scan();
  }

  shutdown(deadline = this.#state.deadlineIn(this.#state.settings.shutdownTimeoutMillis)): Promise<void> {
    this.#closing ??= this.#close(deadline);
    return this.#closing;
  }

  settleAtOnce(send: SendAtOnce, deliverRest: () => void): void {
    this.#state.standsStill = true;
    try {
      deliverRest();
      this.#settleAtOnce(send);
      this.#state.parts.diagnostics.flush();
    } finally {
      this.#state.standsStill = false;
    }
  }

  status(): DeliveryStatus {
    const { accounts, pace, parts, room } = this.#state;
    return {
      deliveredEvents: accounts.deliveredEvents,
      deliveredBytes: accounts.deliveredBytes,
      recentEventBytes: accounts.recentEventBytes,
      heldEvents: accounts.heldEvents,
      requests: this.#requests,
      retries: this.#answers.retries,
      throttles: pace.throttles,
      inheritedEvents: accounts.inheritedEvents,
      handedOnEvents: accounts.handedOnEvents,
      heldBytes: room.taken,
      lastError: accounts.lastError,
      lastErrorAt: accounts.lastErrorAt,
      breaker: parts.breaker?.state ?? 'closed',
      spool: parts.spool?.status(),
    };
  }

  /** Starts what may start now, the lanes in turn, and sets the timer for the next that may start later. */
  #pump(): void {
    const { halfway, lanes, pace, parts, phase } = this.#state;
    clearTimeout(this.#timer);
    if (phase === 'aborted' || this.#state.standsStill) return;
    const now = parts.monotonicMillis();
    let nextAt = Number.POSITIVE_INFINITY;
    // A lane that started something is moved to the end, where this same loop comes to it again.
    for (const lane of lanes) {
      // A batch that is answered and still on disk would be sent again after a kill, as one in flight would.
      const busy = this.#state.inFlight + (parts.spool?.removals ?? 0);
      if (!pace.allowsBeside(busy)) return;
      const { startsAt } = lane;
      if (startsAt === undefined) {
        if (lane.isForgettable) lanes.forget(lane);
        continue;
      }
      // So would what the service took a part of: that goes on before anything else begins.
      if (!pace.allowsBeside(busy + halfway.count) && !halfway.has(lane.waiting[0]!)) continue;
      const at = Math.max(startsAt, pace.pausedUntil);
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
      mergeNext(lane);
      this.#state.begin(this.#attempt(lane, lane.start()));
    }
    if (nextAt === Number.POSITIVE_INFINITY) return;
    this.#timer = setTimeout(() => {
      this.#pump();
    }, nextAt - now).unref();
  }

  async #attempt(lane: Lane, pending: PendingBatch): Promise<void> {
    const { abort, parts, phase } = this.#state;
    this.#state.inFlight++;
    this.#state.halfway.remove(pending);
    const number = ++this.#state.attempts;
    if (pending.stored) pending.stored.isBusy = true;
    const send = async (): Promise<Outcome | Unread> => {
      const unread = pending.isLoaded ? undefined : await this.#spooled!.load(pending);
      if (unread) return unread;
      this.#requests++;
      pending.keeper?.sending(pending.part.events);
      return await parts.sender.send(pending.part, abort.signal, lane.sequenceToken, () => {
        this.#requests++;
        this.#answers.retries++;
      });
    };
    // The last chance of a shutdown is taken whatever the breaker thinks.
    const breaker = phase === 'open' ? parts.breaker : undefined;
    const outcome = await runAsOwnTelemetry(() => (breaker ? breaker.run(send) : send())).catch(
      // Senders do not reject; should one do so, the application must not end by it, nor the events be lost.
      (error: unknown): Outcome => ({ kind: 'retry', cause: 'retry', error: toRequestError(error) }),
    );
    this.#state.inFlight--;
    lane.end(pending);
    if (pending.stored) pending.stored.isBusy = false;
    if (!pending.abandoned && outcome.kind !== 'gone') {
      this.#answers.apply(outcome, { number, lane, pending });
    }
    if (pending.events > 0) {
      lane.add(pending);
      if (this.#state.halfway.add(pending) && outcome.kind === 'retry') this.#storeRest(pending);
      if (this.#state.phase === 'closing') this.#storeAll();
    }
    this.#pump();
    this.#flushes.check();
  }

  /** A batch that waits for long must not keep the others from being sent: the disk has it meanwhile. */
  #storeRest(pending: PendingBatch): void {
    void this.#spooled!.storeRest(pending).then(() => {
      this.#state.halfway.remove(pending);
      this.#pump();
    });
  }

  /** There may be no time for a second attempt: whoever ends a process waits only so long. */
  #storeAll(): void {
    if (!this.#spooled) return;
    this.#state.callersWait = false;
    void this.#spooled.storeAll().then(() => {
      this.#flushes.check();
    });
  }

  /** Batches in flight are sent again: nobody will read the answer. */
  #settleAtOnce(send: SendAtOnce): void {
    const { accounts, lanes, parts } = this.#state;
    const spooled = this.#spooled?.handOnAtOnce();
    this.#admissions.admitWaiting();
    const left = lanes.batches().filter(({ stored }) => stored === undefined);
    const isSpoolLeft = spooled?.isSomethingLeft === true;
    if (left.length === 0 && !isSpoolLeft) return;
    const batches = left.map(({ rest }) => rest);
    const sent = send(batches, { isSpoolLeft });
    const events = spooled?.events ?? 0;
    accounts.handedOnEvents += Math.max(0, events - (sent.spooled ?? events));
    for (const [reason, count] of Object.entries(sent.lostByReason) as [LossReason, number][]) {
      parts.losses.record(reason, count, 'refused by the service at the end of the process');
    }
    const because = sent.problem === undefined ? '' : `; last error: ${sent.problem}`;
    const detail = `not delivered in the time given to the end of the process${because}`;
    for (const [index, pending] of left.entries()) {
      lanes.of(pending.destination).remove(pending);
      const { delivered = 0, lost = 0 } = sent.batches[index] ?? {};
      if (delivered + lost >= pending.events) accounts.settledAtOnce(pending, delivered);
      else if (storeAtEnd(pending, parts.spool)) accounts.storedAtEnd(pending);
      else accounts.loseRest(pending, 'shutdown', detail);
    }
  }

  #startLimit(deadline: Deadline): TimeLimit {
    const limit = startTimeLimit(deadline, false);
    this.#limits.add(limit);
    return limit;
  }

  #end(limit: TimeLimit): void {
    this.#limits.delete(limit);
    limit.clear();
  }

  async #close(deadline: Deadline): Promise<void> {
    const { abort, accounts, admissions, isDown, lanes, parts, room } = this.#state;
    const plan = planShutdown(deadline, { hasSpool: this.#spooled !== undefined });
    // Whoever flushes has waited for answers already, and from an endpoint that is down none is to be waited for.
    const waitsNoLonger = isDown || this.#flushes.areUnderWay;
    this.#state.close();
    if (waitsNoLonger) this.#storeAll();
    const storing = setTimeout(() => {
      this.#storeAll();
    }, plan.writesFrom.leftMillis).unref();
    await this.#flushes.flush(plan.answersUntil);
    clearTimeout(storing);
    abort.abort();
    clearTimeout(this.#timer);
    room.turnAllAway();
    // Who was given room just before still comes into a lane; its batches are counted below.
    await within(admittingOfShutdown(deadline), throughAll(admissions));
    await this.#spooled?.close(deadline);
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

/**
 * Merges what waits behind the next batch of a lane with it: small batches that come faster than answers do. While the
 * lane fails they stay as they are, so that no more of them is dropped than must be where it fails for itself.
 */
function mergeNext(lane: Lane): void {
  const next = lane.waiting[0]!;
  if (lane.isFailing || !MERGEABLE.has(next)) return;
  const group = mergeable(lane, next, MERGEABLE);
  if (group.length === 1) return;
  lane.replace(group, new PendingBatch(mergeBatches(group), next.sequence, true));
  for (const pending of group) pending.letGo();
}

/** A keeper has it on disk anyway. @returns false where it can't be stored */
function storeAtEnd({ keeper, rest, sequence }: PendingBatch, spool: Spool | undefined): boolean {
  return keeper === undefined && spool?.writeAtEnd(rest, sequence) === true;
}

/** A batch on its way to the disk is left out: it has a file to itself. */
const MERGEABLE = {
  has: ({ isAnonymous, storing }: PendingBatch): boolean => isAnonymous && storing === undefined,
};

async function throughAll(admissions: Iterable<Admission>): Promise<void> {
  await Promise.all([...admissions].map(({ through }) => through));
}
