import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * Who holds files that several processes share, in a form that is fit for a file name: process number, when
 * it started, the machine's boot, the space of process numbers (a container has its own), a random part.
 */
export type ProcessOwner = string;

/** Access to the system's files; a test's may have none. */
export interface SystemFiles {
  /** @throws where there is none */
  readonly read: (path: string) => string;
  /** Where a link leads. @throws where there is none */
  readonly link: (path: string) => string;
}

/** The system that this process runs on. */
export const THIS_SYSTEM: SystemFiles = {
  read: (path) => readFileSync(path, 'utf8'),
  link: (path) => readlinkSync(path),
};

/** The text where a system does not say: it has no /proc. */
export const NOT_KNOWN = '0';

/** A new owner in this process; no two are the same. */
export function createProcessOwner(system = THIS_SYSTEM): ProcessOwner {
  const { boot, space } = machineOf(system);
  return `${process.pid}-${startOf(system, process.pid)}-${boot}-${space}-${randomBytes(4).toString('hex')}`;
}

export interface Machine {
  readonly boot: string;
  readonly space: string;
}

const machines = new WeakMap<SystemFiles, Machine>();

/** Tells process numbers of one machine and container from those of another. */
export function machineOf(system: SystemFiles): Machine {
  const known = machines.get(system);
  if (known) return known;
  const boot = attempt(() => system.read('/proc/sys/kernel/random/boot_id').trim()) ?? hostname();
  const space = attempt(() => system.link('/proc/self/ns/pid')) ?? '';
  const machine = {
    boot: createHash('sha256').update(boot).digest('hex').slice(0, 8),
    space: /\d+/.exec(space)?.[0] ?? NOT_KNOWN,
  };
  machines.set(system, machine);
  return machine;
}

/** The tick in which a process started; `ended` for one that only waits to be reaped. */
export function startOf(system: SystemFiles, pid: number): string {
  const stat = attempt(() => system.read(`/proc/${pid}/stat`));
  if (stat === undefined) return NOT_KNOWN;
  // The second member is the program's name in parentheses, and may hold anything.
  const members = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (members[0] === 'Z' || members[0] === 'X') return 'ended';
  return members[19] ?? NOT_KNOWN;
}

function attempt(read: () => string): string | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
