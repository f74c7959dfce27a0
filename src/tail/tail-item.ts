import { type CorrelatedEvent } from '../insights/look-up/correlated-event.js';

/** One thing that a tail tells, in the order in which they happen. */
export type TailItem =
  | TailEventItem
  | TailGapItem
  | TailSampledItem
  | TailSessionItem
  | TailFallbackItem
  | TailMissingItem
  | TailLeftOutItem
  | TailLagItem;

/** A log event. */
export interface TailEventItem {
  readonly kind: 'event';
  readonly event: CorrelatedEvent;
}

/** A time in which nothing was heard of some log groups. */
export interface TailGapItem {
  readonly kind: 'gap';
  readonly logGroups: readonly string[];
  readonly fromMillis: number;
  readonly toMillis: number;
  /** The cause, without the service's text. */
  readonly reason: string;
  /** True where the events of that time were read afterwards. Those come before this item. */
  readonly isFilled: boolean;
  /** Events that came by the filling. */
  readonly events: number;
}

/** The service sent a part of what came in some seconds. Source: StartLiveTail, `sessionMetadata.sampled`. */
export interface TailSampledItem {
  readonly kind: 'sampled';
  readonly logGroups: readonly string[];
  readonly fromMillis: number;
  readonly toMillis: number;
  /** True where the rest was read afterwards. Those events come before this item. */
  readonly isFilled: boolean;
  readonly events: number;
}

/** A stream of some log groups began, or was taken up again. */
export interface TailSessionItem {
  readonly kind: 'session';
  readonly source: 'live' | 'polling';
  readonly logGroups: readonly string[];
}

/** Log groups are polled, because live tail can't have them. */
export interface TailFallbackItem {
  readonly kind: 'fallback';
  readonly logGroups: readonly string[];
  readonly reason: string;
}

/** How far behind the tail is; told when it grows notable, and again when it has passed. */
export interface TailLagItem {
  readonly kind: 'lag';
  /** Milliseconds between the ingestion of the newest event and its arrival here. */
  readonly lagMillis: number;
}

/** Names and prefixes for which there is no log group: not yet, or not any more. One that is made later joins. */
export interface TailMissingItem {
  readonly kind: 'missing';
  readonly logGroups: readonly string[];
}

/** Log groups that can be followed in no way, though they are there. */
export interface TailLeftOutItem {
  readonly kind: 'left-out';
  readonly logGroups: readonly string[];
  readonly reason: string;
}
