import { closeSync, fsync, mkdirSync, openSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type Destination,
  type EncodedEvent,
  type EventKeeper,
  type LogEntity,
} from '../../delivery/encoded-event.js';
import { type Diagnostics } from '../../observability/diagnostics.js';
import { claimedName, isClaimable, newFileName, SIGN_OF_LIFE_MILLIS } from './file-owner.js';
import { JournaledEvent, type LeftEvents, Segment } from './segment.js';

/** Where and how records are written before `emit` returns. */
export interface WriteAheadSettings {
  readonly directory: string;
  /** Milliseconds between two times that the device is told to keep what was written; 0 for never. */
  readonly fsyncIntervalMillis: number;
  /** Bytes of files that this process writes and has claimed. */
  readonly maxBytes: number;
}

/** What the log works with. */
export interface WriteAheadParts {
  readonly diagnostics: Diagnostics;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
  /** Whether there is room in memory for events that only files have. */
  readonly hasRoom: () => boolean;
  /** Delivers events that a file had; resolves when they are delivered, kept or lost. Never rejects. */
  readonly deliver: (events: LeftEvents) => Promise<void>;
  /** An earlier process left so many events, and so many more that can't be read. */
  readonly onFound: (events: number, damaged: number, where: string) => void;
}

/** Figures of a log since it was made. */
export interface WriteAheadStatus {
  /** Bytes of the files in use. */
  readonly bytes: number;
  /** Events in them that are not delivered, stored elsewhere or lost. */
  readonly events: number;
  /** Records that could not be written, so that they were in memory alone. */
  readonly unprotected: number;
  /** Events that earlier processes left and that this one took over. */
  readonly replayed: number;
  /** Of these, events that the earlier process may have delivered: at most so many are there twice. */
  readonly possibleDuplicates: number;
}

/** Bytes after which a file is closed, so that it can go when all its events are released. */
const MAX_SEGMENT_BYTES = 4 * 1024 * 1024;

/** Milliseconds between two looks for events that only files have, also those of processes that died meanwhile. */
const REPLAY_INTERVAL_MILLIS = 2000;

/** Milliseconds after a failed write before the next is tried. */
const AFTER_FAILURE_MILLIS = 1000;

/**
 * Keeps each event in a plain file from before `emit` returns until it is released, so that a process killed
 * at any moment loses none: another one, or the next, sends what is not released.
 */
export class WriteAheadLog implements EventKeeper {
  readonly #parts: WriteAheadParts;
  readonly #settings: WriteAheadSettings;
  readonly #segmentBytes: number;
  /** In order of age; new events go to the last one where it is `#current`. */
  readonly #segments = new Set<Segment>();
  #current: Segment | undefined;
  #sequence = 0;
  #failedAt = Number.NEGATIVE_INFINITY;
  #needsSync = false;
  #syncing = false;
  #replaying: Promise<void> | undefined;
  #isClosed = false;
  readonly #timers: NodeJS.Timeout[] = [];
  #unprotected = 0;
  #replayed = 0;
  #possibleDuplicates = 0;

  constructor(parts: WriteAheadParts, settings: WriteAheadSettings) {
    this.#parts = parts;
    this.#settings = settings;
    this.#every(REPLAY_INTERVAL_MILLIS, () => void this.replay());
    this.#every(SIGN_OF_LIFE_MILLIS, () => this.#showLife());
    if (settings.fsyncIntervalMillis > 0) this.#every(settings.fsyncIntervalMillis, () => void this.#sync());
    this.#segmentBytes = Math.min(MAX_SEGMENT_BYTES, settings.maxBytes / 8);
    setImmediate(() => void this.replay()).unref();
  }

  /**
   * Hands the events of one record to the operating system.
   * @returns the events to send in their place; undefined where they could not be written, which is counted
   */
  append(
    destination: Destination,
    entity: LogEntity | undefined,
    events: readonly EncodedEvent[],
  ): readonly JournaledEvent[] | undefined {
    const now = this.#parts.wallClock();
    if (this.#isClosed || now - this.#failedAt < AFTER_FAILURE_MILLIS) {
      this.#fail();
      return;
    }
    try {
      const segment = this.#segmentForAppend();
      if (segment === undefined) {
        this.#fail(`its files have reached ${this.#settings.maxBytes} bytes (writeAhead.maxBytes)`);
        return;
      }
      const journaled = segment.append(destination, entity, events);
      this.#needsSync = true;
      return journaled;
    } catch (error) {
      this.#failedAt = now;
      this.#current = undefined;
      this.#fail(error instanceof Error ? error.message : String(error));
      return;
    }
  }

  sending(events: readonly EncodedEvent[]): void {
    for (const [segment, numbers] of bySegment(events)) segment.noteSent(numbers);
  }

  release(events: readonly EncodedEvent[]): void {
    for (const [segment, numbers] of bySegment(events)) {
      segment.release(numbers);
      this.#closeIfDone(segment);
    }
  }

  giveBack(events: readonly EncodedEvent[]): number {
    let kept = 0;
    for (const event of events) {
      if (!(event instanceof JournaledEvent)) continue;
      event.segment.leave(event.number);
      kept++;
    }
    return kept;
  }

  /** Sends what only files have, as long as there is room in memory. Never rejects. */
  replay(): Promise<void> {
    this.#replaying ??= this.#replay().finally(() => (this.#replaying = undefined));
    return this.#replaying;
  }

