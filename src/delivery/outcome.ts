import { type ErrorKind } from '../cloudwatch/classify-error.js';

/** Events that the service left out of a request it accepted. */
export interface Rejection {
  readonly reason: 'too_old' | 'too_new' | 'expired';
  readonly count: number;
}

/** Why an attempt is worth repeating. */
export type RetryCause = Extract<
  ErrorKind,
  'retry' | 'throttled' | 'credentials' | 'denied' | 'missing' | 'configuration' | 'unexpected'
>;

/** What is wrong with one destination alone, not with the endpoint. */
export const OF_THE_DESTINATION: ReadonlySet<RetryCause> = new Set<RetryCause>([
  'denied',
  'missing',
  'unexpected',
]);

/** What became of one request. Senders return it; they never throw. */
export type Outcome =
  /** The service has the events, but for those it rejected by their time. */
  | {
      readonly kind: 'accepted';
      readonly rejected: readonly Rejection[];
      /** Why the service did not take the `entity`; the events are accepted all the same. */
      readonly entityError?: string | undefined;
      readonly nextSequenceToken?: string | undefined;
    }
  | {
      readonly kind: 'retry';
      readonly cause: RetryCause;
      readonly error: Error;
      readonly afterMillis?: number | undefined;
      /** The circuit breaker held the request back. */
      readonly wasNotSent?: boolean | undefined;
    }
  /** Something in the request is invalid: one event spoils it, or the request itself is wrong. */
  | { readonly kind: 'split'; readonly error: Error }
  /** An endpoint of before 2023 wants another sequence token (or none, where undefined). */
  | { readonly kind: 'sequence_token'; readonly expected: string | undefined; readonly error: Error }
  | { readonly kind: 'refused'; readonly error: Error };

/** A batch on disk that could not be read to be sent. */
export type Unread =
  /** Nothing of it is left to send, and it is accounted for. */
  | { readonly kind: 'gone' }
  /** It may be read another time. */
  | { readonly kind: 'unreadable'; readonly error: Error };
