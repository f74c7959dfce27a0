import { type OptionProblem, type Reading } from '../options/read-options.js';
import { messageOf, report } from './report.js';

/** Without these, logs would go elsewhere, or hold what was to be hidden: better none than those. */
const NEVER_IGNORED = [
  'REDACT',
  'RESOURCE_ATTRIBUTES',
  'ENDPOINT',
  'REGION',
  'LOG_GROUP_NAME',
  'LOG_STREAM_NAME',
  'KMS_KEY_ID',
].map((name) => `OTEL_EXPORTER_CLOUDWATCH_LOGS_${name}`);

/**
 * The settings of options that came from the environment. A variable with a wrong value is reported and its
 * option has its default, as OpenTelemetry's SDK does for the environment, so that a typing error in one variable
 * doesn't cost all logs. One that says what may be sent and where is never passed over.
 * @throws OptionError for such a one, or a required option that is missing; all others are reported first
 */
export function usableSettings<Settings>({ settings, problems }: Reading<Settings>): Settings {
  const fatal = problems.filter((problem) => !mayBeIgnored(problem));
  for (const problem of problems) {
    if (mayBeIgnored(problem)) report(`${messageOf(problem.error)}. It is ignored`);
  }
  for (const { error } of fatal.slice(1)) report(messageOf(error));
  if (fatal[0] !== undefined) throw fatal[0].error;
  return settings;
}

function mayBeIgnored({ source, error }: OptionProblem): boolean {
  return source === 'environment' && !NEVER_IGNORED.includes(error.option);
}
