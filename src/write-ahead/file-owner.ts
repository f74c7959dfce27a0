import { randomBytes } from 'node:crypto';
import { createProcessOwner } from '../file-ownership/process-owner.js';

/** Milliseconds between two signs of life of a file's owner: its time of change. */
export const SIGN_OF_LIFE_MILLIS = 10_000;

/** The owner of a file that its writer is through with: anybody may claim it. */
export const NOBODY = 'free';

/**
 * The owner stands in a file's name because renaming a file is how it changes hands: of several that try, one
 * wins. Names sort by when they were made.
 */
export const THIS_PROCESS = createProcessOwner();

/** The name of a new file of this process. @param createdMillis - milliseconds since 1970 */
export function newFileName(createdMillis: number, sequence: number): string {
  const created = String(Math.max(0, Math.floor(createdMillis))).padStart(13, '0');
  const id = `${created}-${String(sequence).padStart(10, '0')}-${randomBytes(4).toString('hex')}`;
  return `wal-${id}~${THIS_PROCESS}.log`;
}

/** The name of a file that its owner is through with. */
export function freeName(name: string): string {
  return `${name.slice(0, name.indexOf('~'))}~${NOBODY}.log`;
}

/** When a file was begun. @returns milliseconds since 1970 */
export function createdMillisOf(name: string): number {
  return Number(/^wal-(\d{13})/.exec(name)![1]);
}
