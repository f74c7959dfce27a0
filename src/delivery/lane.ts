import { type Destination } from './encoded-event.js';
import { HAS_GRACE, isHopeless, OF_THE_DESTINATION, type RetryCause } from './outcome.js';
import { type PendingBatch } from './pending-batch.js';

/**
 * Milliseconds for which a denied permission counts as passing: a role's new permissions take some seconds
 * to be known everywhere. After that each batch gets one attempt.
 */
const DENIED_GRACE_MILLIS = 10_000;

/** Wrong sequence tokens in a row up to which they are corrected without waiting. */
const MAX_TOKEN_CORRECTIONS = 3;

/** An attempt to send a batch that failed, for what may pass. */
export interface FailedAttempt {
  /** Which of all attempts it was. */
  readonly number: number;
  readonly cause: RetryCause;
  /** Milliseconds, monotonic. */
  readonly now: number;
}

/** How long a lane waits after a failure. */
export interface LaneWaits {
  /** Milliseconds after so many failures in a row. */
  readonly after: (failures: number) => number;
  /** Milliseconds that the service asks for, where it does. */
  readonly asked: number | undefined;
}

/** The batches of one stream that wait to be sent, in order of arrival, and how sending them goes. */
export class Lane {
  readonly destination: Destination;
  /** One request at a time, so that no event arrives before those that came before it. */
  readonly #keepsOrder: boolean;
  /** Places of batches that are being written to disk and come in after that. */
  readonly #expected = new Set<number>();
  readonly #inFlight = new Set<PendingBatch>();
  readonly #waiting: PendingBatch[] = [];
  /** Group or stream is being made: nothing is sent until then. */
  #isBlocked = false;
  /** Failed attempts since the last success. */
  #failures = 0;
  /** No attempt before this time. */
  #readyAt = 0;
  /** Since when no attempt succeeded; undefined while all is well. */
  #failingSince: number | undefined;
  /** Since when every answer was one that is given some seconds to pass, and means a loss after them. */
  #inGraceSince: number | undefined;
  #lastCause: RetryCause | undefined;
  /** Its last attempt was held back by the circuit breaker. */
  #isHeldBack = false;
  /** The attempt (by number) that last failed for something that waiting a little will not mend. */
  #lastHopelessAttempt = 0;
  /** The endpoint wants sequence tokens, so requests to this stream go one by one. */
  #wantsTokens = false;
  #sequenceToken: string | undefined;
  #tokenCorrections = 0;

  /** @param destination - its stream @param keepsOrder - whether batches arrive in the order in which they came */
  constructor(destination: Destination, keepsOrder = false) {
    this.destination = destination;
    this.#keepsOrder = keepsOrder;
  }

  /** Its name in diagnostics. */
  get name(): string {
    const { logGroupName, logStreamName } = this.destination;
    return `log group ${logGroupName}, stream ${logStreamName}`;
  }

  /** Nothing is here, and nothing is to be remembered. */
  get isForgettable(): boolean {
    const isQuiet = !this.#isBlocked && !this.#wantsTokens && !this.#lastCause;
    return isQuiet && !this.holdsSomething && this.#expected.size === 0;
  }

  /** Some of what waits is on disk: what comes now is behind it. */
  get hasStored(): boolean {
    return this.#waiting[0]?.stored !== undefined;
  }

  /** Batches of it are neither delivered nor lost. */
  get holdsSomething(): boolean {
    return this.#waiting.length > 0 || this.#inFlight.size > 0;
  }

