import { OptionError } from './errors.js';

/** Milliseconds below this are of before 1973, seconds below it of before 5138: nobody's logs. */
const LEAST_LIKELY_MILLIS = 1e11;
/** Seconds of 2001 and later. */
const LEAST_LIKELY_SECONDS = 1e9;

/**
 * Says what is wrong with milliseconds since 1970.
 * @returns what completes "<option> must …"; undefined where nothing is
 */
export function timeProblem(value: unknown): string | undefined {
  if (typeof value !== 'number' || !Number.isFinite(value)) return 'be milliseconds since 1970';
  if (value < LEAST_LIKELY_SECONDS || value >= LEAST_LIKELY_MILLIS) return undefined;
  return `be milliseconds since 1970 (as seconds it would be ${new Date(value * 1000).toISOString()})`;
}

/**
 * Reads a point in time.
 * @param value - a Date, or milliseconds since 1970
 * @returns milliseconds since 1970
 * @throws OptionError for anything else, and for what are most likely seconds
 */
export function checkTime(option: string, value: unknown): number {
  const millis = value instanceof Date ? value.getTime() : value;
  if (typeof millis !== 'number' || !Number.isFinite(millis)) {
    throw new OptionError(option, 'be a date or milliseconds since 1970', value);
  }
  const problem = timeProblem(millis);
  if (problem !== undefined) throw new OptionError(option, problem, millis);
  return millis;
}
