import { OptionError } from '../../cloudwatch/errors.js';

/** How many bytes the queries of one look-up may still scan together. */
export class ScanBudget {
  readonly #maxBytes: number;
  readonly #byQuery = new Map<string, number>();

  /** @param maxBytes - bytes; Infinity for no bound. @throws OptionError for what is no number, or below 0 */
  constructor(maxBytes: number) {
    if (typeof maxBytes !== 'number' || !(maxBytes >= 0)) {
      throw new OptionError('maxBytes', 'be a number of bytes from 0, or Infinity', maxBytes);
    }
    this.#maxBytes = maxBytes;
  }

  /** Notes what a query, running or ended, has scanned so far. */
  note(queryId: string, bytesScanned: number): void {
    this.#byQuery.set(queryId, bytesScanned);
  }

  /** Tells whether nothing more may be scanned. */
  isSpent(): boolean {
    let sum = 0;
    for (const bytes of this.#byQuery.values()) sum += bytes;
    return sum >= this.#maxBytes;
  }
}
