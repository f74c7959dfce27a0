import { ConsecutiveFailuresBreaker } from '../cloudwatch/circuit-breaker/consecutive-failures.js';
import { type Diagnostics } from '../observability/diagnostics.js';
import { type Breaker, type CircuitBreakerSettings, isEndpointFailure } from './breaker.js';
import { type Outcome, type Unread } from './outcome.js';

/** The breaker of a delivery. {@link BreakerOnDemand} loads it. */
export class EndpointBreaker extends ConsecutiveFailuresBreaker<Outcome | Unread> implements Breaker {
  /** @param parts - `monotonicMillis` gives milliseconds of a clock that is never set back */
  constructor(
    parts: { readonly diagnostics: Diagnostics; readonly monotonicMillis: () => number },
    settings: CircuitBreakerSettings,
  ) {
    const { diagnostics, monotonicMillis } = parts;
    const { probeAfterMillis } = settings;
    super(
      {
        monotonicMillis,
        isFailure: isEndpointFailure,
        notMade: (lastFailure) => ({
          ...(lastFailure as Outcome & { kind: 'retry' }),
          afterMillis: probeAfterMillis,
          wasNotSent: true,
        }),
        onOpen() {
          diagnostics.warn(
            'breaker open',
            `the service does not answer; no requests for ${probeAfterMillis} ms, then one that probes`,
          );
        },
        onClose() {
          diagnostics.info('breaker closed', 'the service answers again');
        },
      },
      settings,
    );
  }
}
