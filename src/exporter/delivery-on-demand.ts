import { CloudWatchLogsError } from '../cloudwatch/errors.js';
import { type Deadline } from '../delivery/deadline.js';
import {
  type Delivery,
  type DeliveryResult,
  type DeliveryStatus,
  type DeliverOptions,
  type SendAtOnce,
} from '../delivery/delivery.js';
import { type Destination, type LogEventBatch } from '../delivery/encoded-event.js';
import { type RoomForBytes } from '../delivery/room-for-bytes.js';
import { type SpoolStatus } from '../delivery/spool/spool-settings.js';
import { type Diagnostics } from '../observability/diagnostics.js';
import { type Losses } from '../observability/losses.js';

/** The parts that a delivery needs while it is not loaded yet. */
export interface DeliveryOnDemandParts {
  /** Loads and makes the delivery. */
  readonly load: () => Promise<Delivery>;
  readonly room: RoomForBytes;
  readonly losses: Losses;
  readonly diagnostics: Diagnostics;
}

const NOTHING_YET: DeliveryStatus = {
  deliveredEvents: 0,
  deliveredBytes: 0,
  heldEvents: 0,
  heldBytes: 0,
  requests: 0,
  retries: 0,
  throttles: 0,
};

/**
 * A delivery that loads in the background from its construction on. What comes until it is there, some milliseconds
 * later, waits for it and reaches it in the same order.
 */
export class DeliveryOnDemand implements Delivery {
  readonly #parts: DeliveryOnDemandParts;
  #delivery: Delivery | undefined;
  #loading: Promise<Delivery | undefined>;
  #error: Error | undefined;

  constructor(parts: DeliveryOnDemandParts) {
    this.#parts = parts;
    this.#loading = this.#load();
  }

  async deliver(batches: readonly LogEventBatch[], options: DeliverOptions = {}): Promise<DeliveryResult> {
    const loading = this.#loading;
    const delivery = this.#delivery ?? (await loading) ?? (await this.#loadAgain(loading));
    return delivery ? await delivery.deliver(batches, options) : this.#giveUp(batches, options);
  }

  async prepare(destinations: readonly Destination[]): Promise<void> {
    await (this.#delivery ?? (await this.#loading))?.prepare(destinations);
  }

  async prepareGroup(logGroupName: string): Promise<void> {
    await (this.#delivery ?? (await this.#loading))?.prepareGroup(logGroupName);
  }

  async forceFlush(deadline?: Deadline): Promise<void> {
    await (this.#delivery ?? (await this.#loading))?.forceFlush(deadline);
  }

  async shutdown(deadline?: Deadline): Promise<void> {
    await (this.#delivery ?? (await this.#loading))?.shutdown(deadline);
  }

  settleAtOnce(send: SendAtOnce, deliverRest: () => void): void {
    this.#delivery?.settleAtOnce?.(send, deliverRest);
  }

  status(): DeliveryStatus {
    return this.#delivery?.status() ?? { ...NOTHING_YET, lastError: this.#error };
  }

  async checkSpool(): Promise<SpoolStatus | undefined> {
    return await (this.#delivery ?? (await this.#loading))?.checkSpool?.();
  }

  /** Never rejects. */
  async #load(): Promise<Delivery | undefined> {
    try {
      this.#delivery = await this.#parts.load();
      return this.#delivery;
    } catch (cause) {
      const name = cause instanceof Error ? cause.name : typeof cause;
      const message = `delivery could not be loaded: ${name}`;
      this.#error = new CloudWatchLogsError('ERR_LOAD', message, { cause });
      this.#parts.diagnostics.error('load', message);
      return undefined;
    }
  }

  /**
   * The next batch may have more luck: there may have been no file descriptor left. Several that waited for the same
   * attempt share the next, as two deliveries would not know of each other's requests and files.
   */
  #loadAgain(failed: Promise<Delivery | undefined>): Promise<Delivery | undefined> {
    if (this.#loading === failed) this.#loading = this.#load();
    return this.#loading;
  }

  #giveUp(batches: readonly LogEventBatch[], { reservedBytes = 0 }: DeliverOptions): DeliveryResult {
    let kept = 0;
    let lost = 0;
    for (const { events, keeper } of batches) {
      const atKeeper = keeper?.giveBack(events) ?? 0;
      kept += atKeeper;
      lost += events.length - atKeeper;
    }
    this.#parts.room.unreserve(reservedBytes);
    this.#parts.losses.record('delivery_failed', lost, this.#error?.message);
    return { delivered: 0, kept, lost, ...(this.#error && { error: this.#error }) };
  }
}
