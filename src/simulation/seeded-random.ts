/** Gives numbers from 0 up to, without, 1. */
export interface SeededRandom {
  (): number;
  /** Dice that fall from here on as these will. */
  copy(): SeededRandom;
  /** Goes on as so many throws would, at the cost of one. @param throws - a whole number up to 2^32 */
  skip(throws: number): void;
}

/** What one throw adds to the state. */
const STEP = 0x6d2b79f5;

/**
 * Dice that fall alike for the same seed (mulberry32).
 * @param seed - a safe integer
 */
export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  const skip = (throws: number): void => {
    state = (state + Math.imul(throws, STEP)) >>> 0;
  };
  const next = (): number => {
    state = (state + STEP) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return Object.assign(next, { copy: () => seededRandom(state), skip });
}
