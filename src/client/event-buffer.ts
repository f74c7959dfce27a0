import { checkMembers } from '../cloudwatch/check-members.js';
import { OptionError } from '../cloudwatch/errors.js';
import { type LogEvent } from '../insights/index.js';

/** When a buffer sends. */
export interface EventBufferOptions {
  /** Events that are sent together. Default 1,000. */
  readonly maxEvents?: number | undefined;
  /** Milliseconds that an event waits for others at the most. Default 2,000. */
  readonly maxDelayMillis?: number | undefined;
}

/** What became of a buffer's events. */
export interface EventBufferStatus {
  readonly waiting: number;
  readonly delivered: number;
  /** Held by delivery, to be sent in the background. */
  readonly kept: number;
  readonly lost: number;
  readonly isStopped: boolean;
}

type Put = (
  events: readonly LogEvent[],
) => Promise<{ readonly delivered: number; readonly kept: number; readonly lost: number }>;

const MEMBERS = { maxEvents: true, maxDelayMillis: true } as const satisfies Record<
  keyof EventBufferOptions,
  true
>;

/** Gathers events and puts them together; its timer does not keep the process alive. */
export class EventBuffer {
  readonly #put: Put;
  readonly #maxEvents: number;
  readonly #maxDelayMillis: number;
  #waiting: LogEvent[] = [];
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> = Promise.resolve();
  #counts = { delivered: 0, kept: 0, lost: 0 };
  #isStopped = false;

  /** @internal */
  constructor(put: Put, options: EventBufferOptions) {
    checkMembers('', options, MEMBERS);
    const { maxEvents = 1_000, maxDelayMillis = 2_000 } = options;
    if (!Number.isInteger(maxEvents) || maxEvents < 1 || maxEvents > 10_000) {
      throw new OptionError('maxEvents', 'be a whole number from 1 to 10000', maxEvents);
    }
    if (!(maxDelayMillis >= 0 && maxDelayMillis < 2 ** 31)) {
      throw new OptionError('maxDelayMillis', 'be a number of milliseconds', maxDelayMillis);
    }
    this.#put = put;
    this.#maxEvents = maxEvents;
    this.#maxDelayMillis = maxDelayMillis;
  }

  /** @param event - a text is an event of now @throws OptionError once it is stopped */
  add(event: LogEvent | string): void {
    if (this.#isStopped) throw new OptionError('add', 'not be called behind stop');
    this.#waiting.push(typeof event === 'string' ? { timestamp: Date.now(), message: event } : event);
    if (this.#waiting.length >= this.#maxEvents) void this.#send();
    else this.#timer ??= setTimeout(() => void this.#send(), this.#maxDelayMillis).unref();
  }

  /** Resolves when all that was added is delivered, kept or lost. Never rejects. */
  flush(): Promise<void> {
    return this.#send();
  }

  /** Flushes, and takes nothing more. */
  stop(): Promise<void> {
    this.#isStopped = true;
    return this.#send();
  }

  status(): EventBufferStatus {
    return { waiting: this.#waiting.length, ...this.#counts, isStopped: this.#isStopped };
  }

  /** One sending after the other, so that the order stays. */
  #send(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const events = this.#waiting;
    this.#waiting = [];
    if (events.length === 0) return this.#sending;
    this.#sending = this.#sending.then(async () => {
      try {
        const { delivered, kept, lost } = await this.#put(events);
        this.#counts.delivered += delivered;
        this.#counts.kept += kept;
        this.#counts.lost += lost;
      } catch {
        // An event that can't be encoded was refused with its neighbours.
        this.#counts.lost += events.length;
      }
    });
    return this.#sending;
  }
}
