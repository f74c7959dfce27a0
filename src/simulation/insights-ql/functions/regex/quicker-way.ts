/** Texts of each way in a trial: the first ones, for which a way may still be made ready, don't count. */
const UNCOUNTED = 4;
const COUNTED = 12;

/** Texts between two trials: the more, the more often the same way was the quicker one. */
const FIRST_SPELL = 1_024;
const MAX_SPELL = 65_536;

/** Of a spell of the unsure way one text in so many is timed, and so many of these are looked at together. */
const TIMED_ONE_IN = 8;
const LOOKED_AT = 16;

/** A text of the unsure way that takes longer ends its trial or spell at once. */
const MAX_MILLIS = 0.5;

/** Taken when the module loads, so that a test's fake clock changes nothing. */
const millis = performance.now.bind(performance);

/**
 * Which of two ways to the same answer is the quicker one: the texts of a query are alike, so what was quicker for some
 * of them is so for those that follow. The unsure way may be slow for some texts, the sure one never is.
 */
export class QuickerWay {
  readonly #now: () => number;
  #isTrial = false;
  /** Texts until the trial or the spell ends; a few go the sure way before the first trial. */
  #left = FIRST_SPELL >> 4;
  #spell = FIRST_SPELL;
  #isUnsure = false;
  /** Of the last trial: milliseconds that a text took the sure way. */
  #sureMillis = 0;
  #unsureSum = 0;
  #sureSum = 0;
  #timed = 0;
  /** Where the text's time is taken; -1 where it isn't. */
  #began = -1;

  /** @param now - a clock in milliseconds */
  constructor(now: () => number = millis) {
    this.#now = now;
  }

  /** Whether the next text goes the unsure way. It has to be followed by {@link ended}. */
  isUnsure(): boolean {
    if (this.#left === 0) this.#next();
    this.#left--;
    if (this.#isTrial) {
      this.#began = this.#now();
      return (this.#left & 1) === 1;
    }
    this.#began = this.#isUnsure && this.#left % TIMED_ONE_IN === 0 ? this.#now() : -1;
    return this.#isUnsure;
  }

  /** The text that was asked for last went its way. */
  ended(): void {
    if (this.#began < 0) return;
    const took = this.#now() - this.#began;
    if (!this.#isTrial) {
      this.#watch(took);
    } else if ((this.#left & 1) === 0) {
      if (this.#left < 2 * COUNTED) this.#sureSum += took;
    } else if (took > MAX_MILLIS) {
      this.#goOn(false);
    } else if (this.#left < 2 * COUNTED) {
      this.#unsureSum += took;
    }
  }

  /** A spell has ended, and a trial begins, or the other way round. */
  #next(): void {
    if (this.#isTrial) {
      this.#sureMillis = this.#sureSum / COUNTED;
      this.#goOn(this.#unsureSum < this.#sureSum);
    } else {
      this.#isTrial = true;
      this.#left = 2 * (UNCOUNTED + COUNTED);
      this.#unsureSum = 0;
      this.#sureSum = 0;
    }
  }

  #goOn(isUnsure: boolean): void {
    this.#spell = isUnsure === this.#isUnsure ? Math.min(MAX_SPELL, this.#spell * 2) : FIRST_SPELL;
    this.#isUnsure = isUnsure;
    this.#isTrial = false;
    this.#left = this.#spell;
    this.#unsureSum = 0;
    this.#timed = 0;
  }

  #watch(took: number): void {
    if (took > MAX_MILLIS) {
      this.#goOn(false);
      return;
    }
    this.#unsureSum += took;
    if (++this.#timed < LOOKED_AT) return;
    if (this.#unsureSum > 2 * LOOKED_AT * this.#sureMillis) this.#goOn(false);
    this.#unsureSum = 0;
    this.#timed = 0;
  }
}
