import { constants, existsSync, rmdirSync, rmSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describeError } from '../../cloudwatch/classify-error.js';
import { type Diagnostics } from '../../observability/diagnostics.js';
import { type LossReason } from '../../observability/losses.js';
import { monotonicMillis as ofThisProcess } from '../clocks.js';
import { type Destination, type LogEventBatch } from '../encoded-event.js';
import { Deadline } from '../deadline.js';
import { startTimeLimit } from '../time-limit.js';
import { type FileSystem, makePrivateFolder, nodeFileSystem, writeWholeFileAtOnce } from './private-files.js';
import { type ProcessOwner } from '../../file-ownership/process-owner.js';
import { type SpoolFileName, spoolFileName, writeSpoolFile } from './spool-file.js';
import { checkFileName } from './spool-folder.js';
import { type FolderScan, SpoolFolders } from './spool-folders.js';
import { SpoolReader, type StoredRead } from './spool-reader.js';
import { type SpoolSettings, type SpoolStatus } from './spool-settings.js';
import { type FileToWrite, SpoolWriter } from './spool-writer.js';
import { type HeldFolder, type StoredBatch } from './stored-batch.js';
import { StoredBatches } from './stored-batches.js';
import { SyncTiming } from './sync-timing.js';

export { DEFAULT_SPOOL_SETTINGS, type SpoolSettings, type SpoolStatus } from './spool-settings.js';

/** A stored batch that may be sent, and where it goes. */
export interface FoundBatch {
  readonly stored: StoredBatch;
  readonly destination: Destination;
}

/** Told of what happens to stored batches. */
export interface SpoolListener {
  /** Batches that other processes left; in order. */
  found(batches: readonly FoundBatch[]): void;
  /** Batches that were set aside, to be tried once more; in order. */
  again(batches: readonly FoundBatch[]): void;
  /** A look at the directory is over: batches that were found, and are not dropped again, may be sent. */
  scanned(): void;
  /** A batch that another process took over, taking this one for dead. */
  handedOn(stored: StoredBatch): void;
  /** A batch that is dropped; its file is gone. */
  dropped(stored: StoredBatch, reason: LossReason, detail: string): void;
  /** A file is gone, or its removal takes longer than one waits for it: {@link Spool.removals} is less. */
  removed(): void;
}

/** What {@link Spool.write} is to know of a batch. */
export interface WriteOptions {
  /** Its place among the batches of this process, whenever they come to be stored. */
  readonly sequence: number;
  /** A stored batch of which this is the rest: it keeps its place. */
  readonly replaces?: StoredBatch | undefined;
  /** Try also right after a failure: there will be no other time. */
  readonly isLast?: boolean;
  /**
   * Called once it is on disk, before {@link Spool.write} resolves: a process that stands still sees its files, and not
   * what its promises will say of them.
   */
  readonly whenStored?: ((stored: StoredBatch) => void) | undefined;
}

/** A batch on its way to the disk. */
interface Writing {
  readonly name: SpoolFileName;
  readonly whenStored: WriteOptions['whenStored'];
  /** What the spool grows by, until it is stored. */
  bytesToCome: number;
  stored: StoredBatch | undefined;
}

export interface SpoolParts {
  readonly diagnostics: Diagnostics;
  /** Milliseconds since 1970. */
  readonly epochMillis?: (() => number) | undefined;
  /** Milliseconds, monotonic. */
  readonly monotonicMillis?: (() => number) | undefined;
  readonly fileSystem?: FileSystem | undefined;
  /** As whom it holds its folders; by default this process. */
  readonly owner?: ProcessOwner | undefined;
}

/** Milliseconds between looks for what other processes left, and between signs of life. */
export const SCAN_INTERVAL_MILLIS = 5_000;

/** Milliseconds for which a file that hangs on its way off the disk counts as such. */
const MAX_REMOVAL_MILLIS = 1_000;

/** A spool that was full has room again below this part of its bound. */
const FULL_UNTIL = 0.9;

