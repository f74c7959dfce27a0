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

/** Makes the events of a request. @param place - says where a record of a service goes */
export function makeSequence(
  dice: Dice,
  story: FailureStory,
  startMillis: number,
  place: (service: GeneratedService, timestamp: number, message: () => string) => UnwrittenEvent,
): UnwrittenSequence {
  const traceId = dice.hex(32);
  const requestId = dice.uuid();
  const order = dice.whole(1_000, 9_999);
  const events: UnwrittenEvent[] = [];
  const spans: UnwrittenEvent[] = [];

  /** @returns when it ends */
  function run(part: Part, beginMillis: number, parentSpanId: string | undefined): number {
    const { service } = part;
    const spanId = dice.hex(16);
    const failure = part.error?.message ?? (part.ends.status >= 500 ? part.ends.body : undefined);
    let now = beginMillis;
    const log = (severity: GeneratedSeverity, body: string, attributes: object = {}): void => {
      const message = (): string => {
        const common = { request_id: requestId, 'order.id': order };
        const record = { service, traceId, spanId, severity, body, attributes: { ...common, ...attributes } };
        return otelMessage(record);
      };
      events.push(place(service, now, message));
    };
    const end = (span: {
      readonly spanId: string;
      readonly parentSpanId: string | undefined;
      readonly name: string;
      readonly kind: 'SERVER' | 'CLIENT';
      readonly startMillis: number;
      readonly status: number;
      readonly failure: string | undefined;
    }): void => {
      const endMillis = now;
      const message = (): string => {
        const { status, ...rest } = span;
        const attributes = { 'http.response.status_code': status };
        return spanMessage({ service, traceId, endMillis, attributes, ...rest });
      };
      const { logGroupName, logStreamName } = SPANS;
      spans.push({ logGroupName, logStreamName, timestamp: endMillis, message });
    };

    log('INFO', part.begins, { 'http.route': part.route });
    now += dice.whole(...part.workMillis);
    for (const asked of part.asks) {
      const client = dice.hex(16);
      const startedMillis = now;
      now = run(asked, now + dice.whole(1, 4), client) + dice.whole(1, 4);
      const { status } = asked.ends;
      const isBroken = status >= 500;
      end({
        spanId: client,
        parentSpanId: spanId,
        name: asked.route,
        kind: 'CLIENT',
        startMillis: startedMillis,
        status,
        failure: isBroken ? String(status) : undefined,
      });
      if (isBroken) log('WARN', `${asked.service} answered ${status}`, { peer: asked.service });
    }
    if (part.error) {
      const { type, message, at } = part.error;
      const stacktrace = stackOf(dice, service, `${type}: ${message}`, at)();
      log('ERROR', message, exceptionAttributes({ type, message, stacktrace }));
    }
    now += 1;
    log(part.ends.severity, part.ends.body, { 'http.response.status_code': part.ends.status });
    end({
      spanId,
      parentSpanId,
      name: part.route,
      kind: 'SERVER',
      startMillis: beginMillis,
      status: part.ends.status,
      failure,
    });
    return now;
  }

  run(partsOf(story), startMillis, undefined);
  events.sort((a, b) => a.timestamp - b.timestamp);
  return { traceId, requestId, story, events, spans };
}
