import {
  closeSync,
  constants,
  existsSync,
  fdatasync,
  fstatSync,
  ftruncateSync,
  futimesSync,
  openSync,
  readSync,
  renameSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type Destination, type EncodedEvent, type LogEntity } from '../../delivery/encoded-event.js';
import { createdMillisOf, freeName } from './file-owner.js';
import { eventJson, lineOf, rangesOf, readLines, SEGMENT_VERSION, wholeBytesOf } from './segment-lines.js';
import { SegmentStates } from './segment-states.js';

// Windows has neither: a link in a file's place is not followed, and a pipe does not wait for its writer.
const { O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants as { O_NOFOLLOW?: number; O_NONBLOCK?: number };
const { O_APPEND, O_CREAT, O_EXCL, O_RDONLY, O_RDWR } = constants;

/** Bytes that hold the line with the version. */
const VERSION_BYTES = 64;

/** An event that stands in a segment. */
export class JournaledEvent implements EncodedEvent {
  constructor(
    readonly timestamp: number,
    readonly messageJson: string,
    readonly messageBytes: number,
    readonly segment: Segment,
    readonly number: number,
  ) {}

  /** The same place in the file for what is sent instead. */
  with({ timestamp, messageJson, messageBytes }: EncodedEvent): JournaledEvent {
    return new JournaledEvent(timestamp, messageJson, messageBytes, this.segment, this.number);
  }
}

/** Events that only the file has, by where they go. */
export interface LeftEvents {
  readonly destination: Destination;
  readonly entity: LogEntity | undefined;
  readonly events: JournaledEvent[];
}

/** What a claimed file holds. */
export interface Adopted {
  readonly segment: Segment;
  /** Events that were not released. */
  readonly events: number;
  /** Of these, events that may be with the service already. */
  readonly sent: number;
  /** Events that can't be read, or not where they go; they are released now. */
  readonly lost: number;
}

/** Where a segment's file is: in its place, removed by somebody, or claimed by a process that took this one for dead. */
export type Whereabouts = 'here' | 'removed' | 'taken';

/** One file: events are appended, and what became of them. */
export class Segment {
  /** Bytes of the file. */
  bytes = 0;
  readonly path: string;
  /** Milliseconds since 1970. */
  readonly createdMillis: number;
  readonly #descriptor: number;
  readonly #states = new SegmentStates();
  readonly #destinations = new Map<Destination, Map<LogEntity | undefined, number>>();
  #destinationCount = 0;
  #isClosed = false;
  /** Whether it was written to since the device was last told to keep it. */
  #isUnsynced = true;

  private constructor(path: string, flags: number) {
    this.path = path;
    this.createdMillis = createdMillisOf(basename(path));
    this.#descriptor = openSync(path, flags | O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK, 0o600);
  }

  /** @throws the file system's error */
  static create(path: string): Segment {
    const segment = new Segment(path, O_CREAT | O_EXCL);
    try {
      segment.#write(lineOf(JSON.stringify({ version: SEGMENT_VERSION })));
      return segment;
    } catch (error) {
      // An empty file would be left at each try.
      segment.close();
      throw error;
    }
  }

  /**
   * Whether this version of the package can read a file. Nothing of it is changed.
   * @throws the file system's error; an error where it is no plain file
   */
  static isReadable(path: string): boolean {
    const descriptor = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    try {
      if (!fstatSync(descriptor).isFile()) throw new Error(`${path} is not a plain file`);
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
  static adopt(path: string): Adopted {
    const segment = new Segment(path, 0);
    try {
      return { segment, ...segment.#adopt() };
    } catch (error) {
      closeSync(segment.#descriptor);
      throw error;
    }
  }

  /** Events that are not released. */
  get unreleased(): number {
    return this.#states.unreleased;
  }

  /** Events that only the file has. */
  get left(): number {
    return this.#states.left;
  }

  /**
   * Hands events to the operating system in one piece; all or none.
   * @throws the file system's error
   */
  append(
    destination: Destination,
    entity: LogEntity | undefined,
    events: readonly EncodedEvent[],
  ): JournaledEvent[] {
    const known = this.#destinations.get(destination)?.get(entity);
    const place = known ?? this.#destinationCount;
    const first = this.#states.size;
    const lines = events.map((event, index) => eventJson(first + index, place, event));
    if (known === undefined) {
      const { logGroupName, logStreamName } = destination;
      const line = JSON.stringify({ d: place, destination: { logGroupName, logStreamName }, entity });
      // Before and behind: with one of them damaged the events still have where to go.
      this.#write(linesOf([line, ...lines, line]));
      this.#note(destination, entity);
    } else {
      this.#write(lines.length === 1 ? lineOf(lines[0]!) : linesOf(lines));
    }
    return events.map(
      (event) =>
        new JournaledEvent(event.timestamp, event.messageJson, event.messageBytes, this, this.#states.hold()),
    );
  }

  /** The events may be with the service from now on, whatever is heard of it. */
  noteSent(numbers: readonly number[]): void {
    const fresh = numbers.filter((number) => this.#states.noteSent(number));
    if (fresh.length > 0) this.#tryWrite({ sent: rangesOf(fresh) });
  }

  /** The events need not be sent any more. */
  release(numbers: readonly number[]): void {
    for (const number of numbers) this.#states.release(number);
    this.#tryWrite({ released: rangesOf(numbers) });
  }

  /** Nobody but the file has the event now. */
  leave(number: number): void {
    this.#states.leave(number);
  }

  /** Reads the events that only the file has; they are held then. @throws the file system's error */
  takeLeft(): LeftEvents[] {
    const groups = new Map<number, LeftEvents>();
    const lines = readLines(this.#read());
    for (const line of lines) {
      if ('destination' in line && !groups.has(line.d)) {
        groups.set(line.d, { destination: line.destination, entity: line.entity, events: [] });
      }
    }
    for (const line of lines) {
      const group = 'n' in line ? groups.get(line.d) : undefined;
      if (group === undefined || !('n' in line) || !this.#states.take(line.n)) continue;
      group.events.push(new JournaledEvent(line.t, JSON.stringify(line.m), line.b, this, line.n));
    }
    return [...groups.values()].filter(({ events }) => events.length > 0);
  }

  /** Has the device keep what was appended. Never rejects. @returns why it can't */
  sync(): Promise<Error | undefined> {
    if (!this.#isUnsynced) return Promise.resolve(undefined);
    this.#isUnsynced = false;
    return new Promise((resolve) => {
      // It may be closed meanwhile, once all in it is released.
      fdatasync(this.#descriptor, (error) => {
        this.#isUnsynced ||= error !== null;
        resolve(this.#isClosed ? undefined : (error ?? undefined));
      });
    });
  }

  /** Shows those on other hosts that the file's owner lives. */
  showLife(now: Date): void {
    try {
      futimesSync(this.#descriptor, now, now);
    } catch {
      // The next one may show it again.
    }
  }

  /** Where its file is. What is in it can be read in any case as long as this process runs. */
  whereabouts(): Whereabouts {
    if (existsSync(this.path)) return 'here';
    return fstatSync(this.#descriptor).nlink === 0 ? 'removed' : 'taken';
  }

  /**
   * Lets go of the file: it is deleted where nothing is left in it, else anybody may claim it.
   * @returns events that nobody has any more: somebody removed the file
   */
  close(): number {
    this.#isClosed = true;
    const isRemoved = this.unreleased > 0 && this.whereabouts() === 'removed';
    closeSync(this.#descriptor);
    try {
      if (this.unreleased === 0) unlinkSync(this.path);
      else renameSync(this.path, join(dirname(this.path), freeName(basename(this.path))));
    } catch {
      // It is removed or taken. Where it only can't be renamed, the next process sees that this one is dead.
    }
    return isRemoved ? this.unreleased : 0;
  }

  /** Leaves the file to the process that took it. */
  abandon(): void {
    this.#isClosed = true;
    closeSync(this.#descriptor);
  }

  #adopt(): Omit<Adopted, 'segment'> {
    this.#mendEnd();
    const lost = this.#states.adopt(readLines(this.#read()), this.bytes);
    // Whoever comes next does not count it again.
    if (lost.length > 0) this.#tryWrite({ released: rangesOf(lost) });
    return { events: this.unreleased, sent: this.#states.leftAndSent(), lost: lost.length };
  }

  /** A line that broke off would spoil the next one. */
  #mendEnd(): void {
    const bytes = this.#read();
    const end = bytes.lastIndexOf(0x0a) + 1;
    this.bytes = end + wholeBytesOf(bytes.subarray(end));
    if (this.bytes < bytes.length) ftruncateSync(this.#descriptor, this.bytes);
    if (this.bytes > end) this.#write(Buffer.from('\n'));
  }

  #note(destination: Destination, entity: LogEntity | undefined): void {
    const ofDestination = this.#destinations.get(destination) ?? new Map<LogEntity | undefined, number>();
    ofDestination.set(entity, this.#destinationCount++);
    this.#destinations.set(destination, ofDestination);
  }

  #read(): Buffer {
    return readFrom(this.#descriptor, fstatSync(this.#descriptor).size);
  }

  /** What is not on disk for want of room is sent again after a crash: a duplicate, not a loss. */
  #tryWrite(line: object): void {
    if (this.#isClosed) return;
    try {
      this.#write(lineOf(JSON.stringify(line)));
    } catch {
      // See above.
    }
  }

  #write(bytes: Uint8Array): void {
    let written = 0;
    try {
      while (written < bytes.length) written += writeSync(this.#descriptor, bytes, written);
    } catch (error) {
      if (written > 0) ftruncateSync(this.#descriptor, this.bytes);
      throw error;
    }
    this.bytes += bytes.length;
    this.#isUnsynced = true;
  }
}

function linesOf(texts: readonly string[]): Buffer {
  return Buffer.concat(texts.map((text) => Buffer.from(lineOf(text))));
}

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
