import { describeError, remedyFor } from '../cloudwatch/classify-error.js';
import { type DispatchState } from './dispatch-state.js';
import { type Lane } from './lane.js';
import { OF_THE_DESTINATION, type Outcome, type RetryCause, type Unread } from './outcome.js';
import { type PendingBatch } from './pending-batch.js';
import { type Preparation } from './preparation.js';
import { type SpooledBatches } from './spooled-batches.js';

/**
 * Milliseconds for which a denied permission counts as passing: a role's new permissions take some seconds
 * to be known everywhere. After that each batch gets one attempt.
 */
const DENIED_GRACE_MILLIS = 10_000;

/** Failed attempts of a stream up to which a wrong sequence token is corrected without waiting. */
const MAX_TOKEN_CORRECTIONS = 3;

/** What counts as passing for the grace; after it a batch is lost without a spool, and waits in one. */
const HAS_GRACE: ReadonlySet<RetryCause> = new Set<RetryCause>(['denied', 'unexpected']);

/**
 * Milliseconds for which a flush tries again what waiting seldom mends: credentials that are just being renewed,
 * a permission that just comes into force. What failed so for longer is known, and no flush waits for it.
 */
const HOPELESS_AFTER_MILLIS = 1_000;

/** What waiting longer will not mend; nor what is missing once it could not be made. */
const HOPELESS: ReadonlySet<RetryCause> = new Set<RetryCause>(['denied', 'credentials', 'configuration']);

/** One attempt to send a batch. */
interface Attempt {
  readonly number: number;
  readonly lane: Lane;
  readonly pending: PendingBatch;
}

/** What the outcome of an attempt means for its batch, its lane and all others. */
export class Answers {
  readonly #state: DispatchState;
  readonly #preparation: Preparation;
  readonly #spooled: SpooledBatches | undefined;
  /** Attempts that failed and are made again. */
  retries = 0;

  constructor(state: DispatchState, preparation: Preparation, spooled: SpooledBatches | undefined) {
    this.#state = state;
    this.#preparation = preparation;
    this.#spooled = spooled;
  }

  apply(outcome: Exclude<Outcome | Unread, { kind: 'gone' }>, attempt: Attempt): void {
    const { accounts } = this.#state;
    const { lane, pending } = attempt;
    switch (outcome.kind) {
      case 'accepted':
        this.#accepted(outcome, attempt);
        break;
      case 'retry':
        this.#failed(outcome, attempt);
        break;
      case 'sequence_token':
        lane.wantsTokens = true;
        lane.sequenceToken = outcome.expected;
        if (++lane.tokenCorrections > MAX_TOKEN_CORRECTIONS) {
          this.#failed({ ...outcome, kind: 'retry', cause: 'retry' }, attempt);
        }
        break;
      case 'split':
        accounts.noteError(pending, outcome.error);
        if (accounts.refused(pending, `${lane.name}: ${describeError(outcome.error)}`)) this.retries++;
        break;
      case 'refused':
        accounts.noteError(pending, outcome.error);
        this.#lose(outcome.error, attempt);
        break;
      case 'unreadable':
        accounts.noteError(pending, outcome.error);
        this.#unreadable(attempt);
        break;
    }
  }

  #accepted(outcome: Outcome & { kind: 'accepted' }, { lane, pending }: Attempt): void {
    const { accounts, pace, parts } = this.#state;
    accounts.delivered(pending, outcome.rejected, lane.name);
    lane.succeeded();
    lane.tokenCorrections = 0;
    if (lane.wantsTokens) lane.sequenceToken = outcome.nextSequenceToken;
    this.#state.failingSince = undefined;
    if (parts.breaker) this.#releaseHeldBack();
    pace.succeeded();
    if (outcome.entityError !== undefined) {
      const group = lane.destination.logGroupName;
      parts.diagnostics.once(
        'warn',
        `entity ${outcome.entityError} ${group}`,
        `log group ${group} did not take the entity of its events (${outcome.entityError}); the events themselves are accepted`,
      );
    }
  }

  /** The endpoint is up: what the breaker held back need not wait for its next probe. */
  #releaseHeldBack(): void {
    for (const lane of this.#state.lanes) {
      if (!lane.isHeldBack) continue;
      lane.isHeldBack = false;
      lane.readyAt = 0;
    }
  }

  #failed(outcome: Outcome & { kind: 'retry' }, attempt: Attempt): void {
    const { lane, pending, number } = attempt;
    const { accounts, pace, parts } = this.#state;
    const { cause, error } = outcome;
    const now = parts.now();
    accounts.noteError(pending, error);
    lane.lastCause = cause;
    lane.failingSince ??= now;
    pending.unload();
    if (outcome.wasNotSent) {
      lane.isHeldBack = true;
      lane.lastHopelessAttempt = number;
      lane.readyAt = now + pace.delay(1, outcome.afterMillis);
      return;
    }
    this.retries++;
    if (!OF_THE_DESTINATION.has(cause)) this.#state.failingSince ??= now;
    if (isHopeless(cause, now - lane.failingSince)) lane.lastHopelessAttempt = number;
    this.#report(cause, error, lane);
    lane.inGraceSince = HAS_GRACE.has(cause) ? (lane.inGraceSince ?? now) : undefined;
    if (lane.inGraceSince !== undefined && now - lane.inGraceSince >= DENIED_GRACE_MILLIS) {
      if (!this.#spooled) {
        lane.readyAt = now;
        this.#lose(error, attempt);
        return;
      }
      void this.#spooled.store([pending]);
    }
    // Requests that were in flight together fail together: they count as one failure, and the longest wait
    // that one of them was asked for holds.
    if (lane.readyAt > now) {
      const asked = outcome.afterMillis === undefined ? 0 : now + pace.delay(1, outcome.afterMillis);
      lane.readyAt = Math.max(lane.readyAt, asked);
      return;
    }
    lane.failures++;
    lane.readyAt = now + pace.delay(lane.failures, outcome.afterMillis);
    if (cause === 'throttled') pace.slowDown(lane.readyAt, now);
    if (cause === 'missing') this.#preparation.ensure(lane, 'missing', lane.failures === 1);
  }

  #lose(error: Error, { lane, pending }: Attempt): void {
    this.#state.accounts.loseRest(pending, 'delivery_failed', `${lane.name}: ${describeError(error)}`);
  }

  #unreadable({ lane, number }: Attempt): void {
    const now = this.#state.parts.now();
    lane.failingSince ??= now;
    lane.lastHopelessAttempt = number;
    lane.readyAt = now + this.#state.pace.delay(++lane.failures, undefined);
  }

  #report(cause: RetryCause, error: Error, lane: Lane): void {
    if (cause === 'missing') return;
    const remedy = remedyFor(error);
    const isOfDestination = OF_THE_DESTINATION.has(cause);
    const where = isOfDestination ? `to ${lane.name} ` : '';
    this.#state.parts.diagnostics[HOPELESS.has(cause) ? 'error' : 'warn'](
      // Of a group's streams, which may be hundreds, one is named.
      `failed ${cause} ${isOfDestination ? lane.destination.logGroupName : ''}`,
      `sending ${where}failed and will be tried again: ${describeError(error)}${remedy ? `; ${remedy}` : ''}`,
    );
  }
}

function isHopeless(cause: RetryCause, failingMillis: number): boolean {
  return HOPELESS.has(cause) && (cause === 'configuration' || failingMillis >= HOPELESS_AFTER_MILLIS);
}
