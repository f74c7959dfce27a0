import { between, cpuTime } from '../cpu-clock.js';
import { readableRecords, type SampleShape } from '../sample-records.js';
import { type Contestant, createContestant } from './contestants.js';

/*
 * One way to export, in a process of its own: at each message it exports some full batches, one after another,
 * and says what that took.
 */

const { name, endpoint, records, shape } = JSON.parse(process.argv[2]!) as {
  name: string;
  endpoint: string;
  records: number;
  shape?: SampleShape;
};

/** Batches of different records, so that none is found ready in a cache. */
const BATCHES = 8;
const batches = Array.from({ length: BATCHES }, (_, batch) =>
  readableRecords(records, batch * records, shape),
);
const contestant: Contestant = createContestant(name, endpoint);
let next = 0;

process.on('message', (count: number) => {
  void (async () => {
    const prepared = Array.from({ length: count }, () => {
      const batch = batches[next++ % BATCHES]!;
      return contestant.prepare ? contestant.prepare(batch) : batch;
    });
    const before = cpuTime();
    const startedAt = performance.now();
    for (const batch of prepared) await contestant.run(batch);
    const wallMillis = performance.now() - startedAt;
    const cpu = between(before, cpuTime());
    process.send!({
      processMillis: cpu.process / count / 1000,
      threadMillis: cpu.thread / count / 1000,
      wallMillis: wallMillis / count,
      failed: contestant.failed?.() ?? 0,
    });
  })();
});
process.send!('ready');
