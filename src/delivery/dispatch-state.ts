import { setMaxListeners } from 'node:events';
import { type Diagnostics } from '../observability/diagnostics.js';
import { type Losses } from '../observability/losses.js';
import { type Provisioner } from '../resources/ensure-log-group.js';
import { type Admission } from './admission.js';
import { type EndpointBreaker } from './circuit-breaker.js';
import { DeliveryAccounts } from './delivery-accounts.js';
import { type DeliverySettings } from './delivery.js';
import { Lanes } from './lanes.js';
import { Pace } from './pace.js';
import { RoomForBytes } from './room-for-bytes.js';
import { type Sender } from './sender.js';
import { type Spool } from './spool/spool.js';

/** What the dispatcher works with. */
export interface DispatcherParts {
  readonly sender: Sender;
  readonly provisioner: Provisioner;
  readonly breaker?: EndpointBreaker | undefined;
  readonly spool?: Spool | undefined;
  readonly losses: Losses;
  readonly diagnostics: Diagnostics;
  readonly now: () => number;
  /** Milliseconds since 1970; `Date.now` by default. */
  readonly wallClock?: (() => number) | undefined;
  readonly random: () => number;
}

/** What the parts of a dispatcher tell it. */
export interface DispatchLoop {
  /** Something may start that could not before. */
  pump(): void;
  /** A flush may be through. */
  checkFlushes(): void;
}

/** What the parts of a dispatcher share. */
export class DispatchState {
  readonly parts: DispatcherParts;
  readonly settings: DeliverySettings;
  readonly lanes = new Lanes();
  readonly room: RoomForBytes;
  readonly accounts: DeliveryAccounts;
  readonly pace: Pace;
  /** The calls of `deliver` of which some batch waits for room. */
  readonly admissions = new Set<Admission>();
  /** Aborts when the time of a shutdown is over. */
  readonly abort = new AbortController();
  isClosed = false;
  /** Whoever delivers or flushes need not wait for answers any more. */
  isWaitingOver = false;
  /** Attempts begun so far: also the number of the last one. */
  attempts = 0;
  inFlight = 0;
  /** Since when no request to the endpoint succeeded, for reasons that no destination has alone. */
  failingSince: number | undefined;
  readonly #underWay = new Set<Promise<void>>();
  #batches = 0;

  constructor(parts: DispatcherParts, settings: DeliverySettings) {
    const { losses, spool } = parts;
    this.parts = parts;
    this.settings = settings;
    this.room = new RoomForBytes(settings.maxBufferBytes);
    const { wallClock = Date.now } = parts;
    this.accounts = new DeliveryAccounts({ losses, spool, room: this.room, wallClock });
    // One listener for each request in flight, as many as `concurrency` allows.
    setMaxListeners(0, this.abort.signal);
    this.pace = new Pace(parts, settings);
  }

  get isAborted(): boolean {
    return this.abort.signal.aborted;
  }

  /** The place of a batch in the order of arrival. */
  nextSequence(): number {
    return ++this.#batches;
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

  /** In an outage nobody waits for what will not be delivered soon. */
  hasFailedLong(since: number | undefined): boolean {
    return since !== undefined && this.parts.now() - since >= this.settings.exportTimeoutMillis;
  }
}
