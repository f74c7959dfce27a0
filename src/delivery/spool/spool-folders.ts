import { type Dirent } from 'node:fs';
import { join } from 'node:path';
import { type FileSystem, makePrivateFolder, syncFolder } from './private-files.js';
import { createProcessOwner, type ProcessOwner, stateOfOwner } from './process-owner.js';
import { parseSpoolFileName, type SpoolFileName } from './spool-file.js';
import {
  createWriterName,
  NOBODY,
  parseSpoolFolderName,
  spoolFolderName,
  type SpoolFolderName,
} from './spool-folder.js';
import { type HeldFolder } from './stored-batch.js';

/**
 * Milliseconds without a sign of life after which a holder counts as gone whose process can't be asked for:
 * one in another container, or on another host.
 */
export const LEASE_MILLIS = 30_000;

/** What one look at the spool's directory found. */
export interface FolderScan {
  /** Folders that were taken over, the oldest first, with their batches in order. */
  readonly taken: readonly { readonly folder: HeldFolder; readonly files: readonly StoredFile[] }[];
  /** Bytes of the folders that other processes hold. */
  readonly bytesOfOthers: number;
  /** Names that are not of the spool. */
  readonly foreign: readonly string[];
}

export interface StoredFile {
  readonly file: string;
  readonly name: SpoolFileName;
}

/** The folders of a spool's directory: which this process holds, and which it may take over. */
export class SpoolFolders {
  readonly #fs: FileSystem;
  readonly #directory: string;
  readonly #now: () => number;
  readonly #owner: ProcessOwner = createProcessOwner();
  readonly #held = new Set<HeldFolder>();
  /** Signs of life of holders that can't be asked for: when one was last seen, on our own clock. */
  readonly #signs = new Map<string, { mtimeMillis: number; seenAt: number }>();
  #own: Promise<HeldFolder> | undefined;

  constructor(fs: FileSystem, directory: string, now: () => number) {
    this.#fs = fs;
    this.#directory = directory;
    this.#now = now;
  }

  /** The folder for this process's own batches. @throws what the file system says */
  own(createdMillis: number): Promise<HeldFolder> {
    this.#own ??= this.#makeOwn(createdMillis).catch((error: unknown) => {
      this.#own = undefined;
      throw error;
    });
    return this.#own;
  }

  /** Forgets a folder that is not there any more. */
  forget(folder: HeldFolder): void {
    this.#held.delete(folder);
    void this.#own?.then(
      (own) => {
        if (own === folder) this.#own = undefined;
      },
      () => undefined,
    );
  }

  /** Says whether another process holds a folder that this one held: it took this one for dead. */
  async isHandedOn(folder: HeldFolder): Promise<boolean> {
    const names = await this.#fs.readdir(this.#directory).catch((): string[] => []);
    return names.some((name) => {
      const parsed = parseSpoolFolderName(name);
      return parsed?.writer === folder.writer && parsed.holder !== this.#owner;
    });
  }

  /** Takes over the folders that nobody holds any more. @throws what the file system says of the directory */
  async scan(): Promise<FolderScan> {
    const taken: { folder: HeldFolder; files: StoredFile[] }[] = [];
    const foreign: string[] = [];
    let bytesOfOthers = 0;
    for (const entry of await this.#entries()) {
      const name = entry.isDirectory() ? parseSpoolFolderName(entry.name) : undefined;
      if (name === undefined) {
        foreign.push(entry.name);
      } else if (name.holder !== this.#owner) {
        const path = join(this.#directory, entry.name);
        const folder = (await this.#isFree(name, path)) ? await this.#take(name, path) : undefined;
        if (folder) taken.push({ folder, files: await this.#filesOf(folder) });
        else bytesOfOthers += await this.#bytesOf(path);
      }
    }
    return { taken, bytesOfOthers, foreign };
  }

  /** Signs of life for those who can't ask for this process. */
  async showLife(): Promise<void> {
    const now = new Date();
    await Promise.all(
      [...this.#held].map(({ path }) => this.#fs.utimes(path, now, now).catch(() => undefined)),
    );
  }

  /** Leaves what is in the held folders to the next process, and removes the empty ones. */
  async release(): Promise<void> {
    for (const folder of this.#held) {
      const isGone = await this.#fs.rmdir(folder.path).then(
        () => true,
        () => false,
      );
      if (isGone) continue;
      const free = join(this.#directory, spoolFolderName({ writer: folder.writer, holder: NOBODY }));
      // Where this fails the next process sees that this one is dead.
      await this.#fs.rename(folder.path, free).catch(() => undefined);
    }
    this.#held.clear();
  }

  async #makeOwn(createdMillis: number): Promise<HeldFolder> {
    await makePrivateFolder(this.#fs, this.#directory);
    const writer = createWriterName(createdMillis);
    const path = join(this.#directory, spoolFolderName({ writer, holder: this.#owner }));
    await this.#fs.mkdir(path, { mode: 0o700 });
    await syncFolder(this.#fs, this.#directory);
    const folder = { writer, path };
    this.#held.add(folder);
    return folder;
  }

  async #entries(): Promise<Dirent[]> {
    const entries = await this.#fs.readdir(this.#directory, { withFileTypes: true });
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async #isFree({ holder }: SpoolFolderName, path: string): Promise<boolean> {
    if (holder === NOBODY) return true;
    const state = stateOfOwner(holder);
    if (state !== 'unknown') return state === 'dead';
    // Clocks of hosts differ, so only the change of the sign is looked at, on our own clock.
    const mtimeMillis = await this.#fs.stat(path).then(
      (stats) => stats.mtimeMs,
      () => undefined,
    );
    if (mtimeMillis === undefined) return false;
    const known = this.#signs.get(path);
    if (known?.mtimeMillis === mtimeMillis) return this.#now() - known.seenAt >= LEASE_MILLIS;
    this.#signs.set(path, { mtimeMillis, seenAt: this.#now() });
    return false;
  }

  async #take({ writer }: SpoolFolderName, path: string): Promise<HeldFolder | undefined> {
    const own = join(this.#directory, spoolFolderName({ writer, holder: this.#owner }));
    try {
      await this.#fs.rename(path, own);
    } catch {
      // Another process was first.
      return undefined;
    }
    this.#signs.delete(path);
    const folder = { writer, path: own };
    this.#held.add(folder);
    return folder;
  }

  /** Batches in order. What was not finished was not acknowledged either, and is removed. */
  async #filesOf(folder: HeldFolder): Promise<StoredFile[]> {
    const bySequence = new Map<number, StoredFile>();
    const entries = await this.#fs.readdir(folder.path).catch((): string[] => []);
    for (const file of entries) {
      const name = parseSpoolFileName(file);
      if (name === undefined) {
        if (file.endsWith('.batch.tmp'))
          await this.#fs.unlink(join(folder.path, file)).catch(() => undefined);
        continue;
      }
      const twin = bySequence.get(name.sequence);
      // The rest of a batch takes its place; its writer died before it removed the whole.
      const [kept, other] =
        twin && twin.name.events <= name.events ? [twin, file] : [{ file, name }, twin?.file];
      bySequence.set(name.sequence, kept);
      if (other !== undefined) await this.#fs.unlink(join(folder.path, other)).catch(() => undefined);
    }
    return [...bySequence.values()].sort((a, b) => a.name.sequence - b.name.sequence);
  }

  async #bytesOf(path: string): Promise<number> {
    const names = await this.#fs.readdir(path).catch((): string[] => []);
    return names.reduce((sum, name) => sum + (parseSpoolFileName(name)?.fileBytes ?? 0), 0);
  }
}
