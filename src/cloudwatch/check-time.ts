import { OptionError } from './errors.js';

/** Milliseconds below this are of before 1973, seconds below it of before 5138: nobody's logs. */
const LEAST_LIKELY_MILLIS = 1e11;
/** Seconds of 2001 and later. */
const LEAST_LIKELY_SECONDS = 1e9;

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
  if (millis >= LEAST_LIKELY_SECONDS && millis < LEAST_LIKELY_MILLIS) {
    const date = new Date(millis * 1000).toISOString();
    throw new OptionError(option, `be milliseconds since 1970 (as seconds it would be ${date})`, millis);
  }
  return millis;
}
