import { machineOf, NOT_KNOWN, type ProcessOwner, startOf, THIS_SYSTEM } from './process-owner.js';

/** `unknown`: it can't be asked for from here, so only its signs of life tell. */
export type OwnerState = 'alive' | 'dead' | 'unknown';

const OWNER = /^(\d{1,10})-(\d{1,20})-([0-9a-f]{8})-(\d{1,20})-[0-9a-f]{8}$/;

export function isProcessOwner(text: string): boolean {
  return OWNER.test(text);
}

/** Says whether the process of an owner still runs. A number that another process has by now is no life. */
export function stateOfOwner(owner: ProcessOwner, system = THIS_SYSTEM): OwnerState {
  const match = OWNER.exec(owner);
  if (!match) return 'unknown';
  const [, pid, start, boot, space] = match;
  const here = machineOf(system);
  if (boot !== here.boot || space !== here.space) return 'unknown';
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return 'dead';
  }
  const startNow = startOf(system, Number(pid));
  if (startNow === 'ended') return 'dead';
  if (start === NOT_KNOWN || startNow === NOT_KNOWN) return 'unknown';
  return start === startNow ? 'alive' : 'dead';
}
