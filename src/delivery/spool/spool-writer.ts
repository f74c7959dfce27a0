import { type FileSystem, writeWholeFile } from './private-files.js';
import { type SpoolFolders } from './spool-folders.js';
import { type HeldFolder } from './stored-batch.js';

/** Files written at once: libuv has four threads for them. */
const CONCURRENT_WRITES = 4;

/** Milliseconds after a failed write in which none is tried. */
const WRITE_PAUSE_MILLIS = 1_000;

/** What a file is written as. */
export interface FileToWrite {
  readonly file: string;
  readonly content: Buffer;
  readonly createdMillis: number;
  /** Where it goes; by default into the folder of this process. */
  readonly folder: HeldFolder | undefined;
}

/** Writes the spool's files, a few at once, and knows whether writing works. */
export class SpoolWriter {
  readonly #fs: FileSystem;
  readonly #folders: SpoolFolders;
  readonly #now: () => number;
  readonly #fsync: boolean;
  readonly #queue: (() => void)[] = [];
  #writing = 0;
  #error: NodeJS.ErrnoException | undefined;
  #notBefore = Number.NEGATIVE_INFINITY;

  constructor(
    parts: { readonly fs: FileSystem; readonly folders: SpoolFolders; readonly now: () => number },
    { fsync }: { readonly fsync: boolean },
  ) {
    this.#fs = parts.fs;
    this.#folders = parts.folders;
    this.#now = parts.now;
    this.#fsync = fsync;
  }

  /** Why the last write failed. */
  get error(): NodeJS.ErrnoException | undefined {
    return this.#error;
  }

  /** The last write failed just now. */
  get isPausing(): boolean {
    return this.#now() < this.#notBefore;
  }

  /** @returns the folder in which it is on disk now @throws what the file system says */
  async write(file: FileToWrite): Promise<HeldFolder> {
    if (this.#writing >= CONCURRENT_WRITES) await new Promise<void>((resolve) => this.#queue.push(resolve));
    this.#writing++;
    try {
      return await this.#attempt(file);
    } finally {
      this.#writing--;
      this.#queue.shift()?.();
    }
  }

  async #attempt(file: FileToWrite): Promise<HeldFolder> {
    try {
      const folder = await this.#write(file);
      this.#error = undefined;
      return folder;
    } catch (error) {
      this.#error = error as NodeJS.ErrnoException;
      this.#notBefore = this.#now() + WRITE_PAUSE_MILLIS;
      throw error;
    }
  }

  /** A folder that was removed under us is made again, once. */
  async #write({ file, content, createdMillis, folder: given }: FileToWrite): Promise<HeldFolder> {
    const folder = given ?? (await this.#folders.own(createdMillis));
    try {
      await writeWholeFile(this.#fs, folder.path, file, content, this.#fsync);
      return folder;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      await this.#folders.forget(folder);
      const next = await this.#folders.own(createdMillis);
      await writeWholeFile(this.#fs, next.path, file, content, this.#fsync);
      return next;
    }
  }
}
