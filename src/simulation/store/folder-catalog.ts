import { join } from 'node:path';
import { type FileSyncer } from './file-syncer.js';
import { Journal, type JournalEnd, type JournalParts } from './journal.js';
import { MemoryCatalog } from './memory-catalog.js';

/** A document that was put (`d`), or deleted, under a key (`k`) of a collection (`c`). */
interface CatalogEntry {
  readonly c: string;
  readonly k: string;
  readonly d?: object;
}

function isCatalogEntry(entry: object): boolean {
  return 'c' in entry && typeof entry.c === 'string' && 'k' in entry && typeof entry.k === 'string';
}

/** The journal's name in the folder. */
export const CATALOG_JOURNAL = 'catalog.journal';

/** Under this size the journal is left to grow. */
const MIN_REWRITE_BYTES = 1024 * 1024;

/** The journal is written anew when it is this many times the size of what it says. */
const REWRITE_FACTOR = 4;

/**
 * A catalog in a file of its own, `catalog.journal`: each change is one checksummed line. When there are many
 * more lines than documents, the file is replaced by one that holds the documents alone.
 */
export class FolderCatalog extends MemoryCatalog {
  readonly #journal: Journal<CatalogEntry>;
  readonly #syncer: FileSyncer;
  #bytesWhenRewritten: number;

  /**
   * @param directory - an existing folder that this process holds
   * @param known - where the journal ended when the folder was closed
   */
  constructor(directory: string, parts: JournalParts, known?: JournalEnd) {
    super();
    this.#syncer = parts.syncer;
    this.#journal = new Journal(join(directory, CATALOG_JOURNAL), parts, isCatalogEntry);
    for (const { c, k, d } of this.#journal.open(known)) {
      if (d) super.put(c, k, d);
      else super.delete(c, k);
    }
    // How much of it is still needed is not known yet.
    this.#bytesWhenRewritten = 0;
    this.#rewriteWhenLarge();
  }

  /** Where the journal ends now. */
  get end(): JournalEnd {
    return this.#journal.end;
  }

  override put(collection: string, key: string, document: object): void {
    this.expectOpen();
    this.#journal.append({ c: collection, k: key, d: document });
    super.put(collection, key, document);
    this.#rewriteWhenLarge();
  }

  override delete(collection: string, key: string): boolean {
    this.expectOpen();
    if (this.get(collection, key) === undefined) return false;
    this.#journal.append({ c: collection, k: key });
    super.delete(collection, key);
    this.#rewriteWhenLarge();
    return true;
  }

  override settled(): Promise<void> {
    return this.#syncer.settled();
  }

  #rewriteWhenLarge(): void {
    const limit = Math.max(MIN_REWRITE_BYTES, this.#bytesWhenRewritten * REWRITE_FACTOR);
    if (this.#journal.bytes > limit) this.#rewrite();
  }

  #rewrite(): void {
    this.#journal.rewrite(this.#entries());
    this.#bytesWhenRewritten = this.#journal.bytes;
  }

  *#entries(): Generator<CatalogEntry> {
    for (const collection of this.collectionNames()) {
      for (const [key, document] of this.list(collection)) yield { c: collection, k: key, d: document };
    }
  }
}
