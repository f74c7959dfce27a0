import { crc32 } from 'node:zlib';
import { messageEndOf, messageStartOf } from '../delivery/event-frame.js';
import { putTimestamp, putWhole } from '../delivery/put-digits.js';
import { type Destination, type EncodedEvent, type LogEntity } from '../delivery/encoded-event.js';

/** First and last number, both inclusive. */
export type NumberRange = readonly [number, number];

/** How many events there are, and below which number notes are missing; each in as many digits as ever. */
export interface SegmentHeadLine {
  readonly count: string;
  readonly unnotedBelow: string;
}

/** The lines of a segment, by kind. */
export type SegmentLine =
  | { readonly version: number }
  | SegmentHeadLine
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
export const CHECKSUM_BYTES = 9;

/** Longest line that is written without a buffer of its own. */
const SCRATCH_BYTES = 64 * 1024;
const scratch = Buffer.alloc(SCRATCH_BYTES);

/** A line, and what its checksum is of. */
type LineViews = readonly [line: Uint8Array, content: Uint8Array];

/** Longest line whose views of the scratch are kept: to make two for each record costs as much as to write it there. */
const KEPT_VIEW_BYTES = 4096;
/** By where the line ends. */
const keptViews: LineViews[] = [];

/**
 * Writes JSON as a line with its checksum.
 * @param json - without a line break, as JSON.stringify gives it
 * @returns bytes that the next call overwrites
 */
export function lineOf(json: string): Uint8Array {
  // Three bytes are the most that UTF-8 needs for one UTF-16 unit.
  const buffer = roomFor(json.length * 3 + CHECKSUM_BYTES + 1);
  return closeLine(buffer, CHECKSUM_BYTES + buffer.write(json, CHECKSUM_BYTES));
}

function roomFor(bytes: number): Buffer {
  return bytes <= SCRATCH_BYTES ? scratch : Buffer.allocUnsafe(bytes);
}

/** @param end - of what stands behind the room for the checksum */
function closeLine(buffer: Buffer, end: number): Uint8Array {
  const kept = buffer === scratch ? keptViews[end] : undefined;
  const [line, content] = kept ?? viewsOf(buffer, end);
  putChecksum(buffer, crc32(content));
  buffer[end] = 0x0a;
  return line;
}

function viewsOf(buffer: Buffer, end: number): LineViews {
  const views: LineViews = [buffer.subarray(0, end + 1), buffer.subarray(CHECKSUM_BYTES, end)];
  if (buffer === scratch && end < KEPT_VIEW_BYTES) keptViews[end] = views;
  return views;
}

const CLOSING_BRACE = 0x7d;
const HEX_DIGITS = Buffer.from('0123456789abcdef');

/** Eight digits and a blank; there is one for each record that is logged. */
function putChecksum(buffer: Uint8Array, checksum: number): void {
  for (let at = 0; at < CHECKSUM_BYTES - 1; at++) buffer[at] = HEX_DIGITS[(checksum >>> (28 - 4 * at)) & 15]!;
  buffer[CHECKSUM_BYTES - 1] = 0x20;
}

/** The JSON of an event's line; the message is JSON already. */
export function eventJson(number: number, destination: number, event: EncodedEvent): string {
  const { timestamp, messageBytes, messageJson } = event;
  return `{"n":${number},"d":${destination},"t":${timestamp},"b":${messageBytes},"m":${messageJson}}`;
}

/** What stands before each of the numbers, and before the message. */
const [NUMBER, DESTINATION, TIMESTAMP, BYTES, MESSAGE] = ['{"n":', ',"d":', ',"t":', ',"b":', ',"m":'].map(
  (name) => Buffer.from(name),
) as [Buffer, Buffer, Buffer, Buffer, Buffer];

/** Most bytes that an event's line has before its message: five names, and four numbers of 17 digits at most. */
const MAX_BEFORE_BYTES = 93;

/**
 * The line of an event. There is one for each record that is logged, and so no text is made of what is stored as bytes:
 * the members before the message alone took 0.6 µs as a text, and 0.1 so.
 * @returns bytes that the next call overwrites
 */
export function eventLine(number: number, destination: number, event: EncodedEvent): Uint8Array {
  const { stored, timestamp } = event;
  if (stored === undefined) return lineOf(eventJson(number, destination, event));
  const from = messageStartOf(stored.start, timestamp);
  const to = messageEndOf(stored.end);
  const buffer = roomFor(CHECKSUM_BYTES + MAX_BEFORE_BYTES + (to - from) + 2);
  let end = putWhole(buffer, putBytes(buffer, CHECKSUM_BYTES, NUMBER), number);
  end = putWhole(buffer, putBytes(buffer, end, DESTINATION), destination);
  end = putTimestamp(buffer, putBytes(buffer, end, TIMESTAMP), timestamp);
  end = putWhole(buffer, putBytes(buffer, end, BYTES), event.messageBytes);
  end = putBytes(buffer, end, MESSAGE);
  end += stored.bytes.copy(buffer, end, from, to);
  buffer[end] = CLOSING_BRACE;
  return closeLine(buffer, end + 1);
}

/** Some bytes are written faster one by one than by a call out of JavaScript. @returns where they end */
function putBytes(buffer: Buffer, from: number, bytes: Buffer): number {
  for (let at = 0; at < bytes.length; at++) buffer[from + at] = bytes[at]!;
  return from + bytes.length;
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
