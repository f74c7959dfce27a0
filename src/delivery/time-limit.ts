/** A time that will be over: a promise, and the means to let go of it. */
export interface TimeLimit {
  /** Resolves after the time, or at `clear`. */
  readonly over: Promise<void>;
  clear(): void;
}

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
