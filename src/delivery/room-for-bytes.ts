/** A bound on bytes held in memory, with those who wait for room served in turn. */
export class RoomForBytes {
  readonly #max: number;
  #used = 0;
  readonly #waiting: { bytes: number; answer: (isTaken: boolean) => void }[] = [];

  constructor(max: number) {
    this.#max = max;
  }

  get used(): number {
    return this.#used;
  }

  /** How many wait for room. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Takes room if there is some and nobody waits. What is larger than all the room fits when it is empty. */
  tryTake(bytes: number): boolean {
    if (this.#waiting.length > 0 || !this.#fits(bytes)) return false;
    this.#used += bytes;
    return true;
  }

  /** Takes room as soon as there is some. @returns false when `until` resolves first */
  async take(bytes: number, until: Promise<void>): Promise<boolean> {
    if (this.tryTake(bytes)) return true;
    return await new Promise<boolean>((answer) => {
      const turn = { bytes, answer };
      this.#waiting.push(turn);
      void until.then(() => {
        const index = this.#waiting.indexOf(turn);
        if (index === -1) return;
        this.#waiting.splice(index, 1);
        answer(false);
        this.#serve();
      });
    });
  }

  release(bytes: number): void {
    this.#used -= bytes;
    this.#serve();
  }

  /** Answers all who wait with false. */
  turnAllAway(): void {
    for (const turn of this.#waiting.splice(0)) turn.answer(false);
  }

  #serve(): void {
    for (let next = this.#waiting[0]; next && this.#fits(next.bytes); next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#used += next.bytes;
      next.answer(true);
    }
  }

  #fits(bytes: number): boolean {
    return this.#used === 0 || this.#used + bytes <= this.#max;
  }
}
