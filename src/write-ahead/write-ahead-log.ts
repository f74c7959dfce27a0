import { dirname, join, resolve } from 'node:path';
import {
  type Destination,
  type EncodedEvent,
  type EventKeeper,
  type LogEntity,
} from '../delivery/encoded-event.js';
import { CloudWatchLogsError } from '../cloudwatch/errors.js';
import { makeFoldersAtOnce } from '../file-ownership/make-folders.js';
import { newFileName, SIGN_OF_LIFE_MILLIS } from './file-owner.js';
import { type Replay, type ReplayedLog, type ReplayParts } from './replay.js';
import { isInSegment, Segment } from './segment.js';

/** The code that reads files; `emit` needs nothing of it, so it is loaded later. */
export interface ReplayPart {
  readonly Replay: typeof Replay;
}

/** Where and how records are written before `emit` returns. */
export interface WriteAheadSettings {
  readonly directory: string;
  /** Milliseconds between two times that the device is told to keep what was written; 0 for never. */
  readonly fsyncIntervalMillis: number;
  /** Bytes of files that this process writes and has claimed. */
  readonly maxBytes: number;
}

/** The parts that the log needs. */
export interface WriteAheadParts extends ReplayParts {
  /** Milliseconds since 1970. */
  readonly epochMillis: () => number;
  readonly onGone: ReplayedLog['onGone'];
  /** Where the part that reads files comes from: nothing before, or what went wrong, holds up what is appended. */
  readonly replay: {
    /** As far as it is there already. */
    now(): ReplayPart | undefined;
    load(): Promise<ReplayPart>;
  };
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
  /** Those of them that the earlier process may have delivered: at most so many are there twice. */
  readonly possibleDuplicates: number;
  /** Files that stay as they are: a later version wrote them, or they can't be read. */
  readonly unreadableFiles: number;
  readonly maxBytes: number;
  /** Milliseconds since the oldest file was begun that is not through; undefined where there is none. */
  readonly oldestAgeMillis: number | undefined;
  /** Why the last record could not be written, until one is. */
  readonly writeError: Error | undefined;
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
  /** When the last write failed, monotonic; undefined before one does. */
  #failedAt: number | undefined;
  #needsSync = false;
  #syncing = false;
  /** Parents of folders that were made and may not outlive a power cut. */
  readonly #unsyncedFolders = new Set<string>();
  #replaying: Promise<void> | undefined;
  #isClosed = false;
  readonly #timers: NodeJS.Timeout[] = [];
  /** Files that are being deleted. */
  #removing = 0;
  #onRemoved: (() => void) | undefined;
  #unprotected = 0;
  /** It is there when what reads files is loaded. */
  #replayer: Replay | undefined;
  #writeError: Error | undefined;

  constructor(parts: WriteAheadParts, settings: WriteAheadSettings) {
    this.#parts = parts;
    this.#settings = settings;
    const part = parts.replay.now();
    if (part) this.#createReplayer(part);
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
  ): readonly EncodedEvent[] | undefined {
    const failedAt = this.#failedAt;
    // The clock is asked only after a failure: there is one question for each record that is logged.
    const isPausing =
      failedAt !== undefined && this.#parts.monotonicMillis() - failedAt < AFTER_FAILURE_MILLIS;
    if (this.#isClosed || isPausing) {
      this.#unprotected++;
      return;
    }
    try {
      const segment = this.#segmentForAppend();
      if (segment === undefined) {
        this.#fail(this.#noRoom());
        return;
      }
      const journaled = segment.append(destination, entity, events);
      this.#needsSync = true;
      this.#writeError = undefined;
      return journaled;
    } catch (error) {
      this.#failedAt = this.#parts.monotonicMillis();
      this.#leaveCurrent();
      this.#fail(error as Error);
      return;
    }
  }

  sending(events: readonly EncodedEvent[]): void {
    for (const [segment, numbers] of bySegment(events)) {
      if (!segment.noteSent(numbers)) this.#warnOfNotes();
    }
  }

  release(events: readonly EncodedEvent[]): void {
    for (const [segment, numbers] of bySegment(events)) {
      const isNoted = segment.release(numbers);
      // A file that is through goes, with what it does not say.
      if (!isNoted && segment.unreleased > 0) this.#warnOfNotes();
      this.#closeIfDone(segment);
    }
  }

  finish(events: readonly EncodedEvent[]): void {
    this.release(events);
    for (const event of events) if (isInSegment(event)) event.stored?.free();
  }

