import type { Catalog, CatalogRange } from './catalog.js';
import { frozenCopy, OrderedDocuments } from './ordered-documents.js';

/** A catalog that lives and ends with the process. */
export class MemoryCatalog implements Catalog {
  readonly #collections = new Map<string, OrderedDocuments>();
  #closed = false;

  get<T extends object>(collection: string, key: string): Readonly<T> | undefined {
    return this.#collections.get(collection)?.get(key) as T | undefined;
  }

  put(collection: string, key: string, document: object): void {
    this.expectOpen();
    let documents = this.#collections.get(collection);
    if (!documents) this.#collections.set(collection, (documents = new OrderedDocuments()));
    documents.set(key, frozenCopy(JSON.stringify(document)));
  }

  delete(collection: string, key: string): boolean {
    this.expectOpen();
    return this.#collections.get(collection)?.delete(key) ?? false;
  }

  *list<T extends object>(
    collection: string,
    range?: CatalogRange,
  ): Generator<readonly [string, Readonly<T>]> {
    const documents = this.#collections.get(collection);
    if (documents) yield* documents.entries(range) as Generator<readonly [string, T]>;
  }

  count(collection: string): number {
    return this.#collections.get(collection)?.size ?? 0;
  }

  settled(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.#closed = true;
    return Promise.resolve();
  }

  /** Names of the collections that hold, or held, documents. */
  protected collectionNames(): Iterable<string> {
    return this.#collections.keys();
  }

  protected expectOpen(): void {
    if (this.#closed) throw new Error('the catalog is closed');
  }
}
