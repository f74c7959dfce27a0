/** Severity numbers by the words of loggers. Source: OpenTelemetry, "Logs Data Model", appendix B. */
const NUMBER_BY_WORD: Readonly<Record<string, number>> = {
  trace: 1,
  finest: 1,
  verbose: 5,
  silly: 1,
  debug: 5,
  fine: 5,
  config: 5,
  info: 9,
  information: 9,
  informational: 9,
  http: 9,
  notice: 10,
  warn: 13,
  warning: 13,
  error: 17,
  err: 17,
  severe: 17,
  critical: 18,
  crit: 18,
  alert: 19,
  fatal: 21,
  panic: 21,
  emerg: 21,
  emergency: 21,
};

/** The lowest severity number of an error. */
export const ERROR_SEVERITY = 17;

/** The words of loggers for an error or worse, in lower case. */
export const ERROR_WORDS: readonly string[] = Object.keys(NUMBER_BY_WORD).filter(
  (word) => NUMBER_BY_WORD[word]! >= ERROR_SEVERITY,
);

/** OpenTelemetry's number for a logger's word, such as `warn`, `ERROR2` or `Information`. */
export function severityNumberOf(word: string): number | undefined {
  const match = /^([a-z]+)([2-4]?)$/i.exec(word.trim());
  if (!match) return undefined;
  const name = match[1]!.toLowerCase();
  if (!Object.hasOwn(NUMBER_BY_WORD, name)) return undefined;
  return NUMBER_BY_WORD[name]! + (match[2] ? Number(match[2]) - 1 : 0);
}

/** OpenTelemetry's short name of a severity number: `TRACE` to `FATAL`; undefined outside 1 to 24. */
export function severityName(number: number): string | undefined {
  if (!(number >= 1 && number <= 24)) return undefined;
  return ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'][Math.floor((number - 1) / 4)];
}

/** Severity numbers of pino's and bunyan's levels (10 to 60). */
export function severityNumberOfLevel(level: number): number | undefined {
  if (level >= 1 && level < 10) return undefined;
  const step = Math.floor(level / 10);
  return step >= 1 && step <= 6 ? step * 4 - 3 : undefined;
}
