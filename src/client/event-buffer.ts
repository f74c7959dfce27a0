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

/** The buffers of one client. */
export interface EventBuffers {
  /** Those that hold events, which the client's end must not lose. Others are nobody's but their owner's. */
  readonly holding: Set<EventBuffer>;
  /** Whether the client has ended. */
  isClosed: boolean;
}

/** What a buffer works with. */
export interface EventBufferParts {
  put(
    events: readonly LogEvent[],
  ): Promise<{ readonly delivered: number; readonly kept: number; readonly lost: number }>;
  /** Milliseconds since 1970. */
  readonly epochMillis: () => number;
  readonly buffers: EventBuffers;
}

/** The members of {@link EventBufferOptions}. */
export const EVENT_BUFFER_MEMBERS = { maxEvents: true, maxDelayMillis: true } as const satisfies Record<
  keyof EventBufferOptions,
  true
>;

/** Gathers events and puts them together; its timer does not keep the process alive. */
export class EventBuffer {
  readonly #parts: EventBufferParts;
  readonly #maxEvents: number;
  readonly #maxDelayMillis: number;
  #waiting: LogEvent[] = [];
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> = Promise.resolve();
  #counts = { delivered: 0, kept: 0, lost: 0 };
  #isStopped = false;

  /** @internal */
  constructor(parts: EventBufferParts, options: EventBufferOptions) {
    const { maxEvents = 1_000, maxDelayMillis = 2_000 } = options;
    if (!Number.isInteger(maxEvents) || maxEvents < 1 || maxEvents > 10_000) {
      throw new OptionError('maxEvents', 'be a whole number from 1 to 10000', maxEvents);
    }
    if (!(typeof maxDelayMillis === 'number' && maxDelayMillis >= 0 && maxDelayMillis < 2 ** 31)) {
      throw new OptionError('maxDelayMillis', 'be a number of milliseconds', maxDelayMillis);
    }
    this.#parts = parts;
    this.#maxEvents = maxEvents;
    this.#maxDelayMillis = maxDelayMillis;
  }

  /** @param event - a text is an event of now @throws OptionError once it is stopped, or the client has ended */
  add(event: LogEvent | string): void {
    const { buffers, epochMillis } = this.#parts;
    if (this.#isEnded) throw new OptionError('add', 'not be called behind stop, or shutdown of the client');
    this.#waiting.push(typeof event === 'string' ? { timestamp: epochMillis(), message: event } : event);
    buffers.holding.add(this);
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

  /** What was added so far, and what became of it. */
  status(): EventBufferStatus {
    return { waiting: this.#waiting.length, ...this.#counts, isStopped: this.#isEnded };
  }

  get #isEnded(): boolean {
    return this.#isStopped || this.#parts.buffers.isClosed;
  }

  /** One sending after the other, so that the order stays. */
  #send(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const events = this.#waiting;
    this.#waiting = [];
    if (events.length === 0) return this.#sending;
    const sending = this.#sending.then(async () => {
      try {
        const { delivered, kept, lost } = await this.#parts.put(events);
        this.#counts.delivered += delivered;
        this.#counts.kept += kept;
        this.#counts.lost += lost;
      } catch {
        // An event that can't be encoded was refused with its neighbours.
        this.#counts.lost += events.length;
      }
      if (this.#sending === sending && this.#waiting.length === 0) this.#parts.buffers.holding.delete(this);
    });
    this.#sending = sending;
    return sending;
  }
}
