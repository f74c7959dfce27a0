import { type Awaitable } from './awaitable.js';

/** How a client comes and goes. */
export interface ClientLife<Client> {
  readonly create: () => Client;
  /** @param isGivenUp - an answer did not come: nothing is to be waited for */
  readonly end: (client: Client, isGivenUp: boolean) => Awaitable<void>;
}

/**
 * The client of an SDK that takes no signal. One whose answer does not come in time is given up with all its connections, and the
 * next request finds another.
 */
export class RenewableClient<Client> {
  readonly #life: ClientLife<Client>;
  #client: Client;

  /** Makes the first at once. */
  constructor(life: ClientLife<Client>) {
    this.#life = life;
    this.#client = life.create();
  }

  /**
   * Runs a request, which must end when its client does.
   * @param signal - that `send`, `open` or `health` is given
   */
  async use<T>(signal: AbortSignal, run: (client: Client) => PromiseLike<T>): Promise<T> {
    signal.throwIfAborted();
    const client = this.#client;
    // Connections on which nothing comes would stay in it for good.
    const giveUp = (): void => {
      this.#giveUp(client);
    };
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      return await run(client);
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  }

  /** For `close` of a back end. */
  async close(): Promise<void> {
    await this.#life.end(this.#client, false);
  }

  #giveUp(client: Client): void {
    // Several requests may have waited for it.
    if (this.#client === client) this.#client = this.#life.create();
    const end = async (): Promise<void> => {
      await this.#life.end(client, true);
    };
    void end().catch(() => undefined);
  }
}
