import { encodeMessage, type SubscriptionMessage } from './payload.js';

/** Bytes of messages that wait for one destination before the oldest are dropped. */
const MAX_WAITING_BYTES = 64 * 1024 * 1024;
const ATTEMPTS = 5;
const FIRST_PAUSE_MILLIS = 100;
const TIMEOUT_MILLIS = 10_000;

interface Waiting {
  readonly message: SubscriptionMessage;
  readonly bytes: number;
}

/** Sends messages to one destination after the other, trying again where it does not answer. */
export class SubscriptionDelivery {
  readonly #queues = new Map<string, { messages: Waiting[]; bytes: number }>();
  readonly #stopped = new AbortController();

  /** Puts a message in the queue of a destination. */
  send(url: string, message: SubscriptionMessage): void {
    const bytes = message.logEvents.reduce((sum, event) => sum + event.message.length + 100, 0);
    const queue = this.#queues.get(url) ?? { messages: [], bytes: 0 };
    queue.messages.push({ message, bytes });
    queue.bytes += bytes;
    while (queue.bytes > MAX_WAITING_BYTES && queue.messages.length > 1) {
      queue.bytes -= queue.messages.shift()!.bytes;
    }
    if (this.#queues.has(url)) return;
    this.#queues.set(url, queue);
    void this.#drain(url, queue.messages);
  }

  /** Sends a message once. @returns whether the destination took it */
  async sendNow(url: string, message: SubscriptionMessage): Promise<boolean> {
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: await encodeMessage(message),
        redirect: 'error',
        signal: AbortSignal.any([this.#stopped.signal, AbortSignal.timeout(TIMEOUT_MILLIS)]),
      });
      await response.arrayBuffer();
      return response.ok;
    } catch {
      return false;
    }
  }

  /** Gives up what waits. */
  stop(): void {
    this.#stopped.abort();
    this.#queues.clear();
  }

  async #drain(url: string, messages: Waiting[]): Promise<void> {
    for (let next = messages[0]; next; next = messages[0]) {
      await this.#sendRepeatedly(url, next.message);
      if (this.#stopped.signal.aborted) return;
      // It may have been dropped meanwhile.
      if (messages[0] === next) {
        messages.shift();
        this.#queues.get(url)!.bytes -= next.bytes;
      }
    }
    this.#queues.delete(url);
  }

  async #sendRepeatedly(url: string, message: SubscriptionMessage): Promise<void> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      if ((await this.sendNow(url, message)) || this.#stopped.signal.aborted) return;
      if (attempt < ATTEMPTS) await pause(FIRST_PAUSE_MILLIS * 2 ** (attempt - 1), this.#stopped.signal);
    }
  }
}

function pause(millis: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(end, millis);
    timer.unref();
    signal.addEventListener('abort', end, { once: true });
    function end(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    }
  });
}
