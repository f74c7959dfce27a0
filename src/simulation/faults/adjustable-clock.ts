/** A clock that runs as another does, from a time that can be set. */
export class AdjustableClock {
  readonly #source: () => number;
  #offset = 0;

  /** @param source - milliseconds since 1970 */
  constructor(source: () => number) {
    this.#source = source;
  }

  /** Whole milliseconds since 1970, never before. */
  now(): number {
    return Math.max(0, Math.floor(this.#source() + this.#offset));
  }

  /** As {@link AdjustableClock.now}, by the clock that it was made of, whatever was set. */
  unadjusted(): number {
    return Math.max(0, Math.floor(this.#source()));
  }

  /** Sets the time, in milliseconds since 1970; it goes on from there. */
  setTime(time: number): void {
    this.#offset = time - this.#source();
  }

  /** Moves the time on by so many milliseconds. */
  advance(millis: number): void {
    this.#offset += millis;
  }

  /** Goes back to the time of its source. */
  reset(): void {
    this.#offset = 0;
  }
}
