import { type EventEmitter } from 'node:events';

type Listener = Parameters<EventEmitter['on']>[1];
type Place = 'first' | 'last';

/** The part of an emitter that is used. */
type Emitter = Pick<
  EventEmitter,
  'getMaxListeners' | 'listenerCount' | 'on' | 'prependListener' | 'rawListeners' | 'removeListener'
>;

/**
 * Listeners of ours that stay before or behind all others: behind them what those log is there. They don't count where
 * Node.js warns of too many listeners.
 */
export class PlacedListeners {
  readonly #process: Emitter;
  readonly #listeners = new Map<string | symbol, { readonly place: Place; readonly listener: Listener }>();

  constructor(process: Emitter) {
    this.#process = process;
    process.on('newListener', this.#onNewListener);
  }

  /** @param event - that has none of ours yet */
  add(event: string, place: Place, listener: Listener): void {
    this.#listeners.set(event, { place, listener });
    this.#put(event);
  }

  has(event: string): boolean {
    const own = this.#listeners.get(event);
    return own !== undefined && this.#process.rawListeners(event).includes(own.listener);
  }

  /** Puts ours where it belongs, also where it was taken away for a moment. */
  stay(event: string | symbol): void {
    const own = this.#listeners.get(event);
    if (!own || this.#process.rawListeners(event).at(own.place === 'last' ? -1 : 0) === own.listener) return;
    this.#process.removeListener(event, own.listener);
    this.#put(event);
  }

  removeAll(): void {
    this.#process.removeListener('newListener', this.#onNewListener);
    for (const [event, { listener }] of this.#listeners) this.#process.removeListener(event, listener);
    this.#listeners.clear();
  }

  /** It is told before the listener is there. */
  readonly #onNewListener = (event: string | symbol, added: unknown): void => {
    const own = this.#listeners.get(event);
    if (!own || added === own.listener) return;
    const most = this.#process.getMaxListeners();
    if (most > 0 && this.#process.listenerCount(event) >= most) {
      this.#process.removeListener(event, own.listener);
    }
    queueMicrotask(() => {
      this.stay(event);
    });
  };

  #put(event: string | symbol): void {
    const { place, listener } = this.#listeners.get(event)!;
    // Nothing but this says that the bound is the default, whatever that comes to be.
    const bounded = this.#process as { _maxListeners?: number | undefined };
    const most = bounded._maxListeners;
    bounded._maxListeners = 0;
    if (place === 'last') this.#process.on(event, listener);
    else this.#process.prependListener(event, listener);
    bounded._maxListeners = most;
  }
}
