import { isProcessOwner, stateOfOwner } from '../file-ownership/owner-state.js';
import { type SignsOfLife } from '../file-ownership/signs-of-life.js';
import { NOBODY, THIS_PROCESS } from './file-owner.js';

/** Milliseconds without a sign of life after which an owner that can't be asked for, as one on another host, counts as dead. */
export const DEAD_AFTER_MILLIS = 120_000;

const NAME = /^wal-(\d{13}-\d{10}-[0-9a-f]{8})~([0-9a-f-]+|free)\.log$/;

/** The name of a file after this process claimed it. */
export function claimedName(name: string): string {
  return `${name.slice(0, name.indexOf('~'))}~${THIS_PROCESS}.log`;
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
