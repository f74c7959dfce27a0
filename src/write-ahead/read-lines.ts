import { crc32 } from 'node:zlib';
import { isDestination, isEntity, isMessage, isObject, isTimestamp } from '../delivery/foreign-content.js';
import { CHECKSUM_BYTES, type SegmentLine } from './segment-lines.js';

/** A line that is not what was written; a note that is lost costs a duplicate at the most. */
export interface HarmedLine {
  /** How many events it was, as far as can be seen: a line's end that is damaged joins two. */
  readonly harmed: number;
}

/** Lines that are read of a file: a longer one was not written here. */
const MAX_LINES = 1_000_000;

/**
 * Reads a segment as foreign content, each line by itself. An incomplete last line is left out: whoever wrote it was killed before
 * its `emit` returned.
 */
export function readLines(bytes: Buffer): (SegmentLine | HarmedLine)[] {
  const lines: (SegmentLine | HarmedLine)[] = [];
  let start = 0;
  for (let end = bytes.indexOf(0x0a); end !== -1; end = bytes.indexOf(0x0a, start)) {
    if (lines.length === MAX_LINES) break;
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
  if (bytes.length <= CHECKSUM_BYTES) return NOTHING;
  const json = bytes.subarray(CHECKSUM_BYTES);
  if (Number.parseInt(bytes.toString('latin1', 0, CHECKSUM_BYTES - 1), 16) === crc32(json)) {
    try {
      const line: unknown = JSON.parse(json.toString('utf8'));
      if (isSegmentLine(line)) return line;
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

/** Too short for anything: the end or the beginning of a line that is damaged, which tells of itself. */
const NOTHING: HarmedLine = { harmed: 0 };

/** Checks a line member by member: its values go into requests, and decide how long loops are. */
function isSegmentLine(line: unknown): line is SegmentLine {
  if (!isObject(line)) return false;
  if ('n' in line)
    return isCount(line.n) && isCount(line.d) && isTimestamp(line.t) && isMessage(line.m, line.b);
  if ('destination' in line) {
    return (
      isCount(line.d) &&
      isDestination(line.destination) &&
      (line.entity === undefined || isEntity(line.entity))
    );
  }
  if ('sent' in line) return areRanges(line.sent);
  if ('released' in line) return areRanges(line.released);
  if ('count' in line) return isText(line.count) && isText(line.unnotedBelow);
  return typeof line.version === 'number';
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

/** Neighbours joined, or not: each number at the most once a line. */
function areRanges(value: unknown): boolean {
  if (!Array.isArray(value)) return false;
  let before = -1;
  for (const range of value as unknown[]) {
    if (!Array.isArray(range) || range.length !== 2 || !range.every(isCount)) return false;
    const [first, last] = range as [number, number];
    if (first <= before || last < first) return false;
    before = last;
  }
  return true;
}

const EVENT_START = '{"n":';

/** How lines begin that are no event's. */
const NOTE_STARTS = ['{"version":', '{"count":', '{"d":', '{"sent":', '{"released":'];
