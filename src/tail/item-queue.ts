/** Items between the sources of a tail and its reader: bounded, so that a slow reader holds the sources back. */
export class ItemQueue<Item> {
  readonly #capacity: number;
  readonly #items: Item[] = [];
  #readers: ((result: IteratorResult<Item, undefined>) => void)[] = [];
  #failures: ((error: unknown) => void)[] = [];
  #writers: (() => void)[] = [];
  #end: { readonly error?: unknown } | undefined;

  /** @param capacity - items, at least 1 */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Adds an item, when there is room. After the end items are dropped. */
  async push(item: Item): Promise<void> {
    while (this.#items.length >= this.#capacity && this.#end === undefined) {
      await new Promise<void>((resolve) => this.#writers.push(resolve));
    }
    if (this.#end !== undefined) return;
    const reader = this.#readers.shift();
    this.#failures.shift();
    if (reader) reader({ done: false, value: item });
    else this.#items.push(item);
  }

  /** The next item; ends when the queue has ended and is empty. */
  next(): Promise<IteratorResult<Item, undefined>> {
    const item = this.#items.shift();
    if (item !== undefined) {
      this.#writers.shift()?.();
      return Promise.resolve({ done: false, value: item });
    }
    if (this.#end !== undefined) return this.#ended();
    return new Promise((resolve, reject) => {
      this.#readers.push(resolve);
      this.#failures.push(reject);
    });
  }

  /** Ends the queue: what is in it is still read. With an error, the reader gets that after the last item. */
  end(...error: [] | [unknown]): void {
    if (this.#end !== undefined) return;
    this.#end = error.length === 1 ? { error: error[0] } : {};
    const [readers, failures, writers] = [this.#readers, this.#failures, this.#writers];
    [this.#readers, this.#failures, this.#writers] = [[], [], []];
    for (const writer of writers) writer();
    readers.forEach((reader, index) => {
      if (error.length === 1 && index === 0) {
        // Said once; whoever goes on asking finds the end.
        this.#end = {};
        failures[0]!(error[0]);
      } else reader({ done: true, value: undefined });
    });
  }

  /** Drops what is in it, and lets all writers go on. */
  discard(): void {
    this.#items.length = 0;
    this.end();
  }

  #ended(): Promise<IteratorResult<Item, undefined>> {
    const end = this.#end!;
    if ('error' in end) {
      this.#end = {};
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the signal's reason, whatever it is
      return Promise.reject(end.error);
    }
    return Promise.resolve({ done: true, value: undefined });
  }
}
