import { closeSync, fdatasync, fsync, openSync, readdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describeError } from '../cloudwatch/describe-error.js';
import { type Diagnostics } from '../observability/diagnostics.js';
import { SignsOfLife } from '../file-ownership/signs-of-life.js';
import { claimedName, DEAD_AFTER_MILLIS, isClaimable } from './file-claims.js';
import { freeName } from './file-owner.js';
import { adoptSegment, isReadable, type LeftEvents, takeLeft } from './read-segment.js';
import { type Segment } from './segment.js';

/** The parts that a replay needs. */
export interface ReplayParts {
  readonly diagnostics: Diagnostics;
  /** Milliseconds, monotonic. */
  readonly monotonicMillis: () => number;
  /** Whether there is room in memory for events that only files have. */
  readonly hasRoom: () => boolean;
  /** Delivers events that a file had; resolves when they are delivered, kept or lost. Never rejects. */
  readonly deliver: (events: LeftEvents) => Promise<void>;
  /** An earlier process left so many events, and so many more that can't be read. */
  readonly onFound: (events: number, lost: number, where: string) => void;
}

/** The part of a log that its replay sees. */
export interface ReplayedLog {
  readonly parts: ReplayParts;
  /** The folder of its files. */
  readonly directory: string;
  /** In order of age. */
  readonly segments: Set<Segment>;
  /** Parents of folders that were made and may not outlive a power cut. */
  readonly unsyncedFolders: Set<string>;
  /** Events that were counted before and that only a file had, which is not there any more. */
  readonly onGone: (how: 'removed' | 'taken', events: number, where: string) => void;
  isClosed(): boolean;
  /** Makes the directory where it is missing. @throws the file system's error */
  makeDirectory(): void;
  /** Nothing more is appended to a file, should it be the one to which events go now. */
  appendElsewhere(segment: Segment): void;
  closeIfDone(segment: Segment): void;
}

/**
 * Reads what a write-ahead log's files have and nobody else: events that found no room in memory, and those that
 * processes left which are gone, whose files it takes over.
 */
export class Replay {
  readonly #log: ReplayedLog;
  readonly #signs: SignsOfLife;
  #unreadable = new Set<string>();
  #replayed = 0;
  #possibleDuplicates = 0;

  constructor(log: ReplayedLog) {
    this.#log = log;
    this.#signs = new SignsOfLife(log.parts.monotonicMillis, DEAD_AFTER_MILLIS);
  }

  /** Events that were taken over. */
  get replayed(): number {
    return this.#replayed;
  }

  /** Those of them that the earlier process may have delivered. */
  get possibleDuplicates(): number {
    return this.#possibleDuplicates;
  }

  /** Files that stay as they are: a later version wrote them, or they can't be read. */
  get unreadableFiles(): number {
    return this.#unreadable.size;
  }

  /** Has the device keep files, and their names. Never rejects; what fails is said. */
  async sync(segments: Iterable<Segment>): Promise<void> {
    const { parts, directory, unsyncedFolders } = this.#log;
    const errors = await Promise.all([...segments].map(syncSegment));
    const folders = [directory, ...unsyncedFolders];
    unsyncedFolders.clear();
    await Promise.all(folders.map(syncDirectory));
    for (const error of errors) {
      if (error === undefined) continue;
      parts.diagnostics.error(
        'write-ahead sync',
        `files of ${directory} can not be synced and may not outlive a power cut: ${error.message}`,
      );
    }
  }

  /** Sends what only files have, as long as there is room in memory. Never rejects. */
  async run(): Promise<void> {
    const log = this.#log;
    if (!log.isClosed()) this.#lookForFiles();
    for (const segment of [...log.segments]) await this.#replaySegment(segment);
    const claimable = log.isClosed() ? [] : this.#claimable();
    this.#unreadable = new Set(claimable.filter((name) => this.#unreadable.has(name)));
    for (const name of claimable) {
      // One by one, each gone before the next comes: what lies here may be far more than there is memory.
      if (log.isClosed() || !log.parts.hasRoom()) return;
      const segment = this.#claim(name);
      if (segment) await this.#replaySegment(segment);
      await nextTurn();
    }
  }

