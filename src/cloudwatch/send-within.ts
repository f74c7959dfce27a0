import { CloudWatchLogsError } from './errors.js';
import { setAwakeTimeout } from './set-awake-timeout.js';

/**
 * Sends a request and gives it up after a time. The SDK has no time limit of its own, and does not leave
 * its backoff between retries when it is aborted, so this does not wait for it either.
 * @param send - given the options for the client's `send`
 * @param millis - for the request with the SDK's retries
 * @param signal - gives it up at once
 * @throws a TimeoutError, the signal's reason, or what the client throws
 */
export async function sendWithin<Output>(
  send: (options: { abortSignal: AbortSignal }) => Promise<Output>,
  millis: number,
  signal?: AbortSignal,
): Promise<Output> {
  const controller = new AbortController();
  const onAbort = (): void => {
    controller.abort(signal?.reason);
  };
  const stopTimer = setAwakeTimeout(() => {
    const error = new CloudWatchLogsError('ERR_TIMEOUT', `no answer within ${millis} ms`);
    controller.abort(Object.assign(error, { name: 'TimeoutError' }));
  }, millis);
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    if (signal?.aborted) onAbort();
    return await new Promise<Output>((resolve, reject) => {
      const giveUp = (): void => {
        reject(controller.signal.reason as Error);
      };
      if (controller.signal.aborted) {
        giveUp();
        return;
      }
      controller.signal.addEventListener('abort', giveUp, { once: true });
      send({ abortSignal: controller.signal }).then(resolve, reject);
    });
  } finally {
    stopTimer();
    signal?.removeEventListener('abort', onAbort);
  }
}
