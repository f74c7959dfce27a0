import { type Dirent, existsSync, readdirSync, renameSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { type FileSystem, makePrivateFolder, syncFolder } from './private-files.js';
import { makeFoldersAtOnce } from '../../file-ownership/make-folders.js';
import { stateOfOwner } from '../../file-ownership/owner-state.js';
import { createProcessOwner, type ProcessOwner } from '../../file-ownership/process-owner.js';
import { SignsOfLife } from '../../file-ownership/signs-of-life.js';
import { type SpoolFileName } from './spool-file.js';
import {
  batchNameOf,
  byName,
  createWriterName,
  isUnfinished,
  NOBODY,
  parseSpoolFolderName,
  spoolFolderName,
  type SpoolFolderName,
} from './spool-folder.js';
import { type HeldFolder } from './stored-batch.js';
import { type SyncTiming } from './sync-timing.js';

/**
 * Milliseconds without a sign of life after which a holder counts as gone whose process can't be asked for:
 * one in another container, or on another host.
 */
export const LEASE_MILLIS = 30_000;

/** The findings of one look at the spool's directory. */
export interface FolderScan {
  /** Folders that were taken over, the oldest first, with their batches in order. */
  readonly taken: readonly { readonly folder: HeldFolder; readonly files: readonly StoredFile[] }[];
  /** Batches in the folders that other processes hold. */
  readonly ofOthers: readonly SpoolFileName[];
  /** Names that are not of the spool. */
  readonly foreign: readonly string[];
  /** Folders of this process that another took over meanwhile. */
  readonly handedOn: readonly HeldFolder[];
  /** Why folders that nobody holds could not be taken over. */
  readonly errors: readonly NodeJS.ErrnoException[];
}

export interface StoredFile {
  readonly file: string;
  readonly name: SpoolFileName;
}

/** The parts that keeping folders needs. */
export interface SpoolFoldersParts {
  readonly fs: FileSystem;
  /** Milliseconds, monotonic. */
  readonly monotonicMillis: () => number;
  /** Milliseconds since 1970. */
  readonly epochMillis: () => number;
  readonly owner?: ProcessOwner | undefined;
  readonly timing: SyncTiming;
}

/** The folders of a spool's directory: which this process holds, and which it may take over. */
export class SpoolFolders {
  readonly #fs: FileSystem;
  readonly #directory: string;
  readonly #timing: SyncTiming;
  readonly #monotonicMillis: () => number;
  readonly #epochMillis: () => number;
  readonly #owner: ProcessOwner;
  readonly #held = new Set<HeldFolder>();
  /** Folders that others may have taken over: this process showed no sign of life for long. */
  readonly #doubtful = new WeakSet<HeldFolder>();
  readonly #signs: SignsOfLife;
  #lastSignAt: number;
  #own: Promise<HeldFolder> | undefined;
  /** The folder of what the end of the process stored. */
  #freeAtOnce: string | undefined;

  constructor(parts: SpoolFoldersParts, { directory }: { readonly directory: string }) {
    this.#fs = parts.fs;
    this.#directory = directory;
    this.#timing = parts.timing;
    this.#monotonicMillis = parts.monotonicMillis;
    this.#epochMillis = parts.epochMillis;
    this.#owner = parts.owner ?? createProcessOwner();
    this.#signs = new SignsOfLife(parts.monotonicMillis, LEASE_MILLIS);
    this.#lastSignAt = parts.monotonicMillis();
  }

  /** The folder for this process's own batches. @throws what the file system says */
  own(createdMillis: number): Promise<HeldFolder> {
    this.#own ??= this.#makeOwn(createdMillis).catch((error: unknown) => {
      this.#own = undefined;
      throw error;
    });
    return this.#own;
  }

  /** A folder for the next process, while this one stands still. @throws what the file system says */
  freeAtOnce(createdMillis: number): string {
    if (this.#freeAtOnce !== undefined && existsSync(this.#freeAtOnce)) return this.#freeAtOnce;
    this.#freeAtOnce = this.#freePath(createWriterName(createdMillis));
    makeFoldersAtOnce(this.#freeAtOnce);
    return this.#freeAtOnce;
  }

  /**
   * As {@link release}, for a process that stands still.
   * @returns where those are now that are not empty
   */
  releaseAtOnce(): ReadonlyMap<HeldFolder, string> {
    const paths = new Map<HeldFolder, string>();
    for (const folder of this.#held) {
      const { writer, path } = folder;
      // Should this process go on, another may have it by then, and be through with it.
      this.#doubtful.add(folder);
      try {
        if (readdirSync(path).length === 0) {
          rmdirSync(path);
          continue;
        }
        paths.set(folder, path);
        const free = this.#freePath(writer);
        renameSync(path, free);
        paths.set(folder, free);
      } catch {
        // The next process sees that this one is dead.
      }
    }
    this.#held.clear();
    this.#own = undefined;
    return paths;
  }

  /** Says whether there are folders that nobody holds any more, as far as that can be said at once. */
  isSomethingFree(): boolean {
    let names: string[];
    try {
      names = readdirSync(this.#directory);
    } catch {
      return false;
    }
    return names.some((name) => {
      const holder = parseSpoolFolderName(name)?.holder;
      return holder !== undefined && (holder === NOBODY || stateOfOwner(holder) === 'dead');
    });
  }

  /** Forgets a folder that is not there any more. */
  async forget(folder: HeldFolder): Promise<void> {
    this.#held.delete(folder);
    const own = await this.#own?.catch(() => undefined);
    if (own === folder) this.#own = undefined;
  }

  /** Removes a folder that was taken over and is empty by now. */
  async dismiss(folder: HeldFolder): Promise<void> {
    if ((await this.#own?.catch(() => undefined)) === folder) return;
    // A foreign file in it is not the spool's to remove; it is left to the next process, with the folder.
    if (await this.#removeEmpty(folder)) this.#held.delete(folder);
  }

  /** Says whether another process holds a folder that this one held: it took this one for dead. */
  async isHandedOn(folder: HeldFolder): Promise<boolean> {
    this.#noteSilence();
    return this.#isOfOthers(folder, await this.#fs.readdir(this.#directory).catch((): string[] => []));
  }

  /** Where this process was silent for so long that others may have its folders: those that they have. */
  async handedOn(): Promise<HeldFolder[]> {
    this.#noteSilence();
    if (![...this.#held].some((folder) => this.#doubtful.has(folder))) return [];
    return await this.#letGo(await this.#fs.readdir(this.#directory).catch((): string[] => []));
  }

  /** Takes over the folders that nobody holds any more. @throws what the file system says of the directory */
  async scan(): Promise<FolderScan> {
    const taken: { folder: HeldFolder; files: StoredFile[] }[] = [];
    const foreign: string[] = [];
    const ofOthers: SpoolFileName[] = [];
    const errors: NodeJS.ErrnoException[] = [];
    const entries = await this.#entries();
    this.#noteSilence();
    const handedOn = await this.#letGo(entries.map(({ name }) => name));
    for (const entry of entries) {
      const name = entry.isDirectory() ? parseSpoolFolderName(entry.name) : undefined;
      if (name === undefined) {
        foreign.push(entry.name);
      } else if (name.holder !== this.#owner) {
        const path = join(this.#directory, entry.name);
        let one: { folder: HeldFolder; files: StoredFile[] } | undefined;
        try {
          if (await this.#isFree(name, path)) one = await this.#take(name, path);
        } catch (error) {
          errors.push(error as NodeJS.ErrnoException);
        }
        if (one) taken.push(one);
        else ofOthers.push(...(await this.#namesIn(path)));
      }
    }
    this.#signs.forgetUnseen();
    return { taken, ofOthers, foreign, handedOn, errors };
  }

  /** Signs of life for those who can't ask for this process. */
  async showLife(): Promise<void> {
    this.#noteSilence();
    const now = new Date(this.#epochMillis());
    await Promise.all(
      [...this.#held].map(({ path }) => this.#fs.utimes(path, now, now).catch(() => undefined)),
    );
  }

  /** Leaves what is in the held folders to the next process, and removes the empty ones. */
  async release(): Promise<void> {
    for (const folder of this.#held) {
      if (await this.#removeEmpty(folder)) continue;
      // Where this fails the next process sees that this one is dead.
      await this.#giveBack(folder).catch(() => undefined);
    }
    this.#held.clear();
    this.#own = undefined;
  }

  async #makeOwn(createdMillis: number): Promise<HeldFolder> {
    await this.#timing.withSync((fsync) => makePrivateFolder(this.#fs, this.#directory, fsync));
    const writer = createWriterName(createdMillis);
    const path = join(this.#directory, spoolFolderName({ writer, holder: this.#owner }));
    await this.#fs.mkdir(path, { mode: 0o700 });
    await this.#timing.sync(() => syncFolder(this.#fs, this.#directory));
    const folder = { writer, path };
    this.#held.add(folder);
    return folder;
  }

  #freePath(writer: string): string {
    return join(this.#directory, spoolFolderName({ writer, holder: NOBODY }));
  }

  async #entries(): Promise<Dirent[]> {
    const entries = await this.#fs.readdir(this.#directory, { withFileTypes: true });
    return entries.sort(byName);
  }

  async #letGo(names: readonly string[]): Promise<HeldFolder[]> {
    const gone = [...this.#held].filter((folder) => this.#isOfOthers(folder, names));
    for (const folder of gone) await this.forget(folder);
    for (const folder of this.#held) this.#doubtful.delete(folder);
    return gone;
  }

  #isOfOthers(folder: HeldFolder, names: readonly string[]): boolean {
    const holders = names
      .map(parseSpoolFolderName)
      .filter((name) => name?.writer === folder.writer)
      .map((name) => name!.holder);
    // A holder that is through with it has removed it.
    if (holders.length === 0) return this.#doubtful.has(folder);
    return !holders.includes(this.#owner);
  }

  #noteSilence(): void {
    const now = this.#monotonicMillis();
    if (now - this.#lastSignAt >= LEASE_MILLIS) for (const folder of this.#held) this.#doubtful.add(folder);
    this.#lastSignAt = now;
  }

  async #isFree({ holder }: SpoolFolderName, path: string): Promise<boolean> {
    if (holder === NOBODY) return true;
    const state = stateOfOwner(holder);
    if (state !== 'unknown') return state === 'dead';
    const mtimeMillis = await this.#fs.stat(path).then(
      (stats) => stats.mtimeMs,
      () => undefined,
    );
    return mtimeMillis !== undefined && this.#signs.isSilent(path, mtimeMillis);
  }

  /** @returns undefined where another process was first @throws where it can't be had, or can't be read */
  async #take(
    { writer }: SpoolFolderName,
    path: string,
  ): Promise<{ folder: HeldFolder; files: StoredFile[] } | undefined> {
    const own = join(this.#directory, spoolFolderName({ writer, holder: this.#owner }));
    try {
      // A folder of another user may be ours to rename, and not to read.
      await this.#fs.readdir(path);
      await this.#fs.rename(path, own);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
    const folder = { writer, path: own };
    try {
      const files = await this.#filesOf(folder);
      this.#held.add(folder);
      return { folder, files };
    } catch (error) {
      await this.#giveBack(folder).catch(() => this.#held.add(folder));
      throw error;
    }
  }

  async #giveBack({ writer, path }: HeldFolder): Promise<void> {
    await this.#fs.rename(path, this.#freePath(writer));
  }

  #removeEmpty({ path }: HeldFolder): Promise<boolean> {
    return this.#fs.rmdir(path).then(
      () => true,
      () => false,
    );
  }

  /** Batches in order. What was not finished was not acknowledged either, and is removed. */
  async #filesOf(folder: HeldFolder): Promise<StoredFile[]> {
    const byPlace = new Map<string, StoredFile>();
    for (const entry of await this.#fs.readdir(folder.path, { withFileTypes: true })) {
      const { name: file } = entry;
      const name = batchNameOf(entry);
      if (name === undefined) {
        if (isUnfinished(file)) await this.#remove(folder, file);
        continue;
      }
      const place = `${name.sequence} ${name.createdMillis}`;
      const twin = byPlace.get(place);
      // The rest of a batch takes its place; its writer died before it removed the whole.
      const [kept, other] =
        twin && twin.name.events <= name.events ? [twin, file] : [{ file, name }, twin?.file];
      byPlace.set(place, kept);
      if (other !== undefined) await this.#remove(folder, other);
    }
    return [...byPlace.values()].sort(
      (a, b) => a.name.sequence - b.name.sequence || a.name.createdMillis - b.name.createdMillis,
    );
  }

  async #remove({ path }: HeldFolder, file: string): Promise<void> {
    await this.#fs.unlink(join(path, file)).catch(() => undefined);
  }

  async #namesIn(path: string): Promise<SpoolFileName[]> {
    const entries = await this.#fs.readdir(path, { withFileTypes: true }).catch((): Dirent[] => []);
    return entries.map(batchNameOf).filter((name) => name !== undefined);
  }
}
