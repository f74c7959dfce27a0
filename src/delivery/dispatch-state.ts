import { setMaxListeners } from 'node:events';
import { type Diagnostics } from '../observability/diagnostics.js';
import { type Losses } from '../observability/losses.js';
import { type Provisioner } from '../resources/ensure-log-group.js';
import { type Admission } from './admission.js';
import { type Breaker } from './breaker.js';
import { Deadline } from './deadline.js';
import { DeliveryAccounts } from './delivery-accounts.js';
import { type DeliverySettings } from './delivery.js';
import { Halfway } from './halfway.js';
import { Lanes } from './lanes.js';
import { type PendingBatch } from './pending-batch.js';
import { Pace } from './pace.js';
import { RoomForBytes } from './room-for-bytes.js';
import { type Sender } from './sender.js';
import { type Spool } from './spool/spool.js';

/** The parts that the dispatcher needs. */
export interface DispatcherParts {
  readonly sender: Sender;
  readonly provisioner: Provisioner;
  readonly breaker?: Breaker | undefined;
  readonly spool?: Spool | undefined;
  /** Shared with who holds events before they come here; by default as much as `maxBufferBytes`. */
  readonly room?: RoomForBytes | undefined;
  readonly losses: Losses;
  readonly diagnostics: Diagnostics;
  readonly monotonicMillis: () => number;
  /** Milliseconds since 1970; `Date.now` by default. */
  readonly epochMillis?: (() => number) | undefined;
  readonly random: () => number;
}

/** The calls by which the parts of a dispatcher tell it of changes. */
export interface DispatchLoop {
  /** Something may start that could not before. */
  pump(): void;
  /** A flush may be through. */
  checkFlushes(): void;
  /** These will not be delivered soon: they are made safe, and who waits for that alone waits no longer. */
  keep(batches: readonly PendingBatch[]): void;
}

/** `closing`: nothing new comes in, and what is left is tried once more. `aborted`: no request is made any more. */
export type Phase = 'open' | 'closing' | 'aborted';

/** The state that the parts of a dispatcher share. */
export class DispatchState {
  readonly parts: DispatcherParts;
  readonly settings: DeliverySettings;
  readonly lanes: Lanes;
  readonly room: RoomForBytes;
  readonly accounts: DeliveryAccounts;
  readonly pace: Pace;
  readonly halfway = new Halfway();
  /** The calls of `deliver` of which some batch waits for room. */
  readonly admissions = new Set<Admission>();
  /** Aborts when the time of a shutdown is over. */
  readonly abort = new AbortController();
  /** Attempts begun so far: also the number of the last one. */
  attempts = 0;
  inFlight = 0;
  /** Whether those who deliver wait for answers; a shutdown that has waited long enough lets them go. */
  callersWait = true;
  /**
   * The process is about to end, and its last batches are settled in one synchronous call: nothing is started meanwhile. It
   * is no phase, because phases only go forwards, while a process whose end was called off goes on in the phase it was in,
   * and because it can hold in any of them.
   */
  standsStill = false;
  #isClosing = false;
  #failingSince: number | undefined;
  readonly #underWay = new Set<Promise<void>>();
  #batches = 0;

  constructor(parts: DispatcherParts, settings: DeliverySettings) {
    const { losses, spool } = parts;
    this.parts = parts;
    this.settings = settings;
    this.lanes = new Lanes({ keepOrder: spool !== undefined });
    this.room = parts.room ?? new RoomForBytes(settings.maxBufferBytes);
    const { epochMillis = Date.now } = parts;
    this.accounts = new DeliveryAccounts({ losses, spool, room: this.room, epochMillis });
    // One listener for each request in flight, as many as `concurrency` allows.
    setMaxListeners(0, this.abort.signal);
    this.pace = new Pace(parts, settings);
  }

  get phase(): Phase {
    if (this.abort.signal.aborted) return 'aborted';
    return this.#isClosing ? 'closing' : 'open';
  }

  /** The endpoint is known to fail: no request to it succeeded since one failed, for what no destination has alone. */
  get isDown(): boolean {
    return this.#failingSince !== undefined;
  }

  /** It fails for as long as one waits for an export, or the circuit breaker says that it is down. */
  get isDownForLong(): boolean {
    const { breaker, monotonicMillis } = this.parts;
    const since = this.#failingSince;
    return (
      breaker?.state === 'open' ||
      (since !== undefined && monotonicMillis() - since >= this.settings.deliveryTimeoutMillis)
    );
  }

  /** The place of the batch that came last, in the order of arrival. */
  get lastSequence(): number {
    return this.#batches;
  }

  /** The place of a batch in the order of arrival. */
  nextSequence(): number {
    return ++this.#batches;
  }

  /** From now on nothing new comes in. */
  close(): void {
    this.#isClosing = true;
  }

  /** The endpoint answers, whatever it says: it is worth waiting for. */
  endpointAnswered(): void {
    this.#failingSince = undefined;
  }

  /** A request to the endpoint failed. @returns whether it was well until now */
  endpointFailed(now: number): boolean {
    const wasWell = this.#failingSince === undefined;
    this.#failingSince ??= now;
    return wasWell;
  }

  /** Notes an attempt that began. @param attempt - never rejects */
  begin(attempt: Promise<void>): void {
    this.#underWay.add(attempt);
    void attempt.then(() => this.#underWay.delete(attempt));
  }

  /** Resolves when no attempt is under way. */
  async idle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  /** @param millis - from now on */
  deadlineIn(millis: number): Deadline {
    return Deadline.after(millis, this.parts.monotonicMillis);
  }
}
