import type { Appended, IncomingEvent } from '../store/event-store.js';
import type { LogGroupDocument } from './collections.js';

/** Events that were just stored. */
export interface FreshEvents {
  readonly group: LogGroupDocument;
  readonly logStreamName: string;
  readonly events: readonly IncomingEvent[];
  readonly appended: Appended;
  readonly ingestionTime: number;
}

/** Tells those who follow the service live, subscription filters and live tails, what was stored. */
export class EventFeed {
  readonly #listeners = new Map<(fresh: FreshEvents) => void, () => void>();

  /**
   * @param ended - called when nothing will come any more
   * @returns ends the subscription
   */
  subscribe(listener: (fresh: FreshEvents) => void, ended: () => void = () => undefined): () => void {
    this.#listeners.set(listener, ended);
    return () => this.#listeners.delete(listener);
  }

  /** Nothing comes any more. */
  end(): void {
    const listeners = [...this.#listeners.values()];
    this.#listeners.clear();
    for (const ended of listeners) ended();
  }

  publish(fresh: FreshEvents): void {
    for (const listener of this.#listeners.keys()) listener(fresh);
  }
}
