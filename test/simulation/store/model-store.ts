import {
  type EventStore,
  type IncomingEvent,
  type StoredEvent,
} from '../../../src/simulation/store/event-store.js';

/** An event as a naive store keeps it. */
export interface ModelEvent {
  readonly logGroupName: string;
  readonly logStreamName: string;
  readonly timestamp: number;
  readonly ingestionTime: number;
  readonly message: string;
  readonly eventId: string;
  readonly ptr: string;
}

/** What a store should answer: every event in one list. */
export class ModelStore {
  events: ModelEvent[] = [];

  append(
    store: EventStore,
    logGroupName: string,
    logStreamName: string,
    events: readonly IncomingEvent[],
    ingestionTime: number,
  ): void {
    const appended = store.append({ logGroupName, logStreamName, events, ingestionTime });
    for (const [index, { timestamp, message }] of events.entries()) {
      this.events.push({
        logGroupName,
        logStreamName,
        timestamp,
        ingestionTime,
        message,
        eventId: appended.eventId(index),
        ptr: appended.ptr(index),
      });
    }
  }

  remove(matches: (event: ModelEvent) => boolean): void {
    this.events = this.events.filter((event) => !matches(event));
  }

  read(logGroupName: string, matches: (event: ModelEvent) => boolean = () => true): ModelEvent[] {
    return this.events
      .filter((event) => event.logGroupName === logGroupName && matches(event))
      .sort((left, right) => (left.eventId < right.eventId ? -1 : 1));
  }
}

/** The members that a model's events have. */
export function plain(chunks: Iterable<readonly StoredEvent[]>): ModelEvent[] {
  return [...chunks].flat().map((event) => ({
    logGroupName: event.logGroupName,
    logStreamName: event.logStreamName,
    timestamp: event.timestamp,
    ingestionTime: event.ingestionTime,
    message: event.message,
    eventId: event.eventId,
    ptr: event.ptr,
  }));
}
