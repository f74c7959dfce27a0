/** The levels that logs are told apart by, in their order. */
export const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'critical'] as const;

/** One of {@link LEVELS}; the words are those that Grafana has colours for. */
export type Level = (typeof LEVELS)[number];

/** The part of an event that tells its level. */
export interface WithLevel {
  readonly severityNumber?: number | undefined;
  readonly isError: boolean;
}

/** The level of an event; undefined where it names no severity and is no error. */
export function levelOf({ severityNumber, isError }: WithLevel): Level | undefined {
  if (severityNumber === undefined) return isError ? 'error' : undefined;
  const index = Math.floor((Math.min(24, Math.max(1, severityNumber)) - 1) / 4);
  const level = LEVELS[index]!;
  // A span that failed, or an exception under a lower severity.
  return isError && index < LEVELS.indexOf('error') ? 'error' : level;
}
