import { once } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { between, cpuTime } from '../cpu-clock.js';
import { createWay, type WaySettings } from './ways.js';

/*
 * An application that logs at a steady rate: the parent says how fast and how long, and is told what that took of all
 * threads and of the application's own, from the first log call until everything is sent.
 */

/** What one phase took. */
export interface Sample {
  readonly records: number;
  readonly cpuMicros: number;
  readonly threadMicros: number;
  /** Of the event loop, above the timer's own millisecond. */
  readonly p99Millis: number;
  readonly maxRssMiB: number;
  /** Since the start, where the way counts them. */
  readonly dropped?: number | undefined;
}

export interface Phase {
  readonly recordsPerSecond: number;
  readonly millis: number;
}

const { name, settings } = JSON.parse(process.argv[2]!) as { name: string; settings: WaySettings };
const way = await createWay(name, settings);
let next = 0;

async function run({ recordsPerSecond, millis }: Phase): Promise<Sample> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const before = cpuTime();
  const first = next;
  const startedAt = performance.now();
  let maxRss = 0;
  let ticks = 0;
  delay.enable();
  for (;;) {
    const passed = Math.min(performance.now() - startedAt, millis);
    const due = first + Math.floor((passed / 1000) * recordsPerSecond);
    while (next < due) way.log(next++);
    if (ticks++ % 50 === 0) maxRss = Math.max(maxRss, process.memoryUsage.rss());
    if (passed >= millis) break;
    await sleep(1);
  }
  delay.disable();
  await way.flush();
  maxRss = Math.max(maxRss, process.memoryUsage.rss());
  const records = next - first;
  const cpu = between(before, cpuTime());
  return {
    records,
    cpuMicros: cpu.process / records,
    threadMicros: cpu.thread / records,
    p99Millis: delay.percentile(99) / 1e6,
    maxRssMiB: maxRss / 2 ** 20,
    dropped: way.dropped?.(),
  };
}

process.send!('ready');
for (;;) {
  const [phase] = (await once(process, 'message')) as [Phase | 'end'];
  if (phase === 'end') process.exit();
  process.send!(await run(phase));
}
