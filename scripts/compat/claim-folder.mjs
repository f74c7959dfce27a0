/** Gives each run of `npm run compat` a folder that no other run uses meanwhile. */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Claims a folder for this process, until it ends: the first of `base`, `base-2`, `base-3`, … that no living process has. What is
 * kept in one between runs is there for the next that gets it.
 * @param {string} base
 * @returns {string} the folder
 */
export function claimFolder(base) {
  for (let number = 1; ; number++) {
    const folder = number === 1 ? base : `${base}-${number}`;
    mkdirSync(folder, { recursive: true });
    const owner = join(folder, 'owner.pid');
    if (!claim(owner)) continue;
    process.once('exit', () => rmSync(owner, { force: true }));
    return folder;
  }
}

function claim(owner) {
  try {
    writeFileSync(owner, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  if (isAlive(owner)) return false;
  // Of several that find a dead one's claim, one takes it away; it may be a living one's by then, who gets it back.
  const taken = `${owner}-${process.pid}`;
  try {
    renameSync(owner, taken);
  } catch {
    return false;
  }
  if (isAlive(taken)) {
    renameSync(taken, owner);
    return false;
  }
  rmSync(taken);
  return claim(owner);
}

/** What is being written, or gone already, counts as a living one's. */
function isAlive(owner) {
  try {
    process.kill(Number(readFileSync(owner, 'utf8')), 0);
    return true;
  } catch (error) {
    return error.code !== 'ESRCH';
  }
}
