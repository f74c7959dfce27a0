import { sendWithin } from '../cloudwatch/send-within.js';
import { type DispatcherParts } from '../delivery/dispatch-state.js';
import { type LogEventBatch } from '../delivery/encoded-event.js';
import { type Outcome, type RetryCause } from '../delivery/outcome.js';
import { type Sender } from '../delivery/sender.js';
import { type Diagnostics } from '../observability/diagnostics.js';
import { type Answer, type BackEnd, type EventBatch, type Verdict } from './back-end.js';
import { BackEndError, describeThrown } from './back-end-error.js';
import { exceeds, type Limits, requestBytesOf } from './cut-batches.js';
import { readBatch } from './event-content.js';
import { type Places } from './places.js';
import { type Session } from './session.js';
import { readVerdict } from './verdict.js';

interface SenderParts {
  readonly backEnd: Pick<BackEnd<never, unknown>, 'name' | 'send' | 'classify'>;
  readonly session: Session;
  readonly places: Places;
  readonly limits: Limits;
  readonly diagnostics: Diagnostics;
  readonly requestTimeoutMillis: number;
}

/** How one attempt ended: what the back end says, or that nobody knows. */
type Attempt = { readonly verdict: Verdict; readonly error: unknown } | { readonly outcome: Outcome };

/** Delivery's cause for what a back end says; what it does not say so passes. */
const CAUSES: Partial<Record<Verdict['kind'], RetryCause>> = {
  throttled: 'throttled',
  denied: 'denied',
  unauthenticated: 'credentials',
  missing: 'missing',
};

/** Sends batches to a back end, and makes of its verdicts what delivery knows. */
export class BaseSender implements Sender {
  readonly #parts: SenderParts;

  constructor(parts: SenderParts) {
    this.#parts = parts;
  }

  async send(
    batch: LogEventBatch,
    signal: AbortSignal,
    _sequenceToken?: string,
    onRepeat: () => void = () => undefined,
  ): Promise<Outcome> {
    const { backEnd, limits, places, session } = this.#parts;
    if (!places.isOwn(batch.destination)) {
      const what = `events of ${batch.destination.logGroupName} are in the spool of back end ${backEnd.name}`;
      const error = new BackEndError('denied', `${what}; they stay there for whom they belong to`);
      return { kind: 'retry', cause: 'denied', error };
    }
    const bytes = [...batch.events].reduce((sum, event) => sum + requestBytesOf(event, limits), 0);
    // Its limits were others when a process before this one stored them.
    if (exceeds(limits, batch.events.length, bytes)) {
      return {
        kind: 'split',
        error: new BackEndError('split', 'the batch is over the limits of one request'),
      };
    }
    const read = readBatch(batch, places);
    const first = await this.#attempt(read, signal);
    if ('outcome' in first) return first.outcome;
    if (first.verdict.kind !== 'unauthenticated' || !session.canRenew || signal.aborted) {
      return this.#outcomeOf(first.verdict, first.error, read);
    }
    onRepeat();
    const second = await this.#attempt(read, signal);
    return 'outcome' in second ? second.outcome : this.#outcomeOf(second.verdict, second.error, read);
  }

  /** What open and authenticate reject with means for a request that was not made. */
  outcomeOfOpening(error: unknown): Outcome & { kind: 'retry' } {
    const { verdict } = this.#classify({ error });
    const cause = CAUSES[verdict.kind] ?? (verdict.kind === 'retry' ? 'retry' : 'configuration');
    const afterMillis = 'afterMillis' in verdict ? verdict.afterMillis : undefined;
    // What is missing can't be made by what has just failed to make it.
    return {
      kind: 'retry',
      cause: cause === 'missing' ? 'configuration' : cause,
      error: this.#errorOf(verdict, error),
      afterMillis,
    };
  }

