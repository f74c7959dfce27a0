import { closeSync, constants, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import * as files from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { makeFolders } from '../../file-ownership/make-folders.js';

/**
 * Bytes of the largest file of a batch: one of CloudWatch Logs of nothing but control characters, six bytes each, or one of another
 * back end, of which no more is made; and what each line has besides.
 */
export const MAX_FILE_BYTES = 40 * 1024 ** 2;

/** The calls that the spool makes to a file system: `node:fs/promises`, or a test's. */
export type FileSystem = Pick<
  typeof files,
  'mkdir' | 'open' | 'readdir' | 'rename' | 'rmdir' | 'stat' | 'unlink' | 'utimes'
>;

export const nodeFileSystem: FileSystem = files;

// Windows has no O_NOFOLLOW.
const { O_NOFOLLOW: NO_FOLLOW = 0 } = constants as { O_NOFOLLOW?: number };

/**
 * Makes a folder that only its user may enter, with its parents.
 * @param fsync - whether those that were missing outlive a power cut once this resolves
 */
export async function makePrivateFolder(fs: FileSystem, path: string, fsync: boolean): Promise<void> {
  let made = resolve(path);
  const firstMade = await makeFolders(made, fs);
  if (firstMade === undefined || !fsync) return;
  do {
    made = dirname(made);
    await syncFolder(fs, made);
  } while (made.length >= firstMade.length);
}

/**
 * Writes a file that is either wholly there under its name or not at all, also after a crash of this process.
 * @param sync - told how to make what was done outlive a power cut: it may wait for that, or not
 */
export async function writeWholeFile(
  fs: FileSystem,
  folder: string,
  name: string,
  content: string | Uint8Array,
  sync: (syncing: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const temporary = join(folder, `${name}.tmp`);
  const { O_CREAT, O_EXCL, O_WRONLY } = constants;
  const handle = await fs.open(temporary, O_CREAT | O_EXCL | O_WRONLY | NO_FOLLOW, 0o600);
  try {
    let isSyncing = false as boolean; // set below, which the compiler does not see
    try {
      await handle.writeFile(content);
      await sync(async () => {
        isSyncing = true;
        await handle.sync();
        isSyncing = false;
      });
    } finally {
      // Closing waits for a sync under way, which nobody else waits for any more.
      const closed = handle.close().catch(() => undefined);
      if (!isSyncing) await closed;
    }
    await fs.rename(temporary, join(folder, name));
    await sync(() => syncFolder(fs, folder));
  } catch (error) {
    // Whoever asked for it still has the content: a file under the name would be sent besides.
    for (const left of [temporary, join(folder, name)]) await fs.unlink(left).catch(() => undefined);
    throw error;
  }
}

/** As {@link writeWholeFile}, for a process that stands still. @throws what the file system says */
export function writeWholeFileAtOnce(
  folder: string,
  name: string,
  content: Uint8Array,
  fsync: boolean,
): void {
  // The same file may be half written under the other name.
  const temporary = join(folder, `end-${name}.tmp`);
  const { O_CREAT, O_EXCL, O_WRONLY } = constants;
  const descriptor = openSync(temporary, O_CREAT | O_EXCL | O_WRONLY | NO_FOLLOW, 0o600);
  try {
    try {
      writeFileSync(descriptor, content);
      if (fsync) fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, join(folder, name));
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Makes a file outlive a power cut, where it is still there. */
export async function syncFile(fs: FileSystem, path: string): Promise<void> {
  let handle: files.FileHandle;
  try {
    // Windows syncs only what was opened to be written to.
    handle = await fs.open(path, constants.O_RDWR | NO_FOLLOW);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Reads a plain file; a link in its place, a pipe or a folder is refused, and one that is larger than any batch.
 * @param firstBytes - how much of it; by default all
 */
export async function readPlainFile(fs: FileSystem, path: string, firstBytes?: number): Promise<Buffer> {
  // A pipe would let the opening wait for its writer.
  const handle = await fs.open(path, constants.O_RDONLY | constants.O_NONBLOCK | NO_FOLLOW);
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw new NotAPlainFileError(path);
    if (firstBytes === undefined && stats.size > MAX_FILE_BYTES)
      throw new FileTooLargeError(path, stats.size);
    const buffer = Buffer.alloc(Math.min(firstBytes ?? stats.size, stats.size));
    let length = 0;
    while (length < buffer.length) {
      const { bytesRead } = await handle.read(buffer, length, buffer.length - length, length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return buffer.subarray(0, length);
  } finally {
    await handle.close();
  }
}

/** Something that is no file stands where one was expected. */
export class NotAPlainFileError extends Error {
  // Set by the constructor, as the coverage of what sets a class's members was lost now and then.
  declare readonly code: 'ELOOP';
  declare readonly syscall: 'open';
  declare readonly path: string;

  constructor(path: string) {
    super(`ELOOP: ${path} is not a plain file`);
    this.code = 'ELOOP';
    this.syscall = 'open';
    this.path = path;
  }
}

/** A file has more than any batch can have. */
export class FileTooLargeError extends Error {
  readonly code = 'EFBIG';
  readonly syscall = 'read';
  readonly path: string;

  constructor(path: string, bytes: number) {
    super(`EFBIG: ${path} has ${bytes} bytes, more than a batch`);
    this.path = path;
  }
}

/** Makes the names of a folder's files outlive a power cut, where the system can do so. */
export async function syncFolder(fs: FileSystem, folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await fs.open(folder, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
