import {
  type Breaker as BreakerOf,
  type BreakerState,
  type CircuitBreakerSettings,
} from '../cloudwatch/circuit-breaker/breaker.js';
import { type Outcome, type Unread } from './outcome.js';

export { type BreakerState, type CircuitBreakerSettings };

export const DEFAULT_CIRCUIT_BREAKER_SETTINGS: CircuitBreakerSettings = {
  failures: 10,
  probeAfterMillis: 5_000,
};

/** A delivery has one client, so one region and endpoint, so one breaker. */
export type Breaker = BreakerOf<Outcome | Unread>;

/** Says whether a request failed for the endpoint's sake: an answer that shows knowledge shows that it is up. */
export function isEndpointFailure(outcome: Outcome | Unread): outcome is Outcome & { kind: 'retry' } {
  return outcome.kind === 'retry' && outcome.cause === 'retry';
}
