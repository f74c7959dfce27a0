import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { AssertionError } from 'chai';

/** Runs an example's conformance check. @returns its output @throws AssertionError with its output where it does not pass */
export function conformanceOf(folder: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [join(folder, 'conformance.mjs')], (error, stdout, stderr) => {
      if (error)
        reject(new AssertionError(`conformance.mjs failed (${String(error.code)}):\n${stdout}${stderr}`));
      else resolve(stdout);
    });
  });
}
