import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Application } from './application.js';
import { type Environment } from './environment.js';
import { chosenInstrumentations, instrumentationOf, LOGGERS } from './instrumentations.js';

/** Why records of loggers that the application has will not be exported, one sentence each. */

/** What stands in the text of a logger, whichever bundler wrote it, minified or not, and in no application. */
const SIGNS: Readonly<Record<string, string>> = {
  pino: 'pino.chindings',
  winston: '[winston] Attempt to write logs with no transports',
  bunyan: 'bunyan usage error',
};
/** A larger file is not looked through: it would take longer than the line is worth. */
const MAX_FILE_BYTES = 64 * 1024 * 1024;

/**
 * Loggers that are a part of the application's main file: instrumentations patch modules as they are loaded, and a
 * bundle loads none. Never throws.
 */
export function bundledLoggers(mainFile: string | undefined): string[] {
  if (mainFile === undefined) return [];
  try {
    if (statSync(mainFile).size > MAX_FILE_BYTES) return [];
    const text = readFileSync(mainFile, 'latin1');
    return LOGGERS.filter(
      // Where the instrumentation was bundled with it, a plugin of the bundler has patched it.
      (logger) => text.includes(SIGNS[logger]!) && !text.includes(instrumentationOf(logger)),
    );
  } catch {
    return [];
  }
}

/** Says so of them. @param mainFile - as the user named it */
export function bundledSentence(loggers: readonly string[], mainFile: string): string {
  return (
    `${loggers.join(', ')} is bundled into ${mainFile}, where OpenTelemetry's instrumentation does not reach it: its records are not exported; ` +
    `leave it out of the bundle (esbuild: ${loggers.map((logger) => `--external:${logger}`).join(' ')}; webpack: externals)`
  );
}

/** Loggers that were loaded before this package: an ES module's imports are, wherever they stand. */
export function loadedLoggers(application: Application): string[] {
  const { cache } = createRequire(process.execPath);
  return LOGGERS.filter((logger) => {
    const file = application.resolve(logger);
    const module = file === undefined ? undefined : cache[file];
    // Of winston an inner file is patched, which is loaded when winston runs.
    return module !== undefined && (module.loaded || logger !== 'winston');
  });
}

/** Says so of them. */
export function loadedSentence(loggers: readonly string[]): string {
  return (
    `${loggers.join(', ')} was loaded before this package, so that its records are not exported (all that an ES module imports is loaded first); ` +
    'start with: node --import opentelemetry-cloudwatch-logs/register <file>'
  );
}

/** Says of installed loggers whose instrumentations are switched off which variable does that; undefined where none does. */
export function switchedOffSentence(
  application: Application,
  environment: Environment,
  loggers: readonly string[],
): string | undefined {
  const { isOn, isDisabled } = chosenInstrumentations(environment);
  const off = loggers.filter(
    (logger) =>
      !isOn(logger) &&
      application.resolve(instrumentationOf(logger), ['@opentelemetry/auto-instrumentations-node']) !==
        undefined,
  );
  if (off.length === 0) return undefined;
  return off.some(isDisabled)
    ? `no logger is instrumented: OTEL_NODE_DISABLED_INSTRUMENTATIONS switches ${off.join(', ')} off`
    : `no logger is instrumented: OTEL_NODE_ENABLED_INSTRUMENTATIONS does not name ${off.join(', ')}; add what the application logs with`;
}
