import { ownText } from '../values/own-text.js';

/** Values counted exactly; beyond it the count is an estimate, as the service's is. */
export const MAX_EXACT_DISTINCT = 65_536;

/** log2 of the registers: 16,384 of them give a standard error of 0.8 %. */
const PRECISION = 14;
const REGISTERS = 1 << PRECISION;
const ALPHA = 0.7213 / (1 + 1.079 / REGISTERS);

/** Counts different texts: exactly up to {@link MAX_EXACT_DISTINCT}, then by HyperLogLog in 16 kB. */
export class DistinctCount {
  readonly #maxExact: number;
  #exact: Set<string> | undefined = new Set();
  #registers: Uint8Array | undefined;
  /** Events of one request often follow each other: what was just counted needs not be looked up. */
  #last: string | undefined;

  constructor(maxExact = MAX_EXACT_DISTINCT) {
    this.#maxExact = maxExact;
  }

  add(text: string): void {
    if (text === this.#last) return;
    this.#last = text;
    if (this.#exact === undefined) {
      this.#estimate(text);
      return;
    }
    if (this.#exact.has(text)) return;
    this.#exact.add(ownText(text));
    if (this.#exact.size <= this.#maxExact) return;
    const exact = this.#exact;
    this.#exact = undefined;
    for (const known of exact) this.#estimate(known);
  }

  get count(): number {
    return this.#exact?.size ?? estimateOf(this.#registers!);
  }

  #estimate(text: string): void {
    this.#registers ??= new Uint8Array(REGISTERS);
    const register = hash(text, 0x9747b28c) >>> (32 - PRECISION);
    const rank = Math.clz32(hash(text, 0x85ebca6b)) + 1;
    if (rank > this.#registers[register]!) this.#registers[register] = rank;
  }
}

function estimateOf(registers: Uint8Array): number {
  let sum = 0;
  let empty = 0;
  for (const rank of registers) {
    sum += 2 ** -rank;
    if (rank === 0) empty++;
  }
  const estimate = (ALPHA * REGISTERS * REGISTERS) / sum;
  const linear = estimate <= 2.5 * REGISTERS && empty > 0;
  return Math.round(linear ? REGISTERS * Math.log(REGISTERS / empty) : estimate);
}

/** 32 well-mixed bits (the steps of MurmurHash3 over UTF-16 units). */
function hash(text: string, seed: number): number {
  let h = seed;
  for (let at = 0; at < text.length; at++) {
    let k = Math.imul(text.charCodeAt(at), 0xcc9e2d51);
    k = (k << 15) | (k >>> 17);
    h ^= Math.imul(k, 0x1b873593);
    h = (h << 13) | (h >>> 19);
    h = (Math.imul(h, 5) + 0xe6546b64) | 0;
  }
  h ^= text.length;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
