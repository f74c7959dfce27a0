import { describeError, remedyFor } from '../cloudwatch/classify-error.js';
import { type DispatchLoop, type DispatchState } from './dispatch-state.js';
import { type Lane } from './lane.js';
import { HOPELESS, OF_THE_DESTINATION, type Outcome, type RetryCause, type Unread } from './outcome.js';
import { type PendingBatch } from './pending-batch.js';
import { type Preparation } from './preparation.js';

/** One attempt to send a batch. */
interface Attempt {
  readonly number: number;
  readonly lane: Lane;
  readonly pending: PendingBatch;
}

/** Applies the outcome of an attempt to its batch, its lane and all others. */
export class Answers {
  readonly #state: DispatchState;
  readonly #loop: DispatchLoop;
  readonly #preparation: Preparation;
  /** Requests that failed and are made again, by the SDK or by us. */
  retries = 0;

  constructor(state: DispatchState, loop: DispatchLoop, preparation: Preparation) {
    this.#state = state;
    this.#loop = loop;
    this.#preparation = preparation;
  }

  apply(outcome: Exclude<Outcome | Unread, { kind: 'gone' }>, attempt: Attempt): void {
    const { accounts } = this.#state;
    const { lane, pending } = attempt;
    if (isAnswer(outcome)) this.#state.endpointAnswered();
    switch (outcome.kind) {
      case 'accepted':
        this.#accepted(outcome, attempt);
        break;
      case 'retry':
        this.#failed(outcome, attempt);
        break;
      case 'sequence_token':
        this.#state.parts.diagnostics.debug(
          'token refreshed',
          `${lane.name}: the sequence token was refreshed`,
        );
        if (!lane.correctToken(outcome.expected)) {
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
    const { accounts, lanes, pace, parts } = this.#state;
    const { length } = pending.part.events;
    accounts.delivered(pending, outcome.rejected, lane.name);
    parts.diagnostics.debug('accepted', `${lane.name}: a request with ${length} events was accepted`);
    lane.accepted(outcome.nextSequenceToken);
    // The endpoint is up.
    if (parts.breaker) for (const other of lanes) other.release();
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

  #failed(outcome: Outcome & { kind: 'retry' }, { lane, pending, number }: Attempt): void {
    const { accounts, lanes, pace, parts } = this.#state;
    const { cause, error, afterMillis } = outcome;
    const now = parts.monotonicMillis();
    // The first event of a new stream finds it missing, and it is made: that is no error yet.
    if (cause === 'missing') pending.lastError = error;
    else accounts.noteError(pending, error);
    pending.unload();
    if (outcome.wasNotSent) {
      lane.heldBack({ number, cause, now }, pace.delay(1, afterMillis));
      this.#loop.keep([pending]);
      return;
    }
    this.retries++;
    this.#report(cause, error, lane);
    const isPastGrace = lane.failed({ number, cause, now });
    if (isPastGrace && !parts.spool) {
      lane.retryNow();
      accounts.lastError = error;
      this.#lose(error, { lane, pending });
      return;
    }
    const failures = lane.wait(now, {
      after: (count) => pace.delay(count, afterMillis),
      asked: afterMillis === undefined ? undefined : pace.delay(1, afterMillis),
    });
    if (failures !== undefined && cause === 'throttled') pace.slowDown(lane.readyAt, now);
    if (failures !== undefined && cause === 'missing') {
      if (failures > 1) accounts.lastError = error;
      void this.#preparation.ensure(lane, 'missing', failures === 1);
    }
    const hasGoneDown = !OF_THE_DESTINATION.has(cause) && this.#state.endpointFailed(now);
    // A shutdown stores what is left by itself, and says what becomes of it.
    if (this.#state.phase !== 'open') return;
    // Batches in flight may still be answered.
    if (hasGoneDown) for (const one of lanes) this.#loop.keep(one.waiting);
    if (this.#state.isDown || isPastGrace) this.#loop.keep([pending]);
  }

  #lose(error: Error, { lane, pending }: Pick<Attempt, 'lane' | 'pending'>): void {
    this.#state.accounts.loseRest(pending, 'delivery_failed', `${lane.name}: ${describeError(error)}`);
  }

  #unreadable({ lane, number }: Attempt): void {
    const { pace, parts } = this.#state;
    lane.unread({ number, now: parts.monotonicMillis() }, (failures) => pace.delay(failures, undefined));
  }

  #report(cause: RetryCause, error: Error, lane: Lane): void {
    if (cause === 'missing') return;
    const remedy = remedyFor(error);
    const isOfDestination = OF_THE_DESTINATION.has(cause);
    const where = isOfDestination ? `to ${lane.name} ` : '';
    this.#state.parts.diagnostics[HOPELESS.has(cause) ? 'error' : 'warn'](
      // A group may have hundreds of streams: one of them is named.
      `failed ${cause} ${isOfDestination ? lane.destination.logGroupName : ''}`,
      `sending ${where}failed and will be tried again: ${describeError(error)}${remedy ? `; ${remedy}` : ''}`,
    );
  }
}

/** The endpoint itself answered, with what it knows. An answer that nobody knows may be that of a proxy. */
function isAnswer(outcome: Outcome | Unread): boolean {
  if (outcome.kind === 'retry') return outcome.cause === 'denied' || outcome.cause === 'missing';
  return outcome.kind !== 'unreadable';
}
