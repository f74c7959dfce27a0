/** Keeps what was read from files last, up to a number of bytes. */
export class ContentCache {
  readonly #maxBytes: number;
  readonly #entries = new Map<string, { readonly content: unknown; readonly bytes: number }>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** What is kept under a key, or else read now. */
  get<T extends { readonly bytes: number }>(key: string, read: () => T): T {
    const known = this.#entries.get(key);
    if (known) {
      this.#entries.delete(key);
      this.#entries.set(key, known);
      return known.content as T;
    }
    const content = read();
    this.#entries.set(key, { content, bytes: content.bytes });
    this.#bytes += content.bytes;
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#maxBytes || oldest === key) break;
      this.delete(oldest);
    }
    return content;
  }

  delete(key: string): void {
    this.#bytes -= this.#entries.get(key)?.bytes ?? 0;
    this.#entries.delete(key);
  }
}
