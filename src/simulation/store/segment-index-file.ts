import { closeSync, fstatSync, openSync, readSync, renameSync, writeFileSync } from 'node:fs';
import { endianness } from 'node:os';
import { crc32 } from 'node:zlib';
import { FRAME_HEAD_BYTES, frameHead, readFrame } from './checksummed-frames.js';
import { type HashIndex } from './hash-index.js';
import { type Origin, type PositionRange } from './segment.js';
import { type SegmentColumns } from './segment-columns.js';
import { type SegmentHeader } from './segment-frames.js';

type Column = Float64Array | Uint32Array;

interface Section {
  readonly name: string;
  /** From the end of the header's frame. */
  readonly offset: number;
  readonly length: number;
  readonly checksum: number;
}

/** The header of an index file: all that is kept in memory of a sealed segment. */
export interface IndexFileHeader {
  /** Typed arrays are written as they are in memory. */
  readonly endianness: string;
  readonly segment: SegmentHeader;
  readonly origins: readonly Origin[];
  /** Bytes of the segment's file that the index covers. */
  readonly dataBytes: number;
  /** Events of which nothing could be read when the index was written, by their places. */
  readonly lost?: readonly PositionRange[];
  /** Bytes of the segment's file that were harmed then. */
  readonly harmedBytes?: number;
  readonly sections: readonly Section[];
}

/** Writes the index of a sealed segment; it is there whole or not at all. */
export function writeIndexFile(
  path: string,
  segment: SegmentHeader,
  content: {
    readonly origins: readonly Origin[];
    readonly columns: SegmentColumns;
    readonly indexes: ReadonlyMap<string, HashIndex>;
    readonly dataBytes: number;
    /** Of the blocks of the segment's file. */
    readonly checksums: Uint32Array;
    readonly lost: readonly PositionRange[];
    readonly harmedBytes: number;
  },
): void {
  const sections: Section[] = [];
  const parts: Uint8Array[] = [];
  let offset = 0;
  const add = (name: string, column: Column): void => {
    const bytes = new Uint8Array(column.buffer, column.byteOffset, column.byteLength);
    sections.push({ name, offset, length: bytes.length, checksum: crc32(bytes) });
    parts.push(bytes);
    offset += bytes.length;
  };
  const { columns, indexes, origins, dataBytes, checksums, lost, harmedBytes } = content;
  add('checksums', checksums);
  for (const name of COLUMN_NAMES) add(name, columns[name].subarray(0, columns.count));
  for (const [field, index] of indexes) {
    add(`hashes ${field}`, index.pairs.hashes);
    add(`positions ${field}`, index.pairs.positions);
  }
  const header: IndexFileHeader = {
    endianness: endianness(),
    segment,
    origins,
    dataBytes,
    ...(lost.length > 0 && { lost }),
    ...(harmedBytes > 0 && { harmedBytes }),
    sections,
  };
  const payload = Buffer.from(JSON.stringify(header));
  const next = `${path}.next`;
  writeFileSync(next, Buffer.concat([frameHead([payload]), payload, ...parts]), { mode: 0o600 });
  renameSync(next, path);
}

const COLUMN_NAMES = [
  'timestamps',
  'ingestionOffsets',
  'messageOffsets',
  'messageLengths',
  'origins',
] as const;

/** An index file that was found whole. */
export interface IndexFile {
  readonly header: IndexFileHeader;
  /** Where the sections begin. */
  readonly start: number;
}

/**
 * @param number - of its segment
 * @returns undefined for a file that is missing, harmed, another segment's, or of a machine with another byte order
 */
export function openIndexFile(path: string, number: number): IndexFile | undefined {
  let descriptor;
  try {
    descriptor = openSync(path, 'r');
  } catch {
    return undefined;
  }
  try {
    const head = readAt(descriptor, 0, FRAME_HEAD_BYTES);
    if (!head) return undefined;
    const whole = readAt(descriptor, 0, FRAME_HEAD_BYTES + head.readUInt32LE(0));
    const frame = whole && readFrame(whole, 0);
    if (!frame) return undefined;
    const header = JSON.parse(frame.payload.toString()) as IndexFileHeader;
    const isOurs = header.endianness === endianness() && header.segment.number === number;
    return isOurs ? { header, start: frame.end } : undefined;
  } finally {
    closeSync(descriptor);
  }
}

/** @returns undefined when a column is harmed */
export function readColumns(
  descriptor: number,
  file: IndexFile,
): Parameters<typeof SegmentColumns.from>[0] | undefined {
  const timestamps = readSection(descriptor, file, 'timestamps');
  const ingestionOffsets = readSection(descriptor, file, 'ingestionOffsets');
  const messageOffsets = readSection(descriptor, file, 'messageOffsets');
  const messageLengths = readSection(descriptor, file, 'messageLengths');
  const origins = readSection(descriptor, file, 'origins');
  if (!timestamps || !ingestionOffsets || !messageOffsets || !messageLengths || !origins) return undefined;
  return {
    timestamps: new Float64Array(timestamps),
    ingestionOffsets: new Uint32Array(ingestionOffsets),
    messageOffsets: new Uint32Array(messageOffsets),
    messageLengths: new Uint32Array(messageLengths),
    origins: new Uint32Array(origins),
  };
}

/** The checksums of the blocks of the segment's file. @returns undefined where there are none, or they are harmed */
export function readChecksums(descriptor: number, file: IndexFile): Uint32Array | undefined {
  const checksums = readSection(descriptor, file, 'checksums');
  return checksums && new Uint32Array(checksums);
}

/** @returns undefined when the index of the field is harmed */
export function readHashes(
  descriptor: number,
  file: IndexFile,
  field: string,
): { hashes: Uint32Array; positions: Uint32Array } | undefined {
  const hashes = readSection(descriptor, file, `hashes ${field}`);
  const positions = readSection(descriptor, file, `positions ${field}`);
  if (!hashes || !positions) return undefined;
  return { hashes: new Uint32Array(hashes), positions: new Uint32Array(positions) };
}

function readSection(
  descriptor: number,
  { header, start }: IndexFile,
  name: string,
): ArrayBuffer | undefined {
  const section = header.sections.find((candidate) => candidate.name === name);
  const bytes = section && readAt(descriptor, start + section.offset, section.length);
  if (!bytes || crc32(bytes) !== section.checksum) return undefined;
  return bytes.buffer as ArrayBuffer;
}

/** @returns undefined when the file is shorter */
function readAt(descriptor: number, position: number, length: number): Buffer | undefined {
  // A harmed length may ask for more than there is memory.
  if (position + length > fstatSync(descriptor).size) return undefined;
  const bytes = Buffer.from(new ArrayBuffer(length));
  let read = 0;
  while (read < length) {
    const count = readSync(descriptor, bytes, read, length - read, position + read);
    if (count === 0) return undefined;
    read += count;
  }
  return bytes;
}
