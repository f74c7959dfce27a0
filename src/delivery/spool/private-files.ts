import { constants } from 'node:fs';
import * as files from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

/** What the spool asks of the file system: `node:fs/promises`, or a test's. */
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
  const firstMade = await fs.mkdir(made, { recursive: true, mode: 0o700 });
  if (firstMade === undefined || !fsync) return;
  do {
    made = dirname(made);
    await syncFolder(fs, made);
  } while (made.length >= firstMade.length);
}

/**
 * Writes a file that is either wholly there under its name or not at all, also after a crash.
 * @param fsync - whether it outlives a power cut once this resolves
 */
export async function writeWholeFile(
  fs: FileSystem,
  folder: string,
  name: string,
  content: string | Uint8Array,
  fsync: boolean,
): Promise<void> {
  const temporary = join(folder, `${name}.tmp`);
  const { O_CREAT, O_EXCL, O_WRONLY } = constants;
  const handle = await fs.open(temporary, O_CREAT | O_EXCL | O_WRONLY | NO_FOLLOW, 0o600);
  try {
    try {
      await handle.writeFile(content);
      if (fsync) await handle.sync();
    } finally {
      await handle.close();
    }
    await fs.rename(temporary, join(folder, name));
    if (fsync) await syncFolder(fs, folder);
  } catch (error) {
    // Whoever asked for it still has the content: a file under the name would be sent besides.
    for (const left of [temporary, join(folder, name)]) await fs.unlink(left).catch(() => undefined);
    throw error;
  }
}

/**
 * Reads a plain file; a link in its place, a pipe or a folder is refused.
 * @param firstBytes - how much of it; by default all
 */
export async function readPlainFile(fs: FileSystem, path: string, firstBytes?: number): Promise<Buffer> {
  // A pipe would let the opening wait for its writer.
  const handle = await fs.open(path, constants.O_RDONLY | constants.O_NONBLOCK | NO_FOLLOW);
  try {
    if (!(await handle.stat()).isFile()) throw new NotAPlainFileError(path);
    if (firstBytes === undefined) return await handle.readFile();
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(firstBytes), 0, firstBytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** Something that is no file stands where one was expected. */
export class NotAPlainFileError extends Error {
  readonly code = 'ELOOP';

  constructor(path: string) {
    super(`${path} is not a plain file`);
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
