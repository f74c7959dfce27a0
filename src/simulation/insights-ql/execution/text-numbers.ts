/** Longer texts go by the other way: what they cost is their length, not how they are found. */
const MAX_HASHED_LENGTH = 1_024;

/** Places that are looked at for one text; of a good hash next to none is further from its own. */
const MAX_PROBES = 16;

const FIRST_PLACES = 64;

/**
 * Numbers texts, or the lack of one, from 0 on in the order in which they come: for many texts of which each is looked
 * for many times, as a new part of a longer one. V8's own map leaves its quick way to hash such a part, and again to
 * compare it; and it keeps what it knows of a text further apart, so that more of it is not in the processor's cache.
 *
 * Whatever the texts are, few are looked at to find one: where too many have the same places, the others are in a Map.
 */
export class TextNumbers {
  readonly #texts: (string | undefined)[] = [];
  /** Of each place the hash of its text, and behind it one more than the text's number; 0 where it is free. */
  #places = new Int32Array(2 * FIRST_PLACES);
  /** Numbers of the texts that are long or have no place near enough, and of the missing one. */
  readonly #others = new Map<string | undefined, number>();
  readonly #hash: (text: string) => number;

  /** @param hash - 32 bits of a text; another may be given to see what happens where many are the same */
  constructor(hash = hashOf) {
    this.#hash = hash;
  }

  /** How many texts have a number. */
  get size(): number {
    return this.#texts.length;
  }

  /** @returns -1 for a text that has none */
  numberOf(text: string | undefined): number {
    if (text !== undefined && text.length <= MAX_HASHED_LENGTH) {
      const places = this.#places;
      const mask = places.length - 2;
      const hash = this.#hash(text);
      let at = (hash << 1) & mask;
      for (let probe = 0; probe < MAX_PROBES; probe++) {
        const next = places[at + 1]!;
        if (next === 0) break;
        if (places[at] === hash && this.#texts[next - 1] === text) return next - 1;
        at = (at + 2) & mask;
      }
    }
    return this.#others.size === 0 ? -1 : (this.#others.get(text) ?? -1);
  }

  /**
   * Gives a text the next number.
   * @param text - one that has none
   */
  add(text: string | undefined): number {
    const number = this.#texts.push(text) - 1;
    // From half of the places on it takes longer to find a free one.
    if (4 * number >= this.#places.length) this.#grow();
    const isPlaced =
      text !== undefined && text.length <= MAX_HASHED_LENGTH && this.#place(this.#hash(text), number);
    if (!isPlaced) this.#others.set(text, number);
    return number;
  }

  clear(): void {
    this.#texts.length = 0;
    this.#places = new Int32Array(2 * FIRST_PLACES);
    this.#others.clear();
  }

  /** @returns false where no place is near enough */
  #place(hash: number, number: number): boolean {
    const places = this.#places;
    const mask = places.length - 2;
    let at = (hash << 1) & mask;
    for (let probe = 0; probe < MAX_PROBES; probe++) {
      if (places[at + 1] === 0) {
        places[at] = hash;
        places[at + 1] = number + 1;
        return true;
      }
      at = (at + 2) & mask;
    }
    return false;
  }

  #grow(): void {
    const former = this.#places;
    this.#places = new Int32Array(2 * former.length);
    for (let at = 0; at < former.length; at += 2) {
      const number = former[at + 1]! - 1;
      if (number >= 0 && !this.#place(former[at]!, number)) this.#others.set(this.#texts[number], number);
    }
  }
}

/** Another in each process: nobody knows beforehand which texts have the same hash. */
const SEED = Math.floor(Math.random() * 0x1_0000_0000);

/** Of every other unit by itself: a processor works at both hashes at a time. */
function hashOf(text: string): number {
  let even = SEED ^ text.length;
  let odd = SEED;
  const pairs = text.length & ~1;
  for (let at = 0; at < pairs; at += 2) {
    even = Math.imul(even ^ text.charCodeAt(at), 0x01000193);
    odd = Math.imul(odd ^ text.charCodeAt(at + 1), 0x01000193);
  }
  if (pairs < text.length) even = Math.imul(even ^ text.charCodeAt(pairs), 0x01000193);
  let hash = even ^ Math.imul(odd, 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}
