import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { CloudWatchLogsError } from '../../cloudwatch/errors.js';

/** Who holds a folder. */
interface LockOwner {
  readonly pid: number;
  readonly host: string;
  /** When the process started, in the system's own terms; process numbers are used again. */
  readonly processStart: string;
}

/** Another process, or another store in this process, uses the folder. */
export class FolderLockedError extends CloudWatchLogsError {
  constructor(directory: string, owner: LockOwner | undefined) {
    const who = owner ? `process ${owner.pid} on ${owner.host}` : 'another process';
    super('ERR_STORE_LOCKED', `${directory} is in use by ${who}; stop it, or choose another folder`);
  }
}

/** Milliseconds between signs of life, for those on other hosts who can't ask for the process. */
const HEARTBEAT_MILLIS = 5_000;
const DEAD_AFTER_MILLIS = 30_000;

/** Milliseconds after which a takeover that did not end is over: it takes but a few file operations. */
const TAKEOVER_MILLIS = 10_000;

const heldHere = new Set<string>();

/** Holds a folder for this process alone. A lock whose process is dead is taken over. */
export class FolderLock {
  readonly #path: string;
  readonly #heartbeat: NodeJS.Timeout;

  private constructor(path: string) {
    this.#path = path;
    this.#heartbeat = setInterval(() => {
      try {
        const now = new Date();
        utimesSync(path, now, now);
      } catch {
        // Someone removed the lock; the next sign of life may find it again.
      }
    }, HEARTBEAT_MILLIS);
    this.#heartbeat.unref();
  }

  /** @throws FolderLockedError when a living process holds the folder */
  static acquire(directory: string): FolderLock {
    const path = join(resolve(directory), 'LOCK');
    if (heldHere.has(path)) throw new FolderLockedError(directory, thisProcess());
    if (!create(path)) takeOver(path, directory);
    heldHere.add(path);
    return new FolderLock(path);
  }

  release(): void {
    clearInterval(this.#heartbeat);
    heldHere.delete(this.#path);
    rmSync(this.#path, { force: true });
  }
}

/** @returns false when there is a lock already */
function create(path: string): boolean {
  let descriptor;
  try {
    descriptor = openSync(path, 'wx', 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
  try {
    writeSync(descriptor, JSON.stringify(thisProcess()));
  } finally {
    closeSync(descriptor);
  }
  return true;
}

/** Only one process at a time may judge a lock and remove it, or two could each remove the other's new one. */
function takeOver(path: string, directory: string): void {
  const guard = `${path}.takeover`;
  if (!makeGuard(guard)) throw new FolderLockedError(directory, readOwner(path));
  try {
    const owner = readOwner(path);
    if (isAlive(path, owner)) throw new FolderLockedError(directory, owner);
    rmSync(path, { force: true });
    if (!create(path)) throw new FolderLockedError(directory, readOwner(path));
  } finally {
    rmdirSync(guard);
  }
}

function makeGuard(guard: string): boolean {
  if (makeDirectory(guard)) return true;
  if (Date.now() - (modified(guard) ?? 0) < TAKEOVER_MILLIS) return false;
  try {
    rmdirSync(guard);
  } catch {
    return false;
  }
  return makeDirectory(guard);
}

function makeDirectory(path: string): boolean {
  try {
    mkdirSync(path, { mode: 0o700 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function isAlive(path: string, owner: LockOwner | undefined): boolean {
  const since = Date.now() - (modified(path) ?? 0);
  // A lock without a name was just made, or its process died in between.
  if (!owner) return since < HEARTBEAT_MILLIS;
  if (owner.host !== hostname()) return since < DEAD_AFTER_MILLIS;
  // This process would know: the lock is of an earlier one with the same number.
  if (owner.pid === process.pid) return false;
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const start = processStart(owner.pid);
  return start === '' || owner.processStart === '' || start === owner.processStart;
}

function readOwner(path: string): LockOwner | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as LockOwner;
  } catch {
    return undefined;
  }
}

function modified(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}

function thisProcess(): LockOwner {
  return { pid: process.pid, host: hostname(), processStart: processStart(process.pid) };
}

/** Boot and tick in which a process started; empty where the system has no /proc. */
function processStart(pid: number): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second member is the program's name in parentheses, and may hold anything.
    return `${boot} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''}`;
  } catch {
    return '';
  }
}