  async #attempt(batch: EventBatch, signal: AbortSignal): Promise<Attempt> {
    const { backEnd, requestTimeoutMillis, session } = this.#parts;
    let credentials: unknown;
    try {
      await session.open(signal);
      credentials = await session.credentials(signal);
    } catch (error) {
      const outcome = this.outcomeOfOpening(error);
      // Credentials with which nothing can be opened are as good as refused.
      if (outcome.cause === 'credentials') session.forget();
      return { outcome };
    }
    let answer: Answer<unknown>;
    let signalOfRequest: AbortSignal | undefined;
    try {
      const response = await sendWithin(
        async ({ abortSignal }) => {
          signalOfRequest = abortSignal;
          return await backEnd.send(batch, { signal: abortSignal, credentials });
        },
        requestTimeoutMillis,
        signal,
      );
      answer = { response };
    } catch (error) {
      if (signalOfRequest?.aborted ?? signal.aborted)
        return { outcome: { kind: 'retry', cause: 'retry', error: notAnswered(error) } };
      answer = { error };
    }
    const { verdict, problem } = this.#classify(answer);
    if (problem !== undefined) return { outcome: { kind: 'retry', cause: 'unexpected', error: problem } };
    if (verdict.kind === 'unauthenticated') session.refused(credentials);
    if (verdict.kind === 'missing') session.close();
    return { verdict, error: answer.error };
  }

  #classify(answer: Answer<unknown>): { verdict: Verdict; problem?: BackEndError } {
    const { backEnd, diagnostics } = this.#parts;
    let what: string;
    try {
      const read = readVerdict(backEnd.classify(answer));
      if (read.verdict) return { verdict: read.verdict };
      what = read.what;
    } catch (error) {
      what = `threw ${describeThrown(error)}`;
    }
    diagnostics.error('classify', `classify of back end ${backEnd.name} ${what}`);
    return { verdict: { kind: 'retry' }, problem: new BackEndError('retry', `classify ${what}`) };
  }

  #outcomeOf(verdict: Verdict, thrown: unknown, { events }: EventBatch): Outcome {
    switch (verdict.kind) {
      case 'accepted':
        return { kind: 'accepted', rejected: [] };
      case 'partially_rejected': {
        const { rejected } = verdict;
        if (!Number.isInteger(rejected) || rejected < 0 || rejected > events.length) {
          const what = `${rejected} of ${events.length} events are said to be rejected`;
          return { kind: 'retry', cause: 'implausible', error: new BackEndError(verdict.kind, what) };
        }
        if (rejected > 0 && verdict.detail !== undefined) {
          this.#parts.diagnostics.warn('rejected', `${rejected} events were rejected: ${verdict.detail}`);
        }
        return { kind: 'accepted', rejected: rejected > 0 ? [{ reason: 'rejected', count: rejected }] : [] };
      }
      case 'split':
      case 'refused':
        return { kind: verdict.kind, error: this.#errorOf(verdict, thrown) };
      default:
        return {
          kind: 'retry',
          cause: CAUSES[verdict.kind] ?? 'retry',
          error: this.#errorOf(verdict, thrown),
          afterMillis: 'afterMillis' in verdict ? verdict.afterMillis : undefined,
        };
    }
  }

  #errorOf(verdict: Verdict, thrown: unknown): Error {
    const detail = 'detail' in verdict ? verdict.detail : undefined;
    const message = detail ?? (thrown === undefined ? verdict.kind : describeThrown(thrown));
    // What was thrown may hold the request and its connection, which must not be kept for as long as events wait.
    return new BackEndError(verdict.kind, message);
  }
}

/** The time of the request was over, or that of a shutdown: the back end may have the events, or not. */
function notAnswered(error: unknown): BackEndError {
  return new BackEndError('retry', describeThrown(error));
}

/** Opens a back end where delivery would make a log group: ahead of the first request, and when something is missing. */
export function createOpener(
  sender: BaseSender,
  session: Session,
  signal: AbortSignal,
): DispatcherParts['provisioner'] {
  const open = async (): ReturnType<DispatcherParts['provisioner']['ensure']> => {
    try {
      await session.open(signal);
      return { kind: 'ready' };
    } catch (error) {
      return { kind: 'failed', missing: 'unknown', error: sender.outcomeOfOpening(error).error };
    }
  };
  return { ensure: open, ensureGroupAhead: open, settled: () => Promise.resolve() };
}
