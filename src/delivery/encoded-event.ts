/** A log event on its way to the service: already as small and as final as it can be. */
export interface EncodedEvent {
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  /** The message as a JSON string literal, quotes included, as it will stand in the request body. */
  readonly messageJson: string;
  /** UTF-8 bytes of the message itself (not of its JSON literal): what the service counts and bills. */
  readonly messageBytes: number;
  /** Its bytes as they will stand in the request body, where it is stored as such. */
  readonly stored?: StoredBytes | undefined;
}

/** An event within bytes: from where it begins to where it ends with its comma. */
export interface StoredBytes {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
  /** Nobody will read them any more, so that others may be written there. */
  free(): void;
}

/**
 * Events of one batch, in time order. An array is one such list; another holds the bytes of a request body and makes
 * the events when they are asked for.
 */
export interface EncodedEvents extends Iterable<EncodedEvent> {
  readonly length: number;
  /** As an array's. */
  slice(start?: number, end?: number): EncodedEvents;
  map<T>(change: (event: EncodedEvent, index: number) => T): T[];
}

/** Where events go. */
export interface Destination {
  readonly logGroupName: string;
  readonly logStreamName: string;
}

/** The `entity` of PutLogEvents: what the console links logs by. */
export interface LogEntity {
  readonly keyAttributes: Readonly<Record<string, string>>;
  readonly attributes: Readonly<Record<string, string>>;
}

/**
 * Keeps events safe until they are through, whatever happens to this process: what delivery can't hold goes
 * back to it and is not lost.
 */
export interface EventKeeper {
  /** The events are about to be sent. */
  sending(events: EncodedEvents): void;
  /** The events are delivered, stored elsewhere or counted as lost. */
  release(events: EncodedEvents): void;
  /** As {@link release}, of events that nobody will read any more. */
  finish(events: EncodedEvents): void;
  /** Delivery lets go of the events. @returns how many of them the keeper has; the others are lost */
  giveBack(events: EncodedEvents): number;
}

/** Events of one destination that fit one PutLogEvents request, in time order. */
export interface LogEventBatch {
  readonly destination: Destination;
  readonly entity?: LogEntity | undefined;
  readonly events: EncodedEvents;
  /** As the service counts them: messages plus overhead. */
  readonly bytes: number;
  /** Where somebody keeps the events, or some of them, until they are through. */
  readonly keeper?: EventKeeper | undefined;
}
