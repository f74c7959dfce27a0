import { randomBytes } from 'node:crypto';
import { open, rmdir, unlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { describeError } from '../cloudwatch/classify-error.js';
import { makeFolders } from '../file-ownership/make-folders.js';
import { type Finding } from './finding.js';

/**
 * Tries whether a folder that keeps log records can be made and written to, as its user will do it. What it
 * makes for that, it removes.
 * @param check - the option, for example `spool`
 */
export async function checkFolder(check: string, directory: string): Promise<Finding> {
  const path = resolve(directory);
  let firstMade: string | undefined;
  try {
    firstMade = await makeFolders(path);
    const file = join(path, `.otel-cwlogs-doctor-${randomBytes(8).toString('hex')}`);
    const handle = await open(file, 'wx', 0o600);
    try {
      await handle.writeFile('test\n');
      await handle.sync();
    } finally {
      await handle.close();
      await unlink(file);
    }
    return { check, status: 'ok', message: `${path} can be written to` };
  } catch (error) {
    return {
      check,
      status: 'failed',
      message: `${path} can't be written to: ${describeError(error)}`,
      remedy: 'give the process a folder that it may write to, with free space',
    };
  } finally {
    if (firstMade !== undefined) await removeMade(path, firstMade);
  }
}

/** Removes folders that were just made, from the innermost; one that somebody uses by now stays. */
async function removeMade(path: string, firstMade: string): Promise<void> {
  for (let made = path; made.length >= firstMade.length; made = dirname(made)) {
    try {
      await rmdir(made);
    } catch {
      return;
    }
  }
}
