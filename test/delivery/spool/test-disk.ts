import { type Dirent } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type FileSystem, nodeFileSystem } from '../../../src/delivery/spool/private-files.js';

type Handle = Awaited<ReturnType<FileSystem['open']>>;

const WRITES = new Set(['mkdir', 'rename', 'rmdir', 'unlink', 'utimes']);

/** What the disk of all processes is like. */
export class TestDisk {
  isFull = false;
  isReadOnly = false;
  /** How long the device takes for each sync; infinite for one that hangs. */
  syncMillis = 0;
  /** Operations so far, as `sync /folder/file`. */
  readonly log: string[] = [];
  /** Folders name what is in them in this order; undefined for as it comes. */
  order: 'by name' | 'backwards' | undefined;
  /** Errors by the operation and the end of the path, as `open .batch`. */
  readonly failures = new Map<string, string>();

  /** The file system of one process. */
  process(): TestProcess {
    return new TestProcess(this);
  }
}

/** A process's way to the disk: when it is killed nothing of it happens any more, and nothing is answered. */
export class TestProcess {
  /** Resolves when it is killed. */
  readonly died: Promise<void>;
  readonly fs: FileSystem;
  readonly #disk: TestDisk;
  readonly #handles = new Set<Handle>();
  #isDead = false;
  #underWay = 0;
  #stepsLeft = Number.POSITIVE_INFINITY;
  #partWritten = 0;
  #die!: () => void;

  constructor(disk: TestDisk) {
    this.#disk = disk;
    this.died = new Promise((resolve) => (this.#die = resolve));
    const step =
      <A extends unknown[], R>(name: string, run: (...args: A) => Promise<R>) =>
      async (...args: A): Promise<R> => {
        return await this.#count(async () => {
          await this.#step();
          this.#disk.log.push([name, ...args.slice(0, name === 'rename' ? 2 : 1)].join(' '));
          this.#check(name, String(args[0]), WRITES.has(name));
          return await run(...args);
        });
      };
    this.fs = {
      ...nodeFileSystem,
      mkdir: step('mkdir', nodeFileSystem.mkdir) as FileSystem['mkdir'],
      open: step('open', (path: unknown, flags: unknown, mode: unknown) =>
        this.#open(String(path), Number(flags), mode),
      ),
      readdir: step('readdir', async (...args: [never]) =>
        this.#inOrder(await nodeFileSystem.readdir(...args)),
      ) as FileSystem['readdir'],
      rename: step('rename', nodeFileSystem.rename),
      rmdir: step('rmdir', nodeFileSystem.rmdir),
      stat: step('stat', nodeFileSystem.stat as never) as FileSystem['stat'],
      unlink: step('unlink', nodeFileSystem.unlink),
      utimes: step('utimes', nodeFileSystem.utimes),
    };
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  /** Resolves when nothing is under way, or it is dead. */
  async idle(): Promise<void> {
    for (let quiet = 0; quiet < 3 && !this.#isDead; quiet = this.#underWay > 0 ? 0 : quiet + 1)
      await nextTurn();
  }

  #inOrder(entries: (string | Dirent)[]): (string | Dirent)[] {
    if (this.#disk.order === undefined) return entries;
    const nameOf = (entry: string | Dirent): string => (typeof entry === 'string' ? entry : entry.name);
    const byName = entries.sort((a, b) => nameOf(a).localeCompare(nameOf(b)));
    return this.#disk.order === 'backwards' ? byName.reverse() : byName;
  }

  async #count<T>(work: () => Promise<T>): Promise<T> {
    this.#underWay++;
    try {
      return await work();
    } finally {
      this.#underWay--;
    }
  }

  /** @param steps - operations that it still does; the one after is done in part, or not at all */
  async kill(steps = 0, partWritten = 0): Promise<void> {
    this.#stepsLeft = steps;
    this.#partWritten = partWritten;
    if (steps === 0) await this.#end();
  }

  async #step(isWrite = false): Promise<void> {
    if (!this.#isDead && this.#stepsLeft-- > 0) return;
    if (!isWrite) await this.#end();
    await new Promise(() => undefined);
  }

  async #end(): Promise<void> {
    this.#isDead = true;
    for (const handle of this.#handles) await handle.close().catch(() => undefined);
    this.#die();
  }

  #check(name: string, path: string, isWrite: boolean): void {
    const fail = (code: string): never => {
      throw Object.assign(new Error(`${code}: ${name} '${path}'`), { code });
    };
    for (const [where, code] of this.#disk.failures) {
      const [operation, end] = where.split(' ') as [string, string];
      if (operation === name && path.endsWith(end)) fail(code);
    }
    if (isWrite && this.#disk.isReadOnly) fail('EROFS');
    if (isWrite && this.#disk.isFull && (name === 'mkdir' || name === 'open')) fail('ENOSPC');
  }

  async #open(path: string, flags: number, mode: unknown): Promise<Handle> {
    this.#check('open', path, (flags & 3) !== 0);
    const handle = await nodeFileSystem.open(path, flags, mode as number);
    this.#handles.add(handle);
    const writeFile = async (content: Buffer): Promise<void> =>
      await this.#count(async () => {
        this.#check('write', path, true);
        if (!this.#isDead && this.#stepsLeft <= 0) {
          await handle.writeFile(content.subarray(0, this.#partWritten % (content.length + 1)));
          await this.#end();
        }
        await this.#step(true);
        await handle.writeFile(content);
      });
    const sync = async (): Promise<void> => {
      const { log, syncMillis } = this.#disk;
      if (syncMillis > 0) await new Promise((resolve) => syncMillis < Infinity && setTimeout(resolve, syncMillis)); // prettier-ignore
      log.push(`sync ${path}`);
      await this.#count(async () => {
        await this.#step();
        this.#check('sync', path, false);
        await handle.sync();
      });
    };
    const close = async (): Promise<void> =>
      await this.#count(async () => {
        this.#handles.delete(handle);
        await handle.close();
      });
    return new Proxy(handle, {
      get: (target, member) => {
        if (member === 'writeFile') return writeFile;
        if (member === 'sync') return sync;
        if (member === 'close') return close;
        const value: unknown = Reflect.get(target, member);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]) =>
          this.#count(async () => (await Reflect.apply(value, target, args)) as unknown);
      },
    });
  }
}
