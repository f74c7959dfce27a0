import { join } from 'node:path';
import { describeError } from '../../cloudwatch/classify-error.js';
import { type Diagnostics } from '../../observability/diagnostics.js';
import { type Destination, type LogEventBatch } from '../encoded-event.js';
import { type FileSystem, readPlainFile } from './private-files.js';
import { NOWHERE, readSpoolFile, readSpoolFileDestination } from './spool-file.js';
import { type SpoolFolders } from './spool-folders.js';
import { type StoredBatch } from './stored-batch.js';

/** The result of reading a stored batch. */
export type StoredRead =
  | { readonly kind: 'batch'; readonly batch: LogEventBatch }
  | { readonly kind: 'damaged'; readonly detail: string }
  /** Another process has it now. */
  | { readonly kind: 'handed_on' }
  /** It stays where it is: a later version wrote it, or it can't be read for now. */
  | { readonly kind: 'set_aside' }
  /** Reading fails for what passes. */
  | { readonly kind: 'failed'; readonly error: Error };

/** Milliseconds after which what can't be read is tried again. */
const SET_ASIDE_MILLIS = 60_000;

/** Bytes that hold the first line of any file: names of 512 characters each, an entity of some kilobytes. */
const HEADER_BYTES = 16 * 1024;

/** Errors of the process or the system, not of the file. */
const PASSING_ERRORS: ReadonlySet<string | undefined> = new Set([
  'EMFILE',
  'ENFILE',
  'ENOMEM',
  'EAGAIN',
  'EBUSY',
]);

/** The parts that a reader needs. */
export interface SpoolReaderParts {
  readonly fs: FileSystem;
  readonly folders: SpoolFolders;
  readonly diagnostics: Diagnostics;
  /** Milliseconds, monotonic. */
  readonly monotonicMillis: () => number;
}

/** Reads stored batches, and remembers which can't be read. */
export class SpoolReader {
  readonly #parts: SpoolReaderParts;
  /** Batches of a later version. */
  readonly #future = new Set<StoredBatch>();
  /** Batches that can't be read, and when to try again. */
  readonly #setAside = new Map<StoredBatch, number>();

  constructor(parts: SpoolReaderParts) {
    this.#parts = parts;
  }

  /** Batches that stay as they are. */
  get unreadable(): number {
    return this.#future.size + this.#setAside.size;
  }

  /** Never rejects. */
  async read(stored: StoredBatch): Promise<StoredRead> {
    let bytes: Buffer;
    try {
      bytes = await readPlainFile(this.#parts.fs, pathOf(stored));
    } catch (error) {
      return await this.#unread(stored, error as NodeJS.ErrnoException);
    }
    const content = readSpoolFile(bytes);
    if (content.kind === 'damaged') return { kind: 'damaged', detail: 'a file of the spool is damaged' };
    if (content.kind === 'batch') return { kind: 'batch', batch: content.batch };
    this.#future.add(stored);
    this.#parts.diagnostics.once(
      'warn',
      `spool version ${content.version}`,
      `the spool holds batches in format ${content.version}, of a later version of this package; they stay there for it`,
    );
    return { kind: 'set_aside' };
  }

  /** Where a batch goes; nowhere where that can't be read: reading it whole says what is wrong with it. */
  async destinationOf(stored: StoredBatch): Promise<Destination> {
    const { fs } = this.#parts;
    try {
      const known = readSpoolFileDestination(await readPlainFile(fs, pathOf(stored), HEADER_BYTES));
      if (known) return known;
      const content = readSpoolFile(await readPlainFile(fs, pathOf(stored)));
      return content.kind === 'batch' ? content.batch.destination : NOWHERE;
    } catch {
      return NOWHERE;
    }
  }

  /** Batches that were set aside long enough. */
  due(): StoredBatch[] {
    const now = this.#parts.monotonicMillis();
    return [...this.#setAside].filter(([, at]) => at <= now).map(([stored]) => stored);
  }

  /** It is not set aside any more. */
  forget(stored: StoredBatch): void {
    this.#future.delete(stored);
    this.#setAside.delete(stored);
  }

  async #unread(stored: StoredBatch, error: NodeJS.ErrnoException): Promise<StoredRead> {
    const { code } = error;
    if (code === 'ENOENT') {
      return (await this.#parts.folders.isHandedOn(stored.folder))
        ? { kind: 'handed_on' }
        : { kind: 'damaged', detail: 'files were removed from the spool' };
    }
    // A link in the file's place, a folder, or more than a batch can have: not ours.
    if (code === 'ELOOP' || code === 'EISDIR' || code === 'EFBIG') {
      return { kind: 'damaged', detail: `not a file of the spool: ${describeError(error)}` };
    }
    if (PASSING_ERRORS.has(code)) return { kind: 'failed', error };
    this.#setAside.set(stored, this.#parts.monotonicMillis() + SET_ASIDE_MILLIS);
    this.#parts.diagnostics.error(
      'spool unreadable',
      `a batch of the spool can't be read and is tried again in a minute; the others are sent: ${describeError(error)}`,
    );
    return { kind: 'set_aside' };
  }
}

function pathOf({ folder, file }: StoredBatch): string {
  return join(folder.path, file);
}
