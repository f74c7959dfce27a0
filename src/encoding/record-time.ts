import { type HrTime } from '@opentelemetry/api';
import { MAX_TIMESTAMP } from '../cloudwatch/limits.js';

/**
 * When a record happened, in milliseconds since 1970: its timestamp, without one when it was observed,
 * without that now.
 * @param epochMillis - a clock, in milliseconds since 1970
 */
export function eventTimestamp(
  time: HrTime | undefined,
  observed: HrTime | undefined,
  epochMillis: () => number,
): number {
  return toMillis(time) ?? toMillis(observed) ?? epochMillis();
}

/**
 * PutLogEvents takes whole milliseconds from 0; 0 itself is OpenTelemetry's "unknown". What no date can be, as what reads
 * files refuses it, is unknown too.
 */
function toMillis(time: HrTime | undefined): number | undefined {
  if (!isTime(time)) return undefined;
  const millis = Math.floor(time[0] * 1000 + time[1] / 1e6);
  return millis > 0 && millis <= MAX_TIMESTAMP ? millis : undefined;
}

/** Says whether a record, which may be made by hand, has a time. */
function isTime(time: unknown): time is HrTime {
  return Array.isArray(time) && Number.isFinite(time[0]) && Number.isFinite(time[1]);
}

/** Nanoseconds since 1970 as exact decimal digits. @returns undefined for an unknown time */
export function unixNanos(time: HrTime | undefined): string | undefined {
  if (!isTime(time)) return undefined;
  const nanos = BigInt(Math.trunc(time[0])) * 1_000_000_000n + BigInt(Math.trunc(time[1]));
  return nanos > 0n ? nanos.toString() : undefined;
}
