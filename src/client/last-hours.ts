import { OptionError } from '../cloudwatch/errors.js';

const HOUR_MILLIS = 3_600_000;

/**
 * The time from so many hours back until now.
 * @param nowMillis - milliseconds since 1970, as both ends
 * @throws OptionError for what is no number over 0
 */
export function lastHours(hours: number, nowMillis: number): { readonly from: number; readonly to: number } {
  if (!(typeof hours === 'number' && hours > 0)) throw new OptionError('hours', 'be a number over 0', hours);
  return { from: Math.max(0, Math.floor(nowMillis - hours * HOUR_MILLIS)), to: nowMillis };
}
