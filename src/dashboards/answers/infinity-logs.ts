import { type CorrelatedEvent } from '../../insights/look-up/correlated-event.js';
import { levelOf } from '../model/level.js';
import { flatten } from '../model/flatten.js';
import { EventIds } from './event-ids.js';
import { type Found, takenOut } from './found.js';

/** A row of Grafana's Infinity data source in its format `logs`. Source: its documentation, "Logs format". */
export interface InfinityLog {
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly body: string;
  /** A word that Grafana has a colour for; `unknown` where the event names no severity. */
  readonly level: string;
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** The events as an array of {@link InfinityLog}, oldest first. */
export function* infinityLogs({ events }: Found): Generator<string, void> {
  const ids = new EventIds();
  yield '[';
  let comma = '';
  for (const event of takenOut(events)) {
    yield comma + JSON.stringify(toInfinityLog(event, ids));
    comma = ',';
  }
  yield ']';
}

function toInfinityLog(event: CorrelatedEvent, ids: EventIds): InfinityLog {
  return {
    timestamp: event.timeMillis,
    body: event.text,
    level: levelOf(event) ?? 'unknown',
    id: ids.idOf(event),
    labels: labelsOf(event),
  };
}

/** Own names stand for themselves; what the writer named keeps its name after `attributes.` or `resource.`. */
export function labelsOf(event: CorrelatedEvent): Record<string, string> {
  const own = {
    log_group: event.logGroup,
    log_stream: event.logStream,
    service: event.service,
    traceID: event.traceId,
    spanID: event.spanId,
    request_id: event.requestId,
    'exception.type': event.exception?.type,
    'exception.message': event.exception?.message,
    'exception.stacktrace': event.exception?.stacktrace,
  };
  // Without a prototype: a log's own key may be `__proto__`.
  const labels = Object.create(null) as Record<string, string>;
  for (const [name, value] of Object.entries(own)) if (value !== undefined) labels[name] = value;
  for (const [name, value] of flatten(event.attributes)) labels[`attributes.${name}`] = value;
  for (const [name, value] of flatten(event.resource)) labels[`resource.${name}`] = value;
  return labels;
}
