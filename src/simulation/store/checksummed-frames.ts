import { crc32 } from 'node:zlib';

/** Bytes before the payload of a frame: its length and its CRC-32, both little endian. */
export const FRAME_HEAD_BYTES = 8;

/**
 * The head of a frame whose payload stands in several buffers.
 * @param salt - where the checksum begins
 */
export function frameHead(parts: readonly Uint8Array[], salt = 0): Buffer {
  const head = Buffer.alloc(FRAME_HEAD_BYTES);
  let length = 0;
  let checksum = salt;
  for (const part of parts) {
    length += part.length;
    checksum = crc32(part, checksum);
  }
  head.writeUInt32LE(length, 0);
  head.writeUInt32LE(checksum, 4);
  return head;
}

/**
 * Reads the frame that begins at `offset`.
 * @param salt - with which it was written
 * @returns undefined where no whole, unharmed frame stands there
 */
export function readFrame(
  bytes: Buffer,
  offset: number,
  salt = 0,
): { payload: Buffer; end: number } | undefined {
  if (offset + FRAME_HEAD_BYTES > bytes.length) return undefined;
  const start = offset + FRAME_HEAD_BYTES;
  const end = start + bytes.readUInt32LE(offset);
  // An empty frame is what a file extended by zeros looks like.
  if (end > bytes.length || end === start) return undefined;
  const payload = bytes.subarray(start, end);
  return crc32(payload, salt) === bytes.readUInt32LE(offset + 4) ? { payload, end } : undefined;
}
