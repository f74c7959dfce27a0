/** Memory of one page of events. */
export interface PageMemory {
  readonly bytes: Buffer;
  /** The same bytes. */
  readonly view: DataView;
  /** The page that is written to it, and single events that stay where they were written. */
  holders: number;
}

const SMALLEST_BYTES = 4 * 1024;

/** Larger memory is used once: no batch needs it but one whose messages are nearly all escapes. */
const LARGEST_BYTES = 4 * 1024 * 1024;

/** Bytes that are kept for the next pages: those of the default number of requests in flight. */
const MAX_FREE_BYTES = 8 * 1024 * 1024;

const free = new Map<number, PageMemory[]>();
let freeBytes = 0;

/**
 * Memory for at least so many bytes, not cleared. It is used again and again, for new memory of this size costs as
 * much as writing half of it: the system clears it, and V8 collects all garbage after some tens of such buffers.
 */
export function takePageMemory(atLeast: number): PageMemory {
  const size = sizeFor(atLeast);
  const old = free.get(size)?.pop();
  if (old === undefined) return newMemory(size);
  old.holders = 1;
  freeBytes -= size;
  return old;
}

/** Gives memory back, the last of its holders for good; whoever had it must not touch it any more. */
export function freePageMemory(memory: PageMemory): void {
  if (--memory.holders > 0) return;
  const size = memory.bytes.length;
  if (size > LARGEST_BYTES || freeBytes + size > MAX_FREE_BYTES) return;
  const others = free.get(size);
  if (others) others.push(memory);
  else free.set(size, [memory]);
  freeBytes += size;
}

function sizeFor(atLeast: number): number {
  if (atLeast > LARGEST_BYTES) return atLeast;
  let size = SMALLEST_BYTES;
  while (size < atLeast) size *= 2;
  return size;
}

function newMemory(size: number): PageMemory {
  const bytes = Buffer.allocUnsafeSlow(size);
  return { bytes, view: new DataView(bytes.buffer), holders: 1 };
}
