import { type DeliveryRequest, DeliveryRequests } from './delivery-request.js';
import type { DeliveryTarget } from './delivery-target.js';
import { type Attempt, type DeliveryStatistics, DestinationQueue } from './destination-queue.js';
import type { SubscriptionMessage } from './payload.js';

const TIMEOUT_MILLIS = 10_000;
/** Bytes that an event takes besides its message, about. */
const EVENT_BYTES = 100;

/** How a message is to be delivered. */
export interface DeliveryOrder {
  /** Of which filter it is. */
  readonly filter: string;
  /** Messages with the same text are delivered in order; undefined for one that belongs to no others. */
  readonly partition: string | undefined;
}

/** Sends the messages of subscription filters to their destinations, trying again where these fail. */
export class SubscriptionDelivery {
  readonly #epochMillis: () => number;
  readonly #onWarning: (warning: string) => void;
  readonly #queues = new Map<string, DestinationQueue>();
  readonly #requests = new Map<string, DeliveryRequests>();
  readonly #stopped = new AbortController();
  #lanes = 0;

  /**
   * @param epochMillis - milliseconds since 1970, by the service's clock
   * @param onWarning - hears of messages that are lost
   */
  constructor(epochMillis: () => number, onWarning: (warning: string) => void = () => undefined) {
    this.#epochMillis = epochMillis;
    this.#onWarning = onWarning;
  }

  /** Puts a message in the queue of a destination. */
  send(target: DeliveryTarget, message: SubscriptionMessage, { filter, partition }: DeliveryOrder): void {
    const { url } = target;
    let queue = this.#queues.get(url);
    if (!queue) {
      queue = new DestinationQueue((request) => this.#post(url, request), {
        epochMillis: this.#epochMillis,
        stopped: this.#stopped.signal,
        onLoss: (reason) => {
          this.#onWarning(`messages of a subscription to ${url} are lost: ${reason}`);
        },
      });
      this.#queues.set(url, queue);
    }
    queue.add(partition === undefined ? `random ${this.#lanes++}` : `ordered ${filter} ${partition}`, {
      bytes: message.logEvents.reduce((sum, event) => sum + event.message.length + EVENT_BYTES, 0),
      filter,
      request: this.#requestFor(target, message, partition),
    });
  }

  /** Sends a message once. @returns whether the destination took it */
  async sendNow(target: DeliveryTarget, message: SubscriptionMessage): Promise<boolean> {
    const request = await this.#requestFor(target, message, undefined);
    return (await this.#post(target.url, request)) === 'taken';
  }

  /** What became of the messages, by URL. */
  statistics(): Readonly<Record<string, DeliveryStatistics>> {
    return Object.fromEntries([...this.#queues].map(([url, queue]) => [url, queue.statistics()]));
  }

  /** Gives up what waits. */
  stop(): void {
    this.#stopped.abort();
    this.#queues.clear();
  }

  #requestFor(
    target: DeliveryTarget,
    message: SubscriptionMessage,
    partition: string | undefined,
  ): Promise<DeliveryRequest> {
    let requests = this.#requests.get(target.arn);
    if (!requests) this.#requests.set(target.arn, (requests = new DeliveryRequests()));
    return requests.make(target, message, { partition, now: this.#epochMillis() });
  }

  async #post(url: string, { headers, body }: DeliveryRequest): Promise<Attempt> {
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers,
        body,
        redirect: 'error',
        signal: AbortSignal.any([this.#stopped.signal, AbortSignal.timeout(TIMEOUT_MILLIS)]),
      });
      await response.arrayBuffer();
      if (response.ok) return 'taken';
      // Throttling and errors of the other side pass. Source: as in DestinationQueue.
      return response.status === 429 || response.status >= 500 ? 'failed' : 'refused';
    } catch {
      return 'failed';
    }
  }
}
