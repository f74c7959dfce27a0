import { mkdirSync, statSync } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/** Only its user may enter it. */
const PRIVATE = { mode: 0o700 };

/** The calls of a file system that make folders. */
export interface FolderSystem {
  readonly mkdir: (path: string, options: { mode: number }) => Promise<unknown>;
  readonly stat: (path: string) => Promise<{ isDirectory(): boolean }>;
}

/** As {@link FolderSystem}, at once. */
export interface FolderSystemAtOnce {
  readonly mkdirSync: (path: string, options: { mode: number }) => unknown;
  readonly statSync: (
    path: string,
    options: { throwIfNoEntry: false },
  ) => { isDirectory(): boolean } | undefined;
}

/**
 * Makes a folder, private to the user, and those above it that are missing. Not by `mkdir`'s `recursive`: that
 * never returns where a folder can't be made in one that exists (ENOENT below /proc), and takes a whole core.
 * @returns the outermost folder that it made; undefined where all were there
 * @throws the system's error
 */
export async function makeFolders(
  path: string,
  fs: FolderSystem = { mkdir, stat },
): Promise<string | undefined> {
  const folder = resolve(path);
  try {
    return await makeFolder(folder, fs);
  } catch (error) {
    if (!isMissingAbove(error, folder)) throw error;
    const firstMade = await makeFolders(dirname(folder), fs);
    const made = await makeFolder(folder, fs);
    return firstMade ?? made;
  }
}

/** As {@link makeFolders}, at once. */
export function makeFoldersAtOnce(
  path: string,
  fs: FolderSystemAtOnce = { mkdirSync, statSync },
): string | undefined {
  const folder = resolve(path);
  try {
    return makeFolderAtOnce(folder, fs);
  } catch (error) {
    if (!isMissingAbove(error, folder)) throw error;
    const firstMade = makeFoldersAtOnce(dirname(folder), fs);
    const made = makeFolderAtOnce(folder, fs);
    return firstMade ?? made;
  }
}

/** @returns undefined where it is there, perhaps made by another process just now */
async function makeFolder(folder: string, fs: FolderSystem): Promise<string | undefined> {
  try {
    await fs.mkdir(folder, PRIVATE);
    return folder;
  } catch (error) {
    const found = await fs.stat(folder).catch(() => undefined);
    if (found?.isDirectory() !== true) throw error;
    return undefined;
  }
}

function makeFolderAtOnce(folder: string, fs: FolderSystemAtOnce): string | undefined {
  try {
    fs.mkdirSync(folder, PRIVATE);
    return folder;
  } catch (error) {
    if (fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) throw error;
    return undefined;
  }
}

function isMissingAbove(error: unknown, folder: string): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT' && dirname(folder) !== folder;
}
