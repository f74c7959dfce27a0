import {
  type CloudWatchLogsClient,
  GetLogEventsCommand,
  type GetLogEventsCommandInput,
} from '@aws-sdk/client-cloudwatch-logs';
import { trace } from '@opentelemetry/api';
import { checkMembers } from '../cloudwatch/check-members.js';
import { checkTime } from '../cloudwatch/check-time.js';
import { checkSignal } from '../cloudwatch/check-values.js';
import { OptionError } from '../cloudwatch/errors.js';
import { MAX_MESSAGE_BYTES } from '../cloudwatch/limits.js';
import { createDelivery } from '../delivery/create-delivery.js';
import { Deadline } from '../delivery/deadline.js';
import { type Delivery, type DeliveryResult } from '../delivery/delivery.js';
import { buffersOfShutdown } from '../delivery/shutdown-plan.js';
import { within } from '../delivery/time-limit.js';
import { cutIntoBatches } from '../encoding/batcher.js';
import { encodeEvent } from '../encoding/encode-event.js';
import { type LogEvent, LogEventBuilder } from '../insights/index.js';
import { Diagnostics } from '../observability/diagnostics.js';
import { Losses } from '../observability/losses.js';
import {
  EVENT_BUFFER_MEMBERS,
  EventBuffer,
  type EventBufferOptions,
  type EventBuffers,
} from './event-buffer.js';
import { EventFilter, type ReadPage, toReadEvent } from './filter-events.js';
import { logGroupOf, type Place, PLACE_MEMBERS, placeOf, type PlaceOptions } from './place-of.js';

/** Milliseconds for what is not delivered at the end. */
const SHUTDOWN_MILLIS = 5_000;

/** Which events of a stream. */
export interface GetEventsOptions extends PlaceOptions {
  /** Start of the range: a date, or milliseconds since 1970. Default: the stream’s first event. */
  readonly from?: Date | number | undefined;
  /** End of the range: a date, or milliseconds since 1970. Default: the stream’s last event. */
  readonly to?: Date | number | undefined;
  /** Events of a page, 1 to 10,000. */
  readonly limit?: number | undefined;
  /** Ends the call. */
  readonly signal?: AbortSignal | undefined;
}

const GET_MEMBERS = {
  ...PLACE_MEMBERS,
  from: true,
  to: true,
  limit: true,
  signal: true,
} as const satisfies Record<keyof GetEventsOptions, true>;

const BUFFER_MEMBERS = { ...PLACE_MEMBERS, ...EVENT_BUFFER_MEMBERS };

/** Stands for what is no event at all, which JavaScript may hand over. */
const NO_EVENT: Partial<LogEvent> = {};

/** Log events: put, filtered, read. */
export class LogEvents {
  readonly #client: CloudWatchLogsClient;
  readonly #defaults: PlaceOptions;
  readonly #epochMillis: () => number;
  readonly #losses = new Losses();
  readonly #buffers: EventBuffers = { holding: new Set(), isClosed: false };
  #delivery: Delivery | undefined;

  /** @internal */
  constructor(client: CloudWatchLogsClient, defaults: PlaceOptions, epochMillis: () => number) {
    this.#client = client;
    this.#defaults = defaults;
    this.#epochMillis = epochMillis;
  }

