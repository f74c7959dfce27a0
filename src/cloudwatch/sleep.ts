/** The longest time of one timer; a longer one would fire at once. Source: Node.js, `setTimeout`. */
const LONGEST_TIMER_MILLIS = 2 ** 31 - 1;

/**
 * Waits.
 * @param millis - how long; it may be longer than a timer of Node.js
 * @param signal - ends the wait at once
 * @throws the signal's reason when it is aborted
 */
export function sleep(millis: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(reasonOf(signal));
      return;
    }
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(reasonOf(signal!));
    };
    let timer: NodeJS.Timeout;
    let left = millis;
    const goOn = (): void => {
      const stretch = Math.min(left, LONGEST_TIMER_MILLIS);
      left -= stretch;
      timer = setTimeout(left > 0 ? goOn : end, stretch);
    };
    const end = (): void => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    };
    goOn();
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** The reason of an aborted signal as an error, whatever it was aborted with. */
export function reasonOf(signal: AbortSignal): Error {
  const reason: unknown = signal.reason;
  return reason instanceof Error ? reason : new DOMException(String(reason), 'AbortError');
}

/** Waits for a result, or for the signal: then undefined. */
export function orAborted<T>(result: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  let onAbort = (): void => undefined;
  const aborted = new Promise<undefined>((resolve) => {
    onAbort = () => {
      resolve(undefined);
    };
    signal.addEventListener('abort', onAbort, { once: true });
  });
  return Promise.race([result, aborted]).finally(() => {
    signal.removeEventListener('abort', onAbort);
  });
}
