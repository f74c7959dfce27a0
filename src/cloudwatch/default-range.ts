/** Milliseconds before its end at which the range of a look-up begins where nothing else is said. */
export const DEFAULT_RANGE_MILLIS = 3 * 3_600_000;
