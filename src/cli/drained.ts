import { type CommandIo } from './command-io.js';

/** Resolves when a slow reader has read what was written, or the command is interrupted. */
export function drained({ stdout, signal }: CommandIo): Promise<void> {
  return new Promise((resolve) => {
    if (stdout.once === undefined) {
      resolve();
      return;
    }
    const end = (): void => {
      stdout.removeListener?.('drain', end);
      signal.removeEventListener('abort', end);
      resolve();
    };
    stdout.once('drain', end);
    signal.addEventListener('abort', end, { once: true });
  });
}
