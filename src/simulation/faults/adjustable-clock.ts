import { timeProblem } from '../../cloudwatch/check-time.js';
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

  /**
   * Sets the time, in milliseconds since 1970; it goes on from there. For a time of early 1970 there is the option `clock`
   * of the service, or `setTime(0)` and {@link advance}.
   * @throws OptionError for what is no number, and for what are seconds most likely
   */
  setTime(time: number): void {
    const problem = timeProblem(time);
    if (problem !== undefined) throw new OptionError('time', problem, time);
    this.#offset = time - this.#source();
  }

  /** Moves the time on by so many milliseconds. @throws OptionError for what is no number */
  advance(millis: number): void {
    if (!Number.isFinite(millis)) throw new OptionError('millis', 'be a number of milliseconds', millis);
    this.#offset += millis;
  }

  /** Goes back to the time of its source. */
  reset(): void {
    this.#offset = 0;
  }
}
