import { type Clocks, monotonicMillis as ofThisProcess } from './clocks.js';

type MonotonicClock = Clocks['monotonicMillis'];

/**
 * The moment by which something is to be over. It is made once, where somebody says how long he waits, and handed
 * on: what is left of it is less for each who gets it later.
 */
export class Deadline {
  readonly #atMillis: number;
  readonly #monotonicMillis: MonotonicClock;

  private constructor(atMillis: number, monotonicMillis: MonotonicClock) {
    this.#atMillis = atMillis;
    this.#monotonicMillis = monotonicMillis;
  }

  /** @param millis - from now on */
  static after(millis: number, monotonicMillis = ofThisProcess): Deadline {
    return new Deadline(monotonicMillis() + millis, monotonicMillis);
  }

  /** Milliseconds until then; 0 once it is over. */
  get leftMillis(): number {
    return Math.max(0, this.#atMillis - this.#monotonicMillis());
  }

  /** When a part of what is left now is over. @param part - from 0 to 1 */
  afterPart(part: number): Deadline {
    const now = this.#monotonicMillis();
    return new Deadline(now + (this.#atMillis - now) * part, this.#monotonicMillis);
  }

  /** This one, or so many milliseconds from now where that is sooner. */
  within(millis: number): Deadline {
    return millis < this.leftMillis ? Deadline.after(millis, this.#monotonicMillis) : this;
  }

  /** This one, or so many milliseconds from now where that is later. */
  atLeast(millis: number): Deadline {
    return millis > this.leftMillis ? Deadline.after(millis, this.#monotonicMillis) : this;
  }
}
