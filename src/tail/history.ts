import { type FoundEvent } from '../insights/look-up/correlated-event.js';
import { type KnownLogGroup } from '../insights/log-groups/log-group-directory.js';
import { readEvents } from './read-events.js';

type Parts = Parameters<typeof readEvents>[0];

/**
 * Reads the events of several groups in the order of their times.
 * @param onUnreadable - told of a group that can't be read; the others are read on. It may throw.
 * @throws as {@link readEvents} for passing errors
 */
export async function* readInOrder(
  parts: Parts,
  groups: readonly KnownLogGroup[],
  range: { readonly fromMillis: number; readonly toMillis: number },
  filterPattern: string | undefined,
  onUnreadable: (group: KnownLogGroup, error: unknown) => Promise<void>,
): AsyncGenerator<FoundEvent, void, undefined> {
  const readings = groups.map((group) => ({
    group,
    events: readEvents(parts, group, range, filterPattern),
    next: undefined as FoundEvent | undefined,
  }));
  const advance = async (reading: (typeof readings)[number]): Promise<void> => {
    try {
      const { done, value } = await reading.events.next();
      reading.next = done ? undefined : value;
    } catch (error) {
      parts.signal.throwIfAborted();
      reading.next = undefined;
      await onUnreadable(reading.group, error);
    }
  };
  for (const reading of readings) await advance(reading);
  for (;;) {
    const open = readings.filter(({ next }) => next !== undefined);
    if (open.length === 0) return;
    const first = open.reduce((least, one) =>
      one.next!.timestampMillis < least.next!.timestampMillis ? one : least,
    );
    yield first.next!;
    await advance(first);
  }
}

const MINUTE = 60_000;
/** How far back the newest events are looked for, one after another, until there are enough. */
const WINDOWS = [MINUTE, 10 * MINUTE, 60 * MINUTE, 6 * 60 * MINUTE, 24 * 60 * MINUTE, 7 * 24 * 60 * MINUTE];

/** The newest events, and what was cut off before them. */
export interface LastEvents {
  readonly events: readonly FoundEvent[];
  /** Older ones of the same millisecond as the first: by their times alone they could be new. */
  readonly tied: readonly FoundEvent[];
}

/** Reads the newest events of several groups, in the order of their times; within a week. */
export async function readLast(
  parts: Parts,
  groups: readonly KnownLogGroup[],
  wanted: {
    readonly count: number;
    readonly toMillis: number;
    readonly matches: (event: FoundEvent) => boolean;
  },
  filterPattern: string | undefined,
  onUnreadable: (group: KnownLogGroup, error: unknown) => Promise<void>,
): Promise<LastEvents> {
  const { count, toMillis, matches } = wanted;
  let last: FoundEvent[] = [];
  let tied: FoundEvent[] = [];
  const cut = (): void => {
    const kept = last.slice(-count);
    const first = kept[0]?.timestampMillis;
    tied = [...tied, ...last.slice(0, -count)].filter(({ timestampMillis }) => timestampMillis === first);
    last = kept;
  };
  for (const window of WINDOWS) {
    [last, tied] = [[], []];
    const range = { fromMillis: toMillis - window, toMillis };
    for await (const event of readInOrder(parts, groups, range, filterPattern, onUnreadable)) {
      if (!matches(event)) continue;
      last.push(event);
      // Cut now and then, so that a flood of events costs no more memory than is shown.
      if (last.length > 2 * count) cut();
    }
    if (last.length >= count) break;
  }
  cut();
  return { events: last, tied };
}
