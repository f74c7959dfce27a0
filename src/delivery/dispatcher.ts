import { describeError, remedyFor } from '../cloudwatch/classify-error.js';
import { EVENT_OVERHEAD_BYTES } from '../cloudwatch/limits.js';
import { type Diagnostics } from '../observability/diagnostics.js';
import { type Losses, type LossReason } from '../observability/losses.js';
import { runAsOwnTelemetry } from '../observability/own-telemetry.js';
import { type Provisioner } from '../resources/ensure-log-group.js';
import { Admission } from './admission.js';
import { backoffMillis } from './backoff.js';
import { type EndpointBreaker } from './circuit-breaker.js';
import {
  type Delivery,
  type DeliveryResult,
  type DeliverySettings,
  type DeliveryStatus,
} from './delivery.js';
import { type Destination, type LogEventBatch } from './encoded-event.js';
import { Lane } from './lane.js';
import { type Outcome, type Rejection, type RetryCause, type Unread } from './outcome.js';
import { PendingBatch } from './pending-batch.js';
import { RequestRate } from './request-rate.js';
import { RoomForBytes } from './room-for-bytes.js';
import { type Sender } from './sender.js';
import { type Spool } from './spool/spool.js';
import { type StoredBatch } from './spool/stored-batch.js';
import { startTimeLimit, type TimeLimit, within } from './time-limit.js';

/**
 * Milliseconds for which a denied permission counts as passing: a role's new permissions take some seconds
 * to be known everywhere. After that each batch gets one attempt.
 */
const DENIED_GRACE_MILLIS = 10_000;

/** Waits between attempts while somebody waits for a flush. */
const MAX_DELAY_IN_FLUSH_MILLIS = 1_000;

/** Failed attempts of a stream up to which a wrong sequence token is corrected without waiting. */
const MAX_TOKEN_CORRECTIONS = 3;

/** Of the time given to shutdown, the part in which what is left is stored. */
const STORING_SHARE = 0.2;

/** What earlier processes left comes before all that this one sends. */
const BEFORE_ALL = Number.MIN_SAFE_INTEGER;

/** What waiting a little will not mend; nor what is missing once it could not be made. */
const HOPELESS: ReadonlySet<RetryCause> = new Set<RetryCause>(['denied', 'credentials', 'configuration']);

/** What is wrong with one destination alone, not with the endpoint. */
const OF_THE_DESTINATION: ReadonlySet<RetryCause> = new Set<RetryCause>(['denied', 'missing']);

/** What the dispatcher works with. */
export interface DispatcherParts {
  readonly sender: Sender;
  readonly provisioner: Provisioner;
  readonly breaker?: EndpointBreaker | undefined;
  readonly spool?: Spool | undefined;
  readonly losses: Losses;
  readonly diagnostics: Diagnostics;
  readonly now: () => number;
  readonly random: () => number;
}

/**
 * Holds the batches that are on their way, decides which is sent when, and what an answer means for it.
 * Every batch is in one lane, from its admission until it is delivered or counted as lost; `deliver` only
 * stops waiting for it when its time is over. Timers are unref'd but for that of a flush, which somebody
 * waits for.
 */
