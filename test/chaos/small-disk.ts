import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** Bytes of the file system on which spool and write-ahead log are. */
const DISK_BYTES = 64 * 1024 * 1024;

/** How the disk of a run comes to be full: a small file system of its own, or a quota in the file layer. */
export type DiskKind = 'tmpfs' | 'quota';

/** A disk that can be filled. */
export interface SmallDisk {
  readonly kind: DiskKind;
  readonly path: string;
  /** With a quota: while this file is there, senders find the disk full. */
  readonly quotaFlag: string | undefined;
  fill(): void;
  empty(): void;
  /** Lets go of the file system. */
  remove(): void;
}

/** Makes a disk in a directory: a tmpfs where this process may mount one, a quota elsewhere. */
export function createSmallDisk(directory: string, wanted?: DiskKind): SmallDisk {
  const path = join(directory, 'disk');
  mkdirSync(path);
  return (wanted === 'quota' ? undefined : mountTmpfs(path)) ?? quota(path, join(directory, 'disk-is-full'));
}

function mountTmpfs(path: string): SmallDisk | undefined {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_BYTES}`, 'none', path], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  const filler = join(path, 'filler');
  return {
    kind: 'tmpfs',
    path,
    quotaFlag: undefined,
    fill: () => {
      fillDisk(filler);
    },
    empty: () => {
      rmSync(filler, { force: true });
    },
    remove: () => {
      execFileSync('umount', ['-l', path]);
    },
  };
}

function fillDisk(filler: string): void {
  const descriptor = openSync(filler, 'w');
  try {
    // In ever smaller pieces, down to the last byte.
    for (let piece = 1024 * 1024; piece >= 1;) {
      try {
        writeSync(descriptor, Buffer.alloc(piece));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
        piece = Math.floor(piece / 16);
      }
    }
  } finally {
    closeSync(descriptor);
  }
}

function quota(path: string, flag: string): SmallDisk {
  return {
    kind: 'quota',
    path,
    quotaFlag: flag,
    fill: () => {
      writeFileSync(flag, '');
    },
    empty: () => {
      rmSync(flag, { force: true });
    },
    remove: () => undefined,
  };
}
