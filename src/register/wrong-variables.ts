import { OptionError } from '../cloudwatch/errors.js';
import { messageOf, report } from './report.js';

/** More wrong variables than this are not looked for one by one. */
const MAX_WRONG_VARIABLES = 50;

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
 * Makes something whose options come from the environment. A variable with a wrong value is reported and
 * left out, as OpenTelemetry's SDK does for the environment, so that a typing error in one variable
 * doesn't cost all logs. One that says what may be sent and where is never left out.
 * @param environment - as `process.env`; it is as before when this returns
 * @throws what `create` throws for any other reason: a required option that is missing, a wrong `REDACT`
 */
export function withoutWrongVariables<T>(environment: NodeJS.ProcessEnv, create: () => T): T {
  const leftOut = new Map<string, string>();
  try {
    for (;;) {
      try {
        return create();
      } catch (error) {
        const name = error instanceof OptionError ? error.option : undefined;
        const value = name === undefined ? undefined : environment[name];
        if (name === undefined || value === undefined || leftOut.size >= MAX_WRONG_VARIABLES) throw error;
        if (NEVER_IGNORED.includes(name)) throw error;
        report(`${messageOf(error)}. It is ignored`);
        leftOut.set(name, value);
        Reflect.deleteProperty(environment, name);
      }
    }
  } finally {
    for (const [name, value] of leftOut) environment[name] = value;
  }
}
