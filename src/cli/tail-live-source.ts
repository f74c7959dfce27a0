import { type CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { type LiveBatch, type LiveSource } from '../dashboards/index.js';
import { type TailItem, tailLogs, type TailOptions } from '../tail/index.js';

/** Milliseconds for which events are gathered: a page is drawn once for many. */
const GATHER_MILLIS = 250;
const MAX_GATHERED = 2_000;
/** Sentences that are shown at once, the newest. */
const MAX_NOTES = 3;

/** What a {@link createTailLiveSource} follows with. */
export interface TailLiveSourceOptions {
  readonly client: CloudWatchLogsClient;
  /** Log groups of views that name none. */
  readonly logGroups: readonly string[];
  /** Default `auto`: live tail where it is allowed, else polling. */
  readonly source?: TailOptions['source'];
  /** Milliseconds since 1970. */
  readonly epochMillis?: (() => number) | undefined;
}

/** Follows log groups with a tail for each view: nothing is missed without a word, and events come within a second. */
export function createTailLiveSource({
  client,
  logGroups,
  source,
  epochMillis,
}: TailLiveSourceOptions): LiveSource {
  return {
    async *follow({ logGroups: selected, backlog, signal }) {
      const tail = tailLogs({
        client,
        logGroups: selected ?? logGroups,
        last: backlog,
        source,
        signal,
        clock: epochMillis,
      });
      const view = new TailView();
      try {
        // Who watches learns at once that it works, also where nothing is logged.
        yield view.takeBatch();
        for (let next = tail.next(); ;) {
          const first = await next;
          if (first.done) return;
          view.note(first.value);
          const until = Date.now() + GATHER_MILLIS;
          next = tail.next();
          // What fails is told by the next turn.
          next.catch(() => undefined);
          while (view.gathered < MAX_GATHERED) {
            const more = await within(next, until - Date.now());
            if (more === undefined || more.done) break;
            view.note(more.value);
            next = tail.next();
            next.catch(() => undefined);
          }
          yield view.takeBatch();
        }
      } finally {
        await tail.close();
      }
    },
  };
}

/** What a promise gives within a time; undefined after it, or where it fails. */
async function within<T>(promise: Promise<T>, millis: number): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => {
      resolve(undefined);
    }, millis);
  });
  try {
    return await Promise.race([promise.catch(() => undefined), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** What a view has been told, and what of it is new. */
class TailView {
  readonly #logGroups = new Set<string>();
  readonly #notes: string[] = [];
  #events: LiveBatch['events'][number][] = [];

  get gathered(): number {
    return this.#events.length;
  }

  note(item: TailItem): void {
    if (item.kind === 'event') this.#events.push(item.event);
    else if (item.kind === 'session') for (const name of item.logGroups) this.#logGroups.add(name);
    else {
      const sentence = sentenceOf(item);
      if (sentence !== undefined) this.#notes.push(sentence);
      this.#notes.splice(0, this.#notes.length - MAX_NOTES);
    }
  }

  takeBatch(): LiveBatch {
    const events = this.#events.sort((a, b) => a.timestampMillis - b.timestampMillis);
    this.#events = [];
    return { events, logGroups: [...this.#logGroups], notes: [...this.#notes] };
  }
}

/** What limits what is seen; undefined for what does not. */
function sentenceOf(item: Exclude<TailItem, { kind: 'event' | 'session' }>): string | undefined {
  const time = (millis: number): string => `${new Date(millis).toISOString().slice(11, 19)} UTC`;
  switch (item.kind) {
    case 'gap':
      if (item.isFilled) return undefined;
      return `nothing was heard from ${time(item.fromMillis)} to ${time(item.toMillis)}: ${item.reason}`;
    case 'sampled':
      if (item.isFilled) return undefined;
      return `the service sent a part of what came from ${time(item.fromMillis)} to ${time(item.toMillis)}`;
    case 'fallback':
      return `${nameOf(item.logGroups)} polled: ${item.reason}`;
    case 'missing':
      return `${nameOf(item.logGroups)} not there`;
    case 'left-out':
      return `${nameOf(item.logGroups)} not followed: ${item.reason}`;
    case 'lag':
      return item.lagMillis > 0 ? `${Math.round(item.lagMillis / 1000)} s behind` : undefined;
  }
}

function nameOf(logGroups: readonly string[]): string {
  return logGroups.length === 1 ? `${logGroups[0]!} is` : `${logGroups.length} log groups are`;
}
