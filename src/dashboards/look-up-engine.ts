import { OptionError } from '../cloudwatch/errors.js';
import { type CorrelationEngine } from '../insights/look-up/correlation-engine.js';

/** What a handler asks of a {@link CorrelationEngine}. */
export type LookUpEngine = Pick<
  CorrelationEngine,
  | 'correlateByTrace'
  | 'correlateBySpan'
  | 'correlateByRequest'
  | 'correlateBy'
  | 'newestEvents'
  | 'listLogGroups'
  | 'logGroups'
>;

/** @throws OptionError for what makes no look-ups */
export function checkEngine(engine: unknown): asserts engine is LookUpEngine {
  if (typeof (engine as LookUpEngine | undefined)?.correlateByTrace !== 'function') {
    throw new OptionError('engine', 'be a CorrelationEngine', engine);
  }
}
