/**
 * Lateness from which on a timer shows that the process stood still (frozen between two invocations of AWS
 * Lambda, suspended, its event loop blocked), not that it was busy.
 */
const STOOD_STILL_MILLIS = 1_000;

/** Stops a timer. */
export type StopTimer = () => void;

/**
 * A timer for the answer of somebody else. When the process stood still meanwhile, timers are due before any
 * answer that lies in a socket is read: then it starts again, since what took so long was not the other side.
 * Keeps no process alive.
 */
export function setAwakeTimeout(callback: () => void, millis: number): StopTimer {
  let timer: NodeJS.Timeout;
  const start = (): void => {
    const due = performance.now() + millis;
    timer = setTimeout(() => {
      if (performance.now() - due > STOOD_STILL_MILLIS) start();
      else callback();
    }, millis).unref();
  };
  start();
  return () => {
    clearTimeout(timer);
  };
}
