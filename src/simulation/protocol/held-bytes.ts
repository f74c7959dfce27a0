/** One who holds bytes under a shared bound. */
export interface Holder {
  /**
   * Takes so many bytes more.
   * @returns false where there is no room for them, whoever lets go: nothing is held any more then
   */
  hold(bytes: number): boolean;
  /** What is held is needed to the end: nobody takes it away any more. */
  keep(): void;
  /** Gives everything back. */
  release(): void;
}

interface Held {
  bytes: number;
  readonly letGo: () => void;
  kept: boolean;
}

/**
 * Bytes that many hold together, up to a bound. Over it whoever holds most has to let go, so that a few large ones,
 * however slow they are, never keep out the many small ones.
 */
export class HeldBytes {
  readonly #maxBytes: number;
  readonly #holders = new Set<Held>();
  #total = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** What all hold together. */
  get total(): number {
    return this.#total;
  }

  /** @param letGo - called when what was held is taken away; it must not be used any more */
  holder(letGo: () => void): Holder {
    const held: Held = { bytes: 0, letGo, kept: false };
    this.#holders.add(held);
    return {
      hold: (bytes) => this.#hold(held, bytes),
      keep: () => {
        held.kept = true;
      },
      release: () => {
        this.#release(held);
      },
    };
  }

  #hold(held: Held, bytes: number): boolean {
    if (!this.#holders.has(held)) return false;
    held.bytes += bytes;
    this.#total += bytes;
    while (this.#total > this.#maxBytes) {
      const largest = this.#largest(held);
      this.#release(largest);
      if (largest === held) return false;
      largest.letGo();
    }
    return true;
  }

  /** Of those that may be taken away; whoever wants more is one of them. */
  #largest(asking: Held): Held {
    let largest = asking;
    for (const held of this.#holders) if (!held.kept && held.bytes > largest.bytes) largest = held;
    return largest;
  }

  #release(held: Held): void {
    if (!this.#holders.delete(held)) return;
    this.#total -= held.bytes;
    held.bytes = 0;
  }
}
