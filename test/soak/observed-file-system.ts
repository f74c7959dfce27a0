import { type FileHandle } from 'node:fs/promises';
import { type FileSystem, nodeFileSystem } from '../../src/delivery/spool/private-files.js';
import { type WorkInProgress } from './work-in-progress.js';

type Operation = (...args: unknown[]) => Promise<unknown>;

/** The file system of this machine, whose operations count as work in progress. */
export function observedFileSystem(work: WorkInProgress): FileSystem {
  const open = async (...args: unknown[]): Promise<FileHandle> =>
    observed((await work.during((nodeFileSystem.open as Operation)(...args))) as FileHandle, work);
  return observed({ ...nodeFileSystem, open }, work);
}

function observed<T extends object>(target: T, work: WorkInProgress): T {
  return new Proxy(target, {
    get(_, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => work.during((member as Operation).apply(target, args));
    },
  });
}
