import { type CloudWatchLogsClient, type FilteredLogEvent } from '@aws-sdk/client-cloudwatch-logs';
import { checkTime } from '../cloudwatch/check-time.js';
import { checkFlags, checkSignal, checkText, checkTexts } from '../cloudwatch/check-values.js';
import { OptionError } from '../cloudwatch/errors.js';
import { filteredPages } from '../cloudwatch/filtered-pages.js';
import { parseMessage, type ParsedMessage } from '../insights/index.js';
import { FilterPattern } from './filter-pattern.js';
import { lastHours } from './last-hours.js';

/** A log event that was read. */
export interface ReadEvent {
  readonly timestampMillis: number;
  readonly ingestionMillis?: number | undefined;
  readonly logStreamName: string;
  readonly message: string;
  /** What the message says, whoever wrote it. */
  readonly parsed: ParsedMessage;
}

/** One page. It may be empty while there are more. */
export interface ReadPage {
  readonly events: readonly ReadEvent[];
  /** Give it to `after` to go on; undefined at the end. */
  readonly nextToken?: string | undefined;
}

interface FilterParts {
  readonly logGroupName: string;
  readonly logStreamNames?: string[];
  readonly logStreamNamePrefix?: string;
  readonly startTime?: number;
  readonly endTime?: number;
  readonly filterPattern?: string;
  readonly interleaved?: boolean;
  readonly startFromHead?: boolean;
  readonly limit?: number;
  readonly nextToken?: string;
}

/**
 * Reads log events of one group by FilterLogEvents. Each method returns a new one; it is an async iterator over all
 * events.
 * @example
 * for await (const event of logs.events.filter().lastHours(1).pattern(FilterPattern.allOf('ERROR'))) …
 */
export class EventFilter implements AsyncIterable<ReadEvent> {
  readonly #client: CloudWatchLogsClient;
  readonly #parts: FilterParts;
  readonly #epochMillis: () => number;
  readonly #signal: AbortSignal | undefined;

  /** @internal */
  constructor(
    client: CloudWatchLogsClient,
    parts: FilterParts,
    epochMillis: () => number,
    signal?: AbortSignal,
  ) {
    this.#client = client;
    this.#parts = parts;
    this.#epochMillis = epochMillis;
    this.#signal = signal;
  }

  /** Only these streams; at most 100. */
  streams(...names: readonly string[]): EventFilter {
    checkTexts('streams', names);
    if (names.length === 0 || names.length > 100)
      throw new OptionError('streams', 'be 1 to 100', names.length);
    const { logStreamNamePrefix: _, ...rest } = this.#parts;
    return this.#with({ logStreamNames: [...names] }, rest);
  }

  /** Only streams whose name begins so. */
  prefix(prefix: string): EventFilter {
    checkText('prefix', prefix);
    const { logStreamNames: _, ...rest } = this.#parts;
    return this.#with({ logStreamNamePrefix: prefix }, rest);
  }

  /** Whether events of several streams come in one order of time, which the service does since 2019 anyway. */
  interleaved(interleaved = true): EventFilter {
    checkFlags({ interleaved });
    return this.#with({ interleaved });
  }

  /** Reads events alone that match a filter pattern, as text or built. */
  pattern(pattern: FilterPattern | string): EventFilter {
    if (typeof pattern !== 'string' && !((pattern as unknown) instanceof FilterPattern)) {
      throw new OptionError('pattern', 'be a text or a FilterPattern', pattern);
    }
    return this.#with({ filterPattern: pattern.toString() });
  }

  /** Begin and end, both included; a date, or milliseconds since 1970. */
  between(from: Date | number, to: Date | number): EventFilter {
    const [startTime, endTime] = [checkTime('from', from), checkTime('to', to)];
    if (startTime > endTime) throw new OptionError('from', 'not be later than to', from);
    return this.#with({ startTime, endTime });
  }

  /** Reads the events of so many hours up to now. */
  lastHours(hours: number): EventFilter {
    const { from, to } = lastHours(hours, this.#epochMillis());
    return this.between(from, to);
  }

  /** The newest first; its range has to begin in 2024 or later. */
  newestFirst(): EventFilter {
    return this.#with({ startFromHead: false });
  }

  /**
   * Has the service give so many events a page at the most.
   * @param count - events of a page, 1 to 10,000
   */
  pageSize(count: number): EventFilter {
    if (!Number.isInteger(count) || count < 1 || count > 10_000) {
      throw new OptionError('count', 'be a whole number from 1 to 10000', count);
    }
    return this.#with({ limit: count });
  }

  /** Goes on behind a page. */
  after(nextToken: string): EventFilter {
    checkText('nextToken', nextToken);
    return this.#with({ nextToken });
  }

  /** Stops reading when the signal says so. */
  signal(signal: AbortSignal): EventFilter {
    checkSignal(signal);
    return new EventFilter(this.#client, this.#parts, this.#epochMillis, signal);
  }

  /** One page. */
  async execute(): Promise<ReadPage> {
    for await (const page of this.pages()) return page;
    /* c8 ignore next */
    return { events: [] };
  }

  /** All events. They are held in memory: iterate where there may be many. */
  async executeAll(): Promise<readonly ReadEvent[]> {
    const events: ReadEvent[] = [];
    for await (const page of this.pages()) events.push(...page.events);
    return events;
  }

  /** All pages, one after the other. */
  async *pages(): AsyncGenerator<ReadPage, void, undefined> {
    for await (const { events, nextToken } of filteredPages(this.#client, this.#parts, {
      signal: this.#signal,
    })) {
      yield { events: events.map(toReadEvent), nextToken };
    }
  }

  /** Reads all events, page by page as they are asked for. */
  async *[Symbol.asyncIterator](): AsyncGenerator<ReadEvent, void, undefined> {
    for await (const { events } of this.pages()) yield* events;
  }

  #with(change: Partial<FilterParts>, from: FilterParts = this.#parts): EventFilter {
    return new EventFilter(this.#client, { ...from, ...change }, this.#epochMillis, this.#signal);
  }
}

/** An event of FilterLogEvents or GetLogEvents. */
export function toReadEvent(event: FilteredLogEvent): ReadEvent {
  const { timestamp = 0, ingestionTime, logStreamName = '', message = '' } = event;
  return {
    timestampMillis: timestamp,
    ...(ingestionTime !== undefined && { ingestionMillis: ingestionTime }),
    logStreamName,
    message,
    parsed: parseMessage(message),
  };
}
