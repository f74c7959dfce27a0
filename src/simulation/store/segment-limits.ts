import { OptionError } from '../../cloudwatch/errors.js';
import { type SegmentLimits } from './group-events.js';

/** A segment's indexes are sorted at once when it is full, and a removed segment is what the bound gives back. */
const MAX_SEGMENT_BYTES = 32 * 1024 * 1024;
const MAX_SEGMENT_EVENTS = 131_072;
const MIN_SEGMENT_BYTES = 32 * 1024;

/** Segments that a bounded store consists of at the least, so that little more than needed goes at once. */
const SEGMENTS_IN_BOUND = 32;

/** The smallest bound of a store, in bytes. */
export const MIN_STORE_BYTES = 1024 * 1024;

/**
 * How large segments grow in a store of a given bound.
 * @param maxBytes - of the store; unbounded when left out
 * @param maxSegmentEvents - see `EventStoreSettings`
 * @throws OptionError for a bound under {@link MIN_STORE_BYTES}
 */
export function segmentLimits(maxBytes?: number, maxSegmentEvents = MAX_SEGMENT_EVENTS): SegmentLimits {
  if (maxBytes !== undefined && !(maxBytes >= MIN_STORE_BYTES)) {
    throw new OptionError('maxBytes', `be at least ${MIN_STORE_BYTES}`, maxBytes);
  }
  if (!Number.isInteger(maxSegmentEvents) || maxSegmentEvents < 1 || maxSegmentEvents > MAX_SEGMENT_EVENTS) {
    const rule = `be a whole number from 1 to ${MAX_SEGMENT_EVENTS}`;
    throw new OptionError('maxSegmentEvents', rule, maxSegmentEvents);
  }
  const share = Math.floor((maxBytes ?? Infinity) / SEGMENTS_IN_BOUND);
  return {
    maxSegmentBytes: Math.max(MIN_SEGMENT_BYTES, Math.min(MAX_SEGMENT_BYTES, share)),
    maxSegmentEvents,
  };
}
