/**
 * `node --import opentelemetry-cloudwatch-logs app.js`, without `/register`, exports nothing: the main entry only has
 * classes. Nobody preloads it on purpose, so whoever does is told.
 */

const NAME = 'opentelemetry-cloudwatch-logs';
const FLAGS = ['--import', '--require', '-r'];

/**
 * Says whether the main entry is preloaded on the command line or by NODE_OPTIONS.
 * @param execArgv - as in `process.execArgv`
 * @param nodeOptions - as in `process.env.NODE_OPTIONS`
 */
export function isPreloadedAlone(execArgv: readonly string[], nodeOptions: string | undefined): boolean {
  const words = [...execArgv, ...(nodeOptions?.split(/\s+/) ?? [])].map((word) => word.replaceAll('"', ''));
  return words.some(
    (word, index) =>
      (word === NAME && FLAGS.includes(words[index - 1] ?? '')) ||
      FLAGS.some((flag) => word === `${flag}=${NAME}`),
  );
}

/** Warns once where it is so. */
export function warnIfPreloadedAlone(): void {
  if (!isPreloadedAlone(process.execArgv, process.env.NODE_OPTIONS)) return;
  process.emitWarning(`no logs are exported by preloading ${NAME}: preload ${NAME}/register`, {
    type: NAME,
  });
}
