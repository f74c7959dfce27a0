import { BreakerOnDemand as OnDemand } from '../cloudwatch/circuit-breaker/breaker-on-demand.js';
import { type Diagnostics } from '../observability/diagnostics.js';
import {
  type Breaker,
  type CircuitBreakerSettings,
  DEFAULT_CIRCUIT_BREAKER_SETTINGS,
  isEndpointFailure,
} from './breaker.js';
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

/** Makes the breaker of a delivery. @returns undefined for settings that are false: requests are never held back then */
export function createBreakerOnDemand(
  parts: { readonly diagnostics: Diagnostics; readonly monotonicMillis: () => number },
  settings: CircuitBreakerSettings | false = DEFAULT_CIRCUIT_BREAKER_SETTINGS,
): BreakerOnDemand | undefined {
  if (settings === false) return undefined;
  return new BreakerOnDemand({
    diagnostics: parts.diagnostics,
    async load() {
      const { EndpointBreaker } = await import('./circuit-breaker.js');
      return new EndpointBreaker(parts, settings);
    },
  });
}
