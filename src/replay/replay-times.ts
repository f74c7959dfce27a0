import { MAX_PAST_MILLIS } from '../cloudwatch/limits.js';

/** Milliseconds by which events stay inside of the service's window, for the time that a replay takes. */
const MARGIN_MILLIS = 6 * 60 * 60 * 1000;

/** How times of the source become times of the replay. */
export interface TimeMapping {
  /** A time of the source, and what it becomes; milliseconds since 1970. */
  readonly fromMillis: number;
  readonly toMillis: number;
  /** What a distance is multiplied by. */
  readonly scale: number;
}

/** How far a replay has come: events before `position` are delivered, or lost and counted. */
export interface ReplayCheckpoint {
  readonly position: number;
  readonly times: TimeMapping;
}

/**
 * Brings times into the window in which the service takes events. At once (`speed` infinite), the newest event becomes
 * now, and distances stay unless they are longer than the window; at a pace, the first event becomes now and the others
 * follow.
 * @param speed - how many times as fast as the events once came
 */
export function mapTimes(
  range: { readonly oldestMillis: number; readonly newestMillis: number },
  nowMillis: number,
  { speed, keepTimes }: { readonly speed: number; readonly keepTimes: boolean },
): TimeMapping {
  const { oldestMillis, newestMillis } = range;
  if (keepTimes) return { fromMillis: 0, toMillis: 0, scale: 1 };
  if (speed !== Infinity) return { fromMillis: oldestMillis, toMillis: nowMillis, scale: 1 / speed };
  const window = MAX_PAST_MILLIS - MARGIN_MILLIS;
  const scale = Math.min(1, window / Math.max(1, newestMillis - oldestMillis));
  return { fromMillis: newestMillis, toMillis: nowMillis, scale };
}

/** The time of an event in the replay. */
export function mappedTime({ fromMillis, toMillis, scale }: TimeMapping, timestamp: number): number {
  return Math.max(0, Math.round(toMillis + (timestamp - fromMillis) * scale));
}
