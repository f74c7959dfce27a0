import { type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { type Awaitable } from './awaitable.js';

/** One event of a batch, as the back end's `encode` made it; it may have waited on disk since. */
export interface BatchEvent {
  /** What `encode` gave, as text: bytes are read as UTF-8. */
  readonly text: string;
  /** What `encode` gave, as bytes: of a text its UTF-8. */
  readonly bytes: Uint8Array;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
}

/** Events of one destination, within the back end's limits, in time order: what one request takes. */
export interface EventBatch {
  /** The key that `encode` gave with them; `default` where it gave none. */
  readonly destination: string;
  /** One at least. */
  readonly events: readonly BatchEvent[];
}

/** A record as its back end wants it. */
export interface EncodedRecord {
  /** Text, or bytes: what `send` finds in its batch. */
  readonly content: string | Uint8Array;
  /** When it happened, in milliseconds since 1970: events of a batch are in this order. By default now. */
  readonly timestamp?: number | undefined;
  /**
   * Where it goes, as the back end understands it: a tenant, a table, a stream. Events of one destination keep their order and
   * share requests; those of different ones do neither. 1 to 512 characters once they are written as `encodeURIComponent`
   * does. Default `default`.
   */
  readonly destination?: string | undefined;
}

/** What `encode` is told beside the record. */
export interface EncodingContext {
  /**
   * An id that no other record has, in any process. A request may have to be made again though the back end has taken it: one
   * that keeps each id once has no event twice.
   */
  readonly id: string;
  /** `limits.maxEventBytes`, for those who shorten what is longer: beyond it a record is lost (`oversize`). */
  readonly maxBytes: number;
}

/** What one request of a back end may hold. */
export interface BackEndLimits {
  /** Events in one request, from 1 to 10,000. */
  readonly maxEvents: number;
  /** Bytes of all contents in one request, {@link eventOverheadBytes} included: from 1 to 16,777,216, which delivery can store. */
  readonly maxBytes: number;
  /** Bytes of the content of one event, from 1 to `maxBytes`. */
  readonly maxEventBytes: number;
  /** Bytes that a request takes for each event beside its content, as a comma. Default 1. */
  readonly eventOverheadBytes?: number | undefined;
}

/** What an attempt to send a batch came to, before the back end says what that means. */
export type Answer<Response> =
  /** `send` resolved. */
  | { readonly response: Response; readonly error?: undefined }
  /** `send`, `open` or `authenticate` rejected. */
  | { readonly error: unknown; readonly response?: undefined };

/**
 * What an answer means for the events. `detail` is one line for diagnostics and errors: with no content of log records and no
 * secrets, as an HTTP status is.
 */
export type Verdict =
  /** The back end has all events. */
  | { readonly kind: 'accepted' }
  /** It has all but those, which it will never take: they are counted as lost (`rejected`). */
  | {
      readonly kind: 'partially_rejected';
      /** How many it did not take. */
      readonly rejected: number;
      readonly detail?: string | undefined;
    }
  /** It did not work, and may later: network, 5xx. Tried again with growing waits, for as long as it takes. */
  | {
      readonly kind: 'retry';
      readonly detail?: string | undefined;
      /** Milliseconds that the back end asks to wait. */
      readonly afterMillis?: number | undefined;
    }
  /** As `retry`, because there are too many requests: fewer are made at once. */
  | {
      readonly kind: 'throttled';
      readonly detail?: string | undefined;
      readonly afterMillis?: number | undefined;
    }
  /** The credentials are not valid any more: they are renewed, and the request is made once more at once. */
  | { readonly kind: 'unauthenticated'; readonly detail?: string | undefined }
  /**
   * It refuses, for what somebody has to mend: a permission, an address. Tried again for 10 s; after that the events wait in the
   * spool, and without one are lost (`delivery_failed`).
   */
  | { readonly kind: 'denied'; readonly detail?: string | undefined }
  /** What `open` makes is not there: `open` runs again, and the request is made once more. */
  | { readonly kind: 'missing'; readonly detail?: string | undefined }
  /** Something in the request is invalid: each half is sent for itself, until the event that spoils it stands alone (`rejected`). */
  | { readonly kind: 'split'; readonly detail?: string | undefined }
  /** It will never take this request, nor any part of it: all its events are lost (`delivery_failed`). */
  | { readonly kind: 'refused'; readonly detail?: string | undefined };

/** What `send`, `open` and `health` may use. */
export interface RequestContext<Credentials> {
  /** Aborts when the time of the request is over, or that of a shutdown. */
  readonly signal: AbortSignal;
  /** What `authenticate` gave last; undefined without it. */
  readonly credentials: Credentials;
}

/** What `authenticate` gives. */
export interface Authentication<Credentials> {
  readonly credentials: Credentials;
  /** Milliseconds since 1970; they are renewed a little before. By default they are kept until they are refused. */
  readonly expiresAt?: number | undefined;
}

/**
 * A place that takes log records: what is its own, and nothing of what delivery does. Functions are called as they stand here,
 * without `this` being used.
 */
export interface BackEnd<LogRecord = ReadableLogRecord, Credentials = undefined, Response = unknown> {
  /**
   * Its name, in diagnostics, metrics and the spool: lower-case letters, digits and `-`, at most 40 characters. Events in a spool
   * belong to the back end of this name, so it stays as it is.
   */
  readonly name: string;
  /** What one request may hold, and how old its events may be. */
  readonly limits: BackEndLimits;
  /**
   * Makes of a record what `send` sends. Runs once for each record; what it throws loses that record alone (`unserializable`).
   * @returns undefined for a record that is not wanted (`dropped_by_transform`)
   */
  readonly encode: (
    record: LogRecord,
    context: EncodingContext,
  ) => EncodedRecord | string | Uint8Array | undefined;
  /** Makes one request. */
  readonly send: (batch: EventBatch, context: RequestContext<Credentials>) => Promise<Response>;
  /** Says what an answer, or an error, means. It is not asked about a request that had no answer in time, which is made again. */
  readonly classify: (answer: Answer<Response>) => Verdict;
  /**
   * Runs before the first request, and again after the verdict `missing`: makes a table, checks a version. No request is made
   * before it resolves; what it rejects with goes through `classify`.
   */
  readonly open?: ((context: RequestContext<Credentials>) => Awaitable<void>) | undefined;
  /** Gets credentials. Runs when they are needed first, when they expire, and after the verdict `unauthenticated`. */
  readonly authenticate?:
    ((context: { readonly signal: AbortSignal }) => Awaitable<Authentication<Credentials>>) | undefined;
  /** Asks the back end, without storing anything, whether it would take events. What it rejects with is why not. */
  readonly health?: ((context: RequestContext<Credentials>) => Awaitable<void>) | undefined;
  /** Lets go of connections, once delivery is shut down. */
  readonly close?: (() => Awaitable<void>) | undefined;
}
