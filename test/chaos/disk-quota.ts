/**
 * Preloaded into senders where no small file system can be mounted: while the file CHAOS_QUOTA_FLAG is there,
 * every write below CHAOS_QUOTA_DIRECTORY ends as on a full disk.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const { CHAOS_QUOTA_FLAG: flag = '', CHAOS_QUOTA_DIRECTORY: directory = '' } = process.env;
const { openSync, writeSync, existsSync } = fs;
const { open } = fs.promises;
const limited = new Set<number>();

function refuseWhenFull(): void {
  if (!existsSync(flag)) return;
  throw Object.assign(new Error('ENOSPC: no space left on device (quota of the chaos run)'), {
    code: 'ENOSPC',
  });
}

function isBelow(path: fs.PathLike): boolean {
  return typeof path === 'string' && path.startsWith(directory);
}

function isWrite(flags: string | number | undefined): boolean {
  return typeof flags === 'number'
    ? (flags & (fs.constants.O_WRONLY | fs.constants.O_RDWR)) !== 0
    : /[wa+]/.test(flags ?? 'r');
}

fs.openSync = (path, flags, mode) => {
  const isLimited = isBelow(path) && isWrite(flags);
  // A file that is there can be opened on a full disk.
  if (isLimited && /[wx]/.test(String(flags))) refuseWhenFull();
  const descriptor = openSync(path, flags, mode);
  // Numbers are used again.
  if (isLimited) limited.add(descriptor);
  else limited.delete(descriptor);
  return descriptor;
};
fs.writeSync = ((descriptor: number, ...rest: [never]) => {
  if (limited.has(descriptor)) refuseWhenFull();
  return writeSync(descriptor, ...rest);
}) as typeof fs.writeSync;
fs.promises.open = async (path, flags, mode) => {
  if (isBelow(path) && isWrite(flags)) refuseWhenFull();
  return await open(path, flags, mode);
};
syncBuiltinESMExports();
