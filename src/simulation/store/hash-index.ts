/**
 * Which events of a segment have a value of a field: pairs of the value's hash and the event's position.
 * While a segment grows they stay as they came, and a look-up reads them all; when it is sealed they are
 * sorted, and a look-up is a binary search.
 */
export class HashIndex {
  #hashes: Uint32Array;
  #positions: Uint32Array;
  #count: number;
  #sorted: boolean;

  constructor(sorted?: { hashes: Uint32Array; positions: Uint32Array }) {
    this.#hashes = sorted?.hashes ?? new Uint32Array(16);
    this.#positions = sorted?.positions ?? new Uint32Array(16);
    this.#count = sorted?.hashes.length ?? 0;
    this.#sorted = sorted !== undefined;
  }

  /** The pairs, as `new HashIndex` takes them back once they are sorted. */
  get pairs(): { hashes: Uint32Array; positions: Uint32Array } {
    return {
      hashes: this.#hashes.subarray(0, this.#count),
      positions: this.#positions.subarray(0, this.#count),
    };
  }

  /** Bytes of memory that the arrays take. */
  get bytes(): number {
    return this.#hashes.length * 8;
  }

  add(hash: number, position: number): void {
    const at = this.#count;
    // A record may hold a key twice, with the same value.
    if (at > 0 && this.#hashes[at - 1] === hash && this.#positions[at - 1] === position) return;
    if (at === this.#hashes.length) this.#grow();
    this.#sorted = false;
    this.#hashes[at] = hash;
    this.#positions[at] = position;
    this.#count = at + 1;
  }

  /** Sorts by hash, then position, until something is added again. */
  seal(): void {
    if (this.#sorted) return;
    // As one double (32 bits and a position below 2^21) they are sorted natively, without a comparator.
    const packed = new Float64Array(this.#count);
    for (let at = 0; at < this.#count; at++) {
      packed[at] = this.#hashes[at]! * POSITION_RANGE + this.#positions[at]!;
    }
    packed.sort();
    const hashes = new Uint32Array(this.#count);
    const positions = new Uint32Array(this.#count);
    for (let at = 0; at < packed.length; at++) {
      const hash = Math.floor(packed[at]! / POSITION_RANGE);
      hashes[at] = hash;
      positions[at] = packed[at]! - hash * POSITION_RANGE;
    }
    this.#hashes = hashes;
    this.#positions = positions;
    this.#sorted = true;
  }

  /** Adds the positions of a hash to `found`. */
  collect(hash: number, found: number[]): void {
    if (this.#sorted) {
      for (let at = this.#firstOf(hash); at < this.#count && this.#hashes[at] === hash; at++) {
        found.push(this.#positions[at]!);
      }
      return;
    }
    for (let at = this.#hashes.indexOf(hash); at >= 0 && at < this.#count;) {
      found.push(this.#positions[at]!);
      at = this.#hashes.indexOf(hash, at + 1);
    }
  }

  #firstOf(hash: number): number {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#hashes[middle]! < hash) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #grow(): void {
    const hashes = new Uint32Array(Math.max(16, this.#hashes.length * 2));
    const positions = new Uint32Array(Math.max(16, this.#hashes.length * 2));
    hashes.set(this.#hashes);
    positions.set(this.#positions);
    this.#hashes = hashes;
    this.#positions = positions;
  }
}

/** Positions are below this: see MAX_SEGMENT_EVENTS. */
const POSITION_RANGE = 2 ** 21;

/** FNV-1a over the UTF-16 code units of a value: cheap, and spread well enough for 32 bits. */
export function hashValue(value: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < value.length; at++) {
    hash = Math.imul(hash ^ value.charCodeAt(at), 0x01000193);
  }
  // A last mix: the top bits of FNV-1a are weak for short values.
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
}
