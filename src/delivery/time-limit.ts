/** A time that will be over: a promise, and the means to let go of it. */
export interface TimeLimit {
  /** Resolves after the time, or at `clear`. */
  readonly over: Promise<void>;
  clear(): void;
}

/** Of the time that somebody waits for a delivery, the part in which what is left is stored. */
export const STORING_SHARE = 0.2;

/** @param keepsProcessAlive - false for all but what somebody waits for explicitly (a flush) */
export function startTimeLimit(millis: number, keepsProcessAlive: boolean): TimeLimit {
  let clear!: () => void;
  const over = new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, millis);
    if (!keepsProcessAlive) timer.unref();
    clear = () => {
      clearTimeout(timer);
      resolve();
    };
  });
  return { over, clear };
}

/** Waits for something that never rejects, no longer than a time; keeps the process alive meanwhile. */
export async function within(millis: number, what: Promise<unknown>): Promise<void> {
  const limit = startTimeLimit(millis, true);
  await Promise.race([what, limit.over]);
  limit.clear();
}
