import { setTimeout as wait } from 'node:timers/promises';
import { join } from 'node:path';
import { describeError } from '../../cloudwatch/classify-error.js';
import { type Diagnostics } from '../../observability/diagnostics.js';
import { type Destination, type LogEventBatch } from '../encoded-event.js';
import { type FileSystem, nodeFileSystem, readPlainFile, writeWholeFile } from './private-files.js';
import { readSpoolFile, readSpoolFileDestination, spoolFileName, writeSpoolFile } from './spool-file.js';
import { type FolderScan, SpoolFolders } from './spool-folders.js';
import { type HeldFolder, type StoredBatch } from './stored-batch.js';

/** Where batches that can't be delivered now are kept. */
export interface SpoolSettings {
  /** Folder of the spool; several processes may share it. It is made where it is missing. */
  readonly directory: string;
  /** Bytes of files, of all processes together. Beyond it the oldest batches are dropped. Default 1 GiB. */
  readonly maxBytes: number;
  /** Milliseconds after which a batch is dropped. Default 14 days, after which the service takes no event. */
  readonly maxAgeMillis: number;
  /** Whether a batch outlives a power cut once it is reported as kept. Default true. */
  readonly fsync: boolean;
}

export const DEFAULT_SPOOL_SETTINGS: Omit<SpoolSettings, 'directory'> = {
  maxBytes: 1024 ** 3,
  maxAgeMillis: 14 * 86_400_000,
  fsync: true,
};

/** What of the spool belongs to this process. */
export interface SpoolStatus {
  /** Bytes of its files. */
  readonly bytes: number;
  readonly batches: number;
  readonly events: number;
  /** Milliseconds since the oldest batch was stored; undefined where there is none. */
  readonly oldestAgeMillis: number | undefined;
  /** Batches that a later version wrote, which stay for it. */
  readonly unreadableBatches: number;
  /** Why the last write failed, while writing fails. */
  readonly writeError: Error | undefined;
}

/** What reading a stored batch came to. */
export type StoredRead =
  | { readonly kind: 'batch'; readonly batch: LogEventBatch; readonly damaged: number }
  | { readonly kind: 'damaged'; readonly detail: string }
  /** Another process has it now. */
  | { readonly kind: 'handed_on' }
  /** A later version wrote it. */
  | { readonly kind: 'future' }
  | { readonly kind: 'failed'; readonly error: Error };

/** Told of what happens to stored batches. */
export interface SpoolListener {
  /** Batches that other processes left; in order. */
  found(batches: readonly { stored: StoredBatch; destination: Destination }[]): void;
  /** What was found, and is not dropped again, may be sent. */
  scanned(): void;
  /** A batch that is dropped for the bound or its age; its file is gone. */
  dropped(stored: StoredBatch, detail: string): void;
}

export interface SpoolParts {
  readonly diagnostics: Diagnostics;
  /** Milliseconds since 1970. */
  readonly wallClock?: (() => number) | undefined;
  /** Milliseconds, monotonic. */
  readonly now?: (() => number) | undefined;
  readonly fileSystem?: FileSystem | undefined;
}

/** Milliseconds between looks for what other processes left, and between signs of life. */
export const SCAN_INTERVAL_MILLIS = 5_000;

/** Milliseconds after a failed write in which none is tried. */
const WRITE_PAUSE_MILLIS = 1_000;

/** Files written at once: libuv has four threads for them. */
const CONCURRENT_WRITES = 4;

/** Bytes that hold the first line of any file: names of 512 characters each, an entity of some kilobytes. */
const HEADER_BYTES = 16 * 1024;

/**
 * Batches on disk. Each process writes into a folder of its own and takes over those of processes that
 * ended. All file operations are asynchronous; while nothing is stored there is one `readdir` every five
 * seconds. Nothing here rejects, and no timer keeps the process alive.
 */
export class Spool {
  readonly #settings: SpoolSettings;
  readonly #diagnostics: Diagnostics;
  readonly #wallClock: () => number;
  readonly #now: () => number;
  readonly #fs: FileSystem;
  readonly #folders: SpoolFolders;
  readonly #stored = new Set<StoredBatch>();
  readonly #unreadable = new Set<StoredBatch>();
  readonly #operations = new Set<Promise<unknown>>();
  readonly #writeQueue: (() => void)[] = [];
  #listener: SpoolListener | undefined;
  #timer: NodeJS.Timeout | undefined;
  #scanning: Promise<void> | undefined;
  #bytes = 0;
  #bytesOfOthers = 0;
  #events = 0;
  #lastCreated = 0;
  #writes = 0;
  #writeError: Error | undefined;
  #noWriteBefore = Number.NEGATIVE_INFINITY;
  #isClosed = false;

  constructor(parts: SpoolParts, settings: SpoolSettings) {
    this.#settings = settings;
    this.#diagnostics = parts.diagnostics;
    this.#wallClock = parts.wallClock ?? Date.now;
    this.#now = parts.now ?? (() => performance.now());
    this.#fs = parts.fileSystem ?? nodeFileSystem;
    this.#folders = new SpoolFolders(this.#fs, settings.directory, this.#now);
  }

