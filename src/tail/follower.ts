import { type CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { classifyError } from '../cloudwatch/classify-error.js';
import { classifyReadError } from '../cloudwatch/not-offered.js';
import { CloudWatchLogsError } from '../cloudwatch/errors.js';
import { type FoundEvent } from '../insights/look-up/correlated-event.js';
import { type KnownLogGroup } from '../insights/log-groups/log-group-directory.js';
import { type FilledGap, GapFiller } from './gap-filler.js';
import { type LiveSession, type LiveUpdate, openLiveSession } from './live-session.js';
import { readEvents } from './read-events.js';
import { type Reading } from './recent-events.js';
import { isPassing, type TailCalls } from './tail-calls.js';
import { type TailItem } from './tail-item.js';
import { type TailSettings } from './tail-options.js';

/** The desk that followers report to. */
export interface Desk {
  readonly client: CloudWatchLogsClient;
  readonly calls: TailCalls;
  readonly signal: AbortSignal;
  readonly epochMillis: () => number;
  readonly filterPattern: string | undefined;
  /** Begins a reading in which each event comes as often as it is stored. */
  beginReading(): Reading;
  /** Shows an event, unless it is known or not wanted. Waits while the reader is behind. @returns whether it was new */
  show(event: FoundEvent, reading: Reading): Promise<boolean>;
  tell(item: TailItem): Promise<void>;
  /** Which of some groups are not there, as far as the service says. @throws a passing error */
  missingOf(groups: readonly KnownLogGroup[]): Promise<readonly KnownLogGroup[]>;
  /** Says that groups are gone, and has them followed again when they are there again. */
  gone(groups: readonly KnownLogGroup[], heardUntilMillis: number): Promise<void>;
  /** Has groups followed by live tail in sessions of their own. */
  followApart(groups: readonly KnownLogGroup[], heardUntilMillis: number): void;
  /** Tells whether any group is followed by others. */
  isFollowedBeside(follower: Follower): boolean;
}

/** Before this many milliseconds of three hours are over a session is renewed. Source: StartLiveTail. */
const RENEW_AFTER_MILLIS = 170 * 60_000;
/** Behind by more, the service may have dropped updates: it keeps ten for a client that reads slowly. */
const HELD_BACK_MILLIS = 5_000;
/** Milliseconds between two updates. Source: StartLiveTail. */
const UPDATE_MILLIS = 1_000;
/** How far each poll looks back; every tenth one as far as events are remembered. */
const SHORT_LOOK_BACK_MILLIS = 60_000;
const LONG_LOOK_BACK_EVERY = 10;
/** Where a poll takes longer than the time between two of them, the next one looks back less. */
const BUSY_LOOK_BACK_MILLIS = 10_000;
/** Between two long polls there is twice the time that one takes, but not more than this. */
const LONGEST_PAUSE_MILLIS = 30_000;
/** So often live tail may miss a group that everybody else knows, before it is asked for each alone. */
const ATTEMPTS_UNCLEAR = 3;

/** Follows some log groups, by live tail or by polling, until the tail ends. */
export class Follower {
  groups: readonly KnownLogGroup[];
  readonly #desk: Desk;
  readonly #settings: TailSettings;
  readonly #start: { readonly fromMillis: number; readonly ingestedMillis: number };
  /** All that was ingested before this time has been heard. Milliseconds since 1970. */
  #heardUntilMillis: number;
  #session: { readonly openedMillis: number } | undefined;
  #isPolling = false;
  #closedLiveMillis = 0;
  /** Attempts in a row of which live tail said that a group is missing, and nothing else did. */
  #unclear = 0;
  readonly #filler: GapFiller;

  /**
   * @param start - events of a time since `fromMillis` are shown, and older ones that were ingested since
   * `ingestedMillis`
   * @param heardUntilMillis - what was ingested before has been read already
   */
  constructor(
    desk: Desk,
    settings: TailSettings,
    groups: readonly KnownLogGroup[],
    start: { readonly fromMillis: number; readonly ingestedMillis: number },
    heardUntilMillis: number,
  ) {
    this.#desk = desk;
    this.#settings = settings;
    this.groups = groups;
    this.#start = start;
    this.#heardUntilMillis = heardUntilMillis;
    this.#filler = new GapFiller(
      {
        epochMillis: desk.epochMillis,
        wait: (millis) => desk.calls.wait(millis),
        read: async (fromMillis, toMillis, onNew) => {
          await this.#read(fromMillis, toMillis, onNew);
        },
        isPassing: (error) => {
          desk.signal.throwIfAborted();
          return isPassing(error);
        },
        onFilled: (gap) => this.#tellFilled(gap),
      },
      { lookBackMillis: settings.deduplicationWindowMillis },
    );
  }

  /** All that was ingested before this time has been heard. Milliseconds since 1970. */
  get heardUntilMillis(): number {
    // What is being filled is heard when it is filled; until then a checkpoint goes back to it.
    return Math.min(this.#heardUntilMillis, this.#filler.owedSinceMillis ?? Infinity);
  }

  get isActive(): boolean {
    return this.#session !== undefined || this.#isPolling;
  }

  get isLive(): boolean {
    return this.#session !== undefined;
  }

  /** Milliseconds of live sessions so far. */
  get liveMillis(): number {
    const open = this.#session === undefined ? 0 : this.#desk.epochMillis() - this.#session.openedMillis;
    return this.#closedLiveMillis + open;
  }

  /** Follows by live tail, and by polling where that is refused for good, while there are groups. @throws what ends the tail */
  async followLive(): Promise<void> {
    let gap: string | undefined;
    for (;;) {
      let isOpen = false;
      try {
        const session = await openLiveSession(this.#desk, this.groups, this.#desk.filterPattern);
        isOpen = true;
        this.#unclear = 0;
        this.#session = { openedMillis: this.#desk.epochMillis() };
        try {
          await this.#desk.tell({ kind: 'session', source: 'live', logGroups: this.#names() });
          // The tail's own beginning is no gap. It is read beside the session, which drops what waits too long.
          const kind = gap === undefined ? 'start' : 'gap';
          const [fromMillis, toMillis] = [this.#heardUntilMillis, this.#desk.epochMillis()];
          this.#filler.fill({ kind, fromMillis, toMillis, reason: gap ?? '' });
          gap = await this.#listen(session);
        } finally {
          this.#closedLiveMillis = this.liveMillis;
          this.#session = undefined;
          session.close();
        }
      } catch (error) {
        this.#desk.signal.throwIfAborted();
        if (!isOpen && isMissing(error)) {
          // One missing group keeps the session of all from being opened.
          await this.#leaveOutMissing();
          if (this.groups.length === 0) return;
        } else if (isForGood(error)) {
          if (this.#settings.source === 'live') throw error;
          const reason = reasonFor(error);
          await this.#desk.tell({ kind: 'fallback', logGroups: this.#names(), reason });
          await this.followByPolling();
          return;
        }
        // A request that failed is counted already; a stream that broke is not.
        if (isOpen) this.#desk.calls.failed(error);
        gap = isMissing(error) && gap !== undefined ? gap : reasonFor(error);
        // TailCalls waits longer with each failure; a stream that breaks at once is none of its calls.
        await this.#desk.calls.wait(500);
      }
    }
  }

  /** Follows by FilterLogEvents, while there are groups. @throws what ends the tail */
  async followByPolling(): Promise<void> {
    this.#isPolling = true;
    await this.#desk.tell({ kind: 'session', source: 'polling', logGroups: this.#names() });
    let failedSince: number | undefined;
    let filled = 0;
    const onNew = (): void => {
      filled++;
    };
    let isBusy = false;
    let longAgainMillis = 0;
    for (let shortPolls = LONG_LOOK_BACK_EVERY; ; shortPolls++) {
      const startedMillis = this.#desk.epochMillis();
      try {
        const isLong = shortPolls >= LONG_LOOK_BACK_EVERY && startedMillis >= longAgainMillis;
        const longest = this.#settings.deduplicationWindowMillis;
        const shortest = isBusy ? BUSY_LOOK_BACK_MILLIS : SHORT_LOOK_BACK_MILLIS;
        const lookBack = isLong ? longest : Math.min(shortest, longest);
        await this.#read(Math.min(startedMillis, this.#heardUntilMillis) - lookBack, undefined, onNew);
        if (this.groups.length === 0) break;
        const tookMillis = this.#desk.epochMillis() - startedMillis;
        if (isLong) {
          // One that failed has not looked back. What takes long is not done all the time.
          shortPolls = 0;
          longAgainMillis = startedMillis + tookMillis + Math.min(LONGEST_PAUSE_MILLIS, 2 * tookMillis);
        } else {
          isBusy = tookMillis > this.#settings.intervalMillis;
        }
        this.#heardUntilMillis = startedMillis;
        if (failedSince !== undefined) {
          const [fromMillis, toMillis] = [failedSince, this.#desk.epochMillis()];
          const reason = 'the service did not answer';
          const gap = {
            logGroups: this.#names(),
            fromMillis,
            toMillis,
            reason,
            isFilled: true,
            events: filled,
          };
          await this.#desk.tell({ kind: 'gap', ...gap });
          failedSince = undefined;
        }
        filled = 0;
      } catch (error) {
        this.#desk.signal.throwIfAborted();
        if (!isPassing(error)) throw error;
        // What a poll brought before it failed is no part of the gap, unless it is in one already.
        if (failedSince === undefined) filled = 0;
        failedSince ??= this.#heardUntilMillis;
      }
      await this.#desk.calls.wait(this.#settings.intervalMillis);
    }
    this.#isPolling = false;
  }

  /** Leaves out what keeps a session from being opened: the groups that are not there, or else all, each with a session of its own. */
  async #leaveOutMissing(): Promise<void> {
    let missing: readonly KnownLogGroup[];
    try {
      missing = await this.#desk.missingOf(this.groups);
    } catch (error) {
      this.#desk.signal.throwIfAborted();
      if (!isPassing(error)) throw error;
      // Asked again at the next attempt.
      return;
    }
    const { groups } = this;
    if (missing.length > 0) this.#unclear = 0;
    else if (++this.#unclear < ATTEMPTS_UNCLEAR) {
      // A group that was just made is not known everywhere at once.
      await this.#desk.calls.wait(1_000 * 2 ** this.#unclear);
      return;
    }
    // Whoever may ask for nothing but live tail learns by that which it is.
    if (missing.length === 0 && groups.length === 1) missing = groups;
    this.groups = missing.length === 0 ? [] : groups.filter((group) => !missing.includes(group));
    if (missing.length > 0) await this.#desk.gone(missing, this.heardUntilMillis);
    else for (const group of groups) this.#desk.followApart([group], this.heardUntilMillis);
  }

  /** Shows what comes until the session is to be renewed, or ends. @returns why it is over, as the end of a sentence */
  async #listen(session: LiveSession): Promise<string> {
    const { epochMillis } = this.#desk;
    const reading = this.#desk.beginReading();
    const openedMillis = epochMillis();
    let lastUpdateMillis = openedMillis;
    // An update that did not wait tells by how much the clocks differ, and how long the service takes.
    let leastAgeMillis = Infinity;
    let isReaderSlow = false;
    try {
      for (;;) {
        const next = await session.updates.next();
        if (next.done === true) {
          if (epochMillis() - openedMillis < RENEW_AFTER_MILLIS) this.#desk.calls.failed(endedEarly());
          return 'the session ended';
        }
        const update = next.value;
        const cameMillis = epochMillis();
        const ageMillis = cameMillis - oldestOf(update, cameMillis);
        leastAgeMillis = Math.min(leastAgeMillis, ageMillis);
        const range = { fromMillis: lastUpdateMillis, toMillis: cameMillis };
        if (
          cameMillis - lastUpdateMillis > HELD_BACK_MILLIS ||
          ageMillis - leastAgeMillis > HELD_BACK_MILLIS
        ) {
          const fromMillis = Math.min(lastUpdateMillis, cameMillis - ageMillis);
          const reason = isReaderSlow ? 'the reader was slower than the events came' : 'updates came late';
          this.#filler.fill({ kind: 'gap', fromMillis, toMillis: cameMillis, reason });
        }
        if (update.isSampled) this.#filler.fill({ kind: 'sampled', ...range, reason: '' });
        for (const event of update.events) await this.#desk.show(event, reading);
        this.#heardUntilMillis = cameMillis;
        lastUpdateMillis = cameMillis;
        isReaderSlow = epochMillis() - cameMillis > UPDATE_MILLIS;
        if (epochMillis() - openedMillis > RENEW_AFTER_MILLIS) return 'the session was renewed';
      }
    } finally {
      reading.end();
    }
  }

  async #tellFilled({ kind, fromMillis, toMillis, reason, isFilled, events }: FilledGap): Promise<void> {
    const about = { logGroups: this.#names(), fromMillis, toMillis };
    // The beginning is told of only where it is not whole.
    if (kind === 'sampled') await this.#desk.tell({ kind, ...about, isFilled, events });
    else if (kind === 'gap') await this.#desk.tell({ kind, ...about, reason, isFilled, events });
    else if (!isFilled) {
      await this.#desk.tell({ kind: 'gap', ...about, reason: 'the tail began', isFilled, events });
    }
  }

  /**
   * Reads all groups once. A group that can't be read for good is left out from then on.
   * @param fromMillis - time of the first event that is read
   * @param onNew - told of events that were new
   * @throws a passing error; the last one where no group is left
   */
  async #read(
    fromMillis: number,
    toMillis: number | undefined,
    onNew?: (event: FoundEvent) => void,
  ): Promise<void> {
    const reading = this.#desk.beginReading();
    try {
      for (const group of [...this.groups])
        await this.#readGroup(group, { fromMillis, toMillis }, reading, onNew);
    } finally {
      reading.end();
    }
  }

  async #readGroup(
    group: KnownLogGroup,
    range: { readonly fromMillis: number; readonly toMillis: number | undefined },
    reading: Reading,
    onNew: ((event: FoundEvent) => void) | undefined,
  ): Promise<void> {
    try {
      for await (const event of readEvents(this.#desk, group, range, this.#desk.filterPattern)) {
        if (!this.#isFromBefore(event) && (await this.#desk.show(event, reading))) onNew?.(event);
      }
    } catch (error) {
      this.#desk.signal.throwIfAborted();
      if (isPassing(error)) throw error;
      if (this.#isPolling) await this.#leaveOut(group, error);
      // Live tail may have what FilterLogEvents is denied. A group that is gone holds nothing; its session learns of it.
      else if (!isMissing(error)) throw error;
    }
  }

  /** @throws the error where no group is left to anybody */
  async #leaveOut(group: KnownLogGroup, error: unknown): Promise<void> {
    this.groups = this.groups.filter((one) => one !== group);
    if (isMissing(error)) {
      await this.#desk.gone([group], this.heardUntilMillis);
      return;
    }
    if (this.groups.length === 0 && !this.#desk.isFollowedBeside(this)) throw error;
    await this.#desk.tell({ kind: 'left-out', logGroups: [group.identifier], reason: reasonFor(error) });
  }

  #isFromBefore({ timestampMillis, ingestionMillis = 0 }: FoundEvent): boolean {
    return timestampMillis < this.#start.fromMillis && ingestionMillis < this.#start.ingestedMillis;
  }

  #names(): string[] {
    return this.groups.map(({ identifier }) => identifier);
  }
}

/** When the first event of an update was ingested. */
function oldestOf({ events }: LiveUpdate, otherwise: number): number {
  return events.reduce(
    (oldest, { ingestionMillis }) => Math.min(oldest, ingestionMillis ?? otherwise),
    otherwise,
  );
}

function endedEarly(): CloudWatchLogsError {
  return new CloudWatchLogsError('ERR_LIVE_TAIL', 'the stream of live tail ended before its time');
}

/** Says whether a log group is not there, or not any more. */
export function isMissing(error: unknown): boolean {
  return classifyError(error) === 'missing';
}

/** Says whether live tail will not have these groups however often it is asked: permission, class, an emulator. */
function isForGood(error: unknown): boolean {
  const kind = classifyReadError(error);
  return (
    kind === 'denied' || kind === 'invalid' || kind === 'refused' || kind === 'unreadable' || isQuota(error)
  );
}

/** All sessions of the account are taken. Source: "CloudWatch Logs quotas", live tail. */
function isQuota(error: unknown): boolean {
  return error instanceof Error && error.name === 'LimitExceededException';
}

/** A sentence's end that holds nothing of the service's text. */
export function reasonFor(error: unknown): string {
  if (!(error instanceof Error)) return 'the stream ended';
  if (error.name === 'CloudWatchLogsError') return error.message;
  return `the service answered ${/^[\w.-]{1,100}$/.test(error.name) ? error.name : 'with an error'}`;
}
