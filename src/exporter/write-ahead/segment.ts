import {
  closeSync,
  fdatasync,
  ftruncateSync,
  futimesSync,
  openSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type Destination, type EncodedEvent, type LogEntity } from '../../delivery/encoded-event.js';
import { freeName } from './file-owner.js';
import {
  eventJson,
  lineOf,
  type NumberRange,
  rangesOf,
  readLines,
  SEGMENT_VERSION,
} from './segment-lines.js';

/** Somebody in this process has the event, and will say what became of it. */
const HELD = 0;
/** Only the file has the event. */
const LEFT = 1;
const RELEASED = 2;
/** Added to a state: the event may be with the service already. */
const SENT = 4;

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
  /** Lines that can't be read. */
  readonly damaged: number;
}

/** One file: events are appended, and what became of them. */
export class Segment {
  /** Bytes of the file. */
  bytes = 0;
  /** Events that are not released. */
  unreleased = 0;
  /** Events that only the file has. */
  left = 0;
  readonly #path: string;
  readonly #descriptor: number;
  readonly #destinations = new Map<Destination, Map<LogEntity | undefined, number>>();
  #destinationCount = 0;
  #events = 0;
  #states = new Uint8Array(1024);
  #isClosed = false;

  private constructor(path: string, descriptor: number) {
    this.#path = path;
    this.#descriptor = descriptor;
  }

  /** @throws the file system's error */
  static create(path: string): Segment {
    const segment = new Segment(path, openSync(path, 'ax', 0o600));
    segment.#write(JSON.stringify({ version: SEGMENT_VERSION }));
    return segment;
  }

