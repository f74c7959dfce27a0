import {
  type CorrelatedEvent,
  type FoundEvent,
  toCorrelatedEvent,
} from '../../insights/look-up/correlated-event.js';
import { parseMessage } from '../../insights/messages/message-parser.js';

/**
 * An event as the page keeps it. What only a look at one record needs (attributes, resource) is read from the
 * message when it is looked at: a hundred thousand of them would not fit a browser's memory.
 */
export interface LogRecord extends Omit<CorrelatedEvent, 'attributes' | 'resource' | 'json'> {
  /** Its place in time order. */
  readonly index: number;
}

/** Reads an event. @param index - its place in time order */
export function toRecord(event: FoundEvent, index: number): LogRecord {
  const { attributes: _a, resource: _r, json: _j, ...rest } = toCorrelatedEvent(event);
  return { ...rest, index };
}

/** What a record holds beside its text. */
export interface RecordDetails {
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly resource: Readonly<Record<string, unknown>>;
  readonly scope: Readonly<Record<string, unknown>>;
  readonly json: Readonly<Record<string, unknown>> | undefined;
}

const KEPT_DETAILS = 2_000;
const kept = new Map<string, RecordDetails>();

/** Reads a record's message again; the last ones read are kept. */
export function detailsOf({ message }: Pick<LogRecord, 'message'>): RecordDetails {
  const known = kept.get(message);
  if (known) return known;
  const { attributes, resource, json } = parseMessage(message);
  const scope = json && Object.hasOwn(json, 'scope') ? json.scope : undefined;
  const details = { attributes, resource, scope: isObject(scope) ? scope : {}, json };
  if (kept.size >= KEPT_DETAILS) kept.clear();
  kept.set(message, details);
  return details;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
