import { checkOption } from './check-option.js';

/**
 * 9999-12-31T23:59:59Z, the last second whose year has four digits, as RFC 3339 (5.6) wants. Loggers that take microseconds for
 * milliseconds have later ones.
 */
const LAST_SECOND = 253_402_300_799;

/**
 * Writes a time: `2026-02-03T04:05:06.123456789Z`; of the year 9999 at the latest.
 * @param nanos - `timestampNanos` of a plain record
 * @param digits - of the second's fraction, 1 to 9
 * @throws OptionError for what are no digits
 */
export function rfc3339(nanos: string, digits = 9): string {
  checkOption(typeof nanos === 'string' && /^\d+$/.test(nanos), 'nanos', 'be a text of digits', nanos);
  checkOption(Number.isInteger(digits) && digits >= 1 && digits <= 9, 'digits', 'be from 1 to 9', digits);
  const padded = nanos.padStart(10, '0');
  const seconds = Number(padded.slice(0, -9));
  if (seconds > LAST_SECOND) return rfc3339(`${LAST_SECOND}999999999`, digits);
  const second = new Date(seconds * 1000).toISOString().slice(0, 19);
  return `${second}.${padded.slice(-9).slice(0, digits)}Z`;
}