/** Errors that a write can meet though no batch is in its way. */
const NO_MATTER_OF_ROOM: ReadonlySet<string | undefined> = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR']);

/**
 * Batches on disk. Each process writes into a folder of its own and takes over those of processes that
 * ended. All file operations are asynchronous; while nothing is stored there is one `readdir` every five
 * seconds. Nothing here rejects, and no timer keeps the process alive.
 */
export class Spool {
  readonly #settings: SpoolSettings;
  readonly #diagnostics: Diagnostics;
  readonly #epochMillis: () => number;
  readonly #fs: FileSystem;
  readonly #folders: SpoolFolders;
  readonly #writer: SpoolWriter;
  readonly #reader: SpoolReader;
  readonly #stored = new StoredBatches();
  /** Files of delivered batches that could not be removed. */
  readonly #unremoved = new Set<StoredBatch>();
  /** Files of batches that are through, on their way off the disk. */
  readonly #removing = new Set<StoredBatch>();
  /** Files on their way to the disk. */
  readonly #writing = new Map<FileToWrite, Writing>();
  /** Where folders are now that were handed on while the process stood still. */
  #pathsNow: ReadonlyMap<HeldFolder, string> = new Map();
  #removals = 0;
  /** Batches of which the rest is being written: they must not be dropped to make room for it. */
  readonly #replaced = new Set<StoredBatch>();
  readonly #operations = new Set<Promise<unknown>>();
  readonly #timers: NodeJS.Timeout[] = [];
  #listener: SpoolListener | undefined;
  #scanning: Promise<void> | undefined;
  /** Bytes of files that are being written. */
  #bytesToCome = 0;
  #bytesOfOthers = 0;
  #lastCreated = 0;
  #checks = 0;
  #isFull = false;
  #isClosed = false;

  constructor(parts: SpoolParts, settings: SpoolSettings) {
    this.#settings = settings;
    this.#diagnostics = parts.diagnostics;
    this.#epochMillis = parts.epochMillis ?? Date.now;
    this.#fs = parts.fileSystem ?? nodeFileSystem;
    const { owner, diagnostics, monotonicMillis = ofThisProcess } = parts;
    const fs = this.#fs;
    const timing = new SyncTiming(settings.fsync);
    const folders = new SpoolFolders(
      { fs, monotonicMillis, epochMillis: this.#epochMillis, owner, timing },
      settings,
    );
    this.#folders = folders;
    this.#writer = new SpoolWriter({ fs, folders, timing, monotonicMillis });
    this.#reader = new SpoolReader({ fs, folders, diagnostics, monotonicMillis });
  }

  /** Begins to look for what other processes left. Returns at once. */
  open(listener: SpoolListener): void {
    this.#listener = listener;
    this.#every(() => this.scan());
    // By itself: to look at what thousands of batches there are takes longer than others wait for a sign.
    this.#every(() => this.#folders.showLife());
    void this.scan();
    void this.#track(this.#tryFolder());
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
   * @returns undefined where it can't be stored: the caller still has it; `too_large` where it is larger than
   *   the whole spool may be
   */
  async write(batch: LogEventBatch, options: WriteOptions): Promise<StoredBatch | 'too_large' | undefined> {
    if (options.isLast !== true && this.#writer.isPausing) return undefined;
    return await this.#track(this.#write(batch, options));
  }

  /**
   * From now on what is written is synced with {@link sync} alone: it outlives the process when `write` resolves,
   * and a power cut only after that.
   */
  hurry(): void {
    this.#writer.hurry();
  }

  /** Makes what was written in a hurry outlive a power cut. */
  async sync(): Promise<void> {
    await this.#track(this.#writer.sync()).catch((error: unknown) => {
      this.#diagnostics.error(
        'spool sync',
        `what was stored at the end may not outlive a power cut: ${describeError(error)}`,
      );
    });
  }

