import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { type Application } from './application.js';
import { hasClusterWorkers } from './cluster.js';
import { type Environment } from './environment.js';
import {
  chosenInstrumentations,
  type Instrumentation,
  instrumentationOf,
  LOGGERS,
} from './instrumentations.js';

/** Why records of loggers that the application has will not be exported, one sentence each. */

/** What stands in the text of a logger, whichever bundler wrote it, minified or not, and in no application. */
const SIGNS: Readonly<Record<string, string>> = {
  pino: 'pino.chindings',
  winston: '[winston] Attempt to write logs with no transports',
  bunyan: 'bunyan usage error',
};
/** No more is looked through: it would take longer than the line is worth. */
const MAX_BYTES = 64 * 1024 * 1024;
const MAX_CHUNKS = 100;

/**
 * Loggers that are a part of the application's main file, or of the chunks that a bundler has put beside it:
 * instrumentations patch modules as they are loaded, and a bundle loads none. Never throws.
 */
export function bundledLoggers(mainFile: string | undefined): string[] {
  if (mainFile === undefined) return [];
  const main = readWithin(mainFile, MAX_BYTES);
  const found = new Set(loggersIn(main));
  let bytesLeft = MAX_BYTES - main.length;
  for (const chunk of chunksOf(mainFile, main)) {
    const text = readWithin(chunk, bytesLeft);
    bytesLeft -= text.length;
    for (const logger of loggersIn(text)) found.add(logger);
  }
  return LOGGERS.filter((logger) => found.has(logger));
}

function loggersIn(text: string): string[] {
  return LOGGERS.filter(
    // Where the instrumentation was bundled with it, a plugin of the bundler has patched it.
    (logger) => text.includes(SIGNS[logger]!) && !text.includes(instrumentationOf(logger)),
  );
}

/** Files beside the main file that it names, as esbuild's chunks, or that have a number, as webpack's. */
function chunksOf(mainFile: string, text: string): string[] {
  try {
    const folder = dirname(mainFile);
    return readdirSync(folder)
      .filter((name) => isScript(name) && (/^\d+\./.test(name) || isNamed(text, name)))
      .slice(0, MAX_CHUNKS)
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}

function isNamed(text: string, file: string): boolean {
  return ['"', "'", '`'].some((quote) => text.includes(`${quote}./${file}${quote}`));
}

function isScript(name: string): boolean {
  return ['.js', '.cjs', '.mjs'].includes(extname(name));
}

/** The text of a file; none where it is too large or can't be read. */
function readWithin(file: string, maxBytes: number): string {
  try {
    return statSync(file).size > maxBytes ? '' : readFileSync(file, 'latin1');
  } catch {
    return '';
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

/** Seconds; what ends sooner may have had nothing to log. */
const MIN_UPTIME_SECONDS = 10;
/** What only starts the application, in a process that gets the same preload by NODE_OPTIONS. */
const RUNNERS = /[\\/](?:npm|npx|pnpm|yarn|corepack|nodemon|pm2)(?:[\\/]|-cli\.[cm]?js$|\.[cm]?js$)/;

/** What pm2 has in the place of the application's main file, which it loads. */
const PM2_CONTAINER = /[\\/]pm2[\\/]lib[\\/]ProcessContainer\w*\.[cm]?js$/;

/** Says whether the process only starts the application, in another one. */
export function isRunner(mainFile: string | undefined): boolean {
  return RUNNERS.test(mainFile ?? '') && !isPm2Instance(mainFile);
}

/** Whether the process is an instance of an application that pm2 runs, in a cluster of pm2's or by itself. */
export function isPm2Instance(mainFile: string | undefined): boolean {
  return PM2_CONTAINER.test(mainFile ?? '');
}

/** Of an instrumentation: which modules it has patched. Private members of OpenTelemetry's, so read with care. */
interface Patches {
  readonly _modules?: readonly (Patched & { readonly files?: readonly Patched[] })[];
}
interface Patched {
  readonly moduleExports?: unknown;
}

/**
 * Says of an application that has made no log record whether that is because no logger was ever patched.
 * @param end - what is known at the end of the process
 * @returns undefined where there is another reason, or nothing to wonder at
 */
export function neverPatchedSentence(
  instrumentations: readonly Instrumentation[],
  mainFile: string | undefined,
  end: { readonly emitted: number; readonly uptimeSeconds: number },
): string | undefined {
  if (end.emitted > 0 || end.uptimeSeconds < MIN_UPTIME_SECONDS || isRunner(mainFile)) return undefined;
  const loggers = LOGGERS.map(instrumentationOf);
  const ours = instrumentations.filter(({ instrumentationName }) => loggers.includes(instrumentationName));
  if (ours.length === 0 || ours.some(hasPatched) || hasClusterWorkers()) return undefined;
  return (
    'no log record was made: no logger was loaded where an instrumentation of OpenTelemetry reaches it. A logger in a bundle is ' +
    'left out of it (esbuild: --external:pino; webpack: externals); console is captured with OTEL_EXPORTER_CLOUDWATCH_LOGS_CONSOLE=true'
  );
}

function hasPatched(instrumentation: Instrumentation): boolean {
  const { _modules: modules } = instrumentation as Patches;
  const isPatched = ({ moduleExports }: Patched): boolean => moduleExports !== undefined;
  // In another shape of another version nothing can be told of it.
  return !modules || modules.some((module) => isPatched(module) || (module.files ?? []).some(isPatched));
}