  /** Begins to look for what other processes left. Returns at once. */
  open(listener: SpoolListener): void {
    this.#listener = listener;
    this.#timer = setInterval(() => {
      void this.scan();
    }, SCAN_INTERVAL_MILLIS).unref();
    void this.scan();
  }

  /** Looks once; resolves when what was found is told. */
  scan(): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    this.#scanning ??= this.#track(this.#scanOnce()).finally(() => {
      this.#scanning = undefined;
    });
    return this.#scanning;
  }

  /**
   * Stores a batch. It is on disk when this resolves.
   * @param sequence - its place among the batches of this process, whenever they come to be stored
   * @param replaces - a stored batch of which this is the rest: it keeps its place
   * @param isLast - try also right after a failure: there will be no other time
   * @returns undefined where it can't be stored: the caller still has it; `dropped` where it is larger than
   *   the whole spool may be
   */
  async write(
    batch: LogEventBatch,
    {
      sequence,
      replaces,
      isLast = false,
    }: { sequence: number; replaces?: StoredBatch | undefined; isLast?: boolean },
  ): Promise<StoredBatch | 'too_large' | undefined> {
    if (!isLast && this.#now() < this.#noWriteBefore) return undefined;
    return await this.#track(this.#write(batch, sequence, replaces));
  }

  /** Reads a stored batch. */
  async read(stored: StoredBatch): Promise<StoredRead> {
    let bytes: Buffer;
    try {
      bytes = await readPlainFile(this.#fs, join(stored.folder.path, stored.file));
    } catch (error) {
      return await this.#missing(stored, error as NodeJS.ErrnoException);
    }
    const content = readSpoolFile(bytes);
    if (content.kind === 'damaged') return { kind: 'damaged', detail: 'a file of the spool is damaged' };
    if (content.kind === 'future') {
      this.#noteFuture(stored, content.version);
      return { kind: 'future' };
    }
    return content;
  }

  /** Fewer events of a stored batch are left: some are delivered or lost. Its file stays as it is. */
  reduce(stored: StoredBatch, events: number): void {
    if (!this.#stored.has(stored)) return;
    this.#events -= stored.events - events;
    stored.events = events;
  }

  /** Removes a batch that is delivered, lost or replaced. */
  remove(stored: StoredBatch): void {
    if (!this.#forget(stored)) return;
    const path = join(stored.folder.path, stored.file);
    const removed = this.#fs.unlink(path).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      this.#diagnostics.error(
        'spool remove',
        `a delivered batch can't be removed from the spool and may be sent again by the next process: ${describeError(error)}`,
      );
    });
    void this.#track(removed);
  }

  /** Drops batches that are older than they may be. */
  dropOld(): void {
    const oldest = this.#wallClock() - this.#settings.maxAgeMillis;
    for (const stored of this.#stored) {
      if (stored.isBusy || stored.name.createdMillis >= oldest) continue;
      this.#drop(stored, `older than ${this.#settings.maxAgeMillis} ms`);
    }
  }

  status(): SpoolStatus {
    let oldest = Number.POSITIVE_INFINITY;
    for (const { name } of this.#stored) oldest = Math.min(oldest, name.createdMillis);
    return {
      bytes: this.#bytes,
      batches: this.#stored.size,
      events: this.#events,
      oldestAgeMillis: this.#stored.size === 0 ? undefined : Math.max(0, this.#wallClock() - oldest),
      unreadableBatches: this.#unreadable.size,
      writeError: this.#writeError,
    };
  }

  /** Ends what is under way and leaves what is stored to the next process. @param millis - at the most */
  async close(millis: number): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    const end = async (): Promise<void> => {
      while (this.#operations.size > 0) await Promise.allSettled(this.#operations);
      await this.#folders.release();
    };
    const stop = new AbortController();
    await Promise.race([end(), wait(millis, undefined, { signal: stop.signal }).catch(() => undefined)]);
    stop.abort();
  }

  async #write(
    batch: LogEventBatch,
    sequence: number,
    replaces: StoredBatch | undefined,
  ): Promise<StoredBatch | 'too_large' | undefined> {
    const content = Buffer.from(writeSpoolFile(batch));
    if (content.length > this.#settings.maxBytes) return 'too_large';
    const name = {
      sequence: replaces?.name.sequence ?? sequence,
      createdMillis: replaces?.name.createdMillis ?? this.#created(),
      events: batch.events.length,
      bytes: batch.bytes,
      fileBytes: content.length,
    };
    this.#makeRoom(content.length);
    this.#bytes += content.length;
    await this.#turn();
    try {
      const file = spoolFileName(name);
      const folder = await this.#writeInto(replaces?.folder, name.createdMillis, file, content);
      const stored: StoredBatch = { folder, file, name, events: name.events, isBusy: false };
      this.#stored.add(stored);
      this.#events += stored.events;
      if (this.#writeError) this.#diagnostics.info('spool works', 'the spool can be written to again');
      this.#writeError = undefined;
      return stored;
    } catch (error) {
      this.#bytes -= content.length;
      this.#noWriteBefore = this.#now() + WRITE_PAUSE_MILLIS;
      this.#writeError = error as Error;
      this.#diagnostics.error(
        'spool write',
        `the spool ${this.#settings.directory} can't be written to; what can't be delivered stays in memory: ${describeError(error)}`,
      );
      return undefined;
    } finally {
      this.#writes--;
      this.#writeQueue.shift()?.();
    }
  }

  async #turn(): Promise<void> {
    if (this.#writes >= CONCURRENT_WRITES) {
      await new Promise<void>((resolve) => this.#writeQueue.push(resolve));
    }
    this.#writes++;
  }

  /** A folder that was removed under us is made again, once. */
  async #writeInto(
    given: HeldFolder | undefined,
    createdMillis: number,
    file: string,
    content: Buffer,
  ): Promise<HeldFolder> {
    const folder = given ?? (await this.#folders.own(createdMillis));
    try {
      await writeWholeFile(this.#fs, folder.path, file, content, this.#settings.fsync);
      return folder;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      this.#folders.forget(folder);
      await Promise.resolve();
      const next = await this.#folders.own(createdMillis);
      await writeWholeFile(this.#fs, next.path, file, content, this.#settings.fsync);
      return next;
    }
  }

  /** Never goes back, so that the order of names is the order of writing whatever the clock does. */
  #created(): number {
    this.#lastCreated = Math.max(this.#lastCreated, Math.floor(this.#wallClock()));
    return this.#lastCreated;
  }

  #makeRoom(bytes: number): void {
    const { maxBytes } = this.#settings;
    if (this.#bytes + this.#bytesOfOthers + bytes <= maxBytes) return;
    const oldestFirst = [...this.#stored].sort((a, b) => a.name.createdMillis - b.name.createdMillis);
    for (const stored of oldestFirst) {
      if (this.#bytes + this.#bytesOfOthers + bytes <= maxBytes) return;
      if (!stored.isBusy) this.#drop(stored, `the spool holds its ${maxBytes} bytes`);
    }
  }

  #drop(stored: StoredBatch, detail: string): void {
    this.#listener?.dropped(stored, detail);
    this.remove(stored);
  }

  #forget(stored: StoredBatch): boolean {
    if (!this.#stored.delete(stored)) return false;
    this.#unreadable.delete(stored);
    this.#bytes -= stored.name.fileBytes;
    this.#events -= stored.events;
    return true;
  }

  async #missing(stored: StoredBatch, error: NodeJS.ErrnoException): Promise<StoredRead> {
    if (error.code !== 'ENOENT') {
      // A link in the file's place, or a folder: not ours.
      if (error.code === 'ELOOP' || error.code === 'EISDIR') {
        return { kind: 'damaged', detail: `not a file of the spool: ${describeError(error)}` };
      }
      return { kind: 'failed', error };
    }
    if (await this.#folders.isHandedOn(stored.folder)) {
      this.#forget(stored);
      return { kind: 'handed_on' };
    }
    return { kind: 'damaged', detail: 'files were removed from the spool' };
  }

  #noteFuture(stored: StoredBatch, version: number): void {
    this.#unreadable.add(stored);
    this.#diagnostics.once(
      'warn',
      `spool version ${version}`,
      `the spool holds batches in format ${version}, of a later version of this package; they stay there for it`,
    );
  }

  async #scanOnce(): Promise<void> {
    let scan: FolderScan;
    try {
      scan = await this.#folders.scan();
    } catch (error) {
      // A directory that is not there is made with the first batch.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
        this.#diagnostics.error('spool read', `the spool can't be read: ${describeError(error)}`);
      }
      return;
    }
    await this.#folders.showLife();
    this.#bytesOfOthers = scan.bytesOfOthers;
    if (scan.foreign.length > 0) {
      this.#diagnostics.once(
        'info',
        'spool foreign',
        `${scan.foreign.length} files in the spool's folder are not the spool's; they are left alone`,
      );
    }
    for (const { folder, files } of scan.taken) {
      const found: { stored: StoredBatch; destination: Destination }[] = [];
      for (const { file, name } of files) {
        const stored: StoredBatch = { folder, file, name, events: name.events, isBusy: false };
        this.#stored.add(stored);
        this.#bytes += name.fileBytes;
        this.#events += name.events;
        found.push({ stored, destination: await this.#destinationOf(stored) });
      }
      this.#listener?.found(found);
    }
    this.dropOld();
    this.#makeRoom(0);
    this.#listener?.scanned();
  }

  async #destinationOf({ folder, file }: StoredBatch): Promise<Destination> {
    const unknown = { logGroupName: '', logStreamName: '' };
    try {
      const firstBytes = await readPlainFile(this.#fs, join(folder.path, file), HEADER_BYTES);
      return readSpoolFileDestination(firstBytes) ?? unknown;
    } catch {
      // Reading it whole, when its turn comes, says what is wrong with it.
      return unknown;
    }
  }

  #track<T>(operation: Promise<T>): Promise<T> {
    const settled = operation.then(
      () => undefined,
      () => undefined,
    );
    this.#operations.add(settled);
    void settled.then(() => this.#operations.delete(settled));
    return operation;
  }
}
