import { type Deadline } from './deadline.js';

/** A time that will be over: a promise, and the means to let go of it. */
export interface TimeLimit {
  /** Resolves after the time, or at `clear`. */
  readonly over: Promise<void>;
  clear(): void;
}

/** @param keepsProcessAlive - false for all but what somebody waits for explicitly (a flush) */
export function startTimeLimit(deadline: Deadline, keepsProcessAlive: boolean): TimeLimit {
  let clear!: () => void;
  const over = new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, deadline.leftMillis);
    if (!keepsProcessAlive) timer.unref();
    clear = () => {
      clearTimeout(timer);
      resolve();
    };
  });
  return { over, clear };
}

/** Waits for something that never rejects, no longer than a deadline; keeps the process alive meanwhile. */
export async function within(deadline: Deadline, what: Promise<unknown>): Promise<void> {
  const limit = startTimeLimit(deadline, true);
  await Promise.race([what, limit.over]);
  limit.clear();
}
