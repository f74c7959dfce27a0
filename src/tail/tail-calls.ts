import { classifyReadError } from '../cloudwatch/not-offered.js';
import { type CircuitOpenError, type ReadCalls } from '../insights/queries/read-calls.js';
import { reasonOf, sleep } from '../cloudwatch/sleep.js';

/** Failures in a row after which no request is made for a while. */
const FAILURES_TO_OPEN = 5;
const FIRST_WAIT_MILLIS = 500;
const LONGEST_WAIT_MILLIS = 30_000;

/**
 * The requests of a tail: counted, and held back while the service does not answer. Each failure in a row doubles the
 * wait before the next attempt of any stream.
 */
export class TailCalls {
  readonly #epochMillis: () => number;
  readonly #wait: typeof sleep;
  readonly #signal: AbortSignal;
  readonly #shared: ReadCalls | undefined;
  #failuresInRow = 0;
  #retryAtMillis = 0;
  calls = 0;
  errors = 0;
  lastError: string | undefined;
  lastErrorAtMillis: number | undefined;

  constructor(parts: {
    readonly epochMillis: () => number;
    readonly signal: AbortSignal;
    readonly wait?: typeof sleep | undefined;
    /** Those of whoever reads with the same client, whose circuit breaker is ours then. */
    readonly shared?: ReadCalls | undefined;
  }) {
    this.#epochMillis = parts.epochMillis;
    this.#signal = parts.signal;
    this.#shared = parts.shared;
    this.#wait = parts.wait ?? sleep;
  }

  get breaker(): 'closed' | 'open' {
    if (this.#shared !== undefined && this.#shared.status().breaker !== 'closed') return 'open';
    return this.#failuresInRow >= FAILURES_TO_OPEN ? 'open' : 'closed';
  }

  /** Makes a request when it may be made. @throws its error, or the signal's reason */
  async make<T>(request: () => Promise<T>): Promise<T> {
    const waitMillis = this.#retryAtMillis - this.#epochMillis();
    if (waitMillis > 0) await this.#wait(waitMillis, this.#signal);
    if (this.#signal.aborted) throw reasonOf(this.#signal);
    this.calls++;
    try {
      const answer = await this.#once(request);
      this.#failuresInRow = 0;
      this.#retryAtMillis = 0;
      return answer;
    } catch (error) {
      this.failed(error);
      throw error;
    }
  }

  /** Makes a request when the shared breaker lets it through. */
  async #once<T>(request: () => Promise<T>): Promise<T> {
    if (this.#shared === undefined) return await request();
    for (;;) {
      try {
        return await this.#shared.once(request, { signal: this.#signal });
      } catch (error) {
        // By its code: the calls may be of another copy of this package.
        const { code, retryAfterMillis } = error as Partial<CircuitOpenError>;
        if (code !== 'ERR_CIRCUIT_OPEN' || retryAfterMillis === undefined) throw error;
        await this.#wait(Math.max(100, retryAfterMillis), this.#signal);
      }
    }
  }

  /** Notes a failure, also one of a stream that was open. */
  failed(error: unknown): void {
    if (this.#signal.aborted) return;
    this.errors++;
    this.lastError = error instanceof Error ? error.name : typeof error;
    this.lastErrorAtMillis = this.#epochMillis();
    // An answer about one group says nothing of the service.
    if (!isPassing(error)) return;
    const grown = Math.min(LONGEST_WAIT_MILLIS, FIRST_WAIT_MILLIS * 2 ** this.#failuresInRow);
    this.#failuresInRow++;
    this.#retryAtMillis = this.#epochMillis() + grown * (0.5 + Math.random() / 2);
  }

  /** Waits. @throws the signal's reason */
  wait(millis: number): Promise<void> {
    return this.#wait(millis, this.#signal);
  }
}

/** Says whether the same request may succeed later. */
export function isPassing(error: unknown): boolean {
  const kind = classifyReadError(error);
  return kind === 'retry' || kind === 'throttled' || kind === 'credentials' || kind === 'unexpected';
}
