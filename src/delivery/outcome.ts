import { type ErrorKind } from '../cloudwatch/classify-error.js';

/** Events that the service left out of a request it accepted. */
export interface Rejection {
  /** Other back ends than CloudWatch Logs leave events out for whatever reason: `rejected`. */
  readonly reason: 'too_old' | 'too_new' | 'expired' | 'rejected';
  readonly count: number;
}

/** Why an attempt is worth repeating. */
export type RetryCause =
  | Extract<
      ErrorKind,
      'retry' | 'throttled' | 'credentials' | 'denied' | 'missing' | 'configuration' | 'unexpected'
    >
  /** A success that says what can't be: nobody knows which events the service has. */
  | 'implausible';

/** Causes that lie with one destination alone, not with the endpoint. */
export const OF_THE_DESTINATION: ReadonlySet<RetryCause> = new Set<RetryCause>([
  'denied',
  'missing',
  'unexpected',
  'implausible',
]);

/** Causes that count as passing for some seconds; after them a batch is lost without a spool, and waits in one. */
export const HAS_GRACE: ReadonlySet<RetryCause> = new Set<RetryCause>([
  'denied',
  'unexpected',
  'implausible',
]);

/** Causes that waiting longer will not mend. A missing group is none of them until it could not be made. */
export const HOPELESS: ReadonlySet<RetryCause> = new Set<RetryCause>([
  'denied',
  'credentials',
  'configuration',
]);

/**
 * Milliseconds for which a flush tries again what waiting seldom mends: credentials that are just being renewed,
 * a permission that just comes into force. What failed so for longer is known, and no flush waits for it.
 */
const HOPELESS_AFTER_MILLIS = 1_000;

/** Says whether no flush waits for what has failed for so long. */
export function isHopeless(cause: RetryCause, failingMillis: number): boolean {
  return HOPELESS.has(cause) && (cause === 'configuration' || failingMillis >= HOPELESS_AFTER_MILLIS);
}

/** How one request ended. Senders return it; they never throw. */
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