  status(): WriteAheadStatus {
    let bytes = 0;
    let events = 0;
    for (const segment of this.#segments) {
      bytes += segment.bytes;
      events += segment.unreleased;
    }
    const [unprotected, replayed] = [this.#unprotected, this.#replayed];
    return { bytes, events, unprotected, replayed, possibleDuplicates: this.#possibleDuplicates };
  }

  /** Leaves what is not released to the next process. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const timer of this.#timers) clearInterval(timer);
    if (this.#settings.fsyncIntervalMillis > 0) {
      await Promise.all(
        [...this.#segments].filter(({ unreleased }) => unreleased > 0).map((one) => one.sync()),
      );
    }
    for (const segment of this.#segments) segment.close();
    this.#segments.clear();
    this.#current = undefined;
  }

  #every(millis: number, work: () => void): void {
    this.#timers.push(setInterval(work, millis).unref());
  }

  #fail(why?: string): undefined {
    this.#unprotected++;
    if (why !== undefined) {
      this.#parts.diagnostics.error(
        'write-ahead',
        `log records can not be written to ${this.#settings.directory} and would be lost with the process: ${why}`,
      );
    }
    return undefined;
  }

  /** @returns undefined where there is no room @throws the file system's error */
  #segmentForAppend(): Segment | undefined {
    if (this.#current && this.#current.bytes < this.#segmentBytes) return this.#current;
    const full = this.#current;
    this.#current = undefined;
    if (full) this.#closeIfDone(full);
    if (this.#bytes() + this.#segmentBytes > this.#settings.maxBytes) return undefined;
    this.#current = Segment.create(join(this.#directory(), newFileName(++this.#sequence)));
    this.#segments.add(this.#current);
    return this.#current;
  }

  #bytes(): number {
    let bytes = 0;
    for (const segment of this.#segments) bytes += segment.bytes;
    return bytes;
  }

  /** @throws the file system's error */
  #directory(): string {
    const { directory } = this.#settings;
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    return directory;
  }

  #closeIfDone(segment: Segment): void {
    if (segment.unreleased > 0 || segment === this.#current || !this.#segments.delete(segment)) return;
    segment.close();
  }

  /** The files of processes that are gone. */
  #claimable(): string[] {
    const { directory } = this.#settings;
    try {
      const now = this.#parts.wallClock();
      return readdirSync(this.#directory())
        .sort()
        .filter((name) => isClaimable(join(directory, name), name, now));
    } catch (error) {
      this.#parts.diagnostics.error(
        'write-ahead directory',
        `${directory} can not be read: ${String(error)}`,
      );
      return [];
    }
  }

  /** @returns undefined where another process was faster, or the file can't be read */
  #claim(name: string): Segment | undefined {
    const { directory } = this.#settings;
    const path = join(directory, claimedName(name));
    try {
      // Of several processes that try, one finds the file.
      renameSync(join(directory, name), path);
      const adopted = Segment.adopt(path);
      if (adopted === undefined) {
        this.#parts.diagnostics.warn(
          'write-ahead version',
          `${path} is of another version and is left alone`,
        );
        return undefined;
      }
      this.#segments.add(adopted.segment);
      this.#replayed += adopted.events;
      this.#possibleDuplicates += adopted.sent;
      this.#parts.onFound(adopted.events, adopted.damaged, path);
      this.#closeIfDone(adopted.segment);
      return adopted.segment;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
        this.#parts.diagnostics.error('write-ahead file', `${path} can not be read: ${String(error)}`);
      }
      return undefined;
    }
  }

  async #replay(): Promise<void> {
    for (const segment of [...this.#segments]) await this.#replaySegment(segment);
    for (const name of this.#isClosed ? [] : this.#claimable()) {
      // One by one, each gone before the next comes: what lies here may be far more than there is memory.
      if (this.#isClosed || !this.#parts.hasRoom()) return;
      const segment = this.#claim(name);
      if (segment) await this.#replaySegment(segment);
      await nextTurn();
    }
  }

  async #replaySegment(segment: Segment): Promise<void> {
    if (segment.left === 0) return;
    // What is appended while it is read would otherwise be read again and again.
    if (segment === this.#current) this.#current = undefined;
    for (const events of this.#takeLeft(segment)) await this.#parts.deliver(events);
  }

  #takeLeft(segment: Segment): LeftEvents[] {
    if (this.#isClosed || !this.#parts.hasRoom()) return [];
    try {
      return segment.takeLeft();
    } catch (error) {
      this.#parts.diagnostics.error(
        'write-ahead file',
        `a file of ${this.#settings.directory} can not be read: ${String(error)}`,
      );
      return [];
    }
  }

  async #sync(): Promise<void> {
    if (!this.#needsSync || this.#syncing) return;
    this.#needsSync = false;
    this.#syncing = true;
    await Promise.all([...this.#segments].map((segment) => segment.sync()));
    await syncDirectory(this.#settings.directory);
    this.#syncing = false;
  }

  #showLife(): void {
    const now = new Date(this.#parts.wallClock());
    for (const segment of this.#segments) segment.showLife(now);
  }
}

function bySegment(events: readonly EncodedEvent[]): Map<Segment, number[]> {
  const numbers = new Map<Segment, number[]>();
  for (const event of events) {
    if (!(event instanceof JournaledEvent)) continue;
    const ofSegment = numbers.get(event.segment);
    if (ofSegment) ofSegment.push(event.number);
    else numbers.set(event.segment, [event.number]);
  }
  return numbers;
}

/** A new file is safe once its directory is. Not every system can do this. */
async function syncDirectory(directory: string): Promise<void> {
  let descriptor: number;
  try {
    descriptor = openSync(directory, 'r');
  } catch {
    return;
  }
  await new Promise<void>((resolve) => {
    fsync(descriptor, () => resolve());
  });
  closeSync(descriptor);
}