  /**
   * Sends events by the exporter's delivery: in time order, in batches, tried again; log group and stream are made where
   * they are missing.
   * @param events - a text is an event of now
   * @returns what became of them; it does not reject for the service's refusal
   * @throws OptionError for an event that no request can take
   */
  async put(
    events: LogEvent | string | readonly (LogEvent | string)[],
    place: PlaceOptions = {},
  ): Promise<DeliveryResult> {
    checkMembers('', place, PLACE_MEMBERS);
    const destination = placeOf(place, this.#defaults);
    const list = (Array.isArray(events) ? events : [events]) as readonly (LogEvent | string | null)[];
    const encoded = list.map((event, index) => {
      const { timestamp, message } =
        typeof event === 'string' ? { timestamp: this.#epochMillis(), message: event } : (event ?? NO_EVENT);
      if (
        typeof message !== 'string' ||
        message === '' ||
        timestamp === undefined ||
        !Number.isFinite(timestamp)
      ) {
        throw new OptionError(`events[${index}]`, 'have a message that is not empty, and a timestamp');
      }
      checkTime(`events[${index}].timestamp`, timestamp);
      const one = encodeEvent(Math.floor(timestamp), message.toWellFormed());
      if (one.messageBytes <= MAX_MESSAGE_BYTES) return one;
      throw new OptionError(`events[${index}]`, `hold at most ${MAX_MESSAGE_BYTES} bytes`, one.messageBytes);
    });
    return this.#deliverer().deliver([...cutIntoBatches(encoded, destination)]);
  }

  /**
   * Sends structured events, in the layout `collector`. What names no trace gets the ids of the span that is active now.
   * @param records - functions of a builder
   * @throws OptionError for a record without a body, or what is no function
   */
  putStructured(
    records: BuildsEvent | readonly BuildsEvent[],
    place: PlaceOptions = {},
  ): Promise<DeliveryResult> {
    const context = trace.getActiveSpan()?.spanContext();
    const base = new LogEventBuilder().at(this.#epochMillis());
    const begun = context ? base.trace(context.traceId, context.spanId) : base;
    const list = Array.isArray(records) ? (records as readonly BuildsEvent[]) : [records as BuildsEvent];
    return this.put(
      list.map((build, index) => {
        if (typeof build === 'function') return build(begun).build();
        throw new OptionError(`records[${index}]`, 'be a function of a builder', build);
      }),
      place,
    );
  }

  /** Begins to read events of one group, by filter. */
  filter(logGroupName?: string): EventFilter {
    return new EventFilter(
      this.#client,
      { logGroupName: logGroupOf(logGroupName, this.#defaults) },
      this.#epochMillis,
    );
  }

  /**
   * All events of one stream, a page at a time, the oldest first.
   * @throws OptionError for a wrong option, at once
   */
  get(options: GetEventsOptions = {}): AsyncGenerator<ReadPage, void, undefined> {
    checkMembers('', options, GET_MEMBERS);
    const { from, to, limit, signal, ...place } = options;
    checkSignal(signal);
    if (limit !== undefined && !(Number.isInteger(limit) && limit >= 1 && limit <= 10_000)) {
      throw new OptionError('limit', 'be a whole number from 1 to 10000', limit);
    }
    const stream = placeOf(place, this.#defaults);
    const input = {
      ...stream,
      startFromHead: true,
      ...(from !== undefined && { startTime: checkTime('from', from) }),
      // The end does not belong to the range of GetLogEvents, as it does to all others.
      ...(to !== undefined && { endTime: checkTime('to', to) + 1 }),
      ...(limit !== undefined && { limit }),
    };
    if (from !== undefined && to !== undefined && Number(from) > Number(to)) {
      throw new OptionError('from', 'not be later than to', from);
    }
    return this.#pages(input, signal);
  }

  async *#pages(
    input: GetLogEventsCommandInput & Place,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<ReadPage, void, undefined> {
    let nextToken: string | undefined;
    for (;;) {
      const command = new GetLogEventsCommand({ ...input, nextToken });
      const answer = await this.#client.send(command, signal && { abortSignal: signal });
      // At the end the service gives the same token again.
      const next = answer.nextForwardToken === nextToken ? undefined : answer.nextForwardToken;
      const events = (answer.events ?? []).map((event) =>
        toReadEvent({ ...event, logStreamName: input.logStreamName }),
      );
      if (events.length > 0) yield { events, nextToken: next };
      if (next === undefined) return;
      nextToken = next;
    }
  }

  /** Gathers events and puts them together. The client's `shutdown` delivers what it holds. */
  buffer(given: EventBufferOptions & PlaceOptions = {}): EventBuffer {
    checkMembers('', given, BUFFER_MEMBERS);
    const { logGroupName, logStreamName, ...options } = given;
    const place = placeOf({ logGroupName, logStreamName }, this.#defaults);
    return new EventBuffer(
      { put: (events) => this.put(events, place), epochMillis: this.#epochMillis, buffers: this.#buffers },
      options,
    );
  }

  /** Waits for what is kept. */
  async flush(): Promise<void> {
    await this.#delivery?.forceFlush();
  }

  /** @internal */
  async shutdown(deadline = Deadline.after(SHUTDOWN_MILLIS)): Promise<void> {
    this.#buffers.isClosed = true;
    const sent = Promise.all([...this.#buffers.holding].map((buffer) => buffer.stop()));
    // Delivery waits for what it has been given alone, and the events of a buffer may wait for those before them.
    await within(buffersOfShutdown(deadline), sent);
    await this.#delivery?.shutdown(deadline);
    // What came too late is turned away, and counted.
    await sent;
  }

  #deliverer(): Delivery {
    return (this.#delivery ??= createDelivery({
      client: this.#client,
      losses: this.#losses,
      diagnostics: new Diagnostics(),
    }));
  }
}

/** Completes an event: `(event) => event.info('order placed').fields({ item })`. */
export type BuildsEvent = (event: LogEventBuilder) => LogEventBuilder;
