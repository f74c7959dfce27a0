import type { PlacedEvent } from '../placed-event.js';
import { type Dice } from './dice.js';
import { type FailureStory, type Part, partsOf } from './failure-stories.js';
import { exceptionAttributes, type GeneratedService, stackOf } from './made-up.js';
import { type GeneratedSeverity, otelMessage, spanMessage } from './otel-message.js';
import { type UnwrittenEvent } from './unwritten-event.js';

/** One request on its way through several services. */
export interface GeneratedSequence {
  readonly traceId: string;
  readonly requestId: string;
  readonly story: FailureStory;
  /** Log records of all services, in the order of time. */
  readonly events: readonly PlacedEvent[];
  /** Its spans, as events of the log group `aws/spans`, in the order in which they end. */
  readonly spans: readonly PlacedEvent[];
}

/** The same before its messages are written. */
export interface UnwrittenSequence extends Omit<GeneratedSequence, 'events' | 'spans'> {
  readonly events: readonly UnwrittenEvent[];
  readonly spans: readonly UnwrittenEvent[];
}

/** Where Transaction Search keeps spans. */
const SPANS = { logGroupName: 'aws/spans', logStreamName: 'default' };

/** Says where a record of a service goes. */
type Place = (service: GeneratedService, timestamp: number, message: () => string) => UnwrittenEvent;

/** A part of a request that has begun. */
interface OpenPart {
  readonly service: GeneratedService;
  readonly spanId: string;
}

/** A span that has ended. */
interface EndedSpan {
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly name: string;
  readonly kind: 'SERVER' | 'CLIENT';
  readonly startMillis: number;
  readonly endMillis: number;
  readonly status: number;
  readonly failure: string | undefined;
}

/** Makes the events of a request. */
export function makeSequence(
  dice: Dice,
  story: FailureStory,
  startMillis: number,
  place: Place,
): UnwrittenSequence {
  const request = new GeneratedRequest(dice, place);
  request.run(partsOf(story), startMillis, undefined);
  const { traceId, requestId, events, spans } = request;
  events.sort((a, b) => a.timestamp - b.timestamp);
  return { traceId, requestId, story, events, spans };
}

/** A request while it is made. Its dice fall in the order of time, whether anybody writes its messages or not. */
class GeneratedRequest {
  readonly traceId: string;
  readonly requestId: string;
  readonly events: UnwrittenEvent[] = [];
  readonly spans: UnwrittenEvent[] = [];
  readonly #order: number;
  readonly #dice: Dice;
  readonly #place: Place;

  constructor(dice: Dice, place: Place) {
    this.#dice = dice;
    this.#place = place;
    this.traceId = dice.hex(32);
    this.requestId = dice.uuid();
    this.#order = dice.whole(1_000, 9_999);
  }

  /** @returns when the part ends */
  run(part: Part, beginMillis: number, parentSpanId: string | undefined): number {
    const dice = this.#dice;
    const { service } = part;
    const open = { service, spanId: dice.hex(16) };
    this.#log(open, beginMillis, 'INFO', part.begins, { 'http.route': part.route });
    let now = beginMillis + dice.whole(...part.workMillis);
    for (const asked of part.asks) {
      const spanId = dice.hex(16);
      const startMillis = now;
      now = this.run(asked, now + dice.whole(1, 4), spanId) + dice.whole(1, 4);
      const { status } = asked.ends;
      const isBroken = status >= 500;
      this.#end(service, {
        spanId,
        parentSpanId: open.spanId,
        name: asked.route,
        kind: 'CLIENT',
        startMillis,
        endMillis: now,
        status,
        failure: isBroken ? String(status) : undefined,
      });
      if (isBroken)
        this.#log(open, now, 'WARN', `${asked.service} answered ${status}`, { peer: asked.service });
    }
    if (part.error) {
      const { type, message, at } = part.error;
      const stacktrace = stackOf(dice, service, `${type}: ${message}`, at)();
      this.#log(open, now, 'ERROR', message, exceptionAttributes({ type, message, stacktrace }));
    }
    now += 1;
    const { severity, body, status } = part.ends;
    this.#log(open, now, severity, body, { 'http.response.status_code': status });
    this.#end(service, {
      spanId: open.spanId,
      parentSpanId,
      name: part.route,
      kind: 'SERVER',
      startMillis: beginMillis,
      endMillis: now,
      status,
      failure: part.error?.message ?? (status >= 500 ? body : undefined),
    });
    return now;
  }

  #log(
    { service, spanId }: OpenPart,
    timestamp: number,
    severity: GeneratedSeverity,
    body: string,
    attributes: object,
  ): void {
    this.events.push(
      this.#place(service, timestamp, () => {
        const all = { request_id: this.requestId, 'order.id': this.#order, ...attributes };
        return otelMessage({ service, traceId: this.traceId, spanId, severity, body, attributes: all });
      }),
    );
  }

  #end(service: GeneratedService, span: EndedSpan): void {
    const { logGroupName, logStreamName } = SPANS;
    this.spans.push({
      logGroupName,
      logStreamName,
      timestamp: span.endMillis,
      message: () => {
        const { status, ...rest } = span;
        const attributes = { 'http.response.status_code': status };
        return spanMessage({ service, traceId: this.traceId, attributes, ...rest });
      },
    });
  }
}
