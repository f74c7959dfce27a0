import { readFileSync } from 'node:fs';

/** CPU time in microseconds. */
export interface CpuTime {
  /** Of all threads of the process: gzip, garbage collection and compilation too. */
  readonly process: number;
  /** Of the thread that asks. */
  readonly thread: number;
}

/** The CPU time that the process and this thread have taken so far. */
export function cpuTime(): CpuTime {
  const { user, system } = process.cpuUsage();
  return { process: user + system, thread: threadMicros() };
}

/** The time from one moment to another. */
export function between(before: CpuTime, after: CpuTime): CpuTime {
  return { process: after.process - before.process, thread: after.thread - before.thread };
}

/** `threadCpuUsage` came with Node 23.9; Linux tells the time of a thread in nanoseconds. */
function threadMicros(): number {
  const { threadCpuUsage } = process as { threadCpuUsage?: () => NodeJS.CpuUsage };
  if (threadCpuUsage !== undefined) {
    const { user, system } = threadCpuUsage.call(process);
    return user + system;
  }
  return Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[0]) / 1000;
}
