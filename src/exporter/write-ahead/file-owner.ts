import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync, statSync } from 'node:fs';
import { hostname } from 'node:os';

/** Milliseconds between two signs of life of a file's owner: its time of change. */
export const SIGN_OF_LIFE_MILLIS = 10_000;

/** Milliseconds without one after which an owner on another host, which can't be asked for, counts as dead. */
const DEAD_AFTER_MILLIS = 120_000;

const NAME = /^wal-(free|[0-9a-f]{12}\.\d+\.\d*)-([0-9a-f]{16}-\d+)\.log$/;

/**
 * The owner in a file's name: host, process and when that started, as process numbers are used again. The
 * owner stands in the name because renaming a file is how it changes hands: of several that try, one wins.
 */
const THIS_PROCESS = `${hostKey()}.${process.pid}.${startOf(process.pid)}`;

/** The name of a new file of this process. */
export function newFileName(sequence: number): string {
  return `wal-${THIS_PROCESS}-${randomBytes(8).toString('hex')}-${sequence}.log`;
}

/** The name of a file after this process claimed it. */
export function claimedName(name: string): string {
  return withOwner(name, THIS_PROCESS);
}

/** The name of a file that its owner is through with: anybody may claim it. */
export function freeName(name: string): string {
  return withOwner(name, 'free');
}

function withOwner(name: string, owner: string): string {
  return `wal-${owner}-${NAME.exec(name)![2]!}.log`;
}

/** Whether a file in the directory is one of ours, whose owner is gone. @param now - milliseconds since 1970 */
export function isClaimable(path: string, name: string, now: number): boolean {
  const owner = NAME.exec(name)?.[1];
  if (owner === undefined || owner === THIS_PROCESS) return false;
  if (owner === 'free') return true;
  const [host, pid, start] = owner.split('.') as [string, string, string];
  if (host !== hostKey()) return now - changedAt(path, now) > DEAD_AFTER_MILLIS;
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
  const startNow = startOf(Number(pid));
  return start !== '' && startNow !== '' && startNow !== start;
}

function changedAt(path: string, otherwise: number): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? otherwise;
}

/** Processes with the same key see each other's numbers: the same host, boot and container. */
function hostKey(): string {
  const parts = [
    hostname(),
    tryRead(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')),
    tryRead(() => readlinkSync('/proc/self/ns/pid')),
  ];
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 12);
}

/** When a process started, in the system's own ticks; empty where the system does not tell. */
function startOf(pid: number): string {
  // The second member is the program's name in parentheses, and may hold anything.
  return tryRead(() => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  });
}

function tryRead(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}
