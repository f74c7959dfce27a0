/**
 * A bound on the bytes of events in memory, from the queue of a processor to the requests in flight. Those who wait
 * for room are served in turn.
 */
export class RoomForBytes {
  readonly max: number;
  #taken = 0;
  #reserved = 0;
  readonly #waiting: { bytes: number; answer: (isTaken: boolean) => void }[] = [];

  constructor(max: number) {
    this.max = max;
  }

  /** Bytes that are taken or reserved. */
  get used(): number {
    return this.#taken + this.#reserved;
  }

  /** Bytes of batches. */
  get taken(): number {
    return this.#taken;
  }

  /** Bytes, estimated, of records that are not encoded yet. */
  get reserved(): number {
    return this.#reserved;
  }

  /** How many wait for room. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Reserves room for a record if there is some. What is larger than all the room fits when it is empty. */
  tryReserve(bytes: number): boolean {
    if (!this.#fits(bytes)) return false;
    this.#reserved += bytes;
    return true;
  }

  /** Gives back what was reserved. */
  unreserve(bytes: number): void {
    this.#reserved -= bytes;
    this.#serve();
  }

  /** Takes, for what was reserved, what it really needs: it is there already, so nobody is asked for room. */
  exchange(reserved: number, bytes: number): void {
    this.#taken += bytes;
    this.unreserve(reserved);
  }

  /** Takes room if there is some and nobody waits. What is larger than all the room fits when it is empty. */
  tryTake(bytes: number): boolean {
    if (this.#waiting.length > 0 || !this.#fits(bytes)) return false;
    this.#taken += bytes;
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
    this.#taken -= bytes;
    this.#serve();
  }

  /** Answers all who wait with false. */
  turnAllAway(): void {
    for (const turn of this.#waiting.splice(0)) turn.answer(false);
  }

  #serve(): void {
    for (let next = this.#waiting[0]; next && this.#fits(next.bytes); next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#taken += next.bytes;
      next.answer(true);
    }
  }

  #fits(bytes: number): boolean {
    const { used } = this;
    return used === 0 || used + bytes <= this.max;
  }
}
