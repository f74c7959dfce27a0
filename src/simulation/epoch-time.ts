/**
 * The least number that is taken as milliseconds. As seconds it would be the year 5138, as milliseconds it is in 1973. Not
 * documented: where the service draws the line.
 */
const LEAST_MILLIS = 100_000_000_000;

/**
 * The moment that a time of a request names, in milliseconds since 1970. The model says seconds; the service takes
 * milliseconds too. Source: the service's team in the issues of an AWS SDK, and public code that passes them.
 */
export function firstMilli(time: number): number {
  return time >= LEAST_MILLIS ? time : time * 1000;
}

/** As {@link firstMilli}, for the end of a range: a second is in it to its last millisecond. */
export function lastMilli(time: number): number {
  return time >= LEAST_MILLIS ? time : time * 1000 + 999;
}
