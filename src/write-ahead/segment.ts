import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  ftruncateSync,
  futimesSync,
  openSync,
  renameSync,
  unlink,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type Destination, type EncodedEvent, type LogEntity } from '../delivery/encoded-event.js';
import { StoredEvent } from '../delivery/stored-event.js';
import { createdMillisOf, freeName } from './file-owner.js';
import { firstBytes, type HeadFigures, SegmentHead } from './segment-head.js';
import { eventJson, eventLine, lineOf, rangesOf } from './segment-lines.js';
import { SegmentStates } from './segment-states.js';

// Windows has neither: a link in a file's place is not followed, and a pipe does not wait for its writer.
const { O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants as { O_NOFOLLOW?: number; O_NONBLOCK?: number };
const { O_APPEND, O_CREAT, O_EXCL, O_RDWR } = constants;

/** Flags with which a file is opened that anybody may have put there. */
export const OPEN_SAFELY = O_NOFOLLOW | O_NONBLOCK;

/** An event that stands in a segment, where it can't note that itself. */
export class JournaledEvent implements EncodedEvent {
  readonly #event: EncodedEvent;

  constructor(
    event: EncodedEvent,
    readonly keptIn: Segment,
    readonly keptAs: number,
  ) {
    this.#event = event;
  }

  get timestamp(): number {
    return this.#event.timestamp;
  }

  get messageBytes(): number {
    return this.#event.messageBytes;
  }

  get messageJson(): string {
    return this.#event.messageJson;
  }

  get stored(): EncodedEvent['stored'] {
    return this.#event.stored;
  }
}

/** An event of which a segment knows. */
export type KeptEvent = JournaledEvent | (StoredEvent & { readonly keptIn: Segment });

/** Says whether an event stands in a segment. */
export function isInSegment(event: EncodedEvent): event is KeptEvent {
  if (event instanceof StoredEvent) return event.keptIn !== undefined;
  return event instanceof JournaledEvent;
}

/** Has an event know its place in a segment, also one that is sent in the place of another. @returns what to send */
export function keepAs(event: EncodedEvent, segment: Segment, number: number): EncodedEvent {
  if (!(event instanceof StoredEvent)) return new JournaledEvent(event, segment, number);
  event.keptIn = segment;
  event.keptAs = number;
  return event;
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
  readonly descriptor: number;
  #head: SegmentHead;
  /** Numbers of events of which a note could not be written. */
  readonly #unnoted = { sent: new Set<number>(), released: new Set<number>() };
  /** The states of its events. */
  readonly states = new SegmentStates();
  readonly #destinations = new Map<Destination, Map<LogEntity | undefined, number>>();
  #destinationCount = 0;
  /** Where the last event went: mostly the next one goes there too. */
  #last: { destination: Destination; entity: LogEntity | undefined; place: number } | undefined;
  isClosed = false;
  /** Whether it was written to since the device was last told to keep it. */
  isUnsynced = true;

  private constructor(path: string, flags: number) {
    this.path = path;
    this.createdMillis = createdMillisOf(basename(path));
    this.#head = new SegmentHead(path);
    this.descriptor = openSync(path, flags | O_RDWR | O_APPEND | OPEN_SAFELY, 0o600);
  }

  /** @throws the file system's error */
  static create(path: string): Segment {
    const segment = new Segment(path, O_CREAT | O_EXCL);
    try {
      segment.#write(firstBytes());
      return segment;
    } catch (error) {
      // An empty file would be left at each try.
      unlinkSync(path);
      segment.abandon();
      throw error;
    }
  }

  /** Opens a file that is there. @throws the file system's error */
  static open(path: string): Segment {
    return new Segment(path, 0);
  }

  /** Events that are not released. */
  get unreleased(): number {
    return this.states.unreleased;
  }

  /** Events that only the file has. */
  get left(): number {
    return this.states.left;
  }

  /**
   * Hands events to the operating system in one piece; all or none.
   * @throws the file system's error
   */
  append(
    destination: Destination,
    entity: LogEntity | undefined,
    events: readonly EncodedEvent[],
  ): readonly EncodedEvent[] {
    const place = this.#placeOf(destination, entity);
    const [first] = events;
    if (place !== undefined && events.length === 1) this.#write(eventLine(this.states.size, place, first!));
    else this.#writeAll(place, destination, entity, events);
    // Mostly there is one, which notes its number itself.
    if (events.length === 1 && first instanceof StoredEvent) {
      this.#hold(first);
      return events;
    }
    return events.map((event) => this.#hold(event));
  }

  /** The events may be with the service from now on, whatever is heard of it. @returns whether that could be noted */
  noteSent(numbers: readonly number[]): boolean {
    const fresh = numbers.filter((number) => this.states.noteSent(number));
    return fresh.length === 0 || this.#note('sent', fresh);
  }

  /** The events need not be sent any more. @returns whether that could be noted */
  release(numbers: readonly number[]): boolean {
    for (const number of numbers) this.states.release(number);
    return this.#note('released', numbers);
  }

  /** Notes could not be written. */
  get owesNotes(): boolean {
    return this.#unnoted.sent.size + this.#unnoted.released.size > 0;
  }

  /** Tries again to write the notes that could not be written. @returns whether all are written */
  noteAgain(): boolean {
    for (const what of ['sent', 'released'] as const) {
      const numbers = [...this.#unnoted[what]];
      this.#unnoted[what].clear();
      if (numbers.length > 0 && !this.#note(what, numbers)) return false;
    }
    this.#head.change({ unnotedBelow: 0 });
    return true;
  }

  /** Nobody but the file has the event now. */
  leave(number: number): void {
    this.states.leave(number);
  }

  /** Goes on with the figures that the file has. */
  goOnFrom(figures: HeadFigures): void {
    this.#head = new SegmentHead(this.path, figures);
  }

  /** Shows those on other hosts that the file's owner lives. */
  showLife(now: Date): void {
    try {
      futimesSync(this.descriptor, now, now);
    } catch {
      // The next one may show it again.
    }
  }

  /** Where its file is. What is in it can be read in any case as long as this process runs. */
  whereabouts(): Whereabouts {
    if (existsSync(this.path)) return 'here';
    return fstatSync(this.descriptor).nlink === 0 ? 'removed' : 'taken';
  }

  /**
   * Lets go of the file: it is deleted where nothing is left in it, else anybody may claim it.
   * @param onRemoved - called when that is done: another thread deletes a file, as a large one takes some milliseconds
   * @returns events that nobody has any more: somebody removed the file
   */
  close(onRemoved: () => void): number {
    if (this.owesNotes && this.unreleased > 0) this.noteAgain();
    this.isClosed = true;
    this.#head.close();
    const isRemoved = this.unreleased > 0 && this.whereabouts() === 'removed';
    closeSync(this.descriptor);
    if (this.unreleased === 0) {
      // Where it can't be, the next process finds nothing left in it.
      unlink(this.path, onRemoved);
      return 0;
    }
    try {
      renameSync(this.path, join(dirname(this.path), freeName(basename(this.path))));
    } catch {
      // It is removed or taken. Where it only can't be renamed, the next process sees that this one is dead.
    }
    onRemoved();
    return isRemoved ? this.unreleased : 0;
  }

  /** Leaves the file to the process that took it. */
  abandon(): void {
    this.isClosed = true;
    this.#head.close();
    closeSync(this.descriptor);
  }

  #hold(event: EncodedEvent): EncodedEvent {
    const kept = keepAs(event, this, this.states.hold());
    this.#head.count(this.states.size);
    return kept;
  }

  #placeOf(destination: Destination, entity: LogEntity | undefined): number | undefined {
    const last = this.#last;
    if (last?.destination === destination && last.entity === entity) return last.place;
    const place = this.#destinations.get(destination)?.get(entity);
    if (place !== undefined) this.#last = { destination, entity, place };
    return place;
  }

  #writeAll(
    known: number | undefined,
    destination: Destination,
    entity: LogEntity | undefined,
    events: readonly EncodedEvent[],
  ): void {
    const place = known ?? this.#destinationCount;
    const first = this.states.size;
    const lines = events.map((event, index) => eventJson(first + index, place, event));
    if (known !== undefined) {
      this.#write(linesOf(lines));
      return;
    }
    const { logGroupName, logStreamName } = destination;
    const line = JSON.stringify({ d: place, destination: { logGroupName, logStreamName }, entity });
    // Before and behind: with one of them damaged the events still have where to go.
    this.#write(linesOf([line, ...lines, line]));
    this.#remember(destination, entity);
  }

  #remember(destination: Destination, entity: LogEntity | undefined): void {
    const ofDestination = this.#destinations.get(destination) ?? new Map<LogEntity | undefined, number>();
    ofDestination.set(entity, this.#destinationCount++);
    this.#destinations.set(destination, ofDestination);
  }

  /** A note that the disk has no room for is missing after a crash: its events are sent twice, not lost, and counted so. */
  #note(what: 'sent' | 'released', numbers: readonly number[]): boolean {
    if (this.isClosed) return true;
    try {
      this.#write(lineOf(JSON.stringify({ [what]: rangesOf(numbers) })));
      return true;
    } catch {
      const below = 1 + numbers.reduce((most, number) => Math.max(most, number), 0);
      for (const number of numbers) this.#unnoted[what].add(number);
      this.#head.change({ unnotedBelow: Math.max(below, this.#head.figures.unnotedBelow) });
      return false;
    }
  }

  #write(bytes: Uint8Array): void {
    let written = 0;
    try {
      while (written < bytes.length) written += writeSync(this.descriptor, bytes, written);
    } catch (error) {
      if (written > 0) ftruncateSync(this.descriptor, this.bytes);
      throw error;
    }
    this.bytes += bytes.length;
    this.isUnsynced = true;
  }
}

function linesOf(texts: readonly string[]): Buffer {
  return Buffer.concat(texts.map((text) => Buffer.from(lineOf(text))));
}