export class Dispatcher implements Delivery {
  readonly #parts: DispatcherParts;
  readonly #settings: DeliverySettings;
  readonly #lanes = new Map<string, Lane>();
  readonly #room: RoomForBytes;
  readonly #rate: RequestRate | undefined;
  readonly #abort = new AbortController();
  readonly #afterAttempt = new Set<() => void>();
  /** The calls of `deliver` of which some batch waits for room. */
  readonly #admissions = new Set<Admission>();
  #batches = 0;
  #attempts = 0;
  #inFlight = 0;
  /** Requests allowed at once: halved when the service throttles, raised again with each success. */
  #limit: number;
  /** No request before this time: the service throttles the account, not a stream. */
  #pausedUntil = 0;
  /** Since when no request to the endpoint succeeded, for reasons that no destination has alone. */
  #failingSince: number | undefined;
  /** The time limits of the flushes under way. */
  readonly #flushes = new Set<TimeLimit>();
  readonly #spool: Spool | undefined;
  readonly #ofStored = new WeakMap<StoredBatch, PendingBatch>();
  #inheritedBatches = 0;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;
  #closing: Promise<void> | undefined;
  #lastError: Error | undefined;
  readonly #status = {
    deliveredEvents: 0,
    deliveredBytes: 0,
    heldEvents: 0,
    requests: 0,
    retries: 0,
    throttles: 0,
    inheritedEvents: 0,
    handedOnEvents: 0,
  };

  constructor(parts: DispatcherParts, settings: DeliverySettings) {
    this.#parts = parts;
    this.#settings = settings;
    this.#limit = settings.concurrency;
    this.#room = new RoomForBytes(settings.maxBufferBytes);
    const { requestsPerSecond } = settings;
    if (requestsPerSecond !== undefined) this.#rate = new RequestRate(requestsPerSecond, parts.now());
    this.#spool = parts.spool;
    this.#spool?.open({
      found: (batches) => {
        for (const { stored, destination } of batches) {
          this.#status.inheritedEvents += stored.events;
          this.#takeIn(stored, destination);
        }
      },
      again: (batches) => {
        for (const { stored, destination } of batches) this.#takeIn(stored, destination);
      },
      scanned: () => {
        this.#pump();
      },
      handedOn: (stored) => {
        this.#letGoOf(stored);
      },
      dropped: (stored, reason, detail) => {
        this.#dropStored(stored, reason, detail);
      },
    });
  }

  async deliver(batches: readonly LogEventBatch[]): Promise<DeliveryResult> {
    const limit = startTimeLimit(this.#settings.exportTimeoutMillis, false);
    const admission = new Admission();
    // Its part up to the first wait runs at once: a flush that begins right after this call finds the batches.
    await this.#admitAll(batches, admission, limit.over);
    const { admitted, kept, lost } = admission;
    await Promise.race([Promise.all(admitted.map((pending) => pending.reported)), limit.over]);
    limit.clear();
    if (this.#spool) await Promise.all(admitted.map((pending) => this.#store(pending)));
    const result = { delivered: 0, kept, lost };
    let { error } = admission;
    for (const pending of admitted) {
      result.delivered += pending.delivered;
      result.kept += pending.events;
      result.lost += pending.lost;
      error = pending.error ?? error;
      // Errors hold the answer and its connection: what waits on disk for hours must not keep one each.
      if (pending.stored) pending.lastError = undefined;
    }
    return error === undefined ? result : { ...result, error };
  }

  prepare(destinations: readonly Destination[]): void {
    for (const destination of destinations) this.#ensure(this.#laneOf(destination), 'ahead');
  }

  prepareGroup(logGroupName: string): void {
    void runAsOwnTelemetry(() => this.#parts.provisioner.ensureGroupAhead(logGroupName));
  }

  async forceFlush(): Promise<void> {
    const { flushTimeoutMillis } = this.#settings;
    const startedAt = this.#parts.now();
    // What earlier processes left is part of what a flush sends, also of one right after the start.
    if (this.#spool) await within(flushTimeoutMillis, this.#spool.scan());
    await this.#flush(Math.max(0, flushTimeoutMillis - (this.#parts.now() - startedAt)));
  }

  async ready(): Promise<void> {
    await this.#spool?.scan();
  }

  shutdown(timeoutMillis = this.#settings.shutdownTimeoutMillis): Promise<void> {
    this.#closing ??= this.#close(timeoutMillis);
    return this.#closing;
  }

  status(): DeliveryStatus {
    return {
      ...this.#status,
      heldBytes: this.#room.used,
      lastError: this.#lastError,
      breaker: this.#parts.breaker?.state ?? 'closed',
      spool: this.#spool?.status(),
    };
  }

  /** Brings batches into their lanes as soon as there is room, one after the other, until `until` resolves. */
  async #admitAll(
    batches: readonly LogEventBatch[],
    admission: Admission,
    until: Promise<void>,
  ): Promise<void> {
    const isLate = this.#isClosed;
    // All of them at once: also what waits for room is with us.
    for (const batch of batches) this.#status.heldEvents += batch.events.length;
    this.#admissions.add(admission);
    for (const batch of batches) {
      if (batch.events.length === 0) continue;
      if (isLate) {
        this.#turnAway(batch, admission, isLate);
      } else if (this.#takesNow(batch)) {
        admission.admitted.push(this.#admit(batch));
      } else {
        // Only where there is a spool: an `await` would let others pass who come later.
        const spooled = this.#spool && (await this.#spoolAtOnce(batch, this.#spool));
        if (spooled) admission.admitted.push(spooled);
        else if (await this.#waitForRoom(batch, until)) admission.admitted.push(this.#admit(batch));
        else this.#turnAway(batch, admission, isLate);
      }
    }
    this.#admissions.delete(admission);
    admission.finish();
    this.#checkFlushes();
  }

  #takesNow(batch: LogEventBatch): boolean {
    if (this.#abort.signal.aborted) return false;
    if (this.#room.tryTake(batch.bytes)) return true;
    if (this.#spool) return false;
    this.#evictFrom(this.#stuckLanes(keyOf(batch.destination)), batch.bytes);
    return this.#room.tryTake(batch.bytes);
  }

  /** @returns false when there is no room for the batch until `until` resolves, or the time of shutdown is over */
  async #waitForRoom(batch: LogEventBatch, until: Promise<void>): Promise<boolean> {
    if (this.#abort.signal.aborted) return false;
    const taken = this.#room.take(batch.bytes, until);
    this.#checkFlushes();
    return await taken;
  }

  #admit(batch: LogEventBatch): PendingBatch {
    const pending = new PendingBatch(batch, ++this.#batches);
    const lane = this.#laneOf(batch.destination);
    const isBehindStored = lane.hasStored;
    lane.add(pending);
    // In an outage nobody waits for what will not be delivered soon: the queue before us would overflow.
    const isDown = this.#parts.breaker?.state === 'open' || this.#hasFailedLong(this.#failingSince);
    if (isDown || isBehindStored || this.#hasFailedLong(lane.failingSince)) {
      pending.lastError = this.#lastError;
      if (this.#spool) {
        void this.#store(pending).then(() => {
          pending.reportKept();
        });
      } else {
        pending.reportKept();
      }
    }
    this.#pump();
    return pending;
  }

  #turnAway(batch: LogEventBatch, admission: Admission, isLate: boolean): void {
    const kept = batch.keeper?.giveBack(batch.events) ?? 0;
    const count = batch.events.length - kept;
    this.#status.heldEvents -= batch.events.length;
    admission.kept += kept;
    admission.lost += count;
    if (isLate) {
      this.#parts.losses.record('shutdown', count, 'they came after shutdown');
      admission.error = new Error('Delivery is shut down');
      return;
    }
    const because = this.#lastError ? `; last error: ${describeError(this.#lastError)}` : '';
    if (this.#abort.signal.aborted) {
      const detail = `there was no room for them in the time given to shutdown${because}`;
      this.#parts.losses.record('shutdown', count, detail);
      admission.error = new Error(`Delivery is shut down: ${detail}`, { cause: this.#lastError });
      return;
    }
    const detail = `${this.#room.used} bytes wait to be delivered${because}`;
    this.#parts.losses.record('buffer_full', count, detail);
    admission.error = new Error(`The buffer is full: ${detail}`, { cause: this.#lastError });
  }

  /** Lanes that fail by themselves while the endpoint works must not take the room of all the others. */
  #stuckLanes(exceptKey: string): Lane[] {
    return [...this.#lanes]
      .filter(([key, lane]) => key !== exceptKey && lane.lastCause && OF_THE_DESTINATION.has(lane.lastCause))
      .map(([, lane]) => lane)
      .filter((lane) => this.#hasFailedLong(lane.failingSince));
  }

  #evictFrom(lanes: readonly Lane[], bytes: number): void {
    for (const lane of lanes) {
      while (this.#room.used + bytes > this.#settings.maxBufferBytes) {
        const pending = lane.evictOldest();
        if (!pending) break;
        this.#loseRest(pending, 'buffer_full', `${nameOf(lane.destination)} has not taken events for long`);
      }
    }
  }

  #hasFailedLong(since: number | undefined): boolean {
    return since !== undefined && this.#parts.now() - since >= this.#settings.exportTimeoutMillis;
  }

  #laneOf(destination: Destination): Lane {
    const key = keyOf(destination);
    let lane = this.#lanes.get(key);
    if (!lane) {
      lane = new Lane(destination);
      this.#lanes.set(key, lane);
    }
    return lane;
  }

  /** Starts what may start now, the lanes in turn, and sets the timer for the next that may start later. */
  #pump(): void {
    clearTimeout(this.#timer);
    if (this.#abort.signal.aborted) return;
    const now = this.#parts.now();
    let nextAt = Number.POSITIVE_INFINITY;
    // A lane that started something is moved to the end, where this same loop comes to it again.
    for (const [key, lane] of this.#lanes) {
      if (this.#inFlight >= this.#limit) return;
      if (lane.isBlocked || !lane.hasWaiting || !lane.mayStart) {
        if (lane.isForgettable) this.#lanes.delete(key);
        continue;
      }
      const at = Math.max(lane.readyAt, this.#pausedUntil);
      if (at > now) {
        nextAt = Math.min(nextAt, at);
        continue;
      }
      const wait = this.#rate?.take(now) ?? 0;
      if (wait > 0) {
        nextAt = Math.min(nextAt, now + wait);
        break;
      }
      this.#lanes.delete(key);
      this.#lanes.set(key, lane);
      void this.#attempt(lane, lane.start());
    }
    if (nextAt === Number.POSITIVE_INFINITY) return;
    this.#timer = setTimeout(() => {
      this.#pump();
    }, nextAt - now).unref();
  }

  async #attempt(lane: Lane, pending: PendingBatch): Promise<void> {
    this.#inFlight++;
    const attempt = ++this.#attempts;
    if (pending.stored) pending.stored.isBusy = true;
    const send = async (): Promise<Outcome | Unread> => {
      const unread = pending.isLoaded ? undefined : await this.#load(pending);
      if (unread) return unread;
      this.#status.requests++;
      pending.keeper?.sending(pending.part.events);
      return await this.#parts.sender.send(pending.part, this.#abort.signal, lane.sequenceToken);
    };
    // The last chance of a shutdown is taken whatever the breaker thinks.
    const breaker = this.#isClosed ? undefined : this.#parts.breaker;
    const outcome = await runAsOwnTelemetry(() => (breaker ? breaker.run(send) : send()));
    this.#inFlight--;
    lane.inFlight.delete(pending);
    if (pending.stored) pending.stored.isBusy = false;
    if (!pending.abandoned) this.#apply(outcome, lane, pending, attempt);
    if (pending.events > 0) {
      lane.putBack(pending);
      // There may be no time for a second attempt: whoever ends a process waits only so long.
      if (this.#isClosed && this.#spool) {
        void this.#storeAll().then(() => {
          this.#checkFlushes();
        });
      }
    }
    this.#pump();
    this.#checkFlushes();
  }

  #apply(outcome: Outcome | Unread, lane: Lane, pending: PendingBatch, attempt: number): void {
    switch (outcome.kind) {
      case 'accepted':
        this.#accepted(outcome, lane, pending);
        break;
      case 'retry':
        this.#failed(outcome, lane, pending, attempt);
        break;
      case 'sequence_token':
        lane.wantsTokens = true;
        lane.sequenceToken = outcome.expected;
        if (++lane.tokenCorrections > MAX_TOKEN_CORRECTIONS) {
          this.#failed({ ...outcome, kind: 'retry', cause: 'retry' }, lane, pending, attempt);
        }
        break;
      case 'split':
        this.#refused(outcome.error, lane, pending);
        break;
      case 'refused':
        this.#noteError(pending, outcome.error);
        this.#loseRest(
          pending,
          'delivery_failed',
          `${nameOf(lane.destination)}: ${describeError(outcome.error)}`,
        );
        break;
      case 'unreadable':
        this.#noteError(pending, outcome.error);
        lane.failingSince ??= this.#parts.now();
        lane.lastHopelessAttempt = attempt;
        lane.readyAt = this.#parts.now() + this.#delay(++lane.failures, undefined);
        break;
      case 'gone':
        break;
    }
  }

  #accepted(outcome: Outcome & { kind: 'accepted' }, lane: Lane, pending: PendingBatch): void {
    let rejected = 0;
    for (const { reason, count } of outcome.rejected) {
      rejected += count;
      this.#parts.losses.record(
        reason,
        count,
        `refused by the service for their time, in ${nameOf(lane.destination)}`,
      );
    }
    const bytesBefore = pending.bytes;
    const part = pending.accept(rejected);
    this.#release(pending, part.events.length, bytesBefore - pending.bytes);
    this.#status.deliveredEvents += part.events.length - rejected;
    this.#status.deliveredBytes += part.bytes - rejectedBytes(part, outcome.rejected);
    lane.succeeded();
    lane.tokenCorrections = 0;
    if (lane.wantsTokens) lane.sequenceToken = outcome.nextSequenceToken;
    this.#failingSince = undefined;
    if (this.#parts.breaker) this.#releaseHeldBack();
    this.#limit = Math.min(this.#settings.concurrency, this.#limit + 1 / Math.ceil(this.#limit));
    if (outcome.entityError !== undefined) {
      const group = lane.destination.logGroupName;
      this.#parts.diagnostics.once(
        'warn',
        `entity ${outcome.entityError} ${group}`,
        `log group ${group} did not take the entity of its events (${outcome.entityError}); the events themselves are accepted`,
      );
    }
  }

  /** The endpoint is up: what the breaker held back need not wait for its next probe. */
  #releaseHeldBack(): void {
    for (const lane of this.#lanes.values()) {
      if (!lane.isHeldBack) continue;
      lane.isHeldBack = false;
      lane.readyAt = 0;
    }
  }

  #failed(outcome: Outcome & { kind: 'retry' }, lane: Lane, pending: PendingBatch, attempt: number): void {
    const { cause, error } = outcome;
    const now = this.#parts.now();
    this.#noteError(pending, error);
    lane.lastCause = cause;
    lane.failingSince ??= now;
    pending.unload();
    if (outcome.wasNotSent) {
      lane.isHeldBack = true;
      lane.lastHopelessAttempt = attempt;
      lane.readyAt = now + this.#delay(1, outcome.afterMillis);
      return;
    }
    this.#status.retries++;
    if (!OF_THE_DESTINATION.has(cause)) this.#failingSince ??= now;
    if (HOPELESS.has(cause)) lane.lastHopelessAttempt = attempt;
    this.#report(cause, error, lane);
    if (cause === 'denied' && now - lane.failingSince >= DENIED_GRACE_MILLIS) {
      if (!this.#spool) {
        lane.readyAt = now;
        this.#loseRest(pending, 'delivery_failed', `${nameOf(lane.destination)}: ${describeError(error)}`);
        return;
      }
      void this.#store(pending);
    }
    // Requests that were in flight together fail together: they count as one failure.
    if (lane.readyAt > now) return;
    lane.failures++;
    lane.readyAt = now + this.#delay(lane.failures, outcome.afterMillis);
    if (cause === 'throttled') this.#slowDown(lane.readyAt, now);
    if (cause === 'missing') this.#ensure(lane, 'missing', lane.failures === 1);
  }

  #delay(failures: number, afterMillis: number | undefined): number {
    const delay = Math.max(
      afterMillis ?? 0,
      backoffMillis(failures, this.#settings.retry, this.#parts.random()),
    );
    return this.#flushes.size > 0 ? Math.min(delay, MAX_DELAY_IN_FLUSH_MILLIS) : delay;
  }

  #slowDown(until: number, now: number): void {
    this.#status.throttles++;
    if (this.#pausedUntil <= now) this.#limit = Math.max(1, this.#limit / 2);
    this.#pausedUntil = Math.max(this.#pausedUntil, until);
  }

  #refused(error: Error, lane: Lane, pending: PendingBatch): void {
    this.#noteError(pending, error);
    const bytesBefore = pending.bytes;
    const { refusal, lost } = pending.refuse();
    if (refusal === 'halved') {
      this.#status.retries++;
      return;
    }
    this.#release(pending, lost, bytesBefore - pending.bytes);
    const what =
      refusal === 'event_lost' ? 'the service refuses the event' : 'the service refuses every event';
    this.#parts.losses.record(
      'rejected',
      lost,
      `${what}, in ${nameOf(lane.destination)}: ${describeError(error)}`,
    );
  }

  #loseRest(pending: PendingBatch, reason: LossReason, detail: string): void {
    const { bytes, events } = pending;
    // What the service refuses is lost; what there is no room or time for may wait where it is kept.
    const lost = pending.lose(reason === 'delivery_failed' ? undefined : pending.keeper);
    this.#release(pending, events, bytes);
    this.#parts.losses.record(reason, lost, detail);
  }

  #release(pending: PendingBatch, events: number, bytes: number): void {
    const { stored } = pending;
    if (stored) {
      if (pending.events === 0) this.#spool!.remove(stored);
      else this.#spool!.reduce(stored, pending.events);
      return;
    }
    this.#status.heldEvents -= events;
    this.#room.release(bytes);
  }

  #noteError(pending: PendingBatch, error: Error): void {
    pending.lastError = error;
    this.#lastError = error;
  }

  #report(cause: RetryCause, error: Error, lane: Lane): void {
    if (cause === 'missing') return;
    const remedy = remedyFor(error);
    const where = OF_THE_DESTINATION.has(cause) ? `to ${nameOf(lane.destination)} ` : '';
    this.#parts.diagnostics[HOPELESS.has(cause) ? 'error' : 'warn'](
      `failed ${cause} ${where}`,
      `sending ${where}failed and will be tried again: ${describeError(error)}${remedy ? `; ${remedy}` : ''}`,
    );
  }

  /** Makes group and stream; the lane sends nothing meanwhile. */
  #ensure(lane: Lane, when: 'ahead' | 'missing', thenAtOnce = true): void {
    if (lane.isBlocked) return;
    lane.isBlocked = true;
    void runAsOwnTelemetry(() => this.#parts.provisioner.ensure(lane.destination, when)).then((result) => {
      lane.isBlocked = false;
      if (result.kind === 'ready' && thenAtOnce) lane.readyAt = 0;
      if (result.kind === 'failed' && when === 'missing') {
        this.#lastError = result.error;
        lane.lastHopelessAttempt = this.#attempts;
        for (const pending of lane.batches()) pending.lastError = result.error;
      }
      this.#pump();
      this.#checkFlushes();
    });
  }

  /**
   * Tries everything at once, then with short waits, until all that is here now is gone, or fails for what
   * waiting does not mend, or the time is over. Whoever delivers what is left then waits no longer.
   */
  async #flush(millis: number): Promise<void> {
    const waiting = [...this.#lanes.values()].flatMap((lane) => [...lane.batches()]);
    waiting.sort((a, b) => b.sequence - a.sequence);
    const admissions = [...this.#admissions];
    const firstAttempt = this.#attempts;
    const limit = startTimeLimit(millis, true);
    this.#flushes.add(limit);
    this.#pausedUntil = 0;
    for (const lane of this.#lanes.values()) lane.readyAt = 0;
    await new Promise<void>((resolve) => {
      const check = (): void => {
        if (!this.#isFlushed(waiting, admissions, firstAttempt)) return;
        this.#afterAttempt.delete(check);
        resolve();
      };
      this.#afterAttempt.add(check);
      void limit.over.then(() => {
        this.#afterAttempt.delete(check);
        resolve();
      });
      this.#pump();
      check();
    });
    await Promise.race([this.#parts.provisioner.settled(), limit.over]);
    this.#flushes.delete(limit);
    limit.clear();
    if (this.#spool && !this.#isClosed) await Promise.all(waiting.map((pending) => this.#store(pending)));
    // A shutdown reports itself what becomes of the rest.
    if (this.#isClosed) return;
    for (const pending of waiting) pending.reportKept();
    for (const { admitted } of admissions) for (const pending of admitted) pending.reportKept();
  }

  #checkFlushes(): void {
    for (const check of [...this.#afterAttempt]) check();
  }

  /**
   * @param waiting - the newest first; what is gone is taken off its end, so that it is not looked at again
   * @param admissions - those that waited for room when the flush began
   */
  #isFlushed(waiting: PendingBatch[], admissions: readonly Admission[], firstAttempt: number): boolean {
    while (waiting.at(-1)?.events === 0) waiting.pop();
    let isSomethingLeft = false;
    // The oldest first: what can still be sent is mostly found at once, among tens of thousands.
    for (const batches of [waiting, ...admissions.map(({ admitted }) => admitted)]) {
      for (let index = batches.length - 1; index >= 0; index--) {
        const pending = batches[index]!;
        // What is on disk needs no more of the time given to shutdown.
        if (pending.events === 0 || (this.#isClosed && pending.stored !== undefined)) continue;
        const lane = this.#laneOf(pending.destination);
        if (lane.isBlocked || lane.inFlight.size > 0 || lane.lastHopelessAttempt <= firstAttempt)
          return false;
        isSomethingLeft = true;
      }
    }
    if (admissions.every(({ isThrough }) => isThrough)) return true;
    // Only what is hopeless takes the room that the rest waits for, and nobody who was given room is to come yet.
    return isSomethingLeft && this.#room.waiting === this.#admissions.size;
  }

  /** Takes in what an earlier process left. After shutdown it stays where it is, for the next. */
  #takeIn(stored: StoredBatch, destination: Destination): void {
    if (this.#isClosed) return;
    const pending = new PendingBatch({ stored, destination }, BEFORE_ALL + ++this.#inheritedBatches);
    this.#ofStored.set(stored, pending);
    this.#laneOf(destination).putBack(pending);
  }

  #letGoOf(stored: StoredBatch): void {
    const pending = this.#ofStored.get(stored);
    if (pending) this.#laneOf(pending.destination).remove(pending);
    this.#status.handedOnEvents += pending ? pending.letGo() : stored.events;
  }

  #dropStored(stored: StoredBatch, reason: LossReason, detail: string): void {
    const pending = this.#ofStored.get(stored);
    if (!pending) {
      this.#parts.losses.record(reason, stored.events, detail);
      return;
    }
    this.#laneOf(pending.destination).remove(pending);
    this.#loseRest(pending, reason, detail);
  }

  /** Stores a batch for which there is no room in memory. @returns undefined where it can't be stored */
  async #spoolAtOnce(batch: LogEventBatch, spool: Spool): Promise<PendingBatch | undefined> {
    const sequence = ++this.#batches;
    // From here on it may be sent from there, whatever becomes of this process.
    batch.keeper?.sending(batch.events);
    const stored = await spool.write(batch, { sequence });
    if (stored === undefined || stored === 'too_large') return undefined;
    batch.keeper?.release(batch.events);
    this.#status.heldEvents -= batch.events.length;
    const pending = new PendingBatch({ stored, destination: batch.destination }, sequence);
    pending.lastError = this.#lastError;
    pending.reportKept();
    this.#ofStored.set(stored, pending);
    this.#laneOf(batch.destination).putBack(pending);
    this.#pump();
    return pending;
  }

  /** Brings to disk what is left of a batch; where that fails it stays in memory. */
  async #store(pending: PendingBatch, isLast = false): Promise<void> {
    if (!this.#spool || pending.events === 0 || (pending.stored && !pending.isReduced)) return;
    pending.storing ??= this.#storeOnce(this.#spool, pending, isLast).finally(() => {
      pending.storing = undefined;
    });
    await pending.storing;
  }

  async #storeOnce(spool: Spool, pending: PendingBatch, isLast: boolean): Promise<void> {
    const { rest, stored: replaces } = pending;
    pending.isReduced = false;
    pending.keeper?.sending(rest.events);
    const stored = await spool.write(rest, { sequence: pending.sequence, replaces, isLast });
    if (stored === undefined) {
      pending.isReduced = true;
      return;
    }
    if (stored === 'too_large') {
      this.#loseRest(pending, 'spool_full', 'a batch is larger than the whole spool may be');
      return;
    }
    // It was delivered, or lost, on another way meanwhile.
    if (pending.events === 0) {
      spool.remove(stored);
      return;
    }
    if (replaces) {
      spool.remove(replaces);
    } else {
      this.#status.heldEvents -= pending.events;
      this.#room.release(pending.bytes);
    }
    pending.stored = stored;
    pending.releaseKeeper();
    this.#ofStored.set(stored, pending);
    spool.reduce(stored, pending.events);
    stored.isBusy = this.#laneOf(pending.destination).inFlight.has(pending);
    if (!stored.isBusy) pending.unload();
  }

  /** Reads a batch that is only on disk. @returns undefined when its events are in memory */
  async #load(pending: PendingBatch): Promise<Unread | undefined> {
    const spool = this.#spool!;
    const stored = pending.stored!;
    const read = await spool.read(stored);
    if (pending.abandoned) return { kind: 'gone' };
    switch (read.kind) {
      case 'batch': {
        const damaged = pending.load(read.batch);
        spool.reduce(stored, pending.events);
        this.#parts.losses.record('spool_corrupt', damaged, 'a file of the spool is damaged');
        return undefined;
      }
      case 'damaged':
        this.#loseRest(pending, 'spool_corrupt', read.detail);
        return { kind: 'gone' };
      case 'handed_on':
        this.#status.handedOnEvents += pending.letGo();
        return { kind: 'gone' };
      case 'set_aside':
        pending.letGo();
        this.#ofStored.delete(stored);
        return { kind: 'gone' };
      case 'failed':
        return { kind: 'unreadable', error: read.error };
    }
  }

  /** Brings to disk all that is in memory. */
  async #storeAll(): Promise<void> {
    const all = [...this.#lanes.values()].flatMap((lane) => [...lane.batches()]);
    await Promise.all(all.map((pending) => this.#store(pending, true)));
  }

  async #closeSpool(spool: Spool, millis: number): Promise<void> {
    const limit = startTimeLimit(millis, true);
    const end = async (): Promise<void> => {
      // Once for what is being stored, which may fail, and once for the last time.
      await this.#storeAll();
      await this.#storeAll();
      // Answers that come now still decide what the next process sends.
      while (this.#inFlight > 0) await new Promise<void>((resolve) => setImmediate(resolve));
    };
    await Promise.race([end(), limit.over]);
    await Promise.race([spool.close(millis), limit.over]);
    limit.clear();
  }

  async #close(shutdownTimeoutMillis: number): Promise<void> {
    this.#isClosed = true;
    await this.#flush(this.#spool ? shutdownTimeoutMillis * (1 - STORING_SHARE) : shutdownTimeoutMillis);
    this.#abort.abort();
    clearTimeout(this.#timer);
    this.#room.turnAllAway();
    // Who was given room just before still comes into a lane; its batches are counted below.
    const storing = startTimeLimit(shutdownTimeoutMillis * STORING_SHARE, true);
    await Promise.race([Promise.all([...this.#admissions].map(({ through }) => through)), storing.over]);
    storing.clear();
    if (this.#spool) await this.#closeSpool(this.#spool, shutdownTimeoutMillis * STORING_SHARE);
    for (const lane of this.#lanes.values()) {
      for (const pending of lane.batches()) {
        pending.reportKept();
        if (pending.stored) continue;
        this.#loseRest(pending, 'shutdown', 'not delivered in the time given to shutdown');
      }
    }
    this.#lanes.clear();
    // A flush that began before would keep the process, and whoever waits for it, for its own longer time.
    for (const limit of this.#flushes) limit.clear();
    this.#parts.diagnostics.flush();
  }
}

function keyOf({ logGroupName, logStreamName }: Destination): string {
  // Neither name may hold a line break, so no two destinations share a key.
  return `${logGroupName}\n${logStreamName}`;
}

function nameOf({ logGroupName, logStreamName }: Destination): string {
  return `log group ${logGroupName}, stream ${logStreamName}`;
}

/** Bytes of a part that the service refused, and so does not bill: the first events are too old, the last too new. */
function rejectedBytes({ events }: LogEventBatch, rejected: readonly Rejection[]): number {
  let first = 0;
  let last = events.length;
  for (const { reason, count } of rejected) {
    if (reason === 'too_new') last -= count;
    else first += count;
  }
  return [...events.slice(0, first), ...events.slice(last)].reduce(
    (sum, { messageBytes }) => sum + messageBytes + EVENT_OVERHEAD_BYTES,
    0,
  );
}
