import { constants, promises as fs } from 'node:fs';

/**
 * When written data is forced to the disk. All policies survive the end of the process (also `kill -9`); they
 * differ in what a power cut or a crash of the operating system may take:
 * - `always`: nothing whose `settled()` resolved; requests that wait at the same time share one fsync
 * - `interval`: what came in the last second
 * - `never`: what the operating system had not written by itself
 */
export type FsyncPolicy = 'always' | 'interval' | 'never';

/** Milliseconds between fsyncs under the policy `interval`. */
export const SYNC_INTERVAL_MILLIS = 1000;

/** Forces files, and the folders that name them, to the disk as a policy asks. */
export class FileSyncer {
  readonly #policy: FsyncPolicy;
  readonly #dirty = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #failure: Error | undefined;

  constructor(policy: FsyncPolicy) {
    this.#policy = policy;
  }

  /** Something was written to a file, or a file was made or removed in a folder. */
  changed(path: string): void {
    if (this.#policy === 'never') return;
    this.#dirty.add(path);
    if (this.#policy !== 'interval' || this.#timer) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.flush().catch((error: unknown) => {
        this.#failure = error as Error;
      });
    }, SYNC_INTERVAL_MILLIS);
    this.#timer.unref();
  }

  /** Waits as long as the policy promises. @throws what the disk reported */
  async settled(): Promise<void> {
    if (this.#failure) {
      const failure = this.#failure;
      this.#failure = undefined;
      throw failure;
    }
    if (this.#policy === 'always') await this.flush();
  }

  /** Forces everything changed so far to the disk. */
  async flush(): Promise<void> {
    // One that runs has begun before the last change: it may not cover it.
    while (this.#running) await this.#running.catch(() => undefined);
    if (this.#dirty.size === 0) return;
    const paths = [...this.#dirty];
    this.#dirty.clear();
    this.#running = this.#syncAll(paths);
    try {
      await this.#running;
    } finally {
      this.#running = undefined;
    }
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.flush();
    clearTimeout(this.#timer);
  }

  async #syncAll(paths: readonly string[]): Promise<void> {
    try {
      for (const path of paths) await syncFile(path);
    } catch (error) {
      for (const path of paths) this.#dirty.add(path);
      throw error;
    }
  }
}

async function syncFile(path: string): Promise<void> {
  let file;
  try {
    file = await fs.open(path, constants.O_RDONLY);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return; // Removed meanwhile.
    throw error;
  }
  try {
    await file.sync();
  } catch (error) {
    // Some systems can't fsync a folder, or what is open for reading only.
    if (!['EINVAL', 'EPERM', 'EISDIR', 'EBADF'].includes((error as NodeJS.ErrnoException).code ?? ''))
      throw error;
  } finally {
    await file.close();
  }
}
