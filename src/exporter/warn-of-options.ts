import { type Diagnostics } from '../observability/diagnostics.js';
import { type ExporterSettings, type OptionsReading } from '../options/options.js';
import { type Environment } from '../options/read-options.js';
import { type PartsOnDemand, whenLoaded } from './parts-on-demand.js';

/**
 * Warns of options that would go unnoticed, as soon as what finds them is loaded: nothing but lines of a log comes of
 * it. What is wrong is thrown by the reading itself.
 */
export function warnOfOptions(
  diagnostics: Diagnostics,
  reading: OptionsReading<ExporterSettings>,
  environment: Environment,
  onDemand?: PartsOnDemand,
): void {
  // The application may change its environment meanwhile.
  const asRead = { ...environment };
  whenLoaded(({ warnOfVariablesAndNames }) => {
    warnOfVariablesAndNames(diagnostics, reading, asRead);
  }, onDemand);
}
