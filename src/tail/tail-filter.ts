import { type CorrelatedEvent, type FoundEvent } from '../insights/look-up/correlated-event.js';
import { filterPatternsOf, hasValue, lookUpOfTrace } from '../insights/look-up/look-up.js';
import { type TailSettings } from './tail-options.js';

/** Which events a tail shows. */
export interface TailFilter {
  /** A filter pattern that the service applies; events that pass it may still not match. */
  readonly pattern: string | undefined;
  /** Decides exactly, but for `pattern` where the user gave it. */
  matches(event: CorrelatedEvent): boolean;
  /** Tells whether an event is of the share that is shown. The events of a trace share their fate. */
  isInSample(event: CorrelatedEvent): boolean;
}

/** Makes the filter of a tail's settings. */
export function createTailFilter({
  filterPattern,
  traceId,
  minSeverity,
  samplingRatio,
}: Pick<TailSettings, 'filterPattern' | 'traceId' | 'minSeverity' | 'samplingRatio'>): TailFilter {
  const lookUp = traceId === undefined ? undefined : lookUpOfTrace(traceId);
  // Term patterns can't be joined with another pattern; the service narrows by one of them.
  const patterns = filterPattern === undefined && lookUp ? filterPatternsOf(lookUp) : [];
  return {
    pattern: filterPattern ?? (patterns.length === 1 ? patterns[0] : undefined),
    matches: (event) =>
      (lookUp === undefined || hasValue(lookUp, event)) &&
      (minSeverity === undefined ||
        event.severityNumber === undefined ||
        event.severityNumber >= minSeverity),
    isInSample: (event) => samplingRatio >= 1 || shareOf(event.traceId ?? textOf(event)) < samplingRatio,
  };
}

function textOf({ logGroup, logStream, timestampMillis, message }: FoundEvent): string {
  return `${logGroup} ${logStream} ${timestampMillis} ${message}`;
}

/** A number from 0 to 1 that is the same for the same text: FNV-1a, spread over 32 bits. */
function shareOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  // FNV's high bits change little in short texts.
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}
