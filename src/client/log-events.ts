import { type CloudWatchLogsClient, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { trace } from '@opentelemetry/api';
import { checkTime } from '../cloudwatch/check-time.js';
import { OptionError } from '../cloudwatch/errors.js';
import { MAX_MESSAGE_BYTES } from '../cloudwatch/limits.js';
import { createDelivery } from '../delivery/create-delivery.js';
import { Deadline } from '../delivery/deadline.js';
import { type Delivery, type DeliveryResult } from '../delivery/delivery.js';
import { within } from '../delivery/time-limit.js';
import { cutIntoBatches } from '../encoding/batcher.js';
import { encodeEvent } from '../encoding/encode-event.js';
import { type LogEvent, LogEventBuilder } from '../insights/index.js';
import { Diagnostics } from '../observability/diagnostics.js';
import { Losses } from '../observability/losses.js';
import { EventBuffer, type EventBufferOptions, type EventBuffers } from './event-buffer.js';
import { EventFilter, type ReadPage, toReadEvent } from './filter-events.js';
import { logGroupOf, placeOf, type PlaceOptions } from './place-of.js';

/** Milliseconds for what is not delivered at the end, and the part of them in which buffers are emptied. */
const SHUTDOWN_MILLIS = 5_000;
const BUFFERS_PART = 0.5;

/** Which events of a stream. */
export interface GetEventsOptions extends PlaceOptions {
  readonly from?: Date | number | undefined;
  readonly to?: Date | number | undefined;
  /** Events of a page, 1 to 10,000. */
  readonly limit?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

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
    const destination = placeOf(place, this.#defaults);
    const list = Array.isArray(events)
      ? (events as readonly (LogEvent | string)[])
      : [events as LogEvent | string];
    const encoded = list.map((event, index) => {
      const { timestamp, message } =
        typeof event === 'string' ? { timestamp: this.#epochMillis(), message: event } : event;
      if (typeof message !== 'string' || message === '' || !Number.isFinite(timestamp)) {
        throw new OptionError(`events[${index}]`, 'have a message that is not empty, and a timestamp');
      }
      const one = encodeEvent(Math.floor(timestamp), message.toWellFormed());
      if (one.messageBytes <= MAX_MESSAGE_BYTES) return one;
      throw new OptionError(`events[${index}]`, `hold at most ${MAX_MESSAGE_BYTES} bytes`, one.messageBytes);
    });
    return this.#deliverer().deliver([...cutIntoBatches(encoded, destination)]);
  }

  /**
   * Sends structured events, in the layout `otel`. What names no trace gets the ids of the span that is active now.
   * @param records - builders, or functions of a builder
   * @throws OptionError for a record without a body
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
      list.map((build) => build(begun).build()),
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

  /** All events of one stream, a page at a time, the oldest first. */
  async *get(options: GetEventsOptions = {}): AsyncGenerator<ReadPage, void, undefined> {
    const { from, to, limit, signal, ...place } = options;
    const stream = placeOf(place, this.#defaults);
    const input = {
      ...stream,
      startFromHead: true,
      ...(from !== undefined && { startTime: checkTime('from', from) }),
      // The end does not belong to the range of GetLogEvents, as it does to all others.
      ...(to !== undefined && { endTime: checkTime('to', to) + 1 }),
      ...(limit !== undefined && { limit }),
    };
    let nextToken: string | undefined;
    for (;;) {
      const command = new GetLogEventsCommand({ ...input, nextToken });
      const answer = await this.#client.send(command, signal && { abortSignal: signal });
      // At the end the service gives the same token again.
      const next = answer.nextForwardToken === nextToken ? undefined : answer.nextForwardToken;
      const events = (answer.events ?? []).map((event) =>
        toReadEvent({ ...event, logStreamName: stream.logStreamName }),
      );
      if (events.length > 0) yield { events, nextToken: next };
      if (next === undefined) return;
      nextToken = next;
    }
  }

  /** Gathers events and puts them together. The client's `shutdown` delivers what it holds. */
  buffer({ logGroupName, logStreamName, ...options }: EventBufferOptions & PlaceOptions = {}): EventBuffer {
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
    await within(deadline.afterPart(BUFFERS_PART), sent);
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
