import { type CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { createCloudWatchLogsClient } from '../cloudwatch/client.js';
import {
  type CorrelatedEvent,
  type FoundEvent,
  toCorrelatedEvent,
} from '../insights/look-up/correlated-event.js';
import {
  type KnownLogGroup,
  LogGroupDirectory,
  type ResolvedLogGroups,
} from '../insights/log-groups/log-group-directory.js';
import { namedLogGroup } from '../cloudwatch/named-log-group.js';
import { reasonOf } from '../cloudwatch/sleep.js';
import { type ComponentMetrics } from '../observability/component-metrics.js';
import { CHECKPOINT_OVERLAP_MILLIS, MAX_CHECKPOINT_MARKS, type TailCheckpoint } from './checkpoint.js';
import { type Desk, Follower, isMissing, reasonFor } from './follower.js';
import { readInOrder, readLast } from './history.js';
import { ItemQueue } from './item-queue.js';
import { arnOf, MAX_SESSION_LOG_GROUPS } from './live-session.js';
import { type Reading, RecentEvents } from './recent-events.js';
import { isPassing, TailCalls } from './tail-calls.js';
import { createTailFilter, type TailFilter } from './tail-filter.js';
import { type TailItem } from './tail-item.js';
import { createTailMetrics } from './tail-metrics.js';
import { readTailOptions, type TailOptions, type TailSettings } from './tail-options.js';
import { type TailStatus } from './tail-status.js';

/** Milliseconds between two looks for log groups that are new under a prefix. */
const LOOK_FOR_GROUPS_MILLIS = 15_000;
/** A group that goes again and again is looked for less often, up to this. */
const LONGEST_AWAY_MILLIS = 600_000;
/** Behind by so much, the tail says so; and again when it has caught up to half of it. */
const NOTABLE_LAG_MILLIS = 10_000;

/** A tail of log groups: an async iterator, with what is known of it. */
export interface LogTail extends AsyncIterableIterator<TailItem> {
  /** How it stands. */
  status(): TailStatus;
  /** Where its reader stands: what was read is behind it. Take it when an item has been worked on. */
  checkpoint(): TailCheckpoint;
  /** Ends it, as leaving a `for await` does. */
  close(): Promise<void>;
}

/**
 * Follows log groups live: by StartLiveTail, and by FilterLogEvents where that is denied or not for a group's class.
 * Sessions are renewed before their three hours, broken ones opened again and the gap filled; events come once, late
 * ones too. Gaps, sampling by the service and lag are items of the iterator. A slow reader holds the sources back.
 * @example
 * for await (const item of tailLogs({ logGroups: ['/apps/*'], minSeverity: 'error' })) {
 *   if (item.kind === 'event') console.log(item.event.text);
 * }
 * @throws OptionError for wrong options. Its iterator throws what ends the tail: the AWS SDK's error where log groups
 * can be read in no way, the signal's reason.
 */
export function tailLogs(options: TailOptions): LogTail {
  return startTail(options, {});
}

/** The parts that a tail needs. */
export interface TailParts {
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
  /** Replaces waiting. */
  readonly wait?: ((millis: number, signal?: AbortSignal) => Promise<void>) | undefined;
  /** Told, once, that it makes no more requests; there may be items that are not read. */
  readonly onEnd?: (() => void) | undefined;
}

/** A group that was followed, and is gone. */
interface GoneGroup {
  /** All that was ingested before this time has been heard. Milliseconds since 1970. */
  heardUntilMillis: number;
  readonly notBeforeMillis: number;
}

/** As {@link tailLogs}. */
export function startTail(options: TailOptions, parts: TailParts): LogTail {
  const settings = readTailOptions(options, parts.environment ?? process.env);
  return new RunningTail(options, settings, parts);
}

interface QueuedItem {
  readonly item: TailItem;
  readonly event: FoundEvent | undefined;
}

class RunningTail implements LogTail, Desk {
  readonly client: CloudWatchLogsClient;
  readonly calls: TailCalls;
  readonly signal: AbortSignal;
  readonly epochMillis: () => number;
  readonly filterPattern: string | undefined;
  readonly #ownClient: CloudWatchLogsClient | undefined;
  readonly #settings: TailSettings;
  readonly #stop = new AbortController();
  readonly #queue: ItemQueue<QueuedItem>;
  readonly #recent: RecentEvents;
  readonly #filter: TailFilter;
  #followers: Follower[] = [];
  /** Groups that are followed, or left out for good. */
  readonly #known = new Set<string>();
  /** The log groups that were said to be missing. */
  readonly #told = new Set<string>();
  readonly #gone = new Map<string, GoneGroup>();
  /** How often each group has gone. */
  readonly #timesGone = new Map<string, { readonly times: number; readonly lastMillis: number }>();
  #onGone: () => void = () => undefined;
  /** Milliseconds of live sessions of followers that have no group any more. */
  #endedLiveMillis = 0;
  readonly #following: Promise<void>[] = [];
  readonly #metrics: ComponentMetrics<TailStatus> | undefined;
  readonly #run: Promise<void>;
  #heardUntilMillis: number;
  #start: { readonly fromMillis: number; readonly ingestedMillis: number };
  /** Ingestion times of events that the reader has not taken. */
  readonly #unread = new Map<FoundEvent, number>();
  #eventsSeen = 0;
  #eventsShown = 0;
  #eventsDeduplicated = 0;
  #eventsFiltered = 0;
  #eventsSampledOut = 0;
  #sampledUpdates = 0;
  #gaps = 0;
  #unfilledGaps = 0;
  #lagMillis: number | undefined;
  #isBehind = false;

  constructor(options: TailOptions, settings: TailSettings, { wait, onEnd }: TailParts) {
    this.#settings = settings;
    const given = options.client ?? options.calls?.client;
    this.#ownClient = given ? undefined : createCloudWatchLogsClient(options);
    this.client = given ?? this.#ownClient!;
    this.epochMillis = options.clock ?? Date.now;
    this.signal = options.signal ? AbortSignal.any([options.signal, this.#stop.signal]) : this.#stop.signal;
    this.calls = new TailCalls({
      epochMillis: this.epochMillis,
      signal: this.signal,
      wait,
      shared: options.calls,
    });
    this.#queue = new ItemQueue(settings.batchSize);
    this.#recent = new RecentEvents(
      { epochMillis: this.epochMillis },
      { windowMillis: settings.deduplicationWindowMillis + CHECKPOINT_OVERLAP_MILLIS },
    );
    this.#filter = createTailFilter(settings);
    this.filterPattern = this.#filter.pattern;
    this.#start = this.#firstMoment();
    this.#heardUntilMillis = this.#start.fromMillis;
    if (options.meterProvider) {
      const { meterProvider } = options;
      this.#metrics = createTailMetrics({ meterProvider, read: () => this.status() });
    }
    const onAbort = (): void => {
      if (options.signal?.aborted) this.#queue.end(reasonOf(options.signal));
    };
    this.signal.addEventListener('abort', onAbort, { once: true });
    if (this.signal.aborted) onAbort();
    this.#run = this.#follow().then(onEnd);
  }

  [Symbol.asyncIterator](): LogTail {
    return this;
  }

  async next(): Promise<IteratorResult<TailItem, undefined>> {
    const { done, value } = await this.#queue.next();
    if (done) return { done, value: undefined };
    if (value.event) this.#unread.delete(value.event);
    return { done: false, value: value.item };
  }

  async return(): Promise<IteratorResult<TailItem, undefined>> {
    await this.close();
    return { done: true, value: undefined };
  }

  async close(): Promise<void> {
    this.#queue.discard();
    this.#stop.abort();
    await this.#run;
  }

  status(): TailStatus {
    const active = this.#followers.filter((follower) => follower.isActive);
    return {
      streamsActive: active.length,
      liveSessions: active.filter((follower) => follower.isLive).length,
      logGroups: this.#followers.flatMap(({ groups }) => groups.map(({ identifier }) => identifier)),
      breaker: this.calls.breaker,
      calls: this.calls.calls,
      errors: this.calls.errors,
      ...(this.calls.lastError !== undefined && {
        lastError: this.calls.lastError,
        lastErrorAtMillis: this.calls.lastErrorAtMillis,
      }),
      eventsSeen: this.#eventsSeen,
      eventsShown: this.#eventsShown,
      eventsDeduplicated: this.#eventsDeduplicated,
      eventsFiltered: this.#eventsFiltered,
      eventsSampledOut: this.#eventsSampledOut,
      sampledUpdates: this.#sampledUpdates,
      gaps: this.#gaps,
      unfilledGaps: this.#unfilledGaps,
      ...(this.#lagMillis !== undefined && { lagMillis: this.#lagMillis }),
      liveMillis: this.#followers.reduce((sum, follower) => sum + follower.liveMillis, this.#endedLiveMillis),
    };
  }

  checkpoint(): TailCheckpoint {
    const heard = [...this.#followers, ...this.#gone.values()].map((one) => one.heardUntilMillis);
    const unread = [...this.#unread.values()];
    const ingestedMillis = Math.min(...(heard.length === 0 ? [this.#heardUntilMillis] : heard), ...unread);
    const since = ingestedMillis - CHECKPOINT_OVERLAP_MILLIS;
    return {
      version: 1,
      ingestedMillis,
      seen: this.#recent.marksSince(since, MAX_CHECKPOINT_MARKS, this.#unread.keys()),
    };
  }

  beginReading(): Reading {
    return this.#recent.begin();
  }

  async show(found: FoundEvent, reading: Reading): Promise<boolean> {
    this.#eventsSeen++;
    // Most of what is read again is known: it is not worth parsing.
    let parsed: CorrelatedEvent | undefined;
    const parse = (): CorrelatedEvent => (parsed ??= toCorrelatedEvent(found));
    if (!reading.isNew(found, () => this.#filter.matches(parse()))) {
      if (parsed === undefined) this.#eventsDeduplicated++;
      else this.#eventsFiltered++;
      return false;
    }
    const event = parse();
    await this.#measureLag(found);
    if (!this.#filter.isInSample(event)) {
      this.#eventsSampledOut++;
      return true;
    }
    this.#eventsShown++;
    this.#unread.set(found, found.ingestionMillis ?? this.epochMillis());
    await this.#queue.push({ item: { kind: 'event', event }, event: found });
    return true;
  }

  async tell(item: TailItem): Promise<void> {
    if (item.kind === 'gap') {
      this.#gaps++;
      if (!item.isFilled) this.#unfilledGaps++;
    } else if (item.kind === 'sampled') this.#sampledUpdates++;
    await this.#queue.push({ item, event: undefined });
  }

  #firstMoment(): { readonly fromMillis: number; readonly ingestedMillis: number } {
    const { fromMillis, checkpoint } = this.#settings;
    if (checkpoint) {
      this.#recent.remember(checkpoint.seen, checkpoint.ingestedMillis);
      const since = checkpoint.ingestedMillis - CHECKPOINT_OVERLAP_MILLIS;
      return { fromMillis: since, ingestedMillis: since };
    }
    const nowMillis = this.epochMillis();
    return { fromMillis: fromMillis ?? nowMillis, ingestedMillis: nowMillis };
  }

  async #measureLag({ ingestionMillis }: FoundEvent): Promise<void> {
    if (ingestionMillis === undefined) return;
    const lagMillis = Math.max(0, this.epochMillis() - ingestionMillis);
    // What was ingested before the tail began is history, not lag.
    if (ingestionMillis < this.#start.ingestedMillis) return;
    this.#lagMillis = lagMillis;
    const isBehind = lagMillis > (this.#isBehind ? NOTABLE_LAG_MILLIS / 2 : NOTABLE_LAG_MILLIS);
    if (isBehind === this.#isBehind) return;
    this.#isBehind = isBehind;
    await this.tell({ kind: 'lag', lagMillis });
  }

  async missingOf(groups: readonly KnownLogGroup[]): Promise<readonly KnownLogGroup[]> {
    const { leftOut } = await this.#resolve(groups.map(({ identifier }) => identifier));
    const unlisted = new Set(leftOut.map(({ logGroup }) => logGroup));
    const missing: KnownLogGroup[] = [];
    for (const group of groups) {
      if (unlisted.has(group.identifier) || (await this.#isGone(group))) missing.push(group);
    }
    return missing;
  }

  async gone(groups: readonly KnownLogGroup[], heardUntilMillis: number): Promise<void> {
    const nowMillis = this.epochMillis();
    for (const { identifier } of groups) {
      const before = this.#timesGone.get(identifier);
      const isAgain = before !== undefined && nowMillis - before.lastMillis < 2 * LONGEST_AWAY_MILLIS;
      const times = isAgain ? before.times + 1 : 0;
      this.#timesGone.set(identifier, { times, lastMillis: nowMillis });
      const awayMillis = isAgain ? Math.min(LONGEST_AWAY_MILLIS, LOOK_FOR_GROUPS_MILLIS * 2 ** times) : 0;
      this.#gone.set(identifier, { heardUntilMillis, notBeforeMillis: nowMillis + awayMillis });
      this.#known.delete(identifier);
      this.#told.add(identifier);
    }
    await this.tell({ kind: 'missing', logGroups: groups.map(({ identifier }) => identifier) });
    this.#onGone();
  }

  followApart(groups: readonly KnownLogGroup[], heardUntilMillis: number): void {
    this.#startFollower(groups, true, heardUntilMillis);
  }

  isFollowedBeside(follower: Follower): boolean {
    return this.#followers.some((one) => one !== follower && one.groups.length > 0);
  }

  #startFollower(groups: readonly KnownLogGroup[], isLive: boolean, heardUntilMillis: number): void {
    const follower = new Follower(this, this.#settings, groups, this.#start, heardUntilMillis);
    this.#followers.push(follower);
    const running = (isLive ? follower.followLive() : follower.followByPolling()).then(() => {
      this.#followers = this.#followers.filter((one) => one !== follower);
      this.#endedLiveMillis += follower.liveMillis;
    });
    this.#following.push(
      running.catch((error: unknown) => {
        if (!this.signal.aborted) this.#fail(error);
      }),
    );
  }

  /** Never rejects: what ends the tail is given to its reader. */
  async #follow(): Promise<void> {
    try {
      await Promise.race([
        this.#lookForGroups(),
        new Promise<void>((resolve) => {
          this.signal.addEventListener('abort', () => resolve(), { once: true });
          if (this.signal.aborted) resolve();
        }),
      ]);
    } catch (error) {
      if (!this.signal.aborted) this.#fail(error);
    }
    await Promise.all(this.#following);
    this.#metrics?.freeze();
    this.#ownClient?.destroy();
    this.#queue.end();
  }

  /** Shows what was before the tail began, in the order of its times over all groups. */
  async #showHistory(groups: readonly KnownLogGroup[]): Promise<void> {
    const { last, fromMillis, checkpoint } = this.#settings;
    if (last === undefined && fromMillis === undefined && checkpoint === undefined) return;
    const beganMillis = this.epochMillis();
    const reading = this.#recent.begin();
    let unreadable = 0;
    const leaveOut = async (group: KnownLogGroup, error: unknown): Promise<void> => {
      if (isPassing(error) || ++unreadable === groups.length) throw error;
      const reason = reasonFor(error);
      await this.tell({ kind: 'left-out', logGroups: [group.identifier], reason });
    };
    if (last !== undefined) {
      const matches = (event: FoundEvent): boolean => this.#filter.matches(toCorrelatedEvent(event));
      const wanted = { count: last, toMillis: beganMillis, matches };
      const found = await readLast(this, groups, wanted, this.filterPattern, leaveOut);
      this.#start = { ...this.#start, fromMillis: found.events[0]?.timestampMillis ?? beganMillis };
      for (const event of found.tied) reading.isNew(event);
      for (const event of found.events) await this.show(event, reading);
    } else {
      const range = { fromMillis: this.#start.fromMillis, toMillis: beganMillis };
      for await (const event of readInOrder(this, groups, range, this.filterPattern, leaveOut)) {
        await this.show(event, reading);
      }
    }
    reading.end();
    this.#heardUntilMillis = beganMillis;
  }

  #fail(error: unknown): void {
    this.#queue.end(error);
    this.#stop.abort();
  }

  /** Resolves the selectors again and again, and starts a follower for each group that is new, or there again. */
  async #lookForGroups(): Promise<void> {
    let isFirst = true;
    const hasPrefixes = this.#settings.logGroups.some((selector) => selector.endsWith('*'));
    for (;;) {
      let isAllThere = false;
      try {
        const { groups, leftOut } = await this.#resolve(this.#settings.logGroups);
        await this.#noteMissing(leftOut);
        const unknown = groups.filter(({ identifier }) => !this.#known.has(identifier));
        const fresh = unknown.filter(({ identifier }) => !this.#gone.has(identifier));
        if (isFirst) {
          isFirst = false;
          await this.#showHistory(fresh);
          if (!this.#settings.follow) return;
        }
        this.#join(fresh, this.#heardUntilMillis);
        await this.#rejoin(unknown);
        isAllThere = leftOut.length === 0;
      } catch (error) {
        this.signal.throwIfAborted();
        // What is followed goes on; what is new is looked for the next time.
        if (isFirst || !isPassing(error)) throw error;
      }
      if (!hasPrefixes && isAllThere && this.#gone.size === 0) {
        await new Promise<void>((resolve) => (this.#onGone = resolve));
      }
      await this.calls.wait(LOOK_FOR_GROUPS_MILLIS);
    }
  }

  #resolve(selectors: readonly string[]): Promise<ResolvedLogGroups> {
    const directory = new LogGroupDirectory({ client: this.client, epochMillis: this.epochMillis });
    return this.calls.make(() => directory.resolve(selectors, this.signal));
  }

  async #noteMissing(leftOut: ResolvedLogGroups['leftOut']): Promise<void> {
    const missing = leftOut.map(({ logGroup }) => logGroup).filter((name) => !this.#told.has(name));
    for (const name of missing) this.#told.add(name);
    if (missing.length > 0) await this.tell({ kind: 'missing', logGroups: missing });
  }

  #join(groups: readonly KnownLogGroup[], heardUntilMillis: number): void {
    for (const { identifier } of groups) {
      this.#known.add(identifier);
      this.#gone.delete(identifier);
    }
    for (const { live, members } of chunks(groups, this.#settings.source)) {
      this.#startFollower(members, live, heardUntilMillis);
    }
  }

  /** Takes up what was gone and is there again; what still is not is heard of until now. */
  async #rejoin(groups: readonly KnownLogGroup[]): Promise<void> {
    const resolved = new Map(groups.map((group) => [group.identifier, group]));
    for (const [identifier, gone] of [...this.#gone]) {
      const group = resolved.get(identifier);
      const askedMillis = this.epochMillis();
      if (group && askedMillis < gone.notBeforeMillis) continue;
      // Lists have a group for a while that is deleted, and not every role may see one.
      if (group && !(await this.#isGone(group))) this.#join([group], gone.heardUntilMillis);
      else gone.heardUntilMillis = askedMillis;
    }
  }

  /** Asks for one event. @returns false also where that is not allowed. @throws a passing error */
  async #isGone({ identifier }: KnownLogGroup): Promise<boolean> {
    const command = new FilterLogEventsCommand({ ...namedLogGroup(identifier), limit: 1 });
    try {
      await this.calls.make(() => this.client.send(command, { abortSignal: this.signal }));
      return false;
    } catch (error) {
      this.signal.throwIfAborted();
      if (isPassing(error)) throw error;
      return isMissing(error);
    }
  }
}

/** Live tail takes groups of class Standard, by ARN, ten in a session; polled groups have one follower together. */
function chunks(
  groups: readonly KnownLogGroup[],
  source: TailSettings['source'],
): { live: boolean; members: readonly KnownLogGroup[] }[] {
  const canBeLive = (group: KnownLogGroup): boolean =>
    source === 'live' ||
    (source === 'auto' && (group.logGroupClass ?? 'STANDARD') === 'STANDARD' && arnOf(group) !== undefined);
  const live = groups.filter(canBeLive);
  const polled = groups.filter((group) => !canBeLive(group));
  const sessions = [];
  for (let index = 0; index < live.length; index += MAX_SESSION_LOG_GROUPS) {
    sessions.push({ live: true, members: live.slice(index, index + MAX_SESSION_LOG_GROUPS) });
  }
  return polled.length === 0 ? sessions : [...sessions, { live: false, members: polled }];
}
