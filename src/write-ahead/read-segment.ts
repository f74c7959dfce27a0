import { closeSync, constants, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { CloudWatchLogsError } from '../cloudwatch/errors.js';
import { type Destination, type LogEntity } from '../delivery/encoded-event.js';
import { type HarmedLine, readLines, wholeBytesOf } from './read-lines.js';
import { JournaledEvent, OPEN_SAFELY, Segment } from './segment.js';
import { type HeadFigures } from './segment-head.js';
import {
  type NumberRange,
  type SegmentHeadLine,
  type SegmentLine,
  SEGMENT_VERSION,
} from './segment-lines.js';
import { type SegmentStates } from './segment-states.js';

/** Bytes of the largest file that is read: one is closed beyond 4 MiB, and a record and notes may still come in. */
const MAX_FILE_BYTES = 64 * 1024 ** 2;

/** Bytes that hold the line with the version. */
const VERSION_BYTES = 64;

/** Lines that each file begins with, which are written in one. */
const HEAD_LINES = 2;

/** More events than a file takes: what says that there are more is forged. */
const MAX_EVENTS = 1_000_000;

/** Events that only the file has, by where they go. */
export interface LeftEvents {
  readonly destination: Destination;
  readonly entity: LogEntity | undefined;
  readonly events: JournaledEvent[];
}

/** The content of a claimed file. */
export interface Adopted {
  readonly segment: Segment;
  /** Events that were not released. */
  readonly events: number;
  /** Those of them that may be with the service already. */
  readonly sent: number;
  /** Events that can't be read, or not where they go; they are released now. */
  readonly lost: number;
}

/**
 * Whether this version of the package can read a file. Nothing of it is changed.
 * @throws the file system's error; an error where it is no plain file
 */
export function isReadable(path: string): boolean {
  const descriptor = openSync(path, constants.O_RDONLY | OPEN_SAFELY);
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) throw new CloudWatchLogsError('ERR_NOT_A_FILE', `${path} is not a plain file`);
    if (stats.size > MAX_FILE_BYTES) {
      throw new CloudWatchLogsError(
        'ERR_FILE_TOO_LARGE',
        `${path} has ${stats.size} bytes, more than is written here`,
      );
    }
    const [first] = readLines(readFrom(descriptor, VERSION_BYTES));
    // Where that line is damaged the others say what they are.
    return first === undefined || !('version' in first) || first.version === SEGMENT_VERSION;
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Takes over a file that an earlier process left.
 * @throws the file system's error
 */
export function adoptSegment(path: string): Adopted {
  const segment = Segment.open(path);
  try {
    mendEnd(segment);
    const lines = readLines(contentOf(segment));
    const head = readHead(lines);
    if (head) segment.goOnFrom(head);
    const { states } = segment;
    const lost = adoptStates(states, lines, segment.bytes, head);
    // Whoever comes next does not count it again.
    if (lost.length > 0) segment.release(lost);
    let sent = 0;
    for (let number = 0; number < states.size; number++) if (states.isLeftAndSent(number)) sent++;
    // Cut off before it says how many events there were, or within that: one at least.
    const isCutOff = head === undefined && lines.length <= HEAD_LINES;
    return {
      segment,
      events: segment.unreleased,
      sent,
      lost: isCutOff ? Math.max(1, lost.length) : lost.length,
    };
  } catch (error) {
    segment.abandon();
    throw error;
  }
}

/** Reads the events that only the file has; they are held then. @throws the file system's error */
export function takeLeft(segment: Segment): LeftEvents[] {
  const groups = new Map<number, LeftEvents>();
  const lines = readLines(contentOf(segment));
  for (const line of lines) {
    if ('destination' in line && !groups.has(line.d)) {
      groups.set(line.d, { destination: line.destination, entity: line.entity, events: [] });
    }
  }
  for (const line of lines) {
    const group = 'n' in line ? groups.get(line.d) : undefined;
    if (group === undefined || !('n' in line) || !segment.states.take(line.n)) continue;
    const event = { timestamp: line.t, messageJson: JSON.stringify(line.m), messageBytes: line.b };
    group.events.push(new JournaledEvent(event, segment, line.n));
  }
  return [...groups.values()].filter(({ events }) => events.length > 0);
}

/** A line that broke off would spoil the next one. */
function mendEnd(segment: Segment): void {
  const { descriptor } = segment;
  const bytes = contentOf(segment);
  const end = bytes.lastIndexOf(0x0a) + 1;
  const whole = wholeBytesOf(bytes.subarray(end));
  segment.bytes = end + whole;
  if (segment.bytes < bytes.length) ftruncateSync(descriptor, segment.bytes);
  if (whole > 0) segment.bytes += writeSync(descriptor, '\n');
}

/** The whole file. @throws the file system's error */
function contentOf({ descriptor }: Segment): Buffer {
  return readFrom(descriptor, fstatSync(descriptor).size);
}

/** The first bytes of a file, as far as there are so many. */
function readFrom(descriptor: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  let read = 0;
  while (read < length) {
    const more = readSync(descriptor, bytes, read, length - read, read);
    if (more === 0) break;
    read += more;
  }
  return bytes.subarray(0, read);
}

/** @returns nothing where the head is damaged, or cut off */
function readHead(lines: readonly (SegmentLine | HarmedLine)[]): HeadFigures | undefined {
  const head = lines.find((line): line is SegmentHeadLine => 'count' in line);
  if (head === undefined) return undefined;
  return { count: figureOf(head.count), unnotedBelow: figureOf(head.unnotedBelow) };
}

function figureOf(text: unknown): number {
  const figure = Number(text);
  return Number.isSafeInteger(figure) && figure > 0 ? Math.min(figure, MAX_EVENTS) : 0;
}

/**
 * Reads what a file says of its events. They are numbered without gaps, so that what is missing is known to the
 * event, at the end by the count in the head.
 * @param states - of a segment that knows of no event yet
 * @param bytes - of the file: a line takes more than one
 * @param head - where it can be read
 * @returns the numbers of events that are lost, and to be released
 */
function adoptStates(
  states: SegmentStates,
  lines: readonly (SegmentLine | HarmedLine)[],
  bytes: number,
  { count, unnotedBelow }: HeadFigures = { count: 0, unnotedBelow: 0 },
): number[] {
  const max = Math.max(bytes, count);
  const places = new Set<number>();
  for (const line of lines) if ('destination' in line) places.add(line.d);
  /** Damaged lines since the last number that was heard of. */
  let unnumbered = 0;
  const hearOf = (number: number): void => {
    const before = states.size;
    while (states.size <= Math.min(number, max)) states.miss();
    unnumbered = Math.max(0, unnumbered - (states.size - before));
  };
  const each = (ranges: readonly NumberRange[], visit: (number: number) => void): void => {
    for (const [first, last] of ranges) {
      hearOf(last);
      for (let number = first; number <= last && number < states.size; number++) visit(number);
    }
  };
  for (const line of lines) {
    if ('harmed' in line) {
      unnumbered += line.harmed;
    } else if ('n' in line) {
      hearOf(line.n);
      if (places.has(line.d) && states.isMissing(line.n)) states.find(line.n);
    } else if ('sent' in line) {
      each(line.sent, (number) => states.noteSent(number));
    } else if ('released' in line) {
      each(line.released, (number) => {
        states.release(number);
      });
    }
  }
  hearOf(Math.max(states.size + unnumbered, count) - 1);
  for (let number = 0; number < Math.min(unnotedBelow, states.size); number++) states.noteSent(number);
  const lost: number[] = [];
  for (let number = 0; number < states.size; number++) if (states.isMissing(number)) lost.push(number);
  return lost;
}
