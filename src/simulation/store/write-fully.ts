import { ftruncateSync, writevSync } from 'node:fs';

/**
 * Writes buffers one behind the other at a place of a file, all or none: what a full disk took of them is cut
 * off again.
 */
export function writeFully(descriptor: number, buffers: readonly Uint8Array[], position: number): void {
  let rest = buffers.filter(({ length }) => length > 0);
  let at = position;
  try {
    while (rest.length > 0) {
      let written = writevSync(descriptor, rest, at);
      at += written;
      while (rest[0] && written >= rest[0].length) {
        written -= rest[0].length;
        rest = rest.slice(1);
      }
      if (rest[0] && written > 0) rest = [rest[0].subarray(written), ...rest.slice(1)];
    }
  } catch (error) {
    cutOff(descriptor, position);
    throw error;
  }
}

function cutOff(descriptor: number, length: number): void {
  try {
    ftruncateSync(descriptor, length);
  } catch {
    // What the write reported matters more. The next write begins at the same place, and reading stops there.
  }
}
