import type { DeliveryRequest } from './delivery-request.js';
import { Slots } from './slots.js';

/** What became of one request: `failed` is tried again, `refused` is not. */
export type Attempt = 'taken' | 'failed' | 'refused';

/** What became of the messages for one destination. */
export interface DeliveryStatistics {
  readonly delivered: number;
  readonly waiting: number;
  /** Given up: refused, tried for too long, or pushed out by later ones. */
  readonly dropped: number;
  /** Not sent, as the filter had been refused shortly before. */
  readonly skipped: number;
}

/** Bytes of messages that wait for one destination before the oldest are dropped. */
const MAX_WAITING_BYTES = 64 * 1024 * 1024;
/** Requests of one destination at once. */
const MAX_PARALLEL = 8;
const FIRST_PAUSE_MILLIS = 100;
const MAX_PAUSE_MILLIS = 30_000;
/**
 * How long failures are tried again, and how long a filter rests that was refused. Source: user guide, "Log group-level
 * subscription filters".
 */
const MAX_RETRY_MILLIS = 24 * 60 * 60 * 1000;
const REST_MILLIS = 10 * 60 * 1000;

/** A message on its way. */
export interface QueuedMessage {
  /** Bytes that it takes, about. */
  readonly bytes: number;
  /** Of which filter it is: the filter rests when it is refused. */
  readonly filter: string;
  readonly request: Promise<DeliveryRequest>;
}

/**
 * The messages for one destination. Those of one lane go one after the other, in order, whatever it takes; lanes don't
 * wait for each other.
 */
export class DestinationQueue {
  readonly #lanes = new Map<string, QueuedMessage[]>();
  /** All messages that wait, the oldest first. */
  readonly #waiting = new Set<QueuedMessage>();
  readonly #slots = new Slots(MAX_PARALLEL);
  /** Until when filters rest. */
  readonly #restingUntil = new Map<string, number>();
  readonly #attempt: (request: DeliveryRequest) => Promise<Attempt>;
  readonly #epochMillis: () => number;
  readonly #stopped: AbortSignal;
  readonly #onLoss: (reason: string) => void;
  /** Messages that more have pushed out are told once, until one is taken again. */
  #isFull = false;
  #bytes = 0;
  #delivered = 0;
  #dropped = 0;
  #skipped = 0;

  /**
   * @param parts - `epochMillis` gives milliseconds since 1970, by the service's clock
   * @param onLoss - hears why messages are given up
   */
  constructor(
    attempt: (request: DeliveryRequest) => Promise<Attempt>,
    {
      epochMillis,
      stopped,
      onLoss = () => undefined,
    }: {
      readonly epochMillis: () => number;
      readonly stopped: AbortSignal;
      readonly onLoss?: (reason: string) => void;
    },
  ) {
    this.#attempt = attempt;
    this.#epochMillis = epochMillis;
    this.#stopped = stopped;
    this.#onLoss = onLoss;
  }

  statistics(): DeliveryStatistics {
    return {
      delivered: this.#delivered,
      waiting: this.#waiting.size,
      dropped: this.#dropped,
      skipped: this.#skipped,
    };
  }

  add(lane: string, message: QueuedMessage): void {
    this.#waiting.add(message);
    this.#bytes += message.bytes;
    for (const oldest of this.#waiting) {
      if (this.#bytes <= MAX_WAITING_BYTES || this.#waiting.size === 1) break;
      this.#leave(oldest);
      this.#dropped++;
      if (!this.#isFull) this.#onLoss('more than 64 MiB wait');
      this.#isFull = true;
    }
    const messages = this.#lanes.get(lane);
    if (messages) {
      messages.push(message);
      return;
    }
    const started = [message];
    this.#lanes.set(lane, started);
    void this.#drain(lane, started);
  }

  async #drain(lane: string, messages: QueuedMessage[]): Promise<void> {
    for (let next = messages.shift(); next; next = messages.shift()) {
      await this.#deliver(next);
      if (this.#isStopped()) return;
    }
    this.#lanes.delete(lane);
  }

  async #deliver(message: QueuedMessage): Promise<void> {
    const request = await message.request;
    const giveUpAt = this.#epochMillis() + MAX_RETRY_MILLIS;
    // It may have been pushed out meanwhile.
    for (let pause = FIRST_PAUSE_MILLIS; this.#waiting.has(message); pause *= 2) {
      if (this.#isResting(message.filter)) {
        this.#leave(message);
        this.#skipped++;
        return;
      }
      const attempt = await this.#slots.run(() => this.#attempt(request));
      if (this.#isStopped()) return;
      if (attempt === 'taken') {
        if (this.#leave(message)) this.#delivered++;
        this.#isFull = false;
        return;
      }
      if (attempt === 'refused' || this.#epochMillis() >= giveUpAt) {
        if (attempt === 'refused') this.#restingUntil.set(message.filter, this.#epochMillis() + REST_MILLIS);
        if (this.#leave(message)) this.#dropped++;
        this.#onLoss(
          attempt === 'refused'
            ? `it was refused; the filter ${message.filter} rests for ten minutes`
            : 'it failed for a day',
        );
        return;
      }
      await wait(Math.min(pause, MAX_PAUSE_MILLIS), this.#stopped);
      if (this.#isStopped()) return;
    }
  }

  #isStopped(): boolean {
    return this.#stopped.aborted;
  }

  #isResting(filter: string): boolean {
    const until = this.#restingUntil.get(filter);
    if (until === undefined) return false;
    if (this.#epochMillis() < until) return true;
    this.#restingUntil.delete(filter);
    return false;
  }

  /** @returns whether the message still waited */
  #leave(message: QueuedMessage): boolean {
    if (!this.#waiting.delete(message)) return false;
    this.#bytes -= message.bytes;
    return true;
  }
}

function wait(millis: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(end, millis);
    timer.unref();
    signal.addEventListener('abort', end, { once: true });
    function end(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    }
  });
}
