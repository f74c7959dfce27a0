/** A log event to be replayed. */
export interface ReplayEvent {
  /** Where it came from; undefined where that is not known. */
  readonly logGroupName?: string | undefined;
  readonly logStreamName?: string | undefined;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly message: string;
}

/** Where events come from. It is opened twice: once to be measured, once to be replayed. */
export interface ReplaySource {
  /** For messages: a path, or a log group. */
  readonly name: string;
  /** The events, in the order in which they are to be sent; the same each time. */
  open(signal?: AbortSignal): AsyncIterable<ReplayEvent> | Iterable<ReplayEvent>;
}
