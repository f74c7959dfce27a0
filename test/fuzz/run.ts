/* eslint-disable no-console -- it prints its report */
import { parseArgs } from 'node:util';
import { LocalCloudWatchLogs } from '../../src/simulation/index.js';
import { fuzzService } from './fuzz-service.js';

const { values } = parseArgs({
  options: { count: { type: 'string', default: '1000000' }, seed: { type: 'string', default: '20261121' } },
});
const count = Number(values.count);
const seed = Number(values.seed);

const local = await LocalCloudWatchLogs.start({ maxBytes: 64 * 1024 * 1024 });
const heap = () => {
  globalThis.gc?.();
  return Math.round(process.memoryUsage().heapUsed / 1024 / 1024);
};
const samples: number[] = [];
const start = Date.now();
try {
  const { statuses, succeeded, tails } = await fuzzService(local.endpoint, {
    count,
    seed,
    onProgress(answered) {
      if (answered % (count / 20) >= 10_000) return;
      samples.push(heap());
      console.log(
        `${answered} answered, ${((Date.now() - start) / 1000).toFixed(0)} s, heap ${samples.at(-1)!} MB`,
      );
    },
  });
  for (const [status, times] of [...statuses].sort()) console.log(`status ${status}: ${times}`);
  console.log(`${succeeded.size} operations and endpoints succeeded, ${tails} live tails were followed`);
  // The store is bounded: once it is full, the heap stays where it is.
  const half = Math.floor(samples.length / 2);
  const grown = Math.max(...samples.slice(half)) - Math.max(...samples.slice(0, half), 1);
  if (samples.length >= 10 && grown > 128) throw new Error(`the heap grew by ${grown} MB in the second half`);
  console.log(`${count} requests from seed ${seed}: no crash, no hang, no status of 500`);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
} finally {
  await local.stop();
}