  /**
   * Some of what came up to a place is neither delivered nor lost.
   * @param inMemoryAlone - what is on disk does not count
   */
  holdsUpTo(place: number, inMemoryAlone: boolean): boolean {
    const counts = (batch: PendingBatch): boolean =>
      batch.sequence <= place && !(inMemoryAlone && batch.stored !== undefined);
    for (const batch of this.#inFlight) if (counts(batch)) return true;
    // Batches on disk mostly stand before those in memory, so the last one is looked at first.
    const [oldest] = this.#waiting;
    return inMemoryAlone
      ? this.#waiting.findLast(counts) !== undefined
      : oldest !== undefined && counts(oldest);
  }

  get isInFlight(): boolean {
    return this.#inFlight.size > 0;
  }

  /** Group or stream is being made. */
  get isBlocked(): boolean {
    return this.#isBlocked;
  }

  /** The token that the next request needs, where the endpoint is one of before 2023. */
  get sequenceToken(): string | undefined {
    return this.#sequenceToken;
  }

  /** No attempt before this time, on the monotonic clock. */
  get readyAt(): number {
    return this.#readyAt;
  }

  /** When its next attempt may start, on the monotonic clock; undefined where something must happen before. */
  get startsAt(): number | undefined {
    const isReady = !this.#isBlocked && this.#waiting.length > 0 && this.#mayStart;
    return isReady ? this.#readyAt : undefined;
  }

  /** It fails for what is wrong with its destination alone, for so long that nobody expects it to pass. */
  isStuck(now: number, longMillis: number): boolean {
    return (
      this.#lastCause !== undefined &&
      OF_THE_DESTINATION.has(this.#lastCause) &&
      this.hasFailedFor(now, longMillis)
    );
  }

  /** No attempt succeeded since one failed. */
  get isFailing(): boolean {
    return this.#failingSince !== undefined;
  }

  /** No attempt succeeded for so long. */
  hasFailedFor(now: number, millis: number): boolean {
    return this.#failingSince !== undefined && now - this.#failingSince >= millis;
  }

  /** Waiting longer will not help it. @param attempt - the last before somebody began to wait */
  isHopelessSince(attempt: number): boolean {
    return !this.#isBlocked && !this.isInFlight && this.#lastHopelessAttempt > attempt;
  }

  /**
   * Says whether one more request may start. The service wants no order between requests of a stream. With a spool
   * it is kept all the same: of two requests under way the second may succeed where the first fails. Without one,
   * where it costs nothing: after a failure one request probes, and the others follow.
   */
  get #mayStart(): boolean {
    const [next] = this.#waiting as [PendingBatch];
    if (next.isRewritten || this.#isBehindExpected(next)) return false;
    return this.#inFlight.size === 0 || !(this.#keepsOrder || this.#wantsTokens || this.#failures > 0);
  }

  #isBehindExpected({ sequence }: PendingBatch): boolean {
    for (const place of this.#expected) if (place < sequence) return true;
    return false;
  }

  /** All its batches, the oldest first. */
  *batches(): Generator<PendingBatch> {
    yield* [...this.#inFlight, ...this.#waiting].sort((a, b) => a.sequence - b.sequence);
  }

  /** Its batches that are not in flight, the oldest first. */
  get waiting(): readonly PendingBatch[] {
    return this.#waiting;
  }

  /**
   * The first place after another one whose batch does not wait here now but may come to it: it is in flight, or on
   * its way to disk. Infinite where there is none.
   */
  openPlaceAfter(sequence: number): number {
    let first = Number.POSITIVE_INFINITY;
    for (const batch of this.#inFlight) {
      if (batch.sequence > sequence) first = Math.min(first, batch.sequence);
    }
    for (const place of this.#expected) if (place > sequence) first = Math.min(first, place);
    return first;
  }

  isSending(batch: PendingBatch): boolean {
    return this.#inFlight.has(batch);
  }

  /** Nothing behind a place starts before {@link doesNotExpect}. */
  expect(sequence: number): void {
    this.#expected.add(sequence);
  }

  doesNotExpect(sequence: number): void {
    this.#expected.delete(sequence);
  }

  /** Takes in a batch, or back to its place one that was in flight. */
  add(batch: PendingBatch): void {
    // Nearly all come in order, what an earlier process left by the thousand.
    if ((this.#waiting.at(-1)?.sequence ?? Number.NEGATIVE_INFINITY) < batch.sequence) {
      this.#waiting.push(batch);
      return;
    }
    // No two have the same place, so the last one at least is later.
    const later = this.#waiting.findIndex((other) => other.sequence > batch.sequence);
    this.#waiting.splice(later, 0, batch);
  }

  /** Takes the oldest waiting batch; it is in flight from now on. */
  start(): PendingBatch {
    const batch = this.#waiting.shift()!;
    this.#inFlight.add(batch);
    return batch;
  }

  /** A request for a batch is over; what is left of it waits again. */
  end(batch: PendingBatch): void {
    this.#inFlight.delete(batch);
  }

  /** Takes a waiting batch out, without sending it. */
  remove(batch: PendingBatch): void {
    const index = this.#waiting.indexOf(batch);
    if (index !== -1) this.#waiting.splice(index, 1);
  }

  /** Puts one batch in the place of some that wait. */
  replace(batches: readonly PendingBatch[], by: PendingBatch): void {
    const replaced = new Set(batches);
    const at = this.#waiting.findIndex((batch) => replaced.has(batch));
    this.#waiting[at] = by;
    for (let index = this.#waiting.length - 1; index > at; index--) {
      if (replaced.has(this.#waiting[index]!)) this.#waiting.splice(index, 1);
    }
  }

  /** Takes the oldest waiting batch out, without sending it. */
  evictOldest(): PendingBatch | undefined {
    return this.#waiting.shift();
  }

  /** Nothing is sent until {@link unblock}. */
  block(): void {
    this.#isBlocked = true;
  }

  unblock(): void {
    this.#isBlocked = false;
  }

  /** Its group or stream can't be made. @param attempt - the last so far */
  couldNotBeMade(attempt: number): void {
    this.#lastHopelessAttempt = attempt;
  }

  /** The service took a batch. @param nextToken - for endpoints that want one */
  accepted(nextToken: string | undefined): void {
    this.#failures = 0;
    this.#readyAt = 0;
    this.#failingSince = undefined;
    this.#inGraceSince = undefined;
    this.#lastCause = undefined;
    this.#lastHopelessAttempt = 0;
    this.#tokenCorrections = 0;
    if (this.#wantsTokens) this.#sequenceToken = nextToken;
  }

  /** An attempt failed. @returns whether it is past the seconds that are given to what may pass, and means a loss */
  failed({ number, cause, now }: FailedAttempt): boolean {
    this.#lastCause = cause;
    this.#failingSince ??= now;
    if (isHopeless(cause, now - this.#failingSince)) this.#lastHopelessAttempt = number;
    this.#inGraceSince = HAS_GRACE.has(cause) ? (this.#inGraceSince ?? now) : undefined;
    return this.#inGraceSince !== undefined && now - this.#inGraceSince >= DENIED_GRACE_MILLIS;
  }

  /**
   * Waits after a failure. Requests that were in flight together fail together: they count as one failure, and the
   * longest wait that one of them was asked for holds.
   * @returns how many failures in a row it is now; undefined where the wait is on already
   */
  wait(now: number, { after, asked }: LaneWaits): number | undefined {
    if (this.#readyAt > now) {
      if (asked !== undefined) this.#readyAt = Math.max(this.#readyAt, now + asked);
      return undefined;
    }
    this.#readyAt = now + after(++this.#failures);
    return this.#failures;
  }

  /** The circuit breaker held an attempt back. */
  heldBack({ number, cause, now }: FailedAttempt, millis: number): void {
    this.#lastCause = cause;
    this.#failingSince ??= now;
    this.#isHeldBack = true;
    this.#lastHopelessAttempt = number;
    this.#readyAt = now + millis;
  }

  /** A batch that the breaker held back need not wait for its next probe. */
  release(): void {
    if (this.#isHeldBack) this.retryNow();
    this.#isHeldBack = false;
  }

  /** A stored batch could not be read. */
  unread({ number, now }: Omit<FailedAttempt, 'cause'>, after: LaneWaits['after']): void {
    this.#failingSince ??= now;
    this.#lastHopelessAttempt = number;
    this.#readyAt = now + after(++this.#failures);
  }

  /** The endpoint wants another sequence token. @returns false where it was told so too often to try again at once */
  correctToken(expected: string | undefined): boolean {
    this.#wantsTokens = true;
    this.#sequenceToken = expected;
    return ++this.#tokenCorrections <= MAX_TOKEN_CORRECTIONS;
  }

  /** Its wait is over. */
  retryNow(): void {
    this.#readyAt = 0;
  }
}
