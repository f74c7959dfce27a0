import { checkMembers } from '../cloudwatch/check-members.js';
import { type Awaitable } from './awaitable.js';
import { checkOption } from './check-option.js';

/** How a client comes and goes. */
export interface ClientLife<Client> {
  /** Makes one. What it throws, the constructor throws, or the request fails with. */
  readonly create: () => Client;
  /**
   * Ends one, with its connections.
   * @param isGivenUp - an answer did not come: nothing is to be waited for
   */
  readonly end: (client: Client, isGivenUp: boolean) => Awaitable<void>;
}

/** A client, by identity: clients themselves may be anything. */
interface Known<Client> {
  readonly client: Client;
}

/**
 * The client of an SDK that takes no signal. One whose answer does not come in time is given up with all its connections, and the
 * next request finds another.
 */
export class RenewableClient<Client> {
  readonly #life: ClientLife<Client>;
  #known: Known<Client> | undefined;

  /** Makes the first at once. @throws OptionError where `create` or `end` is no function */
  constructor(life: ClientLife<Client>) {
    checkMembers('life', life, { create: true, end: true } satisfies Record<keyof ClientLife<Client>, true>);
    for (const name of ['create', 'end'] as const) {
      checkOption(typeof life[name] === 'function', `life.${name}`, 'be a function', life[name]);
    }
    this.#life = life;
    this.#known = { client: life.create() };
  }

  /**
   * Runs a request, which must end when its client does.
   * @param signal - that `send`, `open` or `health` is given
   */
  async use<T>(signal: AbortSignal, run: (client: Client) => PromiseLike<T>): Promise<T> {
    checkOption(signal instanceof AbortSignal, 'signal', 'be an AbortSignal', signal);
    signal.throwIfAborted();
    const known = (this.#known ??= { client: this.#life.create() });
    // Connections on which nothing comes would stay in it for good.
    const giveUp = (): void => {
      this.#giveUp(known);
    };
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      return await run(known.client);
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  }

  /** For `close` of a back end. */
  async close(): Promise<void> {
    if (this.#known) await this.#life.end(this.#known.client, false);
  }

  #giveUp(known: Known<Client>): void {
    // Several requests may have waited for it.
    if (this.#known !== known) return;
    // The next request makes another: what `create` throws here would end the process, and after `close` nobody would end it.
    this.#known = undefined;
    const end = async (): Promise<void> => {
      await this.#life.end(known.client, true);
    };
    void end().catch(() => undefined);
  }
}
