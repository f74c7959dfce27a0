import { type ConsoleLinks } from '../../cloudwatch/console-links.js';
import { type StepReport } from '../../insights/look-up/correlation-result.js';
import { type CorrelatedEvent, type FoundEvent } from '../../insights/look-up/correlated-event.js';
import { type LeftOutReason } from '../../insights/log-groups/log-group-directory.js';
import { type QueryStatistics } from '../../insights/queries/query-statistics.js';
import { type Search } from '../model/search-text.js';

/** What a look-up's answer says beside its events. */
export interface FoundSummary {
  readonly search: Search;
  /** Milliseconds since 1970. */
  readonly fromMillis: number;
  readonly toMillis: number;
  readonly events: number;
  readonly isComplete: boolean;
  readonly steps: readonly StepReport[];
  readonly statistics: QueryStatistics;
  readonly estimatedCostUsd: number;
  readonly tookMillis: number;
  readonly logGroups: readonly string[];
  readonly leftOut: readonly LeftOutGroup[];
  /** Whatever else limits what was found, one sentence each. */
  readonly notes: readonly string[];
  /** The query that finds the same at the console. */
  readonly query: string;
  readonly links: ConsoleLinks | undefined;
  /** Where the service is, where it is not AWS's. */
  readonly endpoint?: string | undefined;
}

/** A log group that had no part, and why. */
export interface LeftOutGroup {
  readonly logGroup: string;
  readonly reason: LeftOutReason;
  /** One sentence, without the service's text. */
  readonly detail: string;
}

/** What a look-up found, cut to what one answer holds. */
export interface Found {
  /** In time order; nothing else holds them. */
  readonly events: CorrelatedEvent[];
  readonly summary: FoundSummary;
}

/**
 * Takes the events out, the first first, so that none is kept once it is written: an answer is longer than what it is
 * made of, and may take as long as its reader likes.
 */
export function* takenOut(events: CorrelatedEvent[]): Generator<CorrelatedEvent, void> {
  events.reverse();
  for (let event = events.pop(); event; event = events.pop()) yield event;
}

/** An event without what was read of it. */
export function storedPart(event: FoundEvent): FoundEvent {
  const { timestampMillis, ingestionMillis, logGroup, logStream, message, pointer } = event;
  return {
    timestampMillis,
    ...(ingestionMillis !== undefined && { ingestionMillis }),
    logGroup,
    logStream,
    message,
    ...(pointer !== undefined && { pointer }),
  };
}

/** An event with what was read of it; the message as JSON is the message. */
export function parsedPart(event: CorrelatedEvent): Omit<CorrelatedEvent, 'json'> {
  const { json: _, ...rest } = event;
  return rest;
}
