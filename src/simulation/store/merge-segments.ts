import { type SegmentCursor } from './segment-cursor.js';

/** A segment to be merged: opened when reading comes to its first event. */
export interface MergeInput {
  /** The earliest timestamp it may have, or the latest when reading downwards. */
  readonly firstTimestamp: number;
  /** Number of its first event: equal timestamps are read by number. */
  readonly firstSequence: number;
  open(): SegmentCursor;
}

/**
 * Gives the cursors in the order in which their events come: whoever reads takes the events of the cursor for
 * as long as `isNext` says so, advancing it, and comes back.
 *
 * Segments mostly follow one another in time, so few are open at once, and runs are long.
 */
export function* mergeSegments(
  inputs: readonly MergeInput[],
  descending: boolean,
): Generator<{ readonly cursor: SegmentCursor; isNext(): boolean }> {
  const direction = descending ? -1 : 1;
  const waiting = [...inputs].sort(
    (left, right) =>
      direction * (left.firstTimestamp - right.firstTimestamp || left.firstSequence - right.firstSequence),
  );
  const open: SegmentCursor[] = [];
  let opened = 0;
  for (;;) {
    while (opened < waiting.length && mayComeFirst(waiting[opened]!, open[0])) {
      const cursor = waiting[opened++]!.open();
      if (!cursor.done) insert(open, cursor);
    }
    const cursor = open.shift();
    if (!cursor) {
      if (opened >= waiting.length) return;
      continue;
    }
    const rival = open[0];
    const unopened = waiting[opened];
    yield {
      cursor,
      isNext: () =>
        !cursor.done &&
        (rival === undefined || comesBefore(cursor, rival)) &&
        (unopened === undefined || direction * (cursor.timestamp - unopened.firstTimestamp) < 0),
    };
    if (!cursor.done) insert(open, cursor);
  }

  /** Whether an unopened segment may hold what comes before, or with, the first of the open ones. */
  function mayComeFirst(input: MergeInput, first: SegmentCursor | undefined): boolean {
    return first === undefined || direction * (input.firstTimestamp - first.timestamp) <= 0;
  }

  function comesBefore(left: SegmentCursor, right: SegmentCursor): boolean {
    return direction * (left.timestamp - right.timestamp || left.sequence - right.sequence) < 0;
  }

  /** Keeps the open ones in the order of their next events. */
  function insert(cursors: SegmentCursor[], cursor: SegmentCursor): void {
    let low = 0;
    let high = cursors.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (comesBefore(cursors[middle]!, cursor)) low = middle + 1;
      else high = middle;
    }
    cursors.splice(low, 0, cursor);
  }
}
