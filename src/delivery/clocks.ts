/** The two clocks of the package: one tells how long something takes, the other when it was. */
export interface Clocks {
  /** Milliseconds on a clock that is never set back. */
  readonly monotonicMillis: () => number;
  /** Milliseconds since 1970. */
  readonly epochMillis: () => number;
}

/** The clock of this process that is never set back, read anew each time: a test may have put another in its place. */
export const monotonicMillis: Clocks['monotonicMillis'] = () => performance.now();
