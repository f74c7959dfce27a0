/** Browsers refuse to change the address more often than some 100 times in half a minute: Safari by an exception. */
const MOST_AT_ONCE = 30;
const EACH_MILLIS = 500;

/** The address of the page, written as often as browsers allow; what was written last stands there in the end. */
export class AddressBar {
  #room = MOST_AT_ONCE;
  #filledAt = performance.now();
  #waiting: string | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    addEventListener('pagehide', () => this.#flush());
  }

  /** Another entry of the history. */
  push(address: string): void {
    this.#flush();
    history.pushState(undefined, '', address);
  }

  /** Another address of this entry: at once, or after those that were many. */
  replace(address: string): void {
    this.#waiting = address;
    const now = performance.now();
    this.#room = Math.min(MOST_AT_ONCE, this.#room + (now - this.#filledAt) / EACH_MILLIS);
    this.#filledAt = now;
    if (this.#room >= 1) {
      this.#room--;
      this.#flush();
    } else this.#timer ??= setTimeout(() => this.#flush(), EACH_MILLIS);
  }

  /** What waits belongs to an entry that was left. */
  forget(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting = undefined;
  }

  #flush(): void {
    const address = this.#waiting;
    this.forget();
    if (address !== undefined) history.replaceState(undefined, '', address);
  }
}
