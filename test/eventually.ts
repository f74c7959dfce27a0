import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until something is so, as long as the test may take. */
export async function eventually(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(5);
}
