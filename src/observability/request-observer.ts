/** One PutLogEvents request that was answered, or failed. */
export interface ObservedRequest {
  /** From its sending to its answer, the SDK's own retries included. */
  readonly durationSeconds: number;
  /** The service accepted it. */
  readonly isAccepted: boolean;
  /** Name of the error, where it was not accepted. */
  readonly errorType?: string | undefined;
  /** HTTP status of the error, where there was an answer. */
  readonly httpStatus?: number | undefined;
  /** Milliseconds since 1970 of the oldest event. */
  readonly oldestTimestamp: number;
}

/** Told of each request; must not throw. */
export type RequestObserver = (request: ObservedRequest) => void;