  giveBack(events: readonly EncodedEvent[]): number {
    let kept = 0;
    for (const event of events) {
      if (!isInSegment(event)) continue;
      event.keptIn.leave(event.keptAs);
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
    let oldest = Number.POSITIVE_INFINITY;
    for (const segment of this.#segments) {
      bytes += segment.bytes;
      events += segment.unreleased;
      if (segment.unreleased > 0) oldest = Math.min(oldest, segment.createdMillis);
    }
    return {
      bytes,
      events,
      unprotected: this.#unprotected,
      replayed: this.#replayer?.replayed ?? 0,
      possibleDuplicates: this.#replayer?.possibleDuplicates ?? 0,
      unreadableFiles: this.#replayer?.unreadableFiles ?? 0,
      maxBytes: this.#settings.maxBytes,
      oldestAgeMillis: events > 0 ? Math.max(0, this.#parts.epochMillis() - oldest) : undefined,
      writeError: this.#writeError,
    };
  }

  /** Tries whether a record could be written now. @returns the status after it */
  check(): WriteAheadStatus {
    if (!this.#isClosed) {
      try {
        this.#writeError = this.#segmentForAppend() === undefined ? this.#noRoom() : undefined;
      } catch (error) {
        this.#writeError = error as Error;
      }
    }
    return this.status();
  }

  /** Leaves what is not released to the next process. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const timer of this.#timers) clearInterval(timer);
    if (this.#settings.fsyncIntervalMillis > 0) {
      const kept = [...this.#segments].filter(({ unreleased }) => unreleased > 0);
      if (kept.length > 0) await (this.#replayer ?? (await this.#loadReplayer()))?.sync(kept);
    }
    for (const segment of this.#segments) this.#close(segment);
    this.#segments.clear();
    this.#current = undefined;
    if (this.#removing > 0) await new Promise<void>((resolve) => (this.#onRemoved = resolve));
  }

  #every(millis: number, work: () => void): void {
    this.#timers.push(setInterval(work, millis).unref());
  }

  #fail(error: Error): void {
    this.#unprotected++;
    this.#writeError = error;
    this.#parts.diagnostics.error(
      'write-ahead',
      `log records can not be written to ${this.#settings.directory} and would be lost with the process: ${error.message}`,
    );
  }

  #warnOfNotes(): void {
    this.#parts.diagnostics.warn(
      'write-ahead notes',
      `what became of log records can not be noted in ${this.#settings.directory} and is tried again: after a crash they ` +
        'would be sent twice',
    );
  }

  #noteAgain(): void {
    for (const segment of this.#segments) {
      if (segment.owesNotes && !segment.noteAgain()) this.#warnOfNotes();
    }
  }

  #noRoom(): Error {
    return new CloudWatchLogsError(
      'ERR_WRITE_AHEAD_FULL',
      `its files have reached ${this.#settings.maxBytes} bytes (writeAhead.maxBytes)`,
    );
  }

  /** @returns undefined where there is no room @throws the file system's error */
  #segmentForAppend(): Segment | undefined {
    if (this.#current && this.#current.bytes < this.#segmentBytes) return this.#current;
    this.#leaveCurrent();
    if (this.#bytes() + this.#segmentBytes > this.#settings.maxBytes) return undefined;
    const name = newFileName(this.#parts.epochMillis(), ++this.#sequence);
    this.#current = Segment.create(join(this.#directory(), name));
    this.#segments.add(this.#current);
    return this.#current;
  }

  /** Nothing more is appended to the file to which events go now. */
  #leaveCurrent(): void {
    const full = this.#current;
    this.#current = undefined;
    if (full) this.#closeIfDone(full);
  }

  #bytes(): number {
    let bytes = 0;
    for (const segment of this.#segments) bytes += segment.bytes;
    return bytes;
  }

  /** @throws the file system's error */
  #directory(): string {
    const { directory } = this.#settings;
    let made = resolve(directory);
    const firstMade = makeFoldersAtOnce(made);
    while (firstMade !== undefined && made.length >= firstMade.length) {
      made = dirname(made);
      this.#unsyncedFolders.add(made);
    }
    return directory;
  }

  #closeIfDone(segment: Segment): void {
    if (segment.unreleased > 0 || segment === this.#current || !this.#segments.delete(segment)) return;
    this.#close(segment);
  }

  #close(segment: Segment): void {
    this.#removing++;
    const gone = segment.close(() => {
      this.#removing--;
      if (this.#removing === 0) this.#onRemoved?.();
    });
    if (gone > 0) this.#parts.onGone('removed', gone, segment.path);
  }

  async #replay(): Promise<void> {
    if (!this.#isClosed) this.#noteAgain();
    const replay = this.#replayer ?? (await this.#loadReplayer());
    await replay?.run();
  }

  /** The next look may have more luck. Never rejects. */
  async #loadReplayer(): Promise<Replay | undefined> {
    try {
      this.#createReplayer(await this.#parts.replay.load());
    } catch {
      // Whatever delivers comes with it, and says that it could not be loaded.
    }
    return this.#replayer;
  }

  #createReplayer({ Replay }: ReplayPart): void {
    this.#replayer = new Replay({
      parts: this.#parts,
      directory: this.#settings.directory,
      segments: this.#segments,
      isClosed: () => this.#isClosed,
      makeDirectory: () => void this.#directory(),
      unsyncedFolders: this.#unsyncedFolders,
      onGone: this.#parts.onGone,
      appendElsewhere: (segment) => {
        if (segment === this.#current) this.#current = undefined;
      },
      closeIfDone: (segment) => {
        this.#closeIfDone(segment);
      },
    });
  }

  async #sync(): Promise<void> {
    if (!this.#needsSync || this.#syncing || this.#replayer === undefined) return;
    this.#needsSync = false;
    this.#syncing = true;
    await this.#replayer.sync(this.#segments);
    this.#syncing = false;
  }

  #showLife(): void {
    const now = new Date(this.#parts.epochMillis());
    for (const segment of this.#segments) segment.showLife(now);
  }
}

function bySegment(events: readonly EncodedEvent[]): Map<Segment, number[]> {
  const numbers = new Map<Segment, number[]>();
  let last: Segment | undefined;
  let ofLast: number[] = [];
  for (const event of events) {
    if (!isInSegment(event)) continue;
    const { keptIn } = event;
    if (keptIn !== last) {
      last = keptIn;
      ofLast = numbers.get(keptIn) ?? [];
      numbers.set(keptIn, ofLast);
    }
    ofLast.push(event.keptAs);
  }
  return numbers;
}
