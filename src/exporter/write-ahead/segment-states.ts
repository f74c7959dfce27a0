import { type HarmedLine, type NumberRange, type SegmentLine } from './segment-lines.js';

/** Somebody in this process has the event, and will say what became of it. */
const HELD = 0;
/** Only the file has the event. */
const LEFT = 1;
const RELEASED = 2;
/** Its line can't be read, or not where it goes. */
const MISSING = 3;
/** Added to a state: the event may be with the service already. */
const SENT = 4;

/** What became of the events of a segment, by their number: a byte each. */
export class SegmentStates {
  #states = new Uint8Array(1024);
  #size = 0;
  #unreleased = 0;
  #left = 0;

  /** The number of the next event. */
  get size(): number {
    return this.#size;
  }

  /** Events that are not released. */
  get unreleased(): number {
    return this.#unreleased;
  }

  /** Events that only the file has. */
  get left(): number {
    return this.#left;
  }

  /** One more event, which somebody has. @returns its number */
  hold(): number {
    this.#set(this.#size, HELD);
    this.#unreleased++;
    return this.#size - 1;
  }

  /** @returns false where that was noted before */
  noteSent(number: number): boolean {
    if ((this.#states[number]! & SENT) !== 0) return false;
    this.#states[number]! |= SENT;
    return true;
  }

  release(number: number): void {
    const state = this.#states[number]! & ~SENT;
    if (state === RELEASED) return;
    if (state === LEFT) this.#left--;
    if (state !== MISSING) this.#unreleased--;
    this.#states[number] = RELEASED;
  }

  /** Nobody but the file has the event now. */
  leave(number: number): void {
    if ((this.#states[number]! & ~SENT) !== HELD) return;
    this.#states[number]! += LEFT - HELD;
    this.#left++;
  }

  /** Somebody takes an event that only the file has. @returns false for any other */
  take(number: number): boolean {
    if (number >= this.#size || (this.#states[number]! & ~SENT) !== LEFT) return false;
    this.#states[number]! -= LEFT - HELD;
    this.#left--;
    return true;
  }

  /** Events that only the file has and the service may have. */
  leftAndSent(): number {
    let count = 0;
    for (let number = 0; number < this.#size; number++) if (this.#states[number] === (LEFT | SENT)) count++;
    return count;
  }

  /**
   * Reads what a file says. Events are numbered without gaps, so that what is missing is known to the event,
   * but for lines at the end.
   * @param max - no number is larger: a line takes more than a byte
   * @returns the numbers of events that are lost; they are released now
   */
  adopt(lines: readonly (SegmentLine | HarmedLine)[], max: number): number[] {
    const places = new Set<number>();
    for (const line of lines) if ('destination' in line) places.add(line.d);
    /** Damaged lines since the last number that was heard of. */
    let unnumbered = 0;
    const hearOf = (number: number): void => {
      const before = this.#size;
      for (let next = before; next <= Math.min(number, max); next++) this.#set(next, MISSING);
      unnumbered = Math.max(0, unnumbered - (this.#size - before));
    };
    const each = (ranges: readonly NumberRange[], visit: (number: number) => void): void => {
      for (const [first, last] of ranges) {
        hearOf(last);
        for (let number = first; number <= last && number < this.#size; number++) visit(number);
      }
    };
    for (const line of lines) {
      if ('harmed' in line) {
        unnumbered += line.harmed;
      } else if ('n' in line) {
        hearOf(line.n);
        if (places.has(line.d) && (this.#states[line.n]! & ~SENT) === MISSING) this.#find(line.n);
      } else if ('sent' in line) {
        each(line.sent, (number) => this.noteSent(number));
      } else if ('released' in line) {
        each(line.released, (number) => {
          this.release(number);
        });
      }
    }
    hearOf(this.#size + unnumbered - 1);
    const lost: number[] = [];
    for (let number = 0; number < this.#size; number++) {
      if ((this.#states[number]! & ~SENT) !== MISSING) continue;
      lost.push(number);
      this.release(number);
    }
    return lost;
  }

  #find(number: number): void {
    this.#states[number]! -= MISSING - LEFT;
    this.#unreleased++;
    this.#left++;
  }

  #set(number: number, state: number): void {
    if (number >= this.#states.length) {
      const larger = new Uint8Array(this.#states.length * 2);
      larger.set(this.#states);
      this.#states = larger;
    }
    this.#states[number] = state;
    this.#size = number + 1;
  }
}
