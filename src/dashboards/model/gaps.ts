/** The least part of the whole time that counts as a gap between two records. */
const LEAST_PART = 0.08;
const LEAST_MILLIS = 100;

/** The time without a record before one; undefined where it is nothing to speak of. */
export function gapBefore(
  timeMillis: number,
  previousMillis: number | undefined,
  wholeMillis: number,
): number | undefined {
  if (previousMillis === undefined) return undefined;
  const gap = timeMillis - previousMillis;
  return gap >= Math.max(LEAST_MILLIS, wholeMillis * LEAST_PART) ? gap : undefined;
}
