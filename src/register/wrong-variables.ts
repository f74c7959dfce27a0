import { OptionError } from '../cloudwatch/errors.js';
import { messageOf, report } from './report.js';

/** More wrong variables than this are not looked for one by one. */
const MAX_WRONG_VARIABLES = 50;

/**
 * Makes something whose options come from the environment. A variable with a wrong value is reported and
 * left out, as OpenTelemetry's SDK does for the environment, so that a typing error in one variable
 * doesn't cost all logs.
 * @param environment - as `process.env`; it is as before when this returns
 * @throws what `create` throws for any other reason, among them a required option that is missing
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
        report(`${messageOf(error)}. It is ignored`);
        leftOut.set(name, value);
        Reflect.deleteProperty(environment, name);
      }
    }
  } finally {
    for (const [name, value] of leftOut) environment[name] = value;
  }
}
