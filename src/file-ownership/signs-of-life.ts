/**
 * Tells by the time of change of what they hold whether owners live that can't be asked for. Clocks of hosts
 * differ, so only the change is looked at, on our own clock.
 */
export class SignsOfLife {
  readonly #monotonicMillis: () => number;
  readonly #leaseMillis: number;
  /** When each sign was first seen. */
  readonly #signs = new Map<string, { readonly sign: number; readonly seenAt: number }>();
  readonly #looked = new Set<string>();

  /**
   * @param monotonicMillis - milliseconds, monotonic
   * @param leaseMillis - milliseconds without a new sign after which an owner counts as gone
   */
  constructor(monotonicMillis: () => number, leaseMillis: number) {
    this.#monotonicMillis = monotonicMillis;
    this.#leaseMillis = leaseMillis;
  }

  /** @param sign - whatever changes as long as the owner lives */
  isSilent(path: string, sign: number): boolean {
    this.#looked.add(path);
    const known = this.#signs.get(path);
    if (known?.sign === sign) return this.#monotonicMillis() - known.seenAt >= this.#leaseMillis;
    this.#signs.set(path, { sign, seenAt: this.#monotonicMillis() });
    return false;
  }

  /** Ends a look: what was not asked for in it is not there any more. */
  forgetUnseen(): void {
    for (const path of this.#signs.keys()) if (!this.#looked.has(path)) this.#signs.delete(path);
    this.#looked.clear();
  }
}
