/** Waits between attempts. */
export interface BackoffSettings {
  readonly initialDelayMillis: number;
  readonly maxDelayMillis: number;
}

/**
 * Milliseconds to wait after a failed attempt: doubled each time, and up to half of it taken off by chance,
 * so that many senders which failed together do not come back together.
 * @param attempts - failed so far, at least 1
 * @param random - from 0 to 1
 */
export function backoffMillis(attempts: number, settings: BackoffSettings, random: number): number {
  // 2 ** 30 initial delays exceed any maximum; beyond that the power would overflow.
  const full = Math.min(
    settings.maxDelayMillis,
    settings.initialDelayMillis * 2 ** Math.min(attempts - 1, 30),
  );
  return full * (1 - random / 2);
}
