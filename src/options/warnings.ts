import { type Diagnostics } from '../observability/diagnostics.js';
import { idleVariables } from './idle-variables.js';
import { ALL_OPTIONS, type ExporterSettings, type OptionsReading } from './options.js';
import { type Environment } from './read-options.js';
import { readResourceAttributes } from './resource-attributes.js';

/**
 * Warns of what would go unnoticed: environment variables that look like ours and have no effect, old names of
 * options, and resource attributes that can't be read. Each is said once.
 */
export function warnOfVariablesAndNames(
  diagnostics: Diagnostics,
  { origins, renamed }: OptionsReading<ExporterSettings>,
  environment: Environment,
): void {
  for (const { was, now } of renamed) {
    diagnostics.warn(
      `renamed ${was}`,
      `${was} is now called ${now}; the old name is read for this version only`,
    );
  }
  const old = new Set(renamed.map(({ was }) => was));
  const isInUse = (path: string): boolean => origins.get(path)?.source !== 'default' && origins.has(path);
  for (const { variable, problem, near } of idleVariables(ALL_OPTIONS, environment, isInUse)) {
    if (old.has(variable)) continue;
    const remedy = near === undefined ? '' : `; did you mean ${near}?`;
    diagnostics.warn(`variable ${variable}`, `the environment variable ${variable} ${problem}${remedy}`);
  }
  const { problem } = readResourceAttributes(environment.OTEL_RESOURCE_ATTRIBUTES);
  if (problem !== undefined) diagnostics.warn('resource attributes', `OTEL_RESOURCE_ATTRIBUTES ${problem}`);
}
