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
  readonly #listeners = new Set<(fresh: FreshEvents) => void>();

  /** @returns ends the subscription */
  subscribe(listener: (fresh: FreshEvents) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  publish(fresh: FreshEvents): void {
    for (const listener of this.#listeners) listener(fresh);
  }
}
