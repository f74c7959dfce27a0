/** What came of one stream's records, whose messages carry the numbers 0, 1, 2, … */
export class StreamCheck {
  /** Records that came, each counted once. */
  delivered = 0;
  /** Records that came once more. */
  duplicates = 0;
  /** Records that came after one with a higher number. */
  outOfOrder = 0;
  #highest = -1;
  #seen = new Uint8Array(1024);

  /** Takes note of a record. */
  came(number: number): void {
    if (number >= this.#seen.length) this.#grow(number);
    if (this.#seen[number] === 1) {
      this.duplicates++;
      return;
    }
    this.#seen[number] = 1;
    this.delivered++;
    if (number < this.#highest) this.outOfOrder++;
    else this.#highest = number;
  }

  /** The runs of numbers below `emitted` that did not come: first and, exclusive, end of each. */
  missing(emitted: number): (readonly [number, number])[] {
    const runs: [number, number][] = [];
    for (let number = 0; number < emitted; number++) {
      if (this.#seen[number] === 1) continue;
      const last = runs.at(-1);
      if (last?.[1] === number) last[1]++;
      else runs.push([number, number + 1]);
    }
    return runs;
  }

  #grow(number: number): void {
    const larger = new Uint8Array(Math.max(number + 1, 2 * this.#seen.length));
    larger.set(this.#seen);
    this.#seen = larger;
  }
}
