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

/** A line that is not what was written; a note that is lost costs a duplicate at the most. */
export interface HarmedLine {
  /** How many events it was, as far as can be seen: a line's end that is damaged joins two. */
  readonly harmed: number;
}

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
 * Reads a segment, each line by itself. An incomplete last line is left out: whoever wrote it was killed before
 * its `emit` returned.
 */
export function readLines(bytes: Buffer): (SegmentLine | HarmedLine)[] {
  const lines: (SegmentLine | HarmedLine)[] = [];
  let start = 0;
  for (let end = bytes.indexOf(0x0a); end !== -1; end = bytes.indexOf(0x0a, start)) {
    lines.push(readLine(bytes.subarray(start, end)));
    start = end + 1;
  }
  return lines;
}

/**
 * How many of the bytes behind the last line's end are a whole line: whoever wrote it was killed before the
 * line's end, or that is damaged. 0 for a line that broke off.
 */
export function wholeBytesOf(rest: Buffer): number {
  return (
    [rest.length, rest.length - 1].find((length) => !('harmed' in readLine(rest.subarray(0, length)))) ?? 0
  );
}

function readLine(bytes: Buffer): SegmentLine | HarmedLine {
  const json = bytes.subarray(CHECKSUM_BYTES);
  if (Number.parseInt(bytes.toString('latin1', 0, CHECKSUM_BYTES - 1), 16) === crc32(json)) {
    try {
      return JSON.parse(json.toString('utf8')) as SegmentLine;
    } catch {
      // Its checksum is right by chance.
    }
  }
  const text = bytes.toString('latin1');
  // Within a message quotes are escaped.
  const events = text.split(EVENT_START).length - 1;
  const isNote = NOTE_STARTS.some((start) => text.startsWith(start, CHECKSUM_BYTES));
  return { harmed: events > 0 || isNote ? events : 1 };
}

const EVENT_START = '{"n":';

/** How lines begin that are no event's. */
const NOTE_STARTS = ['{"version":', '{"d":', '{"sent":', '{"released":'];

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
