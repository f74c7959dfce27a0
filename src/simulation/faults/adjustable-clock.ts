import { OptionError } from '../../cloudwatch/errors.js';

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

  /** Sets the time, in milliseconds since 1970; it goes on from there. @throws OptionError for what is no number */
  setTime(time: number): void {
    checkMillis('time', time);
    this.#offset = time - this.#source();
  }

  /** Moves the time on by so many milliseconds. @throws OptionError for what is no number */
  advance(millis: number): void {
    checkMillis('millis', millis);
    this.#offset += millis;
  }

  /** Goes back to the time of its source. */
  reset(): void {
    this.#offset = 0;
  }
}

function checkMillis(parameter: string, value: unknown): void {
  if (!Number.isFinite(value)) throw new OptionError(parameter, 'be a number of milliseconds', value);
}
