import { crc32 } from 'node:zlib';
import { type Destination, type EncodedEvent, type LogEntity } from '../../delivery/encoded-event.js';

/** First and last number, both inclusive. */
export type NumberRange = readonly [number, number];

/** What a line of a segment says. */
export type SegmentLine =
  | { readonly version: number }
  /** Where the events that name `d` go. */
  | { readonly d: number; readonly destination: Destination; readonly entity?: LogEntity | undefined }
  /** Event `n`: timestamp, bytes of the message, the message. */
  | { readonly n: number; readonly d: number; readonly t: number; readonly b: number; readonly m: string }
  /** These events may be with the service already. */
  | { readonly sent: readonly NumberRange[] }
  /** These events need not be sent any more. */
  | { readonly released: readonly NumberRange[] };

/** The version of the format: a file of another one is left alone. */
export const SEGMENT_VERSION = 1;

/** Hexadecimal digits of the checksum, and a blank. */
const CHECKSUM_BYTES = 9;

/** Longest line that is written without a buffer of its own. */
const SCRATCH_BYTES = 64 * 1024;
const scratch = Buffer.alloc(SCRATCH_BYTES);

/**
 * Writes JSON as a line with its checksum.
 * @param json - without a line break, as JSON.stringify gives it
 * @returns bytes that the next call overwrites
 */
export function lineOf(json: string): Uint8Array {
  // Three bytes are the most that UTF-8 needs for one UTF-16 unit.
  const buffer =
    json.length * 3 + CHECKSUM_BYTES + 1 <= SCRATCH_BYTES
      ? scratch
      : Buffer.allocUnsafe(Buffer.byteLength(json) + CHECKSUM_BYTES + 1);
  const end = CHECKSUM_BYTES + buffer.write(json, CHECKSUM_BYTES);
  const checksum = crc32(buffer.subarray(CHECKSUM_BYTES, end)).toString(16).padStart(8, '0');
  buffer.write(`${checksum} `, 0, 'latin1');
  buffer[end] = 0x0a;
  return buffer.subarray(0, end + 1);
}

/** The JSON of an event's line; the message is JSON already. */
export function eventJson(number: number, destination: number, event: EncodedEvent): string {
  return `{"n":${number},"d":${destination},"t":${event.timestamp},"b":${event.messageBytes},"m":${event.messageJson}}`;
}

/**
 * Reads a segment.
 * @returns its lines, and how many are damaged; an incomplete last line is not: whoever wrote it was killed
 *   before its `emit` returned
 */
export function readLines(bytes: Buffer): { lines: SegmentLine[]; damaged: number } {
  const lines: SegmentLine[] = [];
  let damaged = 0;
  let start = 0;
  for (;;) {
    const end = bytes.indexOf(0x0a, start);
    if (end === -1) break;
    const line = readLine(bytes.subarray(start, end));
    if (line === undefined) damaged++;
    else lines.push(line);
    start = end + 1;
  }
  return { lines, damaged };
}

function readLine(bytes: Buffer): SegmentLine | undefined {
  const json = bytes.subarray(CHECKSUM_BYTES);
  if (Number.parseInt(bytes.toString('latin1', 0, CHECKSUM_BYTES - 1), 16) !== crc32(json)) return undefined;
  try {
    return JSON.parse(json.toString('utf8')) as SegmentLine;
  } catch {
    return undefined;
  }
}

/** Joins neighbours. @param numbers - in any order, without repetition */
export function rangesOf(numbers: readonly number[]): NumberRange[] {
  const ranges: [number, number][] = [];
  for (const number of isRising(numbers) ? numbers : numbers.toSorted((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last?.[1] === number - 1) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges;
}

function isRising(numbers: readonly number[]): boolean {
  for (let index = 1; index < numbers.length; index++) {
    if (numbers[index]! < numbers[index - 1]!) return false;
  }
  return true;
}
