import { readdir } from 'node:fs/promises';
import { DEFAULT_SPOOL_SETTINGS, Spool } from '../../../src/delivery/spool/spool.js';
import { Diagnostics } from '../../../src/observability/diagnostics.js';
import { batch } from '../builders.js';

/**
 * Leaves batches as processes that ended do: a folder of its own for each list of messages, the first the oldest.
 * @returns the folders' names
 */
export async function leaveSpools(directory: string, lists: readonly string[][]): Promise<string[]> {
  let wall = 1_700_000_000_000;
  const diagnostics = new Diagnostics();
  for (const list of lists) {
    const spool = new Spool(
      { diagnostics, epochMillis: () => wall },
      { directory, ...DEFAULT_SPOOL_SETTINGS },
    );
    await spool.write(batch(list), { sequence: 1 });
    await spool.close(1_000);
    wall += 1_000;
  }
  return (await readdir(directory)).sort();
}
