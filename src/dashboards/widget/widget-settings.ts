import { checkMembers } from '../../cloudwatch/check-members.js';
import { checkFunctions } from '../../cloudwatch/check-values.js';
import { wholeNumber } from '../check-options.js';
import { checkEngine, type LookUpEngine } from '../look-up-engine.js';

/** How a custom widget makes look-ups. */
export interface TraceWidgetOptions {
  /** Makes the look-ups; its log groups are all that a widget's parameters may name. */
  readonly engine: LookUpEngine;
  /** Rows of the list at the most; errors among them first. Default 200. */
  readonly maxRows?: number | undefined;
  /** Bytes that the queries of one look-up may scan. Default no bound: what the engine's groups hold is. */
  readonly maxBytesScanned?: number | undefined;
  /**
   * Milliseconds after which a look-up is stopped on the service. Default 25,000. Never later than a moment
   * before the function's own deadline, which the context tells.
   */
  readonly timeoutMillis?: number | undefined;
  /** Hears the errors of the service, whose own text no widget shows. Must not throw. */
  readonly onError?: ((error: unknown) => void) | undefined;
  /** Milliseconds since 1970. Default Date.now; for tests. */
  readonly clock?: (() => number) | undefined;
}

/** The options, checked and with their defaults. */
export interface TraceWidgetSettings {
  readonly engine: LookUpEngine;
  readonly maxRows: number;
  readonly maxBytesScanned: number | undefined;
  readonly timeoutMillis: number;
  readonly onError: (error: unknown) => void;
  readonly epochMillis: () => number;
}

const MEMBERS = {
  engine: true,
  maxRows: true,
  maxBytesScanned: true,
  timeoutMillis: true,
  onError: true,
  clock: true,
} as const satisfies Record<keyof TraceWidgetOptions, true>;

/** @throws OptionError for the first option that is wrong */
export function readTraceWidgetOptions(options: TraceWidgetOptions): TraceWidgetSettings {
  checkMembers('', options, MEMBERS);
  const { engine, onError, clock } = options;
  checkEngine(engine);
  checkFunctions({ onError, clock });
  return {
    engine,
    maxRows: wholeNumber('maxRows', options.maxRows, 200),
    maxBytesScanned: wholeNumber('maxBytesScanned', options.maxBytesScanned, undefined),
    timeoutMillis: wholeNumber('timeoutMillis', options.timeoutMillis, 25_000),
    onError: onError ?? (() => undefined),
    epochMillis: clock ?? Date.now,
  };
}
