import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a folder, private to the user, and those above it that are missing. Not by `mkdir`'s `recursive`: it never
 * returns where a folder can't be made in one that exists (nodejs/node: ENOENT below /proc).
 * @throws the system's error
 */
export function makeFolder(path: string): void {
  if (existsSync(path)) return;
  const above = dirname(path);
  if (above !== path) makeFolder(above);
  mkdirSync(path, { mode: 0o700 });
}
