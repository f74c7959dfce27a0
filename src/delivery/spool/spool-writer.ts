import { join } from 'node:path';
import { type FileSystem, syncFile, syncFolder, writeWholeFile } from './private-files.js';
import { type SpoolFolders } from './spool-folders.js';
import { type HeldFolder } from './stored-batch.js';
import { type SyncTiming } from './sync-timing.js';

/** Files written at once: libuv has four threads for them. */
export const CONCURRENT_WRITES = 4;

/** Milliseconds after a failed write in which none is tried. */
const WRITE_PAUSE_MILLIS = 1_000;

/** A file that is to be written. */
export interface FileToWrite {
  readonly file: string;
  readonly content: Buffer;
  readonly createdMillis: number;
  /** Where it goes; by default into the folder of this process. */
  readonly folder: HeldFolder | undefined;
  /** Where it is being written; set by the writer. */
  into?: HeldFolder;
}

/** Writes the spool's files, a few at once, and knows whether writing works. */
export class SpoolWriter {
  readonly #fs: FileSystem;
  readonly #folders: SpoolFolders;
  readonly #monotonicMillis: () => number;
  readonly #timing: SyncTiming;
  readonly #queue: (() => void)[] = [];
  /** Files that were written and not synced, by their folders. */
  readonly #unsynced = new Map<HeldFolder, string[]>();
  #writing = 0;
  #error: NodeJS.ErrnoException | undefined;
  #notBefore = Number.NEGATIVE_INFINITY;

  constructor(parts: {
    readonly fs: FileSystem;
    readonly folders: SpoolFolders;
    readonly timing: SyncTiming;
    readonly monotonicMillis: () => number;
  }) {
    this.#fs = parts.fs;
    this.#folders = parts.folders;
    this.#monotonicMillis = parts.monotonicMillis;
    this.#timing = parts.timing;
  }

  /** Why the last write failed. */
  get error(): NodeJS.ErrnoException | undefined {
    return this.#error;
  }

  /** The last write failed just now. */
  get isPausing(): boolean {
    return this.#monotonicMillis() < this.#notBefore;
  }

  /**
   * From now on files are written first and synced after, with {@link sync}: there is little time, and what is
   * written outlives the process. Those that are just being synced are not waited for.
   */
  hurry(): void {
    this.#timing.hurry();
    for (const resolve of this.#queue.splice(0)) resolve();
  }

  /** @returns the folder in which it is on disk now @throws what the file system says */
  async write(file: FileToWrite): Promise<HeldFolder> {
    if (this.#writing >= CONCURRENT_WRITES && !this.#timing.isHurried) {
      await new Promise<void>((resolve) => this.#queue.push(resolve));
    }
    this.#writing++;
    try {
      return await this.#attempt(file);
    } finally {
      this.#writing--;
      this.#queue.shift()?.();
    }
  }

  /** Makes what was written in a hurry outlive a power cut. @throws what the file system says of the last that fails */
  async sync(): Promise<void> {
    const folders = [...this.#unsynced];
    this.#unsynced.clear();
    const paths = folders.flatMap(([{ path }, files]) => files.map((file) => join(path, file)));
    const errors: unknown[] = [];
    const next = async (): Promise<void> => {
      for (let path = paths.pop(); path !== undefined; path = paths.pop()) {
        await syncFile(this.#fs, path).catch((error: unknown) => errors.push(error));
      }
    };
    await Promise.all(Array.from({ length: CONCURRENT_WRITES }, next));
    for (const [{ path }] of folders) {
      await syncFolder(this.#fs, path).catch((error: unknown) => errors.push(error));
    }
    if (errors.length > 0) throw errors.at(-1) as Error;
  }

  async #attempt(file: FileToWrite): Promise<HeldFolder> {
    try {
      const folder = await this.#write(file);
      this.#error = undefined;
      return folder;
    } catch (error) {
      this.#error = error as NodeJS.ErrnoException;
      this.#notBefore = this.#monotonicMillis() + WRITE_PAUSE_MILLIS;
      throw error;
    }
  }

  /** A folder that was removed under us is made again, once. */
  async #write(file: FileToWrite): Promise<HeldFolder> {
    const folder = file.folder ?? (await this.#folders.own(file.createdMillis));
    try {
      await this.#writeInto(folder, file);
      return folder;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      await this.#folders.forget(folder);
      const next = await this.#folders.own(file.createdMillis);
      await this.#writeInto(next, file);
      return next;
    }
  }

  async #writeInto(folder: HeldFolder, toWrite: FileToWrite): Promise<void> {
    const { file, content } = toWrite;
    toWrite.into = folder;
    await writeWholeFile(this.#fs, folder.path, file, content, (syncing) => this.#timing.sync(syncing));
    if (!this.#timing.isPutOff) return;
    const unsynced = this.#unsynced.get(folder);
    if (unsynced) unsynced.push(file);
    else this.#unsynced.set(folder, [file]);
  }
}
