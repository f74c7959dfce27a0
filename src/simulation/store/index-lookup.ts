import { indexKey } from '../insights-ql/values/value.js';
import { type IndexedCondition } from './event-store.js';
import { hashValue } from './hash-index.js';
import { isEventField } from './indexed-values.js';
import { type Segment } from './segment.js';
import { sortByTime } from './time-order.js';

/** Whether every field that has to be indexed is, for the events of a segment. */
export function coversRequired(segment: Segment, conditions: readonly IndexedCondition[]): boolean {
  return conditions.every(
    ({ field, required }) =>
      !required || isEventField(field) || segment.summary.indexedFields.includes(field),
  );
}

/**
 * The events of a segment that may meet all conditions, in time order.
 * @returns undefined when no condition is on an indexed field: then any may
 */
export function candidatePositions(
  segment: Segment,
  conditions: readonly IndexedCondition[],
): Uint32Array | undefined {
  let candidates: Uint32Array | undefined;
  for (const { field, values } of conditions) {
    const positions = lookUp(segment, field, values);
    if (!positions) continue;
    candidates = candidates ? intersection(candidates, positions) : positions;
    if (candidates.length === 0) return candidates;
  }
  return candidates && sortByTime(segment.content.columns().timestamps, candidates);
}

/** Positions in arrival order, each once. */
function lookUp(segment: Segment, field: string, values: readonly string[]): Uint32Array | undefined {
  if (field === '@logStream') return positionsOfStreams(segment, new Set(values));
  if (!segment.summary.indexedFields.includes(field)) return undefined;
  const index = segment.content.index(field);
  const found: number[] = [];
  for (const hash of new Set(values.map((value) => hashValue(indexKey(value))))) index.collect(hash, found);
  return Uint32Array.from(new Set(found)).sort();
}

function positionsOfStreams(segment: Segment, logStreamNames: ReadonlySet<string>): Uint32Array {
  const accepted = segment.summary.origins.map(({ logStreamName }) => logStreamNames.has(logStreamName));
  if (!accepted.includes(true)) return new Uint32Array(0);
  const columns = segment.content.columns();
  const found: number[] = [];
  for (let position = 0; position < columns.count; position++) {
    if (accepted[columns.origins[position]!]) found.push(position);
  }
  return Uint32Array.from(found);
}

function intersection(left: Uint32Array, right: Uint32Array): Uint32Array {
  const inRight = new Set(right);
  return left.filter((position) => inRight.has(position));
}
