import { MAX_BATCH_BYTES, MAX_BATCH_EVENTS, MAX_BATCH_SPAN_MILLIS } from '../cloudwatch/limits.js';
import { type LogEntity, type LogEventBatch } from './encoded-event.js';
import { joinEvents, newestTimestamp, oldestTimestamp } from './event-list.js';
import { type Lane } from './lane.js';
import { type PendingBatch } from './pending-batch.js';

/**
 * The batches behind the first that can share a request or a file with it: its neighbours in their stream, of the same
 * entity, as many as a request takes.
 * @param among - those that may share it
 * @returns the first, and those behind it
 */
export function mergeable(
  lane: Lane,
  first: PendingBatch,
  among: { has(pending: PendingBatch): boolean },
): PendingBatch[] {
  const group = [first];
  if (!isWhole(first)) return group;
  const { waiting } = lane;
  let { events, bytes } = first;
  let [oldest, newest] = spanOf(first);
  // A batch that comes, or comes back, to its place must not find it in the midst of them.
  const before = lane.openPlaceAfter(first.sequence);
  // It is the first, or mostly one of the last: what is stored already stands before it.
  const start = waiting[0] === first ? 0 : waiting.lastIndexOf(first);
  for (let index = start + 1; start !== -1 && index < waiting.length; index++) {
    const next = waiting[index]!;
    if (next.sequence > before || !among.has(next) || !isWhole(next)) break;
    const { entity, keeper } = next.part;
    if (keeper !== first.part.keeper || !isSameEntity(first.part.entity, entity)) break;
    const [from, to] = spanOf(next);
    events += next.events;
    bytes += next.bytes;
    oldest = Math.min(oldest, from);
    newest = Math.max(newest, to);
    if (events > MAX_BATCH_EVENTS || bytes > MAX_BATCH_BYTES || newest - oldest > MAX_BATCH_SPAN_MILLIS)
      break;
    group.push(next);
  }
  return group;
}

/** Makes one batch of the events that are left of several of a stream. */
export function mergeBatches(batches: readonly PendingBatch[]): LogEventBatch {
  const { destination, entity, keeper } = batches[0]!.part;
  const rests = batches.map(({ rest }) => rest);
  const events = joinEvents(rests.map((rest) => rest.events));
  const bytes = rests.reduce((sum, rest) => sum + rest.bytes, 0);
  return { destination, entity, events, bytes, keeper };
}

/** Nothing of it is on disk, and it is in memory. */
function isWhole(pending: PendingBatch): boolean {
  return pending.stored === undefined && pending.isLoaded;
}

/** When its oldest and its newest event were. */
function spanOf({ rest }: PendingBatch): [number, number] {
  return [oldestTimestamp(rest.events), newestTimestamp(rest.events)];
}

function isSameEntity(a: LogEntity | undefined, b: LogEntity | undefined): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
