import { BreakerOnDemand as OnDemand } from '../cloudwatch/circuit-breaker/breaker-on-demand.js';
import { type Diagnostics } from '../observability/diagnostics.js';
import { type Breaker, isEndpointFailure } from './breaker.js';
import { type Outcome, type Unread } from './outcome.js';

/** The breaker of a delivery, loaded with the first failure. */
export class BreakerOnDemand extends OnDemand<Outcome | Unread> implements Breaker {
  /** @param parts - `load` gives the breaker, which is new */
  constructor(parts: { readonly load: () => Promise<Breaker>; readonly diagnostics: Diagnostics }) {
    super({
      load: parts.load,
      isFailure: isEndpointFailure,
      onLoadFailure(error) {
        parts.diagnostics.warn(
          'breaker',
          `the circuit breaker could not be loaded: ${error instanceof Error ? error.name : typeof error}`,
        );
      },
    });
  }
}
