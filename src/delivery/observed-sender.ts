import { describeError, errorTypeOf, httpStatusOf } from '../cloudwatch/classify-error.js';
import { type Diagnostics } from '../observability/diagnostics.js';
import { type RequestObserver } from '../observability/request-observer.js';
import { type LogEventBatch } from './encoded-event.js';
import { oldestTimestamp } from './event-list.js';
import { type Outcome } from './outcome.js';
import { type Sender } from './sender.js';

/**
 * A sender that tells an observer of each request. What the observer throws (a meter of the application's)
 * changes nothing of the answer.
 * @param parts - `monotonicMillis` gives milliseconds of a clock that is never set back
 */
export function observeRequests(
  sender: Sender,
  observer: RequestObserver,
  {
    monotonicMillis,
    diagnostics,
  }: { readonly monotonicMillis: () => number; readonly diagnostics: Diagnostics },
): Sender {
  return {
    async send(batch, signal, sequenceToken, onRepeat) {
      const start = monotonicMillis();
      const outcome = await sender.send(batch, signal, sequenceToken, onRepeat);
      try {
        observer(observed(batch, outcome, (monotonicMillis() - start) / 1000));
      } catch (error) {
        diagnostics.error('metrics', `a request could not be measured: ${describeError(error)}`);
      }
      return outcome;
    },
  };
}

function observed(
  batch: LogEventBatch,
  outcome: Outcome,
  durationSeconds: number,
): Parameters<RequestObserver>[0] {
  const oldest = oldestTimestamp(batch.events);
  if (outcome.kind === 'accepted') return { durationSeconds, isAccepted: true, oldestTimestamp: oldest };
  const { error } = outcome;
  return {
    durationSeconds,
    isAccepted: false,
    errorType: errorTypeOf(error),
    httpStatus: httpStatusOf(error),
    oldestTimestamp: oldest,
  };
}
