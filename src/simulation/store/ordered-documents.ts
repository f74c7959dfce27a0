import type { CatalogRange } from './catalog.js';

/** The documents of one collection, in the order of their keys. */
export class OrderedDocuments {
  readonly #documents = new Map<string, object>();
  readonly #keys: string[] = [];

  get size(): number {
    return this.#keys.length;
  }

  get(key: string): object | undefined {
    return this.#documents.get(key);
  }

  /** @param document - frozen */
  set(key: string, document: object): void {
    if (!this.#documents.has(key)) {
      const last = this.#keys.at(-1);
      if (last === undefined || last < key) this.#keys.push(key);
      else this.#keys.splice(this.#indexOf(key), 0, key);
    }
    this.#documents.set(key, document);
  }

  delete(key: string): boolean {
    if (!this.#documents.delete(key)) return false;
    this.#keys.splice(this.#indexOf(key), 1);
    return true;
  }

  *entries({ prefix = '', after }: CatalogRange = {}): Generator<readonly [string, object]> {
    let index = this.#indexOf(prefix);
    if (after !== undefined && after >= prefix) index = this.#indexAfter(after);
    for (;;) {
      const key = this.#keys[index];
      if (!key?.startsWith(prefix)) return;
      yield [key, this.#documents.get(key)!];
      // The reader may have added or removed keys.
      index = this.#keys[index] === key ? index + 1 : this.#indexAfter(key);
    }
  }

  /** Where `key` stands, or would stand. */
  #indexOf(key: string): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#keys[middle]! < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #indexAfter(key: string): number {
    const index = this.#indexOf(key);
    return this.#keys[index] === key ? index + 1 : index;
  }
}

/** A frozen copy of a document, as JSON would bring it back. */
export function frozenCopy(json: string): object {
  return deepFreeze(JSON.parse(json) as object);
}

function deepFreeze<T extends object>(value: T): T {
  for (const member of Object.values(value) as unknown[]) {
    if (typeof member === 'object' && member !== null) deepFreeze(member);
  }
  return Object.freeze(value);
}
