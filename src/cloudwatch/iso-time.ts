/** The largest time that a date holds, in milliseconds since 1970. Source: ECMAScript, "Time Values". */
const MAX_MILLIS = 8.64e15;

/** A time as ISO text; 1970 for one that no date holds: what comes from outside may be any number. */
export function isoTime(millis: number): string {
  return new Date(Math.abs(millis) <= MAX_MILLIS ? millis : 0).toISOString();
}

/** Whether a date holds a time. */
export function isTime(millis: number): boolean {
  return Math.abs(millis) <= MAX_MILLIS;
}
