import { randomBytes } from 'node:crypto';
import { createProcessOwner, isProcessOwner, stateOfOwner } from '../../delivery/spool/process-owner.js';
import { type SignsOfLife } from '../../delivery/spool/signs-of-life.js';

/** Milliseconds between two signs of life of a file's owner: its time of change. */
export const SIGN_OF_LIFE_MILLIS = 10_000;

/** Milliseconds without one after which an owner that can't be asked for, as one on another host, counts as dead. */
export const DEAD_AFTER_MILLIS = 120_000;

const NAME = /^wal-(\d{13}-\d{10}-[0-9a-f]{8})~([0-9a-f-]+|free)\.log$/;

/** The owner of a file that its writer is through with: anybody may claim it. */
const NOBODY = 'free';

/**
 * The owner stands in a file's name because renaming a file is how it changes hands: of several that try, one
 * wins. Names sort by when they were made.
 */
const THIS_PROCESS = createProcessOwner();

/** The name of a new file of this process. @param createdMillis - milliseconds since 1970 */
export function newFileName(createdMillis: number, sequence: number): string {
  const created = String(Math.max(0, Math.floor(createdMillis))).padStart(13, '0');
  const id = `${created}-${String(sequence).padStart(10, '0')}-${randomBytes(4).toString('hex')}`;
  return `wal-${id}~${THIS_PROCESS}.log`;
}

/** The name of a file after this process claimed it. */
export function claimedName(name: string): string {
  return `${name.slice(0, name.indexOf('~'))}~${THIS_PROCESS}.log`;
}

/** The name of a file that its owner is through with. */
export function freeName(name: string): string {
  return `${name.slice(0, name.indexOf('~'))}~${NOBODY}.log`;
}

/** When a file was begun. @returns milliseconds since 1970 */
export function createdMillisOf(name: string): number {
  return Number(/^wal-(\d{13})/.exec(name)![1]);
}

/**
 * Whether a name is of one of our files, whose owner is gone.
 * @param changedAt - when the file was last changed, whatever the clock; undefined where it is not there any more
 */
export function isClaimable(name: string, changedAt: () => number | undefined, signs: SignsOfLife): boolean {
  const owner = NAME.exec(name)?.[2];
  if (owner === undefined || owner === THIS_PROCESS) return false;
  if (owner === NOBODY) return true;
  if (!isProcessOwner(owner)) return false;
  const state = stateOfOwner(owner);
  if (state !== 'unknown') return state === 'dead';
  const sign = changedAt();
  return sign !== undefined && signs.isSilent(name, sign);
}