  /** Reads a stored batch. */
  async read(stored: StoredBatch): Promise<StoredRead> {
    const read = await this.#reader.read(stored);
    if (read.kind === 'handed_on') this.#forget(stored);
    return read;
  }

  /** Fewer events of a stored batch are left: some are delivered or lost. Its file stays as it is. */
  reduce(stored: StoredBatch, events: number): void {
    this.#stored.reduce(stored, events);
  }

  /** Removes a batch that is delivered, lost or replaced. */
  remove(stored: StoredBatch): void {
    if (!this.#forget(stored)) return;
    this.#removals++;
    this.#removing.add(stored);
    const limit = startTimeLimit(Deadline.after(MAX_REMOVAL_MILLIS), false);
    void this.#track(this.#unlink(stored)).then(() => {
      this.#removing.delete(stored);
      limit.clear();
    });
    void limit.over.then(() => {
      this.#removals--;
      this.#listener?.removed();
    });
  }

  /**
   * Files of batches that are through and on their way off the disk. Who ends now leaves them to the next
   * process, which sends them again; so there should be few. One that hangs counts for a second.
   */
  get removals(): number {
    return this.#removals;
  }

  status(): SpoolStatus {
    const [oldest] = this.#stored.oldestFirst();
    const { error } = this.#writer;
    const { maxBytes } = this.#settings;
    return {
      bytes: this.#stored.bytes + this.#bytesToCome,
      batches: this.#stored.size,
      events: this.#stored.events,
      oldestAgeMillis: oldest && Math.max(0, this.#epochMillis() - oldest.name.createdMillis),
      unreadableBatches: this.#reader.unreadable,
      maxBytes,
      bytesOfOthers: this.#bytesOfOthers,
      isFull: this.#isFull,
      isWritable: error === undefined,
      writeError: error,
    };
  }

  /**
   * Stores a batch for the next process while this one stands still. It outlives this process, and a power cut where
   * the spool is synced.
   * @returns false where it can't be stored
   */
  writeAtEnd(batch: LogEventBatch, sequence: number): boolean {
    const content = Buffer.from(writeSpoolFile(batch));
    if (this.#isClosed || this.#bytesOfAll + content.length > this.#settings.maxBytes) return false;
    const createdMillis = this.#created();
    const file = spoolFileName(nameOf(batch, { sequence, createdMillis }, content));
    try {
      const folder = this.#folders.freeAtOnce(createdMillis);
      writeWholeFileAtOnce(folder, file, content, this.#settings.fsync);
      return true;
    } catch (error) {
      this.#diagnostics.error(
        'spool write',
        `the spool ${this.#settings.directory} can't be written to: ${describeError(error)}`,
      );
      return false;
    }
  }

  /** Lets what is left of a stored batch take its place, while this process stands still. */
  replaceAtEnd(stored: StoredBatch, rest: LogEventBatch): void {
    const content = Buffer.from(writeSpoolFile(rest));
    const file = spoolFileName(nameOf(rest, stored.name, content));
    if (file === stored.file) return;
    const path = this.#pathNowOf(stored.folder);
    try {
      writeWholeFileAtOnce(path, file, content, this.#settings.fsync);
      rmSync(join(path, stored.file));
    } catch (error) {
      this.#diagnostics.error(
        'spool write',
        `what is delivered of a batch can't be taken out of the spool, and is sent again: ${describeError(error)}`,
      );
    }
  }

  /**
   * Leaves what is stored to the next process, while this one stands still.
   * @returns the events that this one had there, and whether there is anything for the next, of whomever
   */
  handOnAtOnce(): { readonly events: number; readonly isSomethingLeft: boolean } {
    // What is on its way off the disk would be sent again.
    const removing = new Set([...this.#removing, ...this.#unremoved]);
    for (const stored of removing) this.#removeAtOnce(stored);
    this.#pathsNow = this.#folders.releaseAtOnce();
    // Nothing comes into the folders any more, nor goes: what was on its way there went to their former names.
    for (const [file, writing] of this.#writing) {
      const path = file.into && this.#pathsNow.get(file.into);
      if (path !== undefined && existsSync(join(path, file.file))) this.#nowStored(writing, file, file.into!);
    }
    // So would what was through before it was found there.
    for (const stored of this.#removing) {
      if (removing.has(stored)) continue;
      this.#removeAtOnce(stored);
      removeEmptyAtOnce(this.#pathNowOf(stored.folder));
    }
    return { events: this.#stored.events, isSomethingLeft: this.#folders.isSomethingFree() };
  }

  #pathNowOf(folder: HeldFolder): string {
    return this.#pathsNow.get(folder) ?? folder.path;
  }

  #removeAtOnce({ folder, file }: StoredBatch): void {
    try {
      rmSync(join(this.#pathNowOf(folder), file), { force: true });
    } catch {
      // The next process sends it again.
    }
  }

  /** Tries whether it can be written to, with a file that is removed again. Never rejects. */
  async check(): Promise<SpoolStatus> {
    if (!this.#isClosed) await this.#track(this.#tryToWrite()).catch(() => undefined);
    return this.status();
  }

  /** Ends what is under way and leaves what is stored to the next process. @param millis - at the most */
  async close(millis: number): Promise<void> {
    this.#isClosed = true;
    for (const timer of this.#timers) clearInterval(timer);
    const end = async (): Promise<void> => {
      while (this.#operations.size > 0) await Promise.allSettled(this.#operations);
      await this.#removeLeftOver();
      await this.#folders.release();
    };
    const stop = new AbortController();
    await Promise.race([end(), wait(millis, undefined, { signal: stop.signal }).catch(() => undefined)]);
    stop.abort();
  }

  get #bytesOfAll(): number {
    return this.#stored.bytes + this.#bytesToCome + this.#bytesOfOthers;
  }

  #every(work: () => Promise<void>): void {
    this.#timers.push(setInterval(() => void work(), SCAN_INTERVAL_MILLIS).unref());
  }

  async #write(
    batch: LogEventBatch,
    { sequence, replaces, whenStored }: WriteOptions,
  ): Promise<StoredBatch | 'too_large' | undefined> {
    // At once: the batch may be on its way to the service too, and nobody may read its events once that has them.
    const content = Buffer.from(writeSpoolFile(batch));
    // Batches that others have by now must not be dropped to make room.
    this.#letGo(await this.#folders.handedOn());
    if (content.length > this.#settings.maxBytes) return 'too_large';
    const place = replaces?.name ?? { sequence, createdMillis: this.#created() };
    const name = nameOf(batch, place, content);
    // While nothing can be written for other reasons, nothing is dropped to make room for it.
    const bytesToCome = Math.max(0, content.length - (replaces?.name.fileBytes ?? 0));
    const writing: Writing = { name, whenStored, bytesToCome: 0, stored: undefined };
    if (replaces) this.#replaced.add(replaces);
    try {
      if (!NO_MATTER_OF_ROOM.has(this.#writer.error?.code)) this.#makeRoom(bytesToCome);
      this.#bytesToCome += bytesToCome;
      writing.bytesToCome = bytesToCome;
      return await this.#writeFile(writing, content, replaces?.folder);
    } finally {
      this.#bytesToCome -= writing.bytesToCome;
      if (replaces) this.#replaced.delete(replaces);
    }
  }

  async #writeFile(
    writing: Writing,
    content: Buffer,
    place: HeldFolder | undefined,
  ): Promise<StoredBatch | undefined> {
    const failedBefore = this.#writer.error !== undefined;
    const { createdMillis } = writing.name;
    const file: FileToWrite = { file: spoolFileName(writing.name), content, createdMillis, folder: place };
    this.#writing.set(file, writing);
    try {
      const folder = await this.#writer.write(file);
      if (failedBefore) this.#diagnostics.info('spool works', 'the spool can be written to again');
      if (writing.stored === undefined) return this.#nowStored(writing, file, folder);
      // It was found on disk while the process stood still; its folder was gone after that, and it was written once more.
      if (writing.stored.folder !== folder) await this.#fs.unlink(join(folder.path, file.file));
    } catch (error) {
      this.#diagnostics.error(
        'spool write',
        `the spool ${this.#settings.directory} can't be written to; what can't be delivered stays in memory: ${describeError(error)}`,
      );
    } finally {
      this.#writing.delete(file);
    }
    return writing.stored;
  }

  #nowStored(writing: Writing, { file }: FileToWrite, folder: HeldFolder): StoredBatch {
    const { name } = writing;
    const stored: StoredBatch = { folder, file, name, events: name.events, isBusy: false };
    writing.stored = stored;
    this.#bytesToCome -= writing.bytesToCome;
    writing.bytesToCome = 0;
    this.#stored.add(stored);
    writing.whenStored?.(stored);
    return stored;
  }

  /** A folder that nobody can write to would else be found in an outage. */
  async #tryFolder(): Promise<void> {
    const { directory, fsync } = this.#settings;
    try {
      await makePrivateFolder(this.#fs, directory, fsync);
      await access(directory, constants.W_OK | constants.X_OK);
    } catch (error) {
      this.#diagnostics.error(
        'spool folder',
        `the spool ${directory} can't be written to, so that what can't be delivered will stay in memory: ${describeError(error)}`,
      );
    }
  }

  async #tryToWrite(): Promise<void> {
    const file = checkFileName(++this.#checks);
    const content = Buffer.from('\n');
    const folder = await this.#writer.write({
      file,
      content,
      createdMillis: this.#created(),
      folder: undefined,
    });
    await this.#fs.unlink(join(folder.path, file));
  }

  /** Never goes back, so that the order of names is the order of writing whatever the clock does. */
  #created(): number {
    this.#lastCreated = Math.max(this.#lastCreated, Math.floor(this.#epochMillis()));
    return this.#lastCreated;
  }

  #makeRoom(bytes: number): void {
    if (this.#bytesOfAll + bytes <= this.#settings.maxBytes) return;
    for (const stored of this.#stored.oldestFirst()) {
      if (this.#bytesOfAll + bytes <= this.#settings.maxBytes) return;
      if (this.#mayDrop(stored)) this.#dropForRoom(stored);
    }
  }

  /** Each process drops what of the oldest of all is its own: together that is what is too much. */
  #makeRoomWithOthers(ofOthers: readonly SpoolFileName[]): void {
    let tooMuch = this.#bytesOfAll - this.#settings.maxBytes;
    if (tooMuch <= 0) return;
    const others = ofOthers.toSorted((a, b) => a.createdMillis - b.createdMillis);
    let next = 0;
    for (const stored of this.#stored.oldestFirst()) {
      while (next < others.length && others[next]!.createdMillis < stored.name.createdMillis) {
        tooMuch -= others[next++]!.fileBytes;
      }
      if (tooMuch <= 0) return;
      if (!this.#mayDrop(stored)) continue;
      tooMuch -= stored.name.fileBytes;
      this.#dropForRoom(stored);
    }
  }

  #mayDrop(stored: StoredBatch): boolean {
    return !stored.isBusy && !this.#replaced.has(stored);
  }

  #dropForRoom(stored: StoredBatch): void {
    this.#drop(stored, 'spool_full', `the spool holds its ${this.#settings.maxBytes} bytes`);
    this.#isFull = true;
  }

  #dropOld(): void {
    const oldest = this.#epochMillis() - this.#settings.maxAgeMillis;
    for (const stored of this.#stored.oldestFirst()) {
      if (stored.name.createdMillis >= oldest) return;
      if (this.#mayDrop(stored)) {
        this.#drop(stored, 'spool_expired', `stored more than ${this.#settings.maxAgeMillis} ms ago`);
      }
    }
  }

  #drop(stored: StoredBatch, reason: LossReason, detail: string): void {
    this.#listener?.dropped(stored, reason, detail);
    this.remove(stored);
  }

  #forget(stored: StoredBatch): boolean {
    this.#reader.forget(stored);
    const isForgotten = this.#stored.remove(stored);
    this.#noteRoom();
    return isForgotten;
  }

  #noteRoom(): void {
    if (this.#bytesOfAll <= this.#settings.maxBytes * FULL_UNTIL) this.#isFull = false;
  }

  async #unlink(stored: StoredBatch): Promise<void> {
    const { folder, file } = stored;
    try {
      await this.#fs.unlink(join(folder.path, file));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
        this.#unremoved.add(stored);
        this.#diagnostics.error(
          'spool remove',
          `a batch that is through can't be removed from the spool; unless that works later the next process sends it again: ${describeError(error)}`,
        );
        return;
      }
    }
    this.#unremoved.delete(stored);
    if (this.#stored.countIn(folder) === 0) await this.#folders.dismiss(folder);
  }

  async #removeLeftOver(): Promise<void> {
    for (const stored of this.#unremoved) await this.#unlink(stored);
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
    this.#bytesOfOthers = scan.ofOthers.reduce((sum, { fileBytes }) => sum + fileBytes, 0);
    this.#noteRoom();
    this.#report(scan);
    this.#letGo(scan.handedOn);
    for (const { folder, files } of scan.taken) await this.#takeIn(folder, files);
    await this.#removeLeftOver();
    this.#dropOld();
    this.#makeRoomWithOthers(scan.ofOthers);
    await this.#tryAgain();
    this.#listener?.scanned();
  }

  #report({ foreign, errors }: FolderScan): void {
    if (foreign.length > 0) {
      this.#diagnostics.once(
        'info',
        'spool foreign',
        `${foreign.length} files in the spool's folder are not the spool's; they are left alone`,
      );
    }
    for (const error of errors) {
      this.#diagnostics.error(
        'spool take over',
        `what another process left in the spool can't be taken over: ${describeError(error)}`,
      );
    }
  }

  #letGo(folders: readonly HeldFolder[]): void {
    if (folders.length === 0) return;
    for (const stored of [...this.#stored.oldestFirst()]) {
      if (stored.isBusy || !folders.includes(stored.folder)) continue;
      this.#forget(stored);
      this.#listener?.handedOn(stored);
    }
  }

  async #takeIn(folder: HeldFolder, files: FolderScan['taken'][number]['files']): Promise<void> {
    if (files.length === 0) {
      await this.#folders.dismiss(folder);
      return;
    }
    const found: FoundBatch[] = [];
    for (const { file, name } of files) {
      // Nobody knows of it yet, so it can't be dropped and counted.
      const stored: StoredBatch = { folder, file, name, events: name.events, isBusy: true };
      this.#stored.add(stored);
      found.push({ stored, destination: await this.#reader.destinationOf(stored) });
    }
    for (const { stored } of found) stored.isBusy = false;
    this.#listener?.found(found);
  }

  async #tryAgain(): Promise<void> {
    const due = this.#reader.due();
    const again: FoundBatch[] = [];
    for (const stored of due) {
      stored.isBusy = true;
      again.push({ stored, destination: await this.#reader.destinationOf(stored) });
    }
    for (const stored of due) {
      this.#reader.forget(stored);
      stored.isBusy = false;
    }
    if (again.length > 0) this.#listener?.again(again);
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

function nameOf(
  batch: LogEventBatch,
  { sequence, createdMillis }: Pick<SpoolFileName, 'sequence' | 'createdMillis'>,
  content: Buffer,
): SpoolFileName {
  return {
    sequence,
    createdMillis,
    events: batch.events.length,
    bytes: batch.bytes,
    fileBytes: content.length,
  };
}

function removeEmptyAtOnce(path: string): void {
  try {
    rmdirSync(path);
  } catch {
    // There is something else in it, for the next process.
  }
}
