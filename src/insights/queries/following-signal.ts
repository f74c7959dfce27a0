import { setMaxListeners } from 'node:events';

/**
 * A signal that is aborted with any of the others, and that takes as many listeners as a look-up has calls:
 * Node warns of a leak from the eleventh on.
 */
export function followingSignal(...signals: readonly (AbortSignal | undefined)[]): AbortSignal {
  const signal = AbortSignal.any(signals.filter((one) => one !== undefined));
  setMaxListeners(0, signal);
  return signal;
}
