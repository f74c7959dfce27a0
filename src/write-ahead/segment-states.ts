/** Somebody in this process has the event, and will say what became of it. */
const HELD = 0;
/** Only the file has the event. */
const LEFT = 1;
const RELEASED = 2;
/** Its line can't be read, or not where it goes. */
const MISSING = 3;
/** Added to a state: the event may be with the service already. */
const SENT = 4;

/** The state of each event of a segment, by its number: a byte each. */
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

  /** Whether only the file has an event that the service may have. */
  isLeftAndSent(number: number): boolean {
    return this.#states[number] === (LEFT | SENT);
  }

  /** One more event, of which only its number is known. */
  miss(): void {
    this.#set(this.#size, MISSING);
  }

  isMissing(number: number): boolean {
    return (this.#states[number]! & ~SENT) === MISSING;
  }

  /** Only the file has an event that was missing. */
  find(number: number): void {
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
