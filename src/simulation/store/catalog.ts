/**
 * Documents of the local service's metadata (groups, streams, filters, policies, queries, …) in named
 * collections, each ordered by key (UTF-16 code units, which for the service's names is ASCII order).
 *
 * A document is stored as its JSON is when it is put: a change to the object afterwards does not reach the
 * catalog before the next `put`. What `get` and `list` return is frozen and shared.
 */
export interface Catalog {
  get<T extends object>(collection: string, key: string): Readonly<T> | undefined;

  /** Stores a document, over an earlier one of that key. It has to survive JSON. */
  put(collection: string, key: string, document: object): void;

  /** @returns whether there was such a document */
  delete(collection: string, key: string): boolean;

  /** Entries in the order of their keys. The catalog may be changed meanwhile; the rest comes as it then is. */
  list<T extends object>(
    collection: string,
    range?: CatalogRange,
  ): Iterable<readonly [key: string, document: Readonly<T>]>;

  /** How many documents a collection has. */
  count(collection: string): number;

  /** Resolves when everything put or deleted so far is as safe as the fsync policy promises. */
  settled(): Promise<void>;

  /** Writes what is open and lets go of files. Changes after it throw. */
  close(): Promise<void>;
}

/** Part of a collection. */
export interface CatalogRange {
  /** Only keys that begin so. */
  readonly prefix?: string | undefined;
  /** Only keys behind this one. */
  readonly after?: string | undefined;
}