  /**
   * Takes over a file that an earlier process left.
   * @returns undefined for a file of another version
   * @throws the file system's error
   */
  static adopt(path: string): Adopted | undefined {
    const bytes = readFileSync(path);
    const { lines, damaged } = readLines(bytes);
    const known = new Set<number>();
    const segment = new Segment(path, openSync(path, 'a', 0o600));
    segment.bytes = bytes.lastIndexOf(0x0a) + 1;
    let misplaced = 0;
    for (const line of lines) {
      if ('version' in line) {
        if (line.version === SEGMENT_VERSION) continue;
        closeSync(segment.#descriptor);
        return undefined;
      } else if ('destination' in line) {
        known.add(line.d);
      } else if ('n' in line) {
        if (known.has(line.d)) segment.#add(line.n, LEFT);
        else misplaced++;
      } else if ('released' in line) {
        segment.#each(line.released, (number) => segment.#release(number));
      } else {
        segment.#each(line.sent, (number) => (segment.#states[number]! |= SENT));
      }
    }
    // A line that broke off would spoil the next one.
    if (segment.bytes < bytes.length) ftruncateSync(segment.#descriptor, segment.bytes);
    let sent = 0;
    for (let number = 0; number < segment.#events; number++) {
      if (segment.#states[number] === (LEFT | SENT)) sent++;
    }
    return { segment, events: segment.unreleased, sent, damaged: damaged + misplaced };
  }

  /**
   * Hands events to the operating system; all or none.
   * @throws the file system's error
   */
  append(
    destination: Destination,
    entity: LogEntity | undefined,
    events: readonly EncodedEvent[],
  ): JournaledEvent[] {
    const place = this.#placeOf(destination, entity);
    const first = this.#events;
    try {
      return events.map((event) => {
        const number = this.#events;
        this.#write(eventJson(number, place, event));
        this.#add(number, HELD);
        return new JournaledEvent(event.timestamp, event.messageJson, event.messageBytes, this, number);
      });
    } catch (error) {
      for (let number = first; number < this.#events; number++) this.#release(number);
      throw error;
    }
  }

  /** The events may be with the service from now on, whatever is heard of it. */
  noteSent(numbers: readonly number[]): void {
    const fresh = numbers.filter((number) => (this.#states[number]! & SENT) === 0);
    if (fresh.length === 0) return;
    for (const number of fresh) this.#states[number]! |= SENT;
    this.#tryWrite({ sent: rangesOf(fresh) });
  }

  /** The events need not be sent any more. */
  release(numbers: readonly number[]): void {
    for (const number of numbers) this.#release(number);
    this.#tryWrite({ released: rangesOf(numbers) });
  }

  /** Nobody but the file has the event now. */
  leave(number: number): void {
    if ((this.#states[number]! & ~SENT) !== HELD) return;
    this.#states[number]! += LEFT - HELD;
    this.left++;
  }

  /** Reads the events that only the file has; they are held then. @throws the file system's error */
  takeLeft(): LeftEvents[] {
    const groups = new Map<number, LeftEvents>();
    for (const line of readLines(readFileSync(this.#path)).lines) {
      if ('destination' in line) {
        groups.set(line.d, { destination: line.destination, entity: line.entity, events: [] });
      } else if ('n' in line && (this.#states[line.n]! & ~SENT) === LEFT) {
        const group = groups.get(line.d);
        if (group === undefined) continue;
        this.#states[line.n]! -= LEFT - HELD;
        this.left--;
        group.events.push(new JournaledEvent(line.t, JSON.stringify(line.m), line.b, this, line.n));
      }
    }
    return [...groups.values()].filter(({ events }) => events.length > 0);
  }

  /** Has the device keep what was appended. Never rejects. */
  sync(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#isClosed) resolve();
      else fdatasync(this.#descriptor, () => resolve());
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

  /** Lets go of the file: it is deleted where nothing is left in it, else anybody may claim it. */
  close(): void {
    this.#isClosed = true;
    try {
      closeSync(this.#descriptor);
      if (this.unreleased === 0) unlinkSync(this.#path);
      else renameSync(this.#path, join(dirname(this.#path), freeName(basename(this.#path))));
    } catch {
      // Somebody removed the file or its directory: there is nothing to let go of.
    }
  }

  #placeOf(destination: Destination, entity: LogEntity | undefined): number {
    let ofDestination = this.#destinations.get(destination);
    let place = ofDestination?.get(entity);
    if (place !== undefined) return place;
    place = this.#destinationCount;
    const { logGroupName, logStreamName } = destination;
    this.#write(JSON.stringify({ d: place, destination: { logGroupName, logStreamName }, entity }));
    this.#destinationCount++;
    ofDestination ??= new Map();
    ofDestination.set(entity, place);
    this.#destinations.set(destination, ofDestination);
    return place;
  }

  #add(number: number, state: number): void {
    while (number >= this.#states.length) {
      const larger = new Uint8Array(this.#states.length * 2);
      larger.set(this.#states);
      this.#states = larger;
    }
    // Numbers that a damaged line had stay out of all counts.
    this.#states.fill(RELEASED, this.#events, number);
    this.#states[number] = state;
    this.#events = number + 1;
    this.unreleased++;
    if (state === LEFT) this.left++;
  }

  #release(number: number): void {
    const state = this.#states[number]! & ~SENT;
    if (state === RELEASED) return;
    if (state === LEFT) this.left--;
    this.#states[number] = RELEASED;
    this.unreleased--;
  }

  #each(ranges: readonly NumberRange[], visit: (number: number) => void): void {
    for (const [first, last] of ranges) {
      for (let number = first; number <= last && number < this.#events; number++) visit(number);
    }
  }

  /** What is not on disk for want of room is sent again after a crash: a duplicate, not a loss. */
  #tryWrite(line: object): void {
    if (this.#isClosed) return;
    try {
      this.#write(JSON.stringify(line));
    } catch {
      // See above.
    }
  }

  #write(json: string): void {
    const line = lineOf(json);
    let written = 0;
    try {
      while (written < line.length) written += writeSync(this.#descriptor, line, written);
    } catch (error) {
      if (written > 0) ftruncateSync(this.#descriptor, this.bytes);
      throw error;
    }
    this.bytes += line.length;
  }
}