  /** Files that were removed, or that another process took, get nothing more. */
  #lookForFiles(): void {
    const { segments, parts } = this.#log;
    for (const segment of [...segments]) {
      const whereabouts = segment.whereabouts();
      if (whereabouts === 'here') continue;
      this.#log.appendElsewhere(segment);
      const what =
        whereabouts === 'removed'
          ? 'was removed: what is in it would be lost with the process'
          : 'was taken by another process, which took this one for dead: what is in it may be sent twice';
      parts.diagnostics.error(`write-ahead ${whereabouts}`, `${segment.path} ${what}`);
      if (whereabouts === 'removed') {
        this.#log.closeIfDone(segment);
        continue;
      }
      segments.delete(segment);
      if (segment.left > 0) this.#log.onGone('taken', segment.left, segment.path);
      segment.abandon();
    }
  }

  async #replaySegment(segment: Segment): Promise<void> {
    if (segment.left === 0) return;
    // Events appended to the file that is read would be read again and again.
    this.#log.appendElsewhere(segment);
    for (const events of this.#takeLeft(segment)) await this.#log.parts.deliver(events);
  }

  #takeLeft(segment: Segment): LeftEvents[] {
    const { parts, directory } = this.#log;
    if (this.#log.isClosed() || !parts.hasRoom()) return [];
    try {
      return takeLeft(segment);
    } catch (error) {
      parts.diagnostics.error(
        'write-ahead file',
        `a file of ${directory} can not be read: ${describeError(error)}`,
      );
      return [];
    }
  }

  /** The files of processes that are gone, the oldest first. */
  #claimable(): string[] {
    const { parts, directory } = this.#log;
    try {
      this.#log.makeDirectory();
      const claimable = readdirSync(directory)
        .sort()
        .filter((name) =>
          isClaimable(
            name,
            () => statSync(join(directory, name), { throwIfNoEntry: false })?.mtimeMs,
            this.#signs,
          ),
        );
      this.#signs.forgetUnseen();
      return claimable;
    } catch (error) {
      parts.diagnostics.error(
        'write-ahead directory',
        `${directory} can not be read: ${describeError(error)}`,
      );
      return [];
    }
  }

  /** @returns undefined where another process was faster, or the file can't be read */
  #claim(name: string): Segment | undefined {
    const { parts, directory, segments } = this.#log;
    const path = join(directory, name);
    const claimed = join(directory, claimedName(name));
    try {
      // Before it is claimed: another process may be able to read it.
      if (!isReadable(path)) {
        this.#unreadable.add(name);
        parts.diagnostics.warn('write-ahead version', `${path} is of another version and is left alone`);
        return undefined;
      }
      // Several processes may try; only one of them finds the file.
      renameSync(path, claimed);
    } catch (error) {
      this.#noteUnreadable(name, error as NodeJS.ErrnoException);
      return undefined;
    }
    try {
      const { segment, events, sent, lost } = adoptSegment(claimed);
      this.#unreadable.delete(name);
      segments.add(segment);
      this.#replayed += events;
      this.#possibleDuplicates += sent;
      parts.onFound(events, lost, claimed);
      this.#log.closeIfDone(segment);
      return segment;
    } catch (error) {
      this.#noteUnreadable(name, error as NodeJS.ErrnoException);
      tryRename(claimed, join(directory, freeName(name)));
      return undefined;
    }
  }

  #noteUnreadable(name: string, error: NodeJS.ErrnoException): void {
    if (error.code === 'ENOENT') return;
    const { parts, directory } = this.#log;
    this.#unreadable.add(name);
    parts.diagnostics.error(
      'write-ahead file',
      `${join(directory, name)} can not be taken over: ${describeError(error)}`,
    );
  }
}

function tryRename(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch {
    // It is not there any more, or the next process sees that this one is dead.
  }
}

/** Has the device keep what was appended. Never rejects. @returns why it can't */
function syncSegment(segment: Segment): Promise<Error | undefined> {
  if (!segment.isUnsynced) return Promise.resolve(undefined);
  segment.isUnsynced = false;
  return new Promise((resolve) => {
    // It may be closed meanwhile, once all in it is released.
    fdatasync(segment.descriptor, (error) => {
      segment.isUnsynced ||= error !== null;
      resolve(segment.isClosed ? undefined : (error ?? undefined));
    });
  });
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
